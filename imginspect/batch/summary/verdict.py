"""The overall verdict on all images, and sentences that say which of them may be used."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.batch.store.database import Database
from imginspect.report.report import ReportVerdict, worst
from imginspect.rules import Severity
from imginspect.wording import counted


class Total(NamedTuple):
    """*verdict* is the worst of all images, and no better than incomplete where *unread* things could not be read.

    *counts* has every verdict, in the order of ``ReportVerdict``. *conditional* images pass on conditions, *half_open* ones
    although a rule that could fail them was not decided; one that is both is among the half open.
    """

    verdict: ReportVerdict
    counts: dict[str, int]
    unread: int
    conditional: int = 0
    half_open: int = 0
    left_out: int = 0
    """Images whose results come from an earlier run."""

    @property
    def images(self) -> int:
        """How many images there are."""
        return sum(self.counts.values())


def total(database: Database) -> Total:
    """The total for all images. Without images: not-inspected."""
    found = database.counts()
    counts = {str(verdict): found.get(str(verdict), 0) for verdict in ReportVerdict}
    verdicts = [verdict for verdict in ReportVerdict if counts[verdict]]
    (unread,) = next(database.select("SELECT count(*) FROM skipped WHERE unread"))
    left_out = int(database.run.get("left_out", "0"))
    told = [*verdicts, ReportVerdict.INCOMPLETE] if verdicts and unread else verdicts
    return Total(worst(told), counts, unread, *_qualified(database), left_out)


def _qualified(database: Database) -> tuple[int, int]:
    """How many images pass on conditions alone, and how many although a rule that could fail them was not decided."""
    fail_on = database.run.get("fail_on", "")
    severities = [str(item) for item in Severity if is_at_least(str(item), fail_on)]
    marks = ", ".join("?" for _ in severities)
    is_open = f"SELECT 1 FROM result r WHERE r.results = image.results AND r.verdict = 'undetermined' AND r.severity IN ({marks})"  # noqa: S608 - question marks
    (half_open,) = next(database.select(f"SELECT count(*) FROM image WHERE verdict = 'pass' AND EXISTS ({is_open})", *severities))  # noqa: S608
    (conditional,) = next(
        database.select(f"SELECT count(*) FROM image WHERE verdict = 'pass' AND conditions > 0 AND NOT EXISTS ({is_open})", *severities)  # noqa: S608
    )
    return conditional, half_open


def is_at_least(severity: str, fail_on: str) -> bool:
    """Whether *severity* is one that fails an image; neither need be known, as the database may be of another version."""
    known = list(Severity)
    return severity in known and fail_on in known and Severity(severity).rank >= Severity(fail_on).rank


def sentences(answer: Total) -> list[str]:
    """The meaning of the total for users of the images."""
    unread = [f"{counted(answer.unread, 'item')} could not be read and may contain images."] if answer.unread else []
    return [*_sentences(answer), *_earlier(answer), *unread]


def _earlier(answer: Total) -> list[str]:
    if not answer.left_out:
        return []
    if answer.left_out == answer.images:
        return ["No image is new: all results come from the earlier run."]
    return [
        f"{counted(answer.images - answer.left_out, 'image')} {_is(answer.images - answer.left_out)} new; the results of "
        f"{answer.left_out:,} come from the earlier run."
    ]


def _sentences(answer: Total) -> list[str]:
    passed, failed, undecided, incomplete, not_inspected = (answer.counts[str(verdict)] for verdict in ReportVerdict)
    clean = passed - answer.conditional - answer.half_open
    if not answer.images:
        return ["No images were found, so none may be used."]
    if clean == answer.images:
        return [f"{_all(answer.images)} may be used, as far as the policy is concerned."]
    marked = "those marked Pass" if passed == clean else "those marked Pass without conditions or undecided rules"
    told = [f"{clean:,} of {counted(answer.images, 'image')} may be used, as far as the policy is concerned: {marked}."] if clean else []
    if answer.conditional:
        told.append(f"{counted(answer.conditional, 'image')} may be used if the conditions in the report are met.")
    if answer.half_open:
        told.append(
            f"{counted(answer.half_open, 'image')} marked Pass {_has(answer.half_open)} undecided rules: a person must review them first."
        )
    if not passed:
        told.append("No image may be used as it is.")
    if failed:
        told.append(f"{counted(failed, 'image')} {_does(failed)} not meet the policy.")
    if undecided:
        told.append(
            f"{counted(undecided, 'image')} {_is(undecided)} undecided: rules that could fail {_them(undecided)} could not be decided."
        )
    if incomplete:
        told.append(f"{counted(incomplete, 'image')} could not be read or judged completely: nothing is certain about {_them(incomplete)}.")
    if not_inspected:
        told.append(f"{counted(not_inspected, 'image')} could not be inspected.")
    return told


def _all(images: int) -> str:
    return "The one image" if images == 1 else f"All {images:,} images"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _does(count: int) -> str:
    return "does" if count == 1 else "do"
