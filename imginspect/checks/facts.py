"""Facts: information for the report besides findings: what the container starts, and its licences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from imginspect.checks.check_context import CheckContext
from imginspect.licences.values import LicenceFile, Server
from imginspect.startup.started import Started
from imginspect.wording import and_more, bounded, counted, listed

_MOST_PROGRAMS = 500
"""Programs that are listed, for a person to read; a step says how many more are started."""
_MOST_LICENCES = 500
"""Facts on licences that are listed, for a person to read; the last line counts the others."""
_MOST_NAMES = 15
"""Rows of a table that people read; a last row counts the rest."""


class Start(NamedTuple):
    """What starts in a container. *steps* and *problems* are sentences, *conditions* what a run needs besides the image."""

    command: tuple[str, ...]
    user: str
    working_dir: str
    steps: tuple[str, ...]
    problems: tuple[str, ...]
    conditions: tuple[str, ...]
    programs: tuple[Started, ...]


class LicenceFactKind(StrEnum):
    """What a row on licences is about."""

    PRODUCT = "product"
    VARIABLE = "variable"
    FILE = "file"
    PACKAGES = "packages"
    STATED = "stated"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """One row of what is known of licences."""

    kind: LicenceFactKind
    name: str
    detail: str
    path: str | None = None
    count: int = 1


class Facts(NamedTuple):
    """All facts; *start* is None for an image that starts nothing."""

    start: Start | None = None
    licences: tuple[LicenceFact, ...] = ()


def gather(context: CheckContext) -> Facts:
    """The facts about one image."""
    return Facts(_start(context) if context.launch.argv else None, _bounded(tuple(_licences(context))))


def _bounded(facts: tuple[LicenceFact, ...]) -> tuple[LicenceFact, ...]:
    left = len(facts) - _MOST_LICENCES
    return (
        facts
        if left <= 0
        else (*facts[:_MOST_LICENCES], LicenceFact(LicenceFactKind.TEXTS, and_more(left), "not listed individually", count=left))
    )


def untold(context: CheckContext, why: str) -> Facts:
    """The facts where they could not be worked out: the words of the config, and *why* there is no more."""
    config = context.image.config
    start = Start((*config.entrypoint, *config.cmd), config.user, config.working_dir, (), (why,), (), ())
    return Facts(start, (LicenceFact(LicenceFactKind.TEXTS, "licences", why, count=0),))


def _start(context: CheckContext) -> Start:
    launch = context.launch
    programs = context.network.texts or launch.started
    left = len(programs) - _MOST_PROGRAMS
    return Start(
        command=launch.argv,
        user=str(launch.user),
        working_dir=launch.context.working_dir,
        steps=(*launch.steps, *([f"{and_more(left, 'program')} not listed"] if left > 0 else [])),
        problems=tuple(dict.fromkeys(problem.text for problem in launch.problems)),
        conditions=launch.conditions,
        programs=programs[:_MOST_PROGRAMS],
    )


def _licences(context: CheckContext) -> Iterator[LicenceFact]:
    licences = context.licences
    for installed in licences.installed:
        yield LicenceFact(LicenceFactKind.PRODUCT, installed.product.name, "installed; needs a licence", installed.marker.path)
    for fact in licences.facts:
        places = [place.path for place in fact.places]
        yield LicenceFact(LicenceFactKind.VARIABLE, fact.name, ", ".join([*map(str, fact.servers), *places]) or "set")
    for file in licences.files:
        yield LicenceFact(LicenceFactKind.FILE, _products(file), _terms(file), file.node.path)
    inventory = context.licence_inventory
    for kind, count in sorted(inventory.packages.items()):
        yield LicenceFact(LicenceFactKind.PACKAGES, kind, "", count=count)
    stated = sorted(inventory.stated.items(), key=lambda item: (-item[1], item[0]))
    for name, count in stated[:_MOST_NAMES]:
        yield LicenceFact(LicenceFactKind.STATED, name, "stated in package metadata", count=count)
    if len(stated) > _MOST_NAMES:
        rest = stated[_MOST_NAMES:]
        packages = sum(count for _, count in rest)
        yield LicenceFact(LicenceFactKind.STATED, and_more(len(rest), "licence"), "stated in package metadata", count=packages)
    if inventory.silent:
        yield LicenceFact(LicenceFactKind.STATED, "none", "no licence stated in package metadata", count=inventory.silent)
    if inventory.texts:
        yield LicenceFact(LicenceFactKind.TEXTS, "licence texts", "", count=inventory.texts)


def _products(file: LicenceFile) -> str:
    return listed([product.name for product in file.products], 3) or "of an unknown product"


def _terms(file: LicenceFile) -> str:
    text = file.text
    if text is None:
        return file.unread or "in an unknown format"
    parts = [text.form]
    parts += bounded([f"server {server}" for server in text.servers if isinstance(server, Server)], 3, "server")
    if text.terms:
        parts.append(counted(len(text.terms), "licence"))
        dates = sorted({term.expires.isoformat() for term in text.terms if term.expires is not None})
        parts += [f"until {dates[0]}" if len(dates) == 1 else f"until {dates[0]} to {dates[-1]}"] if dates else []
    return "; ".join(parts)
