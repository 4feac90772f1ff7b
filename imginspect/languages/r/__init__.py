"""r: the calls of R texts, and what they start."""
