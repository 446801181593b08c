"""components of the dashboard."""
