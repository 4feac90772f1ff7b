"""Program: whether Linux can execute a file: its permissions, its format, and the interpreter that its first line names."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.startup.access import EXECUTE, allows, described, differs
from imginspect.startup.applets import applet_problem
from imginspect.startup.compiled import Executed, Notes, judge_compiled
from imginspect.startup.context import Context
from imginspect.startup.lookup import Located, absolute, is_file, locate, shown
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.startup.shebang import Shebang, hidden_shebang, parse_shebang

_DEEPEST = 5
"""Interpreters that are scripts themselves: the kernel gives up at the sixth (ELOOP)."""
_REFUSING = frozenset({"", "gosu"})
"""The runtime and wrappers that start a command by execve alone; others may hand a text to /bin/sh (glibc's execvp does, musl's not)."""


class Program(NamedTuple):
    """What became of one file that is to be executed.

    *argv* is the command with the interpreters of its first lines put in front, as the kernel makes it. *script* is the file where it is
    a script. *can_run* is False as soon as one of *problems* is in the way.
    """

    located: Located
    argv: tuple[str, ...]
    shebang: Shebang | None = None
    interpreter: Located | None = None
    executed: tuple[Executed, ...] = ()
    problems: tuple[LaunchProblem, ...] = ()
    conditions: tuple[str, ...] = ()
    is_for_shell: bool = False
    """A file without a first line, which a shell runs itself."""

    @property
    def can_run(self) -> bool:
        """Whether nothing is known that stops it."""
        return self.located.node is not None and not any(problem.certainty is Certainty.FAILS for problem in self.problems)


def execute(view: View, located: Located, argv: tuple[str, ...], context: Context) -> Program:
    """What Linux makes of executing *located* with the words *argv*."""
    notes = Notes(problems=list(located.problems))
    if located.node is None:
        return Program(located, argv, problems=tuple(notes.problems))
    words, shebang, interpreter, is_for_shell = argv, None, None, False
    at: Located | None = located
    for depth in range(_DEEPEST + 1):
        if at is None or at.node is None or not _may_execute(at, context, notes, is_interpreter=depth > 0):
            break
        found = _shebang(view, at, context, notes)
        if found is None:
            is_for_shell = _binary(view, at, context, notes)
            applet = applet_problem(view, at, words)
            notes.problems += [applet] if applet is not None else []
            break
        if depth == _DEEPEST:
            notes.fail(Kind.BAD_SHEBANG, f"{located.path}: more than {_DEEPEST} scripts in a chain of interpreters", [at.node])
            break
        words = (found.interpreter, *([found.argument] if found.argument else []), at.path, *words[1:])
        at = interpreter = _interpreter(view, at, found, context, notes)
        shebang = shebang or found
    return Program(
        located, words, shebang, interpreter, tuple(notes.executed), tuple(notes.problems), tuple(notes.conditions), is_for_shell
    )


def _may_execute(at: Located, context: Context, notes: Notes, *, is_interpreter: bool) -> bool:
    node = at.node
    assert node is not None
    if not is_file(node):
        notes.fail(Kind.NO_FILE, f"{shown(at)} is a {node.kind}, not an executable file", at.nodes)
        return False
    may = allows(node, context.user, EXECUTE)
    if may:
        if differs(node, context.user, EXECUTE):
            text = f"{shown(at)} has {described(node)}: it depends on the runtime whether {context.user} can execute it"
            notes.fail(Kind.NO_PERMISSION, text, at.nodes, Certainty.DEPENDS)
        return True
    what = ", the interpreter," if is_interpreter else ""
    if may is None:
        certainty = Certainty.UNREAD if context.user.unread else Certainty.UNKNOWN
        notes.fail(
            Kind.NO_PERMISSION, f"it is not known whether {context.user} can execute {shown(at)} ({described(node)})", at.nodes, certainty
        )
        return True
    who = "no user has permission to execute it" if not node.mode & 0o111 else f"{context.user} has no permission to execute it"
    notes.fail(Kind.NO_PERMISSION, f"{shown(at)}{what} has {described(node)}: {who}", at.nodes)
    return False


def _shebang(view: View, at: Located, context: Context, notes: Notes) -> Shebang | None:
    """The first line of a script, its faults noted; None for what is no script, or cannot be run as one."""
    assert at.node is not None
    head = view.head(at.node) if at.node.content_class == "script" else None
    if head is None:
        if at.node.content_class == "script":
            notes.fail(Kind.NOT_READ, f"the first line of {at.path} was not read", at.nodes, Certainty.UNREAD)
        return None
    found = parse_shebang(head)
    assert found is not None or not head.startswith(b"#!")
    if found is None:
        return None
    if found.error:
        notes.fail(Kind.BAD_SHEBANG, f"{shown(at)}: {found.error}", [at.node], line=1)
        return None
    if found.doubt:
        notes.fail(Kind.BAD_SHEBANG, f"{shown(at)}: {found.doubt}", [at.node], Certainty.DEPENDS, line=1)
    return found if _line_works(view, at, found, context, notes) else None


def _line_works(view: View, at: Located, found: Shebang, context: Context, notes: Notes) -> bool:
    """Whether the words of the line can do what they say."""
    assert at.node is not None
    if found.has_carriage_return and (
        found.argument or locate(view, absolute(found.interpreter, context.working_dir), context.user).node is None
    ):
        text = (
            f"the first line of {shown(at)} ends in a carriage return (the file has Windows line endings), so Linux looks for "
            f"{(found.argument or found.interpreter)!r}"
        )
        notes.fail(Kind.BAD_SHEBANG, text, [at.node], line=1)
        return False
    is_env = found.interpreter.rpartition("/")[2] == "env"
    if is_env and not found.argument:
        notes.fail(Kind.BAD_SHEBANG, f"the first line of {shown(at)} names env without a program", [at.node], line=1)
        return False
    if is_env and not found.argument.startswith("-") and len(found.argument.split()) > 1:
        text = (
            f"the first line of {shown(at)} passes several words to env, which Linux treats as one: env looks for a program named "
            f"{found.argument!r}; 'env -S' would split them"
        )
        notes.fail(Kind.BAD_SHEBANG, text, [at.node], line=1)
        return False
    return True


def _interpreter(view: View, at: Located, found: Shebang, context: Context, notes: Notes) -> Located | None:
    assert at.node is not None
    where = locate(view, absolute(found.interpreter, context.working_dir), context.user, context.mounts)
    for problem in where.problems:
        kind = Kind.NO_INTERPRETER if problem.kind is Kind.NOT_FOUND else problem.kind
        text = f"the interpreter in the first line of {shown(at)}: {problem.text}"
        notes.problems.append(problem._replace(kind=kind, text=text, nodes=(at.node, *problem.nodes), line=1))
    if where.node is not None and found.argument.startswith(("-S", "--split-string")) and where.node.path.endswith("/busybox"):
        text = f"the first line of {shown(at)} uses env -S, which most versions of busybox do not support"
        notes.fail(Kind.BAD_SHEBANG, text, [at.node, where.node], Certainty.DEPENDS, line=1)
    return where if where.node is not None else None


def _binary(view: View, at: Located, context: Context, notes: Notes) -> bool:
    """Judge a file that is not a script; return whether it is one for a shell (a text without a first line)."""
    node = at.node
    assert node is not None
    if node.content_class == "script" or any(problem.kind is Kind.BAD_SHEBANG for problem in notes.problems):
        return False
    if node.content_class == "elf":
        judge_compiled(view, at, context, notes)
        return False
    if not node.size or node.content_class in ("text", "empty"):
        return _text(view, at, context, notes)
    head = view.head(node) or b""
    what = "a Windows program" if head[:2] == b"MZ" else f"{node.content_class} data"
    hidden = hidden_shebang(head) if b"#!" in head[:64] or b"#\0!" in head[:8] else ""
    text = f"{shown(at)} is {what}, which Linux cannot execute" if not hidden else f"{shown(at)}: {hidden}"
    notes.fail(Kind.BAD_FORMAT, text, at.nodes)
    return False


def _text(view: View, at: Located, context: Context, notes: Notes) -> bool:
    """A text without #!, or an empty file: the kernel refuses it (ENOEXEC); a shell, and some wrappers, give it to a shell."""
    node = at.node
    assert node is not None
    head = view.head(node)
    why = hidden_shebang(head) if head else ""
    if not node.size:
        what = f"{shown(at)} is empty"
    else:
        what = f"{shown(at)} is a text file whose first line does not start with #!" + (f" ({why})" if why else "")
    if context.is_shell:
        if not why:
            return True
        notes.fail(Kind.BAD_FORMAT, f"{what}: the shell that starts it runs it as a shell script", at.nodes, Certainty.DEPENDS, line=1)
        return True
    if context.wrapper not in _REFUSING:
        text = f"{what}, so Linux cannot execute it; {context.wrapper} may then pass it to /bin/sh, depending on its C library"
        notes.fail(Kind.BAD_FORMAT, text, at.nodes, Certainty.DEPENDS, line=1)
        return True
    notes.fail(Kind.BAD_FORMAT, f"{what}, so Linux cannot execute it", at.nodes, line=1)
    return False
