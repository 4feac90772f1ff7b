"""What names of a Python text stand for: imports, clients that were made before, and texts that are known."""

from __future__ import annotations

import ast
import builtins
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from imginspect.languages.calls import UNKNOWN_NAME
from imginspect.languages.hosts import is_loopback
from imginspect.languages.lines import Lines, Rows
from imginspect.languages.values import Value, constant, dynamic, joined, located, united

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_DEEPEST = 12
"""Names that lead to names; anything further is not known. Each takes a few frames of Python's stack."""
_MOST_EACH = 20
"""Values that one name may have as a text; with more its text is not known."""
_SHORTEST_COMMAND = 4
"""Characters of a text whose lines are noted: a shorter one is no command."""
MOST_STEPS = 600_000
"""Steps of one text: names and values that are looked up, and what is copied or written out for them."""
_LETTERS_A_STEP = 32
"""Characters that are copied as fast as one name is looked up."""
_LONGEST_SHOWN = 120
"""Characters of an expression in a message; its value is kept whole."""
_LONGEST_SOURCE = 400
"""Characters of an expression that is shown as it is written; of a longer one an ellipsis is shown."""
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_PATHS = frozenset(
    {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "str", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath"}
)
_BASES = frozenset({"base_url", "endpoint_url", "api_base", "azure_endpoint", "server_url"})
"""Arguments by which a client is told which server to contact."""
_MAKING = frozenset({"functools.partial", "getattr", "importlib.import_module", "__import__", "vars", "staticmethod"})
"""Calls that give a function or module, and do not call it."""
_SAME = frozenset({"resolve", "absolute", "as_posix", "expanduser", "strip", "encode"})


class TooManySteps(Exception):
    """What the names of a text stand for takes more steps than are made."""


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


class NameResolver:
    """Looks names up in the scopes of one text. *path* is the text's own, *environment* what the image sets."""

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
        self._known: dict[tuple[int, int], str] = {}
        self._common: dict[tuple[str, int], Value] = {}
        self._constants: dict[int, Value] = {}
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
        """The steps that were made: what bounds the time of a text, whatever is in it."""
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
            self.step(1 + (length // _LETTERS_A_STEP if is_short else 0))
            self._sources[id(node)] = _unparsed(node) if is_short else "…"
        return self._sources[id(node)]

    # -- scopes --------------------------------------------------------------------------------------------------------

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

    # -- dotted names --------------------------------------------------------------------------------------------------

    def dotted(self, node: ast.expr, scope: int, depth: int = 0) -> str:
        """The dotted name of *node*, or of the call that made it; empty where it is not known."""
        self.step()
        if depth > _DEEPEST:
            return ""
        if depth or not isinstance(node, ast.Name | ast.Attribute | ast.Call):
            return self._dotted(node, scope, depth)
        key = id(node), scope
        if key not in self._known:
            self._known[key] = self._dotted(node, scope, depth)
        return self._known[key]

    def _dotted(self, node: ast.expr, scope: int, depth: int) -> str:
        match node:
            case ast.Name():
                return self._dotted_name(node.id, scope, depth)
            case ast.Attribute():
                if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls") and node.attr in self._attributes:
                    return self._first((self.dotted(value, at, depth + 1) for value, at in self._attributes[node.attr]))
                base = self.dotted(node.value, scope, depth + 1)
                return f"{base}.{node.attr}" if base else ""
            case ast.Call():
                return self._dotted_call(node, scope, depth)
            case ast.Await():
                return self.dotted(node.value, scope, depth + 1)
            case ast.BoolOp():
                return self._first(self.dotted(value, scope, depth + 1) for value in node.values[:4])
            case ast.IfExp():
                return self.dotted(node.body, scope, depth + 1) or self.dotted(node.orelse, scope, depth + 1)
            case ast.Subscript():
                return self._dotted_item(node, scope, depth)
            case _:
                return ""

    def is_result(self, node: ast.expr, scope: int, depth: int = 0) -> bool:
        """Whether *node* is what a call gave, and no function that could be called: ``x`` behind ``x = requests.get(url)``."""
        if depth > _DEEPEST:
            return False
        match node:
            case ast.Await():
                return True
            case ast.Name():
                found = self._lookup(node.id, scope)
                return found is not None and self._are_results([(value, found[1]) for value, _ in found[0].expressions], depth)
            case ast.Attribute() if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                return self._are_results(self._attributes.get(node.attr, []), depth)
            case ast.Call():
                if self.dotted(node.func, scope) in _MAKING:
                    return False
                found = self._lookup(node.func.id, scope) if isinstance(node.func, ast.Name) else None
                given = list(self._returned(*found)) if found is not None else []
                return self._are_results(given, depth) if given else True
            case _:
                return False

    def _are_results(self, given: Sequence[tuple[ast.expr, int]], depth: int) -> bool:
        self.step(1 + len(given))
        return bool(given) and all(self.is_result(value, at, depth + 1) for value, at in given)

    def _dotted_item(self, node: ast.Subscript, scope: int, depth: int) -> str:
        """What ``vars(X)["name"]`` and ``X.__dict__["name"]`` are, and ``sys.modules["name"]``."""
        base = self.dotted(node.value, scope, depth + 1)
        item = self.value(node.slice, scope, depth + 1).text
        if base == "sys.modules":
            return item or ""
        if base.endswith(".__dict__"):
            return _member(base[: -len(".__dict__")], item)
        if isinstance(node.value, ast.Call) and base == "vars" and len(node.value.args) == 1:
            return _member(self.dotted(node.value.args[0], scope, depth + 1), item)
        return ""

    def _dotted_name(self, name: str, scope: int, depth: int) -> str:
        found = self._lookup(name, scope)
        if found is None:
            return f"{self._stars[0]}.{name}" if self._stars and not hasattr(builtins, name) else name
        bound, at = found
        if bound.dotted:
            return bound.dotted[-1] if len(bound.dotted) == 1 else self._first(iter(bound.dotted))
        given = [value for value, _ in bound.expressions]
        if bound.lists:
            given += self._expressions(bound, at)
        return self._first(self.dotted(value, at, depth + 1) for value in given)

    def _dotted_call(self, node: ast.Call, scope: int, depth: int) -> str:
        if isinstance(node.func, ast.Name):
            found = self._lookup(node.func.id, scope)
            if found is not None and found[0].functions:
                return self._first(self.dotted(value, inside, depth + 1) for value, inside in self._returned(*found))
        name = self.dotted(node.func, scope, depth + 1)
        if name and any(keyword.arg in _BASES and self._is_local(keyword.value, scope) for keyword in node.keywords):
            return f"{name}@local"
        if name in ("importlib.import_module", "__import__") and node.args:
            return self.value(node.args[0], scope).text or ""
        if name == "getattr" and len(node.args) > 1:
            return _member(self.dotted(node.args[0], scope, depth + 1), self.value(node.args[1], scope, depth + 1).text)
        if name == "functools.partial" and len(node.args) == 1:
            return self.dotted(node.args[0], scope, depth + 1)
        return f"{name}@local" if name == "socket.socket" and self._is_unix(node, scope, depth) else name

    def _is_unix(self, node: ast.Call, scope: int, depth: int) -> bool:
        """Whether a socket is one of the machine's own."""
        family = node.args[0] if node.args else next((keyword.value for keyword in node.keywords if keyword.arg == "family"), None)
        return family is not None and self.dotted(family, scope, depth + 1) in ("socket.AF_UNIX", "socket.AddressFamily.AF_UNIX")

    def _is_local(self, node: ast.expr, scope: int) -> bool:
        value = self.value(node, scope)
        return bool(value.start) and is_loopback(value.start, is_whole=value.text is not None)

    def _returned(self, bound: Bound, at: int) -> Iterator[tuple[ast.expr, int]]:
        """What the functions of a name return, each with the scope that it is in."""
        if id(bound) not in self._returns:
            self._returns[id(bound)] = [(function, value) for function in bound.functions for value in _returned(function)]
        return ((value, self._scope_of.get(id(function), at)) for function, value in self._returns[id(bound)])

    def _first(self, names: Iterable[str]) -> str:
        return next((name for name in names if name), "")

    # -- texts ---------------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, scope: int, depth: int = 0) -> Value:
        """What *node* is as a text, as far as that is known."""
        self.step()
        if depth > _DEEPEST:
            return dynamic("…")
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.JoinedStr():
                parts = [self.value(part, scope, depth + 1) for part in node.values]
                return located(self._counted(joined(parts, self.source(node))), ((0, self._rows.line(node.lineno, node.col_offset)),))
            case ast.FormattedValue():
                return self.value(node.value, scope, depth + 1)
            case ast.Name():
                return self._value_of_name(node, scope, depth)
            case ast.BinOp():
                return self._value_of_operation(node, scope, depth)
            case ast.Call():
                return self._value_of_call(node, scope, depth)
            case ast.Subscript():
                if self.dotted(node.value, scope) == "os.environ":
                    return self._variable(self.value(node.slice, scope, depth + 1).text, None, node)
                return self._ancestor(node, scope, depth)
            case ast.Attribute():
                return self._value_of_attribute(node, scope, depth)
            case _:
                return dynamic(self.source(node))

    def each(self, node: ast.expr, scope: int) -> list[Value]:
        """Each text that *node* may stand for, where it is a name that a loop gives the elements of a list; else its one value."""
        found = self._lookup(node.id, scope) if isinstance(node, ast.Name) else None
        expressions = self._expressions(*found) if found is not None and not found[0].is_open and not found[0].added else []
        if found is None or not 0 < len(expressions) <= _MOST_EACH:
            return [self.value(node, scope)]
        return [self.value(expression, found[1]) for expression in expressions]

    def _ancestor(self, node: ast.Subscript, scope: int, depth: int) -> Value:
        """What ``path.parents[NUMBER]`` is."""
        if isinstance(node.value, ast.Attribute) and node.value.attr == "parents" and isinstance(node.slice, ast.Constant):
            text, number = self.value(node.value.value, scope, depth + 1).text, node.slice.value
            if text and text.startswith("/") and isinstance(number, int) and 0 <= number < text.count("/"):
                return constant("/" + "/".join(text.split("/")[1 : -1 - number]), self.source(node))
        return dynamic(self.source(node))

    def _constant(self, node: ast.Constant) -> Value:
        if id(node) not in self._constants:
            self._constants[id(node)] = constant(_text(node.value), self.source(node), lines=self._lines(node))
        return self._constants[id(node)]

    def _counted(self, value: Value) -> Value:
        """*value*, a text that was put together: its letters and lines count as steps."""
        self.step(len(value.start) // _LETTERS_A_STEP + len(value.lines))
        return value

    def _lines(self, node: ast.Constant) -> Lines:
        if not isinstance(node.value, str) or len(node.value) < _SHORTEST_COMMAND:
            return ()
        return self._rows.literal(node.value, node.lineno, node.end_lineno or node.lineno, node.col_offset)

    def _value_of_name(self, node: ast.Name, scope: int, depth: int) -> Value:
        if node.id == "__file__":
            return constant(self._path) if self._path else dynamic("__file__")
        found = self._lookup(node.id, scope)
        expressions = self._expressions(*found) if found is not None and not found[0].is_open and not found[0].added else []
        if found is None or not 0 < len(expressions) <= _MOST_EACH:
            return dynamic(node.id)
        if len(expressions) == 1:
            return self.value(expressions[0], found[1], depth + 1)
        key = node.id, found[1]
        if key not in self._common:
            self._common[key] = dynamic(node.id)  # what it stands for while that is found out: ``x = x + 1``
            given = [self.value(expression, found[1], depth + 1) for expression in expressions]
            self._common[key] = Value(None, node.id, posixpath.commonprefix([value.start for value in given]))
        return self._common[key]

    def _expressions(self, bound: Bound, scope: int) -> list[ast.expr]:
        """What a name may stand for, up to one more than is looked at; nothing where that is not known."""
        if id(bound) not in self._listed:
            self._listed[id(bound)] = self._all_expressions(bound, scope)
        return self._listed[id(bound)]

    def _all_expressions(self, bound: Bound, scope: int) -> list[ast.expr]:
        given = [expression for expression, _ in bound.expressions[: _MOST_EACH + 1]]
        for listed in bound.lists:
            elements = listed.elts if isinstance(listed, ast.List | ast.Tuple | ast.Set) else None
            if isinstance(listed, ast.Name) and listed.id in self.unchanged:
                elements = self.elements(listed.id, scope)
            if not elements:
                return []
            given += elements[: max(0, _MOST_EACH + 1 - len(given))]
        return given

    def _value_of_operation(self, node: ast.BinOp, scope: int, depth: int) -> Value:
        left, right = self.value(node.left, scope, depth + 1), self.value(node.right, scope, depth + 1)
        if isinstance(node.op, ast.Add):
            return self._counted(joined([left, right], self.source(node)))
        if isinstance(node.op, ast.Div):
            return self._counted(_path_joined([left, right], self.source(node)))
        if isinstance(node.op, ast.Mod) and left.text is not None:
            return Value(None, self.source(node), left.text.partition("%")[0], right.variables)
        return dynamic(self.source(node))

    def _value_of_call(self, node: ast.Call, scope: int, depth: int) -> Value:
        name = self.dotted(node.func, scope)
        values = [self.value(argument, scope, depth + 1) for argument in node.args[:8]]
        if name in ("os.environ.get", "os.getenv") and values:
            return self._variable(values[0].text, values[1] if len(values) > 1 else None, node)
        if name == "os.path.join" and values:
            return self._counted(_path_joined(values, self.source(node)))
        if name in _PATHS and values:
            return self._counted(_path_joined(values, self.source(node)))
        if name == "os.path.dirname" and len(values) == 1 and values[0].text is not None:
            return constant(posixpath.dirname(values[0].text))
        if name == "os.path.expanduser" and values and values[0].text is not None:
            home = self._environment.get("HOME")
            text = values[0].text
            return constant(home + text[1:]) if text.startswith("~") and home else values[0]
        if name == "socket.gethostname":
            return constant("localhost", self.source(node))
        if name in ("urllib.request.Request", "requests.Request") and values:
            return values[-1] if name.startswith("requests") else values[0]
        if name in ("os.getcwd", "pathlib.Path.cwd"):
            return constant(self._directory) if self._directory else dynamic(self.source(node))
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in _SAME:
                return self.value(node.func.value, scope, depth + 1)
            if node.func.attr == "joinpath":
                return self._counted(_path_joined([self.value(node.func.value, scope, depth + 1), *values], self.source(node)))
            if node.func.attr == "format":
                return Value(None, self.source(node), self.value(node.func.value, scope, depth + 1).start.partition("{")[0])
        return dynamic(self.source(node))

    def _value_of_attribute(self, node: ast.Attribute, scope: int, depth: int) -> Value:
        name = self.dotted(node, scope)
        if name == "sys.executable":
            return constant("python", "sys.executable")
        if name in ("os.pardir", "os.curdir"):
            return constant(".." if name == "os.pardir" else ".", name)
        if node.attr == "parent":
            inner = self.value(node.value, scope, depth + 1)
            return constant(posixpath.dirname(inner.text)) if inner.text else dynamic(self.source(node))
        if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            given = self._attributes.get(node.attr, [])
            if len(given) == 1:
                return self.value(given[0][0], given[0][1], depth + 1)
        return dynamic(self.source(node))

    def _variable(self, name: str | None, default: Value | None, node: ast.expr) -> Value:
        if name is None:
            return dynamic(self.source(node))
        if name in self._environment:
            return constant(self._environment[name], self.source(node), (name,))
        if default is not None and default.text is not None:
            return constant(default.text, self.source(node), united((name,), default.variables))
        return dynamic(self.source(node), (name,), "")


def only_looped_over(tree: ast.AST) -> frozenset[str]:
    """The names that are given something once in the whole text, and used for nothing but to loop over them."""
    given: Counter[str] = Counter()
    looped: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            every[node.id] += 1
            given[node.id] += isinstance(node.ctx, ast.Store)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and isinstance(node.iter, ast.Name):
            looped[node.iter.id] += 1
        elif isinstance(node, ast.Global | ast.Nonlocal):
            every.update(node.names)
    return frozenset(name for name, count in every.items() if given[name] == 1 and looped[name] == count - 1)


def _in_order(bound: Bound) -> list[ast.expr] | None:
    """The elements of a list and of what is added to it, by their lines."""
    first = bound.expressions[0][0]
    if not isinstance(first, ast.List | ast.Tuple):
        return None
    elements = list(first.elts)
    for _, added, is_one in sorted(bound.added, key=lambda item: item[0]):
        elements += added.elts if not is_one and isinstance(added, ast.List | ast.Tuple) else [added]
    return elements


def _member(base: str, name: str | None) -> str:
    if not base:
        return ""
    return f"{base}.{name}" if name is not None else base + UNKNOWN_NAME


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


def _path_joined(values: list[Value], source: str) -> Value:
    parts: list[Value] = []
    for value in values:
        if value.start.startswith("/"):
            parts = [value]
        else:
            parts += [constant("/"), value] if parts and not parts[-1].start.endswith("/") else [value]
    return joined(parts, source)


def _text(held: object) -> str:
    if isinstance(held, bytes):
        return held.decode("utf-8", "replace")
    return held if isinstance(held, str) else str(held)[:40] if held else "0" if held == 0 and held is not False else ""


def _unparsed(node: ast.expr) -> str:
    try:
        return ast.unparse(node)[:_LONGEST_SHOWN]
    except (ValueError, RecursionError):
        return "…"
