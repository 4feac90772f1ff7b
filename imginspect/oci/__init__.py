"""The vocabulary of the OCI and Docker image specifications: bytes in, frozen values out. Knows no files and no tar."""
