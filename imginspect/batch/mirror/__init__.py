"""What there is: sources lead to units, units to plans of images. Documents are read, and no layer."""
