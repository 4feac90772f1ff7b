"""Wanted: which contents the analyses may ask for later, told by path, size and class while a layer goes by.

It goes by the layer alone, never by the image that the layer is of or by a policy: what is kept of a layer serves every image that has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from imginspect.host.file_type import HEAD_BYTES
from imginspect.layer.content_class import ELF, SCRIPT, TEXT
from imginspect.layer.package_places import is_of_a_package
from imginspect.limits import MOST_TEXT_BYTES

_MOST_SCRIPT_OF_A_PACKAGE = 256 << 10
"""Bytes of a package's script that is kept whole, room for start scripts; of a longer one the head is kept."""
_MOST_BUSYBOX = 4 << 20
"""Bytes of the largest busybox that is kept, for the list of its applets; a static one of Debian has 2 MB. The official image's is
the file ``[``, to which the other names are hard links."""
_MOST_HEADS = 200
"""Files in unusual folders of the root whose first bytes are kept, for what findings below a mount say of their type."""
_USUAL_FOLDERS = frozenset((
    "app", "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root", "run", "sbin",
    "srv", "sys", "tmp", "usr", "var",
))  # fmt: skip
"""Folders of the root that every system has, or that images put programs in; any other may be one that an environment mounts over."""
_SOURCES = re.compile(r"/usr/src/(?!linux|kernel|debug|python)")
"""Where images put programs of their own in a tree that packages use too."""
_LOADER_CACHE = "/etc/ld.so.cache"
_METADATA_NAMES = frozenset({"METADATA", "PKG-INFO", "DESCRIPTION", "direct_url.json", "top_level.txt", "entry_points.txt", "pyvenv.cfg"})
"""Heads of what Python and R packages and environments say of themselves."""
_STATING = _METADATA_NAMES | {"copyright"}
"""These and, of Debian's packages, their licences: only asked for where packages are listed."""
_SYSTEM_FILES = re.compile(
    r"/etc/(?:ld\.so\.conf(?:\.d/.*)?|ld-musl-[a-z0-9_]+\.path|passwd|group|os-release|nsswitch\.conf|profile(?:\.d/.*)?)"
    r"|/(?:usr/)?lib/apk/db/installed"
)
_PACKAGE_DATABASES = re.compile(
    r"/var/lib/dpkg/(?:status|diversions|status\.d/.*|info/.*\.(?:list|md5sums))|/(?:usr/)?lib/apk/db/installed"
    r"|/(?:var/lib|usr/lib/sysimage|usr/share)/rpm/rpmdb\.sqlite"
    r"|.*\.(?:dist-info/RECORD|egg-info/installed-files\.txt)|.*/conda-meta/[^/]*\.json|.*/node_modules/(?:@[^/]+/)?[^/]+/package\.json"
    r"|.*/packages/[^/]+/[^/]+/(?:Julia)?Project\.toml|.*/DESCRIPTION"
)
_DATABASE_NAMES = frozenset(
    {"status", "diversions", "installed", "rpmdb.sqlite", "RECORD", "installed-files.txt", "package.json"}
    | {"Project.toml", "JuliaProject.toml", "DESCRIPTION"}
)
_MOST_DATABASE = 64 << 20
"""Bytes of the largest package database that is kept: rpm's of an image with 2,000 packages has some 40 MiB. A larger one is not read."""


class PathPatterns(Protocol):
    """Patterns of paths, in two steps: most paths are ruled out by their last name alone."""

    def may_match(self, name: str) -> bool:
        """Whether a path whose last name is *name* may match."""

    def find(self, path: str) -> Sequence[object]:
        """Something for each pattern that *path* matches."""


class TextRetention:
    """See Keep: texts outside of package trees, scripts, and heads of what lies in folders of the root that few systems have."""

    def __init__(self, licences: PathPatterns) -> None:
        """*licences* tells where licence files may be."""
        self._licences = licences
        self._heads = 0

    def begin(self) -> None:
        """See Keep."""
        self._heads = 0

    def wanted(self, path: str, size: int, content_class: str) -> int:
        """See Keep."""
        if self._heads < _MOST_HEADS and path[1:].partition("/")[0] not in _USUAL_FOLDERS:
            self._heads += 1
            return max(HEAD_BYTES, self._text(path, size, content_class))
        return self._text(path, size, content_class)

    def _text(self, path: str, size: int, content_class: str) -> int:
        if path == _LOADER_CACHE:
            return size if size <= MOST_TEXT_BYTES else 0
        name = path.rpartition("/")[2]
        if self._licences.may_match(name) and self._licences.find(path):
            return size if size <= MOST_TEXT_BYTES else HEAD_BYTES
        if content_class == ELF and size <= _MOST_BUSYBOX and (name == "[" or name.startswith("busybox")):
            return size
        if name in _METADATA_NAMES or name.endswith(".pth"):
            return HEAD_BYTES
        if content_class == SCRIPT:
            return size if size <= _MOST_SCRIPT_OF_A_PACKAGE or (size <= MOST_TEXT_BYTES and not is_of_a_package(path)) else HEAD_BYTES
        if content_class != TEXT or size > MOST_TEXT_BYTES:
            return 0
        return size if _SYSTEM_FILES.fullmatch(path) or not is_of_a_package(path) or _SOURCES.match(path) else 0


def database_bytes(path: str, name: str, size: int) -> int | None:
    """How many bytes to keep of a package database whose last name is *name*; None for any other file."""
    may_be = name in _DATABASE_NAMES or path.startswith("/var/lib/dpkg/") or (name.endswith(".json") and "/conda-meta/" in path)
    if not may_be or not _PACKAGE_DATABASES.fullmatch(path):
        return None
    return size if size <= _MOST_DATABASE else 0


class PackageRetention:
    """See Keep: package databases, what packages say of themselves, and the file at *path* (empty for none)."""

    def __init__(self, path: str = "") -> None:
        self._path = path

    def begin(self) -> None:
        """See Keep."""

    def wanted(self, path: str, size: int, content_class: str) -> int:
        """See Keep."""
        del content_class
        name = path.rpartition("/")[2]
        if path == self._path:
            return size
        return database_bytes(path, name, size) or (HEAD_BYTES if name in _STATING or name.endswith(".egg-info") else 0)
