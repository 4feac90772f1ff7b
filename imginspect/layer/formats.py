"""Layers that are not just a plain or compressed tar: a file system image instead, or a tar with its own table of contents."""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.errors import LayerError
from imginspect.host.compression import SkippedFrame
from imginspect.tar.header import BLOCK, checksum_matches

ESTARGZ = "eStargz"
"""A gzip member for each file and a table of contents as the last entry. Source: stargz-snapshotter, docs/estargz.md."""
ZSTD_CHUNKED = "zstd:chunked"
"""A zstd frame for each file, a table of contents in skippable frames. Source: containers/storage, pkg/chunked; skopeo 1.9.3 writes it."""

TAIL_BYTES = 64
"""How many of a blob's last bytes ``variant_of`` wants to see."""

_TABLE = b"stargz.index.json"
_ESTARGZ_FOOTER = b"STARGZ"
_CHUNKED_FOOTER = b"GnUlInUx"
_ZSTD = b"\x28\xb5\x2f\xfd"
_MOST_TABLES = 2
"""Packed tables of zstd:chunked before its footer; a blob with more is read as zstd, which it is."""
_FILE_SYSTEMS = (
    (0, b"hsqs", "SquashFS"),
    (0, b"sqsh", "SquashFS"),
    (1024, b"\xe2\xe1\xf5\xe0", "EROFS"),
    (1080, b"\x53\xef", "ext2, ext3 or ext4"),
)


class NotATarLayer(LayerError):
    """The blob of a layer is a file system and no tar."""


def file_system_of(head: bytes) -> str:
    """The name of the file system that a layer starting with *head* is, or the empty string for a tar and anything else.

    The name of a tar's first entry may look like one, so a valid tar header counts before it.
    """
    if len(head) >= BLOCK and checksum_matches(head[:BLOCK]):
        return ""
    return next((name for offset, magic, name in _FILE_SYSTEMS if head[offset : offset + len(magic)] == magic), "")


def variant_of(tail: bytes, last_entry: bytes, skipped: Sequence[SkippedFrame] = ()) -> str:
    """Which of the formats with a table of contents a layer has.

    They are told by the last bytes of its blob, the name of its last entry, and the skippable frames: of zstd:chunked these are one or
    two packed tables and the footer.
    """
    tables = [frame.start for frame in skipped[:-1]]
    if tail.endswith(_CHUNKED_FOOTER) and 1 <= len(tables) <= _MOST_TABLES and all(table.startswith(_ZSTD) for table in tables):
        return ZSTD_CHUNKED
    if last_entry == _TABLE and _ESTARGZ_FOOTER in tail:
        return ESTARGZ
    return ""
