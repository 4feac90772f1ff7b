"""Every bound has a name, and beside it the reason for the number and what happens beyond it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "imginspect"
BOUND = re.compile(
    r"(?:^|_)(?:MOST|MAX|MAXIMUM|LIMIT|DEPTH|DEEPEST|LONGEST|LARGEST|SMALL|SMALLEST|SHORTEST|LEAST|FEW|FEWEST|MANY"
    r"|SHOWN|PIECE|BLOCK|BYTES|STEP|STEPS|WIDTH)(?:_|$)"
)
SMALL = 100
"""A literal bound of a slice that is no larger needs no name: it is part of a format, or of how a message is cut."""
LONGEST_REASON = 140 * 3
"""Characters of a reason; what is longer belongs in the module's docstring."""


def test_the_names_are_those_of_bounds() -> None:
    assert all(BOUND.search(name) for name in ("_MOST_WORDS", "MOST_BYTES", "_LONGEST", "PATH_MAX", "_DEEPEST"))
    assert not any(BOUND.search(name) for name in ("_ALMOST", "_BLOCKED", "MAXIMAL", "_KINDS"))


def test_each_bound_has_its_reason_beside_it() -> None:
    assert _in_package(_without_reason) == []


def test_each_bound_of_a_slice_has_a_name() -> None:
    assert _in_package(_without_name) == []


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("_MOST = 5", False),
        ("_MOST: int = 1 << 20", False),
        ("_MOST = 2 * OTHER + 1", False),
        ("# above\n\n_MOST = 5", False),
        ("_MOST = 5\n_OTHER = 6\n'''Of the other.'''", False),
        ("_MOST = 5\n'''Things; the others are counted.'''", True),
        ("# things; the others are counted\n_MOST = 5", True),
        ("_MOST = 5  # things; the others are counted", True),
        ("_MOST = ('a', 'b')", True),
        ("_KINDS = 5", True),
    ],
)
def test_a_bound_without_a_reason_is_found(text: str, *, is_told: bool) -> None:
    assert (not list(_without_reason(text))) == is_told


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("x[:500]", False),
        ("x[-500:]", False),
        ("x[: 1 << 20]", False),
        ("islice(x, 500)", False),
        ("deque(x, maxlen=500)", False),
        ("x.split(None, 500)", False),
        ("x[:_MOST]", True),
        ("x[:8]", True),
        ("x[500:]", True),
        ("x[0:512]", True),
        ("islice(x, _MOST)", True),
    ],
)
def test_a_slice_with_a_bound_without_a_name_is_found(text: str, *, is_named: bool) -> None:
    assert (not list(_without_name(text))) == is_named


def _in_package(find: Callable[[str], Iterator[str]]) -> list[str]:
    """What *find* tells of the modules of the package, with their paths."""
    return [f"{path.relative_to(PACKAGE)}, {told}" for path in sorted(PACKAGE.rglob("*.py")) for told in find(path.read_text())]


def _without_reason(text: str) -> Iterator[str]:
    """The bounds at the top of a module's *text* that no comment or docstring is beside, or whose reason is no short one."""
    lines, statements = text.split("\n"), ast.parse(text).body
    for number, statement in enumerate(statements):
        name = _name(statement)
        if not name or not BOUND.search(name):
            continue
        following = statements[number + 1] if number + 1 < len(statements) else None
        docstring = _text(following)
        above = lines[statement.lineno - 2].strip() if statement.lineno > 1 else ""
        beside = lines[statement.lineno - 1].partition("#")[2]
        reason = docstring or beside or (above if above.startswith("#") else "")
        if not re.search(r"\w", reason) or len(reason) > LONGEST_REASON:
            yield f"line {statement.lineno}: {name}"


def _name(statement: ast.stmt) -> str:
    """The name that *statement* gives a number, empty for any other statement."""
    target = (
        statement.targets[0] if isinstance(statement, ast.Assign) else statement.target if isinstance(statement, ast.AnnAssign) else None
    )
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    is_number = value is not None and all(
        isinstance(node, ast.BinOp | ast.operator | ast.UnaryOp | ast.unaryop | ast.Name | ast.expr_context)
        or (isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool))
        for node in ast.walk(value)
    )
    has_digit = value is not None and any(isinstance(node, ast.Constant) for node in ast.walk(value))
    return target.id if isinstance(target, ast.Name) and is_number and has_digit else ""


def _text(statement: ast.stmt | None) -> str:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    return statement.value.value if is_text else ""  # type: ignore[union-attr]


def _without_name(text: str) -> Iterator[str]:
    """Slices and their like in *text* whose bound is a number that stands there as such."""
    for node in ast.walk(ast.parse(text)):
        bounds: list[ast.expr | None] = []
        if isinstance(node, ast.Slice):  # one that names where it begins is a field of a format
            bounds = [node.upper if node.lower is None else None, node.lower if isinstance(node.lower, ast.UnaryOp) else None]
        elif isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            bounds = [*(keyword.value for keyword in node.keywords if keyword.arg == "maxlen")]
            bounds += node.args[1:] if called in ("islice", "split", "rsplit") else []
        for bound in bounds:
            value = _value(bound)
            if value is not None and abs(value) > SMALL:
                yield f"line {bound.lineno}: {ast.unparse(node)}" if bound is not None else ""


def _value(node: ast.expr | None) -> int | None:
    """The number that *node* is, None where it is none or has a name."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand)
        return -inner if inner is not None else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift | ast.Mult):
        left, right = _value(node.left), _value(node.right)
        if left is None or right is None:
            return None
        return left << right if isinstance(node.op, ast.LShift) else left * right
    return None
