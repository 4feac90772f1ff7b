"""Python packages: dist-info with RECORD, egg-info with installed-files.txt, and direct_url.json for the project's own.

Source: the PyPA specifications "Recording installed projects" and "Direct URL"; measured on pip 24 and setuptools 69.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import nodes_where
from imginspect.layer.index import Entry
from imginspect.packages.json_object import json_object, string_of
from imginspect.packages.package import Claim, Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.tar.header import DIRECTORY

_INFO = re.compile(r"(?P<site>/.*)/(?P<name>[^/]+?)-(?P<version>[^/-]+)(?:-[^/]*)?\.(?:dist|egg)-info")
_INFO_FOLDERS = (".dist-info", ".egg-info")
_METADATA = frozenset({"METADATA", "PKG-INFO"})
_PREFIX = re.compile(r"(?P<prefix>.*?)/(?:local/)?lib(?:64)?/(?:python|pypy)[\d.]*/(?:site|dist)-packages$")
_SCHEME = ("bin", "sbin", "share", "etc", "include", "man", "lib", "lib64", "libexec", "Scripts")
"""Folders of the prefix that an installer may put data files, headers and programs in."""
_FIELD = re.compile(r"^(License-Expression|License|Name|Version):[ \t]*(\S[^\n]{0,200})", re.MULTILINE)


def python_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages that dist-info and egg-info folders (or egg-info files) state."""
    for node in nodes_where(view, "python packages", _may_state, lambda found: found.kind != DIRECTORY):
        info = node.path if node.path.endswith(".egg-info") else posixpath.dirname(node.path)
        match = _INFO.fullmatch(info) if info.endswith(_INFO_FOLDERS) else None
        if match is not None:
            yield _stated(view, node, info, match)


def _may_state(entry: Entry) -> bool:
    return (entry.name in _METADATA and entry.parent.endswith(_INFO_FOLDERS)) or entry.name.endswith(".egg-info")


def _stated(view: View, node: Node, info: str, match: re.Match[str]) -> StatedOrNot:
    listing = next((found for name in ("RECORD", "installed-files.txt") if (found := view.find(f"{info}/{name}")) is not None), None)
    head = view.head(node)
    header = (head or b"").decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]
    fields: dict[str, str] = {key: value.strip() for key, value in _FIELD.findall(header)}
    package = Package(
        Manager.PYTHON,
        fields.get("Name", match["name"]),
        fields.get("Version", match["version"]),
        node.path,
        node.layer_index,
        fields.get("License-Expression", "") or fields.get("License", ""),
        is_project=_is_local(view, info),
    )
    if listing is None or listing.kind == DIRECTORY:
        return Stated(package)
    if view.text(listing) is None:
        return NotDetermined(listing.path, f"what {package.name} {package.version} installed was not read", due_to_unread=True)
    reader = _recorded if listing.path.endswith("RECORD") else _installed_files
    site = match["site"]
    return Stated(package, partial(reader, view, listing, site), may_claim=partial(_is_in_scheme, site))


def _is_local(view: View, info: str) -> bool:
    """Whether it was installed from a folder or file of the machine that built the image."""
    found = view.find(f"{info}/direct_url.json")
    text = view.text(found) if found is not None and found.kind != DIRECTORY else None
    return string_of(json_object(text or "") or {}, "url").startswith("file:")


def _recorded(view: View, listing: Node, site: str) -> Iterable[Claim]:
    for row in _rows(view.text(listing) or ""):
        path = _placed(site, row[0]) if row else ""
        if path:
            yield Claim(path, _digest(row[1]) if len(row) > 1 else "")


def _rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV file. A row that the reader refuses (a bare CR, a field without end) is left out."""
    reader = csv.reader(io.StringIO(text))
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            continue
        if row is None:
            return
        yield row


def _installed_files(view: View, listing: Node, site: str) -> Iterable[Claim]:
    """Paths relative to the egg-info folder; there are no digests."""
    folder = posixpath.dirname(listing.path)
    for line in (view.text(listing) or "").split("\n"):
        path = posixpath.normpath(posixpath.join(folder, line.strip())) if line.strip() else ""
        if path and _is_in_scheme(site, path):
            yield Claim(path)


def _placed(site: str, name: str) -> str:
    """Where RECORD's *name* is; empty where that is outside of what an installer may write to."""
    path = posixpath.normpath(posixpath.join(site, name))
    return path if _is_in_scheme(site, path) else ""


def _is_in_scheme(site: str, path: str) -> bool:
    if path.startswith(site + "/"):
        return True
    prefix = _prefix(site)
    if prefix is None or not path.startswith(prefix + "/"):
        return False
    return path[len(prefix) + 1 :].partition("/")[0] in _SCHEME


@lru_cache(maxsize=8)
def _prefix(site: str) -> str | None:
    """The prefix that *site* is in; None for a folder that is in none."""
    found = _PREFIX.fullmatch(site)
    return found["prefix"] if found is not None else None


def _digest(text: str) -> str:
    """``sha256=`` and base64 without padding, as ``sha256:`` and hex."""
    algorithm, _, value = text.partition("=")
    if algorithm not in ("sha256", "sha384", "sha512"):
        return ""
    try:
        return f"{algorithm}:{base64.urlsafe_b64decode(value + '=' * (-len(value) % 4)).hex()}"
    except (ValueError, binascii.Error):
        return ""
