"""The outline of a filesystem: every file is counted once, in a row of its own or in that of a folder."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.filesystem.outline import Folder, in_order, outline
from imginspect.tar.header import DIRECTORY
from tests.views import folder, text, view_of

Entry = dict[str, Any]


def rows(*entries: Entry, most: int = 5_000) -> dict[str, str]:
    return {
        item.node.path if isinstance(item, Folder) else item.path: (
            ("open" if item.is_open else "package" if item.is_of_package else "closed") + f" {item.files} {item.size}"
            if isinstance(item, Folder)
            else "file"
        )
        for item in in_order(outline(view_of(list(entries)).filesystem, most))
    }


def test_project_files_are_listed_and_a_packages_tree_is_one_row() -> None:
    found = rows(
        text("/app/run.py", "12345"),
        text("/app/.venv/lib/python3.12/site-packages/numpy/a/b.py", "1"),
        text("/app/.venv/lib/python3.12/site-packages/numpy/c.py", "12"),
        text("/usr/lib/python3/x/y.py", "123"),
    )
    assert found["/app/run.py"] == "file"
    assert found["/app/.venv/lib/python3.12/site-packages/numpy"] == "package 2 3"
    assert found["/usr/lib/python3"] == "package 1 3"
    assert found["/"] == "open 4 11"
    assert not any("/a" in path.removeprefix("/app") for path in found)


def test_a_folder_of_more_than_can_be_shown_is_one_row_and_small_ones_stay_open() -> None:
    found = rows(*(text(f"/data/part{number}", "1") for number in range(30)), text("/app/run.py", "1"), most=20)
    assert found["/data"] == "closed 30 30"
    assert found["/app/run.py"] == "file"


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 30, 1_000])
def test_every_file_is_in_just_one_row(most: int) -> None:
    entries = [text(f"/a/{first}/{second}/{third}", "1") for first in range(3) for second in range(3) for third in range(3)]
    filesystem = view_of([*entries, folder("/empty")]).filesystem
    root = outline(filesystem, most)
    items = list(in_order(root))
    files = sum(item.files if isinstance(item, Folder) and not item.is_open else not isinstance(item, Folder) for item in items)
    assert files == root.files == sum(node.kind != DIRECTORY for node in filesystem.walk())
    assert len(items) <= most + 1
