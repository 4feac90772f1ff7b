"""scan: bytes in, matches out. Engines, windows, validators, masking and ELF summaries; it knows nothing of paths and layers."""
