"""Writes tars block by block, right or wrong on purpose. Shares no code with imginspect: it is the other side of the contract."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

BLOCK = 512


def header(
    name: bytes,
    size: int = 0,
    typeflag: bytes = b"0",
    *,
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    mtime: int = 0,
    link: bytes = b"",
    device: tuple[int, int] = (0, 0),
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    checksum: int | None = None,
    base256: bool = False,
) -> bytes:
    """One header block. *checksum* overrides the right one; *base256* writes the size in base-256."""
    size_field = b"\x80" + size.to_bytes(11, "big") if base256 else b"%011o\0" % size
    fields = [
        name[:100].ljust(100, b"\0"),
        b"%07o\0" % mode,
        b"%07o\0" % uid,
        b"%07o\0" % gid,
        size_field,
        b"%011o\0" % mtime,
        b" " * 8,
        typeflag,
        link[:100].ljust(100, b"\0"),
        magic,
        b"\0" * 64,
        b"%07o\0" % device[0],
        b"%07o\0" % device[1],
        prefix.ljust(155, b"\0"),
        b"\0" * 12,
    ]
    block = b"".join(fields)
    total = sum(block) if checksum is None else checksum
    return block[:148] + b"%06o\0 " % total + block[156:]


def padded(data: bytes) -> bytes:
    """*data* filled up to whole blocks."""
    return data + b"\0" * (-len(data) % BLOCK)


def pax(records: dict[str, bytes | str] | list[tuple[str, bytes | str]], *, typeflag: bytes = b"x") -> bytes:
    """A PAX extension header with *records*."""
    body = b""
    for key, value in records.items() if isinstance(records, dict) else records:
        text = b" " + key.encode() + b"=" + (value if isinstance(value, bytes) else value.encode()) + b"\n"
        length = len(text) + 1
        while len(str(length)) + len(text) != length:
            length = len(str(length)) + len(text)
        body += str(length).encode() + text
    return header(b"PaxHeaders/x", len(body), typeflag) + padded(body)


def gnu_long(value: bytes, typeflag: bytes) -> bytes:
    """A GNU long name (``L``) or long link (``K``)."""
    return header(b"././@LongLink", len(value) + 1, typeflag, magic=b"ustar  \0") + padded(value + b"\0")


@dataclass(frozen=True)
class Entry:
    """One entry of a layer; *before* is put in front of its header as it is."""

    name: bytes
    typeflag: bytes = b"0"
    content: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    link: bytes = b""
    device: tuple[int, int] = (0, 0)
    records: dict[str, bytes | str] = field(default_factory=dict)
    raw: bytes | None = None

    def write(self, form: str = "pax") -> bytes:
        """The entry's blocks, long names in PAX or GNU form."""
        if self.raw is not None:
            return self.raw
        front = b""
        records = dict(self.records)
        magic = b"ustar\x0000" if form == "pax" else b"ustar  \0"
        if len(self.name) > 100 or (form == "pax" and not self.name.isascii()):
            if form == "gnu":
                front += gnu_long(self.name, b"L")
            else:
                records["path"] = self.name
        if len(self.link) > 100:
            if form == "gnu":
                front += gnu_long(self.link, b"K")
            else:
                records["linkpath"] = self.link
        if records:
            front = pax(records) + front
        block = header(
            self.name, len(self.content), self.typeflag, mode=self.mode, uid=self.uid, gid=self.gid, mtime=self.mtime,
            link=self.link, device=self.device, magic=magic,
        )  # fmt: skip
        return front + block + padded(self.content)


def _name(path: str | bytes) -> bytes:
    raw = path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path
    return raw[1:] if raw.startswith(b"/") else raw


def file(path: str | bytes, content: bytes = b"", **attributes: object) -> Entry:
    """A regular file."""
    return replace(Entry(_name(path), content=content), **attributes)  # type: ignore[arg-type]


def directory(path: str | bytes, mode: int = 0o755, **attributes: object) -> Entry:
    """A directory."""
    return replace(Entry(_name(path).rstrip(b"/") + b"/", b"5", mode=mode), **attributes)  # type: ignore[arg-type]


def symlink(path: str | bytes, target: str, **attributes: object) -> Entry:
    """A symbolic link."""
    return replace(Entry(_name(path), b"2", link=target.encode("utf-8", "surrogateescape"), mode=0o777), **attributes)  # type: ignore[arg-type]


def hardlink(path: str | bytes, target: str | bytes, **attributes: object) -> Entry:
    """A hard link."""
    return replace(Entry(_name(path), b"1", link=_name(target)), **attributes)  # type: ignore[arg-type]


def device(path: str, kind: str = "c", major: int = 1, minor: int = 3) -> Entry:
    """A character (``c``) or block (``b``) device."""
    return Entry(_name(path), b"3" if kind == "c" else b"4", device=(major, minor))


def fifo(path: str) -> Entry:
    """A named pipe."""
    return Entry(_name(path), b"6")


def whiteout(path: str) -> Entry:
    """``.wh.NAME`` for *path*."""
    folder, _, name = path.strip("/").rpartition("/")
    return Entry(_name(f"{folder}/.wh.{name}".lstrip("/")))


def opaque(path: str) -> Entry:
    """``.wh..wh..opq`` in *path*."""
    return Entry(_name(f"{path.strip('/')}/.wh..wh..opq".lstrip("/")))


def raw(blocks: bytes) -> Entry:
    """Blocks put in the tar as they are."""
    return Entry(b"", raw=blocks)


def sparse(path: str, pieces: list[tuple[int, bytes]], size: int, form: str) -> Entry:
    """A sparse file of *size* bytes in one of the forms gnu, pax-0.0, pax-0.1, pax-1.0."""
    name = _name(path)
    data = b"".join(content for _, content in pieces)
    if form == "gnu":
        slots = [(offset, len(content)) for offset, content in pieces]
        block = bytearray(header(name, len(data), b"S", magic=b"ustar  \0"))
        area = b"".join(b"%011o\0%011o\0" % slot for slot in slots[:4])
        block[386 : 386 + len(area)] = area
        block[482] = 1 if len(slots) > 4 else 0
        block[483:495] = b"%011o\0" % size
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        more = b""
        rest = slots[4:]
        while rest:
            now, rest = rest[:21], rest[21:]
            extension = b"".join(b"%011o\0%011o\0" % slot for slot in now).ljust(504, b"\0") + (b"\1" if rest else b"\0")
            more += padded(extension)
        return raw(bytes(block) + more + padded(data))
    if form == "pax-1.0":
        text = "".join([f"{len(pieces)}\n", *(f"{offset}\n{len(content)}\n" for offset, content in pieces)])
        stored = padded(text.encode()) + data
        records: list[tuple[str, bytes | str]] = [
            ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", name), ("GNU.sparse.realsize", str(size)),
        ]  # fmt: skip
        return raw(pax(records) + header(b"GNUSparseFile.0/" + name[:60], len(stored)) + padded(stored))
    records = [("GNU.sparse.size", str(size)), ("GNU.sparse.numblocks", str(len(pieces)))]
    if form == "pax-0.1":
        records += [("GNU.sparse.name", name), ("GNU.sparse.map", ",".join(f"{offset},{len(content)}" for offset, content in pieces))]
    else:
        for offset, content in pieces:
            records += [("GNU.sparse.offset", str(offset)), ("GNU.sparse.numbytes", str(len(content)))]
    return raw(pax(records) + header(name, len(data)) + padded(data))


def tar_bytes(entries: list[Entry] | tuple[Entry, ...], form: str = "pax", tail: bytes = b"", end_blocks: int = 2) -> bytes:
    """A tar of *entries*, ended by *end_blocks* zero blocks and followed by *tail*."""
    return b"".join(entry.write(form) for entry in entries) + b"\0" * (BLOCK * end_blocks) + tail
