"""Mirrors on disk: what the tools that copy images leave behind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from imginspect.batch.mirror.planning import PlanOptions, plan_unit
from imginspect.batch.mirror.sources import find_units
from imginspect.batch.values.plans import Skipped, Unit, UnitPlan
from tests.image_builder import ImageBuilder, Members, file, write

OLD = 1_600_000_000


def image(content: str = "x", *references: str) -> ImageBuilder:
    """An image with a layer of its own above one that all share."""
    built = ImageBuilder().layer(file("/base", b"base")).layer(file("/own", content.encode())).config(entrypoint=["/own"])
    for name in references:
        built = built.reference(name)
    return built


def layout(members: Members, path: Path) -> Path:
    """An OCI layout as a folder."""
    path.mkdir(parents=True, exist_ok=True)
    return write(members, path, "oci-dir")


def found(*sources: Path | str) -> tuple[list[Unit], dict[str, str]]:
    """The units of *sources*, and why what was passed over was, by how it is shown."""
    items = list(find_units([str(source) for source in sources]))
    return [item for item in items if isinstance(item, Unit)], {item.shown: item.reason for item in items if isinstance(item, Skipped)}


def unread(*sources: Path | str) -> list[str]:
    """What could not be read."""
    return [item.shown for item in find_units([str(source) for source in sources]) if isinstance(item, Skipped) and item.unread]


def planned(*sources: Path | str, options: PlanOptions | None = None) -> list[UnitPlan]:
    """The plans of all units of *sources*."""
    return [plan_unit(unit, options or PlanOptions()) for unit in found(*sources)[0]]


def names(plans: list[UnitPlan]) -> list[tuple[str, ...]]:
    """The references of each planned image."""
    return [item.references for plan in plans for item in plan.images]


def hard_linked(source: Path, target: Path) -> Path:
    """A copy of a folder whose blobs are the same files, as zot keeps what several repositories hold."""
    shutil.copytree(source, target, copy_function=lambda one, two: os.link(one, two) if "blobs" in one else shutil.copy2(one, two))
    return target
