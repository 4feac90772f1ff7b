"""Symbolic links: followed as a container would, inside the root, forty at most."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.errors import LimitExceeded
from imginspect.filesystem import LinkLoop, NodeNotFound
from imginspect.filesystem.filesystem import NotADirectory
from imginspect.limits import Limits
from imginspect.problems import Topic
from tests.filesystem.applying import applied, paths, problems
from tests.image_builder import Written, directory, file, symlink, whiteout

TREE: list[Written] = [
    directory("/usr/bin"), file("/usr/bin/run", b"1"), symlink("/bin", "usr/bin"), symlink("/abs", "/usr/bin/run"),
    symlink("/usr/up", "../abs"), symlink("/out", "../../../../usr"), symlink("/dangling", "nowhere"), symlink("/one", "/two"),
    symlink("/two", "/one"), symlink("/self", "self"), symlink("/dot", "."), symlink("/d/l", "../usr/./bin/../bin//run"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "leads_to", "links"),
    [
        ("/usr/bin/run", "/usr/bin/run", []),
        ("/bin/run", "/usr/bin/run", ["/bin"]),
        ("/abs", "/usr/bin/run", ["/abs"]),
        ("/usr/up", "/usr/bin/run", ["/usr/up", "/abs"]),
        ("/out/bin/run", "/usr/bin/run", ["/out"]),
        ("/d/l", "/usr/bin/run", ["/d/l"]),
        ("/../../usr/bin/..", "/usr", []),
        ("/bin/..", "/usr", ["/bin"]),
        ("/dot/dot/./abs", "/usr/bin/run", ["/dot", "/dot", "/abs"]),
        ("/", "/", []),
        ("", "/", []),
    ],
)
def test_where_a_path_leads(path: str, leads_to: str, links: list[str]) -> None:
    found = applied(TREE).resolve(path)
    assert found.node.path == leads_to
    assert [node.path for node in found.links] == links


def test_the_last_link_can_be_left_as_it_is() -> None:
    assert applied(TREE).resolve("/bin", follow_last=False).node.kind == "symlink"
    assert applied(TREE).resolve("/bin/run", follow_last=False).node.path == "/usr/bin/run"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/dangling", NodeNotFound), ("/usr/none", NodeNotFound), ("/one", LinkLoop), ("/self/x", LinkLoop), ("/abs/x", NotADirectory),
        ("/usr/bin/run/..", NotADirectory),
    ],
)  # fmt: skip
def test_what_leads_nowhere(path: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        applied(TREE).resolve(path)


def test_errors_are_the_builtin_ones_too() -> None:
    with pytest.raises(FileNotFoundError):
        applied().resolve("/x")
    with pytest.raises(NotADirectoryError):
        applied([file("/x")]).resolve("/x/y")


def test_forty_links_are_followed_and_no_more() -> None:
    chain = [file("/l0", b"end"), *(symlink(f"/l{number + 1}", f"l{number}") for number in range(41))]
    assert applied(chain).resolve("/l40").node.path == "/l0"
    with pytest.raises(LinkLoop):
        applied(chain).resolve("/l41")
    with pytest.raises(LinkLoop):
        applied(chain, limits=Limits(link_hops=3)).resolve("/l4")


PARTS = st.sampled_from(["a", "b", "c", "..", ".", ""])
TARGETS = st.lists(PARTS, min_size=1, max_size=6).map("/".join).filter(bool)
NAMES = st.sampled_from(["/a", "/b", "/c", "/a/b", "/b/c", "/c/a", "/a/b/c"])
LINKS = st.lists(
    st.one_of(st.builds(symlink, NAMES, TARGETS), st.builds(directory, NAMES), st.builds(file, NAMES), st.builds(whiteout, NAMES)),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINKS, min_size=1, max_size=3), st.lists(PARTS, max_size=8).map("/".join))
def test_any_maze_of_links_ends_inside_the_root_or_in_an_error(layers: list[list[Written]], path: str) -> None:
    filesystem = applied(*layers)
    try:
        found = filesystem.resolve(path)
    except (LinkLoop, NodeNotFound, NotADirectory):
        return
    assert filesystem.get(found.node.path) == found.node
    assert ".." not in found.node.path.split("/")
    assert len(found.links) <= 40


@settings(max_examples=100, deadline=None)
@given(st.lists(LINKS, min_size=1, max_size=4))
def test_every_listed_path_can_be_looked_up(layers: list[list[Written]]) -> None:
    filesystem = applied(*layers)
    nodes = list(filesystem.walk())
    assert filesystem.node_count() == len(nodes) == len({node.path for node in nodes})
    assert all(filesystem.get(node.path) == node for node in nodes)
    assert filesystem.hidden_count() == len(list(filesystem.hidden()))
    for item in filesystem.hidden():
        assert item in filesystem.history(item.node.path)


def test_entries_go_through_links_of_their_own_layer() -> None:
    filesystem = applied([directory("/real"), symlink("/l", "real"), file("/l/x")])
    assert paths(filesystem) == {"/real", "/l", "/real/x"}
    assert problems([directory("/real"), symlink("/l", "real"), file("/l/x")]) == []


def test_entries_through_links_of_a_lower_layer_are_told() -> None:
    layers = ([directory("/real"), symlink("/l", "/real")], [file("/l/x")])
    assert paths(applied(*layers)) == {"/real", "/l", "/real/x"}
    assert [problem.topic for problem in problems(*layers)] == [Topic.RUNTIME]


def test_entries_through_a_loop_are_left_out_and_told() -> None:
    layer = [symlink("/a", "b"), symlink("/b", "a"), file("/a/x")]
    assert paths(applied(layer)) == {"/a", "/b"}
    assert [problem.topic for problem in problems(layer)] == [Topic.ENTRIES]


def test_a_limit_says_how_to_raise_it() -> None:
    assert "--limit entries=N" in str(LimitExceeded("entries", 5, "entries"))
