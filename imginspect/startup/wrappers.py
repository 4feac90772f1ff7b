"""Wrappers: programs that start the command they are given, such as ``tini --`` or ``gosu USER``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imginspect.languages.options import Scanned, assignments, grammar, scan
from imginspect.startup.special_wrappers import SPECIAL, WrapperStep, launcher
from imginspect.startup.wrapper_table import LAUNCHERS, WRAPPERS, Grammar

MOST_WRAPPERS = 16
"""Wrappers that are peeled off to see whether an array stands as text behind them; the start itself has its own bound."""
ENDS_AT_ONCE = frozenset({"env", "nice", "ionice", "exec", "command", "builtin", "eval"})
"""Wrappers that end with 0 where they are given no command (coreutils 9.1, util-linux 2.38, bash 5.2, dash 0.5.12)."""
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*t?\Z")
_SUFFIX = re.compile(r"-(?:static|amd64|arm64|x86_64|aarch64|muslc-amd64|static-amd64|static-muslc-amd64)\Z")


def peel_one(argv: Sequence[str]) -> WrapperStep | None:
    """The wrapper that *argv* starts with; None where it starts with none."""
    if not argv:
        return None
    name = wrapper_name(argv[0])
    words = tuple(argv)
    if name in SPECIAL:
        return SPECIAL[name](name, words)
    if name in LAUNCHERS:
        return launcher(name, words, 1)
    if _PYTHON.match(name) and len(words) > 2 and words[1] == "-m" and words[2] in LAUNCHERS:
        return launcher(words[2], words, 3)
    entry = WRAPPERS.get(name)
    return _tabled(name, words, entry) if entry is not None else None


def wrapper_name(program: str) -> str:
    """The name by which the tables know *program*: without folder and without a build's suffix (``tini-static``)."""
    return _SUFFIX.sub("", program.rpartition("/")[2])


def _tabled(name: str, words: tuple[str, ...], entry: Grammar) -> WrapperStep | None:
    at = 1
    if entry.subcommand:
        before = scan(words[1:], grammar(entry.before))
        if before.unknown or not before.rest or before.rest[0] != entry.subcommand:
            return WrapperStep(name, words, unknown=f"{name}: {before.unknown}") if before.unknown else None
        at = len(words) - len(before.rest) + 1
    scanned = scan(words[at:], grammar(entry.options, whole_words=entry.has_whole_words))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
    operands, command = scanned.rest[: entry.operands], scanned.rest[entry.operands :]
    if len(operands) < entry.operands:
        return WrapperStep(name, words, unknown=f"{name} lacks a required argument")
    if entry.operands and command[:1] == ("--",):
        return WrapperStep(name, words, unknown=f"{name}: its handling of -- depends on its version")
    environment: tuple[tuple[str, str | None], ...] = ()
    if entry.takes_assignments:
        environment = assignments(command)
        command = command[len(environment) :]
    own = words[: len(words) - len(command)] if command else words
    return WrapperStep(
        name,
        own,
        command,
        environment=environment,
        clears_environment=scanned.has(*entry.clearing),
        working_dir=scanned.last(*entry.directory) or "",
        user=(operands[0] if entry.user_is_operand else scanned.last(*entry.user)) or "",
        activates=_activated(entry, scanned),
        unknown=f"{name} changes the root directory, which is not followed" if entry.changes_root else "",
    )


def _activated(entry: Grammar, scanned: Scanned) -> str:
    if not entry.activates:
        return ""
    return f"{entry.activates}:{scanned.last(*entry.environment) or ''}"
