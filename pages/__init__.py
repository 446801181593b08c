"""pages of the dashboard."""
