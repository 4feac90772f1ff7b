"""Everything that is made and committed, made again: ``python -m tests.regenerate``. Review the difference before it is committed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from imginspect.rules import built_in_rules, load_patterns
from imginspect.rules.folder import rules_folder
from imginspect.rules.markdown import document
from tests.inspecting import run
from tests.rooms import architecture

ROOT = Path(__file__).parent.parent
_DEMO = ("inspects it:\n\n```\n", "\n…")


def readme() -> str:
    """README.md with the start of its demo made again."""
    text = (ROOT / "README.md").read_text("utf-8")
    start, end = _DEMO
    shown = text.partition(start)[2].partition(end)[0]
    made = run("demo").text.splitlines()[: len(shown.splitlines())]
    return _between(text, _DEMO, "\n".join(made) + ("\n" if shown.endswith("\n") else ""))


def _between(text: str, marks: tuple[str, str], made: str) -> str:
    before, start, rest = text.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    assert start, f"README.md has no {marks[0]!r}"
    assert end, f"README.md has no {marks[1]!r}"
    return before + start + made + end + after


MADE: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "README.md": readme,
        "docs/rules.md": lambda: document(built_in_rules(), load_patterns([rules_folder()])),
        "docs/architecture.md": architecture,
    }
)
"""The files, and what makes each of them. Golden files are written by their own tests."""


def main() -> None:
    """Write all of them, then the golden files."""
    for name, make in MADE.items():
        (ROOT / name).write_text(make(), "utf-8")
    sys.exit(subprocess.run([sys.executable, "-m", "pytest", "-q", "--update-golden", "tests/report/test_forms.py"], cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
