"""Failures: the commands in the chain of a start that certainly do not start, each with its line."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.shell.builtins import normal
from imginspect.languages.shell.commands import Failure
from imginspect.languages.values import All, AnyOf, Condition, Exists, HasCommand, Not
from imginspect.reach.followed import Task
from imginspect.reach.made import Made
from imginspect.reach.program import under
from imginspect.startup.lookup import absolute
from imginspect.startup.problem import Certainty, Concern, Kind, LaunchProblem
from imginspect.wording import counted

_MOST_SUSPECTS = 2_000
"""Commands that do not start; each is compared with all that ran before it. That there are more is told as a problem of its own."""
_MISSING = frozenset({Kind.NOT_FOUND, Kind.NOT_EXPANDED, Kind.NO_MODULE, Kind.LINK_LOOP, Kind.NO_INTERPRETER})
_DEEPEST = 20
"""Conditions inside conditions; what is nested deeper asks for nothing, so that what is missing is told."""
_TOO_MANY = LaunchProblem(
    Kind.NOT_FOLLOWED,
    Certainty.UNREAD,
    f"more than {_MOST_SUSPECTS:,} commands do not start, and the others were not looked at",
    Concern.SCRIPT,
)


class Suspect(NamedTuple):
    """A command that does not start. *missing* is the path, or the name of a program, that it fails for."""

    task: Task
    problem: LaunchProblem
    missing: str
    is_directory: bool = False
    """It is ``cd`` into a directory, or ``.`` of a file: the shell's own command fails."""

    @property
    def is_bare(self) -> bool:
        """Whether it is a program by its name alone."""
        return self.problem.concern is Concern.START and "/" not in self.missing


class Failures:
    """Collects what does not start; ``told`` gives the problems that are certain, or certain under a condition."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.made = Made()
        self._suspects: list[Suspect] = []
        self._is_full = False
        self._imports: dict[tuple[object, ...], tuple[Task, tuple[LaunchProblem, ...]]] = {}

    def add(self, task: Task, problem: LaunchProblem, word: str, *, is_directory: bool = False) -> None:
        """Take note of a *problem* with the command of *task* that is about *word*."""
        if problem.certainty is Certainty.FAILS and task.stakes.is_reached:
            if len(self._suspects) < _MOST_SUSPECTS:
                self._suspects.append(Suspect(task, problem, missing_of(problem, word, task), is_directory))
            else:
                self._is_full = True

    def add_imports(self, task: Task, problems: tuple[LaunchProblem, ...], key: tuple[object, ...]) -> None:
        """Take note of modules that the Python text *key*, which the command of *task* starts, does not find."""
        if problems:
            self._imports[key] = task, problems

    def told(self) -> list[LaunchProblem]:
        """One problem for each missing thing: where it weighs most, with the number of other places; then modules that are missing."""
        return [*self._missing_things(), *self._missing_modules(), *([_TOO_MANY] if self._is_full else [])]

    def _missing_modules(self) -> Iterator[LaunchProblem]:
        """What is not there for Python to import, unless something before it may install it."""
        for task, problems in self._imports.values():
            if not self.made.may_install((), "", task.stakes.order):
                yield from problems

    def _missing_things(self) -> list[LaunchProblem]:
        judged: dict[str, list[tuple[Certainty, Suspect]]] = {}
        for suspect in self._suspects:
            certainty = self._judge(suspect)
            if certainty is not None:
                judged.setdefault(suspect.missing or suspect.problem.text, []).append((certainty, suspect))
        folders = [key for key, places in judged.items() if any(place.is_directory for _, place in places)]
        found = []
        for key, places in judged.items():
            if not any(key.startswith(folder + "/") for folder in folders):
                places.sort(key=lambda place: (place[0] is not Certainty.FAILS, place[1].task.stakes.order))
                lines = {(place.task.origin.path, place.task.origin.line) for _, place in places}
                found.append(self._told(*places[0], len(lines) - 1))
        return found

    # -- how certain -------------------------------------------------------------------------------------------------

    def _judge(self, suspect: Suspect) -> Certainty | None:
        """FAILS, DEPENDS for what deserves a warning, None for what deserves nothing."""
        stakes, problem = suspect.task.stakes, suspect.problem
        is_bare = suspect.is_bare
        if not suspect.task.is_certain or self._is_asked_for(suspect) or self._may_be_made(suspect, is_bare=is_bare):
            return None
        if problem.kind is Kind.NO_LIBRARY and stakes.failure is not Failure.ENDS:
            return None
        if stakes.failure is Failure.DEALT:
            return None if is_bare or suspect.is_directory else Certainty.DEPENDS
        if stakes.condition:
            return None if is_bare and stakes.failure is not Failure.ENDS else Certainty.DEPENDS
        if problem.kind in _MISSING and self.made.own_before(stakes.order) and not is_bare:
            return Certainty.DEPENDS
        if stakes.failure is Failure.ENDS:
            return Certainty.FAILS
        return Certainty.DEPENDS if is_bare or suspect.is_directory else Certainty.FAILS

    def _is_asked_for(self, suspect: Suspect) -> bool:
        """Whether the script itself asks whether the missing thing is there."""
        return any(self._asks(condition, suspect.missing, 0) for condition in suspect.task.stakes.asked)

    def _asks(self, condition: Condition, missing: str, depth: int) -> bool:
        parts: Sequence[Condition] = ()
        match condition:
            case Not():
                parts = [condition.of]
            case All() | AnyOf():
                parts = condition.parts
            case HasCommand():
                return condition.name.start.rpartition("/")[2] == missing.rpartition("/")[2]
            case Exists():
                path = posixpath.normpath(posixpath.join(condition.directory or "/", condition.path.start or "?"))
                return path == missing or path.startswith(missing + "/") or (missing.startswith(path + "/") and self._node(path) is None)
        return depth < _DEEPEST and any(self._asks(part, missing, depth + 1) for part in parts)

    def _may_be_made(self, suspect: Suspect, *, is_bare: bool) -> bool:
        task, order = suspect.task, suspect.task.stakes.order
        if is_bare:
            return task.stakes.names_own_commands or self.made.may_install(task.context.path, suspect.missing, order)
        if not suspect.missing.startswith("/"):  # a module
            return self.made.may_install((), suspect.missing, order)
        if suspect.problem.kind in _MISSING:
            return self.made.may_make(suspect.missing, order)
        return self.made.may_permit(suspect.missing, order)

    # -- in words ----------------------------------------------------------------------------------------------------

    def _told(self, certainty: Certainty, suspect: Suspect, others: int) -> LaunchProblem:
        task, problem, stakes = suspect.task, suspect.problem, suspect.task.stakes
        command = task.source if len(task.source) <= 100 else task.source[:99] + "…"
        text = f"{', '.join(task.chain)}: {command}: {problem.text}" if task.chain else problem.text
        parts = [text]
        if stakes.condition:
            parts[0] = f"{', '.join(task.chain)}{under(stakes.condition)}: {command}: {problem.text}"
        own = self.made.own_before(stakes.order) if problem.kind in _MISSING else ""
        if own and not suspect.is_bare:
            parts.append(f"unless {own}, which runs before it, creates it")
        is_python = task.origin.path is not None and task.origin.path.endswith(".py")
        continues = f"the {'program' if is_python else 'script'} continues"
        if stakes.failure is Failure.DEALT:
            parts.append(continues)
        elif stakes.failure is Failure.GOES_ON:
            parts.append(f"{continues} in {task.directory}" if suspect.is_directory and task.directory else continues)
        elif is_python:
            parts.append("the program ends there unless it catches the error")
        elif task.origin.path is not None:
            parts.append("the script ends there")
        if others:
            parts.append(f"the same in {counted(others, 'more place')}")
        script = self._node(task.origin.path)
        nodes = (*([script] if script is not None else []), *problem.nodes)
        return problem._replace(
            certainty=certainty,
            text="; ".join(parts),
            nodes=nodes,
            line=task.origin.line if script is not None else problem.line,
            config_field=task.origin.config_field if script is None else None,
            missing=suspect.missing,
        )

    def _node(self, path: str | None) -> Node | None:
        if path is None:
            return None
        try:
            return self._view.filesystem.resolve(path).node
        except PathError:
            return None


def missing_of(problem: LaunchProblem, word: str, task: Task) -> str:
    """The path of the file, or the name of the program or module, that *problem* is about."""
    if problem.kind is Kind.NO_MODULE or not word or (problem.concern is Concern.START and "/" not in word):
        return word
    if not word.startswith("/") and task.directory is None:
        return word
    return normal(absolute(word, task.directory or "/"))


def worst(failures: Iterable[Failure]) -> Failure:
    """What matters least of *failures*: a script that ends is dealt with where its caller deals with it."""
    return min(failures, key=[Failure.DEALT, Failure.GOES_ON, Failure.ENDS].index)
