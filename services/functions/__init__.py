"""The product as Azure Functions: triggers of a few lines around the stages that the worker runs too."""
