"""Baseline: the results of an earlier run, for a run that inspects only new images and keeps the other results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from imginspect.batch.store.database import Database, open_for_reading
from imginspect.batch.store.queries import claims, results_of
from imginspect.batch.values.plans import FindingRow, ImagePlan, ImageRow, LayerContents, LayerRow
from imginspect.errors import UsageError

_JUDGED = "('pass', 'fail', 'undecided')"
_MUST_AGREE = {
    "policy_sha256": "--policy",
    "rules_sha256": "--rules",
    "fail_on": "--fail-on",
    "strict": "--strict",
    "undetermined": "--undetermined",
}


class Baseline:
    """The images with a verdict in an earlier run, without those that it could not read. Close it."""

    def __init__(self, database: Database, reports: Path) -> None:
        self._database = database
        self._reports = reports
        self._keys: dict[tuple[str, str], list[str]] = {}
        """By manifest digest and platform; by the key where there is no manifest."""
        found = database.select(f"SELECT key, manifest_digest, platform FROM image WHERE verdict IN {_JUDGED} ORDER BY key")  # noqa: S608 - a constant
        for key, digest, platform in found:
            self._keys.setdefault((digest, platform) if digest else ("", key), []).append(key)

    def row(self, plan: ImagePlan, names: Iterable[str], suffixes: Iterable[str]) -> ImageRow | None:
        """The row of the image that *plan* means; None where it is new, has other *names* now, or one of its reports is not there.

        Its report is that of the earlier run: *suffixes* are those of the files that are needed.
        """
        wanted = tuple(sorted(names))
        keys = self._keys.get(("", plan.key), []) + (self._keys.get((plan.digests[-1], plan.platform), []) if plan.digests else [])
        for key in sorted(keys, key=lambda found: found != plan.key):
            kept = self._database.kept(key)
            if kept is not None and kept.references == wanted and self._has_reports(kept.report, kept.report_sha256, suffixes):
                return _stored_row(self._database, key)
        return None

    def report(self, name: str, suffix: str) -> Path:
        """The file of a report."""
        return self._reports / f"{name}{suffix}"

    def contents(self, row: ImageRow) -> Iterator[LayerContents]:
        """The files of the layers of *row*, as far as they are known."""
        found = (self._database.contents(layer.digest, layer.diff_id) for layer in row.layers)
        return (item for item in found if item is not None)

    def close(self) -> None:
        """Lets the database go."""
        self._database.close()

    def _has_reports(self, name: str, digest: str, suffixes: Iterable[str]) -> bool:
        with suppress(OSError):
            if sha256(self.report(name, ".json").read_bytes()).hexdigest() == digest:
                return all(self.report(name, suffix).stat().st_size for suffix in suffixes)
        return False


def open_baseline(folder: Path, run: Mapping[str, str], reports: str) -> Baseline:
    """What the run in *folder* came to, with its *reports* below it; *run* is what a database says of the run that asks.

    Raises: UsageError - there is none, or it judged by other criteria
    """
    database = open_for_reading(folder)
    try:
        _check(folder, database.run, run)
        return Baseline(database, folder / reports)
    except BaseException:
        database.close()
        raise


def _check(folder: Path, begun: Mapping[str, str], run: Mapping[str, str]) -> None:
    if "undetermined" not in begun:
        raise UsageError(f"--since-report {folder}: an earlier version of imginspect made that run, in which undecided rules passed")
    changed = next((option for key, option in _MUST_AGREE.items() if begun.get(key) != run.get(key)), None)
    if changed is not None:
        raise UsageError(f"--since-report {folder}: that run used different criteria ({changed}): images that it passed may fail now")
    if begun.get("fingerprint_key", "") != run.get("fingerprint_key", ""):
        raise UsageError(
            f"--since-report {folder}: that run used a different --fingerprint-key, or none, so its credentials have different ids"
        )


_FINDINGS = (
    "SELECT finding.id, rule.rule, verdict, finding.severity, fails_image, confidence, message, fingerprint, place, state, layer, diff_id"
    " FROM image_finding JOIN finding ON finding.id = finding JOIN rule ON rule.id = finding.rule WHERE image = ? ORDER BY position"
)
_LAYERS = (
    "SELECT digest, diff_id, chain_id, stored, created_by FROM image_layer JOIN step ON step.id = step JOIN layer ON layer.id = step.layer"
    " WHERE image = ? ORDER BY position"
)
_IMAGE = (
    "SELECT id, results, source, platform, manifest_digest, image_id, verdict, reason, report, report_sha256, identity, conditions,"
    " {claims} FROM image WHERE key = ?"
)


def _stored_row(database: Database, key: str) -> ImageRow | None:
    """The image *key* as it was noted."""
    found = next(iter(database.select(_IMAGE.format(claims=claims(database)), key)), None)
    if found is None:
        return None
    number, results, source, platform, manifest, image_id, verdict, reason, report, digest, identity, conditions, *claimed = found
    created, base, base_digest = claimed
    return ImageRow(
        key=key,
        references=tuple(name for (name,) in database.select("SELECT name FROM reference WHERE image = ? ORDER BY name", number)),
        source=source,
        platform=platform,
        manifest_digest=manifest,
        image_id=image_id,
        verdict=verdict,
        reason=reason,
        results=tuple(results_of(database, results)),
        findings=tuple(_finding(database, row) for row in list(database.select(_FINDINGS, number))),
        layers=tuple(LayerRow(*row) for row in database.select(_LAYERS, number)),
        report=report,
        report_sha256=digest,
        identity=identity,
        conditions=conditions,
        created=created,
        base=base,
        base_digest=base_digest,
    )


def _finding(database: Database, row: Any) -> FindingRow:
    number, rule, verdict, severity, fails_image, confidence, message, fingerprint, place, state, layer, diff_id = row
    secrets = database.select("SELECT secret_id FROM secret WHERE finding = ? ORDER BY secret_id", number)
    ids = tuple(secret for (secret,) in secrets)
    return FindingRow(
        rule, verdict, severity, bool(fails_image), confidence, message, fingerprint, place, state, layer, diff_id, secret_ids=ids
    )
