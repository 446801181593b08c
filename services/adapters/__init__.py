"""Adapters: the same ports by technology."""
