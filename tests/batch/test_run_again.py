"""A second run: what is unchanged is not read again, what is changed is, and a cache that is damaged or gone changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.batch.conftest import settle
from tests.batch.mirrors import Mirrors, layer_files, named, write_registry
from tests.batch.running import answer, batch, facts, row, rows
from tests.image_builder import sha

pytestmark = pytest.mark.slow

_opened: list[str] = []
_listens = False


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _listens and event == "open":
        _opened.append(os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else "")


sys.addaudithook(_listen)


@contextmanager
def files_opened() -> Iterator[list[str]]:
    """The files that this process opens meanwhile."""
    global _listens  # noqa: PLW0603 - a hook cannot be taken away
    _opened.clear()
    _listens = True
    try:
        yield _opened
    finally:
        _listens = False


def layers_opened(opened: list[str], registry: Path) -> set[Path]:
    """The layers of *registry* that were opened."""
    return {Path(os.path.abspath(path)) for path in opened} & set(layer_files(registry))


def secretly_named(registry: Path) -> dict[Path, int]:
    """The layer that no cache keeps, because the name of a file in it is a credential."""
    own = sha(named().layer_blobs("gzip")[-1])
    return {path: size for path, size in layer_files(registry).items() if path.parent.name == own}


@pytest.fixture(scope="module")
def warm(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the cache and the answer (in ``out``) of a run over the registry; no test may change it."""
    folder = tmp_path_factory.mktemp("warm")
    with files_opened() as opened:
        batch(mirrors.registry, "--out", folder / "out", "--cache", folder / "cache")
    assert layers_opened(opened, mirrors.registry) == set(layer_files(mirrors.registry))
    assert facts(folder / "out")["layer_bytes_read"] == sum(layer_files(mirrors.registry).values())
    return folder


@pytest.fixture
def own(warm: Path, tmp_path: Path) -> Path:
    """A copy of the warm cache."""
    return Path(shutil.copytree(warm / "cache", tmp_path / "cache", copy_function=shutil.copy2))


def test_each_layer_is_read_once(warm: Path, mirrors: Mirrors) -> None:
    told = facts(warm / "out")
    assert told["layer_bytes_read"] == told["layer_bytes_needed"] == sum(layer_files(mirrors.registry).values())


def test_an_unchanged_mirror_is_answered_without_opening_a_layer(warm: Path, own: Path, mirrors: Mirrors, tmp_path: Path) -> None:
    with files_opened() as opened:
        batch(mirrors.registry, "--out", tmp_path / "out", "--cache", own)
    assert layers_opened(opened, mirrors.registry) == set()
    told = facts(tmp_path / "out")
    assert (told["layer_bytes_read"], told["layers_read"], told["known"]) == (0, 0, len(rows(tmp_path / "out")))
    assert answer(tmp_path / "out") == answer(warm / "out")


@pytest.mark.parametrize("options", [("--policy", "epcc-tre"), ("--fail-on", "low"), ("--strict",)], ids=" ".join)
def test_another_policy_judges_anew_without_opening_a_layer(
    options: tuple[str, ...], warm: Path, own: Path, mirrors: Mirrors, tmp_path: Path
) -> None:
    with files_opened() as opened:
        batch(mirrors.registry, "--out", tmp_path / "warm", "--cache", own, *options)
    unkept = secretly_named(mirrors.registry)
    assert layers_opened(opened, mirrors.registry) == set(unkept)
    assert len(unkept) == 1
    assert (facts(tmp_path / "warm")["layer_bytes_read"], facts(tmp_path / "warm")["known"]) == (sum(unkept.values()), 0)
    batch(mirrors.registry, "--out", tmp_path / "cold", "--cache", tmp_path / "empty", *options)
    assert answer(tmp_path / "warm") == answer(tmp_path / "cold")
    assert answer(tmp_path / "warm") != answer(warm / "out")


def test_other_patterns_read_all_layers_again(own: Path, mirrors: Mirrors, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "knowledge/credentials").mkdir(parents=True)
    (rules / "knowledge/credentials/own.yaml").write_text(_PATTERNS)
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", own, "--rules", rules)
    assert facts(tmp_path / "out")["layer_bytes_read"] == sum(layer_files(mirrors.registry).values())
    assert row(tmp_path / "out", "lib/app5:1")["verdict"] == "fail"


_PATTERNS = r"""
kinds:
  - id: own-badge
    issuer: Own
    title: Badge of our house
    regex: '\b(house-[0-9]{16})\b'
    longest: 22
    reference: our own
    examples:
      flag: ['house-19{{}}38475610293847']
      pass: ['house-12']
"""


def test_a_run_into_the_cache_of_another_mirror_does_not_take_its_images(own: Path, mirrors: Mirrors, tmp_path: Path) -> None:
    batch(mirrors.archives, "--out", tmp_path / "out", "--cache", own)
    batch(mirrors.archives, "--out", tmp_path / "cold", "--cache", tmp_path / "empty")
    assert answer(tmp_path / "out") == answer(tmp_path / "cold")


def test_an_image_more_and_one_less(own: Path, tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "mirror", 3)
    settle()
    batch(registry, "--out", tmp_path / "one", "--cache", own)
    shutil.rmtree(registry / "docker/registry/v2/repositories/lib/app1")
    write_registry(tmp_path / "more", 5)
    shutil.copytree(tmp_path / "more" / "docker/registry/v2/repositories/lib/app4", registry / "docker/registry/v2/repositories/lib/app4")
    shutil.copytree(
        tmp_path / "more" / "docker/registry/v2/blobs",
        registry / "docker/registry/v2/blobs",
        dirs_exist_ok=True,
        copy_function=_unless_there,
    )
    batch(registry, "--out", tmp_path / "two", "--cache", own)
    assert facts(tmp_path / "two")["known"] >= 1
    names = {name for item in rows(tmp_path / "two") for name in item["references"]}
    assert names == {"lib/app0:1", "lib/app0:latest", "lib/app2:1", "lib/app4:1", "lib/leaky:1", "lib/named:1"}
    batch(registry, "--out", tmp_path / "cold", "--cache", tmp_path / "empty")
    assert answer(tmp_path / "two") == answer(tmp_path / "cold")


def _unless_there(source: str, target: str) -> str:
    return target if os.path.exists(target) else str(shutil.copy2(source, target))


def test_a_blob_that_is_changed_in_place_is_noticed_whatever_its_size_and_time(cache: Path, tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "mirror", 3)
    settle()
    batch(registry, "--out", tmp_path / "before", "--cache", cache)
    for name in ("lib/app0:1", "lib/app1:1", "lib/app2:1"):
        assert row(tmp_path / "before", name)["verdict"] == "pass"
    path = min(layer_files(registry), key=lambda path: path.stat().st_size)
    status, data = path.stat(), bytearray(path.read_bytes())
    data[4] ^= 0xFF  # the time in the gzip header: the content is the same, the digest is not
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    batch(registry, "--out", tmp_path / "after", "--cache", cache)
    failed = {item["references"][0] for item in rows(tmp_path / "after") if "TRE-INT-001" in item["reason"]}
    assert len(failed) == 1
    path.write_bytes(bytes(data[:4]) + bytes([data[4] ^ 0xFF]) + bytes(data[5:]))
    batch(registry, "--out", tmp_path / "again", "--cache", cache)
    assert [item["verdict"] for item in rows(tmp_path / "again")] == [item["verdict"] for item in rows(tmp_path / "before")]


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_emptied, _cut, _flipped, _gone])
@pytest.mark.parametrize(
    "kinds", [("run",), ("run", "report"), ("run", "image", "layer"), ("run", "names"), ("blob", "layer", "run", "image")], ids=" ".join
)
def test_a_damaged_cache_changes_nothing(
    damage: object, kinds: tuple[str, ...], warm: Path, own: Path, mirrors: Mirrors, tmp_path: Path
) -> None:
    assert callable(damage)
    entries = [path for path in own.iterdir() if path.name.partition("-")[0] in kinds]
    assert {path.name.partition("-")[0] for path in entries} == set(kinds)
    for path in entries:
        damage(path)
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", own)
    assert answer(tmp_path / "out") == answer(warm / "out")


def test_without_its_cache_a_run_goes_on_all_the_same(warm: Path, own: Path, mirrors: Mirrors, tmp_path: Path) -> None:
    shutil.rmtree(own)
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", own)
    assert answer(tmp_path / "out") == answer(warm / "out")


def test_inspect_takes_layers_from_the_cache_of_a_run_and_the_other_way_round(own: Path, mirrors: Mirrors, tmp_path: Path) -> None:
    from tests.inspecting import run

    asked = ("inspect", mirrors.registry, "--image", "lib/app4:1", "--policy", "generic", "--format", "json")
    with files_opened() as opened:
        cached = run(*asked, "--cache", own)
    assert layers_opened(opened, mirrors.registry) == set()
    assert cached.out == run(*asked).out
    run(*asked, "--cache", tmp_path / "other")
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", tmp_path / "other")
    sizes = sorted(layer_files(mirrors.registry).values())
    assert facts(tmp_path / "out")["layer_bytes_read"] < sum(sizes) - sizes[-1]
