"""Credentials outside of layers: in the config and the other documents of an image, and in what the archive holds besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from imginspect.image import Image
from imginspect.oci.config import ImageConfig
from imginspect.scan.match import Match
from imginspect.scan.matcher import Matcher
from imginspect.scan.search import ContentSearch

_MOST_STRINGS = 20_000
"""Strings of the config that are searched one by one; any more are told as not searched."""
_MOST_UNESCAPED = 2
"""Levels of escapes that are undone: a document in a label of a document."""
_LONGEST_KEY = 200
"""Characters of a key that names a field; one that is longer is named by its number."""
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class DocumentMatch(NamedTuple):
    """A credential in *field* of the config, in the file *member* of the archive, or in *name_of* the entry *path* of a layer.

    *layer_index* is there for an entry, and where a build step names its layer; *secret_id* where there is a key for it.
    """

    kind: str
    is_verified: bool
    excerpt: str
    field: str = ""
    member: str = ""
    layer_index: int | None = None
    path: str = ""
    name_of: str = ""
    secret_id: str = ""


class DocumentSearch(NamedTuple):
    """What a search gave, and by name what was not searched to its end. *values* are what was found: they are for masking alone."""

    matches: tuple[DocumentMatch, ...]
    stopped: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class _String(NamedTuple):
    field: str
    text: str
    layer_index: int | None = None


def search_documents(image: Image, matcher: Matcher) -> DocumentSearch:
    """What the config's fields hold, and what the raw documents hold beyond that: in fields that have no meaning for this tool."""
    search = ContentSearch(matcher)
    found: list[DocumentMatch] = []
    values: dict[bytes, None] = {}
    stopped: list[str] = []
    for number, string in enumerate(_strings(image)):
        if number == _MOST_STRINGS:
            stopped.append("the config")
            break
        looked = _looked_into(search, string.text.encode("utf-8", "surrogatepass"), is_text=True)
        found += [
            DocumentMatch(
                match.kind, match.is_verified, match.excerpt, string.field, layer_index=string.layer_index, secret_id=match.secret_id
            )
            for match in looked.by_value.values()
        ]
        values.update(dict.fromkeys(looked.by_value))
        stopped += [] if looked.is_whole else [string.field]
    for document in (*image.stored.trail, *([image.config_document] if image.config_document else [])):
        looked = _looked_into(search, document.data, is_text=False)
        found += [
            DocumentMatch(match.kind, match.is_verified, "", member=document.name, secret_id=match.secret_id)
            for value, match in looked.by_value.items()
            if not any(value in known or known in value for known in values)
        ]
        values.update(dict.fromkeys(looked.by_value))
        stopped += [] if looked.is_whole else [document.name]
    return DocumentSearch(tuple(found), tuple(dict.fromkeys(stopped)), tuple(value.decode("utf-8", "replace") for value in values))


class _Looked(NamedTuple):
    by_value: dict[bytes, Match]
    is_whole: bool


def _looked_into(search: ContentSearch, data: bytes, *, is_text: bool) -> _Looked:
    """Matches in the raw *data*, and in its decoded values where it is JSON: escapes may replace any character of a value."""
    by_value: dict[bytes, Match] = {}
    is_whole = True
    for text in _readings(data):
        searched = search.whole(text, is_text=is_text)
        is_whole = is_whole and searched.is_whole
        for match in searched.matches:
            by_value.setdefault(text[match.start : match.end], match)
    return _Looked(by_value, is_whole)


def _readings(data: bytes) -> Iterator[bytes]:
    """*data*, and without its escapes, once and twice: a label may be a document of its own."""
    yield data
    for _ in range(_MOST_UNESCAPED):
        if b"\\" not in data:
            return
        data = _ESCAPE.sub(_unescaped, data)
        yield data


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")
    return _ESCAPED.get(escape[2], escape[2])


def _strings(image: Image) -> Iterator[_String]:
    yield from _of_config(image.config)
    if image.other_config is not None:
        known = set(_of_config(image.config))
        yield from (string for string in _of_config(image.other_config) if string not in known)
    for number, step in enumerate(image.steps):
        yield _String(f"History[{number}].created_by", step.entry.created_by, step.layer_index)
        yield _String(f"History[{number}].comment", step.entry.comment, step.layer_index)


def _of_config(config: ImageConfig) -> Iterator[_String]:
    for number, item in enumerate(config.env):
        yield _String(f"Env[{_short(item.partition('=')[0], number)}]", item)
    for field, texts in (
        ("Entrypoint", config.entrypoint),
        ("Cmd", config.cmd),
        ("Shell", config.shell),
        ("OnBuild", config.on_build),
        ("Healthcheck", config.healthcheck.test if config.healthcheck else ()),
        ("Volumes", config.volumes),
        ("ExposedPorts", config.exposed_ports),
    ):
        yield from (_String(f"{field}[{number}]", text) for number, text in enumerate(texts))
        if len(texts) > 1:  # an option and its value may be two words
            yield _String(field, " ".join(texts))
    for number, (key, value) in enumerate(config.labels):
        yield _String(f"Labels[{_short(key, number)}]", f"{key}={value}")
    for field, text in (("User", config.user), ("WorkingDir", config.working_dir), ("Author", config.author)):
        yield _String(field, text)


def _short(key: str, number: int) -> str:
    """*key*, or its number where it is long: a part of it could be a part of a credential that nothing recognises any more."""
    return key if len(key) <= _LONGEST_KEY else str(number)
