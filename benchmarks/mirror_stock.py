"""Real files of this machine, from which the layers of a synthetic mirror are cut.

Random bytes would neither compress like an image nor cost a scanner what an image costs. The list is kept beside what is made from it,
so that a mirror which grows later is cut from the same files.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("python", "text", "program", "library", "data")
_ROOTS = ("/usr/bin", "/usr/lib", "/usr/share", "/usr/include", "/usr/local/lib")
_TEXT = frozenset({".h", ".txt", ".md", ".rst", ".html", ".js", ".css", ".pl", ".pm", ".rb", ".sh", ".json", ".xml", ".conf", ".yaml", ""})
_PACKED = frozenset({".gz", ".xz", ".bz2", ".zst", ".zip", ".whl", ".jar", ".png", ".jpg", ".gif", ".woff", ".woff2", ".mo", ".pak"})
_KEPT_OUT = re.compile(
    r"cloud-sdk|/(tests?|testing|testdata|examples?|fixtures|ca-certificates|ssl|keyrings?)/|\.(pem|key|crt|gpg|p12|pfx|jks)$"
)
_LARGEST = 24 << 20
_MOST_OF_A_KIND = 40_000
# What a credential scanner rightly reports; what a mirror holds of these is put there on purpose, and counted.
_CREDENTIAL = re.compile(
    rb"PRIVATE KEY|AIza[0-9A-Za-z_-]{30}|AKIA[0-9A-Z]{12}|gh[pousr]_[0-9A-Za-z]{20}|://[^/\s:@]{1,40}:[^/\s:@]{1,80}@|(?i:passw(or)?d|secret|token)[\"']?\s*[:=]\s*[\"']"
)


@dataclass(frozen=True)
class Stock:
    """Paths and sizes by kind, in the order of their names."""

    kinds: dict[str, list[tuple[str, int]]]

    @classmethod
    def of_machine(cls, kept: Path) -> Stock:
        """The stock that *kept* lists, or else what this machine has, listed there."""
        if not kept.exists():
            found: dict[str, list[tuple[str, int]]] = {kind: [] for kind in KINDS}
            for path, size in _files():
                if kind := _kind(path, size):
                    found[kind].append((path, size))
            kept.write_text(json.dumps({kind: _thinned(sorted(files)) for kind, files in found.items()}))
        return cls({kind: [(path, size) for path, size in files] for kind, files in json.loads(kept.read_text()).items()})

    def draw(self, rng: random.Random, kind: str, size: int) -> tuple[str, bytes]:
        """The name of a file of *kind* and at most *size* of its bytes. Text is cut at a line's end; a program keeps its head."""
        files = self.kinds[kind] or self.kinds["text"]
        for _ in range(50):
            path, whole = files[rng.randrange(len(files))]
            start = rng.randrange(max(1, whole - size)) if kind in ("text", "data") else 0
            content = _read(path, start, size)
            if content and not _CREDENTIAL.search(content):
                whole_lines = kind not in ("program", "library") and len(content) == size
                return path, (whole_lines and content[: content.rfind(b"\n") + 1]) or content
        return "/usr/share/nothing.txt", b"nothing\n" * max(1, size // 8)


def _files() -> Iterator[tuple[str, int]]:
    for root in _ROOTS:
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not path.isascii() or len(path) > 180:
                    continue
                yield path, os.stat(path).st_size


def _kind(path: str, size: int) -> str | None:
    suffix = os.path.splitext(path)[1]
    if not 64 <= size <= _LARGEST or suffix in _PACKED or _KEPT_OUT.search(path):
        return None
    if suffix == ".py":
        return "python"
    if ".so" in path:
        return "library"
    if path.startswith("/usr/bin/") and size > 20_000:
        return "program"
    if suffix in _TEXT and "/lib/" not in path[:9]:
        return "text"
    return "data" if size > 512 else None


def _thinned(files: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return files[:: -(-len(files) // _MOST_OF_A_KIND) or 1]


def _read(path: str, start: int, size: int) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(start)
            return file.read(size)
    except OSError:
        return b""
