"""A file's content class by its first bytes: cheap enough for every file. libmagic costs a thousand times as much."""

from __future__ import annotations

HEAD_BYTES = 4096
"""First bytes by which a text is told from other contents: a NUL among them."""

EMPTY = "empty"
TEXT = "text"
BINARY = "binary"
SCRIPT = "script"
ELF = "elf"
UTF16 = "utf-16 text"
COMPRESSED = frozenset({"gzip", "zstd", "xz", "bzip2", "zip"})
"""Classes of files whose content is packed: only the packed bytes are searched."""

_BY_MAGIC = {
    b"\x7fELF": ELF,
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x89PNG": "png",
    b"\xff\xd8\xff\xe0": "jpeg",
    b"\xff\xd8\xff\xe1": "jpeg",
    b"GIF8": "gif",
    b"%PDF": "pdf",
    b"\xfd7zX": "xz",
    b"BZh9": "bzip2",
    b"\xcf\xfa\xed\xfe": "mach-o",
    b"\xca\xfe\xba\xbe": "java-class",
    b"\0asm": "wasm",
    b"!<ar": "ar",
    b"\x89HDF": "hdf5",
    b"PAR1": "parquet",
    b"SQLi": "sqlite",
    b"GGUF": "gguf",
    b"OTTO": "font",
    b"wOFF": "font",
    b"wOF2": "font",
    b"\0\x01\0\0": "font",
    b"RIFF": "riff",
    b"OggS": "ogg",
    b"\xed\xab\xee\xdb": "rpm",
    b"hsqs": "squashfs",
    b"\x93NUM": "numpy",
    b"RDX2": "r-data",
    b"RDX3": "r-data",
    b"\xde\x12\x04\x95": "gettext",
    b"Arro": "arrow",
}


def content_class(head: memoryview) -> str:
    """The class of a file that starts with *head*: a format known by its magic, else text (no NUL in the head) or binary."""
    start = bytes(head[:4])
    if not start:
        return EMPTY
    if start[:2] == b"#!":
        return SCRIPT
    known = _BY_MAGIC.get(start)
    if known is not None:
        return known
    if start[:2] == b"\x1f\x8b":
        return "gzip"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return UTF16
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    return BINARY if b"\0" in bytes(head[:HEAD_BYTES]) else TEXT
