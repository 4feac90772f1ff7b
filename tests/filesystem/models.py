"""Two simple models of how runtimes apply layers: in sequence over one tree (umoci, vfs storage), and overlaid (overlay storage).

They follow what the tools do step by step, and share no code with imginspect. What a tool refuses raises Refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.tar_writer import Entry

Layers: TypeAlias = Sequence[Sequence[Entry]]
Tree: TypeAlias = "dict[str, tuple[object, ...]]"

_FOR_WHITEOUT = -1
"""The layer of a directory that overlay storage makes only to put a whiteout in it: an empty one that nothing else makes is left out."""


class Refused(Exception):
    """The tool ends with an error."""


@dataclass(eq=False)
class Item:
    """A file, link, whiteout or directory; *children* of a directory only. *layer* is the one that made it, or named it last."""

    kind: str
    mode: int = 0o755
    content: bytes = b""
    layer: int = 0
    children: dict[str, Item] = field(default_factory=dict)
    opaque: bool = False
    is_named: bool = False
    """Whether an entry names it: the mode of a directory that is only implied is that of the lower one, as in containerd."""

    def shown(self) -> tuple[object, ...]:
        """What is compared of it."""
        return (self.kind, self.content, self.mode if self.kind == "directory" else 0)


def sequential(layers: Layers) -> Tree:
    """What comes of unpacking each of *layers* over the files of those before it, as umoci does."""
    root = Item("directory")
    for number, entries in enumerate(layers):
        for entry in entries:
            parents, name = _split(entry)
            if name == ".wh..wh..opq":
                directory = _walk(root, parents, None)
                if directory is not None:
                    _empty(directory, number)
            elif name.startswith(".wh."):
                directory = _walk(root, parents, None)
                if directory is not None and name[4:] in directory.children and not _empty(directory.children[name[4:]], number):
                    del directory.children[name[4:]]
            else:
                directory = _walk(root, parents, number)
                assert directory is not None
                _put(directory, name, _item(entry, number))
    return dict(_listed(root))


def overlaid(layers: Layers) -> Tree:
    """What the kernel shows where each of *layers* was unpacked on its own, whiteouts as devices 0/0 and attributes."""
    uppers = [_upper(entries) for entries in layers]
    return dict(_listed(_merged(uppers[::-1], is_root=True)))


def _upper(entries: Sequence[Entry]) -> Item:
    root = Item("directory")
    for entry in entries:
        parents, name = _split(entry)
        directory = _walk(root, parents, _FOR_WHITEOUT if name.startswith(".wh.") else 0)
        assert directory is not None
        if name == ".wh..wh..opq":
            directory.opaque = True
        elif name.startswith(".wh."):
            if name[4:] in directory.children:
                raise Refused("file exists")
            directory.children[name[4:]] = Item("whiteout")
        else:
            _put(directory, name, _item(entry, 0))
    return root


def _merged(stack: list[Item], *, is_root: bool = False) -> Item:
    """The directory that a *stack* of directories shows, the upper one first. Opaque has no effect on the root."""
    used = []
    for item in stack:
        used.append(item)
        if item.opaque and not is_root:
            break
    merged = Item("directory", next((item.mode for item in used if item.is_named), 0o755))
    for name in dict.fromkeys(name for item in used for name in item.children):
        found = [item.children[name] for item in used if name in item.children]
        if found[0].kind == "directory":
            count = next((number for number, item in enumerate(found) if item.kind != "directory"), len(found))
            merged.children[name] = _merged(found[:count])
            is_new = count == len(found) or found[count].kind == "whiteout"
            if is_new and not merged.children[name].children and all(item.layer == _FOR_WHITEOUT for item in found[:count]):
                del merged.children[name]
        elif found[0].kind != "whiteout":
            merged.children[name] = found[0]
    return merged


def _split(entry: Entry) -> tuple[list[str], str]:
    *parents, name = entry.name.decode().rstrip("/").split("/")
    return parents, name


def _item(entry: Entry, layer: int) -> Item:
    kind = {b"0": "file", b"5": "directory", b"2": "symlink"}[entry.typeflag]
    return Item(kind, entry.mode, entry.link if kind == "symlink" else entry.content, layer, is_named=True)


def _put(directory: Item, name: str, item: Item) -> None:
    before = directory.children.get(name)
    if before is not None and before.kind == item.kind == "directory":
        before.mode, before.layer, before.is_named = item.mode, item.layer, True
    else:
        directory.children[name] = item


def _walk(root: Item, parents: list[str], make_for: int | None) -> Item | None:
    """The directory at *parents*, links followed inside the root; made where it is missing, or None without *make_for*."""
    trail = [root]
    parts = list(reversed(parents))
    for _ in range(200):
        if not parts:
            return trail[-1]
        part = parts.pop()
        if part in ("", "."):
            continue
        if part == "..":
            trail = trail[:-1] or [root]
            continue
        child = trail[-1].children.get(part)
        if child is None and make_for is None:
            return None
        if child is None:
            child = trail[-1].children[part] = Item("directory", layer=make_for or 0)
        if child.kind == "symlink":
            target = child.content.decode()
            trail = [root] if target.startswith("/") else trail
            parts += reversed(target.split("/"))
        elif child.kind == "directory":
            if make_for is not None and child.layer == _FOR_WHITEOUT:
                child.layer = make_for
            trail.append(child)
        elif make_for is None:
            return None
        else:
            raise Refused("not a directory")
    raise Refused("too many links")


def _empty(item: Item, layer: int) -> bool:
    """Takes away what lower layers than *layer* have in *item*; whether it has to stay itself."""
    for name, child in list(item.children.items()):
        if not _empty(child, layer):
            del item.children[name]
    return bool(item.children) or item.layer == layer


def _listed(item: Item, path: str = "") -> Iterator[tuple[str, tuple[object, ...]]]:
    for name, child in item.children.items():
        yield f"{path}/{name}", child.shown()
        yield from _listed(child, f"{path}/{name}")
