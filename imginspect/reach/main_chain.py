"""MainChain: the purpose of a container: the config's command and the program it ends in, with all that prevents its start."""

from __future__ import annotations

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.language import PROGRAM, Form, Language, Target
from imginspect.reach.failures import missing_of
from imginspect.reach.followed import Task
from imginspect.reach.made import Made, Order
from imginspect.startup.array_text import Array, array_problem
from imginspect.startup.command import StartCommand
from imginspect.startup.compiled import Executed
from imginspect.startup.problem import Certainty, Concern, Kind, LaunchProblem
from imginspect.startup.resolver import UNKNOWN, Resolved
from imginspect.startup.started import Origin, Started
from imginspect.wording import at_run_time


class MainChain:
    """Its lists hold what was met so far; ``add`` adds one command of the chain."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.command = StartCommand((), ())
        self.steps: list[str] = []
        self.problems: list[LaunchProblem] = []
        self._below_mounts: list[tuple[LaunchProblem, str, Order]] = []
        self.conditions: list[str] = []
        self.executed: list[Executed] = []
        self.started: list[Started] = []
        self.target: Target | None = None
        self.has_script = False
        self.is_interactive = False

    def add(self, task: Task, resolved: Resolved) -> None:
        """Take over what the command of *task* comes to."""
        self.steps += resolved.steps
        self.conditions += resolved.conditions
        self.executed += resolved.executed
        self.has_script = self.has_script or resolved.has_script
        self.is_interactive = self.is_interactive or resolved.is_interactive
        self.target = resolved.target or self.target
        for problem, word in resolved.problems:
            is_told = bool(task.depth) and problem.certainty is Certainty.FAILS  # by Failures, with the line that asks for it
            is_left_open = task.origin.path is not None and problem.kind is Kind.NOT_FOLLOWED  # a script decides by itself what it starts
            if not is_told and not is_left_open:
                self.problems.append(self._placed(problem, task, word))
                if task.depth and problem.kind is Kind.BELOW_MOUNT:
                    self._below_mounts.append((self.problems[-1], missing_of(problem, word, task), task.stakes.order))
        if resolved.is_interactive and task.here_text is not None and task.here_text.text is None and task.origin.path is None:
            self.open_end(task, at_run_time(f"the code passed to {resolved.target_words[0]}"), is_unread=False)
        if resolved.target is not None and not any(
            item.problem.certainty is Certainty.FAILS and item.problem.concern is Concern.START for item in resolved.problems
        ):
            self._start(resolved.target, resolved, task)

    def leave_out_made(self, made: Made) -> None:
        """Drop what is missing below a mount because an earlier step puts it there."""
        put = [problem for problem, path, order in self._below_mounts if made.puts(path, order, self._is_there)]
        self.problems = [problem for problem in self.problems if problem not in put]

    def _is_there(self, path: str) -> bool:
        try:
            return self._view.filesystem.resolve(path).node is not None
        except PathError:
            return False

    def open_end(self, task: Task, text: str, *, is_unread: bool) -> None:
        """Take note that the text of *task* was not followed."""
        certainty = Certainty.UNREAD if is_unread else Certainty.UNKNOWN
        self.problems.append(LaunchProblem(Kind.NOT_FOLLOWED, certainty, text, Concern.SCRIPT, config_field=task.origin.config_field))

    def array(self, array: Array, text: str, shell: str) -> None:
        """Take note that the shell is given *text*, a list of words that was meant as the exec form."""
        self.problems.append(array_problem(array, shell, self.command.field_of(text) or "Cmd"))

    def _placed(self, problem: LaunchProblem, task: Task, word: str) -> LaunchProblem:
        if not task.depth and problem.kind in (Kind.NOT_FOUND, Kind.NO_MODULE):
            problem = problem._replace(missing=missing_of(problem, word, task))
        if problem.config_field or task.origin.path is not None:
            return problem
        field = self.command.field_of(word) if not task.depth else task.origin.config_field
        return problem._replace(config_field=field or None)

    def _start(self, target: Target, resolved: Resolved, task: Task) -> None:
        """Take note of what runs, with its text where it has one."""
        steps = tuple(self.steps)
        if target.form is Form.TEXT:
            field = self.command.field_of(target.value) or None
            text = target.value.replace(UNKNOWN, "")
            self.started.append(Started(target.language, Origin(task.origin.path, field), text, None, (target.interpreter,), steps))
        elif resolved.node is not None and target.form in (Form.FILE, Form.MODULE, Form.PROGRAM):
            self.started.append(self._file(target.language, resolved.node, resolved.target_words, steps))

    def _file(self, language: Language, node: Node, words: tuple[str, ...], steps: tuple[str, ...]) -> Started:
        text = None if language is PROGRAM or node.content_class == "elf" else self._view.text(node)
        unread = "" if text is not None or language is PROGRAM else "its content was not read"
        return Started(language, Origin(node.path, None, None, node.layer_index), text, node, words, steps, unread=unread)
