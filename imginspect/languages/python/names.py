"""What names of a Python text stand for: texts that are known, wholly or as far as their start."""

from __future__ import annotations

import ast
import posixpath
from collections import Counter
from collections.abc import Mapping

from imginspect.languages.lines import Lines, Rows
from imginspect.languages.python.dotted_names import DEEPEST, DottedNames
from imginspect.languages.python.scopes import LETTERS_A_STEP, MOST_EACH
from imginspect.languages.values import Value, constant, dynamic, joined, located, united

_SHORTEST_COMMAND = 4
"""Characters of a text whose lines are noted: a shorter one is no command."""
_PATHS = frozenset(
    {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "str", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath"}
)
_SAME = frozenset({"resolve", "absolute", "as_posix", "expanduser", "strip", "encode"})


class NameResolver(DottedNames):
    """Looks names up in the scopes of one text. Arguments as of ScopeTable."""

    def __init__(self, environment: Mapping[str, str], path: str, directory: str, rows: Rows | None = None) -> None:
        super().__init__(environment, path, directory, rows)
        self._common: dict[tuple[str, int], Value] = {}
        self._constants: dict[int, Value] = {}

    def value(self, node: ast.expr, scope: int, depth: int = 0) -> Value:
        """What *node* is as a text, as far as that is known."""
        self.step()
        if depth > DEEPEST:
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
        if found is None or not 0 < len(expressions) <= MOST_EACH:
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
        self.step(len(value.start) // LETTERS_A_STEP + len(value.lines))
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
        if found is None or not 0 < len(expressions) <= MOST_EACH:
            return dynamic(node.id)
        if len(expressions) == 1:
            return self.value(expressions[0], found[1], depth + 1)
        key = node.id, found[1]
        if key not in self._common:
            self._common[key] = dynamic(node.id)  # what it stands for while that is found out: ``x = x + 1``
            given = [self.value(expression, found[1], depth + 1) for expression in expressions]
            self._common[key] = Value(None, node.id, posixpath.commonprefix([value.start for value in given]))
        return self._common[key]

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
