"""The cases of the suite on starts, by what they are about."""
