"""ProgramFinder: the file that the first word of a command starts, looked for once per name, PATH and user."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.startup.context import Context
from imginspect.startup.lookup import absolute, locate
from imginspect.startup.path_search import VARIABLE, Hit, not_expanded, search, words_in_one
from imginspect.startup.problem import LaunchProblem
from imginspect.startup.program import Program, execute

_MOST_CACHED = 20_000
"""Commands whose program is remembered; others are looked up again, and nothing is lost."""


class FoundProgram(NamedTuple):
    """*program* is what Linux makes of the file; None where there is none, which *problems* then explain."""

    program: Program | None
    problems: tuple[LaunchProblem, ...]


class ProgramFinder:
    """Finds programs in one image and remembers the answers."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._cache: dict[tuple[object, ...], FoundProgram] = {}

    def find(self, words: tuple[str, ...], context: Context) -> FoundProgram:
        """The program that *words* start in *context*."""
        name = words[0]
        told = words[:2] if posixpath.basename(name).startswith("busybox") else words[:1]  # the second word names an applet
        key = (
            told,
            context.working_dir if not name.startswith("/") else "",
            context.environment.get("PATH") if "/" not in name else "",
            context.extra_path,
            context.environment.get("LD_LIBRARY_PATH"),
            (context.user.text, context.user.uid, context.user.gid, context.user.groups),
            (context.wrapper, context.is_shell, context.environment_is_open),
        )
        known = self._cache.get(key)
        if known is None:
            known = self._find(told, context)
            if len(self._cache) < _MOST_CACHED:
                self._cache[key] = known
        if known.program is None or len(words) == len(told):
            return known
        return known._replace(program=known.program._replace(argv=(*known.program.argv, *words[len(told) :])))

    def _find(self, words: tuple[str, ...], context: Context) -> FoundProgram:
        name = words[0]
        hit = self._by_path(name, context) if "/" in name else search(self._view, name, context)
        if hit.located is None:
            return FoundProgram(None, hit.problems)
        program = execute(self._view, hit.located, words, context)
        return FoundProgram(program if hit.located.node is not None else None, (*hit.problems, *program.problems))

    def _by_path(self, name: str, context: Context) -> Hit:
        located = locate(self._view, absolute(name, context.working_dir), context.user, context.mounts)
        if located.node is None and not context.is_shell and VARIABLE.search(name):
            return Hit(None, (not_expanded(name),))
        return Hit(None, (words_in_one(name),)) if located.node is None and " " in name else Hit(located)
