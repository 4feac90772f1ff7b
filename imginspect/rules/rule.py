"""Rule: a requirement on images with its rationale, references, remediation, and examples of both answers."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from imginspect.errors import RuleError
from imginspect.rules.mapping import Mapping, SourceLine

_ID = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d{3}")


class Severity(StrEnum):
    """How bad a failure is, worst last."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, upwards."""
        return list(Severity).index(self)


class Harm(StrEnum):
    """What a failed rule puts at risk, the worst first: among rules of one severity, reports go by it."""

    DISCLOSURE = "disclosure"
    """Credentials or personal data become known."""
    INTEGRITY = "integrity"
    """The image may be another than the one that was meant."""
    NETWORK = "network"
    START = "start"
    DIRECTORIES = "directories"
    OTHER = "other"


class ReferenceLevel(StrEnum):
    """How binding the source's wording is."""

    MUST = "must"
    SHOULD = "should"
    INFO = "info"


class RuleReference(NamedTuple):
    """The source of a rule."""

    title: str
    section: str = ""
    quote: str = ""
    level: ReferenceLevel = ReferenceLevel.INFO


@dataclass(frozen=True, slots=True)
class Example:
    """A small image in words, for trying the rule. *description* is in JSON: few runs look at it."""

    title: str
    description: str = field(repr=False)
    line: int

    def image(self) -> dict[str, Any]:
        """The description of the image, as ``sample.build`` takes it."""
        image: dict[str, Any] = json.loads(self.description)
        return image


class Rule(NamedTuple):
    """One rule. *check* names the code that judges it, *params* what the rule asks of that code.

    *title* says what is asked, *finding_title* what was found where it is not met, *undecided_title* that it is not known.
    *remedies* say what to do about some kinds of finding, by kind; *remediation* is for all others.
    *lines* tells where ``check``, each parameter (``params.NAME``) and each remedy (``remedies.KIND``) stand in *file*.
    """

    id: str
    title: str
    check: str
    severity: Severity
    params: dict[str, Any]
    rationale: str
    remediation: str
    references: tuple[RuleReference, ...]
    flag: tuple[Example, ...]
    passing: tuple[Example, ...]
    file: str
    line: int
    lines: dict[str, int]
    finding_title: str
    undecided_title: str
    harm: Harm
    remedies: dict[str, str]

    def error(self, what: str, key: str = "") -> RuleError:
        """A complaint about *key* of ``lines``, or about the rule as a whole where it does not say that."""
        return SourceLine(self.file, self.lines.get(key, self.line)).error(f"{self.id}: {what}")


class RuleSet(NamedTuple):
    """Rules by id, in order of id. *digest* is the sha256 of their files' contents."""

    rules: tuple[Rule, ...]
    digest: str

    def get(self, rule_id: str) -> Rule | None:
        """The rule *rule_id*, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def parse_rule(mapping: Mapping) -> Rule:
    """The rule in *mapping*.

    Raises: RuleError
    """
    mapping.allow(
        "id", "title", "finding_title", "undecided_title", "check", "severity", "harm", "params", "rationale", "remediation", "remedies",
        "references", "examples",
    )  # fmt: skip
    rule_id = mapping.text("id")
    if not _ID.fullmatch(rule_id):
        raise mapping.place_of("id").error(f"id: expected letters and three digits such as TRE-DIR-001, found {rule_id!r}")
    inner = [(name, found) for name in ("params", "remedies") if (found := mapping.mapping(name)) is not None]
    lines = {"check": mapping.place_of("check").line, **{f"{name}.{key}": line for name, found in inner for key, line in found.lines()}}
    flag, passing = _examples(mapping)
    return Rule(
        id=rule_id,
        title=mapping.text("title"),
        check=mapping.text("check"),
        severity=parse_severity(mapping, "severity"),
        params=mapping.plain("params", {}),
        rationale=mapping.text("rationale"),
        remediation=mapping.text("remediation"),
        references=tuple(_reference(item) for item in mapping.mappings("references")),
        flag=flag,
        passing=passing,
        file=mapping.place.file,
        line=mapping.place.line,
        lines=lines,
        finding_title=mapping.text("finding_title"),
        undecided_title=mapping.text("undecided_title"),
        harm=_harm(mapping),
        remedies={kind: found.text(kind) for name, found in inner if name == "remedies" for kind in found.keys()},  # noqa: SIM118
    )


def parse_severity(mapping: Mapping, key: str, default: str | None = None) -> Severity:
    """The severity *key*.

    Raises: RuleError
    """
    value = mapping.text(key, default)
    if value not in list(Severity):
        raise mapping.place_of(key).error(f"{key}: expected one of {', '.join(Severity)}, found {value!r}")
    return Severity(value)


def _harm(mapping: Mapping) -> Harm:
    value = mapping.text("harm", str(Harm.OTHER))
    if value not in list(Harm):
        raise mapping.place_of("harm").error(f"harm: expected one of {', '.join(Harm)}, found {value!r}")
    return Harm(value)


def digest_of(files: list[bytes]) -> str:
    """One sha256 over several files, each preceded by its own."""
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in files)).hexdigest()


def _reference(mapping: Mapping) -> RuleReference:
    mapping.allow("title", "section", "quote", "level")
    level = mapping.text("level", "info")
    if level not in list(ReferenceLevel):
        raise mapping.place_of("level").error(f"level: expected must, should or info, found {level!r}")
    return RuleReference(mapping.text("title"), mapping.text("section", ""), mapping.text("quote", ""), ReferenceLevel(level))


def _examples(mapping: Mapping) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    examples = mapping.mapping("examples")
    if examples is None:
        raise mapping.place.error("'examples' is missing: a rule needs at least one to flag and one to pass")
    examples.allow("flag", "pass")
    flag, passing = (tuple(_example(item) for item in examples.mappings(kind)) for kind in ("flag", "pass"))
    if not flag or not passing:
        raise mapping.place_of("examples").error("'examples' needs at least one to flag and one to pass")
    return flag, passing


def _example(mapping: Mapping) -> Example:
    mapping.allow("title", "image")
    image = mapping.mapping("image")
    if image is None:
        raise mapping.place.error("'image' is missing: an example describes an image")
    return Example(mapping.text("title"), json.dumps(mapping.plain("image")), mapping.place.line)
