"""The start as a tree: setting, script, line, command; what reaches for the network, and what was not analysed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from imginspect.network.network import Network
from imginspect.reach.followed import Followed
from imginspect.reach.guards import Reach
from imginspect.reach.startup import Startup

_MOST_NODES = 5_000
"""Nodes of one tree, which a person reads; a last node says how many commands, contacts and gaps have no place of their own."""
_STEP = re.compile(r"(?P<line>line \d+|its command) (?P<rest>(?:runs|imports|loads|sources) .+)", re.DOTALL)
_FIRST = re.compile(r"(?P<setting>(?:Entrypoint|Cmd)\[\d+\])(?: (?P<path>/.*?))?(?P<rest> (?:sources|runs) /.*)?", re.DOTALL)
_LINE = re.compile(r"line (\d+)|its command")


class StartNodeKind(StrEnum):
    """What a node of the tree stands for."""

    SETTING = "setting"
    SCRIPT = "script"
    LINE = "line"
    COMMAND = "command"
    CONTACT = "contact"
    NOT_ANALYSED = "not-analysed"
    CONDITION = "condition"
    """Something that was not analysed and must not need a network."""
    PROBLEM = "problem"
    """Why the start, or a step of it, fails or may fail."""
    MORE = "more"


class StartNode(NamedTuple):
    """One node. *note* says under which condition it runs, or whom it contacts; empty for nothing to say. *line* is where it stands."""

    kind: StartNodeKind
    text: str
    note: str = ""
    children: tuple[StartNode, ...] = ()
    line: str = ""


@dataclass(slots=True)
class _Growing:
    kind: StartNodeKind
    text: str
    note: str = ""
    below: dict[tuple[StartNodeKind, str, str], _Growing] = field(default_factory=dict)

    def child(self, kind: StartNodeKind, text: str, note: str = "") -> _Growing:
        return self.below.setdefault((kind, text, note), _Growing(kind, text, note))

    def frozen(self) -> StartNode:
        node = StartNode(self.kind, self.text, self.note, tuple(item.frozen() for item in sorted(self.below.values(), key=_order)))
        return _joined(node) if node.kind is StartNodeKind.LINE else node


def _joined(line: StartNode) -> StartNode:
    """A line and its only command, or the only thing on it, as one node."""
    commands = [child for child in line.children if child.kind is StartNodeKind.COMMAND]
    only = commands[0] if len(commands) == 1 else line.children[0] if len(line.children) == 1 else None
    if only is None or (only.children and len(line.children) > 1):
        return line
    others = tuple(child for child in line.children if child is not only)
    return only._replace(line=line.text, children=(*others, *only.children))


def _order(node: _Growing) -> tuple[bool, int]:
    """Lines by their numbers, behind what has none; else in the order in which things were found."""
    match = _LINE.fullmatch(node.text) if node.kind is StartNodeKind.LINE else None
    return match is not None, int(match[1] or 0) if match else 0


def start_tree(start: Startup, network: Network) -> StartNode:
    """What the start of a container leads to, below the config's own command. Why a step fails is said first.

    Commands that a condition of the image rules out are not there. Calls in programs are only there where they contact a machine.
    """
    command = " ".join(start.launch.argv) or "no command"
    root = _Growing(StartNodeKind.SETTING, command)
    for problem in start.launch.problems:
        root.child(StartNodeKind.PROBLEM, problem.text)
    left = 0
    for number, (chain, kind, text, note) in enumerate(_leaves(start.followed, network)):
        if number >= _MOST_NODES:
            left += 1
            continue
        at = root
        for step_kind, step in _steps(chain):
            at = at.child(step_kind, step)
        if text:
            at.child(kind, text, note)
    tree = root.frozen()
    return tree._replace(children=(*tree.children, StartNode(StartNodeKind.MORE, f"{left:,} more"))) if left else tree


_Leaf = tuple[tuple[str, ...], StartNodeKind, str, str]


def _leaves(followed: Followed, network: Network) -> Iterable[_Leaf]:
    contacts = {(site.chain, site.what) for site in network.sites if site.reached.reach is not Reach.NEVER}
    for text in followed.texts:
        yield text.chain, StartNodeKind.SCRIPT, "", ""
    for ran in followed.commands:
        if ran.reached.reach is not Reach.NEVER and (ran.chain, ran.source) not in contacts and ran.chain:
            yield ran.chain, StartNodeKind.COMMAND, ran.source, ran.reached.why
    for site in network.sites:
        if site.reached.reach is not Reach.NEVER:
            whom = f"contacts {site.target}" if site.target else "contacts another machine"
            why = f", {site.reached.why}" if site.reached.why else ""
            yield site.chain, StartNodeKind.CONTACT, site.what, f"{whom} ({site.entry.title}){why}"
    for gap in followed.gaps:
        yield gap.chain, StartNodeKind.CONDITION if gap.is_condition else StartNodeKind.NOT_ANALYSED, gap.what, ""


def _steps(chain: tuple[str, ...]) -> Iterable[tuple[StartNodeKind, str]]:
    """The nodes that the steps of a chain stand for: one of a line that runs a script is two."""
    for number, step in enumerate(chain):
        match = _STEP.fullmatch(step)
        first = _FIRST.fullmatch(step) if not number else None
        if match is not None:
            yield StartNodeKind.LINE, match["line"]
            yield StartNodeKind.SCRIPT, match["rest"]
        elif first is not None:
            yield StartNodeKind.SETTING, f"{first['setting']} {first['path'] or ''}".rstrip()
            if first["rest"]:
                yield StartNodeKind.SCRIPT, first["rest"].strip()
        elif _LINE.fullmatch(step):
            yield StartNodeKind.LINE, step
        else:
            yield StartNodeKind.SCRIPT, step.replace("sourced /", "sources /")
