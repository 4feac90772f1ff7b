"""Targets: whether the script or module that a command names exists and can be read, and what it starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.language import Form, Target
from imginspect.languages.python.language import PYTHON
from imginspect.languages.shell.language import SHELL
from imginspect.languages.unread import JAVASCRIPT
from imginspect.startup.access import READ, allows, described, differs, enters
from imginspect.startup.context import Context
from imginspect.startup.lookup import Located, absolute, is_file, leads_somewhere, locate, shown
from imginspect.startup.problem import Certainty, Concern, Kind, LaunchProblem
from imginspect.startup.python_modules import find_module, search_path
from imginspect.tar.header import DIRECTORY
from imginspect.wording import counted

_VARIABLE = re.compile(r"\$(?:\{|[A-Za-z_])")
_WINDOWS_LINES = 3
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})


class FoundTarget(NamedTuple):
    """What became of a target: *node* is its file; *is_checked* is False for what names no file to look for."""

    node: Node | None = None
    problems: tuple[LaunchProblem, ...] = ()
    is_checked: bool = False


class LocatedInterpreter(NamedTuple):
    """The interpreter as it was found; None for an applet inside another program."""

    located: Located | None
    target: Target


def find_target(view: View, interpreter: LocatedInterpreter, context: Context) -> FoundTarget:
    """The file behind the interpreter's target. Texts, standard input and programs have none."""
    target = interpreter.target
    if target.unknown:
        return _unknown(target.unknown)
    if target.form is Form.FILE:
        return _script(view, target, context)
    if target.form is not Form.MODULE:
        return FoundTarget()
    if target.language is PYTHON and interpreter.located is not None:
        return _module(view, interpreter.located, target, context)
    return _unknown(f"the search of {target.interpreter} for {target.value} is not followed")


def not_entered(view: View, path: str, context: Context) -> LaunchProblem | None:
    """Why the run user cannot go into the directory *path*; None where it can, or where that is not known."""
    located = locate(view, path, context.user, context.mounts)
    sure = [problem for problem in located.problems if problem.certainty is Certainty.FAILS]
    if located.node is None or sure:
        return sure[0]._replace(concern=Concern.SCRIPT) if sure else None
    if located.node.kind != DIRECTORY:
        return _problem(Kind.NO_FILE, f"{shown(located)} is a {located.node.kind}, not a directory", located.nodes)
    if enters(located.node, context.user) is False:
        return _problem(Kind.NO_PERMISSION, f"{context.user} cannot enter {path} ({described(located.node)})", located.nodes)
    return None


def not_sourced(view: View, path: str, context: Context) -> LaunchProblem | None:
    """Why a shell of the run user cannot read the file *path*; None where it can, or where that is not known."""
    located = locate(view, path, context.user, context.mounts)
    sure = [problem for problem in located.problems if problem.certainty is Certainty.FAILS]
    if located.node is None or sure:
        return sure[0]._replace(concern=Concern.SCRIPT) if sure else None
    if allows(located.node, context.user, READ) is False and is_file(located.node):
        return _problem(Kind.NO_PERMISSION, f"{context.user} cannot read {path} ({described(located.node)})", located.nodes)
    return None


def _unknown(text: str) -> FoundTarget:
    return FoundTarget(problems=(LaunchProblem(Kind.NOT_FOLLOWED, Certainty.UNKNOWN, text, Concern.SCRIPT),), is_checked=True)


def _script(view: View, target: Target, context: Context) -> FoundTarget:
    if not target.value:
        return _failing(Kind.NOT_FOUND, f"{target.interpreter} is given an empty script name")
    located = _located(view, target, context)
    if located.node is None:
        return FoundTarget(problems=_missing(target, located, context), is_checked=True)
    problems = [problem._replace(concern=Concern.SCRIPT) for problem in located.problems]
    node: Node | None = located.node
    if located.node.kind == DIRECTORY:
        node, more = _directory(view, target, located, context)
        problems += more
    elif not is_file(located.node):
        problems.append(
            _problem(Kind.NO_FILE, f"{target.interpreter} is given {shown(located)}, which is a {located.node.kind}", located.nodes)
        )
    if node is not None and is_file(node):
        problems += _readable(node, target, context)
        problems += _content(view, node, target)
    return FoundTarget(node, tuple(problems), is_checked=True)


def _located(view: View, target: Target, context: Context) -> Located:
    """Where the script is: from the working directory, and where the interpreter looks else."""
    first = locate(view, absolute(target.value, context.working_dir), context.user, context.mounts)
    if first.node is not None or (first.problems and first.problems[0].kind is Kind.BELOW_MOUNT):
        return first
    others: list[str] = []
    if target.language is SHELL and "/" not in target.value:
        others = [posixpath.join(absolute(folder, context.working_dir), target.value) for folder in context.path]
    elif target.language is JAVASCRIPT:
        others = [first.path + suffix for suffix in (".js", ".json", ".node", ".mjs")]
    for path in (path for path in others if leads_somewhere(view, path)):
        located = locate(view, path, context.user, context.mounts)
        if located.node is not None and is_file(located.node):
            return located
    return first


def _missing(target: Target, located: Located, context: Context) -> tuple[LaunchProblem, ...]:
    found = []
    for problem in located.problems:
        changed = problem._replace(concern=Concern.SCRIPT, text=f"{target.interpreter} is given the script {target.value}: {problem.text}")
        if problem.kind is Kind.NOT_FOUND and not context.is_shell and _VARIABLE.search(target.value):
            text = f"{target.interpreter} is given the script {target.value}, but no shell expands the variable: there is no such file"
            changed = changed._replace(kind=Kind.NOT_EXPANDED, text=text)
        found.append(changed)
    return tuple(found)


def _directory(view: View, target: Target, located: Located, context: Context) -> tuple[Node | None, list[LaunchProblem]]:
    """A directory as a script: Python runs its __main__.py, node its package; nothing else takes one."""
    if target.language is JAVASCRIPT:
        return None, list(_unknown(f"the file of {shown(located)} that node starts is not determined").problems)
    text = f"{target.interpreter} is given {shown(located)}, which is a directory"
    if target.language is not PYTHON:
        return None, [_problem(Kind.NO_FILE, text, located.nodes)]
    main = locate(view, posixpath.join(located.path, "__main__.py"), context.user, context.mounts)
    if main.node is None:
        return None, [_problem(Kind.NOT_FOUND, f"{text} without a __main__.py", located.nodes)]
    return main.node, []


def _readable(node: Node, target: Target, context: Context) -> list[LaunchProblem]:
    may = allows(node, context.user, READ)
    if may:
        if not differs(node, context.user, READ):
            return []
        text = f"{node.path} has {described(node)}: it depends on the runtime whether {context.user} can read it"
        return [_problem(Kind.NO_PERMISSION, text, (node,), Certainty.DEPENDS)]
    if may is None:
        text = f"it is not known whether {context.user} can read {node.path} ({described(node)})"
        return [_problem(Kind.NO_PERMISSION, text, (node,), Certainty.UNREAD if context.user.unread else Certainty.UNKNOWN)]
    return [
        _problem(
            Kind.NO_PERMISSION, f"{context.user} cannot read {node.path} ({described(node)}), which {target.interpreter} runs", (node,)
        )
    ]


def _content(view: View, node: Node, target: Target) -> list[LaunchProblem]:
    if not node.size:
        return [_problem(Kind.OTHER, f"{node.path} is empty: {target.interpreter} does nothing with it", (node,), Certainty.DEPENDS)]
    if node.content_class == "elf":
        return _compiled(node, target)
    if target.language is not SHELL:
        return []
    lines = (view.head(node) or b"").split(b"\n")[:-1]
    code = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith(b"#")]
    if code and all(line.endswith(b"\r") for _, line in code[:_WINDOWS_LINES]):
        text = f"{node.path} has Windows line endings: {target.interpreter} treats the carriage return as part of each command"
        return [LaunchProblem(Kind.BAD_FORMAT, Certainty.DEPENDS, text, Concern.SCRIPT, (node,), line=code[0][0])]
    return []


def _compiled(node: Node, target: Target) -> list[LaunchProblem]:
    """A compiled program as a script. Python runs one that has a zip archive at its end, which a shell never has."""
    is_sure = target.language is SHELL or posixpath.basename(target.value) in _SHELLS
    text = f"{target.interpreter} is given the compiled program {target.value} as a script"
    if posixpath.basename(target.value) in _SHELLS:
        text += "; with an ENTRYPOINT in exec form, the CMD must be in exec form too"
    return [_problem(Kind.BAD_FORMAT, text, (node,), Certainty.FAILS if is_sure else Certainty.DEPENDS)]


def _module(view: View, python: Located, target: Target, context: Context) -> FoundTarget:
    path = search_path(view, python, target.options, context)
    module = find_module(view, target.value, path)
    if module.node is not None:
        return FoundTarget(module.node, tuple(_readable(module.node, target, context)), is_checked=True)
    if path.doubts:
        return _unknown(f"python -m {target.value}: {module.missing}; the search path may have more directories: {_first(path.doubts)}")
    return _failing(Kind.NO_MODULE, f"python -m {target.value}: {module.missing}")


def _first(reasons: Sequence[str]) -> str:
    return reasons[0] + (f" (and {counted(len(reasons) - 1, 'other reason')})" if len(reasons) > 1 else "")


def _failing(kind: Kind, text: str) -> FoundTarget:
    return FoundTarget(problems=(_problem(kind, text, ()),), is_checked=True)


def _problem(kind: Kind, text: str, nodes: Sequence[Node], certainty: Certainty = Certainty.FAILS) -> LaunchProblem:
    return LaunchProblem(kind, certainty, text, Concern.SCRIPT, tuple(nodes))
