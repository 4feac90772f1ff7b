"""examples: small images built for the demo and for the examples that rules carry."""
