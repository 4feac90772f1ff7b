"""The values of the startup analysis."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.languages.language import Language


class Origin(NamedTuple):
    """Where something stands: in a file of the image or in a field of its config (``Entrypoint[2]``), with its line from 1."""

    path: str | None
    config_field: str | None
    line: int | None = None
    layer_index: int | None = None


class Started(NamedTuple):
    """One program or text that runs when the container starts.

    *text* is a script's text (credentials masked), or the inline text of ``sh -c`` and ``python -c``; None for a compiled program and
    for what was not read, which *unread* then says. *origin* is where the text stands. *chain* tells in words how the start leads there,
    outermost first. *depth* is 0 for what the config names and 1 for what that starts.
    """

    language: Language
    origin: Origin
    text: str | None
    node: Node | None
    argv: tuple[str, ...]
    chain: tuple[str, ...]
    depth: int = 0
    unread: str = ""
