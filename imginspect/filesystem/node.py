"""Node: one file, directory, link or device of a filesystem; and Hidden: one that a later layer took away."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from imginspect.tar.reader import Extra


class FileState(StrEnum):
    """Whether a container sees a file, or a later layer took it away, or it never became one."""

    VISIBLE = "visible"
    OVERWRITTEN = "overwritten"
    DELETED = "deleted"
    UNSEEN = "not part of the filesystem"


class Attributes(NamedTuple):
    """What a header says of a file besides its content."""

    mode: int
    uid: int
    gid: int
    extra: Extra | None = None

    def described(self) -> str:
        """Mode and owner for a message: ``mode 0644, owner 0:0``."""
        return f"mode {self.mode & 0o7777:04o}, owner {self.uid}:{self.gid}"


class Node(NamedTuple):
    """One node as its layer's tar header states it. *size* is in bytes, *mtime* in seconds.

    *link_target* is a symbolic link's text, or the absolute path that a hard link names. A hard link has the digest, size and
    attributes of the file that it shares. *content* says where its bytes are: (layer index, ordinal of the entry), None where it has
    none. An *implied* directory has no entry: something below it has.

    All names of a file share its mode, owner and attributes. Where a hard link's header states others, podman, docker and containerd put
    those on the file, and the node has them; *stated* is then what the file's own header says, which other runtimes keep.
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
    stated: Attributes | None = None

    @property
    def sha256(self) -> str | None:
        """Hex sha256 of the content of a file, None for what has no content or was not read."""
        return self.digest.hex() if self.digest is not None else None

    @property
    def attributes(self) -> Attributes:
        """Its mode, owner and attributes."""
        return Attributes(self.mode, self.uid, self.gid, self.extra)

    @property
    def readings(self) -> tuple[Attributes, ...]:
        """Its attributes in every reading that a runtime may have of them, that of podman, docker and containerd first."""
        return (self.attributes,) if self.stated is None else (self.attributes, self.stated)

    @property
    def widest_mode(self) -> int:
        """The bits of its mode that are set under any runtime."""
        return self.mode if self.stated is None else self.mode | self.stated.mode


class Hidden(NamedTuple):
    """A node that is not visible any more: a later layer (or a later member of the same one) overwrote or deleted it."""

    node: Node
    state: FileState
    by_layer: int
