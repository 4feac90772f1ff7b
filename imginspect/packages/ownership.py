"""Which files are a package's and which are the project's: by where they are and by the build step of their layer.

A package's files are claims of the image; a file that is started itself is never taken for one by the caller.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import lru_cache

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.tar.header import DIRECTORY

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
"""Entries of one folder that are asked after for each file in it; a file that would need those beyond counts as the project's own."""
_MOST_SOURCES = 500
"""Sources of one package that are asked for at once; the others count as not read where they are imported."""
_SITE_FOLDER = re.compile(r"(?P<folder>/.*?/(?:site-packages|dist-packages))/")
_STANDARD_LIBRARY = re.compile(r"(?P<folder>/.*?/lib(?:64)?/python3(?:\.\d+)?)/")


def is_packaged(view: View, node: Node) -> bool:
    """Whether *node* belongs to a package or to the base image's own system, and not to the project."""
    if not (node.path.startswith(SYSTEM) or _SITE.search(node.path) or _CONDA.match(node.path) or _in_environment(view, node.path)):
        return False
    return not is_copied(view, node) or _came_with_its_environment(view, node)


def _came_with_its_environment(view: View, node: Node) -> bool:
    """Whether the layer brought the whole environment that *node* is in: what an earlier stage of the build had installed."""
    site = _SITE_FOLDER.match(node.path)
    if site is not None and any(
        child.layer_index == node.layer_index and child.path.endswith((".dist-info", ".egg-info"))
        for child in _children(view, site["folder"])
    ):
        return True
    library = _STANDARD_LIBRARY.match(node.path)
    markers = [library["folder"] + "/os.py"] if library is not None and site is None else []
    environment = _ENVIRONMENT.match(node.path)
    if environment is not None:
        markers += [environment["root"] + "/pyvenv.cfg", environment["root"] + "/conda-meta"]
    there = (view.filesystem.get(marker) for marker in markers)
    return any(marker is not None and marker.layer_index == node.layer_index for marker in there)


def _children(view: View, folder: str) -> Sequence[Node]:
    node = view.find(folder)
    return view.filesystem.children(node.path)[:_MOST_CHILDREN] if node is not None else ()


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


@lru_cache(maxsize=64)  # sets of records of as many folders; others are made again
def _names_in(records: tuple[str, ...]) -> frozenset[str]:
    return frozenset(records)


def project_modules(view: View, folder: str) -> frozenset[str]:
    """The modules in the site-packages *folder* that were installed from a local directory (``pip install .``): the project's own."""
    names: list[str] = []
    site = view.find(folder)
    for child in view.filesystem.children(site.path) if site is not None else ():
        if not child.path.endswith((".dist-info", ".egg-info")):
            continue
        direct = view.find(child.path + "/direct_url.json")
        if direct is None or "file://" not in (view.text(direct) or ""):
            continue
        top = view.find(child.path + "/top_level.txt")
        listed = (view.text(top) or "").split() if top is not None else []
        own = listed or [posixpath.basename(child.path).partition("-")[0]]
        for name in own:
            _ask_for_sources(view, f"{folder}/{name}")
        names += own
    return _names_in(tuple(names))


def _ask_for_sources(view: View, folder: str) -> None:
    """Ask for all of a project's sources at once, since the one further pass comes before it is known what imports what."""
    todo, asked = [folder], 0
    while todo and asked < _MOST_SOURCES:
        for child in _children(view, todo.pop()):
            if child.kind == DIRECTORY:
                todo.append(child.path)
            elif child.path.endswith(".py"):
                view.text(child)
                asked += 1
