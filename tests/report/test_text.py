"""``visible``: whatever is in an image, what is shown is printable, and two different strings never look alike."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.report.text import visible

ANY = st.text(st.characters(), max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("utf-8", "surrogateescape"))
TELLING = st.text(st.sampled_from("\\x0u1bUnab\x1b\0\u202e\ud800\udc80\u200b \U000e0100"), max_size=12)


@settings(max_examples=300)
@given(ANY | TELLING)
def test_what_is_shown_is_printable(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert not [character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert not [
        character for character in shown if unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")
    ]
    shown.encode("utf-8")


def unescaped(shown: str) -> str:
    """What *shown* stands for: the other direction of ``visible``, which exists only if that loses nothing."""
    found, at = [], 0
    while at < len(shown):
        if shown[at] != "\\":
            found.append(shown[at])
            at += 1
        elif shown[at + 1] == "\\":
            found.append("\\")
            at += 2
        else:
            length = {"x": 2, "u": 4, "U": 8}[shown[at + 1]]
            code = int(shown[at + 2 : at + 2 + length], 16)
            found.append(chr(code + 0xDC00 if length == 2 and code > 0x7F else code))
            at += 2 + length
    return "".join(found)


@settings(max_examples=300)
@given(ANY | TELLING)
def test_text_can_be_told_from_what_is_shown(text: str) -> None:
    assert unescaped(visible(text)) == text


@settings(max_examples=300)
@given(ANY | TELLING, ANY | TELLING)
def test_two_texts_never_look_alike(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)


def test_a_byte_that_is_no_utf8_and_the_character_of_that_number_are_told_apart() -> None:
    assert visible("\udc85") != visible("\x85")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text/1.0", "plain text/1.0"),
        ("gr\u00fc\u00df \u65e5\u672c", "gr\u00fc\u00df \u65e5\u672c"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"),
        ("\\x1b", "\\\\x1b"),
        ("\u202eexe.txt", "\\u202eexe.txt"),
        ("\u200b\ufeff\u00ad", "\\u200b\\ufeff\\u00ad"),
        ("\u3164\u115f\u2800\ufe0f", "\\u3164\\u115f\\u2800\\ufe0f"),
        ("\U000e0041\U000e0100", "\\U000e0041\\U000e0100"),
        ("\ud800", "\\ud800"),
        ("\u00a0\u2003\u2028", "\\u00a0\\u2003\\u2028"),
        ("", ""),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_long_text_is_cut_off_and_says_so() -> None:
    assert visible("a" * 4096) == "a" * 4096
    assert visible("a" * 5000) == "a" * 4096 + "… (904 characters more)"
    assert visible("\x1b" * 20, longest=2) == "\\x1b\\x1b… (18 characters more)"
