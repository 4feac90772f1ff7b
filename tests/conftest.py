"""What all tests share: the option that writes golden files anew, and the mark of slow tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

_GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew; review the difference before it is committed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs other tools or real images is slow too."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ("oracle", "real_images")):
            item.add_marker("slow")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of that name."""

    def compare(name: str, text: str) -> None:
        path = _GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, "utf-8")
        assert path.is_file(), f"{path} is missing: run pytest --update-golden"
        assert text == path.read_text("utf-8"), f"{path.name} differs: run pytest --update-golden and review the difference"

    return compare
