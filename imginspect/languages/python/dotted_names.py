"""Dotted names: what a name, attribute or call of a Python text stands for, after imports and aliases."""

from __future__ import annotations

import ast
import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from imginspect.languages.calls import UNKNOWN_NAME
from imginspect.languages.hosts import is_loopback
from imginspect.languages.lines import Rows
from imginspect.languages.python.scopes import ScopeTable
from imginspect.languages.values import Value

DEEPEST = 12
"""Names that lead to names; what is further is not known. Each takes a few frames of Python's stack."""
_BASES = frozenset({"base_url", "endpoint_url", "api_base", "azure_endpoint", "server_url"})
"""Arguments by which a client is told which server to contact."""
_MAKING = frozenset({"functools.partial", "getattr", "importlib.import_module", "__import__", "vars", "staticmethod"})
"""Calls that give a function or module, and do not call it."""


class DottedNames(ScopeTable, ABC):
    """Finds the dotted names of nodes. Arguments as of ScopeTable."""

    def __init__(self, environment: Mapping[str, str], path: str, directory: str, rows: Rows | None = None) -> None:
        super().__init__(environment, path, directory, rows)
        self._known: dict[tuple[int, int], str] = {}

    @abstractmethod
    def value(self, node: ast.expr, scope: int, depth: int = 0) -> Value:
        """What *node* is as a text, as far as that is known."""

    def dotted(self, node: ast.expr, scope: int, depth: int = 0) -> str:
        """The dotted name of *node*, or of the call that made it; empty where it is not known."""
        self.step()
        if depth > DEEPEST:
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
        if depth > DEEPEST:
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

    def _first(self, names: Iterable[str]) -> str:
        return next((name for name in names if name), "")


def _member(base: str, name: str | None) -> str:
    if not base:
        return ""
    return f"{base}.{name}" if name is not None else base + UNKNOWN_NAME
