"""Every check there is, by name: each module of this folder contributes the checks that it defines, so a new check is one module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from imginspect.checks.check import Check
from imginspect.errors import RuleError

_PACKAGE = __name__.rpartition(".")[0]
_NO_CHECKS = frozenset({"catalogue", "runner"})
"""Modules that use the catalogue, and would be imported before they are whole."""


def _checks() -> Iterator[Check[Any]]:
    for found in iter_modules(import_module(_PACKAGE).__path__):
        if found.name not in _NO_CHECKS:
            module = import_module(f"{_PACKAGE}.{found.name}")
            yield from (value for value in vars(module).values() if isinstance(value, Check) and value.module == module.__name__)


def _by_name(checks: Iterator[Check[Any]]) -> Mapping[str, Check[Any]]:
    named: dict[str, Check[Any]] = {}
    for check in checks:
        if check.name in named:
            raise RuleError(f"duplicate check name {check.name!r}")
        named[check.name] = check
    return MappingProxyType(dict(sorted(named.items())))


CHECKS = _by_name(_checks())
