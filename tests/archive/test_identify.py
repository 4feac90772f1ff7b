"""What an archive without an image is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.archive import identify
from imginspect.archive.directory_members import DirectoryMembers


def test_more_files_than_are_looked_at_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("x")
    assert "of 3 other files" in identify.identify_members(DirectoryMembers(tmp_path))
    monkeypatch.setattr(identify, "_MANY", 3)
    assert "of 3 or more other files" in identify.identify_members(DirectoryMembers(tmp_path))
