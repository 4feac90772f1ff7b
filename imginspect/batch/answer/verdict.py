"""The answer in short: the verdict on all images, and in a sentence which of them may be used."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.batch.store.database import Database
from imginspect.report.report import ReportVerdict, worst
from imginspect.wording import counted


class Total(NamedTuple):
    """*verdict* is the worst of all images, and no better than incomplete where *unread* things could not be looked into.

    *counts* has every verdict, in the order pass, fail, incomplete, not-inspected.
    """

    verdict: ReportVerdict
    counts: dict[str, int]
    unread: int
    left_out: int = 0
    """Images that are in an earlier run's answer and were not inspected again."""

    @property
    def images(self) -> int:
        """How many images there are."""
        return sum(self.counts.values())


def total(database: Database) -> Total:
    """What all images come to. Of none: not-inspected, unless all that there are is in an earlier answer."""
    found = database.counts()
    counts = {str(verdict): found.get(str(verdict), 0) for verdict in ReportVerdict}
    verdicts = [verdict for verdict in ReportVerdict if counts[verdict]]
    (unread,) = next(database.select("SELECT count(*) FROM passed_over WHERE unread"))
    left_out = int(database.run.get("left_out", "0"))
    told = verdicts or ([ReportVerdict.PASS] if left_out else [])
    return Total(worst([*told, ReportVerdict.INCOMPLETE] if told and unread else told), counts, unread, left_out)


def sentences(answer: Total) -> list[str]:
    """What that means for whoever wants to use the images."""
    unread = (
        [f"{counted(answer.unread, 'thing')} could not be looked into, and there may be images in what was not."] if answer.unread else []
    )
    earlier = [f"{counted(answer.left_out, 'image')} of the mirror {_is(answer.left_out)} in an earlier answer, which holds for them."]
    return [*_sentences(answer), *(earlier if answer.left_out else []), *unread]


def _sentences(answer: Total) -> list[str]:
    passed, failed, incomplete, not_inspected = answer.counts.values()
    if not answer.images and answer.left_out:
        return ["No image is new."]
    if not answer.images:
        return ["No image was found, so none may be used."]
    if passed == answer.images:
        return [f"{_all(answer.images)} may be used as far as the policy goes."]
    told = [f"{counted(passed, 'image')} of {answer.images:,} may be used as far as the policy goes: those marked Pass."] if passed else []
    if not passed:
        told.append(f"None of {counted(answer.images, 'image')} may be used as it is.")
    if failed:
        told.append(f"{counted(failed, 'image')} {_does(failed)} not meet the policy.")
    if incomplete:
        told.append(f"Of {counted(incomplete, 'image')} not everything could be read or judged: nothing is known for certain there.")
    if not_inspected:
        told.append(f"{counted(not_inspected, 'image')} could not be inspected.")
    return told


def _all(images: int) -> str:
    return "The one image" if images == 1 else f"All {images:,} images"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _does(count: int) -> str:
    return "does" if count == 1 else "do"
