"""Trees of a script: it is cut between statements into pieces that are parsed one by one, each within a bound of steps.

The parser's time and memory grow with the square of a piece's length where the text is malicious (``((?((?((?``), and linearly for scripts
as people write them: in 931 shell scripts of a Debian
system a step took at least 66 bytes, and 30 in the
densest lists of short commands. A piece that needs more steps than that is given up; nothing here looks at a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import tree_sitter_bash
from tree_sitter import Language, Parser, Tree

_PIECE = 6 << 10
"""Bytes from which on a script is cut where a statement begins: the parser's time grows faster than the length of what it is given."""
_LONGEST_PIECE = 32 << 10
"""Bytes of a piece in which no place to cut was found; a longer one is only guessed at, which is a gap."""
_MOST_GIVEN_UP = 8
"""Pieces for which the parser takes too many steps; then it is not asked again, and the rest is guessed at, which is a gap."""
_BYTES_A_STEP = 28
"""Bytes for which the parser may make one step; with more steps the piece is only guessed at, which is a gap."""
_BYTES_A_STEP_OF_LONG = 60
"""The same for a piece of more than two usual ones, where a step takes longer."""
_FREE_STEPS = 24
"""Steps that any piece may take, however short."""
_ERROR_STEPS = 50 * _PIECE
"""Errors times bytes: the parser's way out of an error grows with the length of the piece. With more it is only guessed at."""
_HEREDOC = re.compile(rb"<<-?[ \t]*\\?(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\1")
_QUOTES = re.compile(rb"\\.|['\"]|(?:(?<=[ \t;])|^)#.*", re.DOTALL)
_OPENS = re.compile(rb"(?:^|[;&|(]|\bthen|\bdo|\belse|\{)[ \t]*(?:if|for|while|until|case|select)\b|[{(][ \t]*$")
_CLOSES = re.compile(rb"(?:^|[;&|])[ \t]*(?:fi|done|esac)\b|(?:^|;)[ \t]*[})]")
_GOES_ON = re.compile(rb"(?:\\|\||&&|\bthen|\bdo|\belse|\bin|[{(])[ \t]*\Z")
_INSIDE = re.compile(rb"[ \t)}|&;]|(?:then|do|done|fi|else|elif|esac|in)\b")

_LANGUAGE = Language(tree_sitter_bash.language())


class Piece(NamedTuple):
    """A part of a script: its bytes, the number of lines before it, and its tree, None where it was given up."""

    data: bytes
    lines_before: int
    tree: Tree | None


def pieces(data: bytes) -> Iterator[Piece]:
    """The script in pieces, in order."""
    line = given_up = 0
    for part in _cut(data):
        tree = _parse(part) if len(part) <= _LONGEST_PIECE and given_up < _MOST_GIVEN_UP else None
        given_up += tree is None
        yield Piece(part, line, tree)
        line += part.count(b"\n")


def _parse(data: bytes) -> Tree | None:
    steps = errors = 0
    bytes_a_step = _BYTES_A_STEP if len(data) <= 2 * _PIECE else _BYTES_A_STEP_OF_LONG
    most_errors = max(4, _ERROR_STEPS // max(len(data), _PIECE))

    def is_too_much(offset: int, has_error: bool) -> bool:  # noqa: FBT001 - the parser calls it
        nonlocal steps, errors
        steps += 1
        errors += has_error
        return steps > _FREE_STEPS + offset / bytes_a_step or errors > most_errors

    def read(offset: int, _: object) -> bytes:
        return data[offset : offset + 4096]

    try:
        return Parser(_LANGUAGE).parse(read, encoding="utf8", progress_callback=is_too_much)
    except ValueError:  # what the parser raises when it is told to stop
        return None


def _cut(data: bytes) -> Iterator[bytes]:
    """*data* in parts of some KiB, cut where a statement seems to begin at the margin: behind an empty line or one that closes a block."""
    if len(data) <= _PIECE:
        yield data
        return
    start = at = depth = 0
    heredoc = quote = b""
    may_cut = False
    for line in data.splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        if heredoc:
            heredoc = b"" if bare.lstrip(b"\t") == heredoc else heredoc
        else:
            if may_cut and at - start >= _PIECE and bare and not _INSIDE.match(bare):
                yield data[start:at]
                start, depth = at, 0
            quote = _quote_after(bare, quote)
            found = _HEREDOC.search(bare) if not quote and not bare.lstrip().startswith(b"#") else None
            heredoc = found[2] if found else b""
            depth += len(_OPENS.findall(bare)) - len(_CLOSES.findall(bare))
            may_cut = not heredoc and not quote and ((depth <= 0 and not _GOES_ON.search(bare)) or not bare.strip())
        at += len(line)
    yield data[start:]


def _quote_after(line: bytes, quote: bytes) -> bytes:
    """The quotation mark that is open behind *line*, *quote* before it."""
    for found in _QUOTES.finditer(line):
        mark = found[0]
        if mark == quote or (quote == b"'" and mark == b"\\'"):
            quote = b""
        elif not quote and mark in (b"'", b'"'):
            quote = mark
        elif not quote and mark.startswith(b"#"):
            break
    return quote
