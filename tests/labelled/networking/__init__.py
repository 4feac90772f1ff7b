"""The parts of the network suite: images described in a few lines, and whether what they start needs a network."""
