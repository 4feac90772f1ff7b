"""The plan of one image: its key within a run, and the identity of everything that its report depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.archive import StoredImage
from imginspect.archive.stored import StoredDocument
from imginspect.batch.mirror.host_files import HostFiles
from imginspect.batch.values.plans import ImagePlan, Unit
from imginspect.image import Image

_KEY_DIGITS = 32
"""Hexadecimal digits of a key, 128 bits: no two images of a mirror share one by chance."""
NOT_LOADED = -1
"""The ordinal of an image without manifest that is listed and cannot be read."""


class Drawn(NamedTuple):
    """A plan without the facts that need the whole unit. *is_linked*: the file of a layer has other names, because a store shares it."""

    plan: ImagePlan
    parts: tuple[object, ...]
    is_sure: bool
    is_linked: bool


def qualified(unit: Unit, stored: StoredImage) -> tuple[str, ...]:
    """The references of an image of *unit*, sorted. If it has no name, or only a tag, its location provides the name."""
    names = {_with_repository(unit.repository, reference) for reference in stored.references}
    if unit.repository and (unit.tag or not names) and not unit.within:
        names.add(_name_of_place(unit, stored))
    return tuple(sorted(names))


def draw(unit: Unit, files: HostFiles, image: Image, ordinal: int) -> Drawn:
    """The plan of *image*, the one at *ordinal* among the images of its unit, as if it were listed by itself."""
    placed = [files.layer(layer) for layer in image.layers]
    layers = tuple(item.plan for item in placed)
    digests = digests_of(image.stored)
    found = image.stored.manifest_digest or image.image_id
    named = [layer.identity or [layer.digest, unit.shown] for layer in layers]
    own = named or [unit.shown]
    key = _hashed([str(found or ""), 0 if digests else ordinal, str(image.platform), own])[:_KEY_DIGITS]
    plan = ImagePlan(
        key=key,
        unit=unit,
        references=qualified(unit, image.stored),
        platform=str(image.platform),
        digests=digests,
        ordinal=0 if digests else ordinal,
        only=False,
        layers=layers,
        identity="",
        promised=tuple(str(item.expected) for item in image.stored.trail if item.expected and item.expected != item.digest),
    )
    documents = [*image.stored.trail, *([image.config_document] if image.config_document else [])]
    parts = ([_named(document) for document in documents], [[*item.plan._replace(path=""), item.missing] for item in placed])
    has_config = image.config_document is not None or image.stored.config is None or image.stored.config.member is None
    is_sure = has_config and all(item.is_settled for item in placed)
    return Drawn(plan, parts, is_sure, any(item.links > 1 for item in placed))


def finish(drawn: Drawn, *, only: bool, whole: str) -> ImagePlan:
    """The plan itself. *whole* names all files of a unit that each report looks at in full; where there are *only* its own, it is not.

    Its names are not in its identity: which of them are asked for is chosen later.
    """
    plan = drawn.plan._replace(only=only)
    if not drawn.is_sure or (not only and not whole):
        return plan
    known = [plan.platform, plan.unit.shown, plan.digests, plan.ordinal, only, drawn.parts, "" if only else whole]
    return plan._replace(identity=_hashed(known))


def unreadable(unit: Unit, stored: StoredImage, *, only: bool) -> ImagePlan:
    """The plan of an image that is listed but cannot be read; opening it gives the reason."""
    digests = digests_of(stored)
    references = qualified(unit, stored)
    key = _hashed(["unreadable", digests[-1:], references, unit.shown])[:_KEY_DIGITS]
    platform = str(stored.platform) if stored.platform else ""
    return ImagePlan(key, unit, references, platform, digests, 0 if digests else NOT_LOADED, only, (), "")


def digests_of(stored: StoredImage) -> tuple[str, ...]:
    """The digests of the indexes and the manifest that lead to an image, outermost first."""
    return tuple(str(digest) for digest in (*stored.index_digests, *([stored.manifest_digest] if stored.manifest_digest else [])))


def _named(document: StoredDocument) -> tuple[str, str, str]:
    digest = document.digest
    return document.role, document.name, digest.hex if digest.algorithm == "sha256" else hashlib.sha256(document.data).hexdigest()


def _hashed(known: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(known, separators=(",", ":")).encode()).hexdigest()


def _with_repository(repository: str, reference: str) -> str:
    is_bare = not any(mark in reference for mark in "/:@")
    return f"{repository}:{reference}" if repository and is_bare else reference


def _name_of_place(unit: Unit, stored: StoredImage) -> str:
    tag = unit.tag or (str(stored.manifest_digest) if stored.manifest_digest else "")
    if not tag:
        return unit.repository
    return f"{unit.repository}@{tag}" if ":" in tag else f"{unit.repository}:{tag}"
