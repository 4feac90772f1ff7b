"""run: a batch run from its sources to its summary."""
