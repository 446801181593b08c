"""Signing in: accounts of people, sessions, tokens of programs."""
