"""The standard input of a command, where the script itself contains it."""

from __future__ import annotations

import re

from tree_sitter import Node

from imginspect.languages.shell.commands import ShellCommand
from imginspect.languages.shell.words import WordExpander
from imginspect.languages.values import LONGEST_WORD, Value, constant, dynamic, joined

_FORMAT = re.compile(r"%[sb]")
_MOST_PRINTED = 200
"""Words that ``printf`` is given; with more its output is not known."""


def given_text(node: Node, words: WordExpander, data: bytes) -> Value | None:
    """What the redirections of *node* give it on standard input: not known where that is a file's text; None where there is none."""
    found: Value | None = None
    for redirect in node.children_by_field_name("redirect"):
        if redirect.type == "herestring_redirect" and redirect.named_child_count:
            found = words.value(redirect.named_children[-1])
        elif redirect.type == "heredoc_redirect":
            found = _here_document(redirect, words, data)
        elif redirect.type == "file_redirect" and any(child.type == "<" for child in redirect.children):
            destination = redirect.child_by_field_name("destination")
            if destination is not None and words.value(destination).text != "/dev/null":
                found = dynamic(words.source(redirect)[:80])
    return found


def _here_document(redirect: Node, words: WordExpander, data: bytes) -> Value:
    start = body = end = None
    for child in redirect.children:
        if child.type == "heredoc_start":
            start = child
        elif child.type == "heredoc_body":
            body = child
        elif child.type == "heredoc_end":
            end = child
    if start is None:
        return Value(None, "<<")
    first = data.find(b"\n", start.end_byte) + 1 or len(data)
    last = end.start_byte if end is not None else redirect.end_byte
    is_raw = data[start.start_byte : start.start_byte + 1] in (b"'", b'"', b"\\")
    is_indented = any(child.type == "<<-" for child in redirect.children)
    return words.heredoc(first, max(first, last), body, is_raw=is_raw, is_indented=is_indented)


def connection(redirect: Node, words: WordExpander) -> Value | None:
    """The host of a redirection from or to bash's ``/dev/tcp/HOST/PORT``; None for any other."""
    destination = redirect.child_by_field_name("destination")
    if destination is None:
        return None
    value = words.value(destination)
    parts = value.start.split("/")
    if parts[:2] != ["", "dev"] or parts[2:3] not in (["tcp"], ["udp"]) or len(parts) < 4:
        return None
    return constant(parts[3]) if value.text is not None or len(parts) > 4 else Value(None, value.source, parts[3], value.variables)


def printed(command: ShellCommand) -> Value | None:
    """What ``echo`` or ``cat <<EOF`` prints; None for other commands."""
    if command.name == "cat" and len(command.words) == 1:
        return command.here_text
    if command.name not in ("echo", "printf"):
        return None
    if command.name == "printf" and len(command.words) > 1 and "%" in (command.words[1].text or ""):
        return _formatted(command.words[1].text or "", command.words[2:])
    parts: list[Value] = []
    for word in command.words[1:]:
        if not (word.text or "").startswith("-"):
            parts += [constant(" "), word] if parts else [word]
    if sum(len(part.start) for part in parts) > LONGEST_WORD:
        return dynamic("echo")
    return joined([*parts, constant("\n")], "echo")


def _formatted(pattern: str, words: tuple[Value, ...]) -> Value:
    """What ``printf`` prints: its pattern once more for as long as there are words."""
    pieces = _FORMAT.split(pattern.replace("\\n", "\n").replace("\\t", "\t"))
    left, parts = list(words), [constant(pieces[0])]
    if len(pieces) == 1 or "%" in "".join(pieces) or len(words) > _MOST_PRINTED:
        return dynamic("printf")
    for number in range(max(1, -(-len(left) // (len(pieces) - 1)))):
        parts += [constant(pieces[0])] if number else []
        for piece in pieces[1:]:
            parts += [left.pop(0) if left else constant(""), constant(piece)]
    return joined(parts, "printf")
