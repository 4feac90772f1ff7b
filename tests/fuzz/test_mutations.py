"""What the fuzz target asks, of a few hundred mutated archives in each run of the tests; atheris asks it of millions."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.fuzz_readers import examine, repaired
from tests.fuzz.make_corpus import corpus


@functools.cache
def seeds() -> dict[str, bytes]:
    return dict(corpus())


@pytest.mark.parametrize("name", [name for name in seeds() if name not in ("chart", "rootfs")])
def test_the_corpus_is_made_of_images_that_are_inspected(name: str) -> None:
    reports = examine(seeds()[name])
    assert reports
    assert all(report.image is not None for report in reports)


def test_repairing_changes_nothing_that_is_right() -> None:
    tar = seeds()["strange-oci"]
    assert repaired(tar) == tar


def test_repairing_sets_a_checksum_right() -> None:
    tar = bytearray(seeds()["strange-oci"])
    tar[0] ^= 1
    with_checksum = repaired(bytes(tar))
    assert with_checksum != tar
    assert with_checksum[156:] == tar[156:]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_bytes_give_a_report_or_an_error(data: st.DataObject) -> None:
    archive = bytearray(seeds()[data.draw(st.sampled_from(sorted(seeds())))])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(archive) - 1)))
        piece = data.draw(st.binary(max_size=8) | st.sampled_from([b"\xff" * 12, b"77777777777\0", b"\x80" + bytes(11), b"9" * 20]))
        archive[at : at + (len(piece) if data.draw(st.booleans()) else data.draw(st.integers(0, 600)))] = piece
    examine(repaired(bytes(archive)) if data.draw(st.booleans()) else bytes(archive))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_give_a_report_or_an_error(data: bytes) -> None:
    assert examine(data) == []
