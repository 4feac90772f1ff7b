"""Which platforms an environment runs is its policy's to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, program
from tests.inspecting import report_of, results_of


@pytest.mark.parametrize(
    ("platforms", "architecture", "verdict"),
    [
        ("[linux/amd64]", "amd64", "pass"),
        ("[linux/amd64]", "arm64", "fail"),
        ("[linux/amd64, linux/arm64]", "arm64", "pass"),
        ("[linux/arm64]", "amd64", "fail"),
    ],
)
def test_an_image_for_one_of_the_policys_platforms_is_right(platforms: str, architecture: str, verdict: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"id: own\ntitle: Own\nplatforms: {platforms}\n")
    image = ImageBuilder().layer(program("/run", architecture)).config(entrypoint=["/run"], architecture=architecture)
    report = report_of(image.save(tmp_path / "a.tar"), "--policy", str(policy), "--platform", f"linux/{architecture}")
    assert results_of(report)["TRE-ENT-006"] == verdict
