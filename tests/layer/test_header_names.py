"""Names behind GNU's magic, as an image shows them: where container runtimes put the file, with a word on other readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, raw
from tests.inspecting import files_of, flagged, report_of
from tests.tar.shapes import BASE_256_UID, LONG, gnu
from tests.tar_writer import padded

OLD_GO = gnu(LONG, (108, BASE_256_UID))
OTHER = gnu(b"usr/share/doc")


@pytest.mark.parametrize(
    ("block", "path", "rules"),
    [(OLD_GO, f"/{LONG.decode()}/name", {"TRE-INT-011"}), (OTHER, "/usr/share/doc/name", {"TRE-INT-005"})],
    ids=["as old Go wrote it", "as nobody writes it"],
)
def test_the_prefix_is_part_of_the_path_and_told(block: bytes, path: str, rules: set[str], tmp_path: Path) -> None:
    saved = ImageBuilder().layer(raw(block + padded(b"abc"))).save(tmp_path / "a.tar", "oci")
    assert path in [item["path"] for item in files_of(saved)]
    report = report_of(saved, "--policy", "generic")
    assert {rule for rule in flagged(report) if rule.startswith("TRE-INT")} == rules
