"""reach: what runs from the start of a container: the scripts and programs that it leads to, and under which conditions."""
