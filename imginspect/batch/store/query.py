"""Queries across all images of a run: images with a given layer, finding, credential or base.

Each gives rows, sorted by image, that are read as they are asked for. Texts are as the database has them, masked and escaped, but for
paths: those are raw names of the image, and stand in the columns that ``RAW`` names.

``CROSS JOIN`` is a plain join that SQLite carries out in the order it is written in: from the few to the many, which it cannot know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import image as image_of
from imginspect.batch.store.queries import shared
from imginspect.errors import UsageError
from imginspect.oci.reference import matches

Value = str | int | bool | tuple[str, ...] | None
RAW = frozenset(("path",))
LEAST_HEX = 12
"""Digits of a digest that are asked for at least: 48 bits tell millions of files apart."""
_DIGEST = re.compile(rf"(?:([a-z0-9]+):)?([0-9a-f]{{{LEAST_HEX},128}})")
_ALGORITHMS = ("sha256", "sha384", "sha512")
_OPEN = "('fail', 'undetermined', 'warn')"
_FINDING_COLUMNS = (
    "image", "platform", "rule", "verdict", "severity", "fails_image", "layer", "place", "state", "message", "fingerprint",
)  # fmt: skip


class QueryResult(NamedTuple):
    """What a question finds: names of columns, and rows with a value for each."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Value, ...]]


def layers(database: Database, asked: str) -> QueryResult:
    """The images with the layer *asked*: the digest of its blob or its diff_id, or at least 12 hex digits of one of them.

    Raises: UsageError - it is no digest
    """
    where, values = _begins(("l.digest", "l.diff_id"), asked)
    rows = database.select(
        "SELECT i.name, i.platform, p.position, l.digest, l.diff_id, s.created_by FROM layer l CROSS JOIN step s ON s.layer = l.id"  # noqa: S608 - constants
        f" CROSS JOIN image_layer p ON p.step = s.id CROSS JOIN image i ON i.id = p.image WHERE {where} ORDER BY i.name, i.key, p.position",
        *values,
    )
    return QueryResult(("image", "platform", "layer", "digest", "diff_id", "instruction"), rows)


def findings(database: Database, asked: str) -> QueryResult:
    """The findings of the rule *asked*, or those of that fingerprint; and the images where the rule is open without a finding."""
    return QueryResult(
        _FINDING_COLUMNS, _findings(database, "f.fingerprint = ?1 OR r.rule = upper(?1)", asked, results="r.rule = upper(?1)")
    )


def credentials(database: Database, secret_id: str) -> QueryResult:
    """The findings of the credential with that id."""
    return QueryResult(_FINDING_COLUMNS, _findings(database, "f.id IN (SELECT finding FROM secret WHERE secret_id = ?1)", secret_id))


def _findings(database: Database, where: str, asked: str, results: str = "0") -> Iterator[tuple[Value, ...]]:
    found = database.select(
        "SELECT i.name, i.platform, r.rule, f.verdict, f.severity, f.fails_image,"  # noqa: S608 - constants
        " (SELECT min(p.position) FROM image_layer p JOIN step s ON s.id = p.step JOIN layer l ON l.id = s.layer"
        "  WHERE p.image = i.id AND ((f.diff_id <> '' AND l.diff_id = f.diff_id) OR (f.layer <> '' AND l.digest = f.layer))),"
        " f.place, f.state, f.message, f.fingerprint, i.key, x.position"
        " FROM finding f JOIN rule r ON r.id = f.rule CROSS JOIN image_finding x ON x.finding = f.id CROSS JOIN image i ON i.id = x.image"
        f" WHERE {where}"
        " UNION ALL SELECT i.name, i.platform, r.rule, v.verdict, v.severity, v.fails_image, NULL, '', '', i.reason, '', i.key, 0"
        " FROM rule r CROSS JOIN result v ON v.rule = r.id CROSS JOIN image i ON i.results = v.results"
        f" WHERE ({results}) AND v.verdict IN {_OPEN} AND NOT EXISTS (SELECT 1 FROM image_finding x JOIN finding f ON f.id = x.finding"
        "  WHERE x.image = i.id AND f.rule = r.id)"
        " ORDER BY 1, 12, 3, 13",
        asked,
    )
    for name, platform, rule, verdict, severity, fails_image, layer, *told, _, _ in found:
        yield name, platform, rule, verdict, severity, bool(fails_image), layer, *told


def shared_findings(database: Database) -> QueryResult:
    """Findings that several images have because they have one layer, those of the most images first."""
    columns = (
        "images",
        "rule",
        "verdict",
        "severity",
        "fails_image",
        "place",
        "message",
        "layer",
        "instruction",
        "fingerprint",
        "examples",
    )
    rows = (
        (one.images, one.rule, one.verdict, one.severity, one.fails_image, one.place, one.message, one.layer, one.instruction,
         one.fingerprint, one.examples)
        for one in shared(database)
    )  # fmt: skip
    return QueryResult(columns, rows)


def based_on(database: Database, asked: str) -> QueryResult:
    """The images that are built on *asked*: an image of the run, by name or digest, whose layers they begin with; or a chain id.

    *on_top* counts the layers above it. An image is not told to be built on itself, but on a copy of it under another key.
    Raises: UsageError - no image of the run is called so, and no layer has that chain id
    """
    database.scratch("CREATE TEMP TABLE IF NOT EXISTS based (image INTEGER PRIMARY KEY, on_top INTEGER NOT NULL)")
    database.scratch("DELETE FROM based")
    bases = _called(database, asked)
    for base in bases:
        _built_on(database, base)
    chains = _with_chain(database, asked)
    if not bases and not chains:
        raise UsageError(f"no image in the run is called {asked}, and no layer has that chain id: unknown base")
    rows = database.select(
        "SELECT i.name, i.platform, (SELECT count(*) FROM image_layer WHERE image = i.id), b.on_top FROM based b"
        " CROSS JOIN image i ON i.id = b.image ORDER BY i.name, i.key"
    )
    return QueryResult(("image", "platform", "layers", "on_top"), rows)


def _built_on(database: Database, base: int) -> None:
    below = _layers_of(database, base)
    if not below:
        return
    digest, diff_id = below[-1]
    candidates = database.select(
        "SELECT DISTINCT p.image FROM layer l CROSS JOIN step s ON s.layer = l.id CROSS JOIN image_layer p ON p.step = s.id"
        " WHERE ((?2 <> '' AND l.diff_id = ?2) OR (?1 <> '' AND l.digest = ?1)) AND p.position = ?3 AND p.image <> ?4",
        digest, diff_id, len(below) - 1, base,
    )  # fmt: skip
    for (image,) in candidates:
        own = _layers_of(database, image)
        if len(own) >= len(below) and all(map(_is_same, below, own)):
            database.scratch("INSERT OR REPLACE INTO based VALUES (?, ?)", image, len(own) - len(below))


def _layers_of(database: Database, image: int) -> list[tuple[str, str]]:
    """(digest, diff_id) of each layer, base first."""
    statement = "SELECT l.digest, l.diff_id FROM image_layer p JOIN step s ON s.id = p.step JOIN layer l ON l.id = s.layer"
    return list(database.select(f"{statement} WHERE p.image = ? ORDER BY p.position", image))


def _is_same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    if one[1] and other[1]:
        return one[1] == other[1]
    return bool(one[0]) and one[0] == other[0]


def _with_chain(database: Database, asked: str) -> bool:
    if not _DIGEST.fullmatch(asked):
        return False
    where, values = _begins(("s.chain_id",), asked)
    database.scratch(
        "INSERT OR IGNORE INTO based SELECT p.image, (SELECT count(*) FROM image_layer WHERE image = p.image) - 1 - p.position"  # noqa: S608 - constants
        f" FROM step s CROSS JOIN image_layer p ON p.step = s.id WHERE {where}",
        *values,
    )
    return any(database.select(f"SELECT 1 FROM step s CROSS JOIN image_layer p ON p.step = s.id WHERE {where} LIMIT 1", *values))  # noqa: S608 - constants


def known(database: Database, asked: str) -> QueryResult:
    """What is known of the images called *asked*: by a reference, the source, or a digest of manifest or config."""
    columns = ("image", "platform", "verdict", "reason", "references", "source", "failed_rules", "undetermined_rules", "warned_rules",
               "layers", "manifest_digest", "image_id", "report")  # fmt: skip
    return QueryResult(columns, (_known(database, number) for number in _called(database, asked)))


def _known(database: Database, number: int) -> tuple[Value, ...]:
    image = image_of(database, number)
    return (
        image.name, image.platform, image.verdict, image.reason, image.references, image.source, tuple(image.rules("fail")),
        tuple(image.rules("undetermined")), tuple(image.rules("warn")),
        tuple(diff_id or digest for digest, diff_id in _layers_of(database, number)), image.manifest_digest, image.image_id, image.report,
    )  # fmt: skip


def _called(database: Database, asked: str) -> list[int]:
    """The ids of the images that are meant by *asked*, in the order of their names."""
    exact = [image for (image,) in database.select(
        "SELECT id FROM image WHERE name = ?1 OR source = ?1 OR key = ?1 OR id IN (SELECT image FROM reference WHERE name = ?1)"
        " ORDER BY name, key", asked,
    )]  # fmt: skip
    if exact:
        return exact
    if _DIGEST.fullmatch(asked):
        where, values = _begins(("manifest_digest", "image_id"), asked)
        return [image for (image,) in database.select(f"SELECT id FROM image WHERE {where} ORDER BY name, key", *values)]  # noqa: S608 - constants
    named = database.select("SELECT image.id, reference.name FROM image JOIN reference ON image = image.id ORDER BY image.name, key")
    return list(dict.fromkeys(image for image, name in named if matches(asked, name)))


def _begins(columns: tuple[str, ...], asked: str) -> tuple[str, tuple[Any, ...]]:
    """The condition that one of *columns* is, or begins with, the digest *asked*; and its values."""
    match = _DIGEST.fullmatch(asked)
    if not match:
        raise UsageError(f"{asked!a}: expected a digest such as sha256:<64 hex digits>, or at least {LEAST_HEX} of its digits")
    algorithm, digits = match.groups()
    starts = [f"{name}:{digits}" for name in ([algorithm] if algorithm else _ALGORITHMS)]
    condition = " OR ".join(f"({column} >= ? AND {column} < ?)" for column in columns for _ in starts)
    return f"({condition})", tuple(bound for _ in columns for start in starts for bound in (start, start + "g"))
