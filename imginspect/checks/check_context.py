"""CheckContext: all that is known of one image when the checks begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from imginspect.filesystem import Filesystem, Node
from imginspect.filesystem.presence import Presence
from imginspect.filesystem.view import View
from imginspect.host.file_type import HEAD_BYTES, describe
from imginspect.image import Image
from imginspect.layer import LayerIndex
from imginspect.licences.inventory import LicenceInventory, licence_inventory
from imginspect.licences.licences import Licences, licences_of
from imginspect.problems import Problem
from imginspect.reading.documents import DocumentMatch
from imginspect.rules import Policy
from imginspect.rules.knowledge_base import KnowledgeBase
from imginspect.tar.header import DIRECTORY

if TYPE_CHECKING:
    from imginspect.network.network import Network
    from imginspect.reach.startup import Startup
    from imginspect.startup.launch import Launch


_MOST_PLACES = 50
"""Places of each kind that the evidence names; all packages are counted."""
_MOST_FILE_TYPES = 50
"""Files below a mount whose type is told by their first bytes: findings list at most 20 of them. Others are told by their content class."""


@dataclass(frozen=True)
class CheckContext:
    """One image: what its documents say, what its layers hold, what the filesystem shows, and all problems met on the way.

    Facts that several checks go by are worked out once, when the first of them asks.
    """

    view: View
    problems: tuple[Problem, ...]
    policy: Policy
    knowledge: KnowledgeBase
    document_matches: tuple[DocumentMatch, ...]
    """Credentials in the image's documents, and in what the archive holds besides the image."""

    @cached_property
    def startup(self) -> Startup:
        """What starts in a container and what runs from there, with the policy's directories mounted."""
        from imginspect.network.network import known_commands  # the parsers behind them are only loaded when a check asks
        from imginspect.reach.startup import startup

        return startup(self.view, self.mounts, known_commands(self.knowledge.network.entries))

    @property
    def launch(self) -> Launch:
        """Whether and how the config's command starts."""
        return self.startup.launch

    @cached_property
    def licences(self) -> Licences:
        """The licences that the image holds or asks for, and the software that needs them."""
        return licences_of(self.view, self.knowledge.products, self.mounts)

    @cached_property
    def licence_inventory(self) -> LicenceInventory:
        """What packages state about their licences, with up to 50 places of each kind."""
        return licence_inventory(self.view, _MOST_PLACES)

    @cached_property
    def network(self) -> Network:
        """What reaches for the network when a container starts."""
        from imginspect.network.network import network

        return network(self.view, self.startup, self.knowledge.network)

    @cached_property
    def presence(self) -> Presence:
        """Which contents of the layers a container sees."""
        return Presence(self.view)

    @property
    def mounts(self) -> tuple[str, ...]:
        """The directories that the environment mounts over."""
        return tuple(directory.path for directory in self.policy.directories)

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

    def ask_for_file_types(self) -> None:
        """Ask the view for the first bytes of files below mounts: ``file_type`` goes by them, and findings show it."""
        for mount in self.mounts:
            files = (node for node in self.filesystem.walk(mount) if node.kind != DIRECTORY)
            for node in islice(files, _MOST_FILE_TYPES):
                self.view.head(node)

    def file_type(self, node: Node) -> str | None:
        """What kind of file *node* is, in words, as far as that is known: below a mount what libmagic calls it."""
        if node.content is None:
            return None
        head = self.view.head(node) if node.path.startswith(tuple(f"{mount}/" for mount in self.mounts)) else None
        return (describe(head[:HEAD_BYTES]) if head else None) or node.content_class or None
