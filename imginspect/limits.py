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
    """entries of all layers of an image, the directories they imply included"""
    layers: int = 2_000
    """layers of one image"""
    header_bytes: int = 1 << 20
    """bytes of one PAX or GNU extension header, and of one sparse map"""
    extension_headers: int = 64
    """extension headers in a row before one entry"""
    link_hops: int = 40
    """symbolic links followed in one lookup, as in Linux"""
    json_bytes: int = 8 << 20
    """bytes of one JSON document"""
    documents_bytes: int = 128 << 20
    """bytes of all JSON documents of an archive, each counted as often as it is referred to"""
    json_depth: int = 128
    """nesting of one JSON document"""
    manifests: int = 20_000
    """manifests and indexes reached from one archive's index"""
    index_depth: int = 16
    """indexes inside indexes"""
    members: int = 2_000_000
    """members of the archive itself"""
    expanded_bytes: int = 256 << 30
    """bytes of all layers of an image after decompression, holes of sparse files included"""
    ratio: int = 400
    """expanded over stored bytes of one blob, once it has expanded beyond 256 MiB; with holes of sparse files, of all layers"""
    spool_bytes: int = 64 << 30
    """bytes put in a temporary file when the archive is a stream or is compressed as a whole"""
    zstd_window_log: int = 27
    """log2 of the memory that a zstd frame may ask for"""
    kept_bytes: int = 512 << 20
    """bytes of file contents of one layer kept for the checks (beyond 8 MiB of an image's in a temporary file); and of all attributes"""
    problems: int = 1_000
    """problems of one kind that are listed one by one; all are counted"""
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


_COUNT = re.compile(r"([0-9][0-9_]{0,18})([KMGT]?)(?:I?B)?")
_SUFFIXES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
RATIO_FLOOR = 256 << 20
"""Bytes that a blob may expand to before its ratio is looked at."""


def parse_count(text: str, name: str) -> int:
    """A positive whole number, with an optional K, M, G or T behind it (powers of 1024)."""
    match = _COUNT.fullmatch(text.strip().upper())
    number = int(match[1].replace("_", "")) * _SUFFIXES[match[2]] if match else 0
    if not number:
        raise UsageError(f"limit {name}: expected a positive integer such as 500, 64M or 2G, found {text!r}")
    return number
