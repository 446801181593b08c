"""Questions about loaded reports, answered from what was read in them, or refused with the reason."""
