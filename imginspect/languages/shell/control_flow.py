"""Control flow of a script: branches, loops, lists, subshells, pipelines and the definition of functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from tree_sitter import Node

from imginspect.languages.shell import redirects
from imginspect.languages.shell.conditions import LONGEST_COMPARED, LONGEST_PATTERN, condition_of, expected
from imginspect.languages.shell.place import Flow, OnFailure, ShellPlace, add_refused, with_guard
from imginspect.languages.shell.subshells import last_statement, substitutions
from imginspect.languages.shell.walk import Step, Walk
from imginspect.languages.values import Condition, Known, Unknown, Value, constant, dynamic, negated

SEQUENCES = frozenset({"program", "compound_statement", "do_group"})
"""Kinds of nodes whose children run one after another."""
_MOST_ROUNDS = 40
"""Rounds of a loop that are walked one by one; in a longer one what its variable holds is not known."""
_WILDCARD = re.compile(r"[*?\[]")
_ALWAYS = Known(outcome=True, source="else")
_NEVER = Known(outcome=False, source="no earlier case matches")
_QUIET = frozenset({"true", ":", "echo", "printf"})


def if_statement(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk ``if``, ``elif`` and ``else``."""
    refused: list[Condition] = []
    endings: list[str] = []
    clauses = _clauses(node)
    for asked, body in clauses:
        outer = place.inside(*refused) if refused else place
        for child in asked:
            yield walk.visit(child, outer.failing(OnFailure.ASKED, is_last=False))
        condition = condition_of(asked[-1], place.words) if asked else _ALWAYS
        yield _branch(walk, body, outer, condition)
        endings.append(walk.last_ended)
        if outer is not place and (outer.flow.guards or outer.flow.ended):
            place.flow.guards = with_guard(place.flow.guards, Unknown("no earlier branch ends the script"))
        add_refused(refused, condition)
    if all(endings) and not clauses[-1][0]:
        place.flow.ended = place.flow.ended or endings[0]


def case_statement(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk the items of a ``case``."""
    value = node.child_by_field_name("value")
    asked = place.words.value(value) if value is not None else None
    refused: list[Condition] = []
    endings: list[str] = []
    is_matched = has_default = False
    for item in [child for child in node.named_children if child.type == "case_item"]:
        patterns = item.children_by_field_name("value")
        texts = [place.words.source(pattern) for pattern in patterns]
        condition = _NEVER if is_matched else _matched(asked, texts)
        outer = place.inside(*refused) if refused else place
        yield _branch(walk, [child for child in item.named_children if child not in patterns], outer, condition)
        endings.append(walk.last_ended)
        if outer is not place and (outer.flow.guards or outer.flow.ended):
            place.flow.guards = with_guard(place.flow.guards, Unknown("no earlier case ends the script"))
        has_default = has_default or "*" in texts
        is_matched = is_matched or (isinstance(condition, Known) and condition.outcome and not condition.variables)
        add_refused(refused, condition)
    if has_default and all(endings):
        place.flow.ended = place.flow.ended or endings[0]


def list_(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk ``A && B`` or ``A || B``."""
    children = node.named_children
    if len(children) != 2:
        for child in children:
            yield walk.visit(child, place.inside(Unknown("the command list reaches it")))
        return
    left, right = children
    is_and = any(child.type == "&&" for child in node.children)
    if is_and:
        before = place.failing(OnFailure.CHAINED if place.on_failure is not OnFailure.EXITS else OnFailure.EXITS)
    else:
        before = place.failing(OnFailure.EXITS if _exits(right, place) else OnFailure.ASKED, is_last=False)
    yield walk.visit(left, before if is_and or not _is_quiet(right, place) else replace(before, is_tolerated=True))
    if place.flow.ended:
        return
    condition = condition_of(left, place.words)
    yield _branch(walk, [right], place, expected(condition, place.words.source(left)) if is_and else negated(condition))


def loop(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk a loop: each round of a ``for`` over known words, the body once otherwise."""
    body = node.child_by_field_name("body")
    if walk.depth_of_loops == 0 and body is not None:
        walk.variables.forget(_assigned(body, place))
    walk.depth_of_loops += 1
    inner = replace(place.now(), flow=Flow(), is_in_loop=True, is_last=False)
    asked = inner.failing(OnFailure.ASKED)
    values = node.children_by_field_name("value")
    if node.type == "while_statement" and _never_ends(node, place):
        inner = replace(inner, is_in_loop=place.is_in_loop)
    for child in [*node.children_by_field_name("condition"), *values]:
        if child.is_named:
            yield walk.visit(child, asked) if node.type == "while_statement" else substitutions(walk, child, place)
    variable = node.child_by_field_name("variable")
    rounds = _rounds(walk, values, place) if variable is not None else (None,)
    if rounds and variable is not None and all(value is not None and value.text is not None for value in rounds):
        inner = replace(inner, is_in_loop=place.is_in_loop)
    endings: list[str] = []
    for value in rounds:
        if variable is not None:
            walk.variables.set(place.words.source(variable), value)
        if body is not None:
            around = replace(inner, flow=Flow())
            walk.variables.enter()
            yield walk.visit(body, around)
            walk.variables.blur()
            endings.append(around.flow.ended)
    walk.depth_of_loops -= 1
    if any(ending in ("exit", "return") for ending in endings):
        place.flow.guards = with_guard(place.flow.guards, Unknown("no loop ends the script first"))


def pipeline(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Walk a pipeline; each part is given what the one before prints, where that is known."""
    given: Value | None = None
    parts = node.named_children
    for number, child in enumerate(parts):
        walk.variables.enter()
        start = len(walk.found)
        inner = replace(place.now(), flow=Flow())
        is_ignored = number < len(parts) - 1 and not walk.pipes_fail
        yield walk.visit(child, inner.failing(OnFailure.IGNORED, is_last=False) if is_ignored else inner)
        walk.variables.undo()
        if number:
            text = given if given is not None else dynamic("its piped input")
            walk.found[start:] = [item if item.here_text is not None else item._replace(here_text=text) for item in walk.found[start:]]
        given = redirects.printed(walk.found[-1]) if len(walk.found) == start + 1 else None


def function_definition(walk: Walk, node: Node, place: ShellPlace) -> Step:
    """Take note of a function; its body is walked where it is called."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    walk.names_own_commands |= name is not None and place.words.source(name).startswith("command_not_found")
    if name is not None and body is not None and not place.flow.ended:
        place_now = place.now()
        defined = walk.functions.setdefault(place.words.source(name), [])
        if not place_now.is_conditional:
            defined.clear()
        defined.append((body, ShellPlace(place.words, place.data, place.path, is_certain=place.is_certain)))
    yield from ()


def _branch(walk: Walk, nodes: Sequence[Node], place: ShellPlace, condition: Condition) -> Step:
    """*nodes* where *condition* holds. A branch that ends what is around it leaves the rest to the opposite."""
    known = condition if isinstance(condition, Known) else None
    walk.variables.enter()
    inner = place.inside(condition)
    for number, node in enumerate(nodes, 1):
        yield walk.visit(node, inner if number == len(nodes) else inner.not_last())
    if known is None:
        walk.variables.blur()
    elif known.outcome:
        walk.variables.keep()
    else:
        walk.variables.undo()
    walk.last_ended = inner.flow.ended
    if inner.flow.ended:
        if known is not None and known.outcome and not known.variables:
            place.flow.ended = place.flow.ended or inner.flow.ended
        elif known is None or known.outcome:
            place.flow.guards = with_guard(place.flow.guards, negated(condition))


def _is_quiet(node: Node, place: ShellPlace) -> bool:
    if node.type == "redirected_statement":
        node = node.child_by_field_name("body") or node
    name = node.child_by_field_name("name") if node.type == "command" else None
    return name is not None and place.words.source(name) in _QUIET


def _never_ends(node: Node, place: ShellPlace) -> bool:
    """Whether a ``while`` is entered for sure: ``while true``."""
    asked = [child for child in node.children_by_field_name("condition") if child.is_named]
    condition = condition_of(asked[-1], place.words) if asked and node.children[0].type == "while" else None
    return isinstance(condition, Known) and condition.outcome and not condition.variables


def _rounds(walk: Walk, values: Sequence[Node], place: ShellPlace) -> Sequence[Value | None]:
    """What the variable of a ``for`` holds in each round; one unknown where that is not known."""
    fields = [field for value in values for field in place.words.fields(value)]
    found: list[Value | None] = []
    for field in fields:
        files: Sequence[str] | None = ()
        if field.text is not None and any(mark in field.text for mark in "*?["):
            files = walk.globbed(field.text) if walk.globbed is not None else None
        if field.text is not None and files is None:
            return (Value(None, field.text, _WILDCARD.split(field.text, maxsplit=1)[0]),)
        if field.text is None or files is None:
            return (None,)
        found += [constant(file) for file in files] if files else [field]
    return found if 0 < len(found) <= _MOST_ROUNDS else (None,)


def _exits(node: Node, place: ShellPlace) -> bool:
    """Whether the command after ``||`` ends the script."""
    while node.type in SEQUENCES:
        last = last_statement(node)
        if last is None:
            return False
        node = last
    return place.words.source(node).split(None, 1)[:1] in (["exit"], ["return"])


def _clauses(node: Node) -> list[tuple[list[Node], list[Node]]]:
    """(what is asked, body) of ``if``, each ``elif`` and ``else``; an ``else`` asks nothing."""
    found: list[tuple[list[Node], list[Node]]] = []
    for clause in [node, *(child for child in node.named_children if child.type in ("elif_clause", "else_clause"))]:
        asked: list[Node] = []
        body: list[Node] = []
        current = body if clause.type == "else_clause" else asked
        for child in clause.children:
            if child.type == "then":
                current = body
            elif child.is_named and child.type not in ("elif_clause", "else_clause", "comment"):
                current.append(child)
        found.append((asked, body))
    return found


def _matched(asked: Value | None, patterns: list[str]) -> Condition:
    """Whether the value of a ``case`` matches one of its *patterns*."""
    source = "case " + "|".join(patterns)[:100]
    if "*" in patterns:
        return _ALWAYS._replace(source=source)
    text = None if asked is None else asked.text if asked.text is not None else asked.default
    if asked is None or text is None or len(text) > LONGEST_COMPARED or any("$" in pattern for pattern in patterns):
        return Unknown(source)
    if any(len(pattern) > LONGEST_PATTERN for pattern in patterns):
        return Unknown(source)
    cleaned = [pattern.replace('"', "").replace("'", "").replace("\\", "") for pattern in patterns]
    return Known(any(fnmatchcase(text, pattern) for pattern in cleaned), source, asked.variables)


def _assigned(node: Node, place: ShellPlace) -> list[str]:
    """The names that anything below *node* assigns."""
    found: dict[str, None] = {}
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type == "variable_assignment":
            name = at.child_by_field_name("name")
            if name is not None:
                found[place.words.source(name).partition("[")[0]] = None
        stack += at.named_children
    return list(found)
