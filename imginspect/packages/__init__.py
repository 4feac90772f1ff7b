"""packages: which files belong to a package and which to the project."""
