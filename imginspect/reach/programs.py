"""Programs that are no interpreter: scripts by their first line, tools that are known, and compiled programs."""

from __future__ import annotations

import re

from imginspect.filesystem import Node
from imginspect.languages.language import OTHER, Form
from imginspect.languages.shell.language import SHELL
from imginspect.packages.ownership import SYSTEM, is_copied, is_packaged
from imginspect.reach.agenda import Agenda, words_as_texts
from imginspect.reach.followed import Task
from imginspect.reach.python_texts import follow_served
from imginspect.startup.lookup import below
from imginspect.startup.opaque_launchers import IS_IN_A_BIN, starts_others
from imginspect.startup.resolver import Resolved
from imginspect.tar.header import DIRECTORY

_INTERPRETERS = frozenset({"sh", "bash", "python", "python3", "R", "node"})
_TOOLS = re.compile(
    r"(?:gosu|su-exec|tini|dumb-init|catatonit|jq|yq|node|bun|deno|julia|R|Rscript|ruby|perl|php|java|uv|uvx|micromamba|esbuild|busybox)"
    r"(?:-[\w.]+)?|python[\d.]*|pypy[\d.]*|quarto|pandoc|rclone|aws|duckdb|sqlite3"
)


def follow_program(agenda: Agenda, task: Task, name: str, resolved: Resolved) -> None:
    """Follow the program *name* that the command of *task* starts."""
    first = task.words[0].text or ""
    path = agenda.path(task, first) if "/" in first else first
    if path is None:
        agenda.gap(task, f"the directory of {first} is unknown")
        return
    node = agenda.node(task, path) if "/" in path else resolved.program.node if resolved.program is not None else None
    is_script = node is not None and node.content_class in ("script", "text") and not is_packaged(agenda.view, node)
    is_own_script = is_script and node is not None and (is_copied(agenda.view, node) or IS_IN_A_BIN.search(node.path) is None)
    if starts_others(name, words_as_texts(task.words[1:])) and not is_own_script:
        agenda.gap(task, f"{name} starts programs that its own files name; these are not followed")
        return
    if node is None or node.kind == DIRECTORY:
        is_named = "/" in path and not path.startswith(("/dev/", *SYSTEM))
        if below(path, agenda.mounts) is None and (is_named or (not task.depth and name not in _INTERPRETERS)):
            agenda.gap(task, f"the program {first} is not in the image, so it was not analysed", missing=path)
        elif node is None and "/" not in path and task.context.environment_is_open and not agenda.is_known(name):
            agenda.gap(task, f"the location of {first} is unknown: a command before it may change PATH")
        follow_served(agenda, task, name, task.words[1:])
        return
    if agenda.is_known(name) and IS_IN_A_BIN.search(node.path) and (node.content_class == "elf" or not is_copied(agenda.view, node)):
        follow_served(agenda, task, name, task.words[1:])
        return
    if resolved.is_by_first_line:
        _by_first_line(agenda, task, node, path if "/" in path else node.path, resolved)
    elif node.content_class == "script" and agenda.view.head(node) is None:
        if not (task.depth and is_packaged(agenda.view, node)):
            agenda.gap(task, f"{node.path} was not read", due_to_unread=True)
    elif node.content_class == "text":
        agenda.script(task, node, node.path, SHELL, words_as_texts(task.words[1:]))
    elif node.size and node.content_class != "script":
        _compiled(agenda, task, node)
    follow_served(agenda, task, name, task.words[1:])


def _by_first_line(agenda: Agenda, task: Task, node: Node, path: str, resolved: Resolved) -> None:
    """The script *node*, or the script that its first line names as its interpreter."""
    target = resolved.target
    inner = task._replace(context=resolved.target_context)
    if target is not None:
        inner = inner._replace(interpreter=target.interpreter, options=target.options)
    if target is None or target.form is not Form.FILE:
        agenda.script(inner, node, path, OTHER, ())
    elif resolved.node is None or resolved.node.path == node.path:
        agenda.script(inner, node, path, target.language, target.args)
    else:
        agenda.script(inner, resolved.node, resolved.node.path, target.language, target.args)


def _compiled(agenda: Agenda, task: Task, node: Node) -> None:
    """A compiled program: one of the project's own is a gap; one of a package only where it is what the container is for."""
    if is_packaged(agenda.view, node):
        if not task.depth or task.chain[-1:] == ("its command",):
            agenda.gap(task, f"{node.path} is a compiled program of a package, which is not analysed", is_condition=True)
    elif not _is_known_tool(node):
        if not node.path.startswith(SYSTEM):
            agenda.failures.made.ran_own(task.stakes.order, node.path)
        agenda.gap(task, f"{node.path} is a compiled program, which is not analysed")


def _is_known_tool(node: Node) -> bool:
    return _TOOLS.fullmatch(node.path.rpartition("/")[2]) is not None
