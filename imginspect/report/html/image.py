"""What the image says of itself: its names and the settings of its config."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.report.document import ConfigPart, ImagePart
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Row, code, facts, folded, listed, table


def image(part: Part) -> Markup:
    """All names, digests and settings."""
    found = part.document["image"]
    if found is None:
        return NOTHING
    note = element("p", "These are claims by the image; its builder can write anything here.", class_="explained")
    names = element("div", facts(_names(found)), class_="screen")  # the first page has them
    return joined((note, names, facts(_archive(found)), _settings(found["config"]) if found["config"] else NOTHING, _directories(part)))


def _archive(image: ImagePart) -> Iterator[tuple[str, str]]:
    """The names that the image has in the archive, and what else is there."""
    yield "References", listed(code(reference) for reference in image["references"]) or "none"
    yield "Archive layout", image["archive_layout"]
    yield "Layers", f"{image['layers']:,}"
    if base := image["base"]:
        yield "Base image (claimed)", joined((code(text) for text in (base["name"], base["digest"]) if text), " ")
    yield "Also in the archive, not part of this report", listed(image["other_images"])


def _names(image: ImagePart) -> Iterator[tuple[str, str]]:
    yield "Image id", code(image["image_id"] or "")
    yield "Manifest digest", code(image["manifest_digest"] or "")
    yield "Platform", image["platform"]


def _settings(config: ConfigPart) -> Markup:
    variables = _variables("Environment variables (ENV)", [_parted(item) for item in config["env"]])
    labels = _variables("Labels", sorted(config["labels"].items()))
    return joined((facts(_fields(config)), variables, labels))


def _fields(config: ConfigPart) -> Iterator[tuple[str, str]]:
    yield "Entrypoint", _words(config["entrypoint"]) or "none"
    yield "Command (CMD)", _words(config["cmd"]) or "none"
    yield "User", code(config["user"]) or "root (no user is set)"
    yield "Working directory", code(config["working_dir"])
    yield "Shell", _words(config["shell"])
    yield "Health check", _words(config["healthcheck"] or [])
    yield "Stop signal", code(config["stop_signal"])
    yield "Volumes", _words(config["volumes"])
    yield "Exposed ports", _words(config["exposed_ports"])
    yield "Instructions for child images (ONBUILD)", listed(code(item) for item in config["on_build"])
    yield "Created (claimed)", config["created"]
    yield "Author (claimed)", config["author"]
    yield "Built for", "/".join(text for text in (config["os"], config["architecture"], config["variant"]) if text)
    yield "Unknown config fields", _words(config["unread_fields"])


def _words(words: list[str]) -> Markup:
    return joined((code(word) for word in words), " ")


def _parted(variable: str) -> tuple[str, str]:
    name, _, value = variable.partition("=")
    return name, value


def _variables(caption: str, pairs: list[tuple[str, str]]) -> Markup:
    if not pairs:
        return NOTHING
    rows = (Row((code(name), code(value))) for name, value in pairs)
    return folded(f"{caption}: {len(pairs):,}", table(caption, ("Name", "Value"), rows), class_="titled")


def _directories(part: Part) -> Markup:
    directories = part.document["policy"]["mount_directories"]
    rows = (Row((code(item["path"]), item["role"], item["purpose"])) for item in directories)
    caption = "Directories that the environment mounts over the image's own"
    return table(caption, ("Path", "Role", "Purpose"), rows) if directories else NOTHING
