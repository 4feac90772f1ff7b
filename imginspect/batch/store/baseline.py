"""Earlier: what an earlier run knows, for one that inspects only what is new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from imginspect.batch.store.database import open_for_reading
from imginspect.errors import UsageError

_JUDGED = "('pass', 'fail', 'undecided')"
_MUST_AGREE = {
    "policy_sha256": "--policy",
    "rules_sha256": "--rules",
    "fail_on": "--fail-on",
    "strict": "--strict",
    "undetermined": "--undetermined",
}


class Earlier(NamedTuple):
    """Images that a run came to a verdict on; what it could not read is not among them.

    *digests* are those of manifests, with the platform; *keys* name the images where there is no manifest.
    """

    digests: frozenset[tuple[str, str]] = frozenset()
    keys: frozenset[str] = frozenset()


def earlier_images(folder: Path, run: Mapping[str, str]) -> Earlier:
    """What the run in *folder* came to a verdict on; *run* is what a database says of the run that asks.

    Raises: UsageError - there is none, or it judged by other criteria
    """
    with open_for_reading(folder) as database:
        begun = database.run
        if "undetermined" not in begun:
            raise UsageError(f"--since-report {folder}: an earlier imginspect made that run, for which rules that were not decided passed")
        changed = next((option for key, option in _MUST_AGREE.items() if begun.get(key) != run.get(key)), None)
        if changed is not None:
            raise UsageError(f"--since-report {folder}: that run judged by other criteria ({changed}): what it passed may fail now")
        found = list(database.select(f"SELECT key, manifest_digest, platform FROM image WHERE verdict IN {_JUDGED}"))  # noqa: S608 - a constant
    return Earlier(
        frozenset((digest, platform) for _, digest, platform in found if digest), frozenset(key for key, digest, _ in found if not digest)
    )
