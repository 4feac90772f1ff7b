"""The walk through a script in the order in which it runs: texts, what each kind of statement is walked by, functions and sourced files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tree_sitter import Node

from imginspect.languages.lines import Lines, in_bytes
from imginspect.languages.shell import control_flow, fallback, simple_commands, subshells
from imginspect.languages.shell.commands import Failure, ShellCommand, ShellText, When
from imginspect.languages.shell.parser import pieces
from imginspect.languages.shell.place import Flow, OnFailure, ShellPlace
from imginspect.languages.shell.walk import MOST_COMMANDS, TOO_MANY, Globbed, Sourced, Step, Walk
from imginspect.languages.shell.words import WordExpander
from imginspect.languages.values import LONGEST_SOURCE, Value, constant, without_lines
from imginspect.limits import MOST_TEXT_BYTES

_MOST_NESTED = 8
"""Texts inside texts and files that source files; with more the script is not followed to its end."""
_MOST_CALLS = 20
"""Functions that call one another; with more the script is not followed to its end."""
_MOST_SOURCED = 50
"""Files that one script sources; with more it is not followed to its end."""


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


class Walker(Walk):
    """The walk itself."""

    _sourced_count = 0

    def run(self, text: str, lines: Lines = ()) -> None:
        """Walk *text*, then the functions that nothing calls."""
        self.drive(self.text(text, None, lines=lines))
        for name in [name for name in self.functions if name not in self.called]:
            for body, place in self.functions[name]:
                self.variables.enter()
                self.variables.set("@", None)
                self.drive(self.visit(body, replace(place, flow=Flow(), function=name, calls=(name,), is_conditional=True)))
                self.variables.undo()

    def text(self, text: str, around: ShellPlace | None, path: str | None = None, lines: Lines = ()) -> Step:
        """Walk a text: the script, a sourced file, or what ``eval`` and ``trap`` are given."""
        plain = text.replace("\r\n", "\n").replace("\0", "")  # shells ignore NUL
        data = plain.encode("utf-8", "replace")
        lines, at = in_bytes(plain, lines if plain == text else lines[:1]), 0
        if len(data) > MOST_TEXT_BYTES:
            self.incomplete = f"it is longer than {MOST_TEXT_BYTES >> 20} MiB"
            data = data[:MOST_TEXT_BYTES]
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

    def visit(self, node: Node, place: ShellPlace) -> Step:
        """Walk any statement."""
        kind = node.type
        if kind in control_flow.SEQUENCES:
            last = subshells.last_statement(node)
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

    def call(self, name: str, arguments: tuple[Value, ...] | None, place: ShellPlace) -> Step:
        """Walk the body of the function *name* as it is called here."""
        if len(place.calls) >= _MOST_CALLS:
            self.incomplete = "its function calls are nested too deeply"
        if name in place.calls or len(place.calls) >= _MOST_CALLS:
            return
        if place.when is not When.NEVER:
            self.called.add(name)
        before = self.variables.get("@")
        for body, defined in list(self.functions[name]):
            self.variables.set("@", arguments if defined.path == place.path else without_lines(arguments))
            around = place.now()
            inner = replace(around, words=defined.words, data=defined.data, path=defined.path, flow=Flow(), calls=(*place.calls, name))
            yield self.visit(body, inner)
            if inner.flow.ended == "exit":
                place.flow.ended = place.flow.ended or "exit"
        self.variables.set("@", before)

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
            if len(self.found) >= MOST_COMMANDS:
                self.incomplete = TOO_MANY
                break
            now = place.now()
            self.found.append(
                ShellCommand(
                    words=tuple(constant(text) for text in texts),
                    line=place.words.line_of_row(row + line - 1),
                    source=" ".join(texts)[:LONGEST_SOURCE],
                    when=now.when if now.when is not When.ALWAYS else When.BRANCH,
                    path=place.path,
                    guards=now.guards,
                    function=now.function,
                    is_certain=False,
                    directory=None,
                    failure=Failure.DEALT,
                )
            )


_HANDLERS: dict[str, Callable[[Walk, Node, ShellPlace], Step]] = {
    "if_statement": control_flow.if_statement,
    "case_statement": control_flow.case_statement,
    "list": control_flow.list_,
    "while_statement": control_flow.loop,
    "for_statement": control_flow.loop,
    "c_style_for_statement": control_flow.loop,
    "subshell": subshells.subshell,
    "pipeline": control_flow.pipeline,
    "negated_command": simple_commands.negated_command,
    "function_definition": control_flow.function_definition,
    "redirected_statement": simple_commands.redirected,
    "variable_assignment": simple_commands.assignment,
    "variable_assignments": simple_commands.assignments,
    "declaration_command": simple_commands.declaration,
    "unset_command": simple_commands.unset,
    "command": simple_commands.command,
    "test_command": subshells.substitutions,
}


def _is_in_background(node: Node) -> bool:
    following = node.next_sibling
    return following is not None and following.type == "&"
