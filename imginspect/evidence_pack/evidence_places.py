"""The places of evidence in an image: layer entries with their masked contents, and config fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from imginspect.image import Image
from imginspect.layer.index import MARKERS, Entry
from imginspect.oci.config import ImageConfig
from imginspect.reading.contents import ImageContents
from imginspect.report.places import raw_name
from imginspect.tar.header import HARDLINK
from imginspect.wording import cut

Shown = Callable[[str], str]
_MASKS = re.compile(r"\[masked: [^\]]*\]|\*+|…")
_WORD = re.compile(r"\w{3,}")
_SHORTEST_CUT = 40
"""Characters of a line that was cut off, below which it would fit too many others."""


class Text:
    """A content, credentials in it masked, as lines; *is_whole* says whether it is all of the file."""

    def __init__(self, content: bytes, shown: Shown, *, is_whole: bool) -> None:
        self._lines = content.split(b"\n")
        self._shown = shown
        self._folded = content.decode("utf-8", "replace").casefold()
        self.is_whole = is_whole

    def reaches(self, number: int) -> bool:
        """Whether line *number* (from 1), or the place where it would be, is in what was kept."""
        return self.is_whole or number < len(self._lines)

    def has(self, number: int, text: str) -> bool:
        """Whether line *number* is shown as *text*, which may lack white space around it, or end with an ellipsis where it was cut."""
        if not 0 < number <= len(self._lines):
            return False
        return any(_is_shown_as(text, line) for line in self._forms(self._lines[number - 1]))

    def quotes(self, excerpt: str) -> bool:
        """Whether every word of *excerpt* is in the text: an excerpt may name a call or command without the words between."""
        return _has_words(self._folded, excerpt)

    def _forms(self, line: bytes) -> Iterator[str]:
        for errors in ("surrogateescape", "replace"):
            decoded = line.decode("utf-8", errors)
            yield from (self._shown(format_name) for format_name in (decoded, decoded.rstrip(), decoded.strip()))


class EvidencePlace(NamedTuple):
    """A file, or another entry, of a layer; *text* is None where no content of it was kept."""

    sha256: str | None
    size: int
    text: Text | None


class EvidencePlaces:
    """Looks up the places that evidence names."""

    def __init__(self, contents: ImageContents, paths: Iterable[str], shown: Shown) -> None:
        self._contents = contents
        self._shown = shown
        wanted = set(paths)
        self._ordinals: dict[tuple[int, str], list[int]] = {}
        self._marked: set[tuple[int, str]] = set()
        """Directories in which a layer has a whiteout, and what that hides."""
        for layer, index in enumerate(contents.layers):
            for ordinal, entry in enumerate(index.entries):
                if entry.kind in MARKERS:
                    self._marked.update((layer, path) for path in (entry.parent, entry.path) if path in wanted)
                elif entry.path in wanted:
                    self._ordinals.setdefault((layer, entry.path), []).append(ordinal)
        self._texts: dict[tuple[int, int], Text | None] = {}

    def find(self, path: str, layer: int) -> list[EvidencePlace]:
        """The entries *path* in layer *layer*, including the target of a hard link of that name and entries that the layer removed."""
        found = [
            self._place(layer, ordinal)
            for ordinal in self._ordinals.get((layer, path), [])
            if self._contents.layers[layer].entries[ordinal].kind != HARDLINK
        ]
        node = self._contents.filesystem.get(path)
        if node is not None and not found and (node.layer_index == layer or (node.content and node.content[0] == layer)):
            found.append(self._place(*node.content) if node.content else EvidencePlace(None, node.size, None))
        if not found:
            gone = [hidden.node for hidden in self._contents.filesystem.history(path) if hidden.by_layer == layer]
            found = [EvidencePlace(node.sha256, node.size, None) for node in gone]
        if not found and (layer, path) in self._marked:
            found = [EvidencePlace(None, 0, None)]
        return found

    def _place(self, layer: int, ordinal: int) -> EvidencePlace:
        entry: Entry = self._contents.layers[layer].entries[ordinal]
        if (layer, ordinal) not in self._texts:
            kept = self._contents.layers[layer].kept.get(ordinal)
            content = kept.read() if kept else b"" if entry.size == 0 else None
            is_whole = kept is None or kept.size == entry.size
            self._texts[layer, ordinal] = None if content is None else Text(content, self._shown, is_whole=is_whole)
        return EvidencePlace(entry.digest.hex() if entry.digest else None, entry.size, self._texts[layer, ordinal])


class Fields:
    """The fields of an image's config under the names that evidence gives them, several texts where two readers see two things."""

    def __init__(self, image: Image, shown: Shown) -> None:
        self._texts: dict[str, list[str]] = {}
        configs = [image.config, *([image.other_config] if image.other_config else [])]
        steps = [(f"History[{number}].{what}", text) for number, step in enumerate(image.steps)
                 for what, text in (("created_by", step.entry.created_by), ("comment", step.entry.comment))]  # fmt: skip
        for name, text in (*(pair for config in configs for pair in _fields(config)), *steps):
            self._texts.setdefault(shown(name), []).append(text.casefold())

    def has(self, field: str) -> bool:
        """Whether there is such a field, though it may be empty."""
        return field in self._texts

    def quotes(self, field: str, excerpt: str) -> bool:
        """Whether every word of *excerpt* is in the field, or in the list that it is a word of."""
        whole = field.partition("[")[0].removesuffix(".Test")
        return any(_has_words(text, excerpt) for name in (field, whole) for text in self._texts.get(name, []))


def _fields(config: ImageConfig) -> Iterator[tuple[str, str]]:
    for item in config.env:
        name = item.partition("=")[0]
        yield from ((f"Env[{short}]", item) for short in {name, cut(name)})
    yield "Env", " ".join(config.env)
    health = config.healthcheck.test if config.healthcheck else ()
    lists = (
        ("Entrypoint", config.entrypoint), ("Cmd", config.cmd), ("Shell", config.shell), ("OnBuild", config.on_build),
        ("Healthcheck", health), ("Volumes", config.volumes),
        ("ExposedPorts", config.exposed_ports),
    )  # fmt: skip
    for field, texts in lists:
        yield field, " ".join(texts)
        yield from ((f"{field}[{number}]", text) for number, text in enumerate(texts))
    yield from ((f"Healthcheck.Test[{number}]", text) for number, text in enumerate(health))
    yield from ((f"Volumes[{volume}]", volume) for volume in config.volumes)
    for key, value in config.labels:
        yield from ((f"Labels[{short}]", f"{key}={value}") for short in {key, cut(key)})
    yield from (("User", config.user), ("WorkingDir", config.working_dir), ("Author", config.author), ("os", config.os))
    yield from (("architecture", config.architecture), ("variant", config.variant), ("StopSignal", config.stop_signal))


def _is_shown_as(text: str, line: str) -> bool:
    if text == line:
        return True
    return len(text) > _SHORTEST_CUT and text.endswith("…") and line.startswith(text[:-1])


def _has_words(folded: str, excerpt: str) -> bool:
    """Whether the words of *excerpt*, shown escaped and masked, are all in *folded*; the short ones count where there are no others."""
    plain = raw_name(_MASKS.sub(" ", excerpt)).decode("utf-8", "replace").casefold()
    return all(word in folded for word in _WORD.findall(plain) or plain.split())
