"""The fast way to gunzip serves sound streams alone; the exact one is asked only where a stream is not sound."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pytest

from imginspect.host.compression import CorruptStream, Gunzip, has_isal
from imginspect.limits import Limits

pytestmark = pytest.mark.skipif(not has_isal(), reason="isal has no wheel for this platform")

DATA = bytes(range(256)) * 5_000
SOUND = gzip.compress(DATA[:700_000]) + gzip.compress(DATA[700_000:])


def _gunzip(stored: bytes) -> tuple[Gunzip, list[int]]:
    again: list[int] = []

    def reopen() -> Callable[[int], bytes]:
        again.append(1)
        return io.BytesIO(stored).read

    return Gunzip(io.BytesIO(stored).readinto, reopen, Limits()), again


def _read(source: Gunzip) -> bytes:
    buffer = bytearray(100_000)
    found = b""
    while count := source.readinto(memoryview(buffer)):
        found += buffer[:count]
    return found


def test_a_sound_stream_is_read_once() -> None:
    source, again = _gunzip(SOUND)
    assert _read(source) == DATA
    assert (again, source.trailing) == ([], 0)


@pytest.mark.parametrize(("tail", "nonzero"), [(b"garbage", 7), (bytes(40), 0), (bytes(40) + b"x", 1)])
def test_what_follows_the_last_member_is_counted(tail: bytes, nonzero: int) -> None:
    source, again = _gunzip(SOUND + tail)
    assert _read(source) == DATA
    assert (again, source.trailing, source.trailing_nonzero) == ([1], len(tail), nonzero)


def test_a_damaged_stream_is_given_up_to_the_damage() -> None:
    source, _ = _gunzip(SOUND[: len(SOUND) // 2])
    with pytest.raises(CorruptStream, match="is truncated"):
        _read(source)


@pytest.mark.parametrize("error", [OSError("the storage failed"), AttributeError("a bug")])
def test_an_error_that_is_not_the_streams_is_not_taken_for_one(error: Exception) -> None:
    def fail(target: memoryview) -> int:
        raise error

    source = Gunzip(fail, lambda: io.BytesIO(SOUND).read, Limits())
    with pytest.raises(type(error), match=str(error)):
        _read(source)
