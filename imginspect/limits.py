"""The bounds that keep time and memory finite for any archive."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from imginspect.errors import UsageError


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound counts things or bytes, never seconds, so that one input has one answer.

    A bound that is met is a Problem in the coverage ledger and makes the result *incomplete*.
    """

    entries: int = 1_000_000
    """entries of all layers of an image, the directories they imply included, each of which is held in memory"""
    layers: int = 2_000
    """layers of one image; runtimes mount far fewer, and each has an index in memory"""
    header_bytes: int = 1 << 20
    """bytes of one PAX or GNU extension header, and of one sparse map, which are held whole: room for a path and its attributes"""
    extension_headers: int = 64
    """extension headers in a row before one entry; a writer needs three: for its name, its link and the rest"""
    link_hops: int = 40
    """symbolic links followed in one lookup, as in Linux"""
    json_bytes: int = 8 << 20
    """bytes of one JSON document, which is parsed as a whole into many times as much memory"""
    documents_bytes: int = 128 << 20
    """bytes of all JSON documents of an archive, each counted as often as it is referred to"""
    json_depth: int = 128
    """nesting of one JSON document, whose parser calls itself; documents of the specifications nest a few levels"""
    manifests: int = 20_000
    """manifests and indexes reached from one archive's index: those of a registry's repository with all its tags"""
    index_depth: int = 16
    """indexes inside indexes; tools write two levels"""
    members: int = 2_000_000
    """members of the archive itself, each of which is held in memory: a store of many images has a few for each layer"""
    expanded_bytes: int = 256 << 30
    """bytes of all layers of an image after decompression, holes of sparse files included: what is hashed takes time, and an archive of
    zeros has no end"""
    ratio: int = 400
    """expanded over stored bytes of one blob, once it has expanded beyond 256 MiB; with holes of sparse files, of all layers. Only made
    data packs so well"""
    spool_bytes: int = 64 << 30
    """bytes put in a temporary file when the archive is a stream or is compressed as a whole: the disk of a host is not without end"""
    zstd_window_log: int = 27
    """log2 of the memory that a zstd frame may ask for: 128 MiB, as much as zstd itself grants without being asked for more"""
    kept_bytes: int = 512 << 20
    """bytes of file contents of one layer kept for the checks (beyond 8 MiB of an image's in a temporary file); and of all attributes"""
    problems: int = 1_000
    """problems of one kind that are listed one by one, for a person to read; all are counted"""
    findings: int = 10_000
    """findings of one image that are listed one by one; all are judged, and the coverage counts the rest"""
    places: int = 20_000
    """places of all these findings together that are listed one by one; the coverage counts the rest"""

    def with_settings(self, settings: list[str]) -> Limits:
        """These limits with ``name=value`` settings applied; values may end in K, M, G or T (powers of 1024).

        Raises: UsageError - unknown limit, or no positive integer
        """
        known = {field.name for field in fields(self)}
        changed: dict[str, int] = {}
        for setting in settings:
            name, _, text = setting.partition("=")
            name = name.strip().replace("-", "_")
            if name not in known:
                raise UsageError(f"unknown limit {name!r}; expected one of: {', '.join(sorted(known))}")
            changed[name] = parse_count(text, name)
        return replace(self, **changed)


PATH_MAX = 4096
"""Bytes of a path in Linux, the NUL at its end included; a longer one leads nowhere, for Linux as for us."""
MOST_TEXT_BYTES = 2 << 20
"""Bytes of a text that is read as a program, settings or a licence: people write shorter ones, and parsers keep many objects for each
line. A longer one is not read, and whatever would have read it says so.
"""
_COUNT = re.compile(r"([0-9][0-9_]{0,18})([KMGT]?)(?:I?B)?")
_SUFFIXES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
RATIO_FLOOR = 256 << 20
"""Bytes that a blob may expand to before its ratio is looked at: a small layer of zeros does no harm."""


def parse_count(text: str, name: str) -> int:
    """A positive whole number, with an optional K, M, G or T behind it (powers of 1024)."""
    match = _COUNT.fullmatch(text.strip().upper())
    number = int(match[1].replace("_", "")) * _SUFFIXES[match[2]] if match else 0
    if not number:
        raise UsageError(f"limit {name}: expected a positive integer such as 500, 64M or 2G, found {text!r}")
    return number
