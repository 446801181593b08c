"""The guard of text that somebody else writes about an insight: a model, or a person who imports prose."""
