"""LaunchResolver: follows one command through its wrappers, first lines and interpreters to what it runs in the end."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.language import OTHER, Form, Target
from imginspect.languages.registry import interpret
from imginspect.languages.shell.language import SHELL
from imginspect.languages.values import Value, constant, dynamic
from imginspect.startup.compiled import Executed
from imginspect.startup.context import Context, behind
from imginspect.startup.finder import ProgramFinder
from imginspect.startup.lookup import Located, shown
from imginspect.startup.opaque_launchers import IS_IN_A_BIN
from imginspect.startup.problem import Certainty, Concern, Kind, LaunchProblem
from imginspect.startup.program import Program
from imginspect.startup.shebang import parse_shebang
from imginspect.startup.shell_builtins import BUILTINS
from imginspect.startup.special_wrappers import WrapperStep
from imginspect.startup.targets import LocatedInterpreter, find_target, not_entered
from imginspect.startup.wrappers import ENDS_AT_ONCE, peel_one
from imginspect.wording import at_run_time

UNKNOWN = "\x00"
"""Stands in a word for the part that only a run would tell."""
MOST_STEPS = 24
"""Programs that start one another, on the way to what runs; with more the command was not followed to its end."""
_LONGEST_STEP = 200
"""Characters of one step in words; the words themselves are kept whole."""
_STARTERS = frozenset({"tini", "docker-init", "dumb-init", "catatonit", "gosu", "su-exec", "timeout", "nohup", "setpriv", "torchrun"})
_SWITCHING = frozenset({"gosu", "su-exec", "s6-setuidgid", "setuidgid", "chpst", "setpriv", "runuser"})


class WordProblem(NamedTuple):
    """A problem, and the word of the command that it is about."""

    problem: LaunchProblem
    word: str


@dataclass(slots=True)
class Resolved:
    """What one command comes to.

    *passed* are the wrappers on the way, each with its own words. *words* are the command behind them as it is written, in *context*
    (empty where there is none, or a text for a shell instead); *program* is the file of its first word. *target* is what *interpreter*
    (a file too) runs in the end by *target_words*, in *target_context*, and *node* its file; *is_by_first_line*: the first line of
    *program* leads there. *unknown* says why the end was not reached. Problems behind a program that is not there or cannot run are not
    listed (*is_stopped*): the fields above then tell what would run.
    """

    words: tuple[Value, ...]
    context: Context
    target_context: Context
    passed: list[tuple[str, ...]] = field(default_factory=list)
    program: Located | None = None
    interpreter: Located | None = None
    target: Target | None = None
    target_words: tuple[str, ...] = ()
    node: Node | None = None
    is_by_first_line: bool = False
    steps: list[str] = field(default_factory=list)
    problems: list[WordProblem] = field(default_factory=list)
    is_stopped: bool = False
    conditions: list[str] = field(default_factory=list)
    executed: list[Executed] = field(default_factory=list)
    has_script: bool = False
    is_interactive: bool = False
    unknown: str = ""
    is_bounded: bool = False
    """The end was not reached because a limit was met."""

    @property
    def fails(self) -> bool:
        """Whether it is sure that the command does not start, or its script does not run."""
        return any(item.problem.certainty is Certainty.FAILS for item in self.problems)


class _Next(NamedTuple):
    """A command to look at: *interpreter* is set where its first word was looked at already, as the interpreter of a script."""

    words: tuple[str, ...]
    context: Context
    interpreter: Located | None = None
    script: Node | None = None
    is_applet: bool = False


class LaunchResolver:
    """Resolves commands of one image. Words may hold parts that are not known."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._finder = ProgramFinder(view)

    def resolve(self, words: Sequence[Value], context: Context) -> Resolved:
        """What the command *words* comes to in *context*, at most ``MOST_STEPS`` programs deep."""
        return _Resolution(self._view, self._finder, tuple(words), context).run()


class _Resolution:
    """One command on its way."""

    def __init__(self, view: View, finder: ProgramFinder, words: tuple[Value, ...], context: Context) -> None:
        self._view = view
        self._finder = finder
        self._values = words
        self._result = Resolved(words, context, context)

    def run(self) -> Resolved:
        at: _Next | None = _Next(marked(self._values), self._result.context)
        for _ in range(MOST_STEPS):
            if at is None:
                return self._result
            at = self._one(at)
        if at is not None:
            text = "the chain of programs is longer than was followed"
            self._result.is_bounded, self._result.unknown = True, text
            self._add([LaunchProblem(Kind.NOT_FOLLOWED, Certainty.UNREAD, text)], "")
        return self._result

    def _one(self, at: _Next) -> _Next | None:
        """Look at one program; what it starts, or None at the end."""
        name = at.words[0]
        if not self._result.is_by_first_line:
            self._result.words, self._result.context = valued(at.words, self._values), at.context
        self._result.target_context = at.context
        if UNKNOWN in name:
            self._open_end(at_run_time("the command"))
            return None
        if at.context.is_shell and name in BUILTINS and peel_one(at.words) is None:
            self._tell(f"the shell builtin {name}")
            return None
        located, program = at.interpreter, None
        if located is None and not (at.is_applet or (at.context.is_shell and name in BUILTINS)):
            program = self._program(at.words, at.context)
            located = program.located if program is not None else None
        if not self._result.is_by_first_line:
            self._result.program = located
        step = peel_one(at.words) if not _is_own_script(located) else None
        if step is not None:
            return self._wrapper(step, at, located)
        return self._end(interpret(at.words), at, located, program)

    def _end(self, target: Target, at: _Next, located: Located | None, program: Program | None) -> _Next | None:
        if target.form is Form.PROGRAM and not target.unknown and program is not None:
            line = self._by_first_line(program, at.words)
            if line is not None:
                self._result.is_by_first_line = True
                self._result.is_stopped = self._result.is_stopped or program.interpreter is None
                return _Next(line, at.context._replace(is_shell=False), program.interpreter, program.located.node)
            if program.is_for_shell:
                path = program.located.path
                target = Target(SHELL, Form.FILE, path, at.words[1:], "/bin/sh")
                self._result.is_by_first_line = True
        if target.unknown and at.script is not None and len(at.words) > 1 and " " in at.words[1]:
            self._target(target, at, located)  # the kernel passes the options in one word: what they mean is told, and the script read
            target = interpret((at.words[0], *at.words[1].split(), *at.words[2:]))
        self._target(target, at, located)
        return None

    def _by_first_line(self, program: Program, words: tuple[str, ...]) -> tuple[str, ...] | None:
        """The command that the first line of a script makes; also of a line that Linux refuses, for what was meant to run."""
        if program.shebang is not None:
            return program.argv
        node = program.located.node
        head = self._view.head(node) if node is not None and node.content_class == "script" else None
        line = parse_shebang(head) if head is not None else None
        if line is None or node is None or line.error:
            return None
        meant = f"{line.interpreter} {line.argument}".strip("\r ").split()
        return (*meant, program.located.path, *words[1:]) if meant else None

    def _program(self, words: tuple[str, ...], context: Context) -> Program | None:
        """The first of *words* as a program, looked for and looked at."""
        if not context.working_dir and "/" in words[0] and not words[0].startswith("/"):
            self._open_end(f"the directory of {words[0]} is unknown")
            return None
        found = self._finder.find(words, context)
        program = found.program
        if self._result.is_stopped:
            return program
        self._add(found.problems, words[0])
        self._result.is_stopped = program is None or not program.can_run
        if program is None:
            return None
        self._result.conditions += program.conditions
        self._result.executed += program.executed
        located = program.located
        self._result.steps.append(f"{_short(words)} starts {shown(located)}" if located.path != words[0] else f"{_short(words)} is started")
        if program.shebang is not None:
            line = f"{program.shebang.interpreter} {program.shebang.argument}".strip()
            self._result.steps.append(f"the first line of {located.path} names {line}")
        return program

    # -- wrappers ----------------------------------------------------------------------------------------------------

    def _wrapper(self, step: WrapperStep, at: _Next, located: Located | None) -> _Next | None:
        self._result.passed.append(step.words)
        if not self._result.is_by_first_line:
            self._result.words = ()
        if step.unknown:
            self._open_end(f"could not determine what {step.name} starts: {step.unknown}")
            return None
        context = behind(self._view, at.context, _without_unknown(step), located.path if located else "")
        if any(name == "PATH" and value is not None and UNKNOWN in value for name, value in step.environment):
            context = context._replace(environment_is_open=True)
        if UNKNOWN in step.working_dir:
            context = context._replace(working_dir="")
        if step.name == "env" and step.working_dir and context.working_dir:
            problem = not_entered(self._view, context.working_dir, context)
            self._add([problem] if problem is not None else [], step.working_dir)
            self._result.is_stopped = self._result.is_stopped or problem is not None
        if step.user and UNKNOWN not in step.user:
            self._switch(step, at.context, context)
        if step.shell_text is not None:
            whose = f"the shell of {step.user}" if step.user else f"the shell that {step.name} starts"
            self._text(Target(SHELL, Form.TEXT, step.shell_text, (), whose), context)
            return None
        if not step.argv and step.name in ENDS_AT_ONCE:
            self._tell(f"{step.name} has no command to run and ends at once")
            return None
        if not step.argv:
            if not step.may_be_alone:
                certainty = Certainty.FAILS if step.name in _STARTERS else Certainty.DEPENDS
                text = f"{step.name} needs a command to start, but none is given"
                self._add([LaunchProblem(Kind.NO_COMMAND, certainty, text)], at.words[0])
            return None
        inner = context._replace(is_shell=at.context.is_shell and step.name in BUILTINS and step.name != "exec")
        return _Next(step.argv, inner, is_applet=step.is_applet, script=at.script)

    def _switch(self, step: WrapperStep, before: Context, after: Context) -> None:
        """Note where the wrapper cannot become the user that it starts the command as."""
        if after.user.error:
            text = f"{step.name} switches to the user {step.user!r}: {after.user.error}"
            self._add([LaunchProblem(Kind.BAD_USER, Certainty.FAILS, text, nodes=after.user.nodes)], step.words[0])
            self._result.is_stopped = True
        elif step.name in _SWITCHING and before.user.uid not in (0, None, after.user.uid):
            text = f"{step.name} switches to {after.user}, which only root may do; the container runs as {before.user}"
            self._add([LaunchProblem(Kind.NO_PERMISSION, Certainty.DEPENDS, text)], step.words[0])

    # -- what is at the end ------------------------------------------------------------------------------------------

    def _target(self, target: Target, at: _Next, located: Located | None) -> None:
        self._result.interpreter = located
        if target.form is Form.TEXT:
            self._text(target, at.context)
            return
        self._result.target = target
        self._result.target_words = at.words
        self._result.target_context = _read_by(target, at.context)
        if UNKNOWN in target.value and target.form in (Form.FILE, Form.MODULE):
            self._open_end(at_run_time(f"the {target.form} that {target.interpreter} runs"), Concern.SCRIPT)
            return
        if target.form is Form.FILE and not at.context.working_dir and not target.value.startswith("/"):
            self._open_end(f"the directory of the script {target.value} is unknown", Concern.SCRIPT)
            return
        found = find_target(self._view, LocatedInterpreter(located, target), at.context)
        self._result.has_script = self._result.has_script or found.is_checked
        self._add(found.problems, target.value or target.interpreter)
        self._result.node = found.node
        if target.unknown:
            self._result.unknown = target.unknown
        if target.form in (Form.INTERACTIVE, Form.STDIN):
            self._result.is_interactive = True
            self._tell(f"{target.interpreter} waits for input")
        elif target.form in (Form.FILE, Form.MODULE):
            self._tell(f"{target.interpreter} runs {target.value}")
        elif target.form is Form.PROGRAM:
            self._result.node = at.script or (located.node if located is not None else None)
            if at.script is not None and not target.unknown:
                self._result.target = target._replace(language=OTHER)

    def _text(self, target: Target, context: Context) -> None:
        """A text for a shell or another interpreter."""
        self._result.target = target
        self._result.target_context = _read_by(target, context)
        shown_text = target.value.replace(UNKNOWN, "…")[:_LONGEST_STEP]
        self._tell(f"{target.interpreter} runs the code {shown_text!r}")

    # -- notes -------------------------------------------------------------------------------------------------------

    def _tell(self, text: str) -> None:
        if not self._result.is_stopped:
            self._result.steps.append(text)

    def _open_end(self, text: str, concern: Concern = Concern.START, word: str = "") -> None:
        self._result.unknown = text
        self._add([LaunchProblem(Kind.NOT_FOLLOWED, Certainty.UNKNOWN, text, concern)], word)
        self._result.is_stopped = True

    def _add(self, problems: Sequence[LaunchProblem], word: str) -> None:
        if not self._result.is_stopped:
            self._result.problems += [WordProblem(problem, word) for problem in problems]


def marked(words: Sequence[Value]) -> tuple[str, ...]:
    """*words* as texts, each that is not known with a mark and what is known of its start."""
    return tuple(UNKNOWN + word.start if word.text is None else word.text for word in words)


def valued(texts: Sequence[str], words: Sequence[Value]) -> tuple[Value, ...]:
    """The values that *texts* stand for: those that end *words* as they were there."""
    before = marked(words)
    count = len(texts)
    if count <= len(before) and tuple(texts) == before[len(before) - count :]:
        return tuple(words[len(words) - count :])
    known = {word.text: word for word in words if word.text is not None}
    return tuple(dynamic(text) if UNKNOWN in text else known.get(text) or constant(text) for text in texts)


def _is_own_script(located: Located | None) -> bool:
    """Whether a file that has a wrapper's name is a script that the image keeps beside its programs."""
    node = located.node if located is not None else None
    return node is not None and node.content_class in ("script", "text") and IS_IN_A_BIN.search(node.path) is None


def _without_unknown(step: WrapperStep) -> WrapperStep:
    """*step* without the settings that only a run would tell."""
    environment = tuple((name, None if value is not None and UNKNOWN in value else value) for name, value in step.environment)
    return step._replace(
        environment=environment,
        working_dir="" if UNKNOWN in step.working_dir else step.working_dir,
        user="" if UNKNOWN in step.user else step.user,
    )


def _read_by(target: Target, context: Context) -> Context:
    """The context in which the interpreter runs *target*: what a shell reads before may set variables."""
    is_open = context.environment_is_open or target.is_login or bool(target.startup)
    if target.language is SHELL:
        is_open = is_open or "BASH_ENV" in context.environment
    return context._replace(environment_is_open=is_open)


def _short(words: Sequence[str]) -> str:
    text = shlex.join(word.replace(UNKNOWN, "…") for word in words)
    return text if len(text) <= _LONGEST_STEP else text[: _LONGEST_STEP - 1] + "…"
