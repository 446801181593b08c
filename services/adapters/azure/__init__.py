"""Adapters of Azure services; loaded only where the settings name an endpoint."""
