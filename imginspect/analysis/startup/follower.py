"""Follower: follows one command through its wrappers, first lines and interpreters to what it runs in the end."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.analysis.startup.array_text import array_in, array_problem
from imginspect.analysis.startup.command import Command
from imginspect.analysis.startup.compiled import Executed
from imginspect.analysis.startup.context import Context, behind
from imginspect.analysis.startup.interpreters import Form, Target, interpret
from imginspect.analysis.startup.lookup import Located, absolute, locate, shown
from imginspect.analysis.startup.model import Language, Origin, Started
from imginspect.analysis.startup.path_search import VARIABLE, not_expanded, search, words_in_one
from imginspect.analysis.startup.problem import Certainty, Concern, Kind, LaunchProblem
from imginspect.analysis.startup.program import Program, execute
from imginspect.analysis.startup.shell_text import BUILTINS, passes_on, simple_command
from imginspect.analysis.startup.special_wrappers import Step
from imginspect.analysis.startup.targets import Interpreter, find_target
from imginspect.analysis.startup.wrappers import ENDS_AT_ONCE, peel_one
from imginspect.analysis.view import View
from imginspect.filesystem import Node

_MOST_STEPS = 24
_LONGEST_STEP = 200
_STARTERS = frozenset({"tini", "docker-init", "dumb-init", "catatonit", "gosu", "su-exec", "timeout", "nohup", "setpriv", "torchrun"})
_SWITCHING = frozenset({"gosu", "su-exec", "s6-setuidgid", "setuidgid", "chpst", "setpriv", "runuser"})


class _Next(NamedTuple):
    """A command to look at: *interpreter* is set where its first word was looked at already, as the interpreter of a script."""

    words: tuple[str, ...]
    context: Context
    interpreter: Located | None = None
    script: Node | None = None
    is_applet: bool = False


class Follower:
    """Its lists hold what was met so far; ``follow`` adds to them."""

    def __init__(self, view: View, command: Command) -> None:
        self._view = view
        self._command = command
        self.steps: list[str] = []
        self.problems: list[LaunchProblem] = []
        self.conditions: list[str] = []
        self.executed: list[Executed] = []
        self.started: list[Started] = []
        self.target: Target | None = None
        self.has_script = False
        self.is_interactive = False

    def follow(self, words: tuple[str, ...], context: Context) -> None:
        """Follow the command *words*, at most ``_MOST_STEPS`` programs deep."""
        at: _Next | None = _Next(words, context)
        for _ in range(_MOST_STEPS):
            if at is None:
                return
            at = self._one(at)
        self._open_end("more programs start one another than were followed")

    # ----------------------------------------------------------------------------------------------------------------

    def _one(self, at: _Next) -> _Next | None:
        """Look at one program; what it starts, or None at the end."""
        name = at.words[0]
        if at.context.is_shell and name in BUILTINS and peel_one(at.words) is None:
            self._tell(f"the shell's own command {name}")
            return None
        located, program = at.interpreter, None
        is_own = at.is_applet or (at.context.is_shell and name in BUILTINS)
        if located is None and not is_own:
            program = self._program(at.words, at.context)
            if program is None or not program.can_run:
                return None
            located = program.located
        step = peel_one(at.words)
        if step is not None:
            return self._wrapper(step, at, located)
        target = interpret(at.words)
        if target.form is Form.PROGRAM and not target.unknown and program is not None:
            if program.shebang is not None and program.interpreter is None:
                return None
            if program.shebang is not None:
                return _Next(program.argv, at.context._replace(is_shell=False), program.interpreter, located.node if located else None)
            if program.is_for_shell:
                target = Target(Language.SHELL, Form.FILE, located.path if located else name, at.words[1:], "/bin/sh")
        return self._target(target, at, located)

    def _program(self, words: tuple[str, ...], context: Context) -> Program | None:
        """The first of *words* as a program, looked for and looked at."""
        located = self._find(words[0], context)
        if located is None:
            return None
        program = execute(self._view, located, words, context)
        self._add(program.problems, words[0])
        self.conditions += program.conditions
        self.executed += program.executed
        self._tell(f"{_short(words)} starts {shown(located)}" if located.path != words[0] else f"{_short(words)} is started")
        if program.shebang is not None:
            line = f"{program.shebang.interpreter} {program.shebang.argument}".strip()
            self._tell(f"the first line of {located.path} names {line}")
        return program

    def _find(self, name: str, context: Context) -> Located | None:
        """The program *name*: a path, or the first in PATH that can be executed."""
        if "/" in name:
            located = locate(self._view, absolute(name, context.working_dir), context.user, context.mounts)
            if located.node is None and not context.is_shell and VARIABLE.search(name):
                self._add([not_expanded(name)], name)
                return None
            if located.node is None and " " in name:
                self._add([words_in_one(name)], name)
                return None
            return located
        return self._search(name, context)

    def _search(self, name: str, context: Context) -> Located | None:
        hit = search(self._view, name, context)
        self._add(hit.problems, name)
        return hit.located

    # -- wrappers ----------------------------------------------------------------------------------------------------

    def _wrapper(self, step: Step, at: _Next, located: Located | None) -> _Next | None:
        if step.unknown:
            self._open_end(f"what {step.name} starts could not be told: {step.unknown}")
            return None
        context = behind(self._view, at.context, step, located.path if located else "")
        if step.user and not self._switch(step, at.context, context):
            return None
        if step.shell_text is not None:
            return self._text(Target(Language.SHELL, Form.TEXT, step.shell_text, (), "the shell of " + step.user), context)
        if not step.argv and step.name in ENDS_AT_ONCE:
            self._tell(f"{step.name} is given no command and ends at once")
            return None
        if not step.argv:
            certainty = Certainty.FAILS if step.name in _STARTERS else Certainty.DEPENDS
            text = f"{step.name} starts the command behind it, and there is none"
            self._add([LaunchProblem(Kind.NO_COMMAND, certainty, text)], at.words[0])
            return None
        inner = context._replace(is_shell=at.context.is_shell and step.name in BUILTINS and step.name != "exec")
        return _Next(step.argv, inner, is_applet=step.is_applet, script=at.script)

    def _switch(self, step: Step, before: Context, after: Context) -> bool:
        """Whether the wrapper can become the user that it shall start the command as."""
        if after.user.error:
            text = f"{step.name} shall become the user {step.user!r}, and {after.user.error}"
            self._add([LaunchProblem(Kind.BAD_USER, Certainty.FAILS, text, nodes=after.user.nodes)], step.words[0])
            return False
        if step.name in _SWITCHING and before.user.uid not in (0, None, after.user.uid):
            text = f"{step.name} shall become {after.user}, which only root may do, and the container runs as {before.user}"
            self._add([LaunchProblem(Kind.NO_PERMISSION, Certainty.DEPENDS, text)], step.words[0])
        return True

    # -- what is at the end ------------------------------------------------------------------------------------------

    def _target(self, target: Target, at: _Next, located: Located | None) -> _Next | None:
        self.target = target
        if target.form is Form.TEXT:
            return self._text(target, at.context)
        found = find_target(self._view, Interpreter(located, target), at.context)
        self.has_script = self.has_script or found.is_checked
        self._add(found.problems, target.value or target.interpreter)
        if target.form in (Form.INTERACTIVE, Form.STDIN):
            self.is_interactive = True
            self._tell(f"{target.interpreter} waits for input")
        elif target.form in (Form.FILE, Form.MODULE):
            self._tell(f"{target.interpreter} runs {target.value}")
            self._start(target, found.node, at.words)
            return self._passed_on(target, found.node, at.context)
        elif target.form is Form.PROGRAM:
            node = at.script or (located.node if located is not None else None)
            language = Language.OTHER if at.script is not None else target.language
            self._start(target._replace(language=language), node, at.words)
        return None

    def _passed_on(self, target: Target, node: Node | None, context: Context) -> _Next | None:
        """The command that a shell script is given and starts at its end, as an entrypoint does with the words of Cmd."""
        if node is None or target.form is not Form.FILE or target.language is not Language.SHELL or not target.args:
            return None
        text = self._view.text(node)
        before = passes_on(text) if text is not None else None
        if text is None or before is None:
            return None
        words = (*before, *target.args)
        self._tell(f"{node.path} ends by starting {_short(words)}")
        is_open = context.environment_is_open or "PATH" in text
        return _Next(words, context._replace(is_shell=False, environment_is_open=is_open))

    def _text(self, target: Target, context: Context) -> _Next | None:
        """A text for a shell or another interpreter; a shell's is followed where it is one plain command."""
        self.target = target
        origin = Origin(None, self._command.field_of(target.value) or None)
        self._tell(f"{target.interpreter} runs the text {target.value[:_LONGEST_STEP]!r}")
        self.started.append(Started(target.language, origin, target.value, None, (target.interpreter,), tuple(self.steps)))
        if target.language is not Language.SHELL:
            return None
        array = array_in(target.value)
        if array is not None:
            self._add([array_problem(array, target.interpreter, origin.config_field or "Cmd")], target.value)
            return None
        simple = simple_command(target.value, context.environment)
        if simple is None:
            text = "the shell text is more than one plain command: what it runs is not followed here"
            self._open_end(text, Concern.SCRIPT, target.value)
            return None
        environment = {**context.environment, **dict(simple.environment)}
        directory = absolute(simple.working_dir, context.working_dir) if simple.working_dir else context.working_dir
        is_open = context.environment_is_open or target.is_login or bool(target.startup) or "BASH_ENV" in environment
        return _Next(
            simple.words, context._replace(environment=environment, working_dir=directory, is_shell=True, environment_is_open=is_open)
        )

    def _start(self, target: Target, node: Node | None, words: tuple[str, ...]) -> None:
        """Take note of what runs, with its text where it has one."""
        if node is None:
            return
        text = None if target.language is Language.PROGRAM or node.content_class == "elf" else self._view.text(node)
        unread = "" if text is not None or target.language is Language.PROGRAM else "its content was not kept"
        origin = Origin(node.path, None, None, node.layer_index)
        self.started.append(Started(target.language, origin, text, node, words, tuple(self.steps), unread=unread))

    def _tell(self, text: str) -> None:
        self.steps.append(text)

    def _open_end(self, text: str, concern: Concern = Concern.START, word: str = "") -> None:
        self._add([LaunchProblem(Kind.NOT_FOLLOWED, Certainty.UNKNOWN, text, concern)], word)

    def _add(self, problems: Sequence[LaunchProblem], word: str) -> None:
        field = self._command.field_of(word) or None
        self.problems += [problem if problem.config_field else problem._replace(config_field=field) for problem in problems]


def _short(words: Sequence[str]) -> str:
    text = shlex.join(words)
    return text if len(text) <= _LONGEST_STEP else text[: _LONGEST_STEP - 1] + "…"
