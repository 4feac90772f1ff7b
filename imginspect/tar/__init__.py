"""The tar format: header blocks and extension headers in, entries and their contents out. Knows nothing of images."""
