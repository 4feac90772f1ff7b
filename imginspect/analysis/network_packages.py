"""Which files are a package's and which are the project's: by where they are and by the build step of their layer.

A package's files are claims of the image; a file that is started itself is never taken for one by the caller.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from imginspect.analysis.network_guards import found
from imginspect.analysis.view import View
from imginspect.filesystem import Node

SYSTEM = (
    "/usr/bin/",
    "/usr/sbin/",
    "/bin/",
    "/sbin/",
    "/usr/lib/",
    "/lib/",
    "/lib64/",
    "/usr/lib64/",
    "/usr/libexec/",
    "/usr/share/",
    "/etc/",
)
_SITE = re.compile(
    r"/(?:site-packages|dist-packages)/|/lib(?:64)?/python3(?:\.\d+)?/|/node_modules/|/lib/R/(?:library|site-library)/|/R/library/"
)
_CONDA = re.compile(r"\A(?:/opt/(?:conda|miniconda3?|miniforge3?|mambaforge|anaconda3?)|/root/(?:miniconda3|anaconda3))/")
_ENVIRONMENT = re.compile(r"\A(?P<root>/.*?)/(?:bin|lib|etc|share|libexec|condabin)/")
_COPIED = re.compile(r"\A(?:/bin/sh -c #\(nop\) )?\s*(?:COPY|ADD)\b", re.IGNORECASE)
_MOST_CHILDREN = 20_000


def is_packaged(view: View, node: Node) -> bool:
    """Whether *node* belongs to a package or to the base image's own system, and not to the project."""
    if not (node.path.startswith(SYSTEM) or _SITE.search(node.path) or _CONDA.match(node.path) or _in_environment(view, node.path)):
        return False
    return not is_copied(view, node)


def _in_environment(view: View, path: str) -> bool:
    """Whether *path* is in the programs or libraries of a conda or virtual environment."""
    match = _ENVIRONMENT.match(path)
    if match is None:
        return False
    root = match["root"]
    return any(view.filesystem.get(f"{root}/{name}") is not None for name in ("conda-meta", "pyvenv.cfg"))


def is_copied(view: View, node: Node) -> bool:
    """Whether the layer of *node* is one that COPY or ADD made; the first one is the base's own whatever made it."""
    layer_index = node.layer_index
    if not layer_index:
        return False
    layers = view.image.layers
    created_by = layers[layer_index].created_by if layer_index < len(layers) else ""
    return _COPIED.match(created_by) is not None


@lru_cache(maxsize=64)
def _names_in(records: tuple[str, ...]) -> frozenset[str]:
    return frozenset(records)


def project_modules(view: View, folder: str) -> frozenset[str]:
    """The modules in the site-packages *folder* that were installed from a local directory (``pip install .``): the project's own."""
    node = found(view, folder)
    if node is None:
        return frozenset()
    names: list[str] = []
    for child in view.filesystem.children(node.path)[:_MOST_CHILDREN]:
        if not child.path.endswith((".dist-info", ".egg-info")):
            continue
        direct = found(view, child.path + "/direct_url.json")
        if direct is None or "file://" not in (view.text(direct) or ""):
            continue
        top = found(view, child.path + "/top_level.txt")
        listed = (view.text(top) or "").split() if top is not None else []
        names += listed or [posixpath.basename(child.path).partition("-")[0]]
    return _names_in(tuple(names[:1000]))
