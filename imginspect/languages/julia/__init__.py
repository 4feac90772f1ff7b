"""julia: the calls of Julia texts, and what they start."""
