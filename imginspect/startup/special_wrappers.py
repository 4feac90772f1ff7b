"""Wrappers whose words no table describes: ``env``, ``su``, ``flock``, ``watch``, ``busybox``, ``uv run``, launchers of Python scripts…"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from typing import NamedTuple

from imginspect.languages.options import Scanned, assignments, grammar, scan
from imginspect.languages.values import LONGEST_WORD
from imginspect.startup.wrapper_table import ENV, FLOCK, LAUNCHERS, SCRIPT, SU, SUDO, UV, UV_BEFORE, WATCH


class WrapperStep(NamedTuple):
    """One wrapper: its *name* without folder, its own *words*, and the command *argv* that it starts (empty where it starts none).

    *environment* is what it sets, in order (None unsets). *user* and *working_dir* are those of the command, empty where they stay.
    *activates* names an environment whose programs come first in PATH: ``conda:NAME``, ``conda:/prefix``, ``uv:`` …; empty for none.
    *shell_text* is a text for a shell instead of a command. *may_be_alone*: it has a use of its own without a command. An *applet* is
    inside the wrapper (busybox): no file of its own is needed.
    *unknown* says what could not be decided; the command is then empty.
    """

    name: str
    words: tuple[str, ...]
    argv: tuple[str, ...] = ()
    environment: tuple[tuple[str, str | None], ...] = ()
    clears_environment: bool = False
    working_dir: str = ""
    user: str = ""
    activates: str = ""
    shell_text: str | None = None
    is_applet: bool = False
    unknown: str = ""
    may_be_alone: bool = False


def _env(name: str, words: tuple[str, ...]) -> WrapperStep:
    scanned = scan(words[1:], grammar(ENV))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
    split = scanned.last("-S", "--split-string")
    if split is not None:
        return _env_split(name, words, scanned, split)
    environment: tuple[tuple[str, str | None], ...] = tuple((unset, None) for unset in scanned.all("-u", "--unset"))
    given = _env_assignments(scanned.rest)
    command = scanned.rest[len(given) :]
    return WrapperStep(
        name,
        words[: len(words) - len(command)] if command else words,
        command,
        environment=(*environment, *given),
        clears_environment=scanned.has("-", "-i", "--ignore-environment"),
        working_dir=scanned.last("-C", "--chdir") or "",
    )


def _env_assignments(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(name, value) for each word with an equals sign: ``env`` asks no more of a name."""
    found = []
    for word in words:
        variable, equals, value = word.partition("=")
        if not equals:
            break
        found.append((variable, value))
    return tuple(found)


def _env_split(name: str, words: tuple[str, ...], scanned: Scanned, text: str) -> WrapperStep:
    """``env -S "a b" c`` is ``env a b c``. Escapes and variables inside are left alone: what they give is not decided."""
    if len(text) > LONGEST_WORD or re.search(r"[\\$#]", text):
        return WrapperStep(name, words, unknown=f"{name} -S: its argument contains escapes or variables")
    try:
        parts = shlex.split(text)
    except ValueError:
        return WrapperStep(name, words, unknown=f"{name} -S: unclosed quote in its argument")
    before = tuple(word for option, value in scanned.given if option not in ("-S", "--split-string") for word in (option, value) if word)
    inner = (
        _env(name, (words[0], *before, *parts, *scanned.rest))
        if "-S" not in parts
        else WrapperStep(name, words, unknown=f"{name} -S twice")
    )
    return inner._replace(words=words[: len(words) - len(scanned.rest)])


def _su(name: str, words: tuple[str, ...]) -> WrapperStep:
    """``su [-] USER -c TEXT``: options may come before and after the user. ``runuser -u USER COMMAND`` takes a command instead."""
    given: list[tuple[str, str]] = []
    operands: list[str] = []
    rest = words[1:]
    while rest:
        scanned = scan(rest, grammar(SU))
        if scanned.unknown:
            return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
        given += scanned.given
        if name == "runuser" and any(option in ("-u", "--user") for option, _ in scanned.given):
            command = scanned.rest
            own = words[: len(words) - len(command)] if command else words
            return WrapperStep(name, own, command, user=Scanned(tuple(given), ()).last("-u", "--user") or "")
        ended = len(rest) > len(scanned.rest) and rest[len(rest) - len(scanned.rest) - 1] == "--"
        operands += scanned.rest if ended else scanned.rest[:1]
        rest = () if ended else scanned.rest[1:]
    every = Scanned(tuple(given), ())
    text = every.last("-c", "--command", "--session-command")
    user = operands[0] if operands else "root"
    if text is None:
        return WrapperStep(name, words, user=user, unknown=f"{name} starts the login shell of {user}, whose commands are not known")
    return WrapperStep(name, words, user=user, shell_text=text)


def _sudo(name: str, words: tuple[str, ...]) -> WrapperStep:
    scanned = scan(words[1:], grammar(SUDO))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
    environment = assignments(scanned.rest)
    command = scanned.rest[len(environment) :]
    return WrapperStep(
        name,
        words[: len(words) - len(command)] if command else words,
        command,
        environment=environment,
        working_dir=scanned.last("-D", "--chdir") or "",
        user=scanned.last("-u", "--user") or "root",
    )


def _flock(name: str, words: tuple[str, ...]) -> WrapperStep:
    """``flock FILE COMMAND…``, ``flock FILE -c TEXT``, or ``flock NUMBER`` for a lock that the shell holds."""
    scanned = scan(words[1:], grammar(FLOCK))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
    command = scanned.rest[1:]
    if command[:1] in (("-c",), ("--command",)):
        text = command[1] if len(command) == 2 else None
        return WrapperStep(name, words, shell_text=text, unknown="" if text is not None else f"{name} -c takes exactly one argument")
    return WrapperStep(name, words[: len(words) - len(command)] if command else words, command, may_be_alone=True)


def _script(name: str, words: tuple[str, ...]) -> WrapperStep:
    """``script -c TEXT [FILE]``; without a text it starts an interactive shell. Words after the file depend on the version."""
    scanned = scan(words[1:], grammar(SCRIPT))
    text = scanned.last("-c", "--command")
    late = scan(scanned.rest[1:], grammar(SCRIPT)) if scanned.rest else Scanned((), ())
    text = late.last("-c", "--command") if text is None else text
    unknown = scanned.unknown or late.unknown or ("arguments after its file" if late.rest else "")
    if unknown:
        return WrapperStep(name, words, unknown=f"{name}: {unknown}")
    return WrapperStep(name, words, shell_text=text, may_be_alone=True)


def _watch(name: str, words: tuple[str, ...]) -> WrapperStep:
    """``watch COMMAND…``: the words, put together, are a text for ``sh -c``; with ``-x`` they are a command."""
    scanned = scan(words[1:], grammar(WATCH))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
    own = words[: len(words) - len(scanned.rest)] if scanned.rest else words
    if scanned.has("-x", "--exec") or not scanned.rest:
        return WrapperStep(name, own, scanned.rest)
    return WrapperStep(name, own, shell_text=" ".join(scanned.rest))


def _busybox(name: str, words: tuple[str, ...]) -> WrapperStep | None:
    if len(words) < 2 or words[1].startswith("-"):
        return None
    return WrapperStep(name, words[:1], words[1:], is_applet=True)


def _uv(name: str, words: tuple[str, ...]) -> WrapperStep | None:
    """``uv run``: what it is given is a command, or a Python file or module where it says so or the name ends in ``.py``."""
    before = scan(words[1:], grammar(UV_BEFORE))
    if before.unknown or not before.rest or before.rest[0] != "run":
        return None
    scanned = scan(before.rest[1:], grammar(UV))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name} run: {scanned.unknown}")
    module = scanned.last("-m", "--module")
    command = scanned.rest
    if module is not None:
        command = ("python", "-m", module, *command)
    elif command and (scanned.has("-s", "--script") or command[0].endswith((".py", ".pyw"))):
        command = ("python", *command)
    own = words[: len(words) - len(scanned.rest)] if scanned.rest else words
    directory = scanned.last("--directory") or before.last("--directory") or ""
    return WrapperStep(
        name, own, command, working_dir=directory, activates="uv:" + (scanned.last("--project") or before.last("--project") or "")
    )


def launcher(name: str, words: tuple[str, ...], at: int) -> WrapperStep | None:
    """``torchrun [options] SCRIPT``: a Python file, with ``-m`` a module, with ``--no-python`` a program."""
    entry = LAUNCHERS[name]
    is_module = at > 1
    if entry.subcommand:
        if words[at : at + 1] != (entry.subcommand,):
            return None
        at += 1
    written = tuple(word.replace("_", "-", word.partition("=")[0].count("_")) if word.startswith("--") else word for word in words[at:])
    scanned = scan(written, grammar(entry.options))
    if scanned.unknown:
        return WrapperStep(name, words, unknown=f"{name}: {scanned.unknown}")
    command = words[len(words) - len(scanned.rest) :] if scanned.rest else ()
    own = words[: len(words) - len(command)]
    python = words[0] if is_module else "python"
    if scanned.has("-m", "--module"):
        command = (python, "-m", *command)
    elif command and not scanned.has("--no-python"):
        command = (python, *command)
    return WrapperStep(name, own, command)


SPECIAL: dict[str, Callable[[str, tuple[str, ...]], WrapperStep | None]] = {
    "env": _env,
    "su": _su,
    "runuser": _su,
    "sudo": _sudo,
    "busybox": _busybox,
    "toybox": _busybox,
    "uv": _uv,
    "flock": _flock,
    "script": _script,
    "watch": _watch,
}
