"""languages: what programs say: text in, calls, commands and the conditions on them out. Knows nothing of images."""
