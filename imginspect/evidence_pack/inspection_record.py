"""inspection.json: when, where, by whom and with which versions an inspection was made. No checksum covers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from imginspect.report.strict_json import dump
from imginspect.report.text import visible
from imginspect.version import __version__


@dataclass(frozen=True, slots=True)
class InspectionRecord:
    """The circumstances of one inspection. *durations* are seconds by step; *arguments* the command line as it was given.

    *settings* are options that came from the environment or a config file, each with its value and where it came from.
    """

    started: datetime
    ended: datetime
    by: str
    host: str
    system: str
    python: str
    libraries: Mapping[str, str]
    arguments: Sequence[str]
    durations: Mapping[str, float] = field(default_factory=dict)
    settings: Sequence[str] = ()

    def as_json(self) -> bytes:
        """The record as a file."""
        return dump(self.tree())

    def tree(self) -> dict[str, object]:
        """The record as plain values."""
        libraries = {name: self.libraries[name] for name in sorted(self.libraries)}
        return {
            "started": _moment(self.started),
            "ended": _moment(self.ended),
            "by": visible(self.by),
            "host": visible(self.host),
            "system": visible(self.system),
            "versions": {
                "imginspect": __version__,
                "python": self.python,
                **libraries,
            },
            "command_line": [visible(argument) for argument in self.arguments],
            "settings": [visible(setting) for setting in self.settings],
            "seconds": {name: round(seconds, 3) for name, seconds in self.durations.items()},
        }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
