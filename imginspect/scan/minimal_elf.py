"""Minimal ELF files: headers, a loader's name and a dynamic section, and no code. For the examples that rules carry and for tests."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_MACHINES = {"amd64": 62, "386": 3, "arm64": 183, "arm": 40, "ppc64le": 21, "s390x": 22, "riscv64": 243, "x32": 62}
_BIG_ENDIAN = frozenset({"s390x"})
_NARROW = frozenset({"386", "arm", "x32"})
_KINDS = {"executable": 2, "shared": 3, "relocatable": 1}
_LOAD, _DYNAMIC, _INTERP = 1, 2, 3
_NEEDED, _STRTAB, _RPATH, _RUNPATH = 1, 5, 15, 29


def minimal_elf(
    machine: str = "amd64",
    *,
    interpreter: str = "",
    needed: Sequence[str] = (),
    rpath: str = "",
    runpath: str = "",
    kind: str = "executable",
) -> bytes:
    """An ELF file of these facts; with nothing but a machine a static program.

    Raises: KeyError - a machine or kind that is not known
    """
    is_wide = machine not in _NARROW
    order = ">" if machine in _BIG_ENDIAN else "<"
    base = 0x400000 if kind == "executable" else 0
    is_dynamic = bool(needed or rpath or runpath or interpreter or kind == "shared")
    count = 1 + bool(interpreter) + is_dynamic
    header_size, program_size = (64, 56) if is_wide else (52, 32)
    interp_at = header_size + count * program_size
    interp = interpreter.encode("utf-8", "surrogateescape") + b"\0" if interpreter else b""
    strings_at = interp_at + len(interp)
    strings, entries = _strings(needed, rpath, runpath)
    dynamic_at = strings_at + len(strings)
    entries = [(_STRTAB, base + strings_at), *entries, (0, 0)]
    dynamic = b"".join(struct.pack(order + ("qQ" if is_wide else "iI"), *entry) for entry in entries) if is_dynamic else b""
    size = dynamic_at + len(dynamic)
    segments = [(_LOAD, 0, size)]
    if interpreter:
        segments.append((_INTERP, interp_at, len(interp)))
    if is_dynamic:
        segments.append((_DYNAMIC, dynamic_at, len(dynamic)))
    ident = b"\x7fELF" + bytes([2 if is_wide else 1, 2 if order == ">" else 1, 1]) + bytes(9)
    fields = (_KINDS[kind], _MACHINES[machine], 1, base, header_size, 0, 0, header_size, program_size, count, 0, 0, 0)
    header = ident + struct.pack(order + ("HHIQQQIHHHHHH" if is_wide else "HHIIIIIHHHHHH"), *fields)
    programs = b"".join(_program(order, segment, base, is_wide=is_wide) for segment in segments)
    return header + programs + interp + strings + dynamic


def _strings(needed: Sequence[str], rpath: str, runpath: str) -> tuple[bytes, list[tuple[int, int]]]:
    """The string table, and the dynamic entries that point into it."""
    table, entries = b"\0", []
    for tag, text in [*((_NEEDED, name) for name in needed), (_RPATH, rpath), (_RUNPATH, runpath)]:
        if text:
            entries.append((tag, len(table)))
            table += text.encode("utf-8", "surrogateescape") + b"\0"
    return table, entries


def _program(order: str, segment: tuple[int, int, int], base: int, *, is_wide: bool) -> bytes:
    kind, offset, size = segment
    if is_wide:
        return struct.pack(order + "IIQQQQQQ", kind, 5, offset, base + offset, 0, size, size, 8)
    return struct.pack(order + "IIIIIIII", kind, offset, base + offset, 0, size, size, 5, 4)
