"""The one command that a shell text or script comes to, where that is beyond doubt. Everything else is left to the shell analysis."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from imginspect.analysis.startup.options import assignments

_LONGEST = 4096
_LONGEST_SCRIPT = 1 << 16
_NOT_SIMPLE = re.compile(r"[`\\*?\[\]~!(){}<>|\n]|(?<!&)&(?!&)")
_OUTPUT = re.compile(r"(?:\s+(?:[12]?>>?|&>>?)[ \t]*(?:&[12]|/dev/(?:null|stdout|stderr)|/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+))+\Z")
"""Where the output of the last command goes: to a file, which changes nothing about what is started."""
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
_KEYWORD_TEXT = "if then else elif fi for while until do done case esac function select in [[ { } ! coproc"
_BUILTIN_TEXT = (
    ". : [ alias bg break builtin cd command continue declare dirs echo eval exec exit export false fg getopts hash help history jobs kill "
    "let local logout mapfile popd printf pushd pwd read readonly return set shift shopt source suspend test time times trap true type "
    "typeset ulimit umask unalias unset wait"
)
_KEYWORDS = frozenset(_KEYWORD_TEXT.split())
BUILTINS = frozenset(_BUILTIN_TEXT.split())
"""Commands that a shell runs itself."""


_LAST_LINE = re.compile(r"(?:exec[ \t]+)?(?P<before>(?:[A-Za-z0-9_./:=-]+[ \t]+)*)\"\$\{?@\}?\"")
_MAY_CHANGE = re.compile(
    r"\$(?:\{#?)?[0-9*@#!]|\b(?:set[ \t]+--|shift|getopts|cd|pushd|popd|trap|eval)\b"
    r"|\b(?:cp|mv|ln|tar|unzip|install|git|curl|wget|python[0-9.]*|perl)\b"
    r"|^[ \t]*(?:\.|source|exec|exit|return)[ \t]|(?<![0-9&])>>?[ \t]*(?![ \t]*(?:&|/dev/))|<<",
    re.MULTILINE,
)
"""What may choose another command than the one that is passed on, or another folder, or write the files that it names."""
_COMMENT_OR_QUOTED = re.compile(
    r"(?P<kept>'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|(?:[^\s;&|()'\"\\#]|(?<=[^\s;&|()])#)+)|(?:(?<=[\s;&|()])|\A)#[^\n]*", re.DOTALL
)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


def passes_on(text: str) -> tuple[str, ...] | None:
    """The words that a script puts before its own arguments when it ends in ``exec "$@"`` and decides nothing by them; else None."""
    body = _COMMENT.sub("", text[:_LONGEST_SCRIPT]).rstrip()
    before, _, last = body.rpartition("\n")
    match = _LAST_LINE.fullmatch(last)
    if match is None or len(text) > _LONGEST_SCRIPT or _MAY_CHANGE.search(before):
        return None
    return tuple(match["before"].split())


class Simple(NamedTuple):
    """The *words* of the command, the variables that are set for it, and the folder that it runs in (empty: where the shell is)."""

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    working_dir: str


def simple_command(text: str, environment: Mapping[str, str]) -> Simple | None:
    """The command of *text*, behind nothing but ``cd``, ``export`` and ``set``; None where it is anything else."""
    text = _without_comments(text).strip().rstrip(";").rstrip()
    expanded = _expanded(_OUTPUT.sub("", text), environment) if len(text) <= _LONGEST else None
    if expanded is None or _NOT_SIMPLE.search(expanded):
        return None
    has_quotes = '"' in expanded or "'" in expanded
    if has_quotes and ("&&" in expanded or ";" in expanded):
        return None
    parts = re.split(r"&&|;", expanded)
    try:
        commands = [shlex.split(part) for part in parts]
    except ValueError:
        return None
    return _joined(commands)


def _without_comments(text: str) -> str:
    """*text* without its comments: from a # that starts a word, outside of quotes, to the end of the line."""
    if "#" not in text:
        return text
    return _COMMENT_OR_QUOTED.sub(lambda match: match["kept"] or "", text)


def _expanded(text: str, environment: Mapping[str, str]) -> str | None:
    """*text* with plain variables replaced by values that no shell would split or expand again; None where that is not possible."""
    if "$" not in text:
        return text
    if "'" in text:
        return None
    for match in _VARIABLE.finditer(text):
        if not _PLAIN_VALUE.fullmatch(environment.get(match[1] or match[2], "")):
            return None
    replaced = _VARIABLE.sub(lambda match: environment[match[1] or match[2]], text)
    return None if "$" in replaced else replaced


def _joined(commands: list[list[str]]) -> Simple | None:
    directory = ""
    variables: list[tuple[str, str]] = []
    for words in commands[:-1]:
        if len(words) == 2 and words[0] == "cd" and not words[1].startswith("-"):
            directory = words[1] if words[1].startswith("/") or not directory else f"{directory}/{words[1]}"
        elif words[:1] == ["export"] and len(words) > 1 and len(assignments(words[1:])) == len(words) - 1:
            variables += assignments(words[1:])
        elif words[:1] not in (["set"], [":"], ["umask"], ["ulimit"]):
            return None
    last = commands[-1]
    own = assignments(last)
    words = last[len(own) :]
    if not words or words[0] in _KEYWORDS:
        return None
    return Simple(tuple(words), (*variables, *own), directory)
