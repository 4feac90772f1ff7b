"""What the config names as the container's start, and the texts of those of them that are files of the image.

The words are taken as they stand: quoting, variables and what a script starts in its turn are not followed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.oci.config import ImageConfig
from imginspect.startup.context import DEFAULT_PATH, path_folders
from imginspect.tar.header import FILE, HARDLINK

_WORD = re.compile(r"[^\s\"'`;|&()<>={},$]+")
_MOST_WORDS = 2_000
"""Words of the start, each of which is looked up in the folders of PATH; any more are said."""
_MOST_TEXTS = 50
"""Texts that the start names; any more are said."""


class EntryText(NamedTuple):
    """The text of a file that *config_field* names."""

    config_field: str
    node: Node
    text: str


class EntryTexts(NamedTuple):
    """The *texts* that the start names, and whether it may name others: *is_cut*."""

    texts: list[EntryText]
    is_cut: bool


def start_fields(config: ImageConfig) -> list[tuple[str, str]]:
    """(field, text) of everything in the config that is run: Entrypoint, Cmd and Healthcheck."""
    health = config.healthcheck.test if config.healthcheck is not None else ()
    return [
        *((f"Entrypoint[{number}]", text) for number, text in enumerate(config.entrypoint)),
        *((f"Cmd[{number}]", text) for number, text in enumerate(config.cmd)),
        *((f"Healthcheck.Test[{number}]", text) for number, text in enumerate(health)),
    ]


def entry_texts(view: View) -> EntryTexts:
    """The kept texts among the files that the start names, each once, in the config's order; at most 50 among 2,000 words."""
    found: dict[str, EntryText] = {}
    for number, (field, word) in enumerate(_words_of(view.image.config)):
        if number == _MOST_WORDS:
            return EntryTexts(list(found.values()), is_cut=True)
        node = _named(view, word)
        if node is None or node.path in found or node.kind not in (FILE, HARDLINK) or node.content_class not in ("text", "script"):
            continue
        text = view.text(node)
        if text is not None and len(found) == _MOST_TEXTS:
            return EntryTexts(list(found.values()), is_cut=True)
        if text is not None:
            found[node.path] = EntryText(field, node, text)
    return EntryTexts(list(found.values()), is_cut=False)


def _words_of(config: ImageConfig) -> Iterator[tuple[str, str]]:
    """(field, word) of what is run."""
    for field, text in start_fields(config):
        yield from ((field, match.group()) for match in _WORD.finditer(text))


def environment_of(config: ImageConfig) -> dict[str, str]:
    """The environment's variables; of two with one name the last counts, as in a container."""
    return {name: value for name, separator, value in (text.partition("=") for text in config.env) if separator and name}


def _named(view: View, word: str) -> Node | None:
    config = view.image.config
    if "/" in word:
        candidates = [posixpath.join(config.working_dir or "/", word)]
    else:
        folders = path_folders(environment_of(config), DEFAULT_PATH)
        candidates = [posixpath.join("/", folder, word) for folder in folders if folder]
        candidates.append(posixpath.join(config.working_dir or "/", word))
    for path in candidates:
        try:
            return view.filesystem.resolve(path).node
        except PathError:
            continue
    return None
