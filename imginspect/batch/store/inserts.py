"""Writes rows into a run's database, inside the transaction of its caller. What is there already is referred to, not written again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from imginspect.batch.store.tables import OF_AN_IMAGE, RULE_COLUMNS
from imginspect.batch.values.plans import FindingRow, ImageRow, LayerContents, LayerRow, ResultRow, RuleRow
from imginspect.report.printable import one_line


class Storing:
    """Writes through *connection*."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._many = connection.executemany
        self._rules: dict[str, int] = {}

    def rules(self, rules: Iterable[RuleRow]) -> None:
        """Names the rules."""
        self._many(  # in its place: results refer to it
            f"INSERT INTO rule ({', '.join(RULE_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (rule) DO UPDATE"  # noqa: S608
            f" SET {', '.join(f'{column} = excluded.{column}' for column in RULE_COLUMNS[1:])}",
            map(_lines, rules),
        )

    def image(self, row: ImageRow, seconds: float) -> None:
        """One image, in the place of what there was under its key."""
        self.forget(row.key)
        name, repository = _named(row.references, row.source)
        image = self._execute(
            "INSERT INTO image (key, name, repository, source, platform, manifest_digest, image_id, verdict, reason, report, report_sha256,"
            " identity, created, base, base_digest, conditions, results) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.key, name, repository, *_lines((row.source, row.platform, row.manifest_digest, row.image_id, row.verdict, row.reason,
                                                row.report, row.report_sha256, row.identity, row.created, row.base,
                                                row.base_digest)), row.conditions, self._results(row.results)),
        ).lastrowid  # fmt: skip
        assert image is not None
        self._references(image, row.references)
        self._many(
            "INSERT INTO image_finding VALUES (?, ?, ?)",
            [(image, position, self._finding(finding)) for position, finding in enumerate(row.findings)],
        )
        self._many(
            "INSERT INTO image_layer VALUES (?, ?, ?)", [(image, position, self._step(layer)) for position, layer in enumerate(row.layers)]
        )
        self._execute("INSERT INTO seconds VALUES (?, ?)", (image, seconds))

    def contents(self, contents: Iterable[LayerContents]) -> None:
        """The files of layers."""
        self._many(
            "INSERT OR REPLACE INTO contents (layer, digests, paths) VALUES (?, ?, ?)",
            [(item.digest, item.digests, item.paths) for item in contents],
        )

    def forget(self, key: str) -> None:
        """Takes out the image *key*, if it is there. What it shared with others stays until the run is finished."""
        found = self._execute("SELECT id FROM image WHERE key = ?", (key,)).fetchone()
        if found is not None:
            for table in OF_AN_IMAGE:
                self._execute(f"DELETE FROM {table} WHERE image = ?", found)  # noqa: S608 - a constant
            self._execute("DELETE FROM image WHERE id = ?", found)

    def _references(self, image: int, references: Iterable[str]) -> None:
        names = {one_line(reference) for reference in references}
        self._many("INSERT INTO reference VALUES (?, ?, ?, ?)", [(image, name, *parts_of(name)) for name in names])

    def _rule(self, name: str) -> int:
        rule = self._rules.get(name)
        if rule is None:
            name = one_line(name)
            columns = ", ".join(RULE_COLUMNS)
            self._execute(f"INSERT OR IGNORE INTO rule ({columns}) VALUES (?, '', '', '', '', '', '')", (name,))  # noqa: S608 - constants
            rule = int(self._execute("SELECT id FROM rule WHERE rule = ?", (name,)).fetchone()[0])
            self._rules[name] = rule
        return rule

    def _results(self, rows: Sequence[ResultRow]) -> int:
        """What all rules said, once for all images of which they say the same."""
        values = {self._rule(row.rule): (row.verdict, row.severity, row.fails_image) for row in rows}
        digest = blake2b(repr(sorted(values.items())).encode(), digest_size=16).digest()
        found = self._execute("SELECT id FROM results WHERE digest = ?", (digest,)).fetchone()
        if found is not None:
            return int(found[0])
        made = self._execute("INSERT INTO results (digest) VALUES (?)", (digest,)).lastrowid
        assert made is not None
        self._many("INSERT INTO result VALUES (?, ?, ?, ?, ?)", [(made, rule, *value) for rule, value in values.items()])
        return made

    def _finding(self, row: FindingRow) -> int:
        texts = _lines((row.confidence, row.message, row.fingerprint, row.place, row.state, row.layer, row.diff_id))
        values = (row.verdict, row.severity, row.fails_image, *texts)
        whole = "\0".join((one_line(row.rule), *map(str, values), *_lines(row.secret_ids))).encode()
        digest = blake2b(whole, digest_size=16).digest()
        found = self._execute("SELECT id FROM finding WHERE digest = ?", (digest,)).fetchone()
        if found is not None:
            return int(found[0])
        finding = self._execute(
            "INSERT INTO finding (digest, rule, verdict, severity, fails_image, confidence, message, fingerprint, place, state, layer,"
            " diff_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (digest, self._rule(row.rule), *values),
        ).lastrowid
        assert finding is not None
        self._many("INSERT OR IGNORE INTO secret VALUES (?, ?)", [(secret, finding) for secret in row.secret_ids])
        return finding

    def _step(self, row: LayerRow) -> int:
        layer = self._made("layer", ("digest", "diff_id", "stored"), (*_lines((row.digest, row.diff_id)), row.stored))
        return self._made("step", ("layer", "chain_id", "created_by"), (layer, *_lines((row.chain_id, row.created_by))))

    def _made(self, table: str, columns: tuple[str, ...], values: tuple[str | int, ...]) -> int:
        """The row of *table* with these *values*, which is made if it is not there."""
        same = " AND ".join(f"{column} = ?" for column in columns)
        found = self._execute(f"SELECT id FROM {table} WHERE {same}", values).fetchone()  # noqa: S608 - constants
        if found is not None:
            return int(found[0])
        marks = ", ".join("?" * len(columns))
        made = self._execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values).lastrowid  # noqa: S608 - constants
        assert made is not None
        return made


def parts_of(reference: str) -> tuple[str, str]:
    """Repository and tag (or digest) of *reference*; the tag is empty where there is none."""
    name, _, digest = reference.partition("@")
    place = name.rfind(":")
    if place <= name.rfind("/"):
        return name, digest
    return name[:place], digest or name[place + 1 :]


def _named(references: Iterable[str], source: str) -> tuple[str, str]:
    """What the answer calls the image, and the repository that it is sorted under."""
    first = min((one_line(reference) for reference in references), default="")
    return (first, parts_of(first)[0]) if first else (one_line(source), "")


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(one_line(text) for text in texts)
