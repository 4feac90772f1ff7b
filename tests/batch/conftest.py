"""Mirrors that the tests of whole runs share: made once, and left alone until their files count as settled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.batch.clusters import answer, mirror
from tests.batch.mirrors import Mirrors, make
from tests.inspecting import run

_SETTLES = 2.2
"""Seconds after which a file that was written is known again by its times."""


@pytest.fixture(scope="session")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Mirrors:
    """Mirrors that no test may change."""
    made = make(tmp_path_factory.mktemp("mirrors"))
    settle()
    return made


def settle() -> None:
    """Waits until files that were written so far are known again by their times."""
    time.sleep(_SETTLES)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that nothing is in."""
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mirror(tmp_path_factory.mktemp("mirror"))


@pytest.fixture(scope="session")
def expected(images: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What local processes say."""
    folder = tmp_path_factory.mktemp("local")
    assert run("batch", "--policy", "generic", "-q", "-j", "1", images, "--out", folder / "out", "--cache", folder / "cache").code == 1
    return answer(folder / "out")
