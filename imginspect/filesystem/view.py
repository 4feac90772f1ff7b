"""View: one image as the analyses see it: its config, its final filesystem, and the contents that the pass kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from imginspect.errors import PathError
from imginspect.filesystem import Filesystem, Node
from imginspect.image import Image
from imginspect.layer import LayerIndex
from imginspect.layer.index import WITHHELD, LayerStatus
from imginspect.limits import PATH_MAX
from imginspect.scan.elf import Elf

_ALGORITHMS = frozenset({"md5", "sha1", "sha384", "sha512"})


class View:
    """What analyses read from. Contents come masked: every credential in them is overwritten at equal length."""

    def __init__(self, image: Image, layers: Sequence[LayerIndex], filesystem: Filesystem) -> None:
        self.image = image
        self.layers = layers
        self.filesystem = filesystem
        self.missed: dict[tuple[int, int], None] = {}
        """Contents that were asked for and not kept, as (layer index, ordinal); a second pass can serve them."""
        self.applet_tables: dict[tuple[int, int], tuple[str, ...]] = {}
        """The applets of each busybox that was asked for, by its content."""

    @property
    def is_read_whole(self) -> bool:
        """Whether every layer was read to its end: what is not seen is then not there."""
        return all(layer.status is LayerStatus.READ for layer in self.layers) and not any(
            problem.unread for problem in self.filesystem.problems
        )

    def find(self, path: str) -> Node | None:
        """What the absolute *path* leads to, through links, or None."""
        if len(path) >= PATH_MAX or "\0" in path:
            return None
        try:
            return self.filesystem.resolve(path).node
        except PathError:
            return None

    def content(self, node: Node) -> bytes | None:
        """The bytes of the file *node* (hard links too); None where it has none, or they were not kept, which ``missed`` then says."""
        if node.content is None:
            return None
        layer, ordinal = node.content
        if not self.layers[layer].entries[ordinal].size:
            return b""
        kept = self.layers[layer].kept.get(ordinal)
        if kept is None or kept.size < node.size:
            self.missed[node.content] = None
            return None
        return kept.read()

    def head(self, node: Node) -> bytes | None:
        """The first bytes of the file *node*, at least 4 KiB or all of it; None as for ``content``."""
        if node.content is None:
            return None
        layer, ordinal = node.content
        if not self.layers[layer].entries[ordinal].size:
            return b""
        kept = self.layers[layer].kept.get(ordinal)
        if kept is None:
            self.missed[node.content] = None
            return None
        return kept.read()

    def text(self, node: Node) -> str | None:
        """The content as text (bytes that are no UTF-8 are replaced, a byte order mark is dropped); None as for ``content``."""
        content = self.content(node)
        return None if content is None else content.decode("utf-8", "replace").removeprefix("\ufeff")

    def digest(self, node: Node, algorithm: str) -> str | None:
        """The hex digest of the file *node*; None where it is not known in that *algorithm* or was withheld."""
        if node.content is None:
            return None
        if algorithm == "sha256":
            return node.sha256 if node.digest != WITHHELD else None
        layer, ordinal = node.content
        index = self.layers[layer]
        if ordinal in index.matches:  # what is kept of it is masked
            older = index.older_digests.get(ordinal)
            return {"md5": older.md5, "sha1": older.sha1}.get(algorithm) if older is not None else None
        kept = index.kept.get(ordinal)
        whole = kept.read() if kept is not None and kept.size == node.size else None if node.size else b""
        return hashlib.new(algorithm, whole, usedforsecurity=False).hexdigest() if whole is not None and algorithm in _ALGORITHMS else None

    def elf(self, node: Node) -> Elf | None:
        """The ELF summary of *node*; None where it is no ELF file."""
        return self.layers[node.content[0]].elf.get(node.content[1]) if node.content is not None else None
