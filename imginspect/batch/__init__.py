"""Batch: inspects the many images of a mirror. Each layer is read once, each outcome is recorded as soon as it is known."""
