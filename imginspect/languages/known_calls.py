"""Calls in R and Julia texts: calls outside comments and strings, recognised by name. Control flow is not followed."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from imginspect.languages.calls import Call, Spot
from imginspect.languages.lines import Lines, Rows
from imginspect.languages.values import Condition, HasModule, Value, constant, dynamic, negated

MOST_BYTES = 2 << 20
_MOST_CALLS = 50_000
_STARTS = {
    "r": re.compile(r"(?<!\w)[rR](['\"])(-{0,8})([(\[{])|[#'\"`]"),
    "julia": re.compile(r"#=|\"\"\"|[#\"]|'(?:[^'\\\n]|\\.)'"),
}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_STRING_ENDS = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+{quote}", re.DOTALL) for quote in "'\"`"}
_CALL = re.compile(r"(?<![\w.:])((?:[A-Za-z.][\w.]{0,80}:{2,3})?[A-Za-z.][\w.]{0,80}!?)[ \t]{0,20}\(")
_ARGUMENT = re.compile(r"\s{0,200}(?:[A-Za-z.][\w.]{0,80}\s{0,20}=\s{0,20})?\x00(\d+)\x00\s{0,200}(?=[,)])")
_NAMED = re.compile(r"[,(]\s*([A-Za-z.][\w.]*)\s*=\s*([\w.]+|\x00\d+\x00)")
_GUARD = re.compile(
    r"\bif\s*\(\s*!\s*(?:suppress\w+\(\s*)?(?:require|requireNamespace|rlang::is_installed|is_installed)\s*\(\s*(?:package\s*=\s*)?"
    r"(?:\x00(\d+)\x00|([A-Za-z][\w.]*))[^{}\n]{0,120}?(?:\)\s*){2,4}(\{?)"
)
_WORDS_NEAR = 400
_MOST_GUARDS = 1_000
_MOST_NESTED_GUARDS = 30


class FoundCalls(NamedTuple):
    """The calls of a text, and why there may be more."""

    calls: tuple[Call, ...]
    not_understood: str = ""


def pattern_calls(text: str, language: str, lines: Lines = ()) -> FoundCalls:
    """The calls in an R or Julia text, with the first argument where that is a string. *lines* say where an inline text stands."""
    if len(text) > MOST_BYTES:
        return FoundCalls((), f"it is longer than {MOST_BYTES >> 20} MiB")
    rows = Rows(text, lines)
    code, strings = _masked(text.replace("\x00", " "), language, rows)
    waiting = _guards(code, strings)[::-1] if language == "r" else []
    around: list[tuple[int, Condition]] = []
    calls: list[Call] = []
    line, at = 1, 0
    for match in _CALL.finditer(code):
        if len(calls) >= _MOST_CALLS:
            return FoundCalls(tuple(calls), "it has more calls than are followed")
        line += code.count("\n", at, match.start())
        at = match.start()
        while waiting and waiting[-1][0] <= at:
            around.append(waiting.pop()[1:])
        if around:
            around = [(end, guard) for end, guard in around if at < end][:_MOST_NESTED_GUARDS]
        spot = Spot(guards=tuple(guard for _, guard in around))
        calls.append(_call(match, code, strings, rows.line(line), spot))
    return FoundCalls(tuple(calls))


def _masked(text: str, language: str, rows: Rows) -> tuple[str, list[Value]]:
    """The text without comments, each string replaced by its number between NULs; and the strings. Lines stay where they are."""
    parts: list[str] = []
    strings: list[Value] = []
    never: set[str] = set()
    at, row, counted = 0, 1, 0
    while (match := _STARTS[language].search(text, at)) is not None:
        start, content, at_next = _string(text, match, never)
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


def _string(text: str, match: re.Match[str], never: set[str]) -> tuple[int, str | None, int]:
    """(start, content, end) of a string or comment. What is not closed is remembered in *never*, and only its first character skipped."""
    sign, start = match[0], match.start()
    if sign == "#":
        end = text.find("\n", start)
        return start, None, end if end >= 0 else len(text)
    if len(sign) > 2 and sign[0] == "'":
        return start, sign[1:-1], match.end()
    if sign in ("#=", '"""') or len(sign) > 1:
        closing = {"#=": "=#", '"""': '"""'}.get(sign) or _CLOSING[match[3]] + match[2] + match[1]
        end = text.find(closing, match.end()) if closing not in never else -1
        if end < 0:
            never.add(closing)
            return start, None, match.end()
        return start, None if sign == "#=" else text[match.end() : end], end + len(closing)
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


def _guards(code: str, strings: list[Value]) -> list[tuple[int, int, Condition]]:
    """(start, end, condition) of each ``if (!require(X))`` and what it holds back."""
    found: list[tuple[int, int, Condition]] = []
    for match in islice(_GUARD.finditer(code), _MOST_GUARDS):
        name = (strings[int(match[1])].text or "") if match[1] else match[2]
        end = code.find("}" if match[3] else "\n", match.end())
        if not match[3] and not code[match.end() : end if end >= 0 else len(code)].strip():
            end = code.find("\n", end + 1)
        found.append((match.end(), end if end >= 0 else len(code), negated(HasModule(name, "r"))))
    return found
