"""Packages of dpkg: /var/lib/dpkg/status with the lists beside it, and status.d of images without dpkg (distroless).

Sources: dpkg(1), dpkg-query(1), dpkg-divert(1), deb-md5sums(5), deb-conffiles(5); measured on dpkg 1.21.22.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.packages.package import Claim, Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.packages.paragraphs import paragraphs
from imginspect.tar.header import DIRECTORY

_FOLDER = "/var/lib/dpkg"
_MD5 = re.compile(r"[0-9a-f]{32}")
_LICENCE = re.compile(r"^License:[ \t]*(\S[^\n]{0,200})", re.MULTILINE)
_INSTALLED = frozenset({"installed", "triggers-awaited", "triggers-pending", "half-configured", "unpacked"})


def dpkg_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages that dpkg's database, or status.d, states."""
    status = view.find(f"{_FOLDER}/status")
    if status is not None and status.kind != DIRECTORY:
        text = view.text(status)
        if text is None:
            yield NotDetermined(status.path, "it was not read", due_to_unread=True)
        else:
            diverted = _diversions(view)
            for fields in paragraphs(text):
                if fields.get("Package") and fields.get("Status", "").rpartition(" ")[2] in _INSTALLED:
                    yield _stated(view, fields, status, diverted)
    yield from _without_dpkg(view)


def _stated(view: View, fields: dict[str, str], status: Node, diverted: dict[str, tuple[str, str]]) -> Stated:
    name, architecture = fields["Package"], fields.get("Architecture", "")
    stems = (f"{_FOLDER}/info/{name}:{architecture}", f"{_FOLDER}/info/{name}")
    listed = next((stem for stem in stems if view.find(f"{stem}.list") is not None), "")
    package = Package(Manager.DPKG, name, fields.get("Version", ""), status.path, status.layer_index, _licence(view, name))
    if not listed:
        return Stated(package)
    return Stated(package, partial(_claims, view, name, listed, fields.get("Conffiles", ""), diverted))


def _claims(view: View, name: str, stem: str, conffiles: str, diverted: dict[str, tuple[str, str]]) -> Iterable[Claim]:
    digests = _md5sums(_text(view, f"{stem}.md5sums"))
    for line in conffiles.split("\n"):
        parts = line.split()
        if len(parts) > 1 and _MD5.fullmatch(parts[1]):
            digests[parts[0]] = "md5:" + parts[1]
    for path in _text(view, f"{stem}.list").split("\n"):
        if path.startswith("/") and path != "/.":
            to, by = diverted.get(path, ("", name))
            yield Claim(to if by != name else path, digests.get(path, ""))


def _md5sums(text: str) -> dict[str, str]:
    """Recorded digests by absolute path."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        digest, _, path = line.partition("  ")
        if path and _MD5.fullmatch(digest):
            found["/" + path.removeprefix("./").lstrip("/")] = "md5:" + digest
    return found


def _diversions(view: View) -> dict[str, tuple[str, str]]:
    """(where it is put instead, package whose own file stays) for each diverted path."""
    lines = _text(view, f"{_FOLDER}/diversions").split("\n")
    return {lines[at]: (lines[at + 1], lines[at + 2]) for at in range(0, len(lines) - 2, 3)}


def _without_dpkg(view: View) -> Iterator[StatedOrNot]:
    """Packages of images that are put together from .deb files without dpkg: one paragraph a file, with md5sums beside it."""
    folder = view.find(f"{_FOLDER}/status.d")
    for node in view.filesystem.children(folder.path) if folder is not None and folder.kind == DIRECTORY else ():
        if node.kind == DIRECTORY or node.path.endswith(".md5sums"):
            continue
        text = view.text(node)
        if text is None:
            yield NotDetermined(node.path, "it was not read", due_to_unread=True)
            continue
        fields = next(paragraphs(text), {})
        if fields.get("Package"):
            package = Package(
                Manager.DPKG, fields["Package"], fields.get("Version", ""), node.path, node.layer_index, _licence(view, fields["Package"])
            )
            yield Stated(package, partial(_claims_without_list, view, node.path + ".md5sums"))


def _claims_without_list(view: View, path: str) -> Iterable[Claim]:
    return (Claim(name, digest) for name, digest in _md5sums(_text(view, path)).items())


def _licence(view: View, name: str) -> str:
    """What the package's copyright file states, where it is in the machine-readable form."""
    node = view.find(f"/usr/share/doc/{name}/copyright")
    head = view.head(node) if node is not None and node.kind != DIRECTORY else None
    if head is None:
        return ""
    found = dict.fromkeys(name.strip() for name in _LICENCE.findall(head.decode("utf-8", "replace")))
    return " and ".join(list(found)[:5])


def _text(view: View, path: str) -> str:
    node = view.find(path)
    return (view.text(node) or "") if node is not None and node.kind != DIRECTORY else ""
