"""Which products that need a licence are in the image, by files that only an installation has."""

from __future__ import annotations

import re

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import name_of, nodes_where
from imginspect.licences.globs import Globs
from imginspect.licences.values import Installed
from imginspect.rules.licence_products import LicenceProduct, LicenceProducts
from imginspect.tar.header import DIRECTORY

_METADATA = frozenset({"METADATA", "PKG-INFO"})
_DISTRIBUTION = re.compile(r"/([A-Za-z0-9][A-Za-z0-9._-]*?)-[^/]*\.(?:dist|egg)-info/(?:METADATA|PKG-INFO)$")


def installed_products(view: View, products: LicenceProducts) -> tuple[Installed, ...]:
    """The products in the image, in order of their ids, each with the first file that shows it."""
    markers = Globs((marker, product) for product in products.products for marker in product.markers)
    packages = {package: product for product in products.products for package in product.python}
    found: dict[str, Installed] = {}
    for node in nodes_where(
        view,
        f"markers of {products.digest}",
        lambda entry: entry.name in _METADATA or markers.may_match(entry.name),
        lambda node: node.kind != DIRECTORY and (name_of(node.path) in _METADATA or markers.may_match(name_of(node.path))),
    ):
        for product in (*markers.find(node.path), *_of_package(node, packages)):
            found.setdefault(product.id, Installed(product, node))
    return tuple(found[key] for key in sorted(found))


def _of_package(node: Node, packages: dict[str, LicenceProduct]) -> list[LicenceProduct]:
    if name_of(node.path) not in _METADATA:
        return []
    match = _DISTRIBUTION.search(node.path)
    name = re.sub(r"[._-]+", "-", match.group(1)).lower() if match else ""
    return [packages[name]] if name in packages else []
