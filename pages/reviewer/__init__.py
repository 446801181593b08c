"""reviewer of the dashboard."""
