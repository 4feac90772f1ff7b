"""What an archive holds besides images is named for what it is and never offered as an image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archive.making import changed, listed
from tests.builder.artefacts import artefact_members
from tests.builder.forms import blobs
from tests.builder.image import compact, descriptor
from tests.image_builder import ImageBuilder, Members, Options, file, image_members, multi_platform, write
from tests.inspecting import report_of, run

pytestmark = pytest.mark.slow

EMPTY = "application/vnd.oci.empty.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
IMAGE = ImageBuilder().layer(file("/a", b"1")).config(cmd=["/a"]).reference("app:1")


def manifest_of(config_type: str, layer_types: list[str], **more: Any) -> Members:
    """The layout of one manifest; *more* are further fields of it."""
    contents = [b"content %d" % number for number in range(len(layer_types))]
    layers = [descriptor(content, layer_type) for content, layer_type in zip(contents, layer_types, strict=True)]
    manifest = compact({"schemaVersion": 2, "config": descriptor(b"{}", config_type), "layers": layers, **more})
    return layout(manifest, b"{}", *contents)


def layout(document: bytes, *contents: bytes, media_type: str = "application/vnd.oci.image.manifest.v1+json", **more: Any) -> Members:
    """The layout of one document of an index."""
    index = compact({"schemaVersion": 2, "manifests": [descriptor(document, media_type, **more)]})
    return [*blobs(document, *contents), ("index.json", index), ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')]


def build_cache() -> Members:
    """What a build exports as a cache: an index whose manifests are layers and a config."""
    layer, config = b"a layer", b'{"layers":[]}'
    listed_blobs = [descriptor(layer, LAYER), descriptor(config, "application/vnd.buildkit.cacheconfig.v0")]
    index = compact({"schemaVersion": 2, "manifests": listed_blobs})
    return layout(index, layer, config, media_type="application/vnd.oci.image.index.v1+json")


def old_artefact() -> Members:
    """The manifest that ORAS wrote before image-spec 1.1 was released."""
    media_type = "application/vnd.oci.artifact.manifest.v1+json"
    document = {"mediaType": media_type, "artifactType": "application/vnd.example.report", "blobs": [descriptor(b"data", "text/csv")]}
    return layout(compact(document), b"data", media_type=media_type)


CASES: dict[str, tuple[Members, str]] = {
    "ORAS, with a type": (
        manifest_of(EMPTY, ["text/csv"], artifactType="application/vnd.example.report"),
        "application/vnd.example.report",
    ),
    "ORAS, a file with the media type of a layer": (
        manifest_of(EMPTY, ["application/vnd.oci.image.layer.v1.tar"], artifactType="application/vnd.example.data"),
        "an artefact of type application/vnd.example.data",
    ),
    "ORAS, a folder": (manifest_of(EMPTY, [LAYER], artifactType="application/vnd.unknown.artifact.v1"), "vnd.unknown.artifact.v1"),
    "ORAS without a type": (manifest_of(EMPTY, ["text/csv"]), "an artefact of type text/csv"),
    "ORAS without anything": (manifest_of(EMPTY, [EMPTY]), "an artefact"),
    "ORAS before 1.0": (manifest_of("application/vnd.unknown.config.v1+json", [LAYER]), "an artefact"),
    "a config of one's own": (manifest_of("application/vnd.example.config.v1+json", [LAYER]), "vnd.example.config.v1+json"),
    "an old artefact manifest": (old_artefact(), "an artefact of type application/vnd.example.report"),
    "a build cache": (build_cache(), "a build cache"),
    "a build cache as a manifest": (manifest_of("application/vnd.buildkit.cacheconfig.v0", [LAYER]), "a build cache"),
    "a record of a build": (manifest_of(EMPTY, ["application/vnd.buildkit.historyrecord.v0"]), "a record of a build"),
    "an attestation by its layer": (manifest_of(CONFIG, ["application/vnd.in-toto+json"]), "an attestation"),
    "an attestation by its type": (
        manifest_of(EMPTY, ["application/json"], artifactType="application/vnd.docker.attestation.manifest.v1+json"),
        "an attestation",
    ),
    "a signature": (manifest_of(CONFIG, ["application/vnd.dev.cosign.simplesigning.v1+json"]), "a signature"),
    "a signature bundle": (manifest_of(EMPTY, ["x/y"], artifactType="application/vnd.dev.sigstore.bundle.v0.3+json"), "a signature"),
    "a Helm chart": (
        artefact_members("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", b"chart"),
        "a Helm chart",
    ),
    "WebAssembly": (manifest_of("application/vnd.wasm.config.v0+json", ["application/wasm"]), "a WebAssembly module"),
    "a layer without a manifest": (layout(b"\x1f\x8b layer", media_type=LAYER), "a layer without a manifest"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_archive_of_nothing_else_is_not_inspected_and_the_report_says_what_it_is(case: str, tmp_path: Path) -> None:
    found, name = CASES[case]
    outcome = run("inspect", write(found, tmp_path / "a.tar", "oci"), "--format", "json")
    assert outcome.code == 3
    assert outcome.document["verdict"] == "not-inspected"
    assert name in outcome.document["reason"]


@pytest.mark.parametrize("case", CASES)
def test_beside_an_image_it_is_listed_and_no_blob_of_it_is_unknown(case: str, tmp_path: Path) -> None:
    found, name = CASES[case]
    image = image_members(IMAGE, "oci", Options())
    lists = [json.loads(dict(members)["index.json"]) for members in (image, found)]
    index = json.dumps({"schemaVersion": 2, "manifests": [item for value in lists for item in value["manifests"]]}).encode()
    both = {key: data for key, data in (*image, *found) if key != "index.json"}
    path = write([*both.items(), ("index.json", index)], tmp_path / "a.tar", "oci")
    report = report_of(path, "--policy", "generic")
    assert report["image"]["references"] == ["app:1"]
    (other,) = report["image"]["also_present"]
    assert name.removeprefix("an ").removeprefix("a ") in other
    assert [item for item in report["coverage"]["other_files"] if not item["known"]] == []
    assert [problem for problem in report["problems"] if problem["topic"] != "history"] == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("damage", ["removed", "cut"])
def test_a_damaged_artefact_is_no_image_and_no_error(case: str, damage: str, tmp_path: Path) -> None:
    found = CASES[case][0]
    first = found[0][0]
    damaged = [(name, data[: len(data) // 2] if name == first else data) for name, data in found if name != first or damage == "cut"]
    outcome = run("inspect", write(damaged, tmp_path / "a.tar", "oci"), "--format", "json")
    assert outcome.code == 3
    assert "Traceback" not in outcome.err


def test_what_runs_is_an_image_whatever_the_index_says_of_it(tmp_path: Path) -> None:
    def as_attestation(index: Any) -> Any:
        for item in index["manifests"]:
            item["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
            item["artifactType"] = "application/vnd.in-toto+json"
        return index

    listing, _ = listed(changed(image_members(IMAGE, "oci", Options()), "index.json", as_attestation), tmp_path)
    assert len(listing.images) == 1


def test_attestations_beside_their_images_are_no_images(tmp_path: Path) -> None:
    listing, problems = listed(multi_platform({"linux/amd64": IMAGE, "linux/arm64": IMAGE.config(architecture="arm64")}), tmp_path)
    assert len(listing.images) == 2
    assert {item.artefact for item in listing.others} == {"attestation"}
    assert problems == []


@pytest.mark.parametrize("config_type", ["", "application/octet-stream", "application/json", CONFIG])
def test_an_image_with_a_loose_config_type_stays_one(config_type: str, tmp_path: Path) -> None:
    found = manifest_of(config_type, [LAYER])
    listing, _ = listed(found, tmp_path)
    assert len(listing.images) == 1
