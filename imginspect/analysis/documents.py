"""Credentials outside of layers: in the config and the other documents of an image, and in what the archive holds besides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imginspect.image import Image
from imginspect.oci.config import ImageConfig
from imginspect.scan.match import Match
from imginspect.scan.matcher import Matcher
from imginspect.scan.search import ContentSearch

_MOST_STRINGS = 20_000


class DocumentMatch(NamedTuple):
    """A credential in *field* of the config, or in the file *member* of the archive; *layer_index* where a build step names its layer."""

    kind: str
    is_verified: bool
    excerpt: str
    field: str = ""
    member: str = ""
    layer_index: int | None = None


class _String(NamedTuple):
    field: str
    text: str
    layer_index: int | None = None


def search_documents(image: Image, matcher: Matcher) -> tuple[DocumentMatch, ...]:
    """What the config's fields hold, and what the raw documents hold beyond that: in fields that have no meaning for this tool."""
    search = ContentSearch(matcher)
    found: list[DocumentMatch] = []
    for number, string in enumerate(_strings(image)):
        if number == _MOST_STRINGS:
            break
        found += [
            DocumentMatch(match.kind, match.is_verified, match.excerpt, string.field, layer_index=string.layer_index)
            for match in search.whole(string.text.encode("utf-8", "surrogatepass"), is_text=True).matches
        ]
    kinds = {match.kind for match in found}
    documents = [*image.stored.trail, *([image.config_document] if image.config_document else [])]
    for document in documents:
        found += [
            DocumentMatch(match.kind, match.is_verified, "", member=document.name)
            for match in search.whole(document.data, is_text=False).matches
            if match.kind not in kinds
        ]
    return tuple(found)


def _strings(image: Image) -> Iterator[_String]:
    yield from _of_config(image.config)
    if image.other_config is not None:
        known = set(_of_config(image.config))
        yield from (string for string in _of_config(image.other_config) if string not in known)
    for number, step in enumerate(image.steps):
        yield _String(f"History[{number}].created_by", step.entry.created_by, step.layer_index)
        yield _String(f"History[{number}].comment", step.entry.comment, step.layer_index)


def _of_config(config: ImageConfig) -> Iterator[_String]:
    for item in config.env:
        yield _String(f"Env[{item.partition('=')[0][:200]}]", item)
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
    for key, value in config.labels:
        yield _String(f"Labels[{key[:200]}]", f"{key}={value}")
    for field, text in (("User", config.user), ("WorkingDir", config.working_dir), ("Author", config.author)):
        yield _String(field, text)


class OtherFiles:
    """A listener to the bytes that belong to no image: it searches them."""

    def __init__(self, matcher: Matcher) -> None:
        self._search = ContentSearch(matcher)
        self._name = ""
        self._found: list[tuple[str, Match]] = []
        self.stopped: list[str] = []
        """Names of what was not searched to its end."""

    def begin(self, name: str) -> None:
        """See Listener."""
        self._name = name
        self._search.begin(is_text=False)

    def feed(self, piece: bytes) -> None:
        """See Listener."""
        self._search.feed(piece)

    def end(self) -> None:
        """See Listener."""
        searched = self._search.end()
        self._found += [(self._name, match) for match in searched.matches]
        if not searched.is_whole:
            self.stopped.append(self._name)

    @property
    def matches(self) -> tuple[DocumentMatch, ...]:
        """What was found."""
        return tuple(DocumentMatch(match.kind, match.is_verified, "", member=name) for name, match in self._found)
