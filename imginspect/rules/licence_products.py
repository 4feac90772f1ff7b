"""LicenceProduct: software that needs a licence to run, as data: how to recognise it, its licence files, its variables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from imginspect.rules import yaml_file
from imginspect.rules.collection import collect

FOLDER = Path("knowledge", "licences")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_GLOB = re.compile(r"\*?/(?:[^\s]*/)?(?:[^*?\[/\s]+|\*[^*?\[/\s]*\.[^*?\[/.\s]+)")


class Need(StrEnum):
    """What the product does without a licence."""

    REQUIRED = "required"
    LIMITED = "limited"
    NONE = "none"


class VariableForm(StrEnum):
    """What the value of an environment variable is."""

    PATH_LIST = "path-list"
    SERVER = "server"
    FILE = "file"
    KEY = "key"
    ONLINE = "online"


class Variable(NamedTuple):
    """An environment variable that leads to a licence."""

    name: str
    form: VariableForm


class LicencePath(NamedTuple):
    """Where a licence file may be. The text of an *opaque* one is known to name no server: it is not analysed."""

    glob: str
    opaque: bool


class LicenceProduct(NamedTuple):
    """One product, or (*generic*) a licence manager that many products share.

    *markers* are globs of files that only an installation has, *python* the names of packages, *daemons* the vendors in FlexNet files.
    *verified* says that the entry was compared with the vendor's own documentation, which *reference* names. *remediation*
    says what to do where its licence is missing, empty where that is the rule's to say.
    """

    id: str
    name: str
    need: Need
    note: str
    generic: bool
    verified: bool
    reference: str
    markers: tuple[str, ...]
    python: tuple[str, ...]
    daemons: tuple[str, ...]
    environment: tuple[Variable, ...]
    files: tuple[LicencePath, ...]
    file: str
    line: int
    remediation: str


class LicenceProducts(NamedTuple):
    """All products, in order of their ids. *digest* is the sha256 of their files' contents."""

    products: tuple[LicenceProduct, ...]
    digest: str

    def by_variable(self) -> Mapping[str, tuple[tuple[LicenceProduct, Variable], ...]]:
        """Products by the name of a variable of theirs; several products may share one."""
        found: dict[str, tuple[tuple[LicenceProduct, Variable], ...]] = {}
        for product in self.products:
            for variable in product.environment:
                found[variable.name] = (*found.get(variable.name, ()), (product, variable))
        return found

    def by_daemon(self) -> Mapping[str, LicenceProduct]:
        """Products by the FlexNet vendor daemon, in lower case."""
        return {daemon.lower(): product for product in self.products for daemon in product.daemons}


def load_products(folders: Sequence[Path]) -> LicenceProducts:
    """All products in ``knowledge/licences`` of *folders*; a folder may have none.

    Raises: RuleError - a faulty file, or two products with one id
    """
    return LicenceProducts(*collect(folders, FOLDER, "products", lambda item, _: _product(item)))


def _product(item: yaml_file.Mapping) -> LicenceProduct:
    item.allow(
        "id",
        "name",
        "need",
        "note",
        "generic",
        "verified",
        "reference",
        "markers",
        "python",
        "daemons",
        "environment",
        "files",
        "remediation",
    )
    product_id = item.text("id")
    if not _ID.fullmatch(product_id):
        raise item.place_of("id").error(f"id: expected lower-case words joined by hyphens, found {product_id!r}")
    if "verified" not in item:
        raise item.place.error("'verified' is missing: state whether the entry was compared with its reference")
    return LicenceProduct(
        id=product_id,
        name=item.text("name"),
        need=Need(_one_of(item, "need", Need)),
        note=item.text("note", ""),
        generic=item.truth("generic"),
        verified=item.truth("verified"),
        reference=item.text("reference"),
        markers=tuple(_glob(item, "markers", text) for text in item.texts("markers")),
        python=tuple(name.lower().replace("_", "-") for name in item.texts("python")),
        daemons=item.texts("daemons"),
        environment=tuple(_variable(entry) for entry in item.mappings("environment")),
        files=tuple(_path(entry) for entry in item.mappings("files")),
        file=item.place.file,
        line=item.place.line,
        remediation=item.text("remediation", ""),
    )


def _variable(item: yaml_file.Mapping) -> Variable:
    item.allow("name", "form")
    return Variable(item.text("name"), VariableForm(_one_of(item, "form", VariableForm)))


def _path(item: yaml_file.Mapping) -> LicencePath:
    item.allow("path", "opaque")
    return LicencePath(_glob(item, "path", item.text("path")), item.truth("opaque"))


def _glob(item: yaml_file.Mapping, key: str, text: str) -> str:
    if not _GLOB.fullmatch(text):
        raise item.place_of(key).error(
            f"{key}: expected a path that starts with / or */ and ends in a literal name, or in '*' and a suffix, found {text!r}"
        )
    return text


def _one_of(item: yaml_file.Mapping, key: str, choices: type[StrEnum]) -> str:
    value = item.text(key)
    if value not in list(choices):
        raise item.place_of(key).error(f"{key}: expected one of {', '.join(choices)}, found {value!r}")
    return value
