"""Docker archives with an OCI index and no layout, as apko writes them: each image is listed once, and the two listings have to agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imginspect.archive import docker_with_index, docker_with_layout
from imginspect.problems import Topic
from tests.archive.making import changed, listed
from tests.image_builder import ImageBuilder, Members, Options, file, image_members, program, sha, write
from tests.inspecting import flagged, report_of, run

pytestmark = pytest.mark.slow

OCI = "application/vnd.oci.image."


def image(platform: str, text: bytes = b"1") -> ImageBuilder:
    architecture = platform.rpartition("/")[2]
    built = ImageBuilder().layer(program("/x", architecture), file("/a", text)).config(entrypoint=["/x"], architecture=architecture)
    return built.reference(f"app:1-{architecture}")


def apko(*images: ImageBuilder) -> Members:
    """Configs and manifests as ``sha256:<hex>``, layers as ``<hex>.tar.gz``, both listings behind them."""
    found: dict[str, bytes] = {}
    saved, manifests = [], []
    for built in images:
        blobs = {name: data for name, data in image_members(built, "oci", Options()) if name.startswith("blobs/")}
        (manifest,) = (data for data in blobs.values() if b'"layers":[' in data.replace(b" ", b""))
        value = json.loads(manifest)
        config, layers = value["config"]["digest"], [layer["digest"][7:] for layer in value["layers"]]
        found[config] = blobs["blobs/sha256/" + config[7:]]
        found.update({f"{layer}.tar.gz": blobs["blobs/sha256/" + layer] for layer in layers})
        found["sha256:" + sha(manifest)] = manifest
        stated = json.loads(found[config])
        saved.append({"Config": config, "RepoTags": built.references, "Layers": [f"{layer}.tar.gz" for layer in layers]})
        manifests.append(
            {
                "mediaType": f"{OCI}manifest.v1+json",
                "size": len(manifest),
                "digest": "sha256:" + sha(manifest),
                "platform": {"os": "linux", "architecture": stated["architecture"]},
            }
        )
    index = {"schemaVersion": 2, "mediaType": f"{OCI}index.v1+json", "manifests": manifests}
    return [*found.items(), ("manifest.json", json.dumps(saved).encode()), ("index.json", json.dumps(index).encode())]


BOTH = apko(image("linux/amd64"), image("linux/arm64"))
ONE = apko(image("linux/amd64"))


@pytest.mark.parametrize("reverse", [False, True])
def test_each_platform_is_one_image(reverse: bool, tmp_path: Path) -> None:
    listing, problems = listed(BOTH[::-1] if reverse else BOTH, tmp_path)
    assert [(found.references, str(found.platform)) for found in listing.images] == [
        (("app:1-amd64",), "linux/amd64"),
        (("app:1-arm64",), "linux/arm64"),
    ]
    assert all(found.manifest_digest for found in listing.images)
    assert listing.others == ()
    assert problems == []


def test_nothing_in_it_is_held_against_it(tmp_path: Path) -> None:
    path = write(ONE, tmp_path / "a.tar", "docker")
    report = report_of(path, "--policy", "generic")
    assert report["image"]["archive_layout"] == docker_with_index.LAYOUT.name
    assert not {rule for rule in flagged(report) if rule.startswith("TRE-INT")}
    assert report["coverage"]["unreferenced_files"] == []
    assert report["image"]["other_images"] == []


def test_an_image_that_only_one_listing_has_is_told(tmp_path: Path) -> None:
    for name, change in (
        ("manifest.json", lambda value: value[:1]),
        ("index.json", lambda value: {**value, "manifests": value["manifests"][:1]}),
    ):
        _, problems = listed(changed(BOTH, name, change), tmp_path)
        assert [problem.topic for problem in problems] == [Topic.INDEXES]


def test_another_image_under_the_same_name_is_told(tmp_path: Path) -> None:
    other = dict(apko(image("linux/amd64", b"2")))
    found = [*(item for item in ONE if item[0] != "manifest.json"), *((n, d) for n, d in other.items() if n not in dict(ONE))]
    _, problems = listed([*found, ("manifest.json", other["manifest.json"])], tmp_path)
    assert {problem.topic for problem in problems} == {Topic.INDEXES}


@pytest.mark.parametrize("content", [b"[1, 2]", b'{"name": "an application\'s own index"}', b'{"pages": []}'])
def test_an_index_of_something_else_is_a_file_that_nothing_refers_to(content: bytes, tmp_path: Path) -> None:
    found = [*((name, data) for name, data in image_members(image("linux/amd64"), "podman", Options())), ("index.json", content)]
    report = report_of(write(found, tmp_path / "a.tar", "podman"), "--policy", "generic")
    assert report["image"]["archive_layout"] == "docker archive"
    assert [item["name"] for item in report["coverage"]["unreferenced_files"] if not item["is_tool_metadata"]] == ["index.json"]
    assert {rule for rule in flagged(report) if rule.startswith("TRE-INT")} == {"TRE-INT-004"}


def test_with_a_folder_of_blobs_it_is_a_layout_that_lost_its_mark(tmp_path: Path) -> None:
    found = [item for item in image_members(image("linux/amd64"), "docker", Options()) if item[0] != "oci-layout"]
    report = report_of(write(found, tmp_path / "a.tar", "docker"), "--policy", "generic")
    assert report["image"]["archive_layout"] == docker_with_layout.LAYOUT.name
    assert "TRE-INT-013" in flagged(report)


@pytest.mark.parametrize("name", [name for name, _ in ONE])
@pytest.mark.parametrize("damage", ["removed", "cut", "garbled"])
def test_a_damaged_member_never_passes(name: str, damage: str, tmp_path: Path) -> None:
    def damaged(data: bytes) -> bytes:
        middle = len(data) // 2
        return data[:middle] if damage == "cut" else data[:middle] + b"\0" + data[middle + 1 :]

    found = [(at, damaged(data) if at == name else data) for at, data in ONE if at != name or damage != "removed"]
    path = write(found, tmp_path / "a.tar", "docker")
    outcome = run("inspect", path, "--policy", "generic", "--format", "json")
    if (name, damage) == ("index.json", "removed"):  # a sound docker archive is left, with a manifest that nothing refers to
        assert "TRE-INT-004" in flagged(outcome.document)
    else:
        assert outcome.code in (1, 3, 4)
        assert outcome.document["results"] or outcome.code == 3
