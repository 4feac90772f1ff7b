"""TRE-USR-001 goes by the runners of the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, file
from tests.inspecting import report_of

KUBERNETES, PODMAN, APPTAINER = "{name: kubernetes, runs_as: non-root}", "{name: podman, runs_as: root}", "{name: apptainer, runs_as: user}"


@pytest.mark.parametrize(
    ("runners", "user", "verdict", "told"),
    [
        ([], "", "warn", "runs as root"),
        ([PODMAN, KUBERNETES, APPTAINER], "", "warn", "kubernetes will refuse it"),
        ([KUBERNETES], "", "fail", "kubernetes will refuse it"),
        ([KUBERNETES], "1000", "pass", ""),
        ([APPTAINER], "", "not-applicable", "whatever its User says"),
        ([PODMAN], "", "warn", "runs as root"),
    ],
)
def test_what_root_means_is_the_runners_to_say(runners: list[str], user: str, verdict: str, told: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"id: own\ntitle: Own\nrunners: [{', '.join(runners)}]\n")
    path = ImageBuilder().layer(file("/a", b"1")).config(user=user).save(tmp_path / "a.tar")
    (result,) = [item for item in report_of(path, "--policy", str(policy))["results"] if item["rule"] == "TRE-USR-001"]
    assert result["verdict"] == verdict
    assert told in result["reason"]
