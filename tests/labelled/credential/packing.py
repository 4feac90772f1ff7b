"""Containers made in code, with the same bytes in every run: compressed streams, archives, and files that carry texts inside."""

from __future__ import annotations

import gzip
import io
import struct
import sys
import tarfile
import zipfile
import zlib
from typing import TypeAlias

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Members: TypeAlias = tuple[tuple[str, bytes], ...]


def gzipped(data: bytes) -> bytes:
    """A gzip file without a name and a time."""
    return gzip.compress(data, mtime=0)


def gzipped_named(data: bytes, name: str) -> bytes:
    """A gzip file that holds its own name, as the program gzip writes it."""
    head = b"\x1f\x8b\x08\x08" + bytes(4) + b"\x02\x03" + name.encode() + b"\0"
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    return head + raw.compress(data) + raw.flush() + struct.pack("<II", zlib.crc32(data), len(data))


def zstandard(data: bytes) -> bytes:
    """A zstd frame."""
    return zstd.compress(data, 3)


def from_zstandard(data: bytes) -> bytes:
    """What the zstd frames of *data* hold."""
    return zstd.decompress(data)


def zipped(members: Members, *, method: int = zipfile.ZIP_DEFLATED, streamed: bool = False) -> bytes:
    """A zip archive; a *streamed* one has the sizes behind the contents."""
    buffer = _Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


class _Unseekable(io.BytesIO):
    """A buffer that a writer cannot go back in."""

    def seekable(self) -> bool:
        """False: so `zipfile` writes data descriptors."""
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Raises: it cannot."""
        raise io.UnsupportedOperation

    def tell(self) -> int:
        """Raises: it cannot."""
        raise io.UnsupportedOperation


def tarred(members: Members) -> bytes:
    """A tar archive without owners and times."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def png(chunks: Members) -> bytes:
    """A picture of one pixel with *chunks* before its data. Source: the PNG specification, chunk layout."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [("IHDR", header), *chunks, ("IDAT", zlib.compress(b"\0\0", 9)), ("IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name.encode(), data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def text_chunk(keyword: str, text: str) -> tuple[str, bytes]:
    """A plain text of a picture."""
    return "tEXt", keyword.encode() + b"\0" + text.encode("latin-1")


def compressed_chunk(keyword: str, text: str) -> tuple[str, bytes]:
    """A compressed text of a picture."""
    return "zTXt", keyword.encode() + b"\0\0" + zlib.compress(text.encode("latin-1"), 9)


def international_chunk(keyword: str, text: str, *, compressed: bool) -> tuple[str, bytes]:
    """A text of a picture in UTF-8."""
    data = zlib.compress(text.encode(), 9) if compressed else text.encode()
    return "iTXt", keyword.encode() + b"\0" + bytes([compressed, 0]) + b"en\0\0" + data


def pdf(stream: bytes) -> bytes:
    """A document of one page, whose content is a compressed stream."""
    packed = zlib.compress(stream, 9)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed),
    )
    body = b"%PDF-1.4\n"
    for number, data in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    return body + b"trailer\n<</Root 1 0 R/Size 5>>\n%%EOF\n"


def r_strings(values: Members) -> bytes:
    """A workspace of R with one text a variable, not compressed. Source: the manual "R Internals", serialization formats (XDR)."""

    def text(data: bytes) -> bytes:
        return struct.pack(">Ii", 0x00040009, len(data)) + data

    body = b"RDX3\nX\n" + struct.pack(">III", 3, 0x00040300, 0x00030500) + struct.pack(">I", 5) + b"UTF-8"
    for name, data in values:
        body += struct.pack(">I", 0x00000402) + struct.pack(">I", 1) + text(name.encode())
        body += struct.pack(">II", 16, 1) + text(data)
    return body + struct.pack(">I", 254)
