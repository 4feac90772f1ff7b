"""languages: program analysis: text in, calls, commands and the conditions on them out. Knows nothing of images."""
