"""Results of images judged before: an image with unchanged files and criteria keeps its result."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from imginspect.batch.values.plans import ImagePlan, ImageRow, LayerContents
from imginspect.host.cache import Cache
from imginspect.host.compression import CorruptStream, pack, unpack
from imginspect.rules import codec

_MOST = 1 << 28
"""Bytes that one image's row or report may expand to, as many as a report may have; an entry with more counts as none."""


class ImageAnswer(NamedTuple):
    """The result for an image: its row, and its report in each format."""

    row: ImageRow
    reports: dict[str, str]


class ResultCache:
    """Answers in *cache*: rows under the image's identity and names as planned and the digest of what judges, reports under their own.

    The report in a form is named by the digest of its JSON report, which all forms are made from.
    """

    def __init__(self, cache: Cache, criteria: str, format_names: tuple[str, ...]) -> None:
        self._cache = cache
        self._forms = tuple(dict.fromkeys((*format_names, "json")))
        self._judged_by = criteria

    def has(self, plan: ImagePlan) -> bool:
        """Whether a result seems to be cached."""
        return bool(plan.identity) and self._cache.has(self._image(plan))

    def get(self, plan: ImagePlan) -> ImageAnswer | None:
        """The result; None if there is none that can be trusted."""
        stored = self._cache.get(self._image(plan)) if plan.identity else None
        if stored is None:
            return None
        try:
            row = codec.decode(unpack(stored, _MOST), ImageRow)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, CorruptStream):
            return None
        reports = self.reports(row.report_sha256)
        return ImageAnswer(row, reports) if reports is not None else None

    def put(self, plan: ImagePlan, answer: ImageAnswer) -> None:
        """Store *answer*, the result for *plan*."""
        for format_name, text in answer.reports.items():
            self._cache.put(self._key("report", format_name, answer.row.report_sha256), pack(text.encode("utf-8")))
        self._cache.put(self._image(plan), pack(codec.encode(answer.row)))

    def reports(self, digest: str) -> dict[str, str] | None:
        """The report whose JSON report has *digest*, in every format; None where one is not there."""
        found: dict[str, str] = {}
        for format_name in self._forms:
            stored = self._cache.get(self._key("report", format_name, digest))
            if stored is None:
                return None
            try:
                found[format_name] = unpack(stored, _MOST).decode("utf-8")
            except (CorruptStream, UnicodeDecodeError):
                return None
        return found

    def contents(self, digest: str) -> LayerContents | None:
        """The names and digests of the files of the layer *digest*."""
        stored = self._cache.get(self._key("names", digest))
        if stored is None:
            return None
        length = int.from_bytes(stored[:8], "big")
        return LayerContents(digest, stored[8 : 8 + length], stored[8 + length :])

    def has_contents(self, digest: str) -> bool:
        """Whether they seem to be there."""
        return self._cache.has(self._key("names", digest))

    def put_contents(self, contents: LayerContents) -> None:
        """Keep them."""
        self._cache.put(self._key("names", contents.digest), len(contents.paths).to_bytes(8, "big"), contents.paths, contents.digests)

    def _image(self, plan: ImagePlan) -> str:
        """The names belong to the key: a report shows those that were asked for (``--include``), and no others."""
        return self._key("image", plan.identity, *plan.references)

    def _key(self, kind: str, *parts: str) -> str:
        return f"{kind}-{sha256(repr((self._judged_by, *parts)).encode('utf-8', 'surrogatepass')).hexdigest()}"
