"""Digest: an algorithm and a hex value, as the OCI image-spec writes it in descriptors."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from imginspect.errors import ImageError

_FORMS = {"sha256": re.compile(r"[0-9a-f]{64}"), "sha384": re.compile(r"[0-9a-f]{96}"), "sha512": re.compile(r"[0-9a-f]{128}")}


class InvalidDigest(ImageError):
    """A digest that is not ``ALGORITHM:HEX`` with an algorithm we know; it is never used as a path."""


class Digest(NamedTuple):
    """A content address. ``str()`` gives ``sha256:<hex>``."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @classmethod
    def parse(cls, text: object) -> Digest:
        """The digest that *text* writes.

        Raises: InvalidDigest
        Source: OCI image-spec, descriptor.md, "Digests"
        """
        if isinstance(text, str):
            algorithm, _, value = text.partition(":")
            form = _FORMS.get(algorithm)
            if form and form.fullmatch(value):
                return cls(algorithm, value)
        raise InvalidDigest(f"expected a digest such as sha256:<64 hex digits>, found {_shown(text)}")

    @classmethod
    def of(cls, data: bytes, algorithm: str = "sha256") -> Digest:
        """The digest of *data*."""
        return cls(algorithm, hashlib.new(algorithm, data).hexdigest())


def _shown(value: object) -> str:
    return repr(value[:100]) if isinstance(value, str) else f"a value of type {type(value).__name__}"
