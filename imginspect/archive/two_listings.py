"""Archives with manifest.json and index.json, which different tools load by: both listings are read, and they should agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imginspect.archive import docker_archive, oci_layout
from imginspect.archive.json_reader import Reader
from imginspect.archive.members import BlobNotFound
from imginspect.archive.oci_layout import BlobName
from imginspect.archive.stored import StoredImage
from imginspect.errors import ArchiveError, ImageError, LimitExceeded
from imginspect.problems import Problem, Topic


def read_both(reader: Reader, name_of: BlobName) -> list[StoredImage]:
    """The images of both listings, each once. *name_of* gives the member that holds what the index names.

    Raises: ArchiveError - neither listing can be read
    """
    by_index = _tried(reader, lambda: oci_layout.read_layout(reader, name_of=name_of), "index.json")
    by_manifest = _tried(reader, lambda: docker_archive.read_archive(reader), "manifest.json")
    damage = [problem for problem in reader.problems.listed() if problem.unread]
    if not by_index and not by_manifest and damage:
        raise ArchiveError("neither index.json nor manifest.json can be read: " + "; ".join(p.what for p in damage[:2]))
    return _reconciled(reader, by_index, by_manifest) if by_index and by_manifest else by_index or by_manifest


def _tried(reader: Reader, read: Callable[[], list[StoredImage]], name: str) -> list[StoredImage]:
    try:
        return read()
    except (BlobNotFound, ImageError, LimitExceeded) as error:
        reader.problems.add(Problem(Topic.UNREAD, name, f"it cannot be read: {error}", unread=True))
        return []


def _reconciled(reader: Reader, by_index: list[StoredImage], by_manifest: list[StoredImage]) -> list[StoredImage]:
    merged = list(by_index)
    matched: set[int] = set()
    numbers: dict[tuple[str, ...], list[int]] = {}
    for number, image in enumerate(by_index):
        if not image.absent:
            numbers.setdefault(image.content, []).append(number)
    for saved in by_manifest:
        same = numbers.get(saved.content, [])
        if same:
            matched.update(same)
            both = merged[same[0]].with_references(saved.references, saved.listed_in)
            merged[same[0]] = replace(both, trail=saved.trail + both.trail)
        else:
            numbers.setdefault(saved.content, []).append(len(merged))
            merged.append(saved)
            _note_disagreement(reader, "manifest.json", "index.json", saved)
    roots = {image.index_digests[:2] for number, image in enumerate(by_index) if number in matched}
    for number, image in enumerate(by_index):
        is_sibling = len(image.index_digests) > 1 and image.index_digests[:2] in roots
        if number not in matched and not image.absent and not image.artefact and not is_sibling:
            _note_disagreement(reader, "index.json", "manifest.json", image)
    return merged


def _note_disagreement(reader: Reader, has: str, lacks: str, image: StoredImage) -> None:
    name = ", ".join(image.references) or (image.config.name if image.config else "an image without a name")
    reader.problems.add(
        Problem(
            Topic.INDEXES,
            "the archive",
            f"{has} lists an image that {lacks} does not: which one is loaded depends on the tool",
            expected=f"the same images in {has} and {lacks}",
            found=name,
        )
    )
