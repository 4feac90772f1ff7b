"""Pattern and PatternSet: the kinds of credentials that contents are searched for, as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from imginspect.rules.collection import collect
from imginspect.rules.expression import longest_match
from imginspect.rules.yaml_file import Mapping

FOLDER = Path("knowledge", "credentials")
PUBLISHED_FOLDER = Path("knowledge", "published")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 512
"""Bytes of the longest match of a pattern that names no other bound."""
_MOST_BYTES = 1 << 16
"""Bytes that a pattern may name as its longest match: blocks of a search overlap by twice as much. A larger number is refused."""
_SPLIT = "{{}}"


class Pattern(NamedTuple):
    """One kind of credential.

    *regex* is what both engines understand: bytes, no look-around, no back-references, bounded repeats; its first group, where it has
    one, is the secret part. *longest* is the most bytes that it can match. *validators* name functions that must accept the match;
    *verifies* says that they check a checksum or a structure that chance does not produce. *entropy* is the least Shannon entropy of the
    secret part, in bits for a byte. *near* are words one of which must stand within *within* bytes before the match: for formats with no
    fixed text of their own. *remediation* says what to do about one that was found, empty where that is the rule's to say.
    """

    id: str
    issuer: str
    title: str
    regex: str
    longest: int
    ignore_case: bool
    validators: tuple[str, ...]
    verifies: bool
    entropy: float
    near: tuple[str, ...]
    within: int
    reference: str
    flag: tuple[str, ...]
    passing: tuple[str, ...]
    file: str
    line: int
    remediation: str


class Published(NamedTuple):
    """A credential that everybody knows, such as the test key of a library; *sha256* are the digests of its values as they stand.

    *remediation* says what to do about it.
    """

    id: str
    title: str
    sha256: tuple[str, ...]
    file: str
    line: int
    remediation: str


class PatternSet(NamedTuple):
    """Patterns in order of their ids. *digest* is the sha256 of their files' contents; *published* are credentials that are no secrets."""

    patterns: tuple[Pattern, ...]
    digest: str
    published: tuple[Published, ...] = ()

    def get(self, pattern_id: str) -> Pattern | None:
        """The pattern *pattern_id*, or None."""
        return next((pattern for pattern in self.patterns if pattern.id == pattern_id), None)


def load_patterns(folders: Sequence[Path]) -> PatternSet:
    """All kinds of credentials in ``knowledge/credentials`` of *folders*; a folder may have none.

    Raises: RuleError - a faulty file, or two kinds with one id
    """
    published, _ = collect(folders, PUBLISHED_FOLDER, "published", _published, "remediation")
    return PatternSet(*collect(folders, FOLDER, "kinds", _pattern, "remediation"), published)


def _published(item: Mapping, file: Mapping) -> Published:
    item.allow("id", "title", "sha256", "remediation")
    digests = item.texts("sha256")
    for digest in digests:
        if not _SHA256.fullmatch(digest):
            raise item.place_of("sha256").error(f"sha256: expected 64 hex digits, found {digest!r}")
    remediation = (item if "remediation" in item else file).text("remediation", "")
    return Published(item.text("id"), item.text("title"), digests, item.place.file, item.place.line, remediation)


def _pattern(item: Mapping, file: Mapping) -> Pattern:
    item.allow(
        "id", "issuer", "title", "regex", "longest", "ignore_case", "validators", "verifies", "entropy", "near", "within", "reference",
        "remediation", "examples",
    )  # fmt: skip
    pattern_id = item.text("id")
    if not _ID.fullmatch(pattern_id):
        raise item.place_of("id").error(f"id: expected lower-case words joined by hyphens, found {pattern_id!r}")
    regex = item.text("regex")
    ignore_case = item.truth("ignore_case")
    longest = item.number("longest", _LONGEST, most=_MOST_BYTES)
    try:
        most = longest_match(regex, ignore_case=ignore_case)
    except ValueError as error:
        raise item.place_of("regex").error(f"regex: {error}") from error
    if most > longest:
        raise item.place_of("longest").error(f"longest: the regex can match {most:,} bytes, but the stated maximum is {longest:,}")
    examples = item.mapping("examples")
    if examples is None or not examples.texts("flag") or not examples.texts("pass"):
        raise item.place.error(f"{pattern_id}: 'examples' needs at least one text to flag and one to pass")
    examples.allow("flag", "pass")
    return Pattern(
        id=pattern_id,
        issuer=item.text("issuer"),
        title=item.text("title"),
        regex=regex,
        longest=longest,
        ignore_case=ignore_case,
        validators=item.texts("validators"),
        verifies=item.truth("verifies"),
        entropy=item.number("entropy", 0.0, most=8.0),
        near=item.texts("near"),
        within=item.number("within", 80, most=1024),
        reference=item.text("reference"),
        flag=_joined(examples.texts("flag")),
        passing=_joined(examples.texts("pass")),
        file=item.place.file,
        line=item.place.line,
        remediation=_remediation(item, file),
    )


def _remediation(item: Mapping, file: Mapping) -> str:
    """The kind's own, or else that of its file; ``{issuer}`` in it stands for the kind's issuer."""
    return (item if "remediation" in item else file).text("remediation", "").replace("{issuer}", item.text("issuer"))


def _joined(examples: tuple[str, ...]) -> tuple[str, ...]:
    """The examples without the marker that splits each secret, lest a scanner takes the rules themselves for a leak."""
    return tuple(example.replace(_SPLIT, "") for example in examples)
