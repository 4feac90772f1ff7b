"""The condition that an ``if`` of a Python text asks, as a value."""

from __future__ import annotations

import ast

from imginspect.languages.python.names import NameResolver
from imginspect.languages.values import All, AnyOf, Condition, Exists, HasModule, Known, Unknown, Value, negated

_FILE_TESTS = {
    "os.path.exists": "any",
    "os.path.lexists": "any",
    "os.path.isfile": "file",
    "os.path.isdir": "directory",
    "os.access": "any",
    "os.path.getsize": "file",
}
_PATH_METHODS = {"exists": "any", "is_file": "file", "is_dir": "directory"}
_DEEPEST = 20
"""Conditions inside conditions; deeper ones are not known."""
_MOST_PARTS = 20
"""Parts of one ``and`` or ``or``; one that is not known stands for the others."""


def condition_of(node: ast.expr, names: NameResolver, scope: int, *, is_main: bool, directory: str, depth: int = 0) -> Condition:
    """Under which condition *node* is true. *is_main*: the text is what is started, not imported."""

    def inner(part: ast.expr) -> Condition:
        return condition_of(part, names, scope, is_main=is_main, directory=directory, depth=depth + 1)

    if depth > _DEEPEST:
        return Unknown("…")
    source = names.source(node)
    match node:
        case ast.UnaryOp() if isinstance(node.op, ast.Not):
            return negated(inner(node.operand))
        case ast.BoolOp():
            parts = tuple(inner(part) for part in node.values[:_MOST_PARTS])
            parts += (Unknown("…"),) if len(node.values) > _MOST_PARTS else ()
            return All(parts) if isinstance(node.op, ast.And) else AnyOf(parts)
        case ast.Constant():
            return Known(bool(node.value), source)
        case ast.Name() | ast.Attribute() if names.dotted(node, scope).endswith("TYPE_CHECKING"):
            return Known(outcome=False, source=source)
        case ast.Call():
            return _of_call(node, names, scope, directory)
        case ast.Compare() if len(node.ops) == 1:
            return _of_comparison(node, names, scope, is_main=is_main, directory=directory)
        case _:
            return _truth(names.value(node, scope), source)


def _of_call(node: ast.Call, names: NameResolver, scope: int, directory: str) -> Condition:
    name = names.dotted(node.func, scope)
    if name in _FILE_TESTS and node.args:
        return Exists(names.value(node.args[0], scope), _FILE_TESTS[name], directory)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _PATH_METHODS and not node.args:
        return Exists(names.value(node.func.value, scope), _PATH_METHODS[node.func.attr], directory)
    if name == "importlib.util.find_spec" and node.args:
        module = names.value(node.args[0], scope).text
        return HasModule(module) if module else Unknown(names.source(node))
    return _truth(names.value(node, scope), names.source(node))


def _of_comparison(node: ast.Compare, names: NameResolver, scope: int, *, is_main: bool, directory: str) -> Condition:
    source = names.source(node)
    operator, right = node.ops[0], node.comparators[0]
    if isinstance(node.left, ast.Name) and node.left.id == "__name__":
        return Known(is_main is not isinstance(operator, ast.NotEq), source)
    if isinstance(operator, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) and isinstance(right, ast.Constant) and right.value in (None, False):
        plain = condition_of(node.left, names, scope, is_main=is_main, directory=directory, depth=10)
        return negated(plain) if isinstance(operator, ast.Is | ast.Eq) else plain
    if isinstance(operator, ast.In | ast.NotIn) and names.dotted(right, scope) == "os.environ":
        variable = names.value(node.left, scope).text
        if variable is not None:
            known = names.is_set(variable)
            return Known(known is isinstance(operator, ast.In), source, (variable,))
    if isinstance(operator, ast.Eq | ast.NotEq):
        return _same(names.value(node.left, scope), names.value(right, scope), source, is_equal=isinstance(operator, ast.Eq))
    return Unknown(source)


def _same(left: Value, right: Value, source: str, *, is_equal: bool) -> Condition:
    first = left.text if left.text is not None else left.default
    second = right.text if right.text is not None else right.default
    if first is None or second is None:
        return Unknown(source)
    return Known((first == second) is is_equal, source, tuple(dict.fromkeys([*left.variables, *right.variables])))


def _truth(value: Value, source: str) -> Condition:
    text = value.text if value.text is not None else value.default
    return Known(bool(text), source, value.variables) if text is not None else Unknown(source)
