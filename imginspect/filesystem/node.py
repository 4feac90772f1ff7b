"""Node: one file, directory, link or device of a filesystem; and Hidden: one that a later layer took away."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.tar.reader import Extra

OVERWRITTEN = "overwritten"
DELETED = "deleted"


class Node(NamedTuple):
    """One node as its layer's tar header states it. *size* is in bytes, *mtime* in seconds.

    *link_target* is a symbolic link's text, or the absolute path that a hard link names. A hard link has the digest, size and
    attributes of the file that it shares. *content* says where its bytes are: (layer index, ordinal of the entry), None where it has
    none. An *implied* directory has no entry: something below it has.
    """

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link_target: str
    layer_index: int
    digest: bytes | None
    content_class: str
    content: tuple[int, int] | None
    extra: Extra | None = None
    is_implied: bool = False

    @property
    def sha256(self) -> str | None:
        """Hex sha256 of the content of a file, None for what has no content or was not read."""
        return self.digest.hex() if self.digest is not None else None


class Hidden(NamedTuple):
    """A node that is not visible any more: a later layer (or a later member of the same one) overwrote or deleted it."""

    node: Node
    state: str
    by_layer: int
