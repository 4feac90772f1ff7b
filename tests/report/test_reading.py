"""A filed report comes back as it was; one that was changed or made up is refused with its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.report import json_format
from imginspect.report.reading import read_report
from imginspect.report.strict_json import NotReadable
from tests.report.sample_document import sample_document


def filed(tree: Any) -> bytes:
    return json.dumps(tree).encode()


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in *tree*."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def put(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(tree)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


SAMPLE: Any = sample_document()
PLACES = [path for path in places(SAMPLE) if path]


@pytest.mark.parametrize("several", [False, True])
def test_a_report_comes_back_as_it_was(several: bool) -> None:
    text = json_format.render([sample_document()], several=several)
    back = read_report(text.encode())
    assert (back.documents, back.several) == ((sample_document(),), several)
    assert json_format.render(back.documents, several=back.several) == text


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_another_type_is_refused_with_its_place(path: tuple[Any, ...]) -> None:
    for wrong in (1.5, ["\x1b[31m"], {"more": 1.5}, -1, "\x1b[31m"):
        with pytest.raises(NotReadable) as caught:
            read_report(filed(put(SAMPLE, path, wrong)))
        assert str(caught.value).isprintable()


KEYS = [
    path for path in PLACES if isinstance(path[-1], str) and path[-2:-1] not in {("changed_severities",), ("labels",), ("bytes_by_use",)}
]


def test_an_exit_code_that_does_not_fit_the_verdict_is_refused() -> None:
    with pytest.raises(NotReadable, match="exit_code"):
        read_report(filed(sample_document(verdict="pass")))


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_key_that_is_missing_is_refused(path: tuple[Any, ...]) -> None:
    tree = copy.deepcopy(SAMPLE)
    at = tree
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    with pytest.raises(NotReadable):
        read_report(filed(tree))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no valid JSON"),
        (b"\xff", "no valid JSON"),
        (b"[]", "no report"),
        (b"{}", "no report"),
        (b'{"schema_version": "1.2"}', "version '1.2'"),
        (b'{"schema_version": "1.3"}', "has no"),
        (b'{"schema_version": "1.3", "schema_version": "1.3"}', "twice"),
        (b"[" * 100_000, "no valid JSON"),
        (b'{"schema_version": NaN}', "no number"),
    ],
)
def test_what_is_no_report_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(NotReadable, match=says):
        read_report(content)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_any_json_is_refused_with_a_report_error(tree: Any) -> None:
    with pytest.raises(NotReadable):
        read_report(filed(tree))
