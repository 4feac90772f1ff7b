"""Sizes and shares in words."""

from __future__ import annotations

import pytest

from imginspect.report.html.amounts import share_text, size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (9_949, "9.9 kB"), (9_960, "10 kB"), (999_499, "999 kB"), (999_600, "1.0 MB"),
     (78_000_000, "78 MB"), (5 * 10**18, "5,000 PB")],
)  # fmt: skip
def test_a_size_has_a_unit_that_suits_it(count: int, text: str) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 5, "0 %"), (1, 0, "0 %"), (1, 1_000, "under 1 %"), (1, 2, "50 %"), (2, 2, "100 %")]
)
def test_a_share_is_never_nothing_where_there_is_something(part: int, whole: int, text: str) -> None:
    assert share_text(part, whole) == text
