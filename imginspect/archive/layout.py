"""Which of the known layouts an archive has, and below which folder it begins."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.identify import EACH_OF_A_FOLDER, identify_members
from imginspect.archive.json_reader import Reader
from imginspect.archive.members import BlobNotFound, Members, find
from imginspect.errors import ArchiveError, ImgInspectError
from imginspect.limits import Limits
from imginspect.oci.document import JsonObject
from imginspect.problems import Problems

OCI = "OCI image layout"
DOCKER = "docker archive"
DOCKER_AND_OCI = "docker archive with an OCI image layout"
DOCKER_WITH_INDEX = "docker archive with an OCI index"
"""As apko writes it: no oci-layout and no blobs folder, so no tool reads it as a layout; the index names the images' registry manifests."""
DIRECTORY = "dir: tree"
REGISTRY = "registry storage tree"

_REGISTRY_TOPS = ("", "docker/registry/v2/", "registry/v2/", "v2/")


class UnsupportedFormat(ArchiveError):
    """It is no container image in any form that is read here; the message says what it looks like."""


class Layout(NamedTuple):
    """The form of an archive and the folder (``""`` or ending in a slash) below which it begins."""

    form: str
    top: str


def find_layout(members: Members, limits: Limits) -> Layout:
    """The layout of *members*, at the top or below one folder.

    Raises: UnsupportedFormat
    """
    at_top = _layout_at(members, "", limits)
    if at_top:
        return at_top
    below = [layout for child in members.children("") if (layout := _layout_at(members, child + "/", limits))]
    if len(below) == 1:
        return below[0]
    if below:
        names = ", ".join(layout.top.rstrip("/") for layout in below[:5])
        more = ", …" if len(below) > 5 else ""
        raise UnsupportedFormat(
            f"it holds {len(below)} images side by side, in the folders {names}{more}: name one of them{_or_batch(members)}"
        )
    raise UnsupportedFormat(f"not a container image: {identify_members(members)}")


def _or_batch(members: Members) -> str:
    return f", or {EACH_OF_A_FOLDER}" if isinstance(members, DirectoryMembers) else ""


def layout_of_folder(members: Members, limits: Limits) -> Layout | None:
    """The layout that begins at the top of *members* and nowhere below, or None.

    A folder among others may hold a manifest.json or index.json of something else, so what these say counts too. One that cannot be
    parsed counts as an image's: a damaged image is not to be lost.
    """
    layout = _layout_at(members, "", limits)
    if layout is None or layout.top:
        return None
    return layout if layout.form in (REGISTRY, DOCKER_AND_OCI, DOCKER_WITH_INDEX) or _lists_images(members, layout.form, limits) else None


def _lists_images(members: Members, form: str, limits: Limits) -> bool:
    if _is_file(members, "oci-layout" if form == OCI else "version", limits):
        return True
    scratch = Reader(members, "", limits, Problems())
    try:
        value = scratch.parse(scratch.document("index.json" if form == OCI else "manifest.json", "listing"))
    except ImgInspectError:
        return True
    if form == DOCKER:
        return isinstance(value, list) and any(isinstance(item, JsonObject) and item.get("Config") is not None for item in value)
    keys = ("manifests",) if form == OCI else ("manifests", "layers", "config", "fsLayers")
    return isinstance(value, JsonObject) and any(value.get(key) is not None for key in keys)


def _layout_at(members: Members, top: str, limits: Limits) -> Layout | None:
    has_index = _is_file(members, f"{top}index.json", limits) or _is_file(members, f"{top}oci-layout", limits)
    if _is_file(members, f"{top}manifest.json", limits):
        if _holds_list(members, top, limits):
            return Layout(_docker_form(members, top, limits) if has_index else DOCKER, top)
        if not has_index:
            return Layout(DIRECTORY, top)
    if has_index:
        return Layout(OCI, top)
    for start in _REGISTRY_TOPS:
        root = top + start
        if {"blobs", "repositories"} <= set(members.children(root.rstrip("/"))):
            return Layout(REGISTRY, root)
    return None


def _docker_form(members: Members, top: str, limits: Limits) -> str:
    """The form of a docker archive that has an oci-layout or an index.json too."""
    if _is_file(members, f"{top}oci-layout", limits) or "blobs" in members.children(top.rstrip("/")):
        return DOCKER_AND_OCI
    scratch = Reader(members, top, limits, Problems())
    try:
        value = scratch.parse(scratch.document("index.json", "index"))
    except ImgInspectError:
        return DOCKER_WITH_INDEX  # a damaged one is not to be lost
    is_index = isinstance(value, JsonObject) and any(value.has(key) for key in ("manifests", "mediaType", "schemaVersion"))
    return DOCKER_WITH_INDEX if is_index else DOCKER


def _is_file(members: Members, name: str, limits: Limits) -> bool:
    try:
        find(members, name, limits)
    except BlobNotFound:
        return False
    return True


def _holds_list(members: Members, top: str, limits: Limits) -> bool:
    """Whether manifest.json is a docker archive's (a list). A damaged one is judged by its first character."""
    scratch = Reader(members, top, limits, Problems())
    try:
        document = scratch.document("manifest.json", "manifest.json")
    except ImgInspectError:
        return True
    try:
        return not isinstance(scratch.parse(document), JsonObject)
    except ImgInspectError:
        return document.data.lstrip()[:1] != b"{"
