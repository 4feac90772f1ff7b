"""host: this machine: its files, its processes, the formats of compressed files. It knows nothing about images."""
