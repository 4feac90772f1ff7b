"""What is made and committed is what is made today."""

from __future__ import annotations

import pytest

from tests.regenerate import MADE, ROOT


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_is_made_is_up_to_date(name: str) -> None:
    assert MADE[name]() == (ROOT / name).read_text("utf-8"), f"{name} is not up to date: run  python -m tests.regenerate"
