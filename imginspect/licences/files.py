"""Which files of the image are licences, found by their names and by what variables name, recognised by their content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import name_of, nodes_where
from imginspect.licences.flexnet import parse_flexnet, parse_rlm
from imginspect.licences.globs import Globs
from imginspect.licences.own_forms import BY_NAME, is_longer
from imginspect.licences.values import EnvironmentFact, LicenceFile, LicenceText
from imginspect.limits import MOST_TEXT_BYTES
from imginspect.rules.licence_products import LicencePath, LicenceProduct, LicenceProducts
from imginspect.tar.header import DIRECTORY, FILE, HARDLINK

_MOST_FILES = 200
"""Licence files of one image; with more the rules on licences are not decided."""
_ANYWHERE = ("*/*.lic", "*/license.dat", "*/licence.dat", "*/.flexlmrc")
_PROSE = re.compile(r"\b(copyright|permission|warrant|redistribut|hereby)", re.IGNORECASE)
"""Words of licence texts; one alone may be in a comment of any file."""
_NO_INSTALLATION = re.compile(r"/usr/share/doc/|/usr/share/licen[cs]es/|/(?:tests?|testdata|fixtures)/")

Owner = tuple[LicenceProduct | None, LicencePath]


def licence_globs(products: LicenceProducts) -> Globs[Owner]:
    """Where licence files may be. A pass that decides what to keep may ask this too."""
    owned: list[tuple[str, Owner]] = [(path.glob, (product, path)) for product in products.products for path in product.files]
    return Globs([*owned, *((glob, (None, LicencePath(glob, opaque=False))) for glob in _ANYWHERE)])


def licence_files(view: View, products: LicenceProducts, facts: Sequence[EnvironmentFact]) -> tuple[tuple[LicenceFile, ...], bool]:
    """The licence files, by path, and whether there were more than are read."""
    globs = licence_globs(products)
    named = _named(facts)
    folders = tuple(path + "/" for path, (node, _) in named.items() if node.kind == DIRECTORY)
    found = {path: node for path, (node, _) in named.items() if node.kind in (FILE, HARDLINK)}
    is_cut = False
    for node in nodes_where(
        view,
        f"licence files of {products.digest}",
        lambda entry: globs.may_match(entry.name),
        lambda node: _is_file(node) and bool(globs.find(node.path)),
    ):
        if len(found) >= _MOST_FILES:
            is_cut = True
            break
        found.setdefault(node.path, node)
    files = []
    for path in sorted(found):
        names = named[path][1] if path in named else ()
        below = tuple(name for folder in folders if path.startswith(folder) for name in named[folder[:-1]][1])
        named_by = tuple(dict.fromkeys((*names, *below)))
        owners = [*globs.find(path), *(owner for name in named_by for owner in _owners(facts, name))]
        file = _licence_file(view, products, found[path], owners, named_by)
        if file is not None:
            files.append(file)
    return tuple(files), is_cut


def _named(facts: Sequence[EnvironmentFact]) -> dict[str, tuple[Node, tuple[str, ...]]]:
    """What variables name, by path, with the variables' names."""
    named: dict[str, tuple[Node, tuple[str, ...]]] = {}
    for fact in facts:
        for place in fact.places:
            if place.node is not None:
                node = place.node
                before = named[node.path][1] if node.path in named else ()
                named[node.path] = node, (*before, fact.name)
    return named


def _owners(facts: Sequence[EnvironmentFact], name: str) -> Iterator[Owner]:
    """The products that read the variable *name*: the file it names has the format of their licence files, wherever it is."""
    for fact in facts:
        if fact.name == name:
            for product in fact.products:
                if not product.generic:
                    yield from ((product, path) for path in product.files or (LicencePath("", opaque=False),))


def _is_prose(content: str) -> bool:
    return len({word.lower() for word in _PROSE.findall(content)}) > 1


def is_aside(path: str) -> bool:
    """Whether the file lies where documentation and tests do, and no installation."""
    return _NO_INSTALLATION.search(path) is not None


def _is_file(node: Node) -> bool:
    return node.kind in (FILE, HARDLINK) and node.size > 0


def _licence_file(
    view: View, products: LicenceProducts, node: Node, owners: Sequence[Owner], named_by: tuple[str, ...]
) -> LicenceFile | None:
    """The licence that *node* is; None where its content shows that it is none, or only the terms of some software."""
    by_path = tuple(dict.fromkeys(product for product, _ in owners if product is not None))
    opaque = any(path.opaque for _, path in owners)
    content = view.text(node) if node.size <= MOST_TEXT_BYTES else None
    if content is None:
        why = "the file is too large for a licence file" if node.size > MOST_TEXT_BYTES else "its content was not read"
        return LicenceFile(node, None, by_path, named_by, opaque, unread=why)
    text = recognise(node.path, content)
    if text is None:
        if not named_by and (_is_prose(content) or is_aside(node.path)):
            return None
        return LicenceFile(node, None, by_path, named_by, opaque)
    vendors = products.by_daemon()
    by_vendor = tuple(dict.fromkeys(vendors[name.lower()] for name in text.vendors if name.lower() in vendors))
    return LicenceFile(node, text, by_vendor or by_path, named_by, opaque)


def recognise(path: str, content: str) -> LicenceText | None:
    """What the text of a licence file says, trying the format that its name suggests first; None where no format fits."""
    parsers: list[Callable[[str], LicenceText | None]] = [parse_flexnet, parse_rlm]
    if name_of(path) in BY_NAME:
        parsers.insert(0, BY_NAME[name_of(path)])
    for parse in parsers:
        text = parse(content)
        if text is not None:
            is_own_form = parse not in (parse_flexnet, parse_rlm)
            return text._replace(is_cut=text.is_cut or (is_own_form and is_longer(content)))
    return None
