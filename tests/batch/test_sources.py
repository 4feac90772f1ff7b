"""What SOURCE arguments lead to: units, and a word on everything else."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from imginspect.batch.mirror.globs import expand
from imginspect.batch.mirror.sources import find_units
from imginspect.batch.values.plans import Skipped
from imginspect.errors import UsageError
from tests.batch.trees import found, image, layout, unread
from tests.image_builder import members

AS_ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder ``mirror`` in the current one."""
    monkeypatch.chdir(tmp_path)
    path = Path("mirror")
    path.mkdir()
    return path


def test_a_folder_of_archives_is_walked_by_name(mirror: Path) -> None:
    (mirror / "b").mkdir()
    image().save(mirror / "b" / "two.tar", "docker")
    image().save(mirror / "a.tar", "oci")
    image().save(mirror / "c.tar.gz", "docker", whole="gz")
    image().save(mirror / "d.bin", "oci")
    units, passed = found("mirror/")
    assert [unit.shown for unit in units] == ["mirror/a.tar", "mirror/b/two.tar", "mirror/c.tar.gz", "mirror/d.bin"]
    assert {(unit.repository, unit.tag, unit.within) for unit in units} == {("", "", "")}
    assert all(os.path.isabs(unit.path) and os.path.isfile(unit.path) for unit in units)
    assert passed == {}


def test_what_has_an_archives_name_is_not_lost_and_other_files_are_told(mirror: Path) -> None:
    for name, content in {
        "broken.tar": b"no tar", "empty.tgz": b"", "notes.txt": b"hello", "list.json": b"{}", "data.gz": b"\x1f\x8b\x08" + bytes(600),
        "nothing": b"",
    }.items():  # fmt: skip
        (mirror / name).write_bytes(content)
    units, passed = found("mirror")
    assert [unit.shown for unit in units] == ["mirror/broken.tar", "mirror/empty.tgz"]
    assert passed.keys() == {"mirror/notes.txt", "mirror/list.json", "mirror/data.gz", "mirror/nothing"}
    assert "a text file" in passed["mirror/notes.txt"]
    assert "compressed with gzip" in passed["mirror/data.gz"]


def test_a_file_that_is_named_is_a_unit_whatever_it_holds(mirror: Path) -> None:
    (mirror / "notes.txt").write_bytes(b"hello")
    assert [unit.shown for unit in found("mirror/notes.txt")[0]] == ["mirror/notes.txt"]


@pytest.mark.parametrize("form", ["dir", "dir-v2s1", "oci-dir"])
def test_trees_as_skopeo_sync_writes_them_are_named_by_their_place(form: str, mirror: Path) -> None:
    for place in ("app:1.0", "library/app:2.0", "registry.example.org:5000/team/app:3.0", "pinned@sha256:" + "a" * 64):
        image().save(mirror / place, form)
    units, passed = found("mirror")
    assert [(unit.shown, unit.repository, unit.tag) for unit in units] == [
        ("mirror/app:1.0", "app", "1.0"),
        ("mirror/library/app:2.0", "library/app", "2.0"),
        (f"mirror/pinned@sha256:{'a' * 64}", "pinned", f"sha256:{'a' * 64}"),
        ("mirror/registry.example.org:5000/team/app:3.0", "registry.example.org:5000/team/app", "3.0"),
    ]
    assert passed == {}


@pytest.mark.parametrize("form", ["dir", "oci-dir", "docker"])
def test_a_layout_that_is_the_source_itself_gets_no_name_from_its_place(form: str, mirror: Path) -> None:
    if form == "docker":
        layout(members(image(), "docker"), mirror / "app")
    else:
        image().save(mirror / "app", form)
    (unit,), passed = found("mirror/app")
    assert (unit.shown, unit.repository, unit.tag, unit.within) == ("mirror/app", "", "", "")
    assert passed == {}


@pytest.mark.parametrize("source", ["mirror", "mirror/docker", "mirror/docker/registry/v2"])
def test_a_registrys_storage_is_a_unit_for_each_repository(source: str, mirror: Path) -> None:
    for name in ("library/app:1", "library/app:2", "library/app/sub:1", "zoo:1"):
        image(name, name).save(mirror, "registry")
    units, passed = found(source)
    below = "mirror/docker/registry/v2/repositories"
    assert [(unit.shown, unit.within) for unit in units] == [
        (f"{below}/library/app", "library/app"),
        (f"{below}/library/app/sub", "library/app/sub"),
        (f"{below}/zoo", "zoo"),
    ]
    assert {unit.path for unit in units} == {str(mirror.resolve() / "docker/registry/v2")}
    assert passed == {}


def test_archives_beside_a_registrys_storage_are_found(mirror: Path) -> None:
    image("a", "app:1").save(mirror, "registry")
    image().save(mirror / "app.tar")
    assert [unit.shown for unit in found("mirror")[0]] == ["mirror/app.tar", "mirror/docker/registry/v2/repositories/app"]


def test_zots_storage_is_a_unit_for_each_repository_and_its_own_folders_are_told(mirror: Path) -> None:
    image("a", "1.0").save(mirror / "library/app", "oci-dir")
    image("b", "1.0").save(mirror / "library/app/sub", "oci-dir")
    for name in ("library/app/.uploads", ".sync", "_trivy/db", ".trash"):
        (mirror / name).mkdir(parents=True)
    (mirror / "cache.db").write_bytes(b"\0\1")
    units, passed = found("mirror")
    assert [(unit.shown, unit.repository) for unit in units] == [
        ("mirror/library/app", "library/app"),
        ("mirror/library/app/sub", "library/app/sub"),
    ]
    assert passed.keys() == {"mirror/library/app/.uploads", "mirror/.sync", "mirror/_trivy", "mirror/.trash", "mirror/cache.db"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b'{"name": "site", "icons": []}'),
        ("manifest.json", b'["a.tar", "b.tar"]'),
        ("manifest.json", b"[]"),
        ("index.json", b'{"pages": []}'),
    ],
)
def test_a_list_of_something_else_does_not_make_a_folder_a_layout(name: str, content: bytes, mirror: Path) -> None:
    (mirror / name).write_bytes(content)
    image().save(mirror / "app.tar")
    units, passed = found("mirror")
    assert [unit.shown for unit in units] == ["mirror/app.tar"]
    assert passed.keys() == {f"mirror/{name}"}


@pytest.mark.parametrize("form", ["dir", "oci-dir"])
@pytest.mark.parametrize("content", [b"{", b"", b"[1,", b"{}"])
def test_a_layout_with_a_damaged_list_is_a_unit(form: str, content: bytes, mirror: Path) -> None:
    image().save(mirror / "app:1", form)
    (mirror / "app:1" / ("manifest.json" if form == "dir" else "index.json")).write_bytes(content)
    assert [unit.shown for unit in found("mirror")[0]] == ["mirror/app:1"]


def test_globs_match_folders_and_files_and_name_them_from_their_fixed_part(mirror: Path) -> None:
    image().save(mirror / "library/app:1", "dir")
    image().save(mirror / "library/deep/app:2", "dir")
    image().save(mirror / "library/app.tar")
    (mirror / "library/readme.txt").write_bytes(b"x")
    assert [unit.shown for unit in found("mirror/**/*.tar")[0]] == ["mirror/library/app.tar"]
    units, passed = found("mirror/*")
    assert [(unit.shown, unit.repository) for unit in units] == [
        ("mirror/library/app.tar", ""),
        ("mirror/library/app:1", "library/app"),
        ("mirror/library/deep/app:2", "library/deep/app"),
    ]
    assert passed.keys() == {"mirror/library/readme.txt"}
    assert found("mirror/**") == (units, passed)
    assert [unit.shown for unit in found("mirror/l*/app[:]?")[0]] == ["mirror/library/app:1"]
    assert [unit.shown for unit in found(str(mirror.resolve() / "**" / "*.tar"))[0]] == ["mirror/library/app.tar"]


def test_a_name_with_a_wildcard_in_it_is_that_name_where_it_is_there(mirror: Path) -> None:
    image().save(mirror / "app[1].tar")
    image().save(mirror / "app1.tar")
    assert [unit.shown for unit in found("mirror/app[1].tar")[0]] == ["mirror/app[1].tar"]


def test_a_glob_goes_through_no_link_and_no_hidden_folder(mirror: Path) -> None:
    (mirror / ".hidden").mkdir()
    (mirror / "a").mkdir()
    (mirror / "a" / "round").symlink_to("..")
    image().save(mirror / "a" / "app.tar")
    image().save(mirror / ".hidden" / "app.tar")
    assert expand("mirror/**/*.tar", []) == ["a/app.tar"]
    assert found("mirror/a/*")[1] == {"mirror/a/round": "a link to a directory; such links are not followed"}


def test_a_list_file_names_sources_relative_to_its_folder(mirror: Path) -> None:
    lists = Path("lists")
    lists.mkdir()
    image().save(mirror / "a.tar")
    image().save(mirror / "b.tar")
    image().save(mirror / "library/app:1", "dir")
    (lists / "all").write_bytes(b"# what we use\n\n../mirror/b.tar\r\n  ../mirror/a*.tar  \n../mirror/library\n")
    units, passed = found("@lists/all")
    assert [(unit.shown, unit.repository) for unit in units] == [
        ("mirror/b.tar", ""),
        ("mirror/a.tar", ""),
        ("mirror/library/app:1", "app"),
    ]
    assert passed == {}


def test_links_to_files_are_followed_and_links_to_folders_told(mirror: Path) -> None:
    elsewhere = Path("elsewhere")
    elsewhere.mkdir()
    image().save(elsewhere / "app.tar")
    (mirror / "link.tar").symlink_to("../elsewhere/app.tar")
    (mirror / "folder").symlink_to("../elsewhere")
    (mirror / "loop").symlink_to(".")
    (mirror / "nowhere").symlink_to("absent")
    units, passed = found("mirror")
    assert [unit.shown for unit in units] == ["mirror/link.tar"]
    assert passed.keys() == {"mirror/folder", "mirror/loop", "mirror/nowhere"}
    assert [unit.shown for unit in found("mirror/folder")[0]] == ["mirror/folder/app.tar"]


def test_what_is_reached_twice_is_taken_once(mirror: Path) -> None:
    image().save(mirror / "a.tar")
    os.link(mirror / "a.tar", mirror / "b.tar")
    (mirror / "c.tar").symlink_to("a.tar")
    image().save(mirror / "library/app:1", "dir")
    units, passed = found("mirror", "mirror/library", "mirror/a.tar")
    assert [unit.shown for unit in units] == ["mirror/a.tar", "mirror/library/app:1"]
    assert passed.keys() == {"mirror/b.tar", "mirror/c.tar", "mirror/library", "mirror/a.tar"}


def test_special_files_are_told_and_nothing_waits_for_a_pipe(mirror: Path) -> None:
    os.mkfifo(mirror / "pipe.tar")
    (mirror / "link.tar").symlink_to("pipe.tar")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(mirror / "socket"))
        assert found("mirror") == (
            [],
            dict.fromkeys(["mirror/link.tar", "mirror/pipe.tar", "mirror/socket"], "a special file (a device, pipe or socket)"),
        )
    with pytest.raises(UsageError, match="neither a file nor a directory"):
        find_units(["mirror/pipe.tar"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("absent", "No such file"),
        ("", "empty"),
        ("a\0b", "NUL"),
        ("mirror/*.tar", "matches nothing"),
        ("@absent", "No such file"),
        ("@mirror", "directory"),
        ("@empty", "names no source"),
        ("@nested", "cannot name another"),
        ("@missing", "No such file"),
    ],
)
def test_a_source_that_leads_to_nothing_is_refused_at_once(source: str, message: str, mirror: Path) -> None:
    Path("empty").write_bytes(b"# nothing\n")
    Path("nested").write_bytes(b"@empty\n")
    Path("missing").write_bytes(b"mirror\nabsent.tar\n")
    with pytest.raises(UsageError, match=message):
        find_units([str(mirror), source])


@AS_ROOT
def test_folders_and_files_that_cannot_be_read_are_told_as_unread(mirror: Path) -> None:
    image("a", "library/app:1", "zoo:1").save(mirror, "registry")
    (mirror / "closed").mkdir()
    (mirror / "notes").write_bytes(b"x")
    image().save(mirror / "app.tar")
    closed = [mirror / "closed", mirror / "notes", mirror / "app.tar", mirror / "docker/registry/v2/repositories/library"]
    try:
        for path in closed:
            path.chmod(0)
        assert unread("mirror") == ["mirror/closed", "mirror/docker/registry/v2/repositories/library", "mirror/notes"]
        assert [unit.shown for unit in found("mirror")[0]] == ["mirror/app.tar", "mirror/docker/registry/v2/repositories/zoo"]
        with pytest.raises(UsageError, match="cannot be read"):
            find_units(["mirror/closed"])
    finally:
        for path in closed:
            path.chmod(0o755)


def test_units_are_found_one_by_one(mirror: Path) -> None:
    for number in range(3):
        image().save(mirror / f"{number}.tar")
    units = find_units(["mirror"])
    assert next(units).shown == "mirror/0.tar"
    shutil.rmtree(mirror)
    assert all(not isinstance(item, Skipped) or item.unread for item in units)
