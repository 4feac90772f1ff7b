"""What an image states about the licences of its software: package metadata, and licence texts by their names. Nothing is judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import name_of, nodes_where
from imginspect.tar.header import FILE, HARDLINK

_MOST_READ = 20_000
"""Packages of one kind whose metadata is read; the others are counted as not read."""
_LONGEST_NAME = 80
"""Characters of a licence's name, room for any SPDX expression of a few parts; the rest is not shown."""
_TEXT_NAME = re.compile(r"(?:licen[cs]es?|copying|copyright|notice|unlicense)(?:[._-][\w.+-]{0,40})?", re.IGNORECASE)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Python package", re.compile(r".*\.(?:dist-info/METADATA|egg-info/PKG-INFO)")),
    ("R package", re.compile(r".*/library/[^/]+/DESCRIPTION")),
    ("Debian package", re.compile(r"/usr/share/doc/[^/]+/copyright")),
    ("Alpine package list", re.compile(r"/(?:usr/)?lib/apk/db/installed")),
    ("Node package", re.compile(r".*/node_modules/(?:@[^/]+/)?[^/]+/package\.json")),
)
_NAMES = frozenset({"METADATA", "PKG-INFO", "DESCRIPTION", "copyright", "installed", "package.json"})
_STATED = re.compile(r"^(?:License-Expression|License|L):[ \t]*(\S[^\n]{0,200})", re.MULTILINE)
_CLASSIFIER = re.compile(r"^Classifier:[ \t]*License ::[ \t]*(?:OSI Approved ::[ \t]*)?(\S[^\n]{0,200})", re.MULTILINE)
_READ = frozenset({"Python package", "R package", "Alpine package list"})


@dataclass(slots=True)
class LicenceInventory:
    """How many packages of each kind there are, what they state, and licence texts; *samples* are the first places of each kind."""

    packages: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    unread: int = 0
    texts: int = 0
    samples: dict[str, list[Node]] = field(default_factory=dict)


def licence_inventory(view: View, most_samples: int) -> LicenceInventory:
    """The inventory of all visible files, at most 20,000 of them read."""
    inventory = LicenceInventory()
    for kind, node in _stated_places(view):
        samples = inventory.samples.setdefault(kind, [])
        if len(samples) < most_samples:
            samples.append(node)
        if kind == "licence text":
            inventory.texts += 1
            continue
        inventory.packages[kind] += 1
        if kind in _READ and inventory.packages[kind] <= _MOST_READ:
            _read(view, node, inventory)
        elif kind in _READ:
            inventory.unread += 1
    return inventory


def _stated_places(view: View) -> Iterator[tuple[str, Node]]:
    def may_state(name: str) -> bool:
        return name in _NAMES or _TEXT_NAME.fullmatch(name) is not None

    for node in nodes_where(view, "licences stated", lambda entry: may_state(entry.name), lambda node: node.kind in (FILE, HARDLINK)):
        kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(node.path)), "")
        if kind or _TEXT_NAME.fullmatch(name_of(node.path)):
            yield kind or "licence text", node


def _read(view: View, node: Node, inventory: LicenceInventory) -> None:
    head = view.head(node)
    if head is None:
        inventory.unread += 1
        return
    text = head.decode("utf-8", "replace").replace("\r\n", "\n")
    header, end, _ = (text, "", "") if node.path.endswith("/installed") else text.partition("\n\n")
    is_whole = bool(end) or len(head) >= node.size
    names = [name for name in _STATED.findall(header) if name.upper() != "UNKNOWN"] or _CLASSIFIER.findall(header)
    is_list = node.path.endswith("/installed")
    inventory.silent += not names and is_whole
    inventory.unread += not is_whole and (is_list or not names)
    if not is_list:
        names = names[:1]
    inventory.stated.update(name.strip()[:_LONGEST_NAME] for name in names)
