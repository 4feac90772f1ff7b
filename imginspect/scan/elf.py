"""Elf: the few facts of a compiled program that decide whether it can start; read while its bytes go by."""

from __future__ import annotations

from typing import NamedTuple


class Elf(NamedTuple):
    """A summary of one ELF file. *machine* is the architecture in Docker's words (amd64, arm64) or ``machine N`` where it has none.

    *bits* is 32 or 64. *interpreter* is the loader's path, empty for a static program or a library. *needed*, *rpath* and *runpath* come
    from the dynamic section; *is_whole* says whether that could be read (a section beyond what is buffered could not).
    """

    machine: str
    bits: int
    kind: str
    """``executable``, ``shared`` (libraries, and position-independent programs), ``relocatable``, ``core`` or ``other``."""
    interpreter: str
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]
    is_dynamic: bool
    is_whole: bool
