"""ProgramFinder: the file that the first word of a command starts, looked for once per name, PATH and user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.analysis.startup.access import EXECUTE, allows
from imginspect.analysis.startup.context import Context
from imginspect.analysis.startup.lookup import Located, absolute, is_file, leads_somewhere, locate
from imginspect.analysis.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.analysis.startup.program import Program, execute
from imginspect.analysis.view import View

_MOST_MISSING = 20
_LONGEST_SHOWN = 200
_MOST_CACHED = 20_000
_VARIABLE = re.compile(r"\$(?:\{|[A-Za-z_])")


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
        key = (
            name,
            context.working_dir if not name.startswith("/") else "",
            context.environment.get("PATH") if "/" not in name else "",
            context.extra_path,
            context.environment.get("LD_LIBRARY_PATH"),
            (context.user.text, context.user.uid, context.user.gid, context.user.groups),
            (context.wrapper, context.is_shell, context.environment_is_open),
        )
        known = self._cache.get(key)
        if known is None:
            known = self._find(name, context)
            if len(self._cache) < _MOST_CACHED:
                self._cache[key] = known
        if known.program is None or len(words) == 1:
            return known
        return known._replace(program=known.program._replace(argv=(*known.program.argv, *words[1:])))

    def _find(self, name: str, context: Context) -> FoundProgram:
        found = self._by_path(name, context) if "/" in name else self._in_path(name, context)
        if isinstance(found, LaunchProblem):
            return FoundProgram(None, (found,))
        program = execute(self._view, found, (name,), context)
        return FoundProgram(program if found.node is not None else None, program.problems)

    def _by_path(self, name: str, context: Context) -> Located | LaunchProblem:
        located = locate(self._view, absolute(name, context.working_dir), context.user, context.mounts)
        if located.node is None and not context.is_shell and _VARIABLE.search(name):
            return _not_expanded(name)
        return _words_in_one(name) if located.node is None and " " in name else located

    def _in_path(self, name: str, context: Context) -> Located | LaunchProblem:
        """The first in PATH that can be executed, else the first that is there."""
        second: Located | None = None
        paths = [f"{folder.rstrip('/')}/{name}" for folder in context.path if folder.startswith("/")]
        empty: list[str] = []
        for path in paths:
            if not leads_somewhere(self._view, path):
                empty.append(path)
                continue
            located = locate(self._view, path, context.user, context.mounts)
            if located.node is None:
                empty.append(path)
            elif is_file(located.node):
                if not located.problems and allows(located.node, context.user, EXECUTE) is not False:
                    return located
                second = second or located
        if second is not None:
            return second
        missing = [locate(self._view, path, context.user, context.mounts) for path in empty[:_MOST_MISSING]]
        gone = [item for located in missing for item in located.problems if _says_more(item, name)]
        return _not_in_path(name, context, gone, is_relative=len(paths) < len(context.path))


def _says_more(problem: LaunchProblem, name: str) -> bool:
    """Whether *problem* tells more than that there is nothing: a layer took it away, a link of that name, a mount."""
    is_link = any(node.path.endswith(f"/{name}") for node in problem.nodes)
    return bool(problem.gone) or is_link or problem.kind is Kind.BELOW_MOUNT


def _not_in_path(name: str, context: Context, gone: Sequence[LaunchProblem], *, is_relative: bool) -> LaunchProblem:
    if _VARIABLE.search(name) and not context.is_shell:
        return _not_expanded(name)
    if " " in name:
        return _words_in_one(name)
    text = f"no program called {name!r} is in PATH ({':'.join(context.path)[:_LONGEST_SHOWN]})"
    if gone:
        text += f"; {gone[0].text}"
    certainty = Certainty.FAILS
    if context.environment_is_open:
        certainty, text = Certainty.UNKNOWN, f"{text}; what is started before it may change PATH"
    elif any(problem.kind is Kind.BELOW_MOUNT for problem in gone):
        certainty = Certainty.DEPENDS
    elif is_relative:
        certainty, text = Certainty.UNKNOWN, f"{text}; PATH has relative folders, which are not searched here"
    nodes = tuple(node for problem in gone[:3] for node in problem.nodes)
    taken = tuple(item for problem in gone[:3] for item in problem.gone)
    return LaunchProblem(Kind.NOT_FOUND, certainty, text, nodes=nodes, gone=taken)


def _not_expanded(name: str) -> LaunchProblem:
    text = f"the command starts with {name}, and no shell replaces the variable in it: there is no such program"
    return LaunchProblem(Kind.NOT_EXPANDED, Certainty.FAILS, text)


def _words_in_one(name: str) -> LaunchProblem:
    text = f"there is no program called {name!r}: in the exec form each word of a command is a string of its own"
    return LaunchProblem(Kind.NOT_FOUND, Certainty.FAILS, text)
