"""What a Python text calls when it runs or is imported: dotted names after aliases, constant arguments, and on what each call depends."""

from __future__ import annotations

import ast
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from imginspect.languages.calls import Argument, Call, CodeScope, Import, NameUse, PythonText, Spot
from imginspect.languages.lines import Lines, Rows
from imginspect.languages.python.conditions import condition_of
from imginspect.languages.python.names import NameResolver, only_looped_over
from imginspect.languages.python.scopes import Function, TooManySteps
from imginspect.languages.values import Condition, HasModule, Known, Unknown, Value, dynamic, negated
from imginspect.limits import MOST_TEXT_BYTES

MOST_TOKENS = 250_000
"""Words and signs of one text: Python's own parser makes objects of each. A text with more is a gap."""
_MOST_ELEMENTS = 200
"""Arguments of one call, and elements of one list; one that is not known stands for the others."""
_MOST_GUARDS = 30
"""Conditions around one call; one that is not known stands for the others."""
_MORE = Unknown("more conditions")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_MOST_HANDED = 50
"""Elements for each of which a function that is mapped over them is called; one that is not known stands for the others."""
_NAMING = (ast.Name, ast.Attribute, ast.Call)
_MAPPING = frozenset({"map", "imap", "imap_unordered", "map_async", "filter", "as_completed"})
_ASKING = frozenset(
    {"isinstance", "issubclass", "hasattr", "getattr", "callable", "print", "type", "repr", "id", "str", "inspect.signature"}
)
"""They do not call what they are given."""
_ENDING_CALLS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})
_PLAIN_DECORATORS = frozenset(
    {"staticmethod", "classmethod", "property", "dataclass", "dataclasses.dataclass", "functools.lru_cache", "functools.cache"}
    | {"functools.wraps", "functools.cached_property", "contextlib.contextmanager", "contextlib.asynccontextmanager", "setter", "getter"}
    | {"abc.abstractmethod", "typing.overload", "typing.override", "torch.no_grad", "torch.inference_mode", "numba.jit", "numba.njit"}
)
_LOCAL_BASES = frozenset(
    {"object", "Exception", "ValueError", "RuntimeError", "abc.ABC", "enum.Enum", "typing.NamedTuple", "typing.Protocol"}
)
_ABSENCE = frozenset({"FileNotFoundError", "OSError", "IOError", "EnvironmentError", "Exception", "BaseException"})
_NARROW = frozenset(
    {
        "ImportError",
        "ModuleNotFoundError",
        "KeyError",
        "ValueError",
        "TypeError",
        "AttributeError",
        "IndexError",
        "NameError",
        "SyntaxError",
    }
    | {"FileNotFoundError", "FileExistsError", "PermissionError", "KeyboardInterrupt", "SystemExit", "StopIteration", "AssertionError"}
    | {"UnicodeDecodeError", "ZeroDivisionError", "NotImplementedError", "json.JSONDecodeError", "json.decoder.JSONDecodeError"}
)
"""What a failing connection does not raise."""


def calls(
    text: str,
    environment: Mapping[str, str] | None = None,
    *,
    path: str = "",
    directory: str = "",
    is_main: bool = True,
    lines: Lines = (),
) -> PythonText:
    """What the text at *path* calls. *is_main*: it is started itself, so that ``__name__`` is ``"__main__"``.

    *lines* say where an inline text stands: its calls have lines of the file that it is in.
    """
    if len(text) > MOST_TEXT_BYTES:
        return PythonText(not_understood=f"it is longer than {MOST_TEXT_BYTES >> 20} MiB", is_bounded=True)
    if "\0" in text:
        return PythonText(not_understood="it contains a NUL byte")
    if sum(1 for _ in _TOKEN.finditer(text)) > MOST_TOKENS:
        return PythonText(not_understood=f"it has more than {MOST_TOKENS:,} tokens", is_bounded=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        rows = Rows(text, lines)
        names = NameResolver(environment or {}, path, directory, rows)
        reader = _StatementReader(names, rows, is_main=is_main, directory=directory)
        reader.module(tree)
    except SyntaxError as error:
        return PythonText(not_understood=f"line {Rows(text, lines).line(error.lineno or 1)} is not valid Python 3")
    except TooManySteps:
        return PythonText(not_understood="its names refer to too many others", is_bounded=True, steps=names.steps)
    except (RecursionError, MemoryError):
        return PythonText(not_understood="it is nested too deeply", is_bounded=True)
    except ValueError:
        return PythonText(not_understood="it is not valid text")
    handed = frozenset(reader.handed)
    return PythonText(tuple(reader.calls), reader.references, tuple(reader.imports), tuple(reader.scopes), handed=handed, steps=names.steps)


class _StatementReader:
    """Walks the statements of one text."""

    def __init__(self, names: NameResolver, rows: Rows, *, is_main: bool, directory: str) -> None:
        self._names = names
        self._rows = rows
        self._is_main = is_main
        self._directory = directory
        self.calls: list[Call] = []
        self._used: dict[tuple[str, int], NameUse] = {}
        self._spots: dict[int, tuple[Spot, Spot]] = {}
        """Spots by their identity, kept alive, each with the first that is equal: a spot with many guards is compared once."""
        self._same: dict[Spot, Spot] = {}
        self._raising: dict[int, bool] = {}
        self.imports: list[Import] = []
        self.scopes: list[CodeScope] = []
        self.handed: set[str] = set()
        self._later: deque[tuple[list[ast.stmt], int]] = deque()

    def module(self, tree: ast.Module) -> None:
        """Read the whole text: functions after what is around them, so that all names are known."""
        self._names.unchanged = only_looped_over(tree)
        self._names.add_scope(tree, tree.body, -1)
        self.scopes.append(CodeScope("", Spot(), 1))
        self.block(tree.body, Spot())
        while self._later:
            body, number = self._later.popleft()
            self.block(body, Spot(number))

    @property
    def references(self) -> tuple[NameUse, ...]:
        """The names that are used, each once under the same conditions."""
        return tuple(self._used.values())

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt], spot: Spot) -> bool:
        """Read a block; whether it never goes on behind itself."""
        ended = False
        for statement in statements:
            left = self.statement(statement, spot)
            if left is True:
                spot, ended = spot._replace(is_dead=True), True
            elif left is not None and left is not False:
                spot = _guarded(spot, left)
        return ended

    def statement(self, node: ast.stmt, spot: Spot) -> bool | Condition | None:
        """Read one statement: True where nothing behind it runs, a condition where what is behind it only runs under that."""
        match node:
            case ast.If():
                return self._if(node, spot)
            case ast.Try() | ast.TryStar():
                return self._try(node, spot)
            case ast.For() | ast.AsyncFor() | ast.While():
                self._loop(node, spot)
                return None
            case ast.With() | ast.AsyncWith():
                return self._with(node, spot)
            case ast.Match():
                self.expression(node.subject, spot)
                for case in node.cases:
                    self.block(case.body, _guarded(spot, Unknown("match")))
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, spot)
                return None
            case ast.ClassDef():
                self._class(node, spot)
                return None
            case ast.Import():
                self.imports += [Import(alias.name, 0, (), self._line(node), spot) for alias in node.names]
                return None
            case ast.ImportFrom():
                names = tuple(alias.name for alias in node.names)
                self.imports.append(Import(node.module or "", node.level, names, self._line(node), spot))
                return None
            case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
                if isinstance(node, ast.Return) and node.value is not None:
                    self.handed.add(self._names.dotted(node.value, spot.scope))
                self._children(node, spot)
                return True
            case ast.Expr() if isinstance(node.value, ast.Call):
                self.expression(node.value, spot)
                return self._names.dotted(node.value.func, spot.scope) in _ENDING_CALLS
            case _:
                self._children(node, spot)
                return None

    def _if(self, node: ast.If, spot: Spot) -> bool | Condition | None:
        self.expression(node.test, spot)
        condition = self._condition(node.test, spot)
        first = self.block(node.body, _guarded(spot, condition))
        second = self.block(node.orelse, _guarded(spot, negated(condition))) if node.orelse else False
        if first and second:
            return True
        if isinstance(condition, Known) and not condition.variables:
            return first if condition.outcome else second
        if first:
            return negated(condition)
        return condition if second else None

    def _try(self, node: ast.Try | ast.TryStar, spot: Spot) -> bool | None:
        is_handled = any(_catches(handler, self._names, spot.scope) and not self._raises(handler) for handler in node.handlers)
        inner = spot._replace(is_handled=True) if is_handled else spot
        if any(_catches_absence(handler, self._names, spot.scope) and not self._raises(handler) for handler in node.handlers):
            inner = inner._replace(is_absence_handled=True)
        ended = self.block(node.body, inner)
        guard = _import_guard(node)
        for handler in node.handlers:
            inside = spot._replace(is_handler=True, is_branch=True)
            self.block(handler.body, _guarded(inside, guard) if guard is not None else inside)
        self.block(node.orelse, spot)
        finished = self.block(node.finalbody, spot)
        return finished or (ended and not node.handlers)

    def _raises(self, handler: ast.ExceptHandler) -> bool:
        """Whether the handler ends the program after all."""
        if id(handler) not in self._raising:
            self._raising[id(handler)] = any(_ends(node) for node in self._names.counted(ast.walk(handler)))
        return self._raising[id(handler)]

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, spot: Spot) -> None:
        if isinstance(node, ast.While):
            self.expression(node.test, spot)
            condition = self._condition(node.test, spot)
            self.block(node.body, _guarded(spot, condition))
        else:
            self.expression(node.iter, spot)
            self.block(node.body, spot)
        self.block(node.orelse, spot)

    def _with(self, node: ast.With | ast.AsyncWith, spot: Spot) -> bool | None:
        inside = spot
        for item in node.items:
            self.expression(item.context_expr, spot)
            call = item.context_expr
            if isinstance(call, ast.Call) and self._names.dotted(call.func, spot.scope) == "contextlib.suppress":
                inside = inside._replace(is_handled=True)
        return self.block(node.body, inside) or None

    def _function(self, node: Function, spot: Spot) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator, spot)
        defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
        for default in defaults:
            self.expression(default, spot)
        is_offered = any(not self._is_plain(decorator, spot) for decorator in node.decorator_list)
        around = self.scopes[spot.scope]
        if around.is_class and (around.is_offered or (node.name.startswith("__") and node.name.endswith("__"))):
            is_offered = True
        number = self._add_scope(node, node.body, CodeScope(node.name, spot, node.lineno, is_offered=is_offered), spot.scope)
        self._later.append((node.body, number))

    def _class(self, node: ast.ClassDef, spot: Spot) -> None:
        for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
            self.expression(part, spot)
        bases = [self._names.dotted(base, spot.scope) for base in node.bases]
        is_offered = any(base and base not in _LOCAL_BASES for base in bases)
        number = self._add_scope(node, node.body, CodeScope(node.name, spot, node.lineno, is_class=True, is_offered=is_offered), spot.scope)
        self.block(node.body, spot._replace(scope=number))

    def _add_scope(self, node: ast.AST, body: Iterable[ast.AST], scope: CodeScope, parent: int) -> int:
        number = self._names.add_scope(node, body, parent)
        self.scopes.append(scope)
        return number

    def _is_plain(self, decorator: ast.expr, spot: Spot) -> bool:
        name = self._names.dotted(decorator, spot.scope)
        return name in _PLAIN_DECORATORS or name.rpartition(".")[2] in _PLAIN_DECORATORS or "retry" in name or name.startswith("backoff.")

    # -- expressions ---------------------------------------------------------------------------------------------------

    def expression(self, node: ast.expr, spot: Spot) -> None:
        """Read an expression: its calls, and the names that it uses."""
        match node:
            case ast.Call():
                self._call(node, spot)
            case ast.Name():
                self._refer(node.id, spot)
            case ast.Attribute():
                self._refer(node.attr, spot)
                self.expression(node.value, spot)
            case ast.IfExp():
                condition = self._condition(node.test, spot)
                self.expression(node.test, spot)
                self.expression(node.body, _guarded(spot, condition))
                self.expression(node.orelse, _guarded(spot, negated(condition)))
            case ast.BoolOp():
                for part in node.values:
                    self.expression(part, spot)
                    condition = self._condition(part, spot)
                    spot = _guarded(spot, condition if isinstance(node.op, ast.And) else negated(condition))
            case ast.Lambda():
                self.expression(node.body, spot._replace(is_branch=True))
            case _:
                self._children(node, spot)

    def _children(self, node: ast.AST, spot: Spot) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, spot)
            elif isinstance(child, ast.stmt):
                self.statement(child, spot)
            elif not isinstance(child, ast.expr_context | ast.operator | ast.boolop | ast.unaryop | ast.cmpop):
                self._children(child, spot)

    def _call(self, node: ast.Call, spot: Spot) -> None:
        name = self._names.dotted(node.func, spot.scope)
        if name:
            given = _bounded(node.args, lambda argument: self._argument(argument, spot))
            named = tuple((keyword.arg or "**", self._argument(keyword.value, spot)) for keyword in node.keywords)
            self.calls.append(Call(name, given, named, self._line(node), self._short(node.func), spot))
        if name not in _ASKING:
            self._handed(node, spot)
        self.expression(node.func, spot)
        for argument in node.args:
            self.expression(argument, spot)
        for keyword in node.keywords:
            self.expression(keyword.value, spot)

    def _handed(self, node: ast.Call, spot: Spot) -> None:
        """Functions that are handed to the call, as calls with what is handed behind them: ``map(f, urls)``, ``Thread(target=f)``."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for number, argument in enumerate(given):
            name = self._names.dotted(argument, spot.scope) if isinstance(argument, _NAMING) else ""
            if not name:
                continue
            self.handed.add(name)
            if self._names.is_result(argument, spot.scope):
                continue  # it was called where it was made
            if "." in name and name.rpartition(".")[2][:1].islower() and not isinstance(argument, ast.Call):
                behind = node.args[number + 1 :] if number < len(node.args) else []
                self._hand(name, node, behind, spot)

    def _hand(self, name: str, node: ast.Call, behind: Sequence[ast.expr], spot: Spot) -> None:
        """The function *name* with what is handed on *behind* it, or in ``args=``; with each element where it is mapped over a list."""
        receiver = self._names.dotted(node.func, spot.scope)
        given = list(_bounded(behind, lambda argument: self._argument(argument, spot)))
        for keyword in node.keywords:
            extra = self._argument(keyword.value, spot) if keyword.arg == "args" else ()
            given += extra if isinstance(extra, tuple) else [extra]
        each: list[tuple[Argument, ...]] = [tuple(given)]
        if receiver.rpartition(".")[2] in _MAPPING and given and isinstance(given[0], tuple):
            each = [(element,) for element in given[0][:_MOST_HANDED]]
            each += [(dynamic("…"),)] if len(given[0]) > _MOST_HANDED else []
        elif receiver == "functools.partial" and not given:
            each = []  # what is made is called with its arguments elsewhere
        self.calls += [Call(name, arguments, (), self._line(node), name, spot, is_handed=True) for arguments in each]

    def _argument(self, node: ast.expr, spot: Spot) -> Argument:
        if isinstance(node, ast.List | ast.Tuple):
            return _bounded(node.elts, lambda element: self._names.value(element, spot.scope))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            first, *others = _summands(node)
            elements_of = self._argument(first, spot)
            if isinstance(elements_of, tuple):
                return (*elements_of, *self._flat(others, spot))
        if isinstance(node, ast.Name):
            elements = self._names.elements(node.id, spot.scope)
            if elements is not None:
                return _bounded(elements, lambda element: self._names.value(element, spot.scope))
        return self._names.value(node, spot.scope)

    def _flat(self, nodes: Sequence[ast.expr], spot: Spot) -> Iterator[Value]:
        """The values of *nodes*, of a list those of its elements."""
        for node in nodes:
            given = self._argument(node, spot)
            yield from given if isinstance(given, tuple) else (given,)

    def _line(self, node: ast.expr | ast.stmt) -> int:
        return self._rows.line(node.lineno, node.col_offset)

    def _short(self, function: ast.expr) -> str:
        source = self._names.source(function)
        return "" if source == "…" else source[:80]

    def _refer(self, name: str, spot: Spot) -> None:
        if id(spot) not in self._spots:
            self._spots[id(spot)] = spot, self._same.setdefault(spot, spot)
        same = self._spots[id(spot)][1]
        self._used.setdefault((name, id(same)), NameUse(name, same))

    def _condition(self, node: ast.expr, spot: Spot) -> Condition:
        return condition_of(node, self._names, spot.scope, is_main=self._is_main, directory=self._directory)


_Item = TypeVar("_Item")


def _bounded(nodes: Sequence[ast.expr], made: Callable[[ast.expr], _Item]) -> tuple[_Item | Value, ...]:
    """What is *made* of each of *nodes*; one that is not known stands for those beyond the bound."""
    return (*map(made, nodes[:_MOST_ELEMENTS]), *([dynamic("…")] if len(nodes) > _MOST_ELEMENTS else []))


def _guarded(spot: Spot, condition: Condition) -> Spot:
    if isinstance(condition, Known) and not condition.variables:
        return spot if condition.outcome else spot._replace(is_dead=True)
    if len(spot.guards) >= _MOST_GUARDS:
        return spot._replace(guards=(*spot.guards[:_MOST_GUARDS], _MORE), is_branch=True)
    return spot._replace(guards=(*spot.guards, condition), is_branch=True)


def _catches(handler: ast.ExceptHandler, names: NameResolver, scope: int) -> bool:
    """Whether the handler catches what a failing connection raises."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(names.dotted(kind, scope) not in _NARROW for kind in kinds)


def _catches_absence(handler: ast.ExceptHandler, names: NameResolver, scope: int) -> bool:
    """Whether the handler catches what starting a program that is not there raises."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type is not None else []
    return handler.type is None or any(names.dotted(kind, scope) in _ABSENCE for kind in kinds)


def _ends(node: ast.AST) -> bool:
    """Whether *node* itself raises or ends the program."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        return name in ("exit", "_exit", "quit", "abort")
    return isinstance(node, ast.Raise)


def _summands(node: ast.expr) -> list[ast.expr]:
    """The parts of ``a + b + c`` from the left."""
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _import_guard(node: ast.Try | ast.TryStar) -> Condition | None:
    """That the import failed, where the ``try`` does nothing but import one module."""
    if len(node.body) != 1 or not isinstance(node.body[0], ast.Import | ast.ImportFrom):
        return None
    statement = node.body[0]
    if isinstance(statement, ast.Import):
        return negated(HasModule(statement.names[0].name)) if len(statement.names) == 1 else None
    return negated(HasModule(statement.module)) if statement.module and not statement.level else None
