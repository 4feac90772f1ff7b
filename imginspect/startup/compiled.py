"""Compiled: whether Linux can start a compiled program: its architecture, its loader and its libraries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.scan.elf import Elf
from imginspect.startup.access import EXECUTE, allows
from imginspect.startup.context import Context
from imginspect.startup.libraries import Libraries, elf_of, libraries
from imginspect.startup.lookup import Located, absolute, is_file, locate, shown
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.wording import counted


class Executed(NamedTuple):
    """A compiled file that Linux loads: a program, or the interpreter of a script; *loader* is its dynamic loader where it was found."""

    node: Node
    elf: Elf
    loader: Node | None = None
    loader_elf: Elf | None = None


@dataclass(slots=True)
class Notes:
    """What is found out about one program while it is looked at."""

    problems: list[LaunchProblem] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    executed: list[Executed] = field(default_factory=list)

    def fail(self, kind: Kind, text: str, nodes: Sequence[Node], certainty: Certainty = Certainty.FAILS, line: int | None = None) -> None:
        """Take note of a problem."""
        self.problems.append(LaunchProblem(kind, certainty, text, nodes=tuple(nodes), line=line))


def judge_compiled(view: View, at: Located, context: Context, notes: Notes) -> None:
    """Take note of all that stops the compiled file *at*, and of what is executed with it."""
    node = at.node
    assert node is not None
    elf = elf_of(view, node)
    if elf is None:
        notes.fail(Kind.NOT_READ, f"the headers of {shown(at)} were not read", at.nodes, Certainty.UNREAD)
        return
    if not elf.machine or elf.kind in ("relocatable", "core", "other"):
        what = "damaged (unreadable ELF header)" if not elf.machine else f"an ELF file of type {elf.kind}, not a program"
        notes.fail(Kind.BAD_FORMAT, f"{shown(at)} is {what}", at.nodes)
        return
    if not _fits(view, at, elf, notes):
        notes.executed.append(Executed(node, elf))
        return
    loader = _loader(view, at, elf, context, notes) if elf.interpreter else None
    notes.executed.append(Executed(node, elf, loader, elf_of(view, loader) if loader is not None else None))
    if elf.interpreter and loader is not None:
        _libraries(node, at, libraries(view, node, elf, context.environment), context, notes)
    elif not elf.is_whole and not elf.interpreter:
        notes.fail(Kind.NOT_READ, f"the headers of {shown(at)} could not be read in full", at.nodes, Certainty.UNKNOWN)


_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386", "armhf": "arm", "armel": "arm"}
_RUNS_TOO = {"amd64": ("386",)}
_MAY_RUN = {"amd64": ("x32",), "arm64": ("arm",)}


def _fits(view: View, at: Located, elf: Elf, notes: Notes) -> bool:
    """Whether the file is for the architecture that the config states."""
    stated = view.image.config.architecture.lower()
    wanted = _ALIASES.get(stated, stated)
    if not wanted or elf.machine == wanted or elf.machine in _RUNS_TOO.get(wanted, ()):
        return True
    may = elf.machine in _MAY_RUN.get(wanted, ())
    text = f"{shown(at)} is a program for {elf.machine}, but the image is for {wanted}"
    certainty = Certainty.DEPENDS if may else Certainty.FAILS
    notes.problems.append(LaunchProblem(Kind.WRONG_ARCHITECTURE, certainty, text, nodes=at.nodes, expected=wanted, found=elf.machine))
    return may


def _loader(view: View, at: Located, elf: Elf, context: Context, notes: Notes) -> Node | None:
    """The dynamic loader that the program names."""
    where = locate(view, absolute(elf.interpreter, context.working_dir), context.user, context.mounts)
    for problem in where.problems:
        kind = Kind.NO_LOADER if problem.kind is Kind.NOT_FOUND else problem.kind
        hint = " (the program was built for a different C library than the image's)" if problem.kind is Kind.NOT_FOUND else ""
        text = f"{shown(at)} needs the loader {elf.interpreter}: {problem.text}{hint}"
        notes.problems.append(problem._replace(kind=kind, text=text, nodes=(*at.nodes, *problem.nodes)))
    node = where.node
    if node is None:
        return None
    if not is_file(node) or allows(node, context.user, EXECUTE) is False:
        notes.fail(Kind.NO_LOADER, f"{shown(at)} needs the loader {shown(where)}, which {context.user} cannot execute", (*at.nodes, node))
        return None
    return node


def _libraries(program: Node, at: Located, found: Libraries, context: Context, notes: Notes) -> None:
    certainty = Certainty.UNKNOWN if context.environment_is_open else Certainty.FAILS
    for missing in found.missing:
        by = "" if missing.needed_by.path == program.path else f" (needed by {missing.needed_by.path})"
        place = f"; {missing.found_at} is outside the loader's search path" if missing.found_at else ""
        text = f"{shown(at)} needs the library {missing.name}{by}, which is not in the image{place}"
        if missing.found_at:
            text = f"{shown(at)} needs the library {missing.name}{by}, which the loader cannot find{place}"
        notes.fail(Kind.NO_LIBRARY, text, (program, missing.needed_by) if by else at.nodes, certainty)
    if found.from_host:
        names = ", ".join(sorted(set(found.from_host)))
        notes.conditions.append(f"the runtime adds the graphics driver libraries that {at.path} needs ({names})")
    if found.unread:
        first = found.unread[0]
        whole = {node.path for node in found.unread}
        text = f"the libraries that {first.path} needs could not be determined" + (
            f" ({counted(len(whole), 'file')} in all)" if len(whole) > 1 else ""
        )
        notes.fail(Kind.NOT_READ, text, (first,), Certainty.UNKNOWN)
    if found.is_bounded:
        notes.fail(
            Kind.NOT_READ,
            f"{at.path} needs more libraries, or looks for them in more folders, than were followed",
            at.nodes,
            Certainty.UNREAD,
        )
