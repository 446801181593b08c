"""analyst of the dashboard."""
