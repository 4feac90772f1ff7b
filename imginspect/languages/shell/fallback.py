"""The commands of a text that is not valid, guessed line by line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

MOST_LINES = 20_000
"""Lines of a part that is only guessed at, which is a gap already; a part with more counts as not followed to its end."""
_LONGEST_LINE = 4096
"""Characters of such a line that are split into words, one character after the other; the part is a gap already."""
_SPLIT = re.compile(r"&&|\|\||[;|&]")
_LEADING = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "(", "exec", "command", "time"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line from 1, words) of what may be a command. Constructs are not understood, only words and quotes."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines()[:MOST_LINES], 1):
        text = line.strip()[:_LONGEST_LINE]
        if text and not text.startswith("#"):
            for part in _parts(text):
                words = _trimmed(part)
                if words:
                    yield number, words


def _parts(text: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";|&()")
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in lexer:
            if word and not word.strip(";|&()"):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:  # a quotation mark is not closed: the words by blanks, without the marks
        for part in _SPLIT.split(text):
            yield [word.strip("\"'()") for word in part.split()]
        return
    yield words


def _trimmed(words: list[str]) -> list[str]:
    while words and (words[0] in _LEADING or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    return words
