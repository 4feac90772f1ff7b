"""What one entry does to what was there before: replace, update, waste."""

from __future__ import annotations

import pytest

from imginspect.errors import PathError
from imginspect.limits import Limits
from imginspect.problems import Topic
from tests.filesystem.applying import applied, hidden, indexes, paths, problems
from tests.image_builder import Written, directory, fifo, file, symlink, whiteout

TREE = [directory("/p", mode=0o700), file("/p/x", b"123"), directory("/p/s"), file("/p/s/y", b"4567")]


@pytest.mark.parametrize("entry", [file("/p", b"now a file"), symlink("/p", "x"), fifo("/p")])
def test_what_replaces_a_directory_hides_all_of_it(entry: Written) -> None:
    filesystem = applied(TREE, [entry])
    assert paths(filesystem) == {"/p"}
    assert {path for path, state, _, by in hidden(filesystem) if (state, by) == ("overwritten", 1)} == {"/p", "/p/x", "/p/s", "/p/s/y"}
    assert filesystem.wasted_bytes() == {0: 7}


@pytest.mark.parametrize("entry", [file("/p", b"f"), symlink("/p", "x"), fifo("/p")])
def test_a_directory_replaces_anything_else(entry: Written) -> None:
    filesystem = applied([entry], [directory("/p"), file("/p/x")])
    node = filesystem.get("/p")
    assert node is not None
    assert node.kind == "directory"
    assert ("/p", "overwritten", 0, 1) in hidden(filesystem)


def test_a_directory_on_a_directory_keeps_what_is_in_it() -> None:
    filesystem = applied(TREE, [directory("/p", mode=0o777, uid=5)])
    node = filesystem.get("/p")
    assert node is not None
    assert (node.mode, node.uid, node.layer_index) == (0o777, 5, 1)
    assert paths(filesystem) == {"/p", "/p/x", "/p/s", "/p/s/y"}
    assert hidden(filesystem) == [("/p", "overwritten", 0, 1)]
    assert filesystem.wasted_bytes().get(0, 0) == 0


def test_a_directory_that_says_the_same_again_hides_nothing() -> None:
    assert hidden(applied(TREE, [directory("/p", mode=0o700)])) == []


def test_parents_without_an_entry_are_implied() -> None:
    filesystem = applied([file("/a/b/c")])
    node = filesystem.get("/a/b")
    assert node is not None
    assert (node.kind, node.is_implied, node.mode) == ("directory", True, 0o755)
    assert applied([file("/a/b/c")], [directory("/a", mode=0o700)]).get("/a").mode == 0o700  # type: ignore[union-attr]


def test_a_file_in_the_way_of_a_parent_is_replaced_and_told() -> None:
    layers = ([file("/a", b"12345")], [file("/a/b")])
    assert paths(applied(*layers)) == {"/a", "/a/b"}
    assert hidden(applied(*layers)) == [("/a", "overwritten", 0, 1)]
    assert [problem.topic for problem in problems(*layers)] == [Topic.ENTRIES]


def test_of_one_path_twice_in_a_layer_the_last_counts_and_it_is_told() -> None:
    layer = [file("/a", b"1"), file("/a", b"22")]
    filesystem = applied(layer)
    assert filesystem.get("/a").size == 2  # type: ignore[union-attr]
    assert hidden(filesystem) == [("/a", "overwritten", 0, 0)]
    assert [problem.topic for problem in problems(layer)] == [Topic.ENTRIES]


def test_history_is_oldest_first_and_wasted_bytes_are_their_layers() -> None:
    filesystem = applied([file("/d/a", b"1")], [file("/d/a", b"22")], [whiteout("/d")], [file("/d/a", b"4444")], [file("/d/a", b"55555")])
    assert [(item.node.layer_index, item.state, item.by_layer) for item in filesystem.history("/d/a")] == [
        (0, "overwritten", 1), (1, "deleted", 2), (3, "overwritten", 4),
    ]  # fmt: skip
    assert filesystem.wasted_bytes() == {0: 1, 1: 2, 3: 4}
    assert filesystem.hidden_count() == len(hidden(filesystem)) == 4
    assert filesystem.history("/d/b") == []


def test_entries_are_bounded_and_the_limit_is_told() -> None:
    limits = Limits(entries=5)
    layers = [[file(f"/{layer}/{number}") for number in range(3)] for layer in range(4)]
    filesystem = applied(*layers, limits=limits)
    assert filesystem.node_count() <= 6
    unread = [problem for index in indexes(layers, limits) for problem in index.problems if problem.unread]
    assert unread + [problem for problem in filesystem.problems if problem.unread]


def test_lookup_follows_no_link_and_finds_files_by_glob() -> None:
    filesystem = applied([*TREE, symlink("/l", "/p"), file("/p/a.lic")])
    assert filesystem.get("/l/x") is None
    assert filesystem.get("//p/./x") is not None
    assert [node.path for node in filesystem.glob("*.lic")] == ["/p/a.lic"]
    assert [node.path for node in filesystem.glob("/p/s/*")] == ["/p/s/y"]
    assert [node.path for node in filesystem.children("/p")] == ["/p/a.lic", "/p/s", "/p/x"]
    with pytest.raises(PathError):
        filesystem.children("/l")


def test_names_that_are_no_utf8_are_kept() -> None:
    filesystem = applied([file(b"/caf\xe9", b"1")])
    assert paths(filesystem) == {"/caf\udce9"}
