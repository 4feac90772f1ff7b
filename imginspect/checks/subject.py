"""Subject: all that is known of one image when the checks begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imginspect.analysis.documents import DocumentMatch
from imginspect.analysis.view import View
from imginspect.filesystem import Filesystem, Node
from imginspect.image import Image
from imginspect.layer import LayerIndex
from imginspect.problems import Problem
from imginspect.rules import PatternSet, Policy


@dataclass(frozen=True, slots=True)
class Subject:
    """One image: what its documents say, what its layers hold, what the filesystem shows, and all problems met on the way."""

    view: View
    problems: tuple[Problem, ...]
    policy: Policy
    file_types: Mapping[tuple[int, int], str]
    """What libmagic calls the files whose first bytes were kept, by (layer index, ordinal)."""
    patterns: PatternSet
    document_matches: tuple[DocumentMatch, ...]
    """Credentials in the image's documents, and in what the archive holds besides the image."""

    @property
    def image(self) -> Image:
        """What the image's documents say."""
        return self.view.image

    @property
    def layers(self) -> Sequence[LayerIndex]:
        """What each layer holds, base first."""
        return self.view.layers

    @property
    def filesystem(self) -> Filesystem:
        """What a container would see."""
        return self.view.filesystem

    @property
    def is_read_whole(self) -> bool:
        """Whether every layer was read to its end: what is not seen is then not there."""
        return self.view.is_read_whole

    def file_type(self, node: Node) -> str | None:
        """What kind of file *node* is, in words, as far as that is known."""
        if node.content is None:
            return None
        return self.file_types.get(node.content) or node.content_class or None
