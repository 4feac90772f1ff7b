"""Commands that use the network: a command's words compared with the knowledge base."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

from imginspect.languages.hosts import is_loopback, is_remote, is_url, shown_host
from imginspect.languages.values import Value, constant, dynamic
from imginspect.rules.network_knowledge import CommandMatch, KnowledgeEntry

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*t?")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>]{1,2000}")
_SOCAT = re.compile(
    r"(?:TCP|TCP4|TCP6|UDP|UDP4|UDP6|SCTP|OPENSSL|SSL|DTLS|PROXY|SOCKS4A?|SOCKS5)(?:-CONNECT|-SENDTO|-DATAGRAM)?:(\[[^\]]*\]|[^:,]*)",
    re.IGNORECASE,
)

Reading: TypeAlias = Callable[[str], str | None]


class Contact(NamedTuple):
    """An entry that a command or call matches. *target* is whom it contacts, as far as that is known; *variables* decide it otherwise.

    *doubt* says why it may contact no other machine after all; empty where it does.
    """

    entry: KnowledgeEntry
    target: str
    variables: tuple[str, ...] = ()
    is_client: bool = False
    doubt: str = ""
    named: str = ""
    """What it installs or fetches where it names no host: ``installing survminer``."""


def contact(
    words: Sequence[Value], entries: Iterable[KnowledgeEntry], environment: Mapping[str, str], read: Reading = lambda _: None
) -> Contact | None:
    """The first of *entries* that the command *words* matches; None where it contacts no machine, or only this one.

    *read* gives the text of a file that it takes addresses from, None where that is not known.
    """
    words = _as_program(words)
    if not words or not words[0].text:
        return None
    name = words[0].text.rpartition("/")[2]
    for entry in entries:
        for match in entry.commands:
            if any(fnmatchcase(name, pattern) for pattern in match.names):
                found = _matched(match, words[1:], environment, read)
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


def _matched(
    match: CommandMatch, words: Sequence[Value], environment: Mapping[str, str], read: Reading
) -> tuple[str, tuple[str, ...]] | None:
    if any(environment.get(name) == value for name, _, value in (setting.partition("=") for setting in match.settings)):
        return None
    texts = [word.text for word in words]
    if any(text is not None and _is_option(text, option) for text in texts for option in match.harmless):
        return None
    operands = _operands(words, (*match.options, *match.files))
    if match.subcommands:
        after = _behind(operands, match.subcommands)
        if after is None:
            return None
        operands = after
    elif not words and match.target != "none":
        return None
    if match.local_with and all(option in texts for option in match.local_with) and _are_files(operands, match.local_endings):
        return None
    listed = _listed(words, match.files, read)
    return _target(match, [*operands, *listed]) if operands or listed or match.target != "urls" else None


def _are_files(operands: Sequence[Value], endings: tuple[str, ...]) -> bool:
    return bool(operands) and all((word.text or "").endswith(endings) and "://" not in word.start for word in operands)


def _listed(words: Sequence[Value], options: Sequence[str], read: Reading) -> list[Value]:
    """The addresses in the files that *options* name; one that is not known where such a file was not read."""
    found: list[Value] = []
    for number, word in enumerate(words):
        option, equals, value = (word.text or "").partition("=")
        if option in options:
            path = value if equals else words[number + 1].text if number + 1 < len(words) else None
            addresses = _ADDRESS.findall(read(path) or "") if path else []
            found += [constant(address) for address in addresses] or [dynamic(path or "…")]
    return found


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
    if match.target == "urls":
        candidates = [operand for operand in operands if is_url(operand.start)]
        if not candidates:
            return None
    elif match.target == "address":
        hosts = [found[1] for operand in operands if (found := _SOCAT.match(operand.start))]
        candidates = [constant(host) for host in hosts] or [operand for operand in operands if not operand.start]
        if not candidates:
            return None
    elif match.target == "repository":
        candidates = operands[:1]
    elif match.target == "url":
        urls = [operand for operand in operands if "://" in operand.start]
        candidates = urls or [operand for operand in operands if operand.text is None] or operands
    elif match.target == "host":
        candidates = operands[:1]
    else:
        candidates = [operand for operand in operands if is_remote(operand)]
        if not candidates and not any(operand.text is None and not operand.prefix for operand in operands):
            return None
    if match.target == "repository" and candidates and candidates[0].start.startswith("."):
        return None
    away = [operand for operand in candidates if not is_loopback(operand.start, is_whole=operand.text is not None)]
    if candidates and not away:
        return None
    if not candidates:
        return "", ()
    first = away[0]
    is_nickname = match.target == "repository" and ":" not in first.start  # ``origin``: its URL is in a file of git's
    is_word = match.target == "url" and not re.search(r"[.:/]", first.start)  # ``http GET …``, ``gdown FILE``
    return "" if is_nickname or is_word else shown_host(first), (first.variables if first.text is None and not first.prefix else ())
