"""Stage 3: facts to insights, computed by code."""
