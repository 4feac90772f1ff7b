"""Options: reading the words of a command up to its first operand, by a grammar written as one line of text.

A grammar lists options by blanks: ``-v`` takes nothing, ``-p=`` the next word or what is attached, ``--mca=2`` two words, ``-O?`` only
what is attached, and ``-c=!`` takes a word and ends the options (``--args!`` only ends them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

_ATTACHED = -1


class Options(NamedTuple):
    """A grammar. *words* maps an option to how many words it takes; *final* ends the options."""

    words: dict[str, int]
    final: frozenset[str]
    are_whole_words: bool = False
    """``-np`` is one option, not ``-n`` and ``-p``."""
    are_lenient: bool = False
    """An option that is not listed takes nothing, instead of being a reason to give up."""


class Scanned(NamedTuple):
    """*given* options with their values (empty for none) in order, the *rest* of the words, and why reading ended early."""

    given: tuple[tuple[str, str], ...]
    rest: tuple[str, ...]
    unknown: str = ""

    def last(self, *names: str) -> str | None:
        """The value of the last of the options *names* that was given; None where there was none."""
        return next((value for name, value in reversed(self.given) if name in names), None)

    def all(self, *names: str) -> list[str]:
        """The values of the options *names*, in order."""
        return [value for name, value in self.given if name in names]

    def has(self, *names: str) -> bool:
        """Whether any of the options *names* was given."""
        return any(name in names for name, _ in self.given)


@cache
def grammar(text: str, *, whole_words: bool = False, lenient: bool = False) -> Options:
    """The grammar that *text* describes."""
    words: dict[str, int] = {}
    final = set()
    for item in text.split():
        name, mark, count = item.removesuffix("!").partition("=") if not item.endswith("?") else (item[:-1], "?", "")
        if item.endswith("!"):
            final.add(name)
        words[name] = _ATTACHED if mark == "?" else 0 if not mark else int(count) if count else 1
    return Options(words, frozenset(final), whole_words, lenient)


def scan(words: Sequence[str], options: Options) -> Scanned:
    """What *words* hold before the first operand, or behind ``--``."""
    given: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return Scanned(tuple(given), tuple(words[at + 1 :]))
        if word in options.words and word == "-":
            given.append((word, ""))
            at += 1
            continue
        if len(word) < 2 or word[0] not in "-+" or (word[0] == "+" and word[:2] not in options.words):
            break
        at += 1
        is_long = word.startswith("--") or options.are_whole_words or word in options.final
        read = _long(word, words[at:], options) if is_long else _cluster(word, words[at:], options)
        if isinstance(read, str):
            return Scanned(tuple(given), tuple(words[at - 1 :]), read)
        given += read.given
        at += read.taken
        if any(name in options.final for name, _ in read.given):
            break
    return Scanned(tuple(given), tuple(words[at:]))


class _Read(NamedTuple):
    given: list[tuple[str, str]]
    taken: int


def _long(word: str, following: Sequence[str], options: Options) -> _Read | str:
    name, equals, value = word.partition("=")
    count = options.words.get(name)
    if equals and (count is not None or options.are_lenient or name.startswith("--")):
        return _Read([(name, value)], 0)
    if count is None:
        return _Read([(name, "")], 0) if options.are_lenient else f"unknown option {name}"
    return _taking(name, max(count, 0), following)


def _cluster(word: str, following: Sequence[str], options: Options) -> _Read | str:
    """``-abc VALUE`` or ``-abVALUE``: short options in one word."""
    given: list[tuple[str, str]] = []
    for position in range(1, len(word)):
        name, attached = word[0] + word[position], word[position + 1 :]
        count = options.words.get(name)
        if count is None and not options.are_lenient:
            return f"unknown option {name}"
        if count is None or count == 0:
            given.append((name, ""))
        elif attached or count == _ATTACHED:
            return _Read([*given, (name, attached)], 0)
        else:
            read = _taking(name, count, following)
            return read if isinstance(read, str) else _Read([*given, *read.given], read.taken)
    return _Read(given, 0)


def _taking(name: str, count: int, following: Sequence[str]) -> _Read | str:
    if len(following) < count:
        return f"option {name} without a value"
    return _Read([(name, " ".join(following[:count]))], count)


def is_assignment(word: str) -> bool:
    """Whether *word* is ``NAME=value``, as ``env`` and shells take it."""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier() and name.isascii()


def assignments(words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(name, value) for each ``NAME=value`` at the start of *words*."""
    found = []
    for word in words:
        if not is_assignment(word):
            break
        name, _, value = word.partition("=")
        found.append((name, value))
    return tuple(found)
