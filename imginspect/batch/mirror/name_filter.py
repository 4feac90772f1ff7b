"""Filters the images found in a mirror by repository and tag."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from imginspect.batch.values.plans import ImagePlan


class ByName(NamedTuple):
    """Globs for names: ``library/*`` is matched against the repository, ``*:latest`` (with a colon) against repository and tag.

    An image keeps the names that *include* matches (all names if it is empty) and *exclude* does not.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def chosen(self, plan: ImagePlan) -> ImagePlan | None:
        """*plan* with the selected names; None if there are none. An image without a name is matched by its location."""
        if not self.include and not self.exclude:
            return plan
        names = plan.references or (plan.unit.shown,)
        kept = tuple(name for name in names if self._is_asked_for(name))
        if not kept:
            return None
        return plan._replace(references=kept) if plan.references else plan

    def _is_asked_for(self, name: str) -> bool:
        return (not self.include or any(_fits(name, glob) for glob in self.include)) and not any(_fits(name, glob) for glob in self.exclude)


def _fits(name: str, glob: str) -> bool:
    last = name.rpartition("/")[2]
    repository = name[: len(name) - len(last)] + last.partition("@")[0].partition(":")[0]
    return fnmatchcase(name, glob) if ":" in glob or "@" in glob else fnmatchcase(repository, glob)
