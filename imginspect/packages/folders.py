"""Packages that are a folder: R libraries, Node modules and Julia depots. What states them is a file in the folder; they claim all of it.

Sources: R's manual "R Installation and Administration" and "Writing R Extensions" (``Built`` is written by the installation alone);
npm's documentation of package.json; Julia's manual, "Pkg: depots". None of them records digests of the files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.filesystem.visible import nodes_where
from imginspect.layer.index import Entry
from imginspect.packages.json_object import MOST_JSON, json_object, string_of
from imginspect.packages.package import Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.packages.paragraphs import paragraphs
from imginspect.tar.header import DIRECTORY

_NODE_MODULE = re.compile(r".*/node_modules/(?P<name>(?:@[^/]+/)?[^/@][^/]*)/package\.json")
_JULIA_PACKAGE = re.compile(r".*/packages/(?P<name>[^/]+)/[0-9A-Za-z]{4,5}/(?:Julia)?Project\.toml")
_TOML = re.compile(r"^(name|version)[ \t]*=[ \t]*\"([^\"\n]{1,100})\"", re.MULTILINE)


def _named(*names: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.name in names


def _read(view: View, node: Node) -> str | NotDetermined:
    text = view.text(node)
    return NotDetermined(node.path, "it was not read", due_to_unread=True) if text is None else text


def r_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages in R libraries: folders with a DESCRIPTION that an installation finished (``Built``) and that bears their name."""
    for node in nodes_where(view, "R packages", _named("DESCRIPTION"), lambda found: found.kind != DIRECTORY):
        folder = posixpath.dirname(node.path)
        text = _read(view, node)
        if isinstance(text, NotDetermined):
            yield text
            continue
        fields = next(paragraphs(text), {})
        if fields.get("Built") and fields.get("Package") == posixpath.basename(folder):
            package = Package(
                Manager.R, fields["Package"], fields.get("Version", ""), node.path, node.layer_index, fields.get("License", "")
            )
            yield Stated(package, folders=(folder,))


def npm_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages in node_modules folders whose package.json bears the name of their folder."""
    for node in nodes_where(view, "npm packages", _named("package.json"), lambda found: found.kind != DIRECTORY):
        match = _NODE_MODULE.fullmatch(node.path)
        if match is None:
            continue
        text = _read(view, node)
        if isinstance(text, NotDetermined):
            yield text
            continue
        if len(text) > MOST_JSON:
            yield NotDetermined(node.path, f"it has more than {MOST_JSON:,} characters and was not read", due_to_unread=True)
            continue
        document = json_object(text)
        if document is None or document.get("name") != match["name"]:
            continue
        package = Package(
            Manager.NPM,
            match["name"],
            string_of(document, "version"),
            node.path,
            node.layer_index,
            string_of(document, "license"),
        )
        yield Stated(package, folders=(posixpath.dirname(node.path),))


def julia_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages in ``packages/NAME/SLUG`` of Julia depots."""
    for node in nodes_where(view, "Julia packages", _named("Project.toml", "JuliaProject.toml"), lambda found: found.kind != DIRECTORY):
        match = _JULIA_PACKAGE.fullmatch(node.path)
        if match is None:
            continue
        text = _read(view, node)
        if isinstance(text, NotDetermined):
            yield text
            continue
        fields = dict(reversed(_TOML.findall(text.partition("\n[")[0])))
        if fields.get("name") == match["name"]:
            package = Package(Manager.JULIA, match["name"], fields.get("version", ""), node.path, node.layer_index)
            yield Stated(package, folders=(posixpath.dirname(node.path),))
