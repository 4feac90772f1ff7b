"""The type of a file in words, from its first bytes; the only module that imports python-magic.

The copy of libmagic that the package pylibmagic carries is used, so that machines with the same packages give the same words; it is
loaded by its path, without importing that package (importing it changes ctypes and the environment of the whole process). Where it is not
installed the system's library serves. Without either there is no answer, and the content class of the pass stands.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

HEAD_BYTES = 4096
"""First bytes of a file by which its type is told; they are all that is kept of most files."""


def describe(head: bytes) -> str | None:
    """What libmagic calls a file that starts with *head* (at most 4 KiB are looked at), or None without libmagic."""
    describer = _describer()
    return describer(head[:HEAD_BYTES]) if describer else None


def is_available() -> bool:
    """Whether libmagic can be used here."""
    return _describer() is not None


@lru_cache(maxsize=1)
def _describer() -> Callable[[bytes], str | None] | None:
    database = _load_carried_library()
    try:
        import magic

        instance = magic.Magic(magic_file=str(database) if database else None)
    except (ImportError, OSError, AttributeError, magic_error()) as error:
        del error
        return None

    def describe_head(head: bytes) -> str | None:
        try:
            return str(instance.from_buffer(head))
        except (OSError, ValueError, magic_error()):
            return None

    return describe_head


def magic_error() -> type[Exception]:
    """python-magic's own error class, or one that is never raised where it is not installed."""
    try:
        from magic import MagicException
    except (ImportError, OSError):
        return ImportError
    return MagicException


def _load_carried_library() -> Path | None:
    """Load pylibmagic's library, so that a later search by name finds it loaded; the path of its database."""
    spec = importlib.util.find_spec("pylibmagic")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    libraries = sorted([*folder.rglob("libmagic.so*"), *folder.rglob("libmagic*.dylib")])
    databases = sorted(folder.rglob("magic.mgc"))
    if not libraries or not databases:
        return None
    try:
        ctypes.CDLL(str(libraries[0]), mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return None
    return databases[0]
