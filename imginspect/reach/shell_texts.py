"""Shell texts: what each command in a shell script or inline shell text leads to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from imginspect.filesystem import Node
from imginspect.languages.shell.commands import Failure, ShellCommand, When
from imginspect.languages.shell.language import SHELL
from imginspect.languages.shell.walker import commands
from imginspect.languages.values import Exists, HasCommand
from imginspect.packages.ownership import is_packaged
from imginspect.reach.agenda import Agenda, place_name, short
from imginspect.reach.failures import worst
from imginspect.reach.followed import Stakes, Task, with_line
from imginspect.reach.guards import Guards, Reach, Reached, least
from imginspect.startup.context import Context
from imginspect.startup.lookup import below
from imginspect.startup.resolver import UNKNOWN
from imginspect.startup.shell_dialect import not_of_the_shell
from imginspect.startup.started import Origin, Started
from imginspect.startup.targets import not_entered, not_sourced
from imginspect.tar.header import DIRECTORY

WILDCARD = re.compile(r"[*?\[]")
"""What makes a word a pattern."""
_MOST_FILES = 200
"""Files that a pattern stands for; which files a wider one stands for is not known."""


def follow_shell(agenda: Agenda, task: Task, text: str, arguments: Sequence[str], node: Node | None) -> None:
    """Follow every command of a shell text with these *arguments*."""
    path = task.origin.path if node is not None else None
    given = None if any(UNKNOWN in argument for argument in arguments) else list(arguments)
    if agenda.is_repeated(task, text):
        given = None
    zero = arguments[0] if arguments and UNKNOWN not in arguments[0] else task.interpreter
    if task.shell_text is not None or node is None:
        given = list(arguments[1:]) if given is not None else None

    def sourced(wanted: str) -> str | None:
        return _sourced(agenda, task, wanted)

    def globbed(pattern: str) -> list[str] | None:
        return _globbed(agenda, pattern)

    result = commands(
        text,
        task.environment,
        given,
        path=path or "",
        directory=task.directory or "",
        sourced=sourced,
        globbed=globbed,
        zero=zero if node is None else "",
        lines=task.lines,
        ends_on_error=any(option.startswith("-") and option[:2] != "--" and "e" in option for option in task.options),
    )
    agenda.did(result.steps)
    if result.incomplete:
        agenda.gap(task, f"{place_name(task)}: {result.incomplete}", due_to_unread=True)
    elif result.has_errors:
        agenda.gap(task, f"{place_name(task)}: part of it is not valid, so its commands are partly a guess")
    if task.is_main and node is None and (result.incomplete or result.has_errors):
        agenda.main.open_end(task, "the shell command could not be followed to the end", is_unread=bool(result.incomplete))
    guards = Guards(agenda.view, task.environment, agenda.mounts)
    last = _last(result.commands, guards) if task.is_main else None
    for written in result.written:
        agenda.failures.made.wrote((*task.stakes.order, written.after - 1, 0), written.path)
    for number, command in enumerate(result.commands):
        stakes = _stakes(task.stakes, command, guards, number)
        inner = task._replace(is_main=command is last, stakes=stakes._replace(names_own_commands=result.names_own_commands))
        _run_by_shell(agenda, inner, command, guards)


def _last(found: Sequence[ShellCommand], guards: Guards) -> ShellCommand | None:
    """The command that a text ends in, where that is sure."""
    running = [command for command in found if command.when is not When.NEVER and not command.sources and not command.enters]
    if not running or running[-1].when not in (When.ALWAYS, When.BRANCH) or not running[-1].is_certain:
        return None
    return running[-1] if guards.are_sure(running[-1].guards) and not running[-1].is_tolerated else None


def _sourced(agenda: Agenda, task: Task, path: str) -> str | None:
    node = agenda.node(task, path)
    if node is None or node.kind == DIRECTORY:
        return "" if below(path, agenda.mounts) is None else None
    if is_packaged(agenda.view, node):
        return None
    text = agenda.view.text(node)
    if text is None:
        agenda.gap(task, f"{node.path}, which is sourced, was not read", due_to_unread=True)
    elif agenda.may_work(task, text):
        origin = Origin(path, None, None, node.layer_index)
        chain = (*task.chain[:-1], f"{task.chain[-1] if task.chain else ''} sources {path}")
        agenda.result.texts.append(Started(SHELL, origin, text, node, (path,), chain, 1))
        return text
    return None


def _globbed(agenda: Agenda, pattern: str) -> list[str] | None:
    """The files that a pattern in the last part of a path stands for; None where that is not known."""
    folder, _, last = pattern.rpartition("/")
    if not folder.startswith("/") or any(mark in folder for mark in "*?["):
        return None
    if below(posixpath.normpath(folder), agenda.mounts) is not None:
        return None
    node = agenda.view.find(folder)
    if node is None or node.kind != DIRECTORY:
        return []
    names = sorted(child.path.rpartition("/")[2] for child in agenda.view.filesystem.children(node.path))
    names = [name for name in names if fnmatchcase(name, last) and not name.startswith(".")]
    return [f"{folder}/{name}" for name in names] if len(names) <= _MOST_FILES else None


def _run_by_shell(agenda: Agenda, task: Task, command: ShellCommand, guards: Guards) -> None:
    if command.when is When.NEVER:
        return
    reached = least(task.reached, guards.reached(command.guards))
    if command.when is When.FUNCTION:
        reached = least(reached, Reached(Reach.SELDOM, f"nothing calls the function {command.function}"))
    if command.is_tolerated:
        reached = least(reached, Reached(Reach.SELDOM, "the script continues if it fails"))
    if reached.reach is Reach.NEVER:
        return
    origin = task.origin._replace(line=command.line)
    chain = task.chain
    if command.path is not None:
        origin = Origin(command.path, None, command.line)
        chain = (*chain, f"sourced {command.path}")
    chain = with_line(chain, command.line) if origin.path or command.line > 1 else (*chain, "its command")
    inner = task._replace(
        words=command.words,
        origin=origin,
        chain=chain,
        reached=reached,
        context=_inner_context(task.context, command),
        depth=task.depth + 1,
        here_text=command.here_text,
        source=command.source,
        is_certain=command.is_certain,
        shell_text=None,
        interpreter="",
        options=(),
    )
    name = (command.words[0].text or "") if command.words and not task.stakes.condition else ""
    lacked = not_of_the_shell(agenda.view, task.interpreter, name, inner.context.path) if name else None
    if lacked is not None:
        agenda.failures.add(inner, lacked, name)
    elif command.unknown:
        agenda.gap(inner, f"{command.unknown}: {short(command.source)}")
    elif command.enters or command.sources:
        _changes(agenda, inner, command, task.interpreter)
    else:
        agenda.add(inner)


def _changes(agenda: Agenda, task: Task, command: ShellCommand, shell: str) -> None:
    """Whether the shell's own ``cd`` and ``.`` can do what they are there for."""
    path = command.enters or command.sources
    problem = not_entered(agenda.view, path, task.context) if command.enters else not_sourced(agenda.view, path, task.context)
    if (
        problem is None or WILDCARD.search(path) or (command.sources and "/" not in (command.words[1].text or ""))
    ):  # it may be found in PATH
        return
    if command.sources and (shell.rpartition("/")[2] != "bash" and command.words[0].text == "."):
        # POSIX, 2.8.1: a special builtin that fails ends the shell; bash does so as sh alone (dash 0.5.12, bash 5.2, busybox 1.35)
        task = task._replace(stakes=task.stakes._replace(failure=Failure.ENDS))
    agenda.failures.add(task, problem, path, is_directory=True)


def _stakes(before: Stakes, command: ShellCommand, guards: Guards, number: int) -> Stakes:
    """What it means if *command*, the one of this *number* in its text, does not start."""
    condition = before.condition or guards.unsure(command.guards)
    if not condition and command.when is When.LOOP:
        condition = "the loop around it runs at least once"
    own = Failure.ENDS if command.is_exec else command.failure
    asked = (*before.asked, *command.guards)
    if command.is_guess:
        asked = (*asked, HasCommand(command.words[0]), Exists(command.words[0]))
    is_reached = before.is_reached and command.when is not When.FUNCTION
    return Stakes((*before.order, number), worst([before.failure, own]), condition, asked, is_reached=is_reached)


def _inner_context(context: Context, command: ShellCommand) -> Context:
    """The context of a command that a shell starts."""
    environment = {**context.environment, **{name: value.text for name, value in command.exported if value.text is not None}}
    is_open = any(name in ("PATH", "LD_LIBRARY_PATH") and value.text is None for name, value in command.exported)
    for value in [value for name, value in command.exported if name == "PYTHONPATH" and value.text is None]:
        environment["PYTHONPATH"] = value.start + UNKNOWN if value.default is None else value.default
    return context._replace(
        environment=environment,
        working_dir=command.directory or "",
        wrapper="",
        is_shell=True,
        environment_is_open=context.environment_is_open or is_open,
    )
