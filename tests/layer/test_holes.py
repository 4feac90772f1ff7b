"""Holes of sparse files: they count in the ratio of expanded to stored bytes, and cost nothing where they are beyond it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imginspect.archive import open_archive
from imginspect.image import list_images
from imginspect.layer import LayerIndex, PassVisitors
from imginspect.layer.protocols import ScanResult
from imginspect.limits import RATIO_FLOOR
from imginspect.problems import Topic
from imginspect.reading.contents import ImageContents, read_contents
from tests.image_builder import ImageBuilder, file, sparse_file
from tests.inspecting import report_of

pytestmark = pytest.mark.slow

FORMS = ("gnu", "pax-0.0", "pax-0.1", "pax-1.0")
HUGE = 7 << 30


class Counting:
    """A Scanner that counts the bytes that it is given."""

    def __init__(self) -> None:
        self.seen = 0

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        del path, size, content_class
        return True

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> ScanResult:
        """See Scanner."""
        del ordinal, digest
        self.seen += len(content)
        return ScanResult()

    def begin(self, ordinal: int) -> None:
        """See Scanner."""

    def feed(self, piece: memoryview) -> None:
        """See Scanner."""
        self.seen += len(piece)

    def end(self, digest: bytes) -> ScanResult:
        """See Scanner."""
        del digest
        return ScanResult()


def contents_of(image: ImageBuilder, path: Path) -> tuple[ImageContents, int]:
    """What reading *image* gives, and the bytes of contents that went by."""
    counting = Counting()
    with open_archive(image.save(path, "oci")) as archive:
        (listed,) = list_images(archive).images
        return read_contents(archive, listed, PassVisitors(counting)), counting.seen


def unread(layer: LayerIndex) -> list[str]:
    return [problem.what for problem in layer.problems if problem.topic == Topic.UNREAD]


@pytest.mark.parametrize("form", FORMS)
def test_holes_beyond_the_ratio_are_not_read_and_the_image_is_incomplete(form: str, tmp_path: Path) -> None:
    image = ImageBuilder().layer(sparse_file("/data", [(4096, b"x" * 512)], HUGE, form), file("/after", b"after"))
    found, seen = contents_of(image, tmp_path / "a.tar")
    layer = found.layers[0]
    assert seen < 1 << 20
    assert [entry.digest is None for entry in layer.entries] == [True, False]
    (what,) = unread(layer)
    assert "(ratio)" in what
    report = report_of(tmp_path / "a.tar", "--policy", "generic")
    assert report["verdict"] in ("incomplete", "fail")
    assert any("sparse file" in gap for gap in report["coverage"]["gaps"])


@pytest.mark.parametrize("form", FORMS)
def test_holes_within_the_ratio_are_part_of_the_digest(form: str, tmp_path: Path) -> None:
    size = 3 << 20
    image = ImageBuilder().layer(sparse_file("/data", [(4096, b"x" * 512)], size, form))
    found, seen = contents_of(image, tmp_path / "a.tar")
    (entry,) = found.layers[0].entries
    assert entry.digest == hashlib.sha256(bytes(4096) + b"x" * 512 + bytes(size - 4608)).digest()
    assert seen == size
    assert not unread(found.layers[0])


def test_many_small_holes_are_bounded_together_whatever_layers_they_are_in(tmp_path: Path) -> None:
    image = ImageBuilder()
    for number in range(8):
        image = image.layer(*(sparse_file(f"/{number}/{part}", [(0, b"x")], 16 << 20) for part in range(8)))
    found, seen = contents_of(image, tmp_path / "a.tar")
    assert seen <= RATIO_FLOOR
    assert sum(entry.digest is not None for layer in found.layers for entry in layer.entries) == 15


def test_a_sparse_file_whose_bytes_are_all_stored_has_no_holes_to_count(tmp_path: Path) -> None:
    content = bytes(range(256)) * 64
    found, _ = contents_of(ImageBuilder().layer(sparse_file("/data", [(0, content)], len(content))), tmp_path / "a.tar")
    assert found.layers[0].sparse_bytes == 0
    assert found.layers[0].entries[0].digest == hashlib.sha256(content).digest()


def test_layers_from_a_cache_meet_the_same_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    image = ImageBuilder()
    for number in range(3):
        image = image.layer(sparse_file(f"/{number}", [(0, b"x%d" % number)], 120 << 20))
    image.save(path, "oci")
    options = ("--policy", "generic", "--cache", str(tmp_path / "cache"))
    plain = report_of(path, "--policy", "generic", raw=True)
    assert b"(ratio)" in plain
    assert report_of(path, *options, raw=True) == plain
    assert report_of(path, *options, raw=True) == plain
