"""Placeholders: values in the place of a credential, common in documentation, templates and tests."""

from __future__ import annotations

import hashlib
import re

_MOST = 1 << 12
"""First bytes of a value, by which it is told from a placeholder: none is longer."""
_WORDS = (
    "example sample dummy changeme change-me change_me changeit change_it changethis placeholder redacted replaceme replace_me "
    "replace-me replace_with replace-with xxxx your_ your- yourpass yourtoken yoursecret yourapi yourkey yourown insert_ insert-here "
    "insertyour enter_ enter-your fixme notreal not-a-real not_a_real notasecret not-a-secret not_a_secret fake lorem foobar deadbeef "
    "cafebabe to-be-set to_be_set not-set not_set notset _here -here undefined qwerty asdfgh censored removed hidden_ masked sanitized "
    "password_here opensesame open-sesame my_password my-password my_secret my-secret my_token my-token myapikey my_api_key "
    "my-api-key some_secret some-secret some_token some-token some_password "
    "secret_key_for dont-use do-not-use do_not_use"
)
_ANYWHERE = re.compile(b"|".join(re.escape(word.encode()) for word in _WORDS.split()))
_EMPTY_WORDS = frozenset(
    b"test tests testing tester demo foo bar baz null none todo tbd your my the a an dev local localhost mock stub default nil true "
    b"false xxx abc abcd username user users string value empty blank unset secret password passwd pass pwd pw token key apikey api "
    b"auth admin root guest postgres mysql redis rabbitmq mongo access client id new old some this that invalid wrong bad good valid "
    b"correct hello world".split()
)
_WORD = re.compile(rb"[a-z]+|[0-9]+")
_PUBLISHED = frozenset(
    {
        "0011cc25eb432071",  # Azurite and the storage emulator
        "aa6547439583c3a2",  # the Azure Cosmos DB emulator
        "41ef4bb0b23661e6",  # RFC 7617
        "153a182586451358",  # Stripe's documentation
        "0b5dd075ccdd03c4",  # Telegram's documentation
        "1fec4e9dead2fb48",  # the documentation of Python's urllib.request
        "6c96130f130ab0d6",  # RFC 6749
        "00cf4c781dc37003",  # RFC 6749
        "53f5da0aaa93d64c",  # RFC 6749
        "9d03b692e941d5ac",  # RFC 5849
        "c20fbc2b96183894",  # RFC 5849
        "b87dad10a32a2d81",  # RFC 5849
        "2ff8b0fb93aca981",  # RFC 5849
        "ce4c9cdcf4277d15",  # the AWS service models
        "3c14aab79351be94",  # The Cargo Book
        "7e8a30c801002173",  # the documentation of npm
        "6caa448826c11cd3",  # the AWS service models
        "e6c2d3455587c47c",  # the AWS service models
    }
)
"""The first 16 hexadecimal digits of the sha256 of values that their issuers publish, in documentation and for emulators."""
_TEMPLATE = re.compile(
    rb"\$\{|\$\(|\{\{|\}\}|\{%|%\(|\A%[sdr]|%[sdr]\Z|<[^<>]{1,80}>|<\||"
    rb"\*\*\*|\.\.\.|\xe2\x80\xa6|\xe2\x80\xa2|@@|__[A-Z_]{2,40}__"
)
_RUN = re.compile(rb"(.)\1{5}", re.DOTALL)
_SEQUENCE = 8
_LONGEST_UNIT = 16
"""Bytes of a text that a placeholder repeats; longer ones repeat by chance as little as random characters do."""
_SHARE_OF_WORDS = 0.8


def is_no_placeholder(match: bytes, secret: bytes) -> bool:
    """Whether the secret is not a placeholder."""
    return not is_placeholder(secret)


def is_placeholder(text: bytes) -> bool:
    """Whether *text* is a word for a credential, a template, or characters in a row; random characters are neither."""
    text = text[:_MOST]
    lower = text.lower()
    if _ANYWHERE.search(lower) or _TEMPLATE.search(text) or _RUN.search(text):
        return True
    if hashlib.sha256(text).hexdigest()[:16] in _PUBLISHED:
        return True
    if len(text) >= 8 and len(set(lower)) <= 3:
        return True
    return _is_mostly_words(lower) or _is_repeated(lower) or _longest_sequence(lower) >= _SEQUENCE


def _is_mostly_words(lower: bytes) -> bool:
    """Whether words which are not secret make up most of the value: ``test-token-1``, but neither ``admin123`` nor random letters."""
    words = _WORD.findall(lower)
    covered = sum(len(word) for word in words if word in _EMPTY_WORDS or (len(word) == 1 and word.isdigit()))
    return bool(words) and covered >= len(b"".join(words)) * _SHARE_OF_WORDS


def _is_repeated(lower: bytes) -> bool:
    """Whether one unit of at most sixteen characters is all there is, twice or more."""
    most = min(_LONGEST_UNIT, len(lower) // 2)
    return any(lower[unit:] == lower[:-unit] for unit in range(1, most + 1))


def _longest_sequence(lower: bytes) -> int:
    """How many characters in a row count up or down: 12345678, hgfedcba, and two interleaved such as a1b2c3d4."""
    longest = 0
    for distance in (1, 2):
        up = down = 0
        for position in range(distance, len(lower)):
            step = lower[position] - lower[position - distance]
            is_turn = lower[position - distance : position - distance + 1] == b"9" and lower[position] in b"0a"
            up = up + 1 if step == 1 or is_turn else 0
            down = down + 1 if step == -1 else 0
            longest = max(longest, up + distance if up else 0, down + distance if down else 0)
    return longest


def has_mixed_characters(match: bytes, secret: bytes) -> bool:
    """Whether small letters, capitals, digits and other characters are there in at least two kinds, one of them letters."""
    kinds = [
        any(0x61 <= character <= 0x7A for character in secret),
        any(0x41 <= character <= 0x5A for character in secret),
        any(0x30 <= character <= 0x39 for character in secret),
        any(not (0x30 <= character <= 0x39 or 0x41 <= character <= 0x5A or 0x61 <= character <= 0x7A) for character in secret),
    ]
    return sum(kinds) >= 2 and (kinds[0] or kinds[1])


_USER = re.compile(rb"//([^/:@]{0,128}):")
_EXAMPLE_HOST = re.compile(rb"@(?:[a-z0-9-]{1,63}\.){0,5}(?:example|test|invalid|localhost|example\.(?:com|org|net))\Z", re.IGNORECASE)
_LETTERS = re.compile(rb"[a-z]{1,8}")
_PORT = re.compile(rb"[0-9]{1,5}")
_SPELT_OUT = re.compile(rb"%[^0-9a-f].*|pass(?:word|wd)?[0-9]{0,3}|pwd|pw|secret|token|key|[a-z]|xyzz?y?|abcd?")


def is_url_password(match: bytes, secret: bytes) -> bool:
    """Whether the password in a URL is one: no placeholder, no variable, no port, not the user's name again, no example of a URL.

    Source: RFC 2606 and RFC 6761 (names of hosts that are for examples).
    """
    lower = secret.lower()
    if is_placeholder(secret) or _PORT.fullmatch(secret) or _SPELT_OUT.fullmatch(lower):
        return False
    if lower.startswith((b"$", b"{", b"<", b"[", b"*", b"(")) or lower.endswith((b"}", b">", b"]", b")")):
        return False
    if _LETTERS.fullmatch(secret) and _EXAMPLE_HOST.search(match):
        return False
    user = _USER.search(match)
    return user is None or user[1].lower() != lower
