"""ELF summaries: right for real programs and for every class and byte order, bounded and harmless for hostile files."""

from __future__ import annotations

import platform
import random
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.errors import RuleError
from imginspect.examples.sample import build
from imginspect.scan.elf import Elf, ElfReader, parse
from imginspect.scan.minimal_elf import minimal_elf

PIECE = 2 << 20


def pieces(content: bytes, size: int = PIECE) -> Iterator[memoryview]:
    yield from (memoryview(content)[at : at + size] for at in range(0, len(content), size))


def read(content: bytes, size: int = PIECE, stated: int | None = None) -> Elf | None:
    reader = ElfReader(len(content) if stated is None else stated)
    for piece in pieces(content, size):
        reader.feed(memoryview(bytearray(piece)))
    return reader.finish()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this Python is no ELF file")
def test_the_program_that_runs_this() -> None:
    elf = parse(Path(sys.executable).resolve().read_bytes())
    assert elf is not None
    assert elf.machine == {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), elf.machine)
    assert Path(elf.interpreter).exists()
    assert any(name.startswith(("libc.so", "libc.musl")) for name in elf.needed)
    assert elf.is_whole


@pytest.mark.parametrize(
    ("machine", "bits"),
    [("amd64", 64), ("arm64", 64), ("386", 32), ("arm", 32), ("s390x", 64), ("ppc64le", 64), ("riscv64", 64), ("x32", 32)],
)
def test_every_class_and_byte_order(machine: str, bits: int) -> None:
    content = minimal_elf(machine, interpreter="/lib/ld.so", needed=["libc.so.6", "libm.so.6"], rpath="/a:/b", runpath="$ORIGIN/../lib")
    expected = Elf(
        machine, bits, "executable", "/lib/ld.so", ("libc.so.6", "libm.so.6"), ("/a", "/b"), ("$ORIGIN/../lib",),
        is_dynamic=True, is_whole=True,
    )  # fmt: skip
    assert parse(content) == expected
    assert read(content) == expected


def test_a_static_program() -> None:
    elf = parse(minimal_elf())
    assert elf is not None
    assert (elf.interpreter, elf.needed, elf.is_dynamic, elf.is_whole) == ("", (), False, True)


def test_a_library() -> None:
    elf = parse(minimal_elf(kind="shared", needed=["libc.so.6"]))
    assert elf is not None
    assert (elf.kind, elf.interpreter, elf.needed) == ("shared", "", ("libc.so.6",))


def test_what_is_no_elf_file() -> None:
    assert parse(b"#!/bin/sh\n") is None
    assert parse(b"") is None
    assert read(b"") is None
    assert read(b"\x7fEL") is None
    assert read(b"text " * (1 << 20)) is None


@pytest.mark.parametrize("length", [4, 5, 6, 20, 51, 63])
def test_a_cut_off_header_is_a_damaged_elf_file(length: int) -> None:
    elf = parse(minimal_elf()[:length])
    assert elf is not None
    assert (elf.machine, elf.bits, elf.is_whole) == ("", 0, False)


def test_a_class_that_does_not_exist() -> None:
    content = bytearray(minimal_elf())
    content[4] = 9
    elf = parse(bytes(content))
    assert elf is not None
    assert elf.machine == ""


def test_a_large_file_is_read_from_its_pieces() -> None:
    content = minimal_elf(interpreter="/lib64/ld-linux-x86-64.so.2", needed=["libc.so.6"])
    large = content + bytes(9 << 20)
    elf = read(large)
    assert elf is not None
    assert (elf.interpreter, elf.needed, elf.is_whole) == ("/lib64/ld-linux-x86-64.so.2", ("libc.so.6",), True)


def moved(content: bytes, gap: int) -> bytes:
    """The same file with its dynamic section *gap* bytes further on, as in a large program."""
    dynamic_at = struct.unpack_from("<Q", content, 64 + 2 * 56 + 8)[0]
    dynamic = content[dynamic_at:]
    head = bytearray(content[:dynamic_at])
    struct.pack_into("<Q", head, 64 + 2 * 56 + 8, dynamic_at + gap)
    return bytes(head) + bytes(gap) + dynamic


@pytest.mark.parametrize("behind", [0, 5 << 20])
def test_the_dynamic_section_of_a_large_file_is_kept_wherever_it_is(behind: int) -> None:
    content = moved(minimal_elf(interpreter="/lib/ld.so", needed=["libc.so.6"]), 3 << 20) + bytes(behind)
    elf = read(content)
    assert elf == parse(content)
    assert elf is not None
    assert elf.needed == ("libc.so.6",)


def test_strings_out_of_reach_are_said_to_be() -> None:
    content = bytearray(minimal_elf(needed=["libc.so.6"]) + bytes(9 << 20))
    dynamic_at = struct.unpack_from("<Q", content, 64 + 56 + 8)[0]
    struct.pack_into("<Q", content, 64 + 32, len(content))  # the loaded segment is the whole file
    struct.pack_into("<qQ", content, dynamic_at, 5, 0x400000 + (4 << 20))  # and its strings are in the middle
    elf = read(bytes(content))
    assert elf is not None
    assert (elf.needed, elf.is_dynamic, elf.is_whole) == ((), True, False)


def test_program_headers_out_of_reach_are_said_to_be() -> None:
    content = bytearray(minimal_elf() + bytes(9 << 20))
    struct.pack_into("<Q", content, 32, 4 << 20)
    elf = read(bytes(content))
    assert elf is not None
    assert (elf.machine, elf.is_whole) == ("amd64", False)


def test_a_file_that_ends_early() -> None:
    elf = read(minimal_elf(needed=["libc.so.6"]), stated=1 << 30)
    assert elf is not None
    assert elf.needed == ("libc.so.6",)


def test_too_many_headers_are_not_read() -> None:
    content = bytearray(minimal_elf() + bytes(4 << 20))
    struct.pack_into("<H", content, 56, 0xFFFF)
    elf = parse(bytes(content))
    assert elf is not None
    assert not elf.is_whole


@pytest.mark.parametrize("elf", [{"machine": "z80"}, {"kind": "door"}, {"colour": "red"}])
def test_an_example_with_an_unknown_word_is_refused(elf: dict[str, str]) -> None:
    with pytest.raises(RuleError, match="example: elf"):
        build({"layers": [[{"path": "/x", "elf": elf}]]})


@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from(["amd64", "386", "s390x"]))
def test_any_change_to_a_file_gives_a_summary_of_bounded_size(seed: int, count: int, machine: str) -> None:
    rng = random.Random(seed)
    content = bytearray(minimal_elf(machine, interpreter="/lib/ld.so", needed=["a.so"] * 3, runpath="$ORIGIN"))
    for _ in range(count):
        content[rng.randrange(4, len(content))] = rng.choice([0, 1, 255, rng.randrange(256)])
    elf = parse(bytes(content))
    assert elf is not None
    assert len(elf.needed) <= 512
    assert elf == read(bytes(content))
