"""Packages of conda: one JSON document a package in conda-meta of each environment.

Source: conda's documentation of conda-meta and of ``paths.json``; measured on conda 24 and mamba 1.5.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import nodes_where
from imginspect.layer.index import Entry
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
        document = _parsed(text)
        if document is None:
            yield NotDetermined(node.path, "it is no record of a conda package")
            continue
        licence = document.get("license")
        package = Package(
            Manager.CONDA,
            str(document["name"]),
            str(document.get("version", "")),
            node.path,
            node.layer_index,
            licence if isinstance(licence, str) else "",
        )
        yield Stated(package, partial(_claims, view, node, posixpath.dirname(folder)))


def _may_be(entry: Entry) -> bool:
    return entry.name.endswith(".json") and entry.parent.endswith("/conda-meta")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and isinstance(document.get("name"), str) else None


def _claims(view: View, node: Node, prefix: str) -> Iterable[Claim]:
    """Its files, below the environment's *prefix* alone."""
    document = _parsed(view.text(node) or "") or {}
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
        if path.startswith(prefix.rstrip("/") + "/"):
            yield Claim(path, digests.get(name, ""))
