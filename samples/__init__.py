"""Sample reports of an invented company; generate.py writes them, byte for byte the same every time."""
