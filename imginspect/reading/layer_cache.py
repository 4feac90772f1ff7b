"""LayerCache: what a pass found in a layer, kept for the next image that has it, and for the next run.

What is kept is named by the digest of the layer's blob *as found*, and by all else that decides what a pass finds: the code that reads, the
patterns and products it looks for, the key for the ids of secrets, and the limits. A policy decides nothing of it, nor does the image that
the layer is of.

A blob counts as known where its file is still the one whose bytes were verified (``archive.identity``), or where its bytes, hashed
again, have the digest under which a record is kept. What is claimed of a blob is never believed.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from contextlib import suppress

from imginspect.errors import LayerError
from imginspect.host.cache import Cache
from imginspect.layer.index import LayerIndex
from imginspect.layer.record import NoRecord, decode, encode
from imginspect.reading.names import has_plain_strings
from imginspect.scan.matcher import Matcher

_MOST_AT_HAND = 120_000
"""Entries of layers that stay decoded for the next image, some 300 bytes each."""
_LEAST_AT_HAND = 2_500
"""Entries that each of them counts as at the least: it may hold a file open."""
_DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{64,128}")


class LayerCache:
    """Records of layers in *cache*, for one reader. Several processes may use one folder at the same time."""

    def __init__(self, cache: Cache, matcher: Matcher, reader: str) -> None:
        """*reader* names all that decides what a pass finds in given bytes; *matcher* tells what is a credential."""
        self._cache = cache
        self._matcher = matcher
        self._decides = reader
        self._at_hand: OrderedDict[str, LayerIndex] = OrderedDict()
        self._entries_at_hand = 0

    def key(self, digest: str, diff_algorithm: str) -> str:
        """The name of the record of the blob with *digest*, whose content is hashed by *diff_algorithm*; empty: it is not expanded."""
        return _key("layer", self._decides, digest, diff_algorithm)

    def has(self, key: str) -> bool:
        """Whether there seems to be a record."""
        return key in self._at_hand or self._cache.has(key)

    def get(self, key: str) -> LayerIndex | None:
        """What is known of a layer, as of layer 0; None where nothing is, or it cannot be trusted. It is shared: do not change it."""
        known = self._at_hand.get(key)
        if known is not None:
            self._at_hand.move_to_end(key)
            return known
        stored = self._cache.open(key)
        if stored is None:
            return None
        try:
            index = decode(stored)
        except NoRecord:
            return None
        self._hold(key, index)
        return index

    def put(self, key: str, index: LayerIndex) -> None:
        """Keep *index*, if another pass would find the same and nothing in it could give a credential away."""
        if index.is_repeatable and has_plain_strings(index, self._matcher):
            with suppress(NoRecord, LayerError):  # or what was kept of it cannot be read back
                self._cache.put_pieces(key, encode(index.as_layer(0)))

    def _hold(self, key: str, index: LayerIndex) -> None:
        self._at_hand[key] = index
        self._entries_at_hand += max(len(index.entries), _LEAST_AT_HAND)
        while self._entries_at_hand > _MOST_AT_HAND and len(self._at_hand) > 1:
            _, oldest = self._at_hand.popitem(last=False)
            self._entries_at_hand -= max(len(oldest.entries), _LEAST_AT_HAND)

    # -- files on the host -------------------------------------------------------------------------------------------

    def verified(self, identity: str) -> str:
        """The digest that the bytes with *identity* were found to have; empty where that is not known."""
        known = self._cache.get(_key("blob", identity)) if identity else None
        text = known.decode("ascii", "replace") if known is not None else ""
        return text if _DIGEST.fullmatch(text) else ""

    def note(self, identity: str, digest: str) -> None:
        """Remember that the bytes with *identity* have *digest*."""
        if identity:
            self._cache.put(_key("blob", identity), digest.encode())

    # -- contents that were asked for later --------------------------------------------------------------------------

    def content(self, key: str, ordinal: int) -> bytes | None:
        """The content of an entry of the layer *key* that was fetched by a second pass once, credentials masked."""
        return self._cache.get(_key("content", key, str(ordinal)))

    def put_content(self, key: str, ordinal: int, content: bytes) -> None:
        """Keep *content*, credentials masked; not where there were more of them than the pass took note of."""
        spans, is_whole = self._matcher.find(content)
        if is_whole and not spans:
            self._cache.put(_key("content", key, str(ordinal)), content)


def _key(kind: str, *parts: str) -> str:
    return f"{kind}-{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()}"
