"""The cache: what is put is found again, and whatever is wrong with folder or entry counts as not there and is never an error."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from imginspect.errors import UsageError
from imginspect.host import cache as cache_module
from imginspect.host.cache import Cache

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


# -- entries that are read later ------------------------------------------------------------------------------------


def test_an_entry_can_be_read_piece_by_piece(cache: Cache) -> None:
    content = bytes(range(256)) * 100
    cache.put(KEY, content[:1000], b"", content[1000:])
    stored = cache.open(KEY)
    assert stored is not None
    assert stored.size == len(content)
    assert stored.read_at(0, 1 << 62) == content
    assert stored.read_at(300, 7) == content[300:307]
    assert stored.read_at(len(content) - 3, 10) == content[-3:]
    assert stored.read_at(len(content), 10) == stored.read_at(1 << 40, 10) == stored.read_at(0, 0) == b""


def test_what_the_system_gives_in_parts_is_read_whole(cache: Cache) -> None:
    """As it does beyond 2 GiB."""
    cache.put(KEY, b"the content")
    real = os.pread
    with mock.patch("os.pread", lambda descriptor, count, offset: real(descriptor, min(count, 32), offset)):
        assert cache.get(KEY) == b"the content"
        cache.put(OTHER, b"more content " * 50)
        assert cache.get(OTHER) == b"more content " * 50


@pytest.mark.parametrize("most", [None, 1 << 20])
def test_an_entry_stays_readable_when_it_goes(most: int | None, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", most)
    cache.put(KEY, b"the content")
    stored = cache.open(KEY)
    cache.put(KEY, b"another")
    entry(cache).unlink()
    assert stored is not None
    assert stored.read_at(0, 100) == b"the content"
    assert cache.get(KEY) is None
    assert not cache.has(KEY)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc")
def test_an_entry_that_nobody_has_any_more_is_closed(cache: Cache) -> None:
    cache.put(KEY, b"the content")
    before = os.listdir("/proc/self/fd")
    held = [cache.open(KEY) for _ in range(20)]
    assert len(os.listdir("/proc/self/fd")) == len(before) + 20
    held.clear()
    flip(entry(cache))
    for _ in range(20):
        assert cache.open(KEY) is None
    entry(cache).chmod(0o666)
    assert cache.open(KEY) is None
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_medium_that_fails_is_no_entry(cache: Cache) -> None:
    cache.put(KEY, b"the content")
    with mock.patch("os.pread", side_effect=OSError(errno.ESTALE, "Stale file handle")):
        assert cache.open(KEY) is None
    stored = cache.open(KEY)
    with mock.patch.object(cache, "open", return_value=stored), mock.patch("os.pread", side_effect=OSError(errno.ESTALE, "stale")):
        assert cache.get(KEY) is None


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_spoiled_entry_cannot_be_opened(cache: Cache, spoil: Callable[[Path], Any]) -> None:
    cache.put(KEY, b"the content")
    spoil(entry(cache))
    assert cache.open(KEY) is None


def test_whether_an_entry_seems_to_be_there(cache: Cache, tmp_path: Path) -> None:
    assert not cache.has(KEY)
    cache.put(KEY, b"x")
    assert cache.has(KEY)
    assert not cache.has(OTHER)
    flip(entry(cache))
    assert cache.has(KEY)  # only get and open can say
    entry(cache).unlink()
    entry(cache).symlink_to(tmp_path)
    assert not cache.has(KEY)
    assert not Cache(None).has(KEY)
    assert not Cache(tmp_path / "a\0b").has(KEY)
    with pytest.raises(TypeError):
        cache.has("../x")


def test_a_file_is_kept(cache: Cache, tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    (tmp_path / "file").write_bytes(content)
    cache.put_file(KEY, tmp_path / "file")
    assert cache.get(KEY) == content


def test_a_file_that_is_not_there_or_too_large_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", cache_module._MOST_BYTES + 1)
    for path in (tmp_path / "gone", tmp_path, tmp_path / "large", Path("a\0b")):
        cache.put_file(KEY, path)
        assert not cache.has(KEY)


def test_pieces_are_kept_whole_or_not_at_all(cache: Cache) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("no more")

    cache.put_pieces(KEY, iter([b"a", b"", b"bc"]))
    assert cache.get(KEY) == b"abc"
    with pytest.raises(RuntimeError):
        cache.put_pieces(KEY, breaking())
    with mock.patch.object(cache_module, "_MOST_BYTES", 1000):
        cache.put_pieces(KEY, (b"x" * 100 for _ in range(11)))
    assert cache.get(KEY) == b"abc"
    assert cache.folder is not None
    assert [path.name for path in cache.folder.iterdir()] == [entry(cache).name]


# -- a folder that somebody names ------------------------------------------------------------------------------------


def test_a_folder_that_can_be_used_is_made(tmp_path: Path) -> None:
    Cache(tmp_path / "a" / "b", 1000).check()
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    Cache(None).check()


def link(folder: Path) -> None:
    folder.with_name("real").mkdir()
    folder.symlink_to("real")


def for_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


@pytest.mark.parametrize("make", [link, for_all, Path.touch, lambda folder: folder.symlink_to("nowhere")])
def test_a_folder_that_cannot_be_used_is_said_to_be_so(make: Callable[[Path], Any], tmp_path: Path) -> None:
    make(tmp_path / "cache")
    with pytest.raises(UsageError, match="cannot use the cache directory"):
        Cache(tmp_path / "cache", 1000).check()


def test_nor_can_one_with_a_strange_name_or_of_another_user(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot use the cache directory"):
        Cache(Path("a\0b"), 1000).check()
    with mock.patch("os.geteuid", return_value=os.geteuid() + 1), pytest.raises(UsageError, match="belong to you"):
        Cache(tmp_path, 1000).check()
    with mock.patch("os.access", return_value=False), pytest.raises(UsageError, match="not writable"):
        Cache(tmp_path / "cache", 1000).check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_be_read_only_still_gives(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", 1 << 20)
    cache.put(KEY, b"x")
    os.utime(entry(cache), (1000, 1000))
    (tmp_path / "cache").chmod(0o500)
    assert cache.get(KEY) == b"x"


# -- bounds ----------------------------------------------------------------------------------------------------------


def numbered(number: int) -> str:
    return f"layer-{number:064x}"


def occupied(cache: Cache) -> int:
    assert cache.folder is not None
    return sum(max(path.stat().st_size, 4096) for path in cache.folder.iterdir())


@pytest.fixture
def bounded(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", 1 << 20)


def test_bytes_are_bounded_and_what_was_used_last_stays(bounded: Cache) -> None:
    for number in range(200):
        bounded.put(numbered(number), bytes([number % 256]) * 20_000)
        os.utime(entry(bounded, numbered(number)), (1000 + number, 1000 + number))
        assert occupied(bounded) <= (1 << 20) + (1 << 20) // 64 + 2 * 20_000
    kept = [number for number in range(200) if bounded.has(numbered(number))]
    assert len(kept) > 40
    assert kept == list(range(200 - len(kept), 200))


def test_many_small_entries_count_for_what_they_occupy(bounded: Cache) -> None:
    for number in range(400):
        bounded.put(numbered(number), b"x")
    assert 200 < sum(bounded.has(numbered(number)) for number in range(400)) <= 264


def test_there_are_more_than_a_few_dozen(bounded: Cache) -> None:
    for number in range(cache_module._MOST_ENTRIES * 3):
        bounded.put(numbered(number), b"x")
    assert all(bounded.get(numbered(number)) == b"x" for number in range(cache_module._MOST_ENTRIES * 3))


def test_an_entry_is_at_most_a_quarter(bounded: Cache) -> None:
    bounded.put(KEY, bytes((1 << 18) + 1))
    assert not bounded.has(KEY)
    bounded.put(KEY, bytes(1 << 18))
    assert bounded.get(KEY) == bytes(1 << 18)


@pytest.mark.parametrize("age", [-7200, 7200])
def test_use_is_noted(bounded: Cache, age: int) -> None:
    """Also of an entry that comes from the future: the clock was set back."""
    bounded.put(KEY, b"x")
    now = time.time()
    os.utime(entry(bounded), (now - age, now - age))
    assert bounded.get(KEY) == b"x"
    assert abs(entry(bounded).stat().st_mtime - now) < 1000


def test_use_is_not_noted_all_the_time(bounded: Cache) -> None:
    bounded.put(KEY, b"x")
    os.utime(entry(bounded), (time.time() - 100, time.time() - 100))
    before = entry(bounded).stat().st_mtime_ns
    assert bounded.get(KEY) == b"x"
    assert entry(bounded).stat().st_mtime_ns == before


def test_an_entry_whose_use_cannot_be_noted_is_there(bounded: Cache) -> None:
    bounded.put(KEY, b"x")
    os.utime(entry(bounded), (1000, 1000))
    with mock.patch("os.utime", side_effect=OSError(errno.EROFS, "read-only")):
        assert bounded.get(KEY) == b"x"


def fill(cache: Cache) -> None:
    for number in range(100):
        cache.put(numbered(number), bytes(20_000))


@pytest.mark.parametrize("number", [errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_bytes_are_bounded_where_there_are_no_locks(bounded: Cache, number: int) -> None:
    """NFS asks for a file that is open for writing, and a folder cannot be."""
    with mock.patch("fcntl.flock", side_effect=OSError(number, os.strerror(number))):
        fill(bounded)
    assert occupied(bounded) < 1_100_000


def test_who_makes_room_makes_it_for_all(bounded: Cache) -> None:
    with mock.patch("fcntl.flock", side_effect=BlockingIOError(errno.EWOULDBLOCK, "locked")):
        fill(bounded)
    assert all(bounded.has(numbered(number)) for number in range(100))
    Cache(bounded.folder, bounded.most_bytes).put(KEY, b"x")
    assert occupied(bounded) < 1_100_000


def test_what_others_removed_is_not_removed_twice(bounded: Cache) -> None:
    """Two make room at the same time: what is gone already counts, so that not all goes."""
    fill(bounded)
    real = os.unlink

    def slower(name: str, *, dir_fd: int) -> None:
        real(name, dir_fd=dir_fd)
        raise FileNotFoundError(errno.ENOENT, "gone")

    with mock.patch("os.unlink", slower):
        for number in range(100, 120):
            bounded.put(numbered(number), bytes(20_000))
    assert occupied(bounded) > 700_000


def test_what_cannot_be_removed_does_not_stop_the_rest(bounded: Cache) -> None:
    assert bounded.folder is not None
    bounded.put(KEY, b"x")
    strange = bounded.folder / f"{OTHER}.imginspect"
    strange.mkdir()
    os.utime(strange, (1, 1))
    os.mkfifo(entry(bounded, "rules-" + "2" * 64))
    (bounded.folder / f"rules-{'3' * 64}.imginspect").symlink_to("/etc/passwd")
    (bounded.folder / "mine.txt").write_bytes(bytes(3 << 20))
    refused = entry(bounded)
    os.utime(refused, (1, 1))
    real = os.unlink

    def refusing(name: str, *, dir_fd: int) -> None:
        if name == refused.name:
            raise PermissionError(errno.EPERM, "immutable")
        real(name, dir_fd=dir_fd)

    with mock.patch("os.unlink", refusing):
        fill(bounded)
    assert strange.is_dir()
    assert refused.exists()
    assert (bounded.folder / "mine.txt").exists()
    assert sum(bounded.has(numbered(number)) for number in range(100)) in range(35, 60)


def test_what_killed_writers_left_goes(bounded: Cache) -> None:
    assert bounded.folder is not None
    bounded.check()
    left, new = (bounded.folder / f".{KEY}.{letter * 16}.imginspect" for letter in "ab")
    left.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(left, (1, 1))
    bounded.put(KEY, b"x")
    assert not left.exists()
    assert new.exists()  # somebody may be at it


def test_a_folder_that_is_deleted_is_made_again(bounded: Cache) -> None:
    bounded.put(KEY, b"x")
    assert bounded.folder is not None
    shutil.rmtree(bounded.folder)
    assert bounded.get(KEY) is None
    bounded.put(KEY, b"y")
    assert bounded.get(KEY) == b"y"


# -- several at once, and over time ----------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from imginspect.host.cache import Cache
cache, key = Cache(Path(sys.argv[1])), sys.argv[2]
for number in range(150):
    cache.put(key, bytes([number % 7 + 65]) * 50_000)
    found = cache.get(key)
    assert found is not None and len(found) == 50_000 and len(set(found)) == 1, found and len(found)
"""


def test_writers_at_the_same_time_never_show_a_mixture(cache: Cache) -> None:
    command = [sys.executable, "-c", WRITER, str(cache.folder), KEY]
    root = str(Path(__file__).parents[2])
    writers = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": root}) for _ in range(3)
    ]
    outcomes = [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers]
    assert outcomes == [("", 0)] * 3
    assert cache.folder is not None
    assert [path.name for path in cache.folder.iterdir()] == [entry(cache).name]


CROWD = """
import random, sys, hashlib
from pathlib import Path
from imginspect.host.cache import Cache
cache, seed = Cache(Path(sys.argv[1]), 1 << 20), int(sys.argv[2])
random.seed(seed)
held = []
for turn in range(400):
    number = random.randrange(120)
    key = f"layer-{number:064x}"
    content = hashlib.sha256(key.encode()).digest() * random.choice([1, 300, 1000])
    if turn % 2:
        cache.put(key, content[:100], content[100:])
    stored = cache.open(key)
    if stored is not None:
        held = [*held[-20:], (key, stored)]
    for key, stored in held[-3:] + held[:2]:
        found = stored.read_at(0, stored.size)
        assert len(found) == stored.size and found[:32] == hashlib.sha256(key.encode()).digest(), key
        assert found == found[:32] * (len(found) // 32), key
"""


def test_a_crowd_that_writes_and_makes_room(bounded: Cache) -> None:
    """Never an error, a wrong content, or something left; and the bound holds, but for what all put in before they look again."""
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    commands = [[sys.executable, "-W", "error", "-c", CROWD, str(bounded.folder), str(number)] for number in range(4)]
    crowd = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root, env=environment) for command in commands]
    outcomes = [(one.communicate(timeout=120)[1], one.returncode) for one in crowd]
    assert outcomes == [("", 0)] * 4
    assert bounded.folder is not None
    assert not [path.name for path in bounded.folder.iterdir() if path.name.startswith(".")]
    assert 200_000 < occupied(bounded) <= (1 << 20) + 4 * ((1 << 20) // 64 + 40_000)


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
