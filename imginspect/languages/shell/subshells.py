"""Shells that a script starts for a part of itself: ``( )``, ``$( )`` and ``<( )``."""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from imginspect.languages.shell.place import Flow, OnFailure, ShellPlace
from imginspect.languages.shell.walk import Step, Walk
from imginspect.languages.shell.words import SUBSTITUTIONS


def subshell(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk the commands of a shell of its own."""
    walk.variables.enter()
    kept = walk.ends_on_error, walk.pipes_fail
    inner = replace(place.now(), flow=Flow())
    last = last_statement(node)
    for child in node.named_children:
        yield walk.visit(child, inner if child == last else inner.not_last())
    walk.ends_on_error, walk.pipes_fail = kept
    walk.variables.undo()


def substitutions(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk the commands inside ``$( )`` and ``<( )`` of *node*, in shells of their own."""
    if node.type != "variable_assignment":  # of an assignment alone the status is that of the substitution
        place = place.failing(OnFailure.IGNORED, is_last=False)
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type in SUBSTITUTIONS:
            yield subshell(walk, at, place)
        elif at.type not in ("pipeline", "list", "command") or at is node:
            stack += reversed(at.named_children)


def last_statement(node: Node) -> Node | None:
    """The statement of *node* behind which nothing runs."""
    children = [child for child in node.named_children if child.type not in ("comment", "function_definition")]
    return children[-1] if children else None
