"""How a run over many images is seen while it goes on: a line that changes on a terminal, plain lines in a log, or events as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import IO, Protocol

from imginspect.batch.run.listener import RunListener
from imginspect.batch.run.run import Result
from imginspect.batch.run.work_plan import Amount
from imginspect.batch.values.plans import ImageRow, LayerPlan
from imginspect.cli.masking import shown
from imginspect.cli.output import human
from imginspect.cli.streams import drop
from imginspect.wording import counted

_ON_TERMINAL = 0.2
_IN_LOG = 30.0
"""Seconds between lines."""
_WIDTH = 100
"""Columns of the line on a terminal, which is written again and again; a log has all of it."""


class Listening(RunListener, Protocol):
    """A listener of the command line."""

    def finished(self, result: Result, out: Path) -> None:
        """The run is at its end."""

    def close(self) -> None:
        """Nothing more will happen."""


def listener(format_name: str, *, quiet: bool) -> Listening:
    """What shows the run in *format_name*."""
    if format_name == "ndjson":
        return Events(sys.stdout)
    if quiet:
        return Silent()
    return Lines(sys.stderr, sys.stdout)


class _RunCount:
    """How far a run is. Its rate and what is left are reckoned from bytes and images alike."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.found = self.images = self.done = self.already = 0
        self.bytes = self.bytes_done = 0

    def left(self) -> float | None:
        """Seconds that what is left will take if it goes on like this; None where nothing can be said yet."""
        spent = time.monotonic() - self.began
        shares = [(self.done, self.images), (self.bytes_done, self.bytes)]
        share = sum(done / whole for done, whole in shares if whole) / max(1, sum(bool(whole) for _, whole in shares))
        return spent * (1 - share) / share if share > 0.01 and spent > 1 else None


class Silent:
    """Shows nothing."""

    def __init__(self) -> None:
        self.count = _RunCount()

    def found(self, images: int, shown: str) -> None:
        """See Listener."""
        del shown
        self.count.found = images

    def planned(self, amount: Amount, already: int) -> None:
        """See Listener."""
        self.count.began = time.monotonic()
        self.count.images, self.count.bytes, self.count.already = amount.images, amount.layer_bytes, already

    def layer(self, layer: LayerPlan, bytes_read: int, seconds: float, failure: str) -> None:
        """See Listener."""
        del bytes_read, seconds, failure
        self.count.bytes_done += layer.size

    def image(self, row: ImageRow, seconds: float, stored: int, *, is_known: bool) -> None:
        """See Listener."""
        del row, seconds, is_known
        self.count.done += 1
        self.count.bytes_done += stored

    def finished(self, result: Result, out: Path) -> None:
        """See Listening."""

    def close(self) -> None:
        """See Listening."""


class Lines(Silent):
    """A line on standard error: again and again the same one on a terminal, else a new one now and then."""

    def __init__(self, target: IO[str], summary: IO[str]) -> None:
        super().__init__()
        self._target = target
        self._summary = summary
        self._is_terminal = target.isatty()
        self._shown = time.monotonic()

    def found(self, images: int, shown: str) -> None:
        """See Listener."""
        super().found(images, shown)
        self._show(f"{counted(images, 'image')} found")

    def planned(self, amount: Amount, already: int) -> None:
        """See Listener."""
        super().planned(amount, already)
        there = f", {already:,} already done" if already else ""
        read = f"; {counted(amount.layers, 'layer')} to read, {human(amount.layer_bytes)}" if amount.layers else ""
        self._show(f"{counted(amount.images, 'image')} to inspect{there}{read}", now=True)

    def layer(self, layer: LayerPlan, bytes_read: int, seconds: float, failure: str) -> None:
        """See Listener."""
        super().layer(layer, bytes_read, seconds, failure)
        self._show(self._state())

    def image(self, row: ImageRow, seconds: float, stored: int, *, is_known: bool) -> None:
        """See Listener."""
        super().image(row, seconds, stored, is_known=is_known)
        self._show(self._state())

    def finished(self, result: Result, out: Path) -> None:
        """See Listening."""
        counts = ", ".join(f"{count:,} {verdict}" for verdict, count in result.counts.items() if count) or "no image"
        known = f" ({result.known:,} reused from an earlier run)" if result.known else ""
        print(f"{str(result.verdict).upper()}  {counted(result.images, 'image')}{known}: {counts}", file=self._summary)
        if result.left_out and result.left_out == result.images:
            print("No image is new: all results come from the earlier run.", file=self._summary)
        elif result.left_out:
            print(f"{result.images - result.left_out:,} new, {result.left_out:,} kept from the earlier run", file=self._summary)
        print(f"Summary: {out / 'index.html'}", file=self._summary)

    def close(self) -> None:
        """See Listening."""
        if self._is_terminal:
            self._put("\r" + " " * _WIDTH + "\r")

    def _state(self) -> str:
        count = self.count
        spent = max(0.001, time.monotonic() - count.began)
        left = count.left()
        rest = f", about {_duration(left)} left" if left is not None else ""
        layers = f", layers {count.bytes_done / count.bytes:.0%}" if count.bytes else ""
        return f"{count.done:,} of {count.images:,} images{layers}, {60 * count.done / spent:,.0f} images/min{rest}"

    def _show(self, text: str, *, now: bool = False) -> None:
        at = time.monotonic()
        if not now and at - self._shown < (_ON_TERMINAL if self._is_terminal else _IN_LOG):
            return
        self._shown = at
        self._put(f"\r{text[:_WIDTH]:<{_WIDTH}}" if self._is_terminal else f"imginspect batch: {text}\n")

    def _put(self, text: str) -> None:
        try:
            self._target.write(text)
            self._target.flush()
        except OSError:  # nobody can see how far the run is: no reason to end it
            drop(self._target)


class Events(Silent):
    """An event a line, as JSON, on standard output."""

    def __init__(self, target: IO[str]) -> None:
        super().__init__()
        self._target = target

    def planned(self, amount: Amount, already: int) -> None:
        """See Listener."""
        super().planned(amount, already)
        self._write("planned", images=amount.images, already=already, layers=amount.layers, layer_bytes=amount.layer_bytes)

    def layer(self, layer: LayerPlan, bytes_read: int, seconds: float, failure: str) -> None:
        """See Listener."""
        super().layer(layer, bytes_read, seconds, failure)
        digest = layer.digest or layer.diff_id
        told = shown(failure) if failure else ""  # what went wrong may be told in words of the image
        self._write("layer", digest=digest, stored_bytes=layer.size, bytes_read=bytes_read, seconds=round(seconds, 4), failure=told)

    def image(self, row: ImageRow, seconds: float, stored: int, *, is_known: bool) -> None:
        """See Listener."""
        super().image(row, seconds, stored, is_known=is_known)
        self._write(
            "image", references=list(row.references), source=row.source, platform=row.platform, manifest_digest=row.manifest_digest,
            verdict=row.verdict, reason=row.reason, report=row.report, seconds=round(seconds, 4), known=is_known,
        )  # fmt: skip

    def finished(self, result: Result, out: Path) -> None:
        """See Listening."""
        self._write(
            "finished", verdict=str(result.verdict), exit_code=result.verdict.exit_code, images=result.images, counts=result.counts,
            left_out=result.left_out,
        )  # fmt: skip

    def _write(self, event: str, **values: object) -> None:
        self._target.write(json.dumps({"event": event, **values}) + "\n")
        self._target.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
