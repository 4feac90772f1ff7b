"""Code: right-hand sides of an assignment that name something else instead of holding a secret."""

from __future__ import annotations

import re

_MOST = 1 << 12
_REFERENCE = re.compile(
    rb"[$%`@]|\{\{|\$\{|(?:\.{0,2}|~)/|[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}:/|arn:|ssm:|vault:|secretref:|file:|env[:.(]|"
    rb"(?:os|process|sys|self|this|config|settings|secrets|args|options|ctx|request|req|params|event|data|kwargs|opts|props|state|"
    rb"var|local|module|System|Deno|Bun|import\.meta)[.\[(]",
)
_CALL = re.compile(rb"[(){}\[\];|\\]|=>|->|::|&&|\|\|")
_FILE = re.compile(rb"\.(?:py|js|ts|json|txt|pem|key|crt|cer|ya?ml|html?|css|sh|toml|ini|cfg|conf|md|rst|xml|php|rb|go|java|c|h|so|lic)$")
_PLAIN = re.compile(rb"[A-Za-z0-9_.:/ ,+-]+")
_PARTS = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_VOWEL = re.compile(rb"[aeiouyAEIOUY]")
_NAMES_OF_NO_SECRETS = re.compile(
    rb"(?:^|[_.$-])(?:next|page|continuation|csrf|xsrf|cancel|sync|cursor|idempotency|client_?request|pad|bos|eos|unk|sep|cls|mask|"
    rb"special|stop|public|site|cache|sort|partition|primary|foreign|hash|resume|changes?)_?-?(?:token|key)|"
    rb"token_?-?(?:type|id|name|ur[il]|end|class|count|limit|size)",
    re.IGNORECASE,
)
_NAME = re.compile(rb"[A-Za-z0-9_.$-]+")


def is_no_reference(match: bytes, secret: bytes) -> bool:
    """Whether the secret is no variable, path, URL, file name or lookup."""
    text = secret[:_MOST]
    return _REFERENCE.match(text) is None and _FILE.search(text.lower()) is None and b"${" not in text and b"$(" not in text


def is_no_code(match: bytes, secret: bytes) -> bool:
    """Whether a value in source code can be a secret: no reference, no expression, no words joined to a name."""
    text = secret[:_MOST]
    if not is_no_reference(match, text) or _CALL.search(text) or _names_no_secret(match):
        return False
    return not (_PLAIN.fullmatch(text) and _is_made_of_words(text))


def _names_no_secret(match: bytes) -> bool:
    """Whether the variable before the value is one of those that hold tokens of grammars, pages and forms."""
    name = _NAME.search(match)
    return name is not None and _NAMES_OF_NO_SECRETS.search(name[0]) is not None


def _is_made_of_words(text: bytes) -> bool:
    """Whether letters come in words (three or more, with a vowel) and digits in short numbers."""
    parts = _PARTS.findall(text)
    in_words = 0
    for part in parts:
        if part.isdigit():
            in_words += len(part) if len(part) <= 4 else 0
        elif len(part) >= 3 and _VOWEL.search(part):
            in_words += len(part)
    letters = sum(len(part) for part in parts)
    return in_words >= letters * 0.8
