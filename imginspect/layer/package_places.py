"""Where package managers install. That a file lies there is a claim of its place only, not of what it is."""

from __future__ import annotations

import re

PACKAGE_TREES = re.compile(
    r"/(?:usr/|usr/local/)?(?:lib|lib32|lib64|libx32|share|include|src|libexec)/"
    r"|/var/lib/(?:dpkg|apt|rpm|pacman)/"
    r"|/(?:opt/(?:conda|miniconda\d?|mambaforge|miniforge\d?)|root/miniconda\d?)/(?:lib|pkgs|share|include|conda-meta)/"
)
PACKAGE_FOLDERS = ("/site-packages/", "/dist-packages/", "/node_modules/", "/__pycache__/")


def is_of_a_package(path: str) -> bool:
    """Whether *path* lies where package managers install."""
    return PACKAGE_TREES.match(path) is not None or any(folder in path for folder in PACKAGE_FOLDERS)
