"""Earlier: what an earlier run knows, for one that inspects only what is new."""

from __future__ import annotations

from pathlib import Path

from imginspect.batch.store.database import open_for_reading

_JUDGED = "('pass', 'fail')"


def earlier_digests(folder: Path) -> frozenset[tuple[str, str]]:
    """(manifest digest, platform) of the images that the run in *folder* came to a verdict on; what it could not read is not among them.

    Raises: UsageError
    """
    with open_for_reading(folder) as database:
        found = database.select(f"SELECT manifest_digest, platform FROM image WHERE verdict IN {_JUDGED}")  # noqa: S608 - a constant
        return frozenset((digest, platform) for digest, platform in found if digest)
