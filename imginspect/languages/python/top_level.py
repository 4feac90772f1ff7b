"""What a Python text does while it is loaded: the modules that it imports, and what it adds to Python's search path, in order."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from imginspect.languages.python.calls import MOST_TOKENS
from imginspect.languages.python.names import NameResolver, only_looped_over
from imginspect.languages.python.scopes import Function, TooManySteps
from imginspect.limits import MOST_TEXT_BYTES

_MOST_EVENTS = 50_000
"""No program that people wrote does so much while it is loaded; the search path is looked through for each."""
_TOKEN = re.compile(r"\w+|[^\w\s]")
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_ENDING_CALLS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "os.execv", "os.execve", "os.execvp", "os.execvpe"})
_LETTING_THROUGH = frozenset(
    {"warnings.catch_warnings", "open", "contextlib.redirect_stdout", "contextlib.redirect_stderr", "contextlib.nullcontext"}
)
"""Context managers that swallow no ImportError."""
_RUNNING = frozenset({"exec", "execfile", "runpy.run_path", "runpy.run_module", "code.interact"})
_COMMANDS = frozenset({"os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"})
_HOOKS = ("sys.meta_path", "sys.path_hooks", "sys.path_importer_cache", "builtins.__import__", "__builtins__")
_IMPORTING = frozenset({"importlib.import_module", "__import__"})


class Imported(NamedTuple):
    """One import. *names* are those taken from the module. *is_certain*: the text cannot be loaded without it.

    *why* says in words why the text may end before it, empty where it does not.
    """

    module: str
    level: int
    names: tuple[str, ...]
    line: int
    is_certain: bool
    why: str = ""


class PathAdded(NamedTuple):
    """A folder that is added to ``sys.path``, as written: it may be relative."""

    folder: str
    line: int
    is_site: bool = False


class Moved(NamedTuple):
    """The working directory changes, to a folder as written."""

    folder: str
    line: int


class Supplied(NamedTuple):
    """A module that the text itself puts into ``sys.modules``."""

    name: str


class Opened(NamedTuple):
    """*what* may supply modules, and only a run would tell which."""

    what: str
    line: int


class Called(NamedTuple):
    """A call of what another module offers, under its dotted name."""

    name: str
    line: int


Event: TypeAlias = Imported | PathAdded | Moved | Supplied | Opened | Called


class TopLevel(NamedTuple):
    """The *events* of one text in the order in which they happen. *is_understood* is False where it could not be read as Python 3.

    *has_package*: the text says itself which package it belongs to. *is_bounded*: it is longer, or does more, than is followed.
    """

    events: tuple[Event, ...] = ()
    is_understood: bool = True
    has_package: bool = False
    is_bounded: bool = False


_TOO_MUCH = TopLevel(is_understood=False, is_bounded=True)


def top_level(text: str, environment: Mapping[str, str], *, path: str = "", directory: str = "", is_main: bool = True) -> TopLevel:
    """What the text at *path* does while it is loaded. What functions do to the search path counts as done first: they may be called."""
    if "\0" in text:
        return TopLevel(is_understood=False)
    if len(text) > MOST_TEXT_BYTES or sum(1 for _ in _TOKEN.finditer(text)) > MOST_TOKENS:
        return _TOO_MUCH
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        return _Reader(NameResolver(environment, path, directory), is_main=is_main).module(tree)
    except (SyntaxError, ValueError):
        return TopLevel(is_understood=False)
    except (RecursionError, MemoryError, TooManySteps):
        return _TOO_MUCH


class _Reader:
    """Walks the statements that run when the text is loaded."""

    def __init__(self, names: NameResolver, *, is_main: bool) -> None:
        self._names = names
        self._is_main = is_main
        self._events: list[Event] = []
        self._functions: dict[str, Function] = {}
        self._later: list[tuple[Function, int]] = []
        self._entered: set[str] = set()
        self._has_package = False
        self._why = ""

    def module(self, tree: ast.Module) -> TopLevel:
        """Read the whole text."""
        self._names.unchanged = only_looped_over(tree)
        self._names.add_scope(tree, tree.body, -1)
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        self._block(tree.body, 0, is_certain=True)
        loaded, self._events = self._events, []
        while self._later:
            function, scope = self._later.pop()
            number = self._names.add_scope(function, function.body, scope)
            for statement in function.body:
                self._effects(statement, number)
        changes = [event for event in self._events if not isinstance(event, Called)]
        events = tuple(dict.fromkeys([*changes, *loaded]))
        return TopLevel(events, has_package=self._has_package) if len(events) <= _MOST_EVENTS else _TOO_MUCH

    # -- statements ----------------------------------------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt], scope: int, *, is_certain: bool) -> bool:
        """Read a block; whether nothing behind it runs."""
        return any(self._statement(statement, scope, is_certain=is_certain) for statement in statements)

    def _statement(self, node: ast.stmt, scope: int, *, is_certain: bool) -> bool:
        match node:
            case ast.Import():
                for alias in node.names:
                    self._import(alias.name, 0, (), node.lineno, is_certain=is_certain)
            case ast.ImportFrom():
                self._import(node.module or "", node.level, tuple(alias.name for alias in node.names), node.lineno, is_certain=is_certain)
            case ast.If():
                return self._if(node, scope, is_certain=is_certain)
            case ast.Try() | ast.TryStar():
                return self._try(node, scope, is_certain=is_certain)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self._expression(item.context_expr, scope)
                is_plain = all(self._called(item.context_expr, scope) in _LETTING_THROUGH for item in node.items)
                return self._block(node.body, scope, is_certain=is_certain and is_plain) and is_plain
            case ast.For() | ast.AsyncFor() | ast.While():
                self._expression(node.test if isinstance(node, ast.While) else node.iter, scope)
                self._block([*node.body, *node.orelse], scope, is_certain=False)
            case ast.Match():
                for case in node.cases:
                    self._block(case.body, scope, is_certain=False)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for decorator in node.decorator_list:
                    self._expression(decorator, scope)
                self._later.append((node, scope))
            case ast.ClassDef():
                number = self._names.add_scope(node, node.body, scope)
                self._block(node.body, number, is_certain=is_certain)
            case ast.Raise() | ast.Return() | ast.Break() | ast.Continue():
                return True
            case _:
                return self._simple(node, scope, is_certain=is_certain)
        return False

    def _simple(self, node: ast.stmt, scope: int, *, is_certain: bool) -> bool:
        value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) else None
        name = self._called(value, scope) if value is not None else ""
        if name in _IMPORTING and isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
            module = self._names.value(value.args[0], scope).text
            if module:
                self._import(module, 0, (), node.lineno, is_certain=is_certain and not module.startswith("."))
                return False
        self._effects(node, scope)
        return name in _ENDING_CALLS and isinstance(node, ast.Expr)

    def _if(self, node: ast.If, scope: int, *, is_certain: bool) -> bool:
        self._expression(node.test, scope)
        is_true = self._static(node.test, scope)
        if is_true is not None:
            return self._block(node.body if is_true else node.orelse, scope, is_certain=is_certain)
        first = self._block(node.body, scope, is_certain=False)
        second = self._block(node.orelse, scope, is_certain=False)
        if (first or second) and not (first and second) and is_certain and not self._why:
            self._why = f"line {node.lineno} may end the program first"
        return first and second

    def _static(self, node: ast.expr, scope: int) -> bool | None:
        """Whether a condition is true, where that is the same in every run; values of names are not: they may have been others before."""
        match node:
            case ast.Constant():
                return bool(node.value)
            case ast.Name() | ast.Attribute() if self._names.dotted(node, scope).endswith("TYPE_CHECKING"):
                return False
            case ast.UnaryOp(op=ast.Not()):
                inner = self._static(node.operand, scope)
                return None if inner is None else not inner
            case ast.BoolOp():
                parts = [self._static(part, scope) for part in node.values]
                is_and = isinstance(node.op, ast.And)
                if (not is_and) in parts:
                    return not is_and
                return None if None in parts else is_and
            case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value="__main__")]):
                return self._is_main is isinstance(node.ops[0], ast.Eq)
            case _:
                return None

    def _try(self, node: ast.Try | ast.TryStar, scope: int, *, is_certain: bool) -> bool:
        is_caught = any(self._catches(handler, scope) for handler in node.handlers)
        ended = self._tried(node, scope, is_certain=is_certain and not is_caught)
        for handler in node.handlers:
            self._block(handler.body, scope, is_certain=False)
        self._block(node.orelse, scope, is_certain=is_certain and not node.handlers)
        finished = self._block(node.finalbody, scope, is_certain=is_certain)
        return finished or (ended and not node.handlers)

    def _tried(self, node: ast.Try | ast.TryStar, scope: int, *, is_certain: bool) -> bool:
        """Read the body of a ``try``: behind anything but imports an exception of another kind may have left it before."""
        first = next((number for number, part in enumerate(node.body) if not isinstance(part, ast.Import | ast.ImportFrom)), len(node.body))
        ended = self._block(node.body[: first + 1], scope, is_certain=is_certain)
        return ended or self._block(node.body[first + 1 :], scope, is_certain=is_certain and not node.handlers)

    def _catches(self, handler: ast.ExceptHandler, scope: int) -> bool:
        """Whether the handler catches, or may catch, that a module is missing."""
        if handler.type is None:
            return True
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(_may_be_import_error(self._names.dotted(kind, scope)) for kind in kinds)

    def _import(self, module: str, level: int, names: tuple[str, ...], line: int, *, is_certain: bool) -> None:
        self._events.append(Imported(module, level, names, line, is_certain, self._why))

    # -- what changes where modules are found --------------------------------------------------------------------------

    def _effects(self, node: ast.stmt, scope: int) -> None:
        """What one statement, and what it holds, does to the search path."""
        for part in _parts(node):
            match part:
                case ast.Assign():
                    for target in part.targets:
                        self._assigned(target, part.value, scope, part.lineno)
                case ast.AnnAssign() if part.value is not None:
                    self._assigned(part.target, part.value, scope, part.lineno)
                case ast.AugAssign():
                    self._assigned(part.target, part.value, scope, part.lineno)
                case ast.Call():
                    self._call(part, scope)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._later.append((part, scope))

    def _expression(self, node: ast.expr, scope: int) -> None:
        for part in _parts(node):
            if isinstance(part, ast.Call):
                self._call(part, scope)

    def _assigned(self, target: ast.expr, value: ast.expr, scope: int, line: int) -> None:
        is_item = isinstance(target, ast.Subscript)
        held = target.value if isinstance(target, ast.Subscript) else target
        name = held.id if isinstance(held, ast.Name) and not is_item else self._names.dotted(held, scope)
        if isinstance(held, ast.Name) and held.id in ("__path__", "__package__"):
            self._has_package = True
        if name == "sys.path":
            self._added(_elements(value, self._names, scope), scope, line)
        elif name == "sys.modules" and isinstance(target, ast.Subscript):
            self._supplied(target.slice, scope, line)
        elif name.startswith(_HOOKS):
            self._events.append(Opened(f"line {line} changes {name}", line))

    def _call(self, node: ast.Call, scope: int) -> None:
        name = self._names.dotted(node.func, scope)
        line = node.lineno
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            self._called_inside(self._functions[node.func.id], scope)
        elif name in ("sys.path.append", "sys.path.insert", "site.addsitedir") and node.args:
            self._added([node.args[-1] if name == "sys.path.insert" else node.args[0]], scope, line, is_site=name.startswith("site"))
        elif name == "sys.path.extend" and node.args:
            self._added(_elements(node.args[0], self._names, scope), scope, line)
        elif name == "os.chdir" and node.args:
            folder = self._names.value(node.args[0], scope).text
            self._events.append(Moved(folder, line) if folder else Opened(f"line {line} changes the working directory", line))
        elif name in ("sys.modules.setdefault", "importlib.util.spec_from_file_location") and node.args:
            self._supplied(node.args[0], scope, line)
        elif name.startswith(("sys.modules.update", "__path__.", *(hook + "." for hook in _HOOKS))):
            self._has_package = self._has_package or name.startswith("__path__")
            self._events.append(Opened(f"line {line} calls {name}()", line))
        elif name in _RUNNING or (name in _COMMANDS and "install" in ast.dump(node)):
            what = "runs code that is not known" if name in _RUNNING else "may install packages"
            self._events.append(Opened(f"line {line} {what}: {name}()", line))
        elif "." in name:
            self._events.append(Called(name, line))

    def _called_inside(self, function: Function, scope: int) -> None:
        """What a function of the text calls of other modules, and the functions that it calls; each function once."""
        todo = [function]
        while todo:
            at = todo.pop()
            if at.name in self._entered:
                continue
            self._entered.add(at.name)
            for node in ast.walk(at):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._functions:
                    todo.append(self._functions[node.func.id])
                elif isinstance(node, ast.Call) and "." in (name := self._names.dotted(node.func, scope)):
                    self._events.append(Called(name, node.lineno))

    def _added(self, folders: Sequence[ast.expr] | None, scope: int, line: int, *, is_site: bool = False) -> None:
        values = [value.text for folder in folders for value in self._names.each(folder, scope)] if folders is not None else [None]
        for value in dict.fromkeys(values):
            if value is None:
                self._events.append(Opened(f"line {line} adds a directory to the search path that is only known at run time", line))
            else:
                self._events.append(PathAdded(value, line, is_site))

    def _supplied(self, name: ast.expr, scope: int, line: int) -> None:
        if isinstance(name, ast.Name) and name.id == "__name__":
            return
        text = self._names.value(name, scope).text
        self._events.append(Supplied(text) if text else Opened(f"line {line} puts modules into sys.modules", line))

    def _called(self, node: ast.expr | None, scope: int) -> str:
        return self._names.dotted(node.func, scope) if isinstance(node, ast.Call) else ""


def _elements(node: ast.expr, names: NameResolver, scope: int) -> list[ast.expr] | None:
    """The elements of a list that becomes, or is added to, ``sys.path``; None where they are not known."""
    if isinstance(node, ast.List | ast.Tuple):
        flat = [_elements(part.value, names, scope) if isinstance(part, ast.Starred) else [part] for part in node.elts]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        flat = [_elements(node.left, names, scope), _elements(node.right, names, scope)]
    elif isinstance(node, ast.Call) and len(node.args) == 1 and names.dotted(node.func, scope) in ("list", "reversed", "sorted", "set"):
        return _elements(node.args[0], names, scope)
    elif names.dotted(node.value if isinstance(node, ast.Subscript) else node, scope) == "sys.path":
        return []
    else:
        return names.elements(node.id, scope) if isinstance(node, ast.Name) else None
    return None if any(part is None for part in flat) else [element for part in flat if part is not None for element in part]


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """*node* and what is in it, outermost first; nested functions and classes as a whole."""
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        if not isinstance(part, _NESTED):
            stack += reversed(list(ast.iter_child_nodes(part)))


def _may_be_import_error(name: str) -> bool:
    kind = getattr(builtins, name, None) if "." not in name else None
    return not isinstance(kind, type) or issubclass(ModuleNotFoundError, kind)
