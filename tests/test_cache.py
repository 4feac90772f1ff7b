"""The cache: what is put is found again, and whatever is wrong with folder or entry counts as not there and is never an error."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from imginspect import cache as cache_module
from imginspect.cache import Cache

KEY = "rules-" + "0" * 64
OTHER = "rules-" + "1" * 64


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "deep" / "cache")


def entry(cache: Cache, key: str = KEY) -> Path:
    assert cache.folder is not None
    return cache.folder / f"{key}.imginspect"


@pytest.mark.parametrize("content", [b"", b"text", bytes(range(256)) * 5000])
def test_what_is_put_is_found_again(cache: Cache, content: bytes) -> None:
    assert cache.get(KEY) is None
    cache.put(KEY, content)
    assert cache.get(KEY) == content
    assert cache.get(OTHER) is None
    cache.put(KEY, content + b"!")
    assert cache.get(KEY) == content + b"!"


def test_folder_and_entries_are_for_the_user_alone(cache: Cache) -> None:
    before = os.umask(0)
    try:
        cache.put(KEY, b"x")
    finally:
        os.umask(before)
    assert cache.folder is not None
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in cache.folder.iterdir()] == [0o600]


def test_without_a_folder_nothing_is_kept() -> None:
    nowhere = Cache(None)
    nowhere.put(KEY, b"x")
    assert nowhere.get(KEY) is None


@pytest.mark.parametrize("key", ["", "../x", "rules", "rules-" + "0" * 63, "rules-" + "0" * 64 + "\n", "Rules-" + "0" * 64])
def test_a_key_that_could_be_a_path_is_an_error_of_the_program(cache: Cache, key: str) -> None:
    with pytest.raises(TypeError):
        cache.get(key)
    with pytest.raises(TypeError):
        cache.put(key, b"x")


# -- what is not trusted ---------------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def only_hashed(path: Path) -> None:
    path.write_bytes(hashlib.sha256(b"forged").digest() + b"forged")


def replaced_by_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def replaced_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


SPOILED: list[Callable[[Path], Any]] = [
    flip,
    only_hashed,
    replaced_by_link,
    replaced_by_folder,
    replaced_by_pipe,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(path.read_bytes() + b"x"),
    lambda path: path.chmod(0o666),
    lambda path: path.chmod(0o620),
    lambda path: os.truncate(path, cache_module._MOST_BYTES + 1),
]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_spoiled_entry_is_not_there(cache: Cache, spoil: Callable[[Path], Any]) -> None:
    cache.put(KEY, b"the content")
    spoil(entry(cache))
    assert cache.get(KEY) is None


@pytest.mark.parametrize("spoil", [flip, only_hashed, replaced_by_link, replaced_by_pipe])
def test_a_spoiled_entry_is_replaced(cache: Cache, spoil: Callable[[Path], Any]) -> None:
    cache.put(KEY, b"the content")
    spoil(entry(cache))
    cache.put(KEY, b"new")
    assert cache.get(KEY) == b"new"


def test_an_entry_is_not_taken_for_another(cache: Cache) -> None:
    cache.put(KEY, b"the content")
    entry(cache).rename(entry(cache, OTHER))
    assert cache.get(OTHER) is None


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702, 0o1777])
def test_a_folder_that_others_may_write_to_is_not_used(cache: Cache, mode: int) -> None:
    cache.put(KEY, b"x")
    assert cache.folder is not None
    cache.folder.chmod(mode)
    assert cache.get(KEY) is None
    cache.put(OTHER, b"x")
    assert not entry(cache, OTHER).exists()


def test_a_link_in_the_place_of_the_folder_is_not_followed(cache: Cache, tmp_path: Path) -> None:
    cache.put(KEY, b"x")
    assert cache.folder is not None
    link = Cache(tmp_path / "link")
    assert link.folder is not None
    link.folder.symlink_to(cache.folder)
    assert link.get(KEY) is None
    link.put(OTHER, b"x")
    assert cache.get(OTHER) is None


def test_the_folder_or_entry_of_another_user_is_not_used(cache: Cache) -> None:
    cache.put(KEY, b"x")
    with mock.patch("os.geteuid", return_value=os.geteuid() + 1):
        assert cache.get(KEY) is None
        cache.put(OTHER, b"x")
    assert not entry(cache, OTHER).exists()
    assert cache.get(KEY) == b"x"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_entry_given_by_another_user_is_not_used(cache: Cache) -> None:
    cache.put(KEY, b"x")
    os.chown(entry(cache), 12345, 12345)
    assert cache.get(KEY) is None


# -- what cannot be written ------------------------------------------------------------------------------------------


def test_a_file_in_the_place_of_the_folder_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/imginspect"), Path("/dev/null"), tmp_path / "a\0b"):
        cache = Cache(folder)
        cache.put(KEY, b"x")
        assert cache.get(KEY) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_is_read_only_is_no_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    cache = Cache(tmp_path / "cache")
    cache.put(KEY, b"x")
    assert cache.get(KEY) is None


@pytest.mark.parametrize("call", ["os.open", "os.replace", "os.fdopen", "os.scandir", "pathlib.Path.mkdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_system_that_refuses_is_no_error(cache: Cache, call: str, number: int) -> None:
    with mock.patch(call, side_effect=OSError(number, os.strerror(number))):
        cache.put(KEY, b"x")
        assert cache.get(KEY) in (None, b"x")
    assert cache.get(KEY) in (None, b"x")


def test_a_full_disk_leaves_the_old_entry_and_nothing_half_written(cache: Cache) -> None:
    cache.put(KEY, b"old")
    real = os.fdopen

    def full(descriptor: int, mode: str = "r") -> Any:
        handle = real(descriptor, mode)
        if "w" not in mode:
            return handle
        writer = mock.MagicMock(wraps=handle)
        writer.__enter__.return_value = writer
        writer.__exit__.side_effect = lambda *_: handle.close()
        writer.write.side_effect = lambda data: (handle.write(data[:5]), (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        return writer

    with mock.patch("os.fdopen", side_effect=full):
        cache.put(KEY, b"new content")
    assert cache.get(KEY) == b"old"
    assert cache.folder is not None
    assert [path.name for path in cache.folder.iterdir()] == [entry(cache).name]


def test_what_is_too_large_is_not_kept(cache: Cache) -> None:
    with mock.patch.object(cache_module, "_MOST_BYTES", 100):
        cache.put(KEY, b"x" * 100)
        assert cache.get(KEY) is None
        cache.put(KEY, b"x" * 68)
        assert cache.get(KEY) == b"x" * 68


# -- several at once, and over time ----------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from imginspect.cache import Cache
cache, key = Cache(Path(sys.argv[1])), sys.argv[2]
for number in range(150):
    cache.put(key, bytes([number % 7 + 65]) * 50_000)
    found = cache.get(key)
    assert found is not None and len(found) == 50_000 and len(set(found)) == 1, found and len(found)
"""


def test_writers_at_the_same_time_never_show_a_mixture(cache: Cache) -> None:
    command = [sys.executable, "-c", WRITER, str(cache.folder), KEY]
    root = str(Path(__file__).parent.parent)
    writers = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": root}) for _ in range(3)
    ]
    outcomes = [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers]
    assert outcomes == [("", 0)] * 3
    assert cache.folder is not None
    assert [path.name for path in cache.folder.iterdir()] == [entry(cache).name]


def test_the_oldest_entries_go_and_nothing_that_is_not_ours(cache: Cache) -> None:
    assert cache.folder is not None
    cache.folder.mkdir(mode=0o700, parents=True)
    strange = [cache.folder / name for name in ("notes.txt", "rules-0.imginspect", f"{KEY}.txt")]
    for path in strange:
        path.write_text("mine")
        os.utime(path, (0, 0))
    left = cache.folder / f".{KEY}.{'a' * 16}.imginspect"  # by a writer that was killed
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    keys = [f"rules-{number:064x}" for number in range(cache_module._MOST_ENTRIES + 3)]
    for age, key in enumerate(keys):
        cache.put(key, b"x")
        os.utime(entry(cache, key), (1000 + age, 1000 + age))
    cache.put(keys[-1], b"y")
    assert [key for key in keys if cache.get(key) is None] == keys[:3]
    assert all(path.read_text() == "mine" for path in strange)
    assert not left.exists()
