"""What publishes by itself: learnt from decisions, proposed by one person, approved by another."""
