"""Simple commands of a script: their words, assignments, redirections and substitutions."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from tree_sitter import Node

from imginspect.languages.shell import builtins, redirects
from imginspect.languages.shell.commands import ShellCommand, Written
from imginspect.languages.shell.place import OnFailure, ShellPlace
from imginspect.languages.shell.subshells import substitutions
from imginspect.languages.shell.walk import Step, Walk
from imginspect.languages.shell.words import MOST_FIELDS, WordExpander
from imginspect.languages.values import LONGEST_SOURCE, Value, constant, dynamic

_MOST_WORDS = 2_000
"""Words of one command; one that is not known stands for the others, and the script counts as not followed to its end."""


def command(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk a command with its words, as it stands."""
    yield substitutions(walk, node, place)
    walk.variables.enter()
    own = [
        pair
        for child in node.named_children
        if child.type == "variable_assignment" and (pair := _assign(walk, child, place, export=False)) is not None
    ]
    name = node.child_by_field_name("name")
    fields = list(_name_fields(name, place)) if name is not None else []
    walk.variables.undo()
    for child in node.children_by_field_name("argument"):
        fields += place.words.fields(child)
        if len(fields) > _MOST_WORDS:
            fields.append(dynamic("…"))
            walk.incomplete = "a command in it has more words than are followed"
            break
    if not fields and name is not None:
        fields = _left_unset(walk, name, place)
    if fields and not (len(fields) == 1 and fields[0].text == ""):
        given = redirects.given_text(node, place.words, place.data)
        exported = (*walk.variables.exported(), *own) if own else walk.variables.exported()
        yield builtins.simple(walk, _made(walk, node, fields, given, exported, place), place)


def redirected(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk a statement with redirections."""
    body = node.child_by_field_name("body")
    given = redirects.given_text(node, place.words, place.data)
    start = len(walk.found)
    if body is not None:
        yield walk.visit(body, place)
    else:
        yield from ()
    if given is not None and len(walk.found) == start + 1:
        walk.found[-1] = walk.found[-1]._replace(here_text=given)
    for redirect in node.children_by_field_name("redirect"):
        _note_written(walk, redirect, place)
        yield substitutions(walk, redirect, place)
        host = redirects.connection(redirect, place.words)
        if host is not None:
            walk.found.append(_made(walk, redirect, [constant("/dev/tcp"), host], None, (), place))
        piped = [child for child in redirect.named_children if child.type in ("pipeline", "list", "command")]
        for child in piped:
            start = len(walk.found)
            yield walk.visit(child, place)
            if child.type == "pipeline" and len(walk.found) == start + 1 and given is not None and _is_cat(node, place):
                walk.found[-1] = walk.found[-1]._replace(here_text=given)


def assignment(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk a statement that is one assignment."""
    yield substitutions(walk, node, place)
    if not place.flow.ended:
        _assign(walk, node, place, export=False)


def assignments(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk a statement of several assignments."""
    for child in node.named_children:
        yield walk.visit(child, place)


def declaration(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk ``export``, ``local``, ``declare`` and their like."""
    yield substitutions(walk, node, place)
    if place.flow.ended:
        return
    first = place.words.source(node).split(None, 2)
    export = first[0] == "export" or (len(first) > 1 and first[1].startswith("-") and "x" in first[1])
    for child in node.named_children:
        if child.type == "variable_assignment":
            _assign(walk, child, place, export=export)
        elif child.type == "variable_name" and export:
            name = place.words.source(child)
            if walk.variables.has(name):
                walk.variables.set(name, walk.variables.get(name), export=True)


def unset(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk ``unset``."""
    for child in node.named_children:
        if child.type == "variable_name" and not place.flow.ended:
            walk.variables.set(place.words.source(child), constant(""))
    yield from ()


def negated_command(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk ``! COMMAND``."""
    for child in node.named_children:
        yield walk.visit(child, place.failing(OnFailure.ASKED, is_last=False))


def _assign(walk: Walk, node: Node, place: ShellPlace, *, export: bool) -> tuple[str, Value] | None:
    """Do one assignment."""
    name_node, value_node = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name_node is None or name_node.type != "variable_name":
        if name_node is not None and name_node.type == "subscript":
            inner = name_node.child_by_field_name("name")
            walk.variables.forget([place.words.source(inner)] if inner is not None else [])
        return None
    name = place.words.source(name_node)
    is_added = any(child.type == "+=" for child in node.children)
    if value_node is not None and value_node.type == "array":
        elements = tuple(field for child in value_node.named_children for field in place.words.fields(child))
        before = walk.variables.get(name) if is_added else ()
        held = (*before, *elements) if isinstance(before, tuple) and len(before) < MOST_FIELDS else None
        walk.variables.set(name, held)
        return None
    value = place.words.value(value_node) if value_node is not None else constant("")
    if is_added:
        value = Value(None, f"{name}+=")
    walk.variables.set(name, value if value.text is not None or value.variables or value.prefix else None, export=export)
    return name, value


def _note_written(walk: Walk, redirect: Node, place: ShellPlace) -> None:
    if redirect.type != "file_redirect" or not any(">" in child.type for child in redirect.children):
        return
    destination = redirect.child_by_field_name("destination")
    path = place.words.value(destination).start if destination is not None else ""
    if path and not path.isdigit() and not path.startswith("/dev/"):
        base = walk.variables.value("PWD").text or "/"
        walk.written.append(Written(posixpath.normpath(posixpath.join(base, path)), len(walk.found)))


def _is_cat(node: Node, place: ShellPlace) -> bool:
    body = node.child_by_field_name("body")
    return body is not None and place.words.source(body).strip() == "cat"


def _left_unset(walk: Walk, name: Node, place: ShellPlace) -> list[Value]:
    """The name of a command that is empty only while nobody sets its variables (``${STEP:-}``), as one that is not known."""
    value = place.words.value(name)
    return [dynamic(value.source, value.variables)] if any(not walk.variables.has(item) for item in value.variables) else []


def _name_fields(node: Node, place: ShellPlace) -> tuple[Value, ...]:
    children = node.named_children
    fields = place.words.fields(children[0]) if len(children) == 1 else (place.words.value(node),)
    return tuple(field for field in fields if field.text != "" or len(fields) == 1)


def _made(
    walk: Walk, node: Node, fields: list[Value], given: Value | None, exported: tuple[tuple[str, Value], ...], place: ShellPlace
) -> ShellCommand:
    now = place.now()
    return ShellCommand(
        words=tuple(fields),
        line=_line_of(node, fields, place.words),
        source=" ".join(place.words.source(node)[:LONGEST_SOURCE].split()),
        when=now.when,
        path=place.path,
        guards=now.guards,
        function=now.function,
        is_tolerated=now.is_tolerated,
        is_certain=now.is_certain,
        here_text=given,
        exported=exported,
        directory=walk.variables.value("PWD").text,
        failure=now.failure(ends_on_error=walk.ends_on_error),
    )


def _line_of(node: Node, fields: Sequence[Value], words: WordExpander) -> int:
    """The line of a command: of ``"$@"`` that where its words stand, so that of the call of the function."""
    name = node.child_by_field_name("name")
    parts = name.named_children if name is not None else []
    if len(parts) == 1 and words.is_many(parts[0]) and fields and fields[0].lines:
        return fields[0].lines[0][1]
    return words.line(node.start_byte)
