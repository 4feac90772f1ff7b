"""Listener: receives the events of a run, for a progress line or a stream of events. It decides nothing."""

from __future__ import annotations

from typing import Protocol

from imginspect.batch.run.work_plan import Amount
from imginspect.batch.values.plans import ImageRow, LayerPlan


class RunListener(Protocol):
    """Receives events in the order in which they happen."""

    def found(self, images: int, shown: str) -> None:
        """The number of images found so far, the last of them in *shown*."""

    def planned(self, amount: Amount, already: int) -> None:
        """The amount of work, and the number of images already done."""

    def layer(self, layer: LayerPlan, bytes_read: int, seconds: float, failure: str) -> None:
        """A layer is over, *bytes_read* of its blob in *seconds*; *failure* where it could not be read."""

    def image(self, row: ImageRow, seconds: float, stored: int, *, is_known: bool) -> None:
        """An image's outcome was noted, *stored* bytes of layers that nobody else needs with it. *is_known*: an earlier run judged it."""
