"""host: this machine: its files, its processes, the formats of compressed files. Knows nothing of images."""
