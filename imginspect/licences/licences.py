"""Everything that an image says about how its software gets its licences, in one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.licences.environment import environment_facts
from imginspect.licences.files import licence_files
from imginspect.licences.installed import installed_products
from imginspect.licences.values import EnvironmentFact, Installed, LicenceFile
from imginspect.rules.licence_products import LicenceProduct, LicenceProducts
from imginspect.startup.named_texts import entry_texts, start_fields

_SERVER_PROGRAM = re.compile(r"(?:^|[\s/;&|(\"'])(lmgrd|lmadmin|rlm|mathlm|grb_ts|lserv)(?=[\s;&|)\"']|$)")


class Licences(NamedTuple):
    """The variables, files and products of an image that have to do with licences.

    *own_server* names a licence server's program that the start or its script runs; empty for none. *is_cut* says that there were more
    licence files than are looked at.
    """

    facts: tuple[EnvironmentFact, ...]
    files: tuple[LicenceFile, ...]
    installed: tuple[Installed, ...]
    own_server: str
    is_cut: bool

    def has(self, product: LicenceProduct) -> bool:
        """Whether *product* was found in the image."""
        return any(item.product.id == product.id for item in self.installed)


def licences_of(view: View, products: LicenceProducts, mounts: Sequence[str]) -> Licences:
    """The licences of an image; *mounts* are the directories over which the environment mounts its own."""
    facts = environment_facts(view, products, mounts)
    files, is_cut = licence_files(view, products, facts)
    return Licences(facts, files, installed_products(view, products), _own_server(view), is_cut)


def _own_server(view: View) -> str:
    texts = [text for _, text in start_fields(view.image.config)] + [item.text for item in entry_texts(view).texts]
    for text in texts:
        for line in text.split("\n"):
            match = None if line.lstrip().startswith("#") else _SERVER_PROGRAM.search(line)
            if match:
                return match.group(1)
    return ""
