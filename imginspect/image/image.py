"""Image: one manifest with its config and layers, joined and checked against each other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from imginspect.archive import Archive, Blob, StoredDocument, StoredImage
from imginspect.archive.members import BlobNotFound
from imginspect.errors import ImageError, LimitExceeded
from imginspect.image.history import instruction, match_layers
from imginspect.oci.config import HistoryEntry, ImageConfig, parse_config
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject
from imginspect.oci.platform import Platform
from imginspect.problems import Problem, Topic

_LONGEST_STEP = 1 << 16
"""Characters of a build step that are taken apart to find its instruction; documents and findings have all of it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, base first: what is promised of it, and the build step that made it where that is known."""

    index: int
    blob: Blob
    diff_id: Digest | None = None
    chain_id: Digest | None = None
    step: HistoryEntry | None = None

    @property
    def created_by(self) -> str:
        """The instruction that made the layer, or the empty string; of one with megabytes only the start."""
        return instruction(self.step.created_by[:_LONGEST_STEP]) if self.step else ""


class BuildStep(NamedTuple):
    """One build step with the index of its layer: None where it made none, or where the history does not add up."""

    entry: HistoryEntry
    layer_index: int | None


class Image(NamedTuple):
    """One image. *other_config* is the config as a reader with exact keys sees it, where that differs from what Docker sees."""

    stored: StoredImage
    platform: Platform
    config: ImageConfig
    layers: tuple[Layer, ...]
    steps: tuple[BuildStep, ...]
    config_document: StoredDocument | None = None
    other_config: ImageConfig | None = None
    history_matches: bool = True
    problems: tuple[Problem, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """Names under which the archive lists the image."""
        return self.stored.references

    @property
    def image_id(self) -> Digest | None:
        """Digest of the config as it was found; None where there is no config blob (schema 1)."""
        return self.config_document.digest if self.config_document else None

    @property
    def manifest_digest(self) -> Digest | None:
        """Digest of the manifest; None in docker archives, which have none."""
        return self.stored.manifest_digest


def load_image(archive: Archive, stored: StoredImage) -> Image:
    """The image that *stored* lists. What is missing or wrong becomes a problem of the image."""
    problems: list[Problem] = []
    document, config, other = _config(archive, stored, problems)
    if len(stored.layers) > archive.limits.layers:
        raise LimitExceeded("layers", archive.limits.layers, f"an image of {len(stored.layers):,} layers")
    diff_ids = _diff_ids(config, stored, problems)
    matched = match_layers(config.history, len(stored.layers))
    if matched is None:
        problems.append(_history_problem(config, len(stored.layers)))
    steps = tuple(BuildStep(entry, matched[number] if matched else None) for number, entry in enumerate(config.history))
    step_of = {step.layer_index: step.entry for step in steps if step.layer_index is not None}
    layers: list[Layer] = []
    chain: Digest | None = None
    for index, blob in enumerate(stored.layers):
        chain = _chain_id(chain, diff_ids[index], index)
        layers.append(Layer(index, blob, diff_ids[index], chain, step_of.get(index)))
    platform = config.platform if config.platform.is_known else (stored.platform or config.platform)
    _check_platform(stored, config, problems)
    return Image(stored, platform, config, tuple(layers), steps, document, other, matched is not None, tuple(problems))


def _config(
    archive: Archive, stored: StoredImage, problems: list[Problem]
) -> tuple[StoredDocument | None, ImageConfig, ImageConfig | None]:
    if stored.schema1_config is not None:
        return None, stored.schema1_config, None
    if stored.config is None:
        problems.append(Problem(Topic.UNREAD, "config", "the image has no config", unread=True))
        return None, ImageConfig(), None
    document: StoredDocument | None = None
    try:
        document = archive.read_document(stored.config, "config")
        value = archive.reader.parse(document)
        if not isinstance(value, JsonObject):
            raise ImageError(f"config {document.name}: expected a JSON object, found an array")
        config = parse_config(value)
        exact = parse_config(value.read_exactly())
        return document, config, exact if exact != config else None
    except (BlobNotFound, ImageError, LimitExceeded) as error:
        problems.append(Problem(Topic.UNREAD, "config", f"the config cannot be read: {error}", unread=True))
        return document, ImageConfig(), None


def _diff_ids(config: ImageConfig, stored: StoredImage, problems: list[Problem]) -> list[Digest | None]:
    count = len(stored.layers)
    if stored.schema1_config is not None or any(problem.unread for problem in problems):
        return [None] * count  # what could not be read contradicts nothing
    if len(config.diff_ids) != count:
        problems.append(
            Problem(
                Topic.DIFF_ID,
                "config",
                "the config and the manifest differ in their number of layers",
                expected=f"{count} diff_ids, one for each layer of the manifest",
                found=f"{len(config.diff_ids)} diff_ids",
            )
        )
    return [config.diff_ids[index] if index < len(config.diff_ids) else None for index in range(count)]


def _history_problem(config: ImageConfig, layer_count: int) -> Problem:
    if not config.history:
        return Problem(Topic.HISTORY, "config", "the config has no history, so layers cannot be matched to build instructions")
    real = sum(1 for entry in config.history if not entry.empty_layer)
    return Problem(
        Topic.HISTORY,
        "config",
        "the history does not fit the number of layers, so layers cannot be matched to build instructions",
        expected=f"{layer_count} history entries that create a layer",
        found=f"{real}",
    )


def _chain_id(parent: Digest | None, diff_id: Digest | None, index: int) -> Digest | None:
    """The chain id of a layer on top of *parent*. Source: OCI image-spec, config.md, "Layer ChainID"."""
    if diff_id is None or (parent is None and index):
        return None
    if parent is None:
        return diff_id
    return Digest("sha256", hashlib.sha256(f"{parent} {diff_id}".encode()).hexdigest())


def _check_platform(stored: StoredImage, config: ImageConfig, problems: list[Problem]) -> None:
    """Note an image whose config states another platform than the index lists it for."""
    listed = stored.platform
    if listed and listed.is_known and config.platform.is_known and not config.platform.satisfies(Platform(listed.os, listed.architecture)):
        problems.append(
            Problem(
                Topic.PLATFORM,
                "config",
                "the platform in the index does not match the platform in the config",
                expected=str(listed),
                found=str(config.platform),
            )
        )
