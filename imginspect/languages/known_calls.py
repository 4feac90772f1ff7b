"""Calls in texts of languages such as R: calls outside comments and strings, recognised by name. Control flow is not followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from imginspect.languages.calls import Call, Command, FoundCalls, Spot, as_command
from imginspect.languages.lines import Lines, Rows
from imginspect.languages.values import Condition, Unknown, Value, constant, dynamic
from imginspect.limits import MOST_TEXT_BYTES

_MOST_CALLS = 50_000
"""Calls of one text, each an object; that there are more is a gap."""
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_STRING_ENDS = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+{quote}", re.DOTALL) for quote in "'\"`"}
_CALL = re.compile(r"(?<![\w.:])((?:[A-Za-z.][\w.]{0,80}:{2,3})?[A-Za-z.][\w.]{0,80}!?)[ \t]{0,20}\(")
_ARGUMENT = re.compile(r"\s{0,200}(?:[A-Za-z.][\w.]{0,80}\s{0,20}=\s{0,20})?\x00(\d+)\x00\s{0,200}(?=[,)])")
_NAMED = re.compile(r"[,(]\s*([A-Za-z.][\w.]*)\s*=\s*([\w.]+|\x00\d+\x00)")
_WORDS_NEAR = 400
"""Characters behind a call's name in which its named arguments stand; one further on counts as not given."""
MOST_GUARDS = 1_000
"""Conditions of one text, for each of which its end is looked for in the whole text; that there are more is a gap."""
_MOST_NESTED_GUARDS = 30
"""Conditions around one call; one that is not known stands for the others."""
_TOO_MANY_GUARDS = "it has more conditions than are followed"


_STARTING = ("system", "shell", "system2", "base::system", "base::system2")

Around: TypeAlias = tuple[int, int, Condition]
"""(start, end, condition) of what a condition holds back."""


def _no_guards(_code: str, _strings: list[Value]) -> list[Around]:
    return []


class Syntax(NamedTuple):
    """How a language writes comments and strings, and which conditions are known.

    The pattern *starts* finds where one begins: the start of a comment to the end of the line (*comment*), of one of *blocks*, a quote
    (a string with escapes), a whole character literal, or R's raw string, as (quote, dashes, bracket) in groups. *blocks* map the start
    of a comment or string that may have many lines to its end; those in *strings* are strings. *guards* is given the code, in which NUL,
    number, NUL stands for each of the strings.
    """

    starts: re.Pattern[str]
    comment: str = "#"
    blocks: Mapping[str, str] = MappingProxyType({})
    strings: tuple[str, ...] = ()
    guards: Callable[[str, list[Value]], list[Around]] = _no_guards


def pattern_calls(text: str, syntax: Syntax, lines: Lines = ()) -> FoundCalls:
    """The calls in a text, with the first argument where that is a string. *lines* say where an inline text stands."""
    if len(text) > MOST_TEXT_BYTES:
        return FoundCalls((), f"it is longer than {MOST_TEXT_BYTES >> 20} MiB")
    rows = Rows(text, lines)
    code, strings = _masked(text.replace("\x00", " "), syntax, rows)
    found = syntax.guards(code, strings)
    waiting, is_cut = found[:MOST_GUARDS][::-1], len(found) > MOST_GUARDS
    around: list[tuple[int, Condition]] = []
    calls: list[Call] = []
    line, at, nearest = 1, 0, len(code)
    for match in _CALL.finditer(code):
        if len(calls) >= _MOST_CALLS:
            return FoundCalls(tuple(calls), "it has more calls than are followed")
        line += code.count("\n", at, match.start())
        at = match.start()
        while waiting and waiting[-1][0] <= at:
            around.append(waiting.pop()[1:])
            nearest = min(nearest, around[-1][0])
        if around and at >= nearest:
            around = [(end, guard) for end, guard in around if at < end]
            nearest = min((end for end, _ in around), default=len(code))
        guards = tuple(guard for _, guard in around[:_MOST_NESTED_GUARDS])
        spot = Spot(guards=guards if len(around) <= _MOST_NESTED_GUARDS else (*guards, Unknown("more conditions")))
        calls.append(_call(match, code, strings, rows.line(line), spot))
    return FoundCalls(tuple(calls), _TOO_MANY_GUARDS if is_cut else "")


def _masked(text: str, syntax: Syntax, rows: Rows) -> tuple[str, list[Value]]:
    """The text without comments, each string replaced by its number between NULs; and the strings. Lines stay where they are."""
    parts: list[str] = []
    strings: list[Value] = []
    never: set[str] = set()
    at, row, counted = 0, 1, 0
    while (match := syntax.starts.search(text, at)) is not None:
        start, content, at_next = _string(text, match, syntax, never)
        parts.append(text[at:start])
        if content is not None:
            row += text.count("\n", counted, start)
            counted = start
            last = row + text.count("\n", start, at_next)
            strings.append(constant(content, lines=rows.literal(content, row, last)))
            parts.append(f"\x00{len(strings) - 1}\x00")
        parts.append("\n" * text.count("\n", start, at_next))
        at = at_next
    return "".join([*parts, text[at:]]), strings


def _string(text: str, match: re.Match[str], syntax: Syntax, never: set[str]) -> tuple[int, str | None, int]:
    """(start, content, end) of a string or comment. What is not closed is remembered in *never*, and only its first character skipped."""
    sign, start = match[0], match.start()
    if sign == syntax.comment:
        end = text.find("\n", start)
        return start, None, end if end >= 0 else len(text)
    if len(sign) > 2 and sign[0] == "'":
        return start, sign[1:-1], match.end()
    if len(sign) > 1:
        closing = syntax.blocks.get(sign) or _CLOSING[match[3]] + match[2] + match[1]
        end = text.find(closing, match.end()) if closing not in never else -1
        if end < 0:
            never.add(closing)
            return start, None, match.end()
        is_comment = sign in syntax.blocks and sign not in syntax.strings
        return start, None if is_comment else text[match.end() : end], end + len(closing)
    ending = _STRING_ENDS[sign].match(text, match.end()) if sign not in never else None
    if ending is None:
        never.add(sign)
        return start, None, match.end()
    return start, re.sub(r"\\(.)", r"\1", ending[0][:-1]), ending.end()


def _call(match: re.Match[str], code: str, strings: list[Value], line: int, spot: Spot) -> Call:
    argument = _ARGUMENT.match(code, match.end())
    first: Value = strings[int(argument[1])] if argument else dynamic("…")
    near = code[match.end() - 1 : match.end() + _WORDS_NEAR].partition("\n")[0]
    named = tuple((key, constant(value)) for key, value in _NAMED.findall(near) if not value.startswith("\x00"))
    return Call(match[1].lstrip("."), (first,), named, line, match[1], spot)


def command_of(call: Call) -> Command:
    """The command that a call of R or Julia starts."""
    if call.name not in _STARTING:
        return None
    first = call.arguments[0]
    if call.name.endswith("system2") and isinstance(first, Value):
        return (first, dynamic("args"))
    return as_command(first)


def is_made_code(call: Call) -> bool:
    """Whether the call makes code of a text (``parse(text = …)``)."""
    return call.name.rpartition(":")[2] == "parse" and any(key == "text" for key, _ in call.keywords)
