"""The value of a licence variable: files, directories and servers in a list.

Source: FlexNet Licensing End User Guide, "Specifying Location of the License File"; RLM, "The License Environment".
"""

from __future__ import annotations

import re

from imginspect.licences.values import NamedPath, Server

_LONGEST = 128 << 10
"""Linux passes no longer variable to a program (MAX_ARG_STRLEN)."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://(?:[^@/\s;,]{0,200}@)?(\[[0-9A-Fa-f:.%]+\]|[^\s/:;,\[\]]+)(?::(\d{1,5}))?[^\s:;,]*")
_AT = re.compile(r"(\d{0,5})@(\[[0-9A-Fa-f:.%]+\]|[^\s/:;,]+)")
_HOST_PORT = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.%]+\]):(\d{1,5})(?=[:;,\s]|$)")
_OTHER = re.compile(r"[^:;,]+")
_SEPARATORS = ":;, \t"


def parse_path_list(value: str) -> tuple[tuple[Server, ...], tuple[NamedPath, ...]]:
    """The servers and the paths that *value* lists.

    ``port@host`` and ``@host``, three of them with commas, ``host:port`` (wrong for FlexNet, and often seen) and URLs are servers; all
    else is a path.
    """
    servers: list[Server] = []
    places: list[NamedPath] = []
    text = value[:_LONGEST].strip().strip("\"'")
    at = 0
    while at < len(text):
        if text[at] in _SEPARATORS:
            at += 1
            continue
        at = _one(text, at, servers, places)
    return tuple(servers), tuple(places)


def parse_hosts(value: str) -> tuple[Server, ...]:
    """The servers in a value that holds nothing but servers: also plain names, separated by colons, commas, semicolons or blanks."""
    servers, places = parse_path_list(value)
    plain = [Server(name) for place in places for name in place.path.split() if "/" not in name]
    return (*servers, *plain)


def _one(text: str, at: int, servers: list[Server], places: list[NamedPath]) -> int:
    for pattern, port_first in ((_URL, False), (_AT, True), (_HOST_PORT, False)):
        match = pattern.match(text, at)
        if match:
            first, second = match.group(1), match.group(2) or ""
            servers.append(Server(second, first) if port_first else Server(first, second))
            return match.end()
    match = _OTHER.match(text, at)
    assert match is not None
    word = match.group().strip()
    if "@" in word and not word.startswith(("/", "$", "~")):
        servers.append(Server(word.rpartition("@")[2]))
    else:
        places.append(NamedPath(word))
    return match.end()
