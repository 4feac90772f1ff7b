"""Every key of a policy is used: by a check, a report or the command line. A key that nobody reads promises what is not done."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from imginspect.rules import policy
from imginspect.rules.policy import MountDirectory, Policy, Question, Runner

PACKAGE = Path(policy.__file__).parent.parent
INSIDE = PACKAGE / "rules" / "policy.py"
READ_AS = {"overrides": ("severities", "skipped"), "platforms": ("platforms", "platform")}
"""Fields that are read through properties of the policy."""
OWN = {"digest", "file"}
"""Fields that come from no key."""


def attributes() -> Iterator[str]:
    """The names of all attributes that the package reads outside of the policy's own module."""
    for path in PACKAGE.rglob("*.py"):
        if path != INSIDE:
            yield from (node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute))


READ = frozenset(attributes())


def keys() -> set[str]:
    """The keys that a policy may have, as its parser lists them."""
    tree = ast.parse(INSIDE.read_text("utf-8"))
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "parse_policy"]
    (call,) = [node for node in ast.walk(function) if isinstance(node, ast.Call) and ast.unparse(node.func) == "mapping.allow"]
    return {ast.literal_eval(argument) for argument in call.args}


def test_every_key_is_a_field() -> None:
    fields = {item for field in Policy._fields for item in ({"severities", "skip"} if field == "overrides" else {field})}
    assert keys() == fields - OWN


@pytest.mark.parametrize("field", Policy._fields)
def test_a_key_is_read_by_somebody(field: str) -> None:
    assert {*READ_AS.get(field, (field,))} & READ, f"the policy's {field} is read by no check and no report"


@pytest.mark.parametrize("kind", [MountDirectory, Runner, Question])
def test_so_is_every_key_within_it(kind: type) -> None:
    assert [field for field in kind._fields if field not in READ] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("field", ["registries", "runners", "directories", "platforms"])
def test_what_is_for_checks_is_read_by_a_check(field: str) -> None:
    sources = [path.read_text("utf-8") for path in (PACKAGE / "checks").glob("*.py")]
    assert any(f".policy.{field}" in source for source in sources)
