"""Simple commands: shell builtins act on the walk itself, everything else is a command that the script runs."""

from __future__ import annotations

import posixpath
from collections.abc import Generator
from typing import Any

from imginspect.languages.shell.commands import ShellCommand, When
from imginspect.languages.shell.place import ShellPlace
from imginspect.languages.shell.walk import Step, Walk
from imginspect.languages.values import Unknown, constant, joined, without_lines

_ENDS = {"exit": "exit", "return": "return", "break": "break", "continue": "break", "logout": "exit"}
_READS = frozenset({"read", "mapfile", "readarray", "getopts"})
_HARMLESS_EVAL = frozenset(
    {"conda", "mamba", "micromamba", "dircolors", "lesspipe", "ssh-agent", "pyenv", "rbenv", "opam", "modulecmd", "lmod", "direnv"}
    | {"register-python-argcomplete", "luarocks", "fixuid", "printf", "locale", "resize", "tput", "gpg-agent", "dbus-launch", "jq"}
)
"""Programs whose printed settings scripts customarily ``eval``."""


def simple(walker: Walk, command: ShellCommand, place: ShellPlace) -> Step:
    """What the walk does about *command*."""
    words = command.words
    while words and words[0].text in ("command", "builtin", "time", "coproc") and len(words) > 1:
        if words[0].text == "command" and (words[1].text or "").startswith("-"):
            if words[1].text != "-p":
                return  # command -v asks and runs nothing
            words = words[1:]
        words = words[1:]
    command = command._replace(words=words)
    name = words[0].text
    if name is None:
        if words[0].default == "" and len(words) > 1:  # ``$SUDO apt-get``: the variable is usually empty
            yield simple(walker, command._replace(words=words[1:], is_guess=True), place)
        yield from _note(walker, command._replace(unknown=f"the command name is unknown ({words[0].source[:80]})"))
    elif walker.is_function(name):
        yield walker.call(name, words[1:], place)
        if _activates(command):
            walker.variables.set("PATH", None, export=True)
    elif name in _BUILTINS:
        yield from _BUILTINS[name](walker, command, place)
    else:
        yield from _note(walker, command)
        if _activates(command):
            walker.variables.set("PATH", None, export=True)


def _note(walker: Walk, command: ShellCommand) -> Generator[Any, None, None]:
    walker.found.append(command)
    yield from ()


def _exec(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    words = command.words[1:]
    while words and (words[0].text or "").startswith("-"):
        words = words[2 if words[0].text in ("-a", "-al", "-la", "-ca") else 1 :]
    if not words:
        return  # exec with redirections only
    inner = command._replace(words=words, is_exec=True)
    yield simple(walker, inner, place)
    place.flow.ended = place.flow.ended or "exit"


def _ending(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    del walker
    place.flow.ended = place.flow.ended or _ENDS[command.words[0].text or ""]
    yield from ()


def _cd(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    if not place.flow.ended:
        targets = [word for word in command.words[1:] if word.text not in ("-P", "-L", "--", "-e")]
        base = walker.variables.value("PWD").text
        target = targets[0].text if targets else walker.variables.value("HOME").text
        walker.variables.set("OLDPWD", walker.variables.get("PWD"))
        if target is None or target == "-" or (base is None and not target.startswith("/")):
            walker.variables.set("PWD", None)
        else:
            path = normal(posixpath.join(base or "/", target))
            walker.found.append(command._replace(enters=path))
            walker.variables.set("PWD", constant(path))
    yield from ()


def _source(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    if len(command.words) < 2:
        return
    path = command.words[1].text
    if path is None:
        benign = command.words[1].source.startswith("<(") and _is_harmless(command.words[1].source[2:])
        walker.variables.set("PATH", None, export=True)
        if not benign:
            yield from _note(walker, command._replace(unknown=f"the sourced file is unknown ({command.words[1].source[:80]})"))
        return
    directory = walker.variables.value("PWD").text
    if not path.startswith("/"):
        if directory is None:
            yield from _note(walker, command._replace(unknown=f"the directory of the sourced file {path[:80]} is unknown"))
            return
        path = posixpath.join(directory, path)
    path = normal(path)
    yield from _note(walker, command._replace(sources=path))
    if place.when is not When.NEVER:
        yield walker.source(path, place, command.words[2:])


def _eval(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    words = [word if word.text is not None else constant(word.default) if word.default else None for word in command.words[1:]]
    known = [word for word in words if word is not None]
    if len(known) == len(words):
        spaced = [part for word in known for part in (constant(" "), word)][1:]
        yield walker.nested(joined(spaced, "eval"), place, command.line)
        return
    walker.variables.set("PATH", None, export=True)
    if not (len(words) == 1 and _is_harmless(command.words[1].source)):
        yield from _note(walker, command._replace(unknown="eval of unknown text"))


def _is_harmless(source: str) -> bool:
    inner = source.strip("\"'`$() ").split()
    return bool(inner) and inner[0].strip("\"'").rpartition("/")[2] in _HARMLESS_EVAL and not any(mark in source for mark in "|;&")


def _trap(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    arguments = [word for word in command.words[1:] if word.text != "--"]
    if len(arguments) > 1 and arguments[0].text not in ("-", "", "-l", "-p", None):
        yield walker.nested(arguments[0], place.inside(Unknown("a signal arrives or the script ends")), command.line)
    elif arguments and arguments[0].text is None:
        yield from _note(walker, command._replace(unknown="trap with unknown text"))


def _set(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    if not place.flow.ended:
        texts = [word.text for word in command.words]
        _options(walker, [text or "" for text in texts[1:]], place)
        if "--" in texts:
            walker.variables.set("@", without_lines(command.words[texts.index("--") + 1 :]))
        elif len(texts) > 1 and texts[1] is not None and texts[1][:1] not in ("-", "+"):
            walker.variables.set("@", without_lines(command.words[1:]))
    yield from ()


def normal(path: str) -> str:
    """The absolute *path* without ``.``, ``..`` and doubled slashes, also at its start, where POSIX leaves open what two mean."""
    return "/" + posixpath.normpath(path).lstrip("/")


def _options(walker: Walk, words: list[str], place: ShellPlace) -> None:
    """What ``set`` says of failures: ``-e``, ``+e``, ``-o pipefail``. Said under a condition, only what makes them matter less counts."""
    left = words[::-1]
    while left and left[-1] != "--" and left[-1][:1] in ("-", "+"):
        word = left.pop()
        is_on = word[0] == "-"
        named = left.pop() if word.endswith("o") and left else ""
        if is_on and place.when is not When.ALWAYS:
            continue
        if ("e" in word and not word.startswith("--")) or named == "errexit":
            walker.ends_on_error = is_on
        if named == "pipefail":
            walker.pipes_fail = is_on


def _alias(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    del place
    walker.names_own_commands |= len(command.words) > 1
    yield from ()


def _activates(command: ShellCommand) -> bool:
    """Whether the command changes PATH to something that is not known here."""
    texts = [word.text for word in command.words[:2]]
    return texts[0] in ("module", "ml", "activate", "deactivate", "nvm", "pyenv", "sdk") or (
        texts[0] in ("conda", "mamba", "micromamba") and texts[1:] in (["activate"], ["deactivate"])
    )


def _shift(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    held = walker.variables.get("@")
    count = command.words[1].text if len(command.words) > 1 else "1"
    if not place.flow.ended:
        known = isinstance(held, tuple) and count is not None and count.isdigit()
        walker.variables.set("@", held[int((count or "1")[:6]) :] if known and isinstance(held, tuple) else None)
    yield from ()


def _read(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    del place
    walker.variables.forget([word.text for word in command.words[1:] if word.text and word.text.isidentifier()])
    yield from ()


def _quiet(walker: Walk, command: ShellCommand, place: ShellPlace) -> Generator[Any, None, None]:
    del walker, command, place
    yield from ()


_BUILTINS = {
    "exec": _exec,
    "cd": _cd,
    "pushd": _cd,
    ".": _source,
    "source": _source,
    "eval": _eval,
    "trap": _trap,
    "set": _set,
    "shift": _shift,
    "alias": _alias,
    **dict.fromkeys(_ENDS, _ending),
    **dict.fromkeys(_READS, _read),
    **dict.fromkeys(
        ("test", "[", "true", ":", "false", "wait", "umask", "ulimit", "shopt", "hash", "type", "let", "popd", "export"), _quiet
    ),
}
