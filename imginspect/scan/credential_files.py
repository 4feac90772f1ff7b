from typing import NamedTuple


class Span(NamedTuple):
    kind: str
    start: int
    end: int
    is_verified: bool


def is_credential_file_name(path: str) -> bool:
    return False


def credential_file(name: str, content: bytes) -> tuple[Span, ...]:
    return ()
