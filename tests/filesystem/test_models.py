"""Any stack of layers against two models of runtimes: where they agree, that is the filesystem; where they do not, it is said."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imginspect.problems import Topic
from tests.filesystem.applying import applied, problems
from tests.filesystem.models import Refused, Tree, overlaid, sequential
from tests.image_builder import directory, file, opaque, symlink, whiteout
from tests.tar_writer import Entry

pytestmark = pytest.mark.slow

PATHS = st.sampled_from(["/a", "/b", "/m", "/a/c", "/m/c", "/b/c", "/a/c/d", "/m/c/d"])
TARGETS = st.sampled_from(["a", "/b", "a/c", "../b", "gone", "m"])
ENTRIES = st.one_of(
    st.builds(file, PATHS, st.sampled_from([b"1", b"22"])),
    st.builds(directory, PATHS, st.just(0o755)),  # what becomes of the mode of a directory that is only implied is in docs/runtimes.md
    st.builds(symlink, PATHS, TARGETS),
    st.builds(whiteout, PATHS),
    st.builds(opaque, st.one_of(PATHS, st.just("/"))),
)
LAYERS = st.lists(st.lists(ENTRIES, min_size=1, max_size=5, unique_by=lambda entry: entry.name.rstrip(b"/")), min_size=1, max_size=4)


def _models(layers: list[list[Entry]]) -> list[Tree | None]:
    found: list[Tree | None] = []
    for model in (sequential, overlaid):
        try:
            found.append(model(layers))
        except Refused:
            found.append(None)
    return found


def _listed(layers: list[list[Entry]]) -> Tree:
    kinds = ("directory", "symlink", "file")
    nodes = [node for node in applied(*layers).walk() if node.path != "/" and node.kind in kinds]
    return {
        node.path: (
            node.kind,
            node.link_target.encode() if node.kind == "symlink" else b"1" * node.size if node.size == 1 else b"2" * node.size,
            node.mode if node.kind == "directory" else 0,
        )
        for node in nodes
    }


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layers=LAYERS)
def test_where_the_models_agree_that_is_the_filesystem_and_else_it_is_said(layers: list[list[Entry]]) -> None:
    one, other = _models(layers)
    told = {problem.topic for problem in problems(*layers)} & {Topic.RUNTIME, Topic.ENTRIES}
    if one == other and one is not None:
        assert _listed(layers) == one
    else:
        assert told
