"""KnowledgeBase: all that the rules know about the world outside an image, loaded once and passed to the checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from imginspect.rules.licence_products import LicenceProducts, load_products
from imginspect.rules.network_knowledge import NetworkKnowledge, load_network_knowledge
from imginspect.rules.patterns import PatternSet, load_patterns


class KnowledgeBase(NamedTuple):
    """*patterns* are kinds of credentials, *products* software that needs a licence when it runs, *network* what fetches."""

    patterns: PatternSet
    products: LicenceProducts
    network: NetworkKnowledge


def load_knowledge(folders: Sequence[Path]) -> KnowledgeBase:
    """The contents of ``knowledge`` in *folders*; a folder may have none.

    Raises: RuleError
    """
    return KnowledgeBase(load_patterns(folders), load_products(folders), load_network_knowledge(folders))
