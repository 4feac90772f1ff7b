"""Scripts beside the start: shell scripts of the project in the working directory that nothing starts, and that could not run as they are.

Somebody gives them as the command when the container is run. Told is only what they name by an absolute path and is certainly not there;
scripts that the build itself ran are left out, since what they wanted may have been removed behind them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.image.history import keyword
from imginspect.languages.registry import interpret
from imginspect.languages.shell.language import SHELL
from imginspect.languages.values import constant
from imginspect.packages.ownership import is_copied, is_packaged
from imginspect.reach.closure import StartupClosure
from imginspect.reach.followed import Followed, Stakes, Task
from imginspect.reach.guards import YES
from imginspect.startup.context import Context
from imginspect.startup.lookup import is_file
from imginspect.startup.problem import LaunchProblem
from imginspect.startup.shebang import parse_shebang
from imginspect.startup.started import Origin

_MOST_SCRIPTS = 20
"""Scripts of one working directory that are followed, each by itself; a step of the start says that there are more."""
_PUTS = frozenset({"ADD", "COPY"})
"""Steps that put a script there and do not run it, though they may name it."""


class Beside(NamedTuple):
    """*problems* are what such scripts certainly lack, on the condition that they are run; *unread* tells of others."""

    problems: list[LaunchProblem]
    unread: str = ""


def beside(view: View, followed: Followed, context: Context, mounts: Sequence[str], is_known: Callable[[str], bool]) -> Beside:
    """What is missing in the scripts beside the start. *followed* is what the start itself reaches."""
    reached = {started.node.path for started in followed.texts if started.node is not None}
    found: list[LaunchProblem] = []
    for count, (node, interpreter) in enumerate(_scripts(view, context.working_dir, reached)):
        if count == _MOST_SCRIPTS:
            return Beside(found, f"of the scripts in {context.working_dir} that nothing starts, only the first {count:,} were analysed")
        found += _missing(view, node, interpreter, context, mounts, is_known)
    return Beside(found)


def _scripts(view: View, working_dir: str, reached: set[str]) -> Iterator[tuple[Node, str]]:
    """The scripts in *working_dir*, each with the shell that its first line names."""
    folder = view.find(working_dir) if posixpath.normpath(working_dir or "/") != "/" else None
    if folder is None:
        return
    steps = " ".join(step.entry.created_by for step in view.image.steps if keyword(step.entry.created_by) not in _PUTS)
    for node in view.filesystem.children(folder.path):
        if not is_file(node) or node.content_class != "script" or node.path in reached or posixpath.basename(node.path) in steps:
            continue
        shebang = parse_shebang(view.head(node) or b"") if is_copied(view, node) and not is_packaged(view, node) else None
        if shebang is None or shebang.error or interpret((shebang.interpreter, node.path)).language is not SHELL:
            continue
        yield node, shebang.interpreter


def _missing(
    view: View, node: Node, interpreter: str, context: Context, mounts: Sequence[str], is_known: Callable[[str], bool]
) -> Iterator[LaunchProblem]:
    closure = StartupClosure(view, mounts, is_known)
    words = (constant(interpreter), constant(node.path))
    stakes = Stakes(condition=f"{node.path} is run")
    closure.follow(Task(words, Origin(node.path, None, None, node.layer_index), (), YES, context, depth=1, stakes=stakes))
    lines = (view.text(node) or "").split("\n")
    for problem in closure.result.failures:
        line = lines[problem.line - 1] if problem.line and problem.line <= len(lines) else ""
        is_named = problem.missing.startswith("/") and re.search(rf"(?<![\w.}}*?]){re.escape(problem.missing)}", line) is not None
        if is_named and problem.nodes[:1] == (node,):
            yield problem
