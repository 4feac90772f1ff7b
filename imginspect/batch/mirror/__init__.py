"""Finds what to inspect: sources lead to units, units to plans of images. Only documents are read, no layers."""
