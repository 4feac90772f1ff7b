"""The fast suite: it asks something of each part of the package, and most of the tests are in it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FOLDERS = sorted({path.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")})
LEAST_SHARE = 0.5


def collected(*options: str) -> Counter[str]:
    """The number of tests in each folder."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *options]
    found = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=True)
    counts: Counter[str] = Counter()
    for folder, count in re.findall(r"^tests/(?:(\w+)/)?.*: (\d+)$", found.stdout, re.MULTILINE):
        counts[folder] += int(count)
    return counts


@pytest.mark.slow
def test_the_fast_suite_has_half_of_the_tests_and_some_of_each_folder() -> None:
    fast, every = collected("-m", "not slow"), collected()
    assert [folder for folder in FOLDERS if not fast[folder]] == []
    assert LEAST_SHARE * every.total() <= fast.total() < every.total()
