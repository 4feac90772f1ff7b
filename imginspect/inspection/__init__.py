"""inspection: an image in, a Report out: the criteria, the one orchestrator, and the library."""
