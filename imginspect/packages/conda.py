"""Packages of conda: one JSON document a package in conda-meta of each environment.

Source: conda's documentation of conda-meta and of ``paths.json``; measured on conda 24 and mamba 1.5.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import partial

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import nodes_where
from imginspect.layer.index import Entry
from imginspect.packages.json_object import MOST_JSON, json_object, string_of
from imginspect.packages.package import Claim, Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.tar.header import DIRECTORY


def conda_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages that conda-meta folders state."""
    for node in nodes_where(view, "conda packages", _may_be, lambda found: found.kind != DIRECTORY):
        folder, _, name = node.path.rpartition("/")
        if not folder.endswith("/conda-meta") or not name.endswith(".json"):
            continue
        text = view.text(node)
        if text is None:
            yield NotDetermined(node.path, "it was not read", due_to_unread=True)
            continue
        if len(text) > MOST_JSON:
            yield NotDetermined(node.path, f"it has more than {MOST_JSON:,} characters and was not read", due_to_unread=True)
            continue
        document = json_object(text)
        if document is None or not string_of(document, "name"):
            yield NotDetermined(node.path, "it is no record of a conda package")
            continue
        package = Package(
            Manager.CONDA,
            string_of(document, "name"),
            string_of(document, "version"),
            node.path,
            node.layer_index,
            string_of(document, "license"),
        )
        prefix = posixpath.dirname(folder)
        yield Stated(package, partial(_claims, view, node, prefix), may_claim=partial(_is_below, prefix))


def _may_be(entry: Entry) -> bool:
    return entry.name.endswith(".json") and entry.parent.endswith("/conda-meta")


def _is_below(prefix: str, path: str) -> bool:
    return path.startswith(prefix.rstrip("/") + "/")


def _claims(view: View, node: Node, prefix: str) -> Iterable[Claim]:
    """Its files, below the environment's *prefix* alone."""
    document = json_object(view.text(node) or "") or {}
    data = document.get("paths_data")
    paths = data.get("paths") if isinstance(data, dict) else None
    digests: dict[str, str] = {}
    for item in paths if isinstance(paths, list) else ():
        if isinstance(item, dict) and isinstance(item.get("_path"), str):
            digest = item.get("sha256_in_prefix") or item.get("sha256")
            digests[item["_path"]] = f"sha256:{digest}" if isinstance(digest, str) and len(digest) == 64 else ""
    files = document.get("files")
    for name in dict.fromkeys([*digests, *(item for item in files if isinstance(item, str))] if isinstance(files, list) else digests):
        path = posixpath.normpath(f"{prefix}/{name}")
        if _is_below(prefix, path):
            yield Claim(path, digests.get(name, ""))
