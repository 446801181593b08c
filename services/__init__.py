"""The financial insight and risk advisor: stages in order."""
