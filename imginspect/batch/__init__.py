"""Batch: many images of a mirror, each layer read once, each outcome kept when it is known, one answer at the end."""
