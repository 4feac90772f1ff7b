"""Whether the conditions of a call hold in the image: files that exist, environment variables that are set, modules that are found."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, IntEnum
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.values import All, AnyOf, Condition, Exists, HasCommand, HasModule, Known, Not, Unknown
from imginspect.startup.context import DEFAULT_PATH, path_folders
from imginspect.startup.lookup import below
from imginspect.tar.header import DIRECTORY
from imginspect.wording import listed

_DEEPEST = 40
"""Conditions inside conditions; deeper ones are not known, and count as if they held."""


class Reach(IntEnum):
    """How sure it is that something runs when the container starts, least first."""

    NEVER = 0
    IF_ABSENT = 1
    """Only where something is missing that the environment mounts."""
    SELDOM = 2
    """Only if something is set or done that the image does not do by itself, or its failure is dealt with."""
    YES = 3


class Reached(NamedTuple):
    """A reach, and in words why it is not more."""

    reach: Reach
    why: str = ""


YES = Reached(Reach.YES)


def least(*several: Reached) -> Reached:
    """The one that says most against it."""
    return min(several, key=lambda reached: reached.reach)


class _Answer(Enum):
    YES = "yes"
    NO = "no"
    NOT_NOW = "no, with the image's own files and values"
    IF_PLACED = "only if the environment supplies it"
    UNLESS_PLACED = "unless the environment supplies it"
    UNKNOWN = "unknown"


_NEGATED = {
    _Answer.YES: _Answer.NO,
    _Answer.NO: _Answer.YES,
    _Answer.NOT_NOW: _Answer.YES,
    _Answer.IF_PLACED: _Answer.UNLESS_PLACED,
    _Answer.UNLESS_PLACED: _Answer.IF_PLACED,
    _Answer.UNKNOWN: _Answer.UNKNOWN,
}
_AGAINST = (_Answer.NO, _Answer.UNLESS_PLACED, _Answer.NOT_NOW, _Answer.UNKNOWN, _Answer.IF_PLACED, _Answer.YES)
"""From what speaks most against it to what speaks for it."""
_REACH = {_Answer.NO: Reach.NEVER, _Answer.UNLESS_PLACED: Reach.IF_ABSENT, _Answer.NOT_NOW: Reach.SELDOM}


class Guards(NamedTuple):
    """Answers conditions from the image: *mounts* are the directories that the environment puts its own over."""

    view: View
    environment: Mapping[str, str]
    mounts: Sequence[str] = ()

    def reached(self, conditions: Iterable[Condition]) -> Reached:
        """Whether all *conditions* hold."""
        worst = YES
        for condition in conditions:
            answer, why = self._answer(condition, 0)
            worst = least(worst, Reached(_REACH.get(answer, Reach.YES), why))
        return worst

    def are_sure(self, conditions: Iterable[Condition]) -> bool:
        """Whether all *conditions* hold in the image as it is, or are expected to."""
        return all(self._is_sure(condition, 0) for condition in conditions)

    def unsure(self, conditions: Iterable[Condition]) -> str:
        """The first of *conditions* that is not sure to hold, in words; empty where all are."""
        return next((_worded(condition) for condition in conditions if not self._is_sure(condition, 0)), "")

    def _is_sure(self, condition: Condition, depth: int) -> bool:
        if isinstance(condition, All) and depth < _DEEPEST:
            return all(self._is_sure(part, depth + 1) for part in condition.parts)
        return (isinstance(condition, Unknown) and condition.is_expected) or self._answer(condition, 0)[0] is _Answer.YES

    def _answer(self, condition: Condition, depth: int) -> tuple[_Answer, str]:
        if depth > _DEEPEST:
            return _Answer.UNKNOWN, ""
        match condition:
            case Known():
                return self._known(condition)
            case Exists():
                return self._exists(condition)
            case HasCommand():
                return self._command(condition)
            case HasModule():
                there = has_module(self.view, condition.name, condition.language, self.environment)
                return (_Answer.YES, f"{condition.name} is installed in the image") if there else (_Answer.UNKNOWN, "")
            case Not():
                answer, why = self._answer(condition.of, depth + 1)
                return _NEGATED[answer], why
            case All():
                return min((self._answer(part, depth + 1) for part in condition.parts), key=lambda pair: _AGAINST.index(pair[0]))
            case AnyOf():
                return max((self._answer(part, depth + 1) for part in condition.parts), key=lambda pair: _AGAINST.index(pair[0]))
            case Unknown():
                return _Answer.UNKNOWN, ""

    def _known(self, condition: Known) -> tuple[_Answer, str]:
        if condition.outcome:
            return _Answer.YES, ""
        if condition.variables:
            names = listed(condition.variables, 3)
            return _Answer.NOT_NOW, f"it depends on {names} and is not reached with the image's own values"
        return _Answer.NO, f"{condition.source} is never true"

    def _exists(self, condition: Exists) -> tuple[_Answer, str]:
        path = condition.path.text if condition.path.text is not None else condition.path.prefix
        if not path.startswith("/"):
            if not condition.directory or not path:
                return _Answer.UNKNOWN, ""
            path = posixpath.join(condition.directory, path)
        mount = below(posixpath.normpath(path), self.mounts)
        if mount is not None:
            return _Answer.IF_PLACED, f"{path} exists"
        if condition.path.text is None:
            return _Answer.UNKNOWN, ""
        node = self.view.find(path)
        if node is not None and below(node.path, self.mounts) is not None:
            return _Answer.IF_PLACED, f"{path} exists"
        if node is None or (condition.kind != "any" and (node.kind == DIRECTORY) != (condition.kind == "directory")):
            return _Answer.NOT_NOW, f"{path} is not in the image"
        return _Answer.YES, f"{path} is in the image"

    def _command(self, condition: HasCommand) -> tuple[_Answer, str]:
        name = condition.name.text
        if name and find_program(self.view, name, self.environment, "/") is not None:
            return _Answer.YES, f"{name} is in the image"
        return _Answer.UNKNOWN, ""


def _worded(condition: Condition) -> str:
    match condition:
        case Exists():
            return f"{condition.path.source} exists"
        case HasCommand():
            return f"{condition.name.source} is installed"
        case HasModule():
            return f"{condition.name} can be imported"
        case Not(of=Exists() as inner):
            return f"{inner.path.source} does not exist"
        case Not(of=HasCommand() as inner):
            return f"{inner.name.source} is not installed"
        case Not(of=Unknown() as inner):
            return f"not {inner.source}"
        case Known() | Unknown():
            return condition.source
        case _:
            return "a condition holds"


def find_program(view: View, name: str, environment: Mapping[str, str], directory: str) -> Node | None:
    """The file of the program *name*, or None."""
    if "/" in name:
        return view.find(posixpath.join(directory or "/", name))
    for folder in path_folders(environment, DEFAULT_PATH):
        node = view.find(posixpath.join(folder, name)) if folder.startswith("/") else None
        if node is not None and node.kind != DIRECTORY:
            return node
    return None


def has_module(view: View, name: str, language: str, environment: Mapping[str, str]) -> bool:
    """Whether a Python module or R package is installed where such things usually are."""
    prefixes = ["/usr", "/usr/local", "/opt/conda", *(environment[key] for key in ("VIRTUAL_ENV", "CONDA_PREFIX") if key in environment)]
    if language == "r":
        folders = [f"{prefix}/lib/R/{kind}" for prefix in prefixes for kind in ("library", "site-library")]
        folders += environment.get("R_LIBS", "").split(":") + environment.get("R_LIBS_SITE", "").split(":")
        return any(folder and view.find(f"{folder}/{name}/DESCRIPTION") is not None for folder in folders)
    path = name.replace(".", "/")
    return any(view.find(f"{folder}/{path}{end}") is not None for folder in site_folders(view, prefixes) for end in ("/__init__.py", ".py"))


def site_folders(view: View, prefixes: Sequence[str]) -> list[str]:
    """The folders below *prefixes* in which Python's packages and its standard library are."""
    folders: list[str] = ["/usr/lib/python3/dist-packages"]
    for prefix in prefixes:
        lib = view.find(prefix + "/lib")
        if lib is None:
            continue
        for child in view.filesystem.children(lib.path):
            if child.path.rpartition("/")[2].startswith("python3"):
                folders += [child.path, child.path + "/site-packages", child.path + "/dist-packages"]
    return folders
