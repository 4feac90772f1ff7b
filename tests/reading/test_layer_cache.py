"""The layer cache: what its records are for, which files it takes for known, and how it ends when disk, clock or bounds say no."""

from __future__ import annotations

import ast
import errno
import gzip
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from imginspect.archive import identity
from imginspect.archive.source import PartReader
from imginspect.errors import LayerError
from imginspect.host.cache import Cache
from imginspect.inspection.criteria import load_criteria
from imginspect.inspection.reader_key import READERS, reader_key
from imginspect.layer import LayerJob
from imginspect.layer.content_spool import ContentSpool, SpooledContent
from imginspect.layer.index import LayerIndex
from imginspect.layer.record import decode
from imginspect.limits import Limits
from imginspect.oci.digest import Digest
from imginspect.reading import cached_layers, layer_cache
from imginspect.reading.cached_layers import LayerSource, read_through
from imginspect.reading.layer_cache import LayerCache
from tests.caching import BOUND, IMAGE, criteria, reads, report, settled
from tests.image_builder import (
    ImageBuilder,
    compress,
    file,
    sha,
    whiteout,
)

# -- what records are for --------------------------------------------------------------------------------------------


def _reads(path: Path, folder: Path, **options: Any) -> int:
    with reads() as noted:
        report(path, folder, **options)
    return len(noted)


@pytest.mark.slow
def test_records_are_for_one_way_of_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = IMAGE.save(tmp_path / "image.tar", "oci"), tmp_path / "cache"
    assert _reads(path, folder) == 3
    assert _reads(path, folder) == 0
    assert _reads(path, folder, by=load_criteria("epcc-tre")) == 0  # a policy judges what was found
    assert _reads(path, folder, limits=["entries=999"]) == 3
    assert _reads(path, folder, limits=["problems=999"]) == 3
    keys = [load_criteria("generic", fingerprint_key=bytes([number]) * 32) for number in (1, 2)]
    for by in keys:
        assert _reads(path, folder, by=by) == 3
        assert _reads(path, folder, by=by) == 0
    monkeypatch.setattr("imginspect.inspection.reader_key.code_digest", lambda *_: "other code")
    assert _reads(path, folder) == 3
    assert _reads(path, folder) == 0


def test_the_key_names_all_that_decides() -> None:
    by, limits = criteria(), Limits()
    knowledge, patterns = by.knowledge, by.knowledge.patterns
    others = [
        knowledge._replace(patterns=patterns._replace(digest="other")),
        knowledge._replace(patterns=patterns._replace(published=())),
        knowledge._replace(products=knowledge.products._replace(digest="other")),
    ]
    names = {reader_key(replace(by, knowledge=other), limits) for other in (knowledge, *others)}
    names.add(reader_key(by, Limits(entries=5)))
    assert len(names) == 5
    store = LayerCache(Cache(None), by.matcher, reader_key(by, limits))
    keys = {store.key(digest, algorithm) for digest in ("sha256:a", "sha512:a", "sha256:b") for algorithm in ("", "sha256", "sha512")}
    assert len(keys) == 9


BEGIN = (
    "layer/layer_pass.py",
    "layer/content_scanner.py",
    "layer/fetch.py",
    "layer/record.py",
    "reading/retention.py",
    "reading/names.py",
    "licences/globs.py",
)
DECIDES_NOTHING = ("reading/documents.py", "archive/", "filesystem/", "host/cache.py", "host/worker.py")
"""What only hands bytes on, or is not run by the pass."""


def test_the_code_that_a_pass_runs_is_in_the_key() -> None:
    package = Path(layer_cache.__file__).parents[1]
    seen: set[str] = set()
    waiting = list(BEGIN)
    while waiting:
        name = waiting.pop()
        if name in seen or name.startswith(DECIDES_NOTHING):
            continue
        seen.add(name)
        waiting += _imported(package, name)
    assert len(seen) > 50
    assert not [name for name in sorted(seen) if not any(name == part or name.startswith(f"{part}/") for part in READERS)]


def _imported(package: Path, name: str) -> Iterator[str]:
    """The modules of the package that one of its modules imports."""
    for node in ast.walk(ast.parse((package / name).read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "imginspect":
            place = package.joinpath(*node.module.split(".")[1:])
            for path in [place, *(place / alias.name for alias in node.names)]:
                for found in (path.with_suffix(".py"), path / "__init__.py"):
                    if found.is_file() and path != package:
                        yield found.relative_to(package).as_posix()


@pytest.mark.parametrize("compression", ["plain", "gzip"])
def test_a_digest_is_given_in_the_algorithm_that_is_asked_for(compression: str, tmp_path: Path) -> None:
    """One image names its layer by sha512; another has the same bytes, and names only their diff_id by it."""
    data = compress(IMAGE.tars[1], compression)
    (tmp_path / "blob").write_bytes(data)
    claimed = Digest.of(data, "sha512")
    store = LayerCache(Cache(tmp_path / "cache", BOUND), criteria().matcher, reader_key(criteria(), Limits()))
    for identity_of in ("", "a" * 64):
        for algorithm in ("sha512", "sha256", "sha384", "sha512", "sha256"):
            job = LayerJob(0, lambda: PartReader(tmp_path / "blob", 0, len(data)), algorithm, "sha512")
            source = LayerSource(job, lambda _, name=identity_of: name, claimed, "sha512")  # type: ignore[misc]
            found = read_through(store, [source], Limits(), None)
            assert found is not None
            assert found[0].blob_digest == Digest.of(data, algorithm)


# -- files on the host -----------------------------------------------------------------------------------------------


def _known(path: Path, folder: Path) -> None:
    """Have the files at *path* noted as known."""
    with settled():
        report(path, folder)
        report(path, folder)
        with reads() as noted, mock.patch.object(cached_layers, "_digest_of", side_effect=AssertionError("hashed again")):
            report(path, folder)
        assert not noted


@pytest.mark.parametrize("form", ["oci-dir", "dir", "registry", "oci", "docker"])
def test_a_file_that_was_replaced_is_read(form: str, tmp_path: Path) -> None:
    """Of the same size, in place, with its time of change set back: the system still tells."""
    path, folder = IMAGE.save(tmp_path / "image", form, "plain"), tmp_path / "cache"
    _known(path, folder)
    for file_at in [item for item in (path.rglob("*") if path.is_dir() else [path]) if item.is_file()]:
        data, status = file_at.read_bytes(), file_at.stat()
        changed = data.replace(b"python3", b"python2")
        if changed != data:
            with file_at.open("r+b") as handle:
                handle.write(changed)
            os.utime(file_at, ns=(status.st_atime_ns, status.st_mtime_ns))
            assert file_at.stat().st_mtime_ns == status.st_mtime_ns
    with settled():
        wanted = report(path, None)
        assert "python2" in str(wanted) or wanted != report(IMAGE.save(tmp_path / "sound", form, "plain"), None)
        assert report(path, folder) == wanted


def test_a_hard_link_is_the_same_file(tmp_path: Path) -> None:
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    other = shutil.copytree(path, tmp_path / "other", copy_function=os.link)
    with settled():
        wanted = report(other, None)
    _known(path, folder)
    with settled(), reads() as noted, mock.patch.object(cached_layers, "_digest_of", side_effect=AssertionError("hashed again")):
        assert report(other, folder) == wanted
    assert not noted


def test_a_file_that_was_just_written_is_not_known(tmp_path: Path) -> None:
    """It might be changed again within the same tick of a coarse clock."""
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    report(path, folder)
    with mock.patch.object(cached_layers, "_digest_of", wraps=cached_layers._digest_of) as hashed:
        report(path, folder)
    assert hashed.call_count == 3


def test_a_file_of_the_future_is_not_known(tmp_path: Path) -> None:
    """The clock was set back, or another machine's is ahead."""
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    with mock.patch("time.time_ns", return_value=time.time_ns() - (1 << 50)):
        report(path, folder)
        with mock.patch.object(cached_layers, "_digest_of", wraps=cached_layers._digest_of) as hashed:
            report(path, folder)
    assert hashed.call_count == 3


def test_a_file_that_changes_while_it_is_read_is_not_known(tmp_path: Path) -> None:
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    blob = path / f"blobs/sha256/{sha(IMAGE.blob(1, 'gzip'))}"
    real = cached_layers._digest_of

    def changing(*arguments: Any) -> str:
        digest = real(*arguments)
        blob.write_bytes(blob.read_bytes().replace(b"x", b"x"))
        os.utime(blob, ns=(1, 1))
        return digest

    report(path, folder)
    with settled():
        with mock.patch.object(cached_layers, "_digest_of", changing):
            report(path, folder)
        with mock.patch.object(cached_layers, "_digest_of", wraps=real) as hashed:
            report(path, folder)
    assert hashed.call_count >= 1


def _status(path: Path, **changed: int) -> Any:
    status = path.stat()
    names = ("st_ino", "st_size", "st_mtime_ns", "st_ctime_ns", "st_dev")
    return mock.Mock(**{name: getattr(status, name) for name in names} | changed)


def test_what_an_identity_goes_by(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1")
    known = identity.file_identity(_status(path), 0, "sha256:a")
    assert identity.file_identity(_status(path), 0, "sha256:a") == known
    others = [
        identity.file_identity(_status(path, **{name: 7}), 0, "sha256:a") for name in ("st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
    ]
    others += [identity.file_identity(_status(path), 512, "sha256:a"), identity.file_identity(_status(path), 0, "sha256:b")]
    assert len({known, *others}) == 7


def test_a_system_whose_times_are_made_up_names_no_file(tmp_path: Path) -> None:
    """On images of file systems (squashfs, ISO 9660) all files may have one time, and numbers of files begin anew with each of them."""
    path = tmp_path / "file"
    path.write_bytes(b"1")
    second = 1_000_000_000
    later = 2_000_000_000 * second
    assert not identity.is_settled(_status(path, st_mtime_ns=0, st_ctime_ns=0), later)
    assert not identity.is_settled(_status(path, st_mtime_ns=5 * second, st_ctime_ns=5 * second), later)
    assert identity.is_settled(_status(path, st_mtime_ns=5 * second, st_ctime_ns=6 * second), later)
    assert identity.is_settled(_status(path, st_mtime_ns=5 * second + 1, st_ctime_ns=5 * second + 1), later)
    assert not identity.is_settled(_status(path, st_mtime_ns=later + 1, st_ctime_ns=5 * second), later)


# -- folders that go, fill up or are somebody's ----------------------------------------------------------------------


def test_a_folder_that_is_deleted_meanwhile(tmp_path: Path) -> None:
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    assert report(path, folder) == wanted
    real = cached_layers._known

    def deleting(*arguments: Any) -> LayerIndex | None:
        found = real(*arguments)
        shutil.rmtree(folder, ignore_errors=True)
        return found

    with mock.patch.object(cached_layers, "_known", deleting):
        assert report(path, folder) == wanted
    assert report(path, folder) == wanted


def test_what_was_found_stays_readable_when_its_entry_goes(tmp_path: Path) -> None:
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    report(path, folder)
    real = decode

    def removing(stored: Any) -> LayerIndex:
        index = real(stored)
        for entry in folder.iterdir():
            entry.unlink()
        return index

    with mock.patch.object(layer_cache, "decode", removing):
        assert report(path, folder) == wanted


def test_spoiled_records_are_read_anew(tmp_path: Path) -> None:
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    for spoil in (lambda data: data[:-1], lambda data: b"", lambda data: data[:40] + b"?" + data[41:], lambda data: data[::-1]):
        assert report(path, folder) == wanted
        for entry in folder.iterdir():
            entry.write_bytes(spoil(entry.read_bytes()))
        with reads() as noted:
            assert report(path, folder) == wanted
        assert len(noted) == 3


def test_garbage_under_the_right_name_is_read_anew(tmp_path: Path) -> None:
    """Whole as far as the cache can tell, and yet no record."""
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    report(path, folder)
    cache = Cache(folder, BOUND)
    keys = [entry.name.removesuffix(".imginspect") for entry in folder.iterdir()]
    for garbage in (b"", b"IIL1", b"sha256:" + b"0" * 64, b"\xff" * 1000, gzip.compress(b"x")):
        for key in keys:
            cache.put(key, garbage)
        assert report(path, folder) == wanted


@pytest.mark.parametrize("method", ["put_pieces", "open", "has", "get"])
def test_a_disk_that_refuses_changes_nothing(method: str, tmp_path: Path) -> None:
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    call = {"put_pieces": "os.replace", "open": "os.open", "has": "os.lstat", "get": "os.pread"}[method]
    real = getattr(os, call.removeprefix("os."))

    def refusing(where: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(where, int) or "imginspect" in str(where) or Path(where) == folder:
            raise OSError(28, "No space left on device")
        return real(where, *arguments, **options)

    for _ in range(2):
        with mock.patch(call, refusing):
            assert report(path, folder) == wanted
        assert report(path, folder) == wanted


def test_contents_that_go_before_they_are_copied_are_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_layers, "_MOST_OPEN", 0)
    path, folder = IMAGE.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    report(path, folder)
    assert report(path, folder) == wanted
    with reads() as noted, mock.patch("imginspect.layer.record._SpoolPlace.read", side_effect=LayerError("gone")):
        assert report(path, folder) == wanted
    assert noted


# -- bounds ----------------------------------------------------------------------------------------------------------


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc")
def test_open_files_are_bounded(tmp_path: Path) -> None:
    image = ImageBuilder()
    for number in range(260):
        image = image.layer(file(f"/app/{number}.sh", b"#!/bin/sh\necho %d\n" % number))
    path, folder = image.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    report(path, folder)
    most, real = [_open_files()], LayerCache.get

    def counting(self: LayerCache, key: str) -> LayerIndex | None:
        most.append(_open_files())
        return real(self, key)

    with mock.patch.object(LayerCache, "get", counting):
        assert report(path, folder) == wanted
    assert len(most) > 260
    assert max(most) - most[0] < 110
    assert _open_files() <= most[0] + 1


def test_layers_at_hand_are_bounded(tmp_path: Path) -> None:
    store = LayerCache(Cache(tmp_path / "cache", BOUND), criteria().matcher, reader_key(criteria(), Limits()))
    for number in range(300):
        store.put(store.key(f"sha256:{number}", ""), LayerIndex(has_plain_names=True))
    for number in range(300):
        assert store.get(store.key(f"sha256:{number}", "")) is not None
    assert len(store._at_hand) == layer_cache._MOST_AT_HAND // layer_cache._LEAST_AT_HAND
    assert store._entries_at_hand == layer_cache._MOST_AT_HAND


def test_what_is_shared_is_not_changed(tmp_path: Path) -> None:
    """An image that has a layer twice, and the next one, share what is at hand."""
    image = ImageBuilder().layer(file("/a", b"1")).layer(whiteout("/a")).layer(file("/a", b"1"))
    path, folder = image.save(tmp_path / "image", "oci-dir"), tmp_path / "cache"
    wanted = report(path, None)
    report(path, folder)
    held: list[LayerCache] = []
    real = LayerCache.__init__

    def noting(self: LayerCache, *arguments: Any) -> None:
        real(self, *arguments)
        if held:
            self.__dict__ = held[0].__dict__
        held.append(self)

    with mock.patch.object(LayerCache, "__init__", noting):
        for _ in range(3):
            assert report(path, folder) == wanted
    assert len(held[0]._at_hand) == 2


def test_a_full_folder_for_temporary_files_is_not_remembered_of_a_layer(tmp_path: Path) -> None:
    add, failures = ContentSpool.add, [OSError(errno.ENOSPC, "No space left on device")]

    def once_full(store: ContentSpool, content: bytes) -> SpooledContent:
        if failures:
            raise LayerError("it could not be written") from failures.pop()
        return add(store, content)

    path = IMAGE.save(tmp_path / "image.tar", "oci")
    with mock.patch.object(ContentSpool, "add", once_full):
        report(path, tmp_path / "cache")
    assert report(path, tmp_path / "cache") == report(path, None)
