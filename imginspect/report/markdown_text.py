"""Strings of a document in Markdown, so that they stay text: no link, mention, reference, emoji, command, HTML or end of a cell.

Words that can be nothing but words stay as they are; all else stands in a code span, where Markdown, GitHub and GitLab look for
nothing. What could end a span or a table's cell is written as reports escape: a backtick ``\\x60``, a vertical bar ``\\x7c``.
Sources: GitHub Flavored Markdown, sections 4.10, 6.3 and 6.9; GitLab, "GitLab Flavored Markdown" and "Quick actions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imginspect.report.printable import one_line, shortened

_ESCAPED = str.maketrans({"`": r"\x60", "|": r"\x7c"})
_TOKEN = re.compile(r"`[^`]+`[,.;:)]*(?!\S)|\S+")
_QUOTED = re.compile(r"`([^`]+)`([,.;:)]*)")
# letters joined by single hyphens or apostrophes, or a small number; with the punctuation that prose has around them
_WORD = re.compile(r"[(\"']{0,2}(?:[^\W\d_]+(?:['’-][^\W\d_]+)*|\d{1,3}(?:,\d{3})*)[)\"']{0,2}[,;:?]?|[–—…]|[^\W\d_]{2,}[.!][\"')]?")


def code(text: str, longest: int = 400) -> str:
    """*text* as a code span of at most *longest* characters within; a word for a text that is empty."""
    body = shortened(one_line(text), longest).translate(_ESCAPED)
    if not body.strip(" "):
        return "`(empty)`" if not body else "`(blank)`"
    return f"` {body} `" if body[0] == " " or body[-1] == " " else f"`{body}`"


def prose(text: str, longest: int = 600) -> str:
    """*text* with its plain words as they are and all else in code spans; a span that the text has itself is kept."""
    return " ".join(_pieces(shortened(one_line(text), longest))) or code("")


def _pieces(text: str) -> Iterator[str]:
    waiting: list[str] = []
    for token in _TOKEN.findall(text):
        quoted = _QUOTED.fullmatch(token)
        if not quoted and not _WORD.fullmatch(token):
            waiting.append(token)
            continue
        if waiting:
            yield _span(waiting)
            waiting = []
        yield code(quoted[1]) + quoted[2] if quoted else token
    if waiting:
        yield _span(waiting)


def _span(tokens: list[str]) -> str:
    """*tokens* as one code span; the punctuation of the sentence stands behind it."""
    text = " ".join(tokens)
    body = text.rstrip(".,;:")
    if body.endswith(")") and body.count("(") < body.count(")"):
        body = body[:-1]
    return code(body, len(text)) + text[len(body) :] if body else code(text)
