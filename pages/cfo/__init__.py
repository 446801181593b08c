"""cfo of the dashboard."""
