"""The tree of errors; the leaves are beside the code that raises them.

ImgInspectError
  ArchiveError    the archive as a container of blobs
  ImageError      manifests and configs
  LayerError      the tar inside a layer
  PathError       a path inside the image
  RuleError       a rule or policy file
  UsageError      what was asked for cannot be done (nothing was judged)
  LimitExceeded   a bound that keeps time and memory finite
  RunEnded        a run over many images that cannot go on here and now; what was done is kept
"""

from __future__ import annotations

from typing import NamedTuple


class InputDigest(NamedTuple):
    """What was read of an archive before it turned out that it cannot be inspected: bytes, and their sha256 (empty where not known)."""

    size: int
    sha256: str
    is_whole: bool


class ImgInspectError(Exception):
    """The root: everything that imginspect raises on purpose. *seen* is set where a stream was read that cannot be read again."""

    seen: InputDigest | None = None


class ArchiveError(ImgInspectError):
    """The archive cannot be read as a container of blobs."""


class ImageError(ImgInspectError):
    """A manifest or config is missing, malformed or contradictory."""


class LayerError(ImgInspectError):
    """The tar inside a layer is damaged."""


class PathError(ImgInspectError):
    """A path inside the image does not lead to what was asked for."""


class RuleError(ImgInspectError):
    """A rule or policy file is wrong; the message names file and line."""


class UsageError(ImgInspectError):
    """The request cannot be carried out as it was made."""


class RunAborted(ImgInspectError):
    """Not an image but the machine is at fault: the run can go on when that is over, and what it did so far is kept."""


class LimitExceeded(ImgInspectError):
    """A bound was met. *limit* is the name under which it can be raised, *seen* what asked for more."""

    def __init__(self, limit: str, bound: int, seen: str) -> None:
        super().__init__(f"{seen}: more than the limit of {bound:,} ({limit}); raise it with --limit {limit}=N")
        self.limit = limit
        self.bound = bound
        self._seen = seen

    def __reduce__(self) -> tuple[type[LimitExceeded], tuple[str, int, str]]:
        """It may be raised in another process than it is caught in."""
        return type(self), (self.limit, self.bound, self._seen)


NO_MEMORY = "there was not enough memory"
"""How every message about too little memory begins."""


def describe(error: BaseException) -> str:
    """What went wrong, in words."""
    if isinstance(error, MemoryError):
        return str(error) or NO_MEMORY
    return str(error) or type(error).__name__
