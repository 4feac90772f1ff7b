"""Calls that use the network: a call compared with the knowledge base."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from imginspect.languages.calls import UNKNOWN_NAME, Argument, Call
from imginspect.languages.hosts import is_loopback, is_url, named, shown_host
from imginspect.languages.values import Value
from imginspect.network.commands import Contact
from imginspect.rules.network_knowledge import CallMatch, KnowledgeEntry
from imginspect.wording import at_run_time

_MOST_PARTS = 10
"""Parts of a name that may lead to a client; the names of the knowledge base have fewer, so no client is beyond."""
_HOSTS = frozenset({"host", "hosts", "hostname", "server"})
_UNUSED = "a client is created, but it is not known whether it is used"


def contact_of_call(
    call: Call, entries: Sequence[KnowledgeEntry], environment: Mapping[str, str], language: str, is_directory: Callable[[str], bool]
) -> Contact | None:
    """The first of *entries* that the call matches; None where it contacts no machine, or only this one.

    *is_directory* tells whether there is a directory of a name, relative to where the program runs.
    """
    client: Contact | None = None
    for entry in entries:
        for match in entry.calls:
            if match.language != language or (match.is_client and call.is_handed):
                continue
            if any(fnmatchcase(call.name, pattern) for pattern in match.names):
                found = _matched(match, call, environment, is_directory)
                if found is not None and not match.is_client:
                    return Contact(entry, *found)
                if found is not None and client is None:
                    client = Contact(entry, found.target, found.variables, is_client=True, doubt=_UNUSED)
            elif call.name.endswith(UNKNOWN_NAME) and not match.only_urls and _is_in(call.name[: -len(UNKNOWN_NAME)], match.names):
                return Contact(entry, "", doubt=at_run_time("the function it calls"))
    return client


def _is_in(module: str, names: Sequence[str]) -> bool:
    return any(name.rpartition(".")[0] == module for name in names)


def clients_of(name: str, entries: Sequence[KnowledgeEntry], language: str) -> list[str]:
    """The clients that a call of *name* is a use of: ``requests.Session`` for ``requests.Session.get``."""
    parts = name.split(".")[:_MOST_PARTS]
    names = {".".join(parts[:count]) for count in range(1, len(parts))}
    found: list[str] = []
    for entry in entries:
        matches = [match for match in entry.calls if match.language == language]
        if any(fnmatchcase(name, pattern) for match in matches if not match.is_client for pattern in match.names):
            found += [pattern for match in matches if match.is_client for pattern in match.names if pattern in names]
    return found


class _Target(NamedTuple):
    """Whom a call contacts, as in Contact."""

    target: str
    variables: tuple[str, ...] = ()
    is_client: bool = False
    doubt: str = ""
    named: str = ""


def _matched(match: CallMatch, call: Call, environment: Mapping[str, str], is_directory: Callable[[str], bool]) -> _Target | None:
    if any(environment.get(name) == value for name, _, value in (setting.partition("=") for setting in match.settings)):
        return None
    given = {f"{key}={_text(value)}" for key, value in call.keywords}
    if given & set(match.harmless) or (match.needed and not given & set(match.needed)):
        return None
    argument = call.argument(match.argument, *match.keywords)
    value = argument[0] if isinstance(argument, tuple) and argument else argument
    if value is None or isinstance(value, tuple):
        return None if match.only_urls or match.only_names or match.is_local_by_default else _Target("")
    if match.only_names:
        return _named(value, is_directory, match.means)
    if match.only_urls and not is_url(value.start):
        return None
    is_relative = value.start.startswith("/") and not match.is_local_by_default  # to a base that the client was made with
    if value.start and not is_relative and is_loopback(value.start, is_whole=value.text is not None):
        return None
    is_host = match.means == "host" or "://" in value.start or "host=" in value.start.lower() or _by_host(call, match)
    return _Target(
        shown_host(value) if is_host else "",
        value.variables if value.text is None and not value.prefix else (),
        named=named(value, match.means),
    )


def _by_host(call: Call, match: CallMatch) -> bool:
    """Whether the call names a host by a keyword that says so."""
    return len(call.arguments) <= match.argument and any(key in match.keywords and key in _HOSTS for key, _ in call.keywords)


def _named(value: Value, is_directory: Callable[[str], bool], means: str) -> _Target | None:
    """The public name that a collection of models or data is asked for; None for a path or an existing directory."""
    if value.start.startswith(("/", "./", "../", "~", "file://")):
        return None
    if value.text is None:
        return _Target("", value.variables, doubt=at_run_time("its argument, a path or a public name,"))
    return None if not value.text or is_directory(value.text) else _Target("", named=named(value, means))


def _text(argument: Argument) -> str:
    return (argument.text or "") if isinstance(argument, Value) else ""
