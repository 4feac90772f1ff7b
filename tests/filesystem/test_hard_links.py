"""Hard links: they share what they name, also from a lower layer; what they name need not be there."""

from __future__ import annotations

import pytest

from imginspect.problems import Topic
from tests.filesystem.applying import applied, hidden, paths, problems
from tests.image_builder import Written, directory, file, hardlink, symlink, whiteout


def test_a_hard_link_shares_content_and_attributes() -> None:
    node = applied([file("/a", b"text", mode=0o4755, uid=7), hardlink("/b", "/a")]).get("/b")
    assert node is not None
    assert (node.kind, node.size, node.mode, node.uid, node.link_target) == ("hardlink", 4, 0o4755, 7, "/a")


def test_a_hard_link_into_a_lower_layer() -> None:
    filesystem = applied([file("/a", b"text")], [hardlink("/b", "/a")])
    one, other = filesystem.get("/a"), filesystem.get("/b")
    assert one is not None
    assert other is not None
    assert (other.sha256, other.content, other.layer_index) == (one.sha256, (0, 0), 1)


def test_a_hard_link_keeps_its_content_when_the_other_name_goes() -> None:
    for later in ([whiteout("/a")], [file("/a", b"new")]):
        node = applied([file("/a", b"text"), hardlink("/b", "/a")], later).get("/b")
        assert node is not None
        assert (node.size, node.content) == (4, (0, 0))


def test_a_hard_link_may_name_what_its_own_layer_deletes() -> None:
    for layer in ([hardlink("/b", "/a"), whiteout("/a")], [whiteout("/a"), hardlink("/b", "/a")]):
        filesystem = applied([file("/a", b"text")], layer)
        assert paths(filesystem) == {"/b"}
        assert filesystem.get("/b").size == 4  # type: ignore[union-attr]


def test_chains_of_hard_links_lead_to_one_file() -> None:
    filesystem = applied([file("/a", b"text"), hardlink("/b", "/a")], [hardlink("/c", "/b")], [hardlink("/d", "c")])
    assert {node.sha256 for node in filesystem.walk() if node.path != "/"} == {filesystem.get("/a").sha256}  # type: ignore[union-attr]


@pytest.mark.parametrize("target", ["/nowhere", "/x/y", "", "/"])
def test_a_hard_link_to_nothing_is_kept_and_told(target: str) -> None:
    layer = [hardlink("/b", target)]
    node = applied(layer).get("/b")
    assert node is not None
    assert (node.kind, node.size, node.content) == ("hardlink", 0, None)
    assert [problem.topic for problem in problems(layer)] == [Topic.ENTRIES]


def test_a_hard_link_to_a_directory_is_kept_and_told() -> None:
    layer = [directory("/d"), file("/d/x"), hardlink("/b", "/d")]
    filesystem = applied(layer)
    assert paths(filesystem) == {"/d", "/d/x", "/b"}
    assert [problem.topic for problem in problems(layer)] == [Topic.ENTRIES]


@pytest.mark.parametrize("layers", [([file("/a", b"1"), hardlink("/a", "/a")],), ([file("/a", b"1")], [hardlink("/a", "/a")])])
def test_a_hard_link_to_itself_changes_nothing(layers: tuple[list[Written], ...]) -> None:
    filesystem = applied(*layers)
    assert filesystem.get("/a").content == (0, 0)  # type: ignore[union-attr]
    assert hidden(filesystem) == []


def test_a_hard_link_that_comes_before_its_file_links_to_the_older_one() -> None:
    filesystem = applied([file("/a", b"old")], [hardlink("/b", "/a"), file("/a", b"newer")])
    assert filesystem.get("/b").size == 3  # type: ignore[union-attr]
    assert filesystem.get("/a").size == 5  # type: ignore[union-attr]


def test_a_hard_link_to_a_symbolic_link_is_that_link() -> None:
    filesystem = applied([file("/t", b"1"), symlink("/l", "t"), hardlink("/m", "/l")])
    node = filesystem.get("/m")
    assert node is not None
    assert (node.kind, node.link_target) == ("symlink", "t")
    assert filesystem.resolve("/m").node.path == "/t"


@pytest.mark.parametrize("target", ["../a", "x/../../a", "./a", "//a"])
def test_targets_are_cleaned_and_stay_inside(target: str) -> None:
    assert applied([file("/a", b"text"), hardlink("/b", target)]).get("/b").size == 4  # type: ignore[union-attr]
