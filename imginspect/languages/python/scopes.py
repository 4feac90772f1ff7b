"""The scopes of a Python text, the names that each binds, and the steps that are counted while they are looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from imginspect.languages.lines import Rows

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
MOST_EACH = 20
"""Values that one name may have as a text; with more its text is not known."""
MOST_STEPS = 600_000
"""Steps of one text: names and values that are looked up, and what is copied or written out for them."""
LETTERS_A_STEP = 32
"""Characters that are copied as fast as one name is looked up."""
_LONGEST_SHOWN = 120
"""Characters of an expression in a message; its value is kept whole."""
_LONGEST_SOURCE = 400
"""Characters of an expression that is shown as it is written; of a longer one an ellipsis is shown."""
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class TooManySteps(Exception):
    """Resolving the names of a text takes more steps than the limit."""


class Bound:
    """What one name of one scope was given: dotted names of imports, expressions, functions; None for what is not known."""

    def __init__(self) -> None:
        self.dotted: list[str] = []
        self.expressions: list[tuple[ast.expr, bool]] = []
        self.functions: list[Function] = []
        self.lists: list[ast.expr] = []
        """What ``for`` loops give it the elements of."""
        self.is_open = False
        self.added: list[tuple[int, ast.expr, bool]] = []
        """(line, what, whether it is one element) of each ``append`` and ``+=``."""


class ScopeTable:
    """The scopes of one text. *environment* is what the image sets, *path* is the text's own, *directory* where it is started."""

    def __init__(self, environment: Mapping[str, str], path: str, directory: str, rows: Rows | None = None) -> None:
        self._rows = rows or Rows("")
        self._environment = environment
        self._path = path
        self._directory = directory
        self._scopes: list[dict[str, Bound]] = []
        self._parents: list[int] = []
        self._attributes: dict[str, list[tuple[ast.expr, int]]] = {}
        self._scope_of: dict[int, int] = {}
        self._stars: list[str] = []
        self._sources: dict[int, str] = {}
        self._returns: dict[int, list[tuple[Function, ast.expr]]] = {}
        self._listed: dict[int, list[ast.expr]] = {}
        self._elements: dict[int, list[ast.expr] | None] = {}
        self._bound_anywhere: set[str] = set()
        self._left = MOST_STEPS
        self.unchanged: frozenset[str] = frozenset()
        """Names that are given something once and then only looped over: nothing is added to such a list."""

    @property
    def steps(self) -> int:
        """The steps that were made; they bound the time that any text can take."""
        return min(MOST_STEPS, MOST_STEPS - self._left)

    def step(self, count: int = 1) -> None:
        """Make *count* steps; TooManySteps where no more are left."""
        self._left -= count
        if self._left < 0:
            raise TooManySteps

    def counted(self, nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
        """*nodes*, each of which takes a step."""
        for node in nodes:
            self.step()
            yield node

    def source(self, node: ast.expr) -> str:
        """How *node* is written, in one line; ``…`` where it is long or on several lines."""
        if id(node) not in self._sources:
            length = (node.end_col_offset or 0) - node.col_offset
            is_short = node.end_lineno == node.lineno and length < _LONGEST_SOURCE
            self.step(1 + (length // LETTERS_A_STEP if is_short else 0))
            self._sources[id(node)] = _unparsed(node) if is_short else "…"
        return self._sources[id(node)]

    def add_scope(self, node: ast.AST, body: Iterable[ast.AST], parent: int) -> int:
        """The number of a new scope with the names that *body* binds."""
        number = len(self._scopes)
        names: dict[str, Bound] = {}
        self._scopes.append(names)
        self._parents.append(parent)
        self._scope_of[id(node)] = number
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._parameters(node.args, names)
        for inner in _own(body):
            self._bind(inner, names, number)
        self._bound_anywhere.update(names)
        return number

    def _parameters(self, arguments: ast.arguments, names: dict[str, Bound]) -> None:
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            bound = names.setdefault(argument.arg, Bound())
            bound.is_open = True
            if argument.annotation is not None:
                bound.expressions.append((argument.annotation, True))
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                names.setdefault(extra.arg, Bound()).is_open = True

    def _bind(self, node: ast.AST, names: dict[str, Bound], scope: int) -> None:
        match node:
            case ast.Import():
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    names.setdefault(name, Bound()).dotted.append(alias.name if alias.asname else name)
            case ast.ImportFrom():
                base = "." * node.level + (node.module or "")
                for alias in node.names:
                    if alias.name == "*":
                        self._stars.append(base)
                    else:
                        names.setdefault(alias.asname or alias.name, Bound()).dotted.append(f"{base}.{alias.name}")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                names.setdefault(node.name, Bound()).functions.append(node)
            case ast.ClassDef():
                names.setdefault(node.name, Bound()).is_open = True
            case ast.Assign():
                for target in node.targets:
                    self._assign(target, node.value, names, scope)
            case ast.AnnAssign() if node.value is not None:
                self._assign(node.target, node.value, names, scope)
            case ast.NamedExpr():
                self._assign(node.target, node.value, names, scope)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    if item.optional_vars is not None:
                        self._assign(item.optional_vars, item.context_expr, names, scope)
            case ast.AugAssign() if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
                names.setdefault(node.target.id, Bound()).added.append((node.lineno, node.value, False))
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr="append" | "extend")) if len(node.args) == 1:
                assert isinstance(node.func, ast.Attribute)
                assert isinstance(node.func.value, ast.Name)
                if node.func.value.id in names or node.func.value.id in self._bound_anywhere:
                    names.setdefault(node.func.value.id, Bound()).added.append((node.lineno, node.args[0], node.func.attr == "append"))
            case ast.For() | ast.AsyncFor() | ast.comprehension() if isinstance(node.target, ast.Name):
                names.setdefault(node.target.id, Bound()).lists.append(node.iter)
            case ast.AugAssign() | ast.For() | ast.AsyncFor() | ast.comprehension():
                self._forget(node.target, names)
            case ast.ExceptHandler() if node.name:
                names.setdefault(node.name, Bound()).is_open = True

    def _assign(self, target: ast.expr, value: ast.expr, names: dict[str, Bound], scope: int) -> None:
        if isinstance(target, ast.Name):
            names.setdefault(target.id, Bound()).expressions.append((value, False))
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            self._attributes.setdefault(target.attr, []).append((value, scope))
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List) and len(target.elts) == len(value.elts):
            for one, given in zip(target.elts, value.elts, strict=True):
                self._assign(one, given, names, scope)
        else:
            self._forget(target, names)

    def _forget(self, target: ast.expr, names: dict[str, Bound]) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                names.setdefault(node.id, Bound()).is_open = True

    def _lookup(self, name: str, scope: int) -> tuple[Bound, int] | None:
        at = scope
        while at >= 0:
            if name in self._scopes[at]:
                return self._scopes[at][name], at
            at = self._parents[at]
        return None

    def is_set(self, variable: str) -> bool:
        """Whether the image sets the environment *variable*."""
        return variable in self._environment

    def elements(self, name: str, scope: int) -> list[ast.expr] | None:
        """The elements of the list *name* in the order of its making, later ones possibly not all there; None where it is no such list."""
        found = self._lookup(name, scope)
        if found is None or found[0].is_open or found[0].lists or len(found[0].expressions) != 1:
            return None
        bound = found[0]
        if id(bound) not in self._elements:
            self._elements[id(bound)] = _in_order(bound)
        return self._elements[id(bound)]

    def _returned(self, bound: Bound, at: int) -> Iterator[tuple[ast.expr, int]]:
        """What the functions of a name return, each with the scope that it is in."""
        if id(bound) not in self._returns:
            self._returns[id(bound)] = [(function, value) for function in bound.functions for value in _returned(function)]
        return ((value, self._scope_of.get(id(function), at)) for function, value in self._returns[id(bound)])

    def _expressions(self, bound: Bound, scope: int) -> list[ast.expr]:
        """What a name may stand for, up to one more than is looked at; nothing where that is not known."""
        if id(bound) not in self._listed:
            self._listed[id(bound)] = self._all_expressions(bound, scope)
        return self._listed[id(bound)]

    def _all_expressions(self, bound: Bound, scope: int) -> list[ast.expr]:
        given = [expression for expression, _ in bound.expressions[: MOST_EACH + 1]]
        for listed in bound.lists:
            elements = listed.elts if isinstance(listed, ast.List | ast.Tuple | ast.Set) else None
            if isinstance(listed, ast.Name) and listed.id in self.unchanged:
                elements = self.elements(listed.id, scope)
            if not elements:
                return []
            given += elements[: max(0, MOST_EACH + 1 - len(given))]
        return given


def _in_order(bound: Bound) -> list[ast.expr] | None:
    """The elements of a list and of what is added to it, by their lines."""
    first = bound.expressions[0][0]
    if not isinstance(first, ast.List | ast.Tuple):
        return None
    elements = list(first.elts)
    for _, added, is_one in sorted(bound.added, key=lambda item: item[0]):
        elements += added.elts if not is_one and isinstance(added, ast.List | ast.Tuple) else [added]
    return elements


def _own(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of *body* that is in its own scope: what functions and classes in it hold is not."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _NESTED):
            stack += ast.iter_child_nodes(node)


def _returned(function: Function) -> list[ast.expr]:
    return [node.value for node in _own(function.body) if isinstance(node, ast.Return | ast.Yield) and node.value is not None]


def _unparsed(node: ast.expr) -> str:
    try:
        return ast.unparse(node)[:_LONGEST_SHOWN]
    except (ValueError, RecursionError):
        return "…"
