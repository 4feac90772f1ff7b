"""Archives: layouts, listings, and what is no image."""
