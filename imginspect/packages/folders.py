"""Packages that are a folder: R libraries, Node modules and Julia depots. What states them is a file in the folder; they claim all of it.

Sources: R's manual "R Installation and Administration" and "Writing R Extensions" (``Built`` is written by the installation alone);
npm's documentation of package.json; Julia's manual, "Pkg: depots". None of them records digests of the files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import nodes_where
from imginspect.packages.json_object import MOST_JSON, json_object, string_of
from imginspect.packages.package import Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.packages.paragraphs import paragraphs
from imginspect.tar.header import DIRECTORY

_R_PACKAGE = re.compile(r".*/(?P<name>[^/]+)/DESCRIPTION")
_NODE_MODULE = re.compile(r".*/node_modules/(?P<name>(?:@[^/]+/)?[^/@][^/]*)/package\.json")
_JULIA_PACKAGE = re.compile(r".*/packages/(?P<name>[^/]+)/[0-9A-Za-z]{4,5}/(?:Julia)?Project\.toml")
_TOML = re.compile(r"^(name|version)[ \t]*=[ \t]*\"([^\"\n]{1,100})\"", re.MULTILINE)


_Reader: TypeAlias = Callable[[str, str, Node], Package | NotDetermined | None]
"""(text, name of the folder, file) to the package that the text states; None where it states none of that name."""


def _packages(view: View, question: str, names: frozenset[str], place: re.Pattern[str], read: _Reader) -> Iterator[StatedOrNot]:
    """What *read* makes of each file that is called one of *names* and is at a *place* with the ``name`` of a package."""
    for node in nodes_where(view, question, lambda entry: entry.name in names, lambda found: found.kind != DIRECTORY):
        match = place.fullmatch(node.path)
        text = view.text(node) if match is not None else ""
        if match is None:
            continue
        stated = NotDetermined(node.path, "it was not read", due_to_unread=True) if text is None else read(text, match["name"], node)
        if isinstance(stated, Package):
            yield Stated(stated, folders=(posixpath.dirname(node.path),))
        elif stated is not None:
            yield stated


def r_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages in R libraries: folders with a DESCRIPTION that an installation finished (``Built``) and that bears their name."""
    return _packages(view, "R packages", frozenset({"DESCRIPTION"}), _R_PACKAGE, _r_package)


def _r_package(text: str, name: str, node: Node) -> Package | None:
    fields = next(paragraphs(text), {})
    if not fields.get("Built") or fields.get("Package") != name:
        return None
    return Package(Manager.R, name, fields.get("Version", ""), node.path, node.layer_index, fields.get("License", ""))


def npm_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages in node_modules folders whose package.json bears the name of their folder."""
    return _packages(view, "npm packages", frozenset({"package.json"}), _NODE_MODULE, _npm_package)


def _npm_package(text: str, name: str, node: Node) -> Package | NotDetermined | None:
    if len(text) > MOST_JSON:
        return NotDetermined(node.path, f"it has more than {MOST_JSON:,} characters and was not read", due_to_unread=True)
    document = json_object(text)
    if document is None or document.get("name") != name:
        return None
    return Package(Manager.NPM, name, string_of(document, "version"), node.path, node.layer_index, string_of(document, "license"))


def julia_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages in ``packages/NAME/SLUG`` of Julia depots."""
    return _packages(view, "Julia packages", frozenset({"Project.toml", "JuliaProject.toml"}), _JULIA_PACKAGE, _julia_package)


def _julia_package(text: str, name: str, node: Node) -> Package | None:
    fields = dict(reversed(_TOML.findall(text.partition("\n[")[0])))
    return Package(Manager.JULIA, name, fields.get("version", ""), node.path, node.layer_index) if fields.get("name") == name else None
