"""Whiteouts: they hide lower layers only, wherever they stand in the tar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.problems import Topic
from tests.filesystem.applying import applied, hidden, listing, paths, problems
from tests.image_builder import char_device, directory, file, opaque, symlink, whiteout

LOWER = [directory("/d"), file("/d/a", b"1"), file("/d/b", b"2"), directory("/d/e"), file("/d/e/f", b"3"), file("/top", b"4")]
UPPER = [directory("/d"), file("/d/new", b"5"), whiteout("/d/a"), file("/d/b", b"6"), whiteout("/d/b"), whiteout("/top"), whiteout("/gone")]


def test_a_whiteout_deletes() -> None:
    filesystem = applied(LOWER, [whiteout("/d/e"), whiteout("/top")])
    assert paths(filesystem) == {"/d", "/d/a", "/d/b"}
    assert hidden(filesystem) == [("/d/e", "deleted", 0, 1), ("/d/e/f", "deleted", 0, 1), ("/top", "deleted", 0, 1)]


def test_what_the_whiteouts_own_layer_holds_stays() -> None:
    filesystem = applied(LOWER, UPPER)
    node = filesystem.get("/d/b")
    assert node is not None
    assert (node.layer_index, node.size) == (1, 1)
    assert paths(filesystem) == {"/d", "/d/b", "/d/e", "/d/e/f", "/d/new"}


@settings(max_examples=60, deadline=None)
@given(st.permutations(UPPER))
def test_the_place_of_a_whiteout_in_the_tar_does_not_matter(upper: list[object]) -> None:
    assert listing(applied(LOWER, upper)) == listing(applied(LOWER, UPPER))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(st.permutations([opaque("/d"), directory("/d"), file("/d/new", b"5"), file("/d/a", b"again")]))
def test_the_place_of_an_opaque_whiteout_does_not_matter(upper: list[object]) -> None:
    assert paths(applied(LOWER, upper)) == {"/d", "/d/new", "/d/a", "/top"}  # type: ignore[arg-type]


NAMES = st.sampled_from(["a", "b", "c", ".wh", "x.y"])


@settings(max_examples=60, deadline=None)
@given(st.sets(NAMES), st.sets(NAMES))
def test_an_opaque_whiteout_is_all_the_explicit_ones(lower: set[str], upper: set[str]) -> None:
    base = [directory("/d"), *(file(f"/d/{name}", b"low") for name in sorted(lower))]
    more = [file(f"/d/{name}", b"up") for name in sorted(upper)]
    explicit = [whiteout(f"/d/{name}") for name in sorted(lower)]
    one, other = applied(base, [opaque("/d"), *more]), applied(base, [*explicit, *more])
    assert listing(one) == listing(other)
    assert sorted(hidden(one)) == sorted(hidden(other))


def test_an_opaque_root_hides_everything_below() -> None:
    assert paths(applied(LOWER, [opaque("/"), file("/only")])) == {"/only"}


def test_only_the_first_prefix_is_the_whiteouts() -> None:
    filesystem = applied([file("/a.wh.b"), file("/b"), file("/a")], [file("/.wh.a.wh.b")])
    assert paths(filesystem) == {"/b", "/a"}


@pytest.mark.parametrize("name", ["/.wh.", "/.wh..", "/.wh...", "/d/.wh.", "/d/.wh..", "/d/.wh..."])
def test_whiteouts_that_name_nothing_hide_nothing_and_are_told(name: str) -> None:
    filesystem = applied(LOWER, [file(name)])
    assert paths(filesystem) == paths(applied(LOWER))
    assert hidden(filesystem) == []
    assert [problem.topic for problem in problems(LOWER, [file(name)])] == [Topic.ENTRIES]


@pytest.mark.parametrize("name", ["/.wh..wh.aufs", "/.wh..wh.plnk", "/d/.wh..wh..opq.x", "/.wh..wh.orph"])
def test_aufs_metadata_is_no_file_and_hides_nothing(name: str) -> None:
    assert paths(applied(LOWER, [file(name)])) == paths(applied(LOWER))


def test_a_whiteout_of_nothing_is_harmless() -> None:
    assert problems(LOWER, [whiteout("/d/none"), whiteout("/none/x"), opaque("/none")]) == []


def test_a_whiteout_does_not_follow_a_link_in_its_own_name() -> None:
    assert paths(applied([*LOWER, symlink("/l", "d")], [whiteout("/l")])) == paths(applied(LOWER))


def test_a_whiteout_with_content_is_told() -> None:
    assert [problem.topic for problem in problems([file("/a")], [file("/.wh.a", b"hidden payload")])] == [Topic.ENTRIES]


@pytest.mark.parametrize(
    "entry",
    [
        char_device("/d/a", 0, 0),
        directory("/d", xattrs={"trusted.overlay.opaque": "y"}),
        directory("/d", xattrs={"user.overlay.opaque": "y"}),
    ],
)
def test_overlay_forms_hide_nothing_and_are_told(entry: object) -> None:
    assert paths(applied(LOWER, [entry])) == paths(applied(LOWER))  # type: ignore[list-item]
    assert Topic.RUNTIME in [problem.topic for problem in problems(LOWER, [entry])]  # type: ignore[list-item]


def test_an_attribute_that_says_not_opaque_is_harmless() -> None:
    assert problems(LOWER, [directory("/d", xattrs={"trusted.overlay.opaque": "n"})]) == []


def test_a_whiteout_that_is_too_deep_to_be_compared_with_those_above_it_is_told() -> None:
    def told(levels: int) -> list[str]:
        path = "/d" * levels
        return [problem.what for problem in problems([file(f"{path}/a", b"1")], [whiteout(f"{path}/a")])]

    assert told(100) == []
    assert [what for what in told(102) if "more than 100 levels above it were not compared" in what]
