"""An image that several units contain is planned once, with all its names in the mirror."""

from __future__ import annotations

from collections.abc import Iterable

from imginspect.batch.values.plans import ImagePlan

_IDENTITIES = 1 << 256


def merge(first: ImagePlan, second: ImagePlan) -> ImagePlan:
    """One plan for two plans with the same key. Merging several gives the same result in any order.

    The image is inspected in the unit that is shown first. Its identity combines both, so it changes with either.
    """
    if first.key != second.key:
        raise ValueError("plans of two images")
    kept = min(first, second, key=lambda plan: (plan.unit.shown, plan.unit, plan.ordinal))
    identity = ""
    if first.identity and second.identity:  # a sum, so that no order is preferred
        identity = f"{(int(first.identity, 16) + int(second.identity, 16)) % _IDENTITIES:064x}"
    return kept._replace(references=tuple(sorted({*first.references, *second.references})), identity=identity)


def merged(plans: Iterable[ImagePlan]) -> dict[str, ImagePlan]:
    """The plans by key, each image once. All are kept in memory, so this is for the plans of a few units."""
    found: dict[str, ImagePlan] = {}
    for plan in plans:
        found[plan.key] = merge(found[plan.key], plan) if plan.key in found else plan
    return found
