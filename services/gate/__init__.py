"""The gate in front of pages and API: who asks, whether they may come in, and the pages of sign-in."""
