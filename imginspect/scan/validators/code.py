"""Code: right-hand sides of an assignment that name something else instead of holding a secret."""

from __future__ import annotations

import re

# compiled when the first match is looked at: few images have one, and these take longer than a start should
_MOST = 1 << 12
_REFERENCE = (
    rb"`|[$%][A-Za-z_({]|\{\{|(?:\.{0,2}|~)/|[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}:/|arn:|ssm:|vault:|secretref:|file:|env[:.(]|"
    rb"(?:os|process|sys|self|this|config|settings|secrets|args|options|ctx|request|req|params|event|data|kwargs|opts|props|state|"
    rb"var|local|module|System|Deno|Bun|import\.meta)[.\[(]"
)
_EXPRESSION = rb"[A-Za-z_]\w*\(.*\)|\{.*\}|\A\[.*\]\Z|=>|->|::|\(\?|&&|\|\||\\"
_FILE = rb"\.(?:py|js|ts|json|txt|pem|key|crt|cer|ya?ml|html?|css|sh|toml|ini|cfg|conf|md|rst|xml|php|rb|go|java|c|h|so|lic)$"
_PLAIN = rb"[A-Za-z0-9_.:/ ,+-]+"
_PARTS = rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+"
_WORD = rb"(?i)(?!.*[^aeiouy]{4})(?=.*[aeiouy])[a-z]{3,}"
_NAMES_OF_NO_SECRETS = (
    rb"(?i)(?:next|page|continuation|csrf|xsrf|cancel|cancellation|sync|cursor|idempotency|client|request|lock|action|update|import|forward|"
    rb"backward|identity|pad|bos|eos|unk|sep|cls|mask|special|stop|public|site|cache|sort|partition|primary|foreign|hash|resume|changes?|"
    rb"pagination|input|output|starting|scroll|state|verification|fencing|concurrency)_?-?(?:token|key)|exporter_secret|"
    rb"token_?-?(?:type|id|name|ur[il]|end|class|count|limit|size)"
)
_SHORT_WORDS = frozenset(b"a i am an as at be by db do go he id if in io ip is it me my no of ok on or os to up us we".split())
_SHORTEST_HEX = 20
"""Hexadecimal digits of a value that can be a secret; a shorter one is a number or an abbreviated digest."""
_LONGEST_NAME = 16
"""Characters from which on a text without words in it is no name of a variable."""
_MADE_OF_WORDS = 0.8
_HALF_OF_WORDS = 0.5
_HEX = rb"[0-9a-fA-F-]+"
_DOTTED = rb"[A-Za-z_][A-Za-z0-9_]*(?:[._:-][A-Za-z0-9_]+)+"
_NAME = rb"[A-Za-z0-9_.$-]+"


def is_no_reference(match: bytes, secret: bytes) -> bool:
    """Whether the secret is no variable, path, URL, file name or lookup."""
    text = secret[:_MOST]
    return re.match(_REFERENCE, text) is None and re.search(_FILE, text.lower()) is None and b"${" not in text and b"$(" not in text


def is_no_code(match: bytes, secret: bytes) -> bool:
    """Whether a value in source code can be a secret: no reference, no expression, no words joined to a name."""
    text = secret[:_MOST]
    if not is_no_reference(match, text) or re.search(_EXPRESSION, text) or _names_no_secret(match):
        return False
    if re.fullmatch(_HEX, text) and len(text) < _SHORTEST_HEX:
        return False
    return not (re.fullmatch(_PLAIN, text) and _share_of_words(text) >= _MADE_OF_WORDS)


def is_no_option(match: bytes, secret: bytes) -> bool:
    """Whether the value is no option of its own: behind a blank, or as a word of a list, one that begins with a hyphen is."""
    return not secret.startswith(b"-") or match[: -len(secret)].rstrip(b"\"'").endswith(b"=")


def is_no_name(match: bytes, secret: bytes) -> bool:
    """Whether a value without quotation marks can be a secret: no words alone, and no short names joined by stops or underscores."""
    text = secret[:_MOST]
    has_digit = any(0x30 <= character <= 0x39 for character in text)
    share = _share_of_words(text)
    if re.fullmatch(_DOTTED, text):
        return len(text) >= _LONGEST_NAME and b"." not in text and share < _HALF_OF_WORDS
    return has_digit or share < _HALF_OF_WORDS


def _names_no_secret(match: bytes) -> bool:
    """Whether the variable before the value is one of those that hold tokens of grammars, pages and forms."""
    name = re.search(_NAME, match)
    return name is not None and re.search(_NAMES_OF_NO_SECRETS, name[0]) is not None


def _share_of_words(text: bytes) -> float:
    """Which share of the letters stands in words: three or more that can be spoken. None where digits are more than a number or two."""
    parts = re.findall(_PARTS, text)
    numbers = [part for part in parts if part.isdigit()]
    letters = [part for part in parts if not part.isdigit()]
    if not letters or len(numbers) > 2 or any(len(number) > 4 for number in numbers):
        return 0.0
    words = [part for part in letters if part.lower() in _SHORT_WORDS or re.fullmatch(_WORD, part)]
    return sum(map(len, words)) / sum(map(len, letters))
