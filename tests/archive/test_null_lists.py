"""Lists that are null are empty lists, as Go reads them and as Docker 25 wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imginspect.limits import Limits
from imginspect.oci.config import HistoryEntry, parse_config
from imginspect.oci.descriptor import InvalidManifest
from imginspect.oci.document import parse_object
from imginspect.oci.manifest import kind_of, parse_index, parse_manifest
from tests.archive.making import changed, listed, oci_members
from tests.image_builder import ImageBuilder, Options, file, image_members, write
from tests.inspecting import report_of, results_of, run

IMAGE = ImageBuilder().layer(file("/a", b"1")).config(cmd=["/a"]).reference("app:1")


def document(value: Any) -> Any:
    return parse_object(json.dumps(value).encode(), "a document", Limits())


def test_an_index_whose_manifests_are_null_lists_nothing() -> None:
    value = document({"schemaVersion": 2, "manifests": None})
    assert kind_of(value, "") == "index"
    assert parse_index(value, "index").manifests == ()


def test_a_manifest_whose_layers_are_null_has_none() -> None:
    value = document({"schemaVersion": 2, "layers": None, "config": {"digest": "sha256:" + "0" * 64, "size": 2}})
    assert kind_of(value, "") == "manifest"
    assert parse_manifest(value, "manifest").layers == ()


@pytest.mark.parametrize("wrong", [{"schemaVersion": 2}, {"layers": [], "config": None}, {"manifests": {}}, {"manifests": ""}])
def test_what_lacks_its_list_or_has_something_else_is_refused(wrong: Any) -> None:
    value = document(wrong)
    with pytest.raises(InvalidManifest):
        parse_index(value, "a document") if kind_of(value, "") == "index" else parse_manifest(value, "a document")


def test_nulls_of_a_config_are_empty_values() -> None:
    names = ("Env", "Cmd", "Entrypoint", "Labels", "Volumes", "ExposedPorts", "Healthcheck", "OnBuild", "Shell")
    config = parse_config(document({"config": dict.fromkeys(names), "rootfs": {"diff_ids": None}, "history": None}))
    assert (config.env, config.cmd, config.labels, config.volumes, config.diff_ids, config.history) == ((), (), (), (), (), ())
    assert parse_config(document({"config": None, "rootfs": None})) == parse_config(document({}))


def test_a_history_entry_that_is_null_is_one_of_which_nothing_is_known() -> None:
    config = parse_config(document({"history": [None, {"created_by": "x"}]}))
    assert config.history == (HistoryEntry(), HistoryEntry(created_by="x"))


def test_a_docker_archive_beside_an_empty_index_is_read(tmp_path: Path) -> None:
    found = changed(image_members(IMAGE, "docker", Options()), "index.json", lambda index: {**index, "manifests": None})
    listing, problems = listed(found, tmp_path)
    assert [image.references for image in listing.images] == [("app:1",)]
    assert problems == []


@pytest.mark.parametrize("empty", [None, []])
def test_an_index_beside_an_empty_docker_manifest_is_read(empty: Any, tmp_path: Path) -> None:
    found = changed(image_members(IMAGE, "docker", Options()), "manifest.json", lambda _: empty)
    listing, problems = listed(found, tmp_path)
    assert len(listing.images) == 1
    assert problems == []


def test_an_archive_that_lists_nothing_is_not_inspected(tmp_path: Path) -> None:
    found = changed(image_members(IMAGE, "oci", Options()), "index.json", lambda index: {**index, "manifests": None})
    outcome = run("inspect", write(found, tmp_path / "a.tar", "oci"))
    assert outcome.code == 3
    assert "lists no image" in outcome.text


@pytest.mark.parametrize("layers", [None, []])
def test_an_image_without_layers_is_inspected(layers: Any, tmp_path: Path) -> None:
    image = ImageBuilder().config(entrypoint=["/run"])
    found = oci_members(image, lambda manifest: {**manifest, "layers": layers})
    report = report_of(write(found, tmp_path / "a.tar", "oci"), "--policy", "generic")
    assert report["verdict"] == "fail"
    assert results_of(report)["TRE-ENT-002"] == "fail"
    assert report["coverage"]["gaps"] == []


def test_layers_that_were_made_null_do_not_pass(tmp_path: Path) -> None:
    found = oci_members(IMAGE, lambda manifest: {**manifest, "layers": None})
    report = report_of(write(found, tmp_path / "a.tar", "oci"), "--policy", "generic")
    assert results_of(report)["TRE-INT-002"] == "fail"
