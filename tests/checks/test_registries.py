"""TRE-HYG-004: names of images and base images are claims, which are compared with the policy's registries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, file
from tests.inspecting import report_of

BASE = "org.opencontainers.image.base.name"
REFERENCE = "org.opencontainers.image.ref.name"
LISTED = "ghcr.io, registry.example.org:5000/team, docker.io/library"


def judged(tmp_path: Path, name: str = "", registries: str = LISTED, form: str = "docker", **labels: str) -> Any:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"id: own\ntitle: Own\nregistries: [{registries}]\n")
    image = ImageBuilder().layer(file("/a", b"1"))
    if name:
        image = image.reference(name)
    if labels:
        image = image.config(labels=labels)
    report = report_of(image.save(tmp_path / "a.tar", form=form), "--policy", str(policy))
    return next(result for result in report["results"] if result["rule"] == "TRE-HYG-004")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("ghcr.io/group/app:1", "pass"),
        ("ghcr.io.example.org/group/app:1", "warn"),
        ("registry.example.org:5000/team/app:1", "pass"),
        ("registry.example.org:5000/teams/app:1", "warn"),
        ("registry.example.org/team/app:1", "warn"),
        ("python:3.11", "not-applicable"),
        ("docker.io/library/python:3.11", "not-applicable"),
        ("index.docker.io/library/python:3.11", "not-applicable"),
        ("somebody/python:3.11", "not-applicable"),
        ("docker.io/somebody/python:3.11", "not-applicable"),
        ("localhost:5000/app:1", "warn"),
        ("localhost/app:1", "not-applicable"),
    ],
)
@pytest.mark.parametrize("form", ["docker", "docker-legacy", "skopeo", "oci"])
def test_a_name_of_the_archive(name: str, verdict: str, form: str, tmp_path: Path) -> None:
    assert judged(tmp_path, name, form=form)["verdict"] == verdict


@pytest.mark.parametrize("name", ["latest", "1.0", "v1.0-alpine"])
def test_a_tag_alone_names_no_registry(name: str, tmp_path: Path) -> None:
    assert judged(tmp_path, name, form="oci")["verdict"] == "not-applicable"


@pytest.mark.parametrize(
    ("label", "value", "verdict"),
    [
        (BASE, "python", "pass"),
        (BASE, "quay.io/group/base", "warn"),
        (BASE, "quay.io/group/base@sha256:" + "ab" * 32, "warn"),
        (BASE, "scratch", "not-applicable"),
        (BASE, "no reference at all", "not-applicable"),
        (BASE, "", "not-applicable"),
        (REFERENCE, "ubuntu", "not-applicable"),
        (REFERENCE, "quay.io/group/app:1", "warn"),
    ],
)
def test_a_label(label: str, value: str, verdict: str, tmp_path: Path) -> None:
    result = judged(tmp_path, "localhost/app:1", **{label: value})
    assert result["verdict"] == verdict
    if verdict == "warn":
        assert [item["evidence"][0]["config_field"] for item in result["findings"]] == [f"Labels[{label}]"]


def test_a_finding_says_which_registries_the_policy_lists(tmp_path: Path) -> None:
    (finding,) = judged(tmp_path, "quay.io/group/app:1", "ghcr.io")["findings"]
    assert finding["message"] == "the image is named quay.io/group/app:1; the policy's registries are ghcr.io"


def test_in_a_registrys_own_tree_a_name_without_a_host_is_of_that_registry(tmp_path: Path) -> None:
    assert judged(tmp_path, "team/app:1", "ghcr.io", "registry")["verdict"] == "not-applicable"


def test_the_advice_tells_the_image_from_its_base(tmp_path: Path) -> None:
    result = judged(tmp_path, "quay.io/group/app:1", "ghcr.io", **{BASE: "python:3.11"})
    assert [item["remediation"].partition(" ")[0] for item in result["findings"]] == ["Push", "Rebuild"]


def test_without_registries_it_does_not_apply(tmp_path: Path) -> None:
    assert judged(tmp_path, "quay.io/x/y:1", "")["verdict"] == "not-applicable"


def test_a_pass_says_that_nothing_verifies_a_name(tmp_path: Path) -> None:
    assert "nothing verifies" in judged(tmp_path, "ghcr.io/group/app:1")["reason"]
