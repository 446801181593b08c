"""admin of the dashboard."""
