"""What a command is given on standard input, where that stands in the script itself."""

from __future__ import annotations

from tree_sitter import Node

from imginspect.analysis.shell.model import Command
from imginspect.analysis.shell.words import Expander
from imginspect.analysis.values import Value, constant, dynamic, joined

_LONGEST = 1 << 16


def given_text(node: Node, words: Expander, data: bytes) -> Value | None:
    """The here-document or here-string among the redirections of *node*; None where there is none."""
    found: Value | None = None
    for redirect in node.children_by_field_name("redirect"):
        if redirect.type == "herestring_redirect" and redirect.named_child_count:
            found = words.value(redirect.named_children[-1])
        elif redirect.type == "heredoc_redirect":
            found = _here_document(redirect, words, data)
    return found


def _here_document(redirect: Node, words: Expander, data: bytes) -> Value:
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
    return words.heredoc(first, max(first, last), body, is_raw=is_raw)


def connection(redirect: Node, words: Expander) -> Value | None:
    """The host of a redirection from or to bash's ``/dev/tcp/HOST/PORT``; None for any other."""
    destination = redirect.child_by_field_name("destination")
    if destination is None:
        return None
    value = words.value(destination)
    parts = value.start.split("/")
    if parts[:2] != ["", "dev"] or parts[2:3] not in (["tcp"], ["udp"]) or len(parts) < 4:
        return None
    return constant(parts[3]) if value.text is not None or len(parts) > 4 else Value(None, value.source, parts[3], value.variables)


def printed(command: Command) -> Value | None:
    """What ``echo`` or ``cat <<EOF`` prints; None for other commands."""
    if command.name == "cat" and len(command.words) == 1:
        return command.here_text
    if command.name not in ("echo", "printf"):
        return None
    parts: list[Value] = []
    for word in command.words[1:]:
        if not (word.text or "").startswith("-"):
            parts += [constant(" "), word] if parts else [word]
    if sum(len(part.start) for part in parts) > _LONGEST:
        return dynamic("echo")
    return joined([*parts, constant("\n")], "echo")
