"""Path search: the file that a name without a slash means, as runtimes, shells and other programs look for it in PATH.

Measured with podman 4.3.1 (crun 1.8.1 and runc 1.1.5), runc alone, busybox 1.35, dash 0.5.12: crun skips empty parts of PATH and
runs what relative parts hold; runc refuses what either holds. crun takes the first file that root may execute. runc takes the first
that has an execute bit (built with Go 1.19), or that the user may execute (LookPath of Go 1.26). Shells and execvp take the first
that the user may execute, and an empty part is the working directory.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.startup.access import EXECUTE, allows
from imginspect.startup.applets import built_in
from imginspect.startup.context import Context
from imginspect.startup.lookup import Located, absolute, is_file, leads_somewhere, locate
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.wording import cut

"""Folders of PATH that are searched for files deleted by later layers: each costs a walk through the hidden files."""
VARIABLE = re.compile(r"\$(?:\{|[A-Za-z_])")


class _Candidate(NamedTuple):
    """One file that the name may mean; *part* is the part of PATH as written."""

    part: str
    located: Located


class Hit(NamedTuple):
    """The program that is started, and what is to be said of the way in which it was found; None where there is none."""

    located: Located | None
    problems: tuple[LaunchProblem, ...] = ()


def search(view: View, name: str, context: Context) -> Hit:
    """The program *name*, which holds no slash, looked for in the PATH of *context*."""
    by_runtime = not context.wrapper and not context.is_shell
    candidates, empty = [], []
    for part in context.path:
        path = posixpath.join(absolute(part or ".", context.working_dir), name)
        located = locate(view, path, context.user, context.mounts) if leads_somewhere(view, path) else None
        if located is not None and located.node is not None and is_file(located.node):
            candidates.append(_Candidate(part, located))
        else:
            empty.append(path)
    hit = _by_runtime(name, candidates, context) if by_runtime else _by_program(candidates, context)
    return hit or Hit(None, (_not_found(view, name, context, empty),))


def _by_program(candidates: Sequence[_Candidate], context: Context) -> Hit | None:
    """The first that the user may execute, else the first of all, which is then refused."""
    good = (item.located for item in candidates if _may(item, context))
    first = next(good, None) or next((item.located for item in candidates), None)
    return Hit(first) if first is not None else None


def _may(item: _Candidate, context: Context) -> bool:
    node = item.located.node
    return not item.located.problems and node is not None and allows(node, context.user, EXECUTE) is not False


def _by_runtime(name: str, candidates: Sequence[_Candidate], context: Context) -> Hit | None:
    """What crun and runc take; where they do not take the same, that is a problem of its own."""
    with_bits = [item for item in candidates if item.located.node is not None and item.located.node.mode & 0o111]
    by_crun = next((item for item in with_bits if item.part), None)
    by_runc = next((item for item in with_bits if not _is_shut(item)), None)
    by_new_runc = next((item for item in with_bits if _may(item, context)), None)
    if not with_bits:
        first = next((item.located for item in candidates if item.part), None)
        return Hit(first) if first is not None else None
    is_refused = by_runc is not None and not by_runc.part.startswith("/")
    if is_refused and by_crun is None:
        return Hit(None, (_in_empty_part(name),))
    if by_crun is None:
        return None
    if is_refused:
        return Hit(by_crun.located, (_relative(name, by_crun, by_runc),))
    if by_new_runc is None or _may(by_crun, context):
        return Hit(by_crun.located)
    return Hit(by_new_runc.located, (_depends(by_crun, by_new_runc, context),))


def _is_shut(item: _Candidate) -> bool:
    """Whether the user cannot reach the file: runc, which looks as that user, does not see it."""
    return any(problem.kind is Kind.NO_PERMISSION and problem.certainty is Certainty.FAILS for problem in item.located.problems)


def _in_empty_part(name: str) -> LaunchProblem:
    text = f"{name!r} is only in the working directory, through an empty part of PATH: crun does not look there, and runc refuses it"
    return LaunchProblem(Kind.NOT_FOUND, Certainty.FAILS, text)


def _relative(name: str, by_crun: _Candidate, by_runc: _Candidate | None) -> LaunchProblem:
    part = f"the relative part {by_runc.part!r}" if by_runc is not None and by_runc.part else "an empty part"
    text = f"{name!r} is found through {part} of PATH: runc refuses to start it, and crun starts {by_crun.located.path}"
    return LaunchProblem(Kind.NOT_FOUND, Certainty.DEPENDS, text, nodes=by_crun.located.nodes)


def _depends(by_crun: _Candidate, by_runc: _Candidate, context: Context) -> LaunchProblem:
    text = (
        f"{by_crun.located.path} comes first in PATH, but {context.user} cannot execute it: crun fails, "
        f"and runc fails or continues with {by_runc.located.path}, depending on its version"
    )
    return LaunchProblem(Kind.NO_PERMISSION, Certainty.DEPENDS, text, nodes=(*by_crun.located.nodes, *by_runc.located.nodes))


def _not_found(view: View, name: str, context: Context, empty: Sequence[str]) -> LaunchProblem:
    if VARIABLE.search(name) and not context.is_shell:
        return not_expanded(name)
    if " " in name:
        return words_in_one(name)
    path = ":".join(context.path)
    text = f"no program named {name!r} in PATH ({cut(path)})" if path else f"PATH is empty: no program named {name!r} can be found"
    if any(VARIABLE.search(part) for part in context.path):
        text += "; variables in PATH are not expanded when the container starts"
    gone = list(_gone(view, context, empty))
    if gone:
        text += f"; {gone[0].text}"
    certainty = Certainty.FAILS
    own = built_in(view, name, context.wrapper) if context.is_shell or context.wrapper else None
    if own is not None:
        text += f"; {own.path} has an applet of that name, which its shell can run without a file if it was built that way"
        return LaunchProblem(Kind.NOT_FOUND, Certainty.DEPENDS, text, nodes=(own,))
    if context.environment_is_open:
        certainty, text = Certainty.UNKNOWN, f"{text}; a command before it may change PATH"
    elif context.is_path_cut:
        certainty, text = Certainty.UNREAD, f"{text}; PATH has more folders than were looked into"
    elif any(problem.kind is Kind.BELOW_MOUNT for problem in gone):
        certainty = Certainty.DEPENDS
    nodes = tuple(node for problem in gone[:3] for node in problem.nodes)
    taken = tuple(item for problem in gone[:3] for item in problem.gone)
    return LaunchProblem(Kind.NOT_FOUND, certainty, text, nodes=nodes, gone=taken)


def _gone(view: View, context: Context, empty: Sequence[str]) -> Iterator[LaunchProblem]:
    for path in empty:
        problems = locate(view, path, context.user, context.mounts).problems
        yield from (item for item in problems if _says_more(item, posixpath.basename(path)))


def _says_more(problem: LaunchProblem, name: str) -> bool:
    """Whether *problem* tells more than that there is nothing: a layer took it away, a link of that name, a mount."""
    is_link = any(node.path.endswith(f"/{name}") for node in problem.nodes)
    return bool(problem.gone) or is_link or problem.kind is Kind.BELOW_MOUNT


def not_expanded(name: str) -> LaunchProblem:
    """The problem of a command that is a variable which no shell replaces."""
    text = f"the command starts with {name}, but no shell expands the variable: there is no program of that name"
    return LaunchProblem(Kind.NOT_EXPANDED, Certainty.FAILS, text)


def words_in_one(name: str) -> LaunchProblem:
    """The problem of a command whose words are all in one string."""
    text = f"no program named {name!r}: in the exec form, each word of the command must be a separate string"
    return LaunchProblem(Kind.NOT_FOUND, Certainty.FAILS, text)
