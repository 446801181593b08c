"""Documents fetched from addresses that people name."""
