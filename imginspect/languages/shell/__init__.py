"""shell: which commands a shell script would run, on what conditions and with which words."""
