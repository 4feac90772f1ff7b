"""Commands that reach for the network: a command's words compared with what the knowledge base knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from imginspect.analysis.network_target import is_loopback, is_remote, shown_host
from imginspect.analysis.values import Value
from imginspect.rules.network_knowledge import CommandMatch, KnowledgeEntry

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*t?")
_MOST_WORDS = 400


class Contact(NamedTuple):
    """An entry that a command or call matches. *target* is whom it contacts, as far as that is known; *variables* decide it otherwise."""

    entry: KnowledgeEntry
    target: str
    variables: tuple[str, ...] = ()
    is_client: bool = False


def contact(words: Sequence[Value], entries: Iterable[KnowledgeEntry], environment: Mapping[str, str]) -> Contact | None:
    """The first of *entries* that the command *words* matches; None where it contacts nobody, or only this machine."""
    words = _as_program(words[:_MOST_WORDS])
    if not words or not words[0].text:
        return None
    name = words[0].text.rpartition("/")[2]
    for entry in entries:
        for match in entry.commands:
            if any(fnmatchcase(name, pattern) for pattern in match.names):
                found = _matched(match, words[1:], environment)
                if found is not None:
                    return Contact(entry, *found)
    return None


def _as_program(words: Sequence[Value]) -> Sequence[Value]:
    """``python -m pip install`` is ``pip install``."""
    if len(words) > 2 and _PYTHON.fullmatch((words[0].text or "").rpartition("/")[2]):
        for number, word in enumerate(words[1:-1], 1):
            text = word.text or ""
            if text == "-m":
                return words[number + 1 :]
            if not text.startswith("-"):
                break
    return words


def _matched(match: CommandMatch, words: Sequence[Value], environment: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    if any(environment.get(name) == value for name, _, value in (setting.partition("=") for setting in match.settings)):
        return None
    texts = [word.text for word in words]
    if any(text is not None and _is_option(text, option) for text in texts for option in match.harmless):
        return None
    operands = _operands(words, match.options)
    if match.subcommands:
        after = _behind(operands, match.subcommands)
        if after is None:
            return None
        operands = after
    elif not words and match.target != "none":
        return None
    return _target(match, operands)


def _is_option(text: str, option: str) -> bool:
    if text == option or (option.startswith("--") and text.startswith(option + "=")):
        return True
    return (
        len(option) == 2 and option[0] == "-" and re.fullmatch(rf"-[A-Za-z]{{0,4}}{re.escape(option[1])}[A-Za-z]{{0,4}}", text) is not None
    )


def _operands(words: Sequence[Value], valued: Sequence[str]) -> list[Value]:
    """The words that are neither options nor values of *valued* options."""
    found: list[Value] = []
    skip = False
    for word in words:
        text = word.text
        if skip:
            skip = False
        elif text is not None and text in valued:
            skip = True
        elif text is None or not text.startswith("-") or text == "-":
            found.append(word)
        elif "=" in text and "://" in text:
            found.append(Value(text.partition("=")[2], text, text.partition("=")[2], (), text.partition("=")[2]))
    return found


def _behind(operands: list[Value], subcommands: Sequence[tuple[str, ...]]) -> list[Value] | None:
    """The operands behind a subcommand; None where there is none of these. A word that is not known may be one."""
    for subcommand in subcommands:
        if len(operands) >= len(subcommand) and all(
            word in (operand.text, "*") for operand, word in zip(operands, subcommand, strict=False)
        ):
            return operands[len(subcommand) :]
    return None


def _target(match: CommandMatch, operands: list[Value]) -> tuple[str, tuple[str, ...]] | None:
    if match.target == "none":
        return "", ()
    candidates = operands
    if match.target == "url":
        urls = [operand for operand in operands if "://" in operand.start]
        candidates = urls or [operand for operand in operands if operand.text is None] or operands
    elif match.target == "host":
        candidates = operands[:1]
    else:
        candidates = [operand for operand in operands if is_remote(operand)]
        if not candidates and not any(operand.text is None and not operand.prefix for operand in operands):
            return None
    away = [operand for operand in candidates if not is_loopback(operand.start, is_whole=operand.text is not None)]
    if candidates and not away:
        return None
    if not candidates:
        return "", ()
    first = away[0]
    return shown_host(first), (first.variables if first.text is None and not first.prefix else ())
