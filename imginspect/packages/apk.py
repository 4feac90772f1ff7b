"""Packages of apk: lib/apk/db/installed.

Source: the apk-tools manual, "installed database v2"; measured on Alpine 3.20's apk-tools 2.14.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from functools import partial

from imginspect.filesystem.view import View
from imginspect.packages.package import Claim, Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.tar.header import DIRECTORY

_DATABASES = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")


def apk_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages that apk's database states."""
    seen: set[str] = set()
    for path in _DATABASES:
        node = view.find(path)
        if node is None or node.kind == DIRECTORY or node.path in seen:
            continue
        seen.add(node.path)
        text = view.text(node)
        if text is None:
            yield NotDetermined(node.path, "it was not read", due_to_unread=True)
            continue
        for block in text.split("\n\n"):
            fields = {line[0]: line[2:] for line in block.split("\n") if line[1:2] == ":" and line[0] in "PVL"}
            if "P" in fields:
                package = Package(Manager.APK, fields["P"], fields.get("V", ""), node.path, node.layer_index, fields.get("L", ""))
                yield Stated(package, partial(_claims, block))


def _claims(block: str) -> Iterable[Claim]:
    folder = path = ""
    for line in block.split("\n"):
        key, value = line[:2], line[2:]
        if key == "F:":
            folder = "/" + value.strip("/")
        elif key == "R:":
            if path:
                yield Claim(path)
            path = f"{folder.rstrip('/')}/{value}"
        elif key == "Z:" and path:
            yield Claim(path, _digest(value))
            path = ""
    if path:
        yield Claim(path)


def _digest(value: str) -> str:
    """``Q1`` and base64 is a sha1, ``Q2`` a sha256; empty for anything else."""
    algorithm = {"Q1": ("sha1", 20), "Q2": ("sha256", 32)}.get(value[:2])
    try:
        raw = base64.b64decode(value[2:], validate=True) if algorithm else b""
    except (ValueError, binascii.Error):
        return ""
    return f"{algorithm[0]}:{raw.hex()}" if algorithm and len(raw) == algorithm[1] else ""
