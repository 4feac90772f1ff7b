"""FlexNet (FLEXlm) licence files, and those of RLM, which have a similar grammar.

Source: FlexNet Licensing End User Guide, appendix "License File Format"; RLM License Administration, "The License File".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from imginspect.licences.dates import parse_expiry
from imginspect.licences.values import LicenceText, Server, Term

_MOST_LINES = 5_000
"""Lines of one file; a text with more counts as cut, and that is said."""
_LONGEST_LINE = 16 << 10
"""Characters of a line with those that go on from it; a text with a longer one counts as cut, and that is said."""
_MOST_FOUND = 500
"""Servers and licences of one file; beyond, the text counts as cut, and that is said."""
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[?[0-9A-Fa-f:.%]{2,45}\]?")
_HOST_ID = re.compile(
    r"\"?(?:[0-9A-Fa-f]{4,}(?:-[0-9A-Fa-f]+)*|(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|ANY|DEMO|0|[A-Za-z_0-9]{1,20}=\S+)(?:\s[^\"]*)?\"?",
    re.IGNORECASE,
)
_OPEN_HOST_IDS = frozenset({"any", "demo", ""})
_LOCK = re.compile(r"(?:^|\s)hostid=(\"[^\"]*\"?|\S+)", re.IGNORECASE)
_NOT_COUNTED = frozenset({"uncounted", "0", "single", "nodelocked"})


@dataclass(slots=True)
class _Reading:
    """What was met so far; *sure* counts lines that are of no other kind of text."""

    servers: list[Server] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    vendors: dict[str, None] = field(default_factory=dict)
    use_server: int = 0
    sure: int = 0
    is_cut: bool = False


def parse_flexnet(text: str) -> LicenceText | None:
    """What a FlexNet licence file says; None where *text* is none."""
    reading = _Reading()
    for number, words, line in _lines(text, reading):
        match words[0].upper():
            case "SERVER" if len(words) >= 2:
                _server(reading, words, number)
            case "USE_SERVER" if len(words) == 1:
                reading.use_server = reading.use_server or number
                reading.sure += 1
            case "VENDOR" | "DAEMON" if len(words) >= 2:
                reading.vendors.setdefault(words[1][:80])
            case "FEATURE" | "INCREMENT" if len(words) >= 6:
                _term(reading, line, number, name=words[1], vendor=words[2], expiry=words[4], count=words[5])
            case "UPGRADE" if len(words) >= 7:
                _term(reading, line, number, name=words[1], vendor=words[2], expiry=words[5], count=words[6])
            case _:
                pass
    return _text("FlexNet licence file", reading)


def parse_rlm(text: str) -> LicenceText | None:
    """What an RLM licence file says; None where *text* is none. A line may go on in the next without a mark; only its start is needed."""
    reading = _Reading()
    for number, words, line in _lines(text, reading):
        match words[0].upper():
            case "HOST" | "SERVER" if len(words) >= 3:
                _server(reading, words, number)
            case "ISV" if len(words) >= 2:
                reading.vendors.setdefault(words[1][:80])
            case "LICENSE" if len(words) >= 6:
                _term(reading, line, number, name=words[2], vendor=words[1], expiry=words[4], count=words[5])
            case _ if reading.terms and _is_locked(line):
                reading.terms[-1] = reading.terms[-1]._replace(node_locked=True)
    if not reading.vendors and not reading.terms:
        return None
    return _text("RLM licence file", reading)


def _lines(text: str, reading: _Reading) -> Iterator[tuple[int, list[str], str]]:
    """(number of its first line, words, line) for each line with something in it, continued ones joined."""
    pending, begun = "", 0
    for number, raw in enumerate(text.split("\n"), start=1):
        if number > _MOST_LINES:
            reading.is_cut = True
            break
        stripped = raw.strip()
        if not pending:
            begun = number
            if stripped.startswith("#"):
                continue
        goes_on = stripped.endswith("\\")
        pending += " " + stripped.rstrip("\\")
        if len(pending) > _LONGEST_LINE:
            pending = pending[:_LONGEST_LINE]
            reading.is_cut = True
        if not goes_on:
            words = pending.split()
            if words:
                yield begun, words, pending
            pending = ""
    if words := pending.split():
        yield begun, words, pending


def _server(reading: _Reading, words: list[str], number: int) -> None:
    if not _HOST.fullmatch(words[1]):
        return
    if len(reading.servers) >= _MOST_FOUND:
        reading.is_cut = True
        return
    port = next((word for word in words[3:4] if word.isdigit() and len(word) <= 5), "")
    reading.servers.append(Server(words[1], port, number))
    reading.sure += len(words) >= 3 and bool(_HOST_ID.fullmatch(words[2]))


def _term(reading: _Reading, line: str, number: int, *, name: str, vendor: str, expiry: str, count: str) -> None:
    end = parse_expiry(expiry)
    if end is None:
        return
    reading.sure += 1
    reading.vendors.setdefault(vendor[:80])
    if len(reading.terms) >= _MOST_FOUND:
        reading.is_cut = True
        return
    counted = count.lower() not in _NOT_COUNTED and count.lstrip("0") != ""
    reading.terms.append(Term(name[:80], vendor[:80], number, end.day, end.is_unread, _is_locked(line), counted))


def _is_locked(line: str) -> bool:
    """Whether the line ties the licence to one computer. A list of host ids with ANY in it does not."""
    match = _LOCK.search(line)
    if match is None:
        return False
    ids = match.group(1).strip('"').lower().split()
    return not any(item in _OPEN_HOST_IDS for item in ids) and bool(ids)


def _text(form: str, reading: _Reading) -> LicenceText | None:
    if not reading.sure:
        return None
    counted = next((term.line for term in reading.terms if term.counted), 0)
    return LicenceText(
        form=form,
        servers=tuple(reading.servers),
        terms=tuple(reading.terms),
        vendors=tuple(reading.vendors),
        use_server=reading.use_server,
        needs_server=counted if not reading.servers else 0,
        is_cut=reading.is_cut,
    )
