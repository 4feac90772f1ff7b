"""The one door for text on its way into the page: what is not Markup is escaped, always."""

from __future__ import annotations

from collections.abc import Iterable

_VOID = frozenset(("meta", "input"))
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


class Markup(str):
    """Text that is HTML already. It is made here, and where a section writes many rows of one form from escaped pieces."""

    __slots__ = ()


NOTHING = Markup("")


def escape(text: str) -> Markup:
    """*text* as HTML that shows it and does nothing else, between tags and in a quoted attribute.

    What is not printable, which no inspection writes but a filed report that was changed may hold, becomes ``\\uNNNN``.
    """
    if not text.isprintable():
        text = "".join(character if character.isprintable() or character == "\n" else _named(character) for character in text)
    return Markup(text.translate(_SPECIAL) if _has_special(text) else text)


def element(name: str, /, *children: str, **attributes: str | int | bool | None) -> Markup:
    """An element with *children*, of which those that are no Markup are escaped.

    In names of attributes ``_`` stands for ``-``, and one at the end is left off. None and False leave an attribute out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[str], between: str = "") -> Markup:
    """All of *children* one after the other, those that are no Markup escaped."""
    return Markup(escape(between).join([child if type(child) is Markup else escape(child) for child in children]))


def _attribute(key: str, value: str | int) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _has_special(text: str) -> bool:
    return "&" in text or "<" in text or ">" in text or '"' in text or "'" in text


def _named(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
