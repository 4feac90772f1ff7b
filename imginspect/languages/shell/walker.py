"""The walk through a script in the order in which it runs. Each step is a generator that yields the steps inside it: a loop drives them,
so that no nesting of the script is a nesting of Python calls."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TypeAlias

from tree_sitter import Node

from imginspect.languages.lines import Lines, in_bytes
from imginspect.languages.shell import builtins, fallback, redirects
from imginspect.languages.shell.builtins import Step
from imginspect.languages.shell.commands import Failure, ShellCommand, ShellText, When, Written
from imginspect.languages.shell.conditions import condition_of, expected
from imginspect.languages.shell.parser import MOST_BYTES, pieces
from imginspect.languages.shell.place import Flow, OnFailure, ShellPlace
from imginspect.languages.shell.variables import Variables
from imginspect.languages.shell.words import SUBSTITUTIONS, WordExpander
from imginspect.languages.values import Condition, Known, Unknown, Value, constant, dynamic, negated, without_lines

Sourced: TypeAlias = Callable[[str], str | None]
Globbed: TypeAlias = Callable[[str], Sequence[str] | None]

_MOST_STEPS = 400_000
_MOST_COMMANDS = 50_000
_MOST_NESTED = 8
_MOST_CALLS = 20
_MOST_SOURCED = 50
_BYTES_A_STEP = 8
_MOST_ROUNDS = 40
_MOST_REFUSED = 20
_MOST_WRITTEN = 2_000
_LONGEST_SOURCE = 200
_WILDCARD = re.compile(r"[*?\[]")
_TOO_MANY = "it has more commands than are followed"
_ALWAYS = Known(outcome=True, source="else")
_NEVER = Known(outcome=False, source="no earlier case matches")
_QUIET = frozenset({"true", ":", "echo", "printf"})
_SEQUENCES = frozenset({"program", "compound_statement", "do_group"})


def commands(
    text: str,
    environment: Mapping[str, str] | None = None,
    arguments: Sequence[str] | None = None,
    *,
    path: str = "",
    directory: str = "",
    sourced: Sourced | None = None,
    globbed: Globbed | None = None,
    zero: str = "",
    ends_on_error: bool = False,
    lines: Lines = (),
) -> ShellText:
    """What the script *text* runs.

    *environment* is what is set before, *arguments* what it is given (None where that is not known), *path* its own and *directory* where
    it is started. *sourced* gives the text of a file that it sources, None for one that is not there; *globbed* the files that a pattern
    stands for, None where that is not known. *zero* is ``$0`` where that is not the path. *ends_on_error*: the shell has ``-e``. *lines*
    say where the script stands that is an inline text of another one: its commands have lines of that.
    """
    walker = Walker(environment or {}, arguments, path, directory, sourced)
    walker.globbed = globbed
    walker.ends_on_error = ends_on_error
    if zero:
        walker.variables.set("0", constant(zero))
    walker.run(text, lines)
    return ShellText(
        tuple(walker.found), walker.incomplete, walker.has_errors, tuple(walker.written), walker.names_own_commands, walker.steps
    )


class Walker:
    """One walk: the variables and functions known so far, and the commands found."""

    def __init__(
        self, environment: Mapping[str, str], arguments: Sequence[str] | None, path: str, directory: str, sourced: Sourced | None
    ) -> None:
        self.variables = Variables(environment)
        self.variables.set("@", tuple(constant(text) for text in arguments) if arguments is not None else None)
        self.variables.set("0", constant(path) if path else None)
        self.variables.set("BASH_SOURCE", constant(path) if path else None)
        self.variables.set("PWD", constant(directory) if directory else None)
        self.variables.set("IFS", None)
        self.found: list[ShellCommand] = []
        self.incomplete = ""
        self.has_errors = False
        self.ends_on_error = False
        self.pipes_fail = False
        self.names_own_commands = False
        self.written: list[Written] = []
        self.sourced = sourced
        self.globbed: Globbed | None = None
        self._functions: dict[str, list[tuple[Node, ShellPlace]]] = {}
        self._called: set[str] = set()
        self._left = _MOST_STEPS
        self._sourced_count = 0
        self._depth_of_loops = 0
        self._last_ended = ""

    def is_function(self, name: str) -> bool:
        """Whether a function of that name was defined."""
        return name in self._functions

    # -- driving -------------------------------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return _MOST_STEPS - self._left + self.variables.spent // _BYTES_A_STEP

    def run(self, text: str, lines: Lines = ()) -> None:
        """Walk *text*, then the functions that nothing calls."""
        self._drive(self.text(text, None, lines=lines))
        for name in [name for name in self._functions if name not in self._called]:
            for body, place in self._functions[name]:
                self.variables.enter()
                self.variables.set("@", None)
                self._drive(self.visit(body, replace(place, flow=Flow(), function=name, calls=(name,), is_conditional=True)))
                self.variables.undo()

    def _drive(self, step: Step) -> None:
        stack = [step]
        while stack:
            self._left -= 1
            if self._left < 0 or len(self.found) >= _MOST_COMMANDS:
                self.incomplete = _TOO_MANY
                return
            inner = next(stack[-1], None)
            if inner is None:
                stack.pop()
            else:
                stack.append(inner)

    def text(self, text: str, around: ShellPlace | None, path: str | None = None, lines: Lines = ()) -> Step:
        """Walk a text: the script, a sourced file, or what ``eval`` and ``trap`` are given."""
        plain = text.replace("\r\n", "\n").replace("\0", "")  # shells ignore NUL
        data = plain.encode("utf-8", "replace")
        lines, at = in_bytes(plain, lines if plain == text else lines[:1]), 0
        if len(data) > MOST_BYTES:
            self.incomplete = f"it is longer than {MOST_BYTES >> 20} MiB"
            data = data[:MOST_BYTES]
        flow = around.flow if around else Flow()
        parts = list(pieces(data))
        for piece in parts:
            words = WordExpander(piece.data, self.variables, piece.lines_before, lines, at)
            at += len(piece.data)
            if around is None:
                place = ShellPlace(words, piece.data, path, flow, is_last=True)
            else:
                place = replace(around, words=words, data=piece.data, path=path or around.path, flow=flow)
            if piece is not parts[-1]:
                place = place.not_last()
            if piece.tree is None:
                self.has_errors = True
                self.incomplete = self.incomplete or "part of it takes too many steps to analyse"
                self._guess(piece.data, 0, place)
            else:
                yield self.visit(piece.tree.root_node, place)

    # -- control flow ----------------------------------------------------------------------------------------------------

    def visit(self, node: Node, place: ShellPlace) -> Step:
        """Walk any statement."""
        kind = node.type
        if kind in _SEQUENCES:
            last = _last_statement(node)
            for child in node.named_children:
                inner = place if child == last else place.not_last()
                yield self.visit(child, inner.failing(OnFailure.IGNORED) if _is_in_background(child) else inner)
        elif kind == "ERROR":
            self.has_errors = True
            self._guess(place.data[node.start_byte : node.end_byte], node.start_point.row, replace(place.now(), is_conditional=True))
        else:
            handler = _HANDLERS.get(kind)
            if handler is not None:
                yield handler(self, node, place)

    def _branch(self, nodes: Sequence[Node], place: ShellPlace, condition: Condition) -> Step:
        """*nodes* where *condition* holds. A branch that ends what is around it leaves the rest to the opposite."""
        known = condition if isinstance(condition, Known) else None
        self.variables.enter()
        inner = place.inside(condition)
        for number, node in enumerate(nodes, 1):
            yield self.visit(node, inner if number == len(nodes) else inner.not_last())
        if known is None:
            self.variables.blur()
        elif known.outcome:
            self.variables.keep()
        else:
            self.variables.undo()
        self._last_ended = inner.flow.ended
        if inner.flow.ended:
            if known is not None and known.outcome and not known.variables:
                place.flow.ended = place.flow.ended or inner.flow.ended
            elif known is None or known.outcome:
                place.flow.guards = (*place.flow.guards[:_MOST_REFUSED], negated(condition))

    def _if(self, node: Node, place: ShellPlace) -> Step:
        refused: list[Condition] = []
        endings: list[str] = []
        clauses = _clauses(node)
        for asked, body in clauses:
            outer = place.inside(*refused) if refused else place
            for child in asked:
                yield self.visit(child, outer.failing(OnFailure.ASKED, is_last=False))
            condition = condition_of(asked[-1], place.words) if asked else _ALWAYS
            yield self._branch(body, outer, condition)
            endings.append(self._last_ended)
            if outer is not place and (outer.flow.guards or outer.flow.ended):
                place.flow.guards = (*place.flow.guards[:_MOST_REFUSED], Unknown("no earlier branch ends the script"))
            if len(refused) < _MOST_REFUSED:
                refused.append(negated(condition))
        if all(endings) and not clauses[-1][0]:
            place.flow.ended = place.flow.ended or endings[0]

    def _case(self, node: Node, place: ShellPlace) -> Step:
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
            yield self._branch([child for child in item.named_children if child not in patterns], outer, condition)
            endings.append(self._last_ended)
            if outer is not place and (outer.flow.guards or outer.flow.ended):
                place.flow.guards = (*place.flow.guards[:_MOST_REFUSED], Unknown("no earlier case ends the script"))
            has_default = has_default or "*" in texts
            is_matched = is_matched or (isinstance(condition, Known) and condition.outcome and not condition.variables)
            if len(refused) < _MOST_REFUSED:
                refused.append(negated(condition))
        if has_default and all(endings):
            place.flow.ended = place.flow.ended or endings[0]

    def _list(self, node: Node, place: ShellPlace) -> Step:
        children = node.named_children
        if len(children) != 2:
            for child in children:
                yield self.visit(child, place.inside(Unknown("the command list reaches it")))
            return
        left, right = children
        is_and = any(child.type == "&&" for child in node.children)
        if is_and:
            before = place.failing(OnFailure.CHAINED if place.on_failure is not OnFailure.EXITS else OnFailure.EXITS)
        else:
            before = place.failing(OnFailure.EXITS if _exits(right, place) else OnFailure.ASKED, is_last=False)
        yield self.visit(left, before if is_and or not self._is_quiet(right, place) else replace(before, is_tolerated=True))
        if place.flow.ended:
            return
        condition = condition_of(left, place.words)
        yield self._branch([right], place, expected(condition, place.words.source(left)) if is_and else negated(condition))

    def _is_quiet(self, node: Node, place: ShellPlace) -> bool:
        if node.type == "redirected_statement":
            node = node.child_by_field_name("body") or node
        name = node.child_by_field_name("name") if node.type == "command" else None
        return name is not None and place.words.source(name) in _QUIET

    def _loop(self, node: Node, place: ShellPlace) -> Step:
        body = node.child_by_field_name("body")
        if self._depth_of_loops == 0 and body is not None:
            self.variables.forget(_assigned(body, place))
        self._depth_of_loops += 1
        inner = replace(place.now(), flow=Flow(), is_in_loop=True, is_last=False)
        asked = inner.failing(OnFailure.ASKED)
        values = node.children_by_field_name("value")
        if node.type == "while_statement" and self._never_ends(node, place):
            inner = replace(inner, is_in_loop=place.is_in_loop)
        for child in [*node.children_by_field_name("condition"), *values]:
            if child.is_named:
                yield self.visit(child, asked) if node.type == "while_statement" else self.substitutions(child, place)
        variable = node.child_by_field_name("variable")
        rounds = self._rounds(values, place) if variable is not None else (None,)
        if rounds and variable is not None and all(value is not None and value.text is not None for value in rounds):
            inner = replace(inner, is_in_loop=place.is_in_loop)
        endings: list[str] = []
        for value in rounds:
            if variable is not None:
                self.variables.set(place.words.source(variable), value)
            if body is not None:
                around = replace(inner, flow=Flow())
                self.variables.enter()
                yield self.visit(body, around)
                self.variables.blur()
                endings.append(around.flow.ended)
        self._depth_of_loops -= 1
        if any(ending in ("exit", "return") for ending in endings):
            place.flow.guards = (*place.flow.guards[:_MOST_REFUSED], Unknown("no loop ends the script first"))

    def _never_ends(self, node: Node, place: ShellPlace) -> bool:
        """Whether a ``while`` is entered for sure: ``while true``."""
        asked = [child for child in node.children_by_field_name("condition") if child.is_named]
        condition = condition_of(asked[-1], place.words) if asked and node.children[0].type == "while" else None
        return isinstance(condition, Known) and condition.outcome and not condition.variables

    def _rounds(self, values: Sequence[Node], place: ShellPlace) -> Sequence[Value | None]:
        """What the variable of a ``for`` holds in each round; one unknown where that is not known."""
        fields = [field for value in values for field in place.words.fields(value)]
        found: list[Value | None] = []
        for field in fields:
            files: Sequence[str] | None = ()
            if field.text is not None and any(mark in field.text for mark in "*?["):
                files = self.globbed(field.text) if self.globbed is not None else None
            if field.text is not None and files is None:
                return (Value(None, field.text, _WILDCARD.split(field.text, maxsplit=1)[0]),)
            if field.text is None or files is None:
                return (None,)
            found += [constant(file) for file in files] if files else [field]
        return found if 0 < len(found) <= _MOST_ROUNDS else (None,)

    def _subshell(self, node: Node, place: ShellPlace) -> Step:
        self.variables.enter()
        kept = self.ends_on_error, self.pipes_fail
        inner = replace(place.now(), flow=Flow())
        last = _last_statement(node)
        for child in node.named_children:
            yield self.visit(child, inner if child == last else inner.not_last())
        self.ends_on_error, self.pipes_fail = kept
        self.variables.undo()

    def _pipeline(self, node: Node, place: ShellPlace) -> Step:
        given: Value | None = None
        parts = node.named_children
        for number, child in enumerate(parts):
            self.variables.enter()
            start = len(self.found)
            inner = replace(place.now(), flow=Flow())
            is_ignored = number < len(parts) - 1 and not self.pipes_fail
            yield self.visit(child, inner.failing(OnFailure.IGNORED, is_last=False) if is_ignored else inner)
            self.variables.undo()
            if number:
                text = given if given is not None else dynamic("its piped input")
                self.found[start:] = [item if item.here_text is not None else item._replace(here_text=text) for item in self.found[start:]]
            given = redirects.printed(self.found[-1]) if len(self.found) == start + 1 else None

    def _function(self, node: Node, place: ShellPlace) -> Step:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        self.names_own_commands |= name is not None and place.words.source(name).startswith("command_not_found")
        if name is not None and body is not None and not place.flow.ended:
            place_now = place.now()
            defined = self._functions.setdefault(place.words.source(name), [])
            if not place_now.is_conditional:
                defined.clear()
            defined.append((body, ShellPlace(place.words, place.data, place.path, is_certain=place.is_certain)))
        yield from ()

    def call(self, name: str, arguments: tuple[Value, ...] | None, place: ShellPlace) -> Step:
        """Walk the body of the function *name* as it is called here."""
        if len(place.calls) >= _MOST_CALLS:
            self.incomplete = "its function calls are nested too deeply"
        if name in place.calls or len(place.calls) >= _MOST_CALLS:
            return
        if place.when is not When.NEVER:
            self._called.add(name)
        before = self.variables.get("@")
        for body, defined in list(self._functions[name]):
            self.variables.set("@", arguments if defined.path == place.path else without_lines(arguments))
            around = place.now()
            inner = replace(around, words=defined.words, data=defined.data, path=defined.path, flow=Flow(), calls=(*place.calls, name))
            yield self.visit(body, inner)
            if inner.flow.ended == "exit":
                place.flow.ended = place.flow.ended or "exit"
        self.variables.set("@", before)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _redirected(self, node: Node, place: ShellPlace) -> Step:
        body = node.child_by_field_name("body")
        given = redirects.given_text(node, place.words, place.data)
        start = len(self.found)
        if body is not None:
            yield self.visit(body, place)
        else:
            yield from ()
        if given is not None and len(self.found) == start + 1:
            self.found[-1] = self.found[-1]._replace(here_text=given)
        for redirect in node.children_by_field_name("redirect"):
            self._note_written(redirect, place)
            yield self.substitutions(redirect, place)
            host = redirects.connection(redirect, place.words)
            if host is not None:
                self.found.append(self._made(redirect, [constant("/dev/tcp"), host], None, (), place))
            piped = [child for child in redirect.named_children if child.type in ("pipeline", "list", "command")]
            for child in piped:
                start = len(self.found)
                yield self.visit(child, place)
                if child.type == "pipeline" and len(self.found) == start + 1 and given is not None and self._is_cat(node, place):
                    self.found[-1] = self.found[-1]._replace(here_text=given)

    def _note_written(self, redirect: Node, place: ShellPlace) -> None:
        if (
            redirect.type != "file_redirect"
            or not any(">" in child.type for child in redirect.children)
            or len(self.written) >= _MOST_WRITTEN
        ):
            return
        destination = redirect.child_by_field_name("destination")
        path = place.words.value(destination).start if destination is not None else ""
        if path and not path.isdigit() and not path.startswith("/dev/"):
            base = self.variables.value("PWD").text or "/"
            self.written.append(Written(posixpath.normpath(posixpath.join(base, path)), len(self.found)))

    def _is_cat(self, node: Node, place: ShellPlace) -> bool:
        body = node.child_by_field_name("body")
        return body is not None and place.words.source(body).strip() == "cat"

    def substitutions(self, node: Node, place: ShellPlace) -> Step:
        """Walk the commands inside ``$( )`` and ``<( )`` of *node*, in shells of their own."""
        if node.type != "variable_assignment":  # of an assignment alone the status is that of the substitution
            place = place.failing(OnFailure.IGNORED, is_last=False)
        stack = [node]
        while stack:
            at = stack.pop()
            if at.type in SUBSTITUTIONS:
                yield self._subshell(at, place)
            elif at.type not in ("pipeline", "list", "command") or at is node:
                stack += reversed(at.named_children)

    def _assignment(self, node: Node, place: ShellPlace) -> Step:
        yield self.substitutions(node, place)
        if not place.flow.ended:
            self.assign(node, place, export=False)

    def _negated(self, node: Node, place: ShellPlace) -> Step:
        for child in node.named_children:
            yield self.visit(child, place.failing(OnFailure.ASKED, is_last=False))

    def _assignments(self, node: Node, place: ShellPlace) -> Step:
        for child in node.named_children:
            yield self.visit(child, place)

    def assign(self, node: Node, place: ShellPlace, *, export: bool) -> tuple[str, Value] | None:
        """Do one assignment."""
        name_node, value_node = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name_node is None or name_node.type != "variable_name":
            if name_node is not None and name_node.type == "subscript":
                inner = name_node.child_by_field_name("name")
                self.variables.forget([place.words.source(inner)] if inner is not None else [])
            return None
        name = place.words.source(name_node)
        is_added = any(child.type == "+=" for child in node.children)
        if value_node is not None and value_node.type == "array":
            elements = tuple(field for child in value_node.named_children for field in place.words.fields(child))
            before = self.variables.get(name) if is_added else ()
            held = (*before, *elements)[:1000] if isinstance(before, tuple) else None
            self.variables.set(name, held)
            return None
        value = place.words.value(value_node) if value_node is not None else constant("")
        if is_added:
            value = Value(None, f"{name}+=")
        self.variables.set(name, value if value.text is not None or value.variables or value.prefix else None, export=export)
        return name, value

    def _declaration(self, node: Node, place: ShellPlace) -> Step:
        yield self.substitutions(node, place)
        if place.flow.ended:
            return
        first = place.words.source(node).split(None, 2)
        export = first[0] == "export" or (len(first) > 1 and first[1].startswith("-") and "x" in first[1])
        for child in node.named_children:
            if child.type == "variable_assignment":
                self.assign(child, place, export=export)
            elif child.type == "variable_name" and export:
                name = place.words.source(child)
                if self.variables.has(name):
                    self.variables.set(name, self.variables.get(name), export=True)

    def _unset(self, node: Node, place: ShellPlace) -> Step:
        for child in node.named_children:
            if child.type == "variable_name" and not place.flow.ended:
                self.variables.set(place.words.source(child), constant(""))
        yield from ()

    def _command(self, node: Node, place: ShellPlace) -> Step:
        yield self.substitutions(node, place)
        self.variables.enter()
        own = [
            pair
            for child in node.named_children
            if child.type == "variable_assignment" and (pair := self.assign(child, place, export=False)) is not None
        ]
        name = node.child_by_field_name("name")
        fields = list(self._name_fields(name, place)) if name is not None else []
        self.variables.undo()
        for child in node.children_by_field_name("argument"):
            fields += place.words.fields(child)
            if len(fields) > 2000:
                break
        if not fields and name is not None:
            fields = self._left_unset(name, place)
        if fields and not (len(fields) == 1 and fields[0].text == ""):
            given = redirects.given_text(node, place.words, place.data)
            exported = (*self.variables.exported(), *own) if own else self.variables.exported()
            yield builtins.simple(self, self._made(node, fields, given, exported, place), place)

    def _left_unset(self, name: Node, place: ShellPlace) -> list[Value]:
        """The name of a command that is empty only while nobody sets its variables (``${STEP:-}``), as one that is not known."""
        value = place.words.value(name)
        return [dynamic(value.source, value.variables)] if any(not self.variables.has(item) for item in value.variables) else []

    def _name_fields(self, node: Node, place: ShellPlace) -> tuple[Value, ...]:
        children = node.named_children
        fields = place.words.fields(children[0]) if len(children) == 1 else (place.words.value(node),)
        return tuple(field for field in fields if field.text != "" or len(fields) == 1)

    def _made(
        self, node: Node, fields: list[Value], given: Value | None, exported: tuple[tuple[str, Value], ...], place: ShellPlace
    ) -> ShellCommand:
        now = place.now()
        return ShellCommand(
            words=tuple(fields),
            line=_line_of(node, fields, place.words),
            source=" ".join(place.words.source(node)[:_LONGEST_SOURCE].split()),
            when=now.when,
            path=place.path,
            guards=now.guards,
            function=now.function,
            is_tolerated=now.is_tolerated,
            is_certain=now.is_certain,
            here_text=given,
            exported=exported,
            directory=self.variables.value("PWD").text,
            failure=now.failure(ends_on_error=self.ends_on_error),
        )

    # -- sourced texts and texts that are not understood --------------------------------------------------------------------

    def source(self, path: str, place: ShellPlace, arguments: tuple[Value, ...] = ()) -> Step:
        """Walk the file at *path* as if it stood here, with *arguments* where it is given any."""
        self._sourced_count += 1
        if self._sourced_count > _MOST_SOURCED:
            self.incomplete = "it sources more files than are followed"
            return
        text = self.sourced(path) if self.sourced is not None else None
        if text is None:
            self.variables.set("PATH", None, export=True)  # what it holds may set it
        if text is not None and place.nesting >= _MOST_NESTED:
            self.incomplete = "the files that it sources are nested too deeply"
        elif text is not None:
            inner = replace(place.now(), flow=Flow(), nesting=place.nesting + 1)
            before = self.variables.get("@")
            held = arguments or before
            self.variables.set("@", without_lines(held) if isinstance(held, tuple) else held)
            yield self.text(text, inner, path)
            if arguments:
                self.variables.set("@", before)
            if inner.flow.ended == "exit":
                place.flow.ended = "exit"

    def nested(self, given: Value, place: ShellPlace, line: int) -> Step:
        """Walk a text that ``eval`` or ``trap`` is given on *line*."""
        if place.nesting < _MOST_NESTED:
            inner = replace(place.now(), flow=Flow(), nesting=place.nesting + 1)
            yield self.text(given.text or "", inner, lines=given.lines or ((0, line),))
        else:
            self.incomplete = "its inline code is nested too deeply"

    def _guess(self, data: bytes, row: int, place: ShellPlace) -> None:
        if data.count(b"\n") > fallback.MOST_LINES:
            self.incomplete = "an invalid part of it is too long"
        for line, texts in fallback.lines(data):
            if len(self.found) >= _MOST_COMMANDS:
                self.incomplete = _TOO_MANY
                break
            now = place.now()
            self.found.append(
                ShellCommand(
                    words=tuple(constant(text) for text in texts),
                    line=place.words.line_of_row(row + line - 1),
                    source=" ".join(texts)[:_LONGEST_SOURCE],
                    when=now.when if now.when is not When.ALWAYS else When.BRANCH,
                    path=place.path,
                    guards=now.guards,
                    function=now.function,
                    is_certain=False,
                    directory=None,
                    failure=Failure.DEALT,
                )
            )


_HANDLERS: dict[str, Callable[[Walker, Node, ShellPlace], Step]] = {
    "if_statement": Walker._if,
    "case_statement": Walker._case,
    "list": Walker._list,
    "while_statement": Walker._loop,
    "for_statement": Walker._loop,
    "c_style_for_statement": Walker._loop,
    "subshell": Walker._subshell,
    "pipeline": Walker._pipeline,
    "negated_command": Walker._negated,
    "function_definition": Walker._function,
    "redirected_statement": Walker._redirected,
    "variable_assignment": Walker._assignment,
    "variable_assignments": Walker._assignments,
    "declaration_command": Walker._declaration,
    "unset_command": Walker._unset,
    "command": Walker._command,
    "test_command": Walker.substitutions,
}


def _last_statement(node: Node) -> Node | None:
    """The statement of *node* behind which nothing runs."""
    children = [child for child in node.named_children if child.type not in ("comment", "function_definition")]
    return children[-1] if children else None


def _is_in_background(node: Node) -> bool:
    following = node.next_sibling
    return following is not None and following.type == "&"


def _exits(node: Node, place: ShellPlace) -> bool:
    """Whether the command after ``||`` ends the script."""
    while node.type in _SEQUENCES:
        last = _last_statement(node)
        if last is None:
            return False
        node = last
    return place.words.source(node).split(None, 1)[:1] in (["exit"], ["return"])


def _line_of(node: Node, fields: Sequence[Value], words: WordExpander) -> int:
    """The line of a command: of ``"$@"`` that where its words stand, so that of the call of the function."""
    name = node.child_by_field_name("name")
    parts = name.named_children if name is not None else []
    if len(parts) == 1 and words.is_many(parts[0]) and fields and fields[0].lines:
        return fields[0].lines[0][1]
    return words.line(node.start_byte)


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
    if asked is None or text is None or len(text) > 4096 or any("$" in pattern for pattern in patterns):
        return Unknown(source)
    cleaned = [pattern.replace('"', "").replace("'", "").replace("\\", "")[:256] for pattern in patterns]
    return Known(any(fnmatchcase(text, pattern) for pattern in cleaned), source, asked.variables)


def _assigned(node: Node, place: ShellPlace) -> list[str]:
    """The names that anything below *node* assigns."""
    found: dict[str, None] = {}
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type == "variable_assignment":
            name = at.child_by_field_name("name")
            if name is not None and len(found) < 10_000:
                found[place.words.source(name).partition("[")[0]] = None
        stack += at.named_children
    return list(found)
