"""examples: small images for the demo and for the examples in rules."""
