"""The one door for strings of an image on their way into any output: what could act on a terminal or mislead a reader is escaped."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[ !-\[\]-~]*")
_LONGEST = 4096
"""Characters of any text of an image in a report; how many are left out is said."""
# what CI systems run that read it in a log: "::name" at the start of a line (GitHub), "##[name" and "##vso[name" (Azure), "##teamcity["
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#[A-Za-z]*\[)", re.MULTILINE)
# printable by Unicode's categories, but shown as nothing or as a space (Default_Ignorable_Code_Point, and the empty braille cell)
_RANGES = (
    *((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF)),
)
_SHAPELESS = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1))


def visible(text: str, *, longest: int = _LONGEST) -> str:
    """*text* with a backslash in front of what is not plainly visible, so that two different strings never look alike.

    Control characters, separators and characters that change the direction of text or have no shape of their own become ``\\xNN``,
    ``\\uNNNN`` or ``\\UNNNNNNNN``; bytes that were no UTF-8 become ``\\xNN``; a backslash becomes two. Beyond *longest* characters
    the rest is cut off, and that is said.
    """
    if len(text) > longest:
        return f"{visible(text[:longest])}… ({len(text) - longest:,} characters more)"
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_character(character) for character in text)


def is_visible(text: str) -> bool:
    """Whether *text* can be what ``visible`` gives: whether it holds nothing but what is plainly visible."""
    return _PLAIN.fullmatch(text) is not None or all(char.isprintable() and char not in _SHAPELESS for char in text)


def inert(text: str) -> str:
    """*text* with no line that a CI system would run as a command; the character that makes it one is written ``\\xNN``."""
    return _COMMAND.sub(lambda match: match[1] + r"\x3a" if match[0].endswith(":") else r"\x23", text)


def one_line(text: str) -> str:
    """*text* of a rule or policy in one line, with the line breaks and indentation of its file taken out."""
    line = " ".join(text.split())
    return line if is_visible(line) else visible(line)


def _character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable() and character not in _SHAPELESS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:  # from there on \xNN is a byte, not a character
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
