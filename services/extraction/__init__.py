"""Stage 2: layout to statements to facts."""
