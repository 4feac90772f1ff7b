"""Array text: a list of words that was meant as the exec form but is not valid JSON, so Docker treated it as a shell command.

``ENTRYPOINT ['python3', '/app.py']`` becomes ``/bin/sh -c "['python3', '/app.py']"``. Run with dash 0.5.12, bash 5.2 and busybox 1.35 such
texts end with 127 (no program is called ``[python3,``); with a blank behind the bracket they are the test command, which ends with 2.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.oci.config import ImageConfig
from imginspect.startup.problem import Certainty, Kind, LaunchProblem

_LONGEST = 4096
"""Characters of a text that was meant to be an array; a longer one is taken as a command of the shell, as it stands."""
_QUOTED = r"\"[^\"\n]*\"|'[^'\n]*'|[“”„][^“”„\n]*[“”]|[‘’‚][^‘’‚\n]*[‘’]|«[^»\n]*»"
_PLAIN = r"[^\s,\"'`\[\](){}$&|;<>*?!=“”„‘’‚«»]"
_BARE = rf"{_PLAIN}+(?:={_PLAIN}*)*"
_ITEM = rf"(?:{_QUOTED}|{_BARE})"
_LIST = rf"{_ITEM}(?:\s*,\s*{_ITEM})*\s*,?"
_CLOSED = re.compile(rf"[\[({{](?P<items>\s*{_LIST}\s*)[\])}}]?")
_GAPS = re.compile(rf"\[(?P<items>\s*(?:{_QUOTED})(?:[\s,]*(?:{_QUOTED}))*[\s,]*)\]?")
"""Quoted words of which some have no comma between them."""
_UNOPENED = re.compile(rf"(?P<items>(?:{_QUOTED})(?:\s*,\s*(?:{_QUOTED}))*\s*,?\s*)\]")
_UNCLOSED_QUOTE = re.compile(rf"\[(?P<items>\s*(?:{_QUOTED}|{_BARE}|['\"])(?:[\s,]|{_ITEM}|['\"])*)\]")
_COMMENT = re.compile(r"\s#[^\n\"']*\Z")
_ITEMS = re.compile(_ITEM)
_QUOTES = "\"'“”„‘’‚«»"


class Array(NamedTuple):
    """A text that is a list of *words*: *is_test* where a shell runs it as the command ``[``, *first* is the name it looks for."""

    words: tuple[str, ...]
    first: str
    is_test: bool
    fault: str


def array_in(text: str) -> Array | None:
    """The list that the shell text *text* was meant to be; None where it is a command."""
    if len(text) > _LONGEST:
        return None
    bare = _COMMENT.sub("", text.strip())
    has_more = bare != text.strip()
    text = bare.removeprefix("exec ").strip(" \t;")
    match = _CLOSED.fullmatch(text) or _GAPS.fullmatch(text) or _UNOPENED.fullmatch(text) or _unclosed(text)
    if match is None:
        return None
    items = match["items"]
    words = tuple(word.strip(_QUOTES).rstrip(" ,") for word in _ITEMS.findall(items))
    is_test = text.startswith("[") and items[:1].isspace()
    if not words or _is_plain(text, items, is_test=is_test):
        return None
    return Array(words, _first_word(text), is_test, _fault(text, items) or ("a trailing comment" if has_more else ""))


def _unclosed(text: str) -> re.Match[str] | None:
    """A list in which a quote is not closed: no shell reads it."""
    return _UNCLOSED_QUOTE.fullmatch(text) if _is_unbalanced(text) and "," in text else None


def _is_plain(text: str, items: str, *, is_test: bool) -> bool:
    """Whether it may be a command after all: a test, a subshell or a group, or a word without any mark of a list."""
    has_comma = "," in items
    if is_test:
        return not has_comma and not (_is_quoted(items) and "$" not in items)
    if text[0] in "({":
        return not has_comma or items[:1].isspace() or not _is_quoted(items)
    return False


def _is_quoted(items: str) -> bool:
    return items.strip()[:1] in _QUOTES


def _is_unbalanced(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return True
    return False


def _first_word(text: str) -> str:
    try:
        words = shlex.split(text.lstrip("("))
    except ValueError:
        return ""
    return words[0] if words else ""


def _fault(text: str, items: str) -> str:
    """What keeps *text* from being JSON, in words; empty where it is JSON."""
    try:
        json.loads(text)
    except ValueError:
        pass
    else:
        return ""
    if any(mark in items for mark in "“”„‘’‚«»"):
        return "typographic quotes"
    if _is_unbalanced(text):
        return "an unclosed quote"
    if "'" in items:
        return "single quotes"
    if not text.startswith("[") or not text.endswith("]"):
        return "a missing bracket" if text[0] not in "({" else "brackets other than [ and ]"
    if '"' not in items or any(item[0] not in _QUOTES for item in _ITEMS.findall(items)):
        return "words without quotes"
    if items.rstrip().endswith(","):
        return "a trailing comma"
    return "a missing comma" if len(_ITEMS.findall(items)) > items.count(",") + 1 else "a syntax error"


def array_problem(array: Array, shell: str, field: str) -> LaunchProblem:
    """The problem that the shell *shell* is given *array*, which the config has in *field*: nothing of it is started."""
    return LaunchProblem(Kind.ARRAY_TEXT, Certainty.FAILS, f"{_meant(array, field)}. {_ends(array, shell)}", config_field=field)


def misplaced_problem(array: Array, field: str) -> LaunchProblem:
    """The problem of such a text in Cmd behind an Entrypoint: the entrypoint is given the shell, ``-c`` and the text as arguments."""
    text = f"{_meant(array, field)}. The entrypoint receives the name of a shell, -c and this text as its arguments"
    return LaunchProblem(Kind.ARRAY_TEXT, Certainty.DEPENDS, text, config_field=field)


def without_repeats(problems: Sequence[LaunchProblem]) -> tuple[LaunchProblem, ...]:
    """*problems* without those of a misplaced text that turned out to be given to a shell after all."""
    sure = {item.config_field for item in problems if item.kind is Kind.ARRAY_TEXT and item.certainty is Certainty.FAILS}
    return tuple(
        item for item in problems if item.kind is not Kind.ARRAY_TEXT or item.certainty is Certainty.FAILS or item.config_field not in sure
    )


def healthcheck_problems(config: ImageConfig) -> list[LaunchProblem]:
    """The problem of a health check whose command is such a text. It stops no start: the container is reported as unhealthy."""
    test = config.healthcheck.test if config.healthcheck else ()
    array = array_in(test[1]) if len(test) == 2 and test[0] == "CMD-SHELL" else None
    if array is None:
        return []
    text = f"{_meant(array, 'Healthcheck')}. {_ends(array, '/bin/sh')}; where health checks run, the container is reported as unhealthy"
    return [LaunchProblem(Kind.ARRAY_TEXT, Certainty.DEPENDS, text, config_field="Healthcheck[1]")]


def _meant(array: Array, field: str) -> str:
    name = field.partition("[")[0]
    instruction = {"Healthcheck": "HEALTHCHECK CMD"}.get(name, name.upper())
    better = f"{instruction} {json.dumps(list(array.words), ensure_ascii=False)}"
    if not array.fault:
        return f"the {instruction} is an array passed to a shell as text; write {better} in the Dockerfile"
    return (
        f"the Dockerfile's {instruction} looks like an array but is not valid JSON ({array.fault}), "
        f"so Docker treated it as a shell command; write {better}"
    )


def _ends(array: Array, shell: str) -> str:
    if not array.first:
        return f"{shell} cannot parse the text (unclosed quote): exit code 2"
    if not array.is_test:
        return f"{shell} looks for a program named {array.first!r} and ends with exit code 127"
    if len(array.words) == 1:
        return f"{shell} interprets it as the test command [, which ends at once: nothing is started"
    return f"{shell} interprets it as the test command [, which ends with an error (exit code 2)"
