"""The layer of people over the facts: what they state wins, what the extractor read stays beside it."""
