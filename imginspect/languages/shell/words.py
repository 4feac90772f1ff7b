"""Words of a script after expansion, as far as that is sure without running anything.

Source: POSIX.1-2017, Shell Command Language, 2.2 (quoting) and 2.6 (word expansions); Bash manual, 3.5.3 and 3.5.5
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from tree_sitter import Node

from imginspect.languages.lines import Lines, line_at, literal, without_tabs
from imginspect.languages.shell.variables import Variables
from imginspect.languages.values import LONGEST_SOURCE, LONGEST_WORD, Value, constant, dynamic, joined, located, united

_DEEPEST = 24
"""Expansions inside expansions; deeper ones are not known. Each takes a few frames of Python's stack."""
MOST_FIELDS = 1_000
"""Words that one word becomes; one that is not known stands for the others."""
_LONGEST_NUMBER = 7
"""Digits of a position in a list: no list here has so many elements, so there is nothing at such a position."""
_LONG = 512
"""Bytes from which on a text that is put together counts as long."""
_MOST_OF_LONG = 4 << 20
"""Bytes of texts beyond ``_LONG`` that one script may make of its variables: ``X=$X$X`` doubles what it holds."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_IN_DOUBLE_QUOTES = re.compile(r"\\([$`\"\\\n])")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_ANSI_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_EXPANSIONS = frozenset({"simple_expansion", "expansion", "command_substitution"})
_NAMES = frozenset({"variable_name", "special_variable_name"})
SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})


class WordExpander:
    """Evaluates the words of one piece of a script with what *variables* hold at the time.

    The piece begins behind *lines_before* lines; in an inline text, at byte *start* of one that stands on *lines* of the file.
    """

    def __init__(self, data: bytes, variables: Variables, lines_before: int = 0, lines: Lines = (), start: int = 0) -> None:
        self._data = data
        self._variables = variables
        self._lines_before = lines_before
        self._lines = lines
        self._start = start
        self._readers: dict[str, Callable[[Node, int], Value]] = {
            "word": self._plain,
            "extglob_pattern": self._plain,
            "regex": self._plain,
            "command_name": self._sequence,
            "string": self._string,
            "translated_string": self._sequence,
            "raw_string": self._raw,
            "ansi_c_string": self._raw,
            "concatenation": self._sequence,
            "simple_expansion": self._simple,
            "expansion": self._expansion,
            "command_substitution": self._substitution,
        }

    def source(self, node: Node) -> str:
        """How *node* is written."""
        return self._data[node.start_byte : min(node.end_byte, node.start_byte + LONGEST_WORD)].decode("utf-8", "replace")

    def value(self, node: Node, depth: int = 0) -> Value:
        """What *node* stands for as one word."""
        reader = self._readers.get(node.type)
        if depth > _DEEPEST or node.end_byte - node.start_byte > LONGEST_WORD:
            return dynamic(self.source(node)[:LONGEST_SOURCE])
        if reader is not None:
            found = reader(node, depth)
            if found.text is None or (found.lines and node.type not in _EXPANSIONS):
                return found
            return located(found, ((0, self.line(node.start_byte)),))  # not where the variable was set: that may be another file
        if node.type in ("number", "variable_name", "test_operator", "string_content", "heredoc_content"):
            return constant(self.source(node))
        return dynamic(self.source(node))

    def line(self, offset: int) -> int:
        """The line of the file at byte *offset* of the piece, from 1."""
        if self._lines:
            return line_at(self._lines, self._start + offset)
        return self._lines_before + self._data.count(b"\n", 0, offset) + 1

    def line_of_row(self, row: int) -> int:
        """The line of the file at the start of a *row* of the piece, from 0."""
        if not self._lines:
            return self._lines_before + row + 1
        return self.line(sum(len(part) + 1 for part in self._data.split(b"\n", row)[:row]))

    def fields(self, node: Node) -> tuple[Value, ...]:
        """The words that *node* becomes: ``"$@"`` any number, an unquoted expansion one for each part between blanks."""
        many = self._many(node)
        if many is not None:
            lines = ((0, self.line(node.start_byte)),)
            are_arguments = self._list_name(node) == "@"  # an array may have been set in another file
            return tuple(value if are_arguments and value.lines else located(value, lines) for value in self._bounded(many, node))
        value = self.value(node)
        if node.type in _EXPANSIONS:
            if value.text is not None:
                parts = [constant(part, value.source, value.variables) for part in value.text.split(None, MOST_FIELDS + 1)]
                return tuple(self._bounded(parts, node))
            if value.default == "" and not value.prefix:
                return (value,)
        return (value,)

    def _bounded(self, fields: Sequence[Value], node: Node) -> Sequence[Value]:
        return fields if len(fields) <= MOST_FIELDS else (*fields[:MOST_FIELDS], dynamic(self.source(node)))

    def is_many(self, node: Node) -> bool:
        """Whether *node* stands for any number of words, how many of which is not known."""
        return self._list_name(node) is not None

    # -- one word ------------------------------------------------------------------------------------------------------

    def _plain(self, node: Node, depth: int) -> Value:
        if node.named_child_count:
            return self._sequence(node, depth)
        source = self.source(node)
        text = _ESCAPED.sub(lambda found: "" if found[1] == "\n" else found[1], source) if "\\" in source else source
        if text == "~" or text.startswith("~/"):
            return self._joined([self._variables.value("HOME"), constant(text[1:])], source)
        return constant(text, source)

    def _raw(self, node: Node, depth: int) -> Value:
        del depth
        source = self.source(node)
        if node.type == "raw_string":
            return constant(source[1:-1], source, lines=self._literal(source[1:-1], node.start_byte + 1))
        text = _ansi(source[2:-1])
        return constant(text, source, lines=self._literal(text, node.start_byte + 2) if text == source[2:-1] else ())

    def _literal(self, text: str, offset: int) -> Lines:
        """The lines of a *text* that stands in the piece as it is, from byte *offset* on."""
        if not self._lines or "\n" not in text:
            return literal(text, self.line(offset))
        found, at, byte = [], 0, offset
        for row in text.split("\n"):
            found.append((at, self.line(byte)))
            at, byte = at + len(row) + 1, byte + len(row.encode("utf-8", "replace")) + 1
        return tuple(found)

    def _sequence(self, node: Node, depth: int) -> Value:
        parts = []
        for child in node.children:
            if child.is_named or node.type == "concatenation":
                parts.append(self.value(child, depth + 1) if child.is_named else constant(self.source(child)))
        return self._joined(parts, self.source(node))

    def _string(self, node: Node, depth: int) -> Value:
        parts, at = [], node.start_byte + 1
        for child in node.children:
            if not child.is_named or child.type == "string_content":
                continue
            parts += [self._quoted(at, child.start_byte), self.value(child, depth + 1)]
            at = child.end_byte
        parts.append(self._quoted(at, node.end_byte - 1))
        return self._joined(parts, self.source(node))

    def _quoted(self, start: int, end: int) -> Value:
        text = self._data[start:end].decode("utf-8", "replace")
        if "\\" not in text:
            return constant(text, lines=self._literal(text, start))
        rows, lines, at, byte = text.split("\n"), [], 0, start
        parts: list[str] = []
        for number, row in enumerate(rows):
            goes_on = number < len(rows) - 1 and (len(row) - len(row.rstrip("\\"))) % 2 == 1  # \ at the end joins it to the next
            part = _IN_DOUBLE_QUOTES.sub(r"\1", row[:-1] if goes_on else row) + ("\n" if number < len(rows) - 1 and not goes_on else "")
            lines.append((at, self.line(byte)))
            parts.append(part)
            at, byte = at + len(part), byte + len(row.encode("utf-8", "replace")) + 1
        return constant("".join(parts), lines=tuple(lines))

    def _joined(self, parts: Sequence[Value], source: str) -> Value:
        """The values as one; not known where that is too long, or would make too much of long ones."""
        length = max(sum(len(part.start) for part in parts), sum(len(part.default or "") for part in parts))
        if length <= _LONG:
            return joined(parts, source)
        self._variables.spent += length
        if length > LONGEST_WORD or self._variables.spent > _MOST_OF_LONG:
            prefix = "" if not parts else parts[0].start[:_LONG]
            return Value(None, source[:LONGEST_SOURCE], prefix, united(*(part.variables for part in parts)))
        return joined(parts, source)

    def heredoc(self, start: int, end: int, body: Node | None, *, is_raw: bool, is_indented: bool = False) -> Value:
        """The text of a here-document; that of ``<<-`` is *indented* by tabs that are no part of it."""
        found = self._heredoc(start, end, body, is_raw=is_raw)
        if is_indented and found.text is not None:
            text, lines = without_tabs(found.text, found.lines)
            return constant(text, found.source, found.variables, lines)
        return found

    def _heredoc(self, start: int, end: int, body: Node | None, *, is_raw: bool) -> Value:
        if is_raw or body is None:
            text = self._data[start:end].decode("utf-8", "replace")
            return constant(text, lines=self._literal(text, start))
        parts, at = [], start
        for child in body.children:
            if child.type != "heredoc_content" and child.is_named:
                parts += [self._quoted(at, child.start_byte), self.value(child)]
                at = child.end_byte
        return self._joined([*parts, self._quoted(at, end)], "<<")

    def _simple(self, node: Node, depth: int) -> Value:
        del depth
        name = self.source(node)[1:]
        return replace(self.parameter(name), source=f"${name}")

    def parameter(self, name: str) -> Value:
        """What ``$name`` stands for, positional and special parameters included."""
        if name in ("@", "*"):
            held = self._variables.get("@")
            return self._joined(_spaced(held), "$@") if isinstance(held, tuple) else dynamic("$@")
        if name.isdigit() and name != "0":
            held = self._variables.get("@")
            if not isinstance(held, tuple):
                return dynamic(f"${name}")
            return held[int(name) - 1] if len(name) < _LONGEST_NUMBER and int(name) <= len(held) else constant("", f"${name}")
        if name == "#":
            held = self._variables.get("@")
            return constant(str(len(held)), "$#") if isinstance(held, tuple) else dynamic("$#")
        if name in ("?", "$", "!", "-", "_", "RANDOM", "LINENO", "SECONDS", "EPOCHSECONDS", "PPID", "BASHPID"):
            return dynamic(f"${name}")
        return self._variables.value(name)

    def _expansion(self, node: Node, depth: int) -> Value:
        source = self.source(node)
        children = node.children[1:-1]
        if not children or not (children[0].type in _NAMES or children[0].type == "subscript"):
            return self._length(children, source)
        if children[0].type == "subscript":
            value = self._subscript(children[0])
        else:
            value = self.parameter(self.source(children[0]))
        if len(children) == 1:
            return replace(value, source=source)
        operator = self.source(children[1])
        operand = self._operand(children[2:], depth)
        return replace(self._applied(self.source(children[0]), value, operator, operand), source=source)

    def _operand(self, nodes: list[Node], depth: int) -> Value:
        if not nodes:
            return constant("")
        if len(nodes) == 1:
            return self.value(nodes[0], depth + 1)
        return constant(self._data[nodes[0].start_byte : nodes[-1].end_byte].decode("utf-8", "replace"))

    def _length(self, children: list[Node], source: str) -> Value:
        if len(children) == 2 and self.source(children[0]) == "#":
            text = self.parameter(self.source(children[1])).text if children[1].type in _NAMES else None
            return constant(str(len(text))) if text is not None else dynamic(source)
        return dynamic(source)

    def _applied(self, name: str, value: Value, operator: str, operand: Value) -> Value:
        colon = operator.startswith(":")
        match operator:
            case ":-" | "-" | ":=" | "=":
                result = _or_default(value, operand, or_empty=colon)
                if operator in (":=", "=") and name.isidentifier():
                    self._variables.set(name, result if result.text is not None else None)
                return result
            case ":+" | "+":
                if value.text is not None:
                    return operand if value.text or not colon else constant("")
                return dynamic("", value.variables, "" if value.default == "" else None)
            case ":?" | "?":
                return value
            case "#" | "##" | "%" | "%%":
                return _trimmed(value, operator, operand)
            case ":":
                return _substring(value, operand)
            case _:
                return dynamic("", value.variables)

    def _subscript(self, node: Node) -> Value:
        name = node.child_by_field_name("name")
        index = node.child_by_field_name("index")
        held = self._variables.get(self.source(name)) if name is not None else None
        if isinstance(held, tuple) and index is not None:
            at = self.source(index)
            if at in ("@", "*"):
                return self._joined(_spaced(held), self.source(node))
            if at.isdigit() and len(at) < _LONGEST_NUMBER:
                return held[int(at)] if int(at) < len(held) else constant("")
        if name is not None and self.source(name) == "BASH_SOURCE":
            return self._variables.value("BASH_SOURCE")
        return dynamic(self.source(node))

    # -- command substitutions whose result is sure -----------------------------------------------------------------------

    def _substitution(self, node: Node, depth: int) -> Value:
        inner = node.named_children
        source = self.source(node)
        if len(inner) != 1:
            return dynamic(source)
        found = self._result(inner[0], depth + 1)
        return replace(found, source=source, text=_stripped(found.text), default=_stripped(found.default)) if found else dynamic(source)

    def _result(self, node: Node, depth: int) -> Value | None:
        if depth > _DEEPEST:
            return None
        if node.type == "redirected_statement":
            body = node.child_by_field_name("body")
            return self._result(body, depth + 1) if body is not None else None
        if node.type == "list" and len(node.named_children) == 2:
            first, second = node.named_children
            if self._name(first) == "cd" and self.source(second).split()[:1] == ["pwd"]:
                return self._directory(first, depth)
            return None
        if node.type != "command":
            return None
        arguments = [self.value(child, depth + 1) for child in node.children_by_field_name("argument")]
        return _printed(self._name(node), arguments, self._variables)

    def _directory(self, node: Node, depth: int) -> Value | None:
        arguments = [self.value(child, depth + 1) for child in node.children_by_field_name("argument")]
        arguments = [value for value in arguments if value.text not in ("--", "-P", "-L")]
        if len(arguments) != 1 or arguments[0].text is None:
            return None
        base = self._variables.value("PWD").text
        return constant(posixpath.normpath(posixpath.join(base or "", arguments[0].text))) if base or arguments[0].text[:1] == "/" else None

    def _name(self, node: Node) -> str:
        name = node.child_by_field_name("name")
        return self.source(name) if name is not None else ""

    # -- several words -------------------------------------------------------------------------------------------------

    def _many(self, node: Node) -> tuple[Value, ...] | None:
        name = self._list_name(node)
        if name is None:
            return None
        held = self._variables.get(name)
        if not isinstance(held, tuple):
            return (dynamic(self.source(node)),)
        skip = self._slice(node)
        return held[skip:] if skip is not None else (dynamic(self.source(node)),)

    def _list_name(self, node: Node) -> str | None:
        """The array whose elements *node* stands for: ``$@``, ``"${@:2}"``, ``"${NAME[@]}"``."""
        if node.type == "string" and node.named_child_count == 1:
            child = node.named_children[0]
            if (child.end_byte - child.start_byte) + 2 == node.end_byte - node.start_byte:
                return self._list_name(child)
        if node.type == "simple_expansion":
            return "@" if self.source(node) in ("$@", "$*") else None
        if node.type == "expansion" and node.named_child_count:
            first = node.named_children[0]
            if first.type == "special_variable_name" and self.source(first) in ("@", "*"):
                return "@"
            if first.type == "subscript":
                name, index = first.child_by_field_name("name"), first.child_by_field_name("index")
                if name is not None and index is not None and self.source(index) in ("@", "*"):
                    return self.source(name)
        return None

    def _slice(self, node: Node) -> int | None:
        """How many elements are left out at the start; None where that is not known."""
        inner = self.source(node).strip('"')
        found = re.search(r":\s*(\d{1,4})\}\Z", inner)
        if found:
            return max(0, int(found[1]) - (1 if "@:" in inner or "*:" in inner else 0)) if "[" not in inner else int(found[1])
        return 0 if re.fullmatch(r"\$\{?[\w@*]+(?:\[[@*]\])?\}?", inner) or re.search(r"[:]?[+-]", inner) else None


def _spaced(held: tuple[Value, ...]) -> list[Value]:
    parts: list[Value] = []
    for value in held[:MOST_FIELDS]:
        parts += [constant(" "), value] if parts else [value]
    return parts if len(held) <= MOST_FIELDS else [*parts, dynamic("…")]


def _or_default(value: Value, operand: Value, *, or_empty: bool) -> Value:
    if value.text is not None:
        return value if value.text or not or_empty else operand
    if value.variables and value.default == "":  # the image leaves it unset
        return replace(operand, variables=united(value.variables, operand.variables))
    return replace(value, default=None)


def _trimmed(value: Value, operator: str, operand: Value) -> Value:
    text, pattern = value.text, operand.text
    if text is None or pattern is None or len(text) > 4096:
        return dynamic("", value.variables)
    ends = range(len(text) + 1) if len(operator) == 1 else range(len(text), -1, -1)
    for length in ends:
        part = text[:length] if operator[0] == "#" else text[len(text) - length :]
        if fnmatchcase(part, pattern):
            rest = text[length:] if operator[0] == "#" else text[: len(text) - length]
            return constant(rest, variables=value.variables)
    return value


def _substring(value: Value, operand: Value) -> Value:
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?::\s*(\d{1,4}))?", operand.text or "")
    if value.text is None or not found:
        return dynamic("", value.variables)
    start = int(found[1])
    return constant(value.text[start : start + int(found[2])] if found[2] else value.text[start:], variables=value.variables)


def _printed(name: str, arguments: list[Value], variables: Variables) -> Value | None:
    """What a few harmless commands print."""
    if name == "pwd":
        return variables.value("PWD")
    if name == "echo" and arguments and not (arguments[0].text or "").startswith("-"):
        return None if sum(len(value.start) for value in arguments) > LONGEST_WORD else joined(_spaced(tuple(arguments)), "echo")
    operands = [value for value in arguments if not (value.text or "x").startswith("-")]
    if len(operands) != 1 or operands[0].text is None:
        return None
    text, used = operands[0].text, operands[0].variables
    match name:
        case "dirname":
            return constant(posixpath.dirname(text.rstrip("/")) or ("/" if text.startswith("/") else "."), variables=used)
        case "basename":
            return constant(posixpath.basename(text.rstrip("/")), variables=used)
        case "readlink" | "realpath" if text.startswith("/"):
            return constant(text, variables=used)
        case "which" | "command" | "type" if arguments[0].text in (text, "-v", "-p", "-P"):
            return constant(text, variables=used)
        case _:
            return None


def _stripped(text: str | None) -> str | None:
    return text.rstrip("\n") if text is not None else None


def _ansi(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] == "x":
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code[0] in "01234567" else _ANSI.get(code, "\\" + code)

    return _ANSI_ESCAPE.sub(plain, text)
