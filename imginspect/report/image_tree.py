"""What an image is, as plain values: its names, config, layers, history, start and licences."""

from __future__ import annotations

from typing import cast

from imginspect.checks.facts import LicenceFact, Start
from imginspect.oci.config import ImageConfig
from imginspect.reading import Link
from imginspect.report.document import (
    BasePart,
    ChainLink,
    CompressionName,
    ConfigPart,
    ImagePart,
    LayerPart,
    LayerStatusName,
    LicenceKind,
    LicenceRow,
    LinkStatusName,
    StartPart,
    StepPart,
)
from imginspect.report.image_summary import ImageSummary
from imginspect.report.report import Report
from imginspect.report.shown import Shown, optional


def image_tree(image: ImageSummary, shown: Shown) -> ImagePart:
    """What the image is."""
    return {
        "references": [shown(reference) for reference in image.references],
        "image_id": str(image.image_id) if image.image_id else None,
        "manifest_digest": str(image.manifest_digest) if image.manifest_digest else None,
        "platform": shown(image.platform),
        "archive_layout": image.layout,
        "other_images": [shown(other) for other in image.also_present],
        "layers": len(image.layers),
        "base": _base_tree(image, shown),
        "config": config_tree(image.config, shown) if image.config else None,
    }


_BASE_NAME, _BASE_DIGEST = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"
"""Source: OCI image-spec, annotations.md, "Pre-Defined Annotation Keys"."""


def _base_tree(image: ImageSummary, shown: Shown) -> BasePart | None:
    """The base that the image claims. Annotations come first: buildah writes them, and labels may be those of the base itself."""
    labels = image.config.labels if image.config else ()
    for stated in (dict(image.annotations), dict(labels)):
        name, digest = stated.get(_BASE_NAME, ""), stated.get(_BASE_DIGEST, "")
        if name or digest:
            return {"name": shown(name), "digest": shown(digest)}
    return None


def config_tree(config: ImageConfig, shown: Shown) -> ConfigPart:
    """All that the config says but for its history, which has a part of its own."""
    return {
        "os": shown(config.os),
        "architecture": shown(config.architecture),
        "variant": shown(config.variant),
        "created": shown(config.created),
        "author": shown(config.author),
        "user": shown(config.user),
        "env": [shown(item) for item in config.env],
        "entrypoint": [shown(item) for item in config.entrypoint],
        "cmd": [shown(item) for item in config.cmd],
        "working_dir": shown(config.working_dir),
        "shell": [shown(item) for item in config.shell],
        "stop_signal": shown(config.stop_signal),
        "healthcheck": [shown(item) for item in config.healthcheck.test] if config.healthcheck else None,
        "volumes": [shown(item) for item in config.volumes],
        "exposed_ports": [shown(item) for item in config.exposed_ports],
        "labels": {shown(key): shown(value) for key, value in config.labels},
        "on_build": [shown(item) for item in config.on_build],
        "unread_fields": [shown(item) for item in config.unread_fields],
    }


def link_tree(link: Link, shown: Shown) -> ChainLink:
    """A link of the chain of custody."""
    return {
        "role": link.role,
        "name": shown(link.name),
        "layer": link.layer_index,
        "status": cast(LinkStatusName, str(link.status)),
        "digest": link.digest,
        "expected": link.expected,
        "size": link.size,
        "expected_size": link.expected_size,
    }


def layer_trees(report: Report) -> list[LayerPart]:
    """The layers, base first; none where the image was not read."""
    if report.image is None or report.coverage is None:
        return []
    wasted = report.filesystem.wasted_bytes() if report.filesystem else {}
    digests = {(link.role, link.layer_index): link.digest for link in report.chain}
    return [
        {
            "index": layer.index,
            "created_by": report.shown(layer.created_by),
            "created": report.shown(layer.step.created) if layer.step else "",
            "digest": digests.get(("layer", layer.index)),
            "diff_id": digests.get(("layer content (diff_id)", layer.index)),
            "compression": cast(CompressionName, read.compression),
            "status": cast(LayerStatusName, str(read.status)),
            "stored_bytes": read.stored,
            "expanded_bytes": read.expanded,
            "files": read.files,
            "file_bytes": read.file_bytes,
            "wasted_bytes": wasted.get(layer.index, 0),
        }
        for layer, read in zip(report.image.layers, report.coverage.layers, strict=True)
    ]


def step_trees(image: ImageSummary, shown: Shown) -> list[StepPart]:
    """The build steps of the history."""
    return [
        {
            "created": shown(step.entry.created),
            "created_by": shown(step.entry.created_by),
            "comment": shown(step.entry.comment),
            "layer": step.layer_index,
        }
        for step in image.steps
    ]


def start_tree(start: Start, shown: Shown) -> StartPart:
    """What starts."""
    return {
        "command": [shown(word) for word in start.command],
        "user": shown(start.user),
        "working_dir": shown(start.working_dir),
        "steps": [shown(step) for step in start.steps],
        "problems": [shown(problem) for problem in start.problems],
        "conditions": [shown(condition) for condition in start.conditions],
        "programs": [
            {
                "language": program.language.id,
                "path": optional(program.origin.path, shown),
                "config_field": optional(program.origin.config_field, shown),
                "line": program.origin.line,
                "layer": program.origin.layer_index,
                "chain": [shown(link) for link in program.chain],
                "not_analysed": shown(program.unread),
            }
            for program in start.programs
        ],
    }


def licence_tree(fact: LicenceFact, shown: Shown) -> LicenceRow:
    """A row of what is known of licences."""
    return {
        "kind": cast(LicenceKind, str(fact.kind)),
        "name": shown(fact.name),
        "detail": shown(fact.detail),
        "path": optional(fact.path, shown),
        "count": fact.count,
    }
