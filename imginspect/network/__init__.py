"""What would reach for the network when a container starts: commands and calls with whom they contact, and the guards around them."""
