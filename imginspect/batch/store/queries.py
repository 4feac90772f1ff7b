"""What a run's database says, in orders that do not depend on the order of work; read as it is asked for, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from imginspect.batch.store.database import Database
from imginspect.batch.values.plans import ResultRow
from imginspect.report.order import Badness, badness

EXAMPLES = 3
"""How many images a shared finding names."""
_FEW = 1_000
"""Images from which on going through them in their order is faster than sorting those of a group; the answer is the same."""
_MOST_KNOWN = 100
"""Sets of results that are held at a time; others are read again from the database, and nothing is lost."""
_COLUMNS = "id, key, name, repository, source, platform, manifest_digest, image_id, verdict, reason, report, {conditions}, {claims}, {size}"
_CLAIMS = ("created", "base", "base_digest")
_SIZE = (
    "(SELECT CASE WHEN min(l.digest) = '' THEN NULL ELSE sum(l.stored) END FROM image_layer p JOIN step s ON s.id = p.step"
    " JOIN layer l ON l.id = s.layer WHERE p.image = image.id)"
)
"""Bytes of the layers as stored; NULL where there are none, or one of them was not read."""
_SEVERITIES = ("critical", "high", "medium", "low", "info")
_VERDICTS = ("fail", "undetermined", "warn")
_OF_IMAGES = ("fail", "not-inspected", "incomplete", "undecided", "pass")


def _rank(column: str, order: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN '{value}' THEN {place}" for place, value in enumerate(order))
    return f"CASE {column} {cases} ELSE {len(order)} END"


_SEVEREST = f"(SELECT min({_rank('r.severity', _SEVERITIES)}) FROM result r WHERE r.results = image.results AND r.fails_image)"  # noqa: S608
_FAILING = "(SELECT -count(*) FROM result r WHERE r.results = image.results AND r.fails_image)"
_ORDERS = {
    "name": "name, key",
    "repository": "repository, name, platform, key",
    "worst": f"{_rank('verdict', _OF_IMAGES)}, {_SEVEREST}, {_FAILING}, name, key",
}


class Recorded(NamedTuple):
    """One image of a run. *id* is the database's own and in no output; *name* is the first reference, or the source where there is none."""

    id: int
    key: str
    name: str
    repository: str
    source: str
    platform: str
    manifest_digest: str
    image_id: str
    verdict: str
    reason: str
    report: str
    conditions: int
    created: str
    base: str
    base_digest: str
    size: int | None
    references: tuple[str, ...]
    results: tuple[ResultRow, ...]

    def rules(self, verdict: str) -> list[str]:
        """The rules with that verdict; those that make the image fail are *fail*, whatever their own."""
        return [result.rule for result in self.results if verdict == ("fail" if result.fails_image else result.verdict)]


class Shared(NamedTuple):
    """A finding that several images have because they have one layer. *examples* are the first of their names."""

    rule: str
    verdict: str
    severity: str
    fails_image: bool
    images: int
    examples: tuple[str, ...]
    message: str
    place: str
    layer: str
    instruction: str
    fingerprint: str


def _columns(database: Database) -> str:
    """The columns of ``Recorded``; the database of an earlier version knows no conditions, and not what images claim."""
    conditions = "conditions" if database.has_column("image", "conditions") else "0"
    return _COLUMNS.format(conditions=conditions, claims=claims(database), size=_SIZE)


def claims(database: Database) -> str:
    """The columns of what images say of themselves: created, base and base_digest; empty texts in the database of an earlier version."""
    return ", ".join(column if database.has_column("image", column) else "''" for column in _CLAIMS)


def images(database: Database, order: Literal["name", "repository", "worst"] = "name") -> Iterator[Recorded]:
    """All images, by name and key; by repository, then by name; or worst first: by verdict, then by the worst rule that fails them."""
    known: dict[int, tuple[ResultRow, ...]] = {}
    for row in database.select(f"SELECT {_columns(database)}, results FROM image ORDER BY {_ORDERS[order]}"):  # noqa: S608 - constants
        yield _recorded(database, row, known)


def image(database: Database, number: int) -> Recorded:
    """The image with that id."""
    row = next(database.select(f"SELECT {_columns(database)}, results FROM image WHERE id = ?", number))  # noqa: S608 - constants
    return _recorded(database, row, {})


def shared(database: Database, most: int = -1) -> Iterator[Shared]:
    """Findings that at least two images share through one layer, those of the most images first; at most *most*, or all.

    The layer is told by its diff_id: the same files stored in another compression are the same layer.
    """
    severity, verdict = _rank("f.severity", _SEVERITIES), _rank("f.verdict", _VERDICTS)
    found = database.select(
        f"SELECT f.rule, r.rule, f.diff_id, f.fingerprint, min({severity}), min({verdict}), max(f.fails_image),"  # noqa: S608 - constants
        " count(DISTINCT i.image) AS many, min(f.message), min(f.place)"
        " FROM finding f JOIN image_finding i ON i.finding = f.id JOIN rule r ON r.id = f.rule"
        f" WHERE f.diff_id <> '' AND f.verdict IN {_VERDICTS} GROUP BY f.rule, f.diff_id, f.fingerprint HAVING many > 1"
        f" ORDER BY many DESC, max(f.fails_image) DESC, min({severity}), r.rule, f.diff_id, f.fingerprint LIMIT ?",
        most,
    )
    for number, rule, diff_id, fingerprint, severest, worst, fails_image, many, message, place in found:
        group = (number, diff_id, fingerprint)
        yield Shared(
            rule=rule,
            verdict=_VERDICTS[worst],
            severity=_SEVERITIES[severest] if severest < len(_SEVERITIES) else "",
            fails_image=bool(fails_image),
            images=many,
            examples=_examples(database, group, many),
            message=message,
            place=place,
            layer=diff_id,
            instruction=instruction(database, diff_id),
            fingerprint=fingerprint,
        )


def count_shared(database: Database) -> int:
    """How many ``shared`` gives of all."""
    statement = (
        "SELECT count(*) FROM (SELECT 1 FROM finding f JOIN image_finding i ON i.finding = f.id"  # noqa: S608 - constants
        f" WHERE f.diff_id <> '' AND f.verdict IN {_VERDICTS}"
        " GROUP BY f.rule, f.diff_id, f.fingerprint HAVING count(DISTINCT i.image) > 1)"
    )
    return int(next(database.select(statement))[0])


def instruction(database: Database, diff_id: str) -> str:
    """The instruction that made the layer *diff_id*: the first in order, where images tell several."""
    statement = (
        "SELECT min(s.created_by) FROM step s JOIN layer l ON l.id = s.layer WHERE l.diff_id = ? AND s.created_by <> ''"
        " AND EXISTS (SELECT 1 FROM image_layer WHERE step = s.id)"
    )
    return next(database.select(statement, diff_id))[0] or ""


def _examples(database: Database, group: tuple[int, str, str], many: int) -> tuple[str, ...]:
    """The first names. Where most images are in the group, going through all in their order meets them sooner than sorting the group."""
    in_group = "SELECT f.id FROM finding f WHERE f.rule = ? AND f.diff_id = ? AND f.fingerprint = ?"
    has_one = f"EXISTS (SELECT 1 FROM image_finding i WHERE i.image = image.id AND i.finding IN ({in_group}))"  # noqa: S608 - constants
    is_one = f"id IN (SELECT i.image FROM image_finding i WHERE i.finding IN ({in_group}))"  # noqa: S608 - constants
    where = f"image INDEXED BY image_in_order WHERE {has_one}" if many > _FEW else f"image WHERE {is_one}"
    statement = f"SELECT name FROM {where} ORDER BY name, key LIMIT {EXAMPLES}"  # noqa: S608 - constants
    return tuple(name for (name,) in database.select(statement, *group))


def _recorded(database: Database, row: tuple[Any, ...], known: dict[int, tuple[ResultRow, ...]]) -> Recorded:
    """*known* are results that images before had: a few sets serve most of a mirror."""
    *columns, results = row
    if results not in known:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[results] = tuple(results_of(database, results))
    references = tuple(name for (name,) in database.select("SELECT name FROM reference WHERE image = ? ORDER BY name", columns[0]))
    return Recorded._make((*columns, references, known[results]))


def results_of(database: Database, results: int) -> Iterator[ResultRow]:
    """The results of the rules in the set *results*, worst first."""
    harm = "rule.harm" if database.has_column("rule", "harm") else "''"
    found = database.select(
        f"SELECT {harm}, rule.rule, result.verdict, result.severity, fails_image"  # noqa: S608 - constants
        " FROM result JOIN rule ON rule.id = result.rule WHERE results = ?",
        results,
    )
    rows = [(harm, ResultRow(rule, verdict, severity, bool(fails_image))) for harm, rule, verdict, severity, fails_image in found]
    return (row for _, row in sorted(rows, key=_badness))


def _badness(item: tuple[str, ResultRow]) -> Badness:
    harm, row = item
    return badness(row.verdict, row.severity, harm, row.rule, fails_image=row.fails_image)


class RuleCount(NamedTuple):
    """How many images a rule failed, warned of or could not decide. *severity* is the one that the policy gives it."""

    rule: str
    severity: str
    failed: int
    warned: int
    undecided: int

    @property
    def verdict(self) -> str:
        """The worst result of it on any image."""
        return "fail" if self.failed else "undetermined" if self.undecided else "warn"


def rule_counts(database: Database) -> list[RuleCount]:
    """The rules that did not pass on every image, worst first: by severity, then by the number of images."""
    failed = "r.fails_image OR r.verdict = 'fail'"
    is_open = " AND NOT r.fails_image AND r.verdict = "
    severity = _rank("r.severity", _SEVERITIES)
    found = database.select(
        f"SELECT rule.rule, min({severity}), sum({failed}) AS failed, sum(1{is_open}'warn') AS warned,"  # noqa: S608 - constants
        f" sum(1{is_open}'undetermined') AS undecided FROM image JOIN result r ON r.results = image.results JOIN rule ON rule.id = r.rule"
        " WHERE r.verdict NOT IN ('pass', 'not-applicable') GROUP BY rule.rule"
        f" ORDER BY (sum({failed}) = 0), min({severity}), failed DESC, undecided DESC, warned DESC, rule.rule"
    )
    return [RuleCount(rule, _SEVERITIES[place] if place < len(_SEVERITIES) else "", *counts) for rule, place, *counts in found]


def bases(database: Database) -> Callable[[int], str]:
    """A function that gives for the id of an image the one of the run whose layers it begins with: the one with the most of them.

    The chain ids of the configs are compared; rule TRE-INT-002 judges whether they are those of the layers. Of images with the same layers
    the first name is taken; empty where there is none.
    """
    database.scratch("DROP TABLE IF EXISTS temp.stack")
    database.scratch(
        "CREATE TEMP TABLE stack AS SELECT s.chain_id AS chain, min(i.name) AS name FROM image i"
        " JOIN image_layer p ON p.image = i.id AND p.position = (SELECT max(position) FROM image_layer WHERE image = i.id)"
        " JOIN step s ON s.id = p.step WHERE s.chain_id <> '' GROUP BY s.chain_id"
    )
    database.scratch("CREATE INDEX temp.stack_by_chain ON stack (chain)")
    statement = (
        "SELECT t.name FROM image_layer p JOIN step s ON s.id = p.step JOIN stack t ON t.chain = s.chain_id WHERE p.image = ?1"
        " AND p.position < (SELECT max(position) FROM image_layer WHERE image = ?1) ORDER BY p.position DESC LIMIT 1"
    )
    return lambda image: next((name for (name,) in database.select(statement, image)), "")
