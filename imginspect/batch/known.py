"""Images that were judged before: an image whose files are unchanged, judged by the same criteria, gets the answer that it got."""

from __future__ import annotations

import hashlib
import zlib
from typing import NamedTuple

from imginspect.batch.model import ImageRow, LayerContents
from imginspect.cache import Cache
from imginspect.rules import codec

_LEVEL = 1
_MOST = 1 << 28


class Answer(NamedTuple):
    """What came of an image: its row, and its report in each form (*reports*, by the form's suffix)."""

    row: ImageRow
    reports: dict[str, str]


class KnownImages:
    """Answers in *cache*, under the identity of the image as planned and the digest of what judges."""

    def __init__(self, cache: Cache, criteria: str, forms: tuple[str, ...]) -> None:
        self._cache = cache
        self._judged_by = f"{criteria} {' '.join(forms)}"

    def has(self, identity: str) -> bool:
        """Whether there seems to be an answer."""
        return bool(identity) and self._cache.has(self._key(identity))

    def get(self, identity: str) -> Answer | None:
        """The answer; None where there is none that can be trusted."""
        stored = self._cache.get(self._key(identity)) if identity else None
        if stored is None:
            return None
        try:
            return codec.decode(zlib.decompressobj().decompress(stored, _MOST), Answer)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error):
            return None

    def put(self, identity: str, answer: Answer) -> None:
        """Keep *answer*."""
        if identity:
            self._cache.put(self._key(identity), zlib.compress(codec.encode(answer), _LEVEL))

    def contents(self, digest: str) -> LayerContents | None:
        """The names and digests of the files of the layer *digest*."""
        stored = self._cache.get(self._layer_key(digest))
        if stored is None:
            return None
        length = int.from_bytes(stored[:8], "big")
        return LayerContents(digest, stored[8 : 8 + length], stored[8 + length :])

    def put_contents(self, contents: LayerContents) -> None:
        """Keep them, if they are not there."""
        key = self._layer_key(contents.digest)
        if not self._cache.has(key):
            self._cache.put(key, len(contents.paths).to_bytes(8, "big"), contents.paths, contents.digests)

    def _key(self, identity: str) -> str:
        return f"image-{hashlib.sha256(f'{self._judged_by} {identity}'.encode()).hexdigest()}"

    def _layer_key(self, digest: str) -> str:
        return f"names-{hashlib.sha256(f'{self._judged_by} {digest}'.encode()).hexdigest()}"
