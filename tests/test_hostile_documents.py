"""Documents made to mislead or to exhaust the reader, and texts made to act on a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import (
    LAYOUT,
    ImageBuilder,
    Members,
    descriptor,
    file,
    index_bytes,
    member_names,
    members,
    raw,
    several,
    sha,
    symlink,
    tar_header,
    write,
)
from tests.inspecting import CONTROL, flagged, judged, results_of, run, texts_of

pytestmark = pytest.mark.slow

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE = ImageBuilder().layer(file("/a", b"1")).config(entrypoint=["/safe"], user="1000", env=["A=1"])


def edited(change: Callable[[str], str], tmp_path: Path, image: ImageBuilder = IMAGE) -> Path:
    """An image whose config is the text that *change* makes of the right one; its digests are right."""
    done = replace(image, edit_config=lambda data: change(data.decode()).encode("utf-8", "surrogateescape"))
    return done.save(tmp_path / "image.tar", "oci", "plain")


def added(more: str) -> Callable[[str], str]:
    return lambda text: text[:-1] + "," + more + "}"


def config_of(path: Path) -> Any:
    return run("config", path, "--format", "json").document


def layout(tmp_path: Path, index: bytes, *blobs: bytes) -> Path:
    found: Members = [LAYOUT, ("index.json", index), *((f"blobs/sha256/{sha(blob)}", blob) for blob in dict.fromkeys(blobs))]
    return write(found, tmp_path / "image.tar", "oci")


def parts(image: ImageBuilder = IMAGE) -> tuple[bytes, bytes, bytes]:
    """Manifest, config and layer of an image of one layer."""
    return image.manifest_bytes("plain"), image.config_bytes(), image.layer_blobs("plain")[0]


# -- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "field", "runs"),
    [
        ('"config":{"Entrypoint":["/evil"]}', "entrypoint", ["/evil"]),
        ('"Config":{"entrypoint":["/evil"]}', "entrypoint", ["/evil"]),
        ('"CONFIG":{"ENTRYPOINT":["/evil"]}', "entrypoint", ["/evil"]),
        ('"con\\u0066ig":{"Entrypoint":["/evil"]}', "entrypoint", ["/evil"]),
        ('"config":{"U\u017fer":"0"}', "user", "0"),
        ('"config":{"user":null}', "user", "1000"),
        ('"config":{"User":"0","user":"0"}', "user", "0"),
        ('"o\u017f":"windows"', "os", "windows"),
        ('"config":{"Env":["A=2"]}', "env", ["A=2"]),
        ('"config":{}', "entrypoint", ["/safe"]),
    ],
)
def test_keys_that_collide_fail_and_config_shows_what_docker_runs(more: str, field: str, runs: object, tmp_path: Path) -> None:
    path = edited(added(more), tmp_path)
    report = judged(path)
    assert report["verdict"] == "fail"
    assert "TRE-INT-006" in flagged(report)
    assert report["image"]["config"][field] == runs
    assert config_of(path)[field] == runs


def test_the_reading_by_exact_keys_is_shown_too(tmp_path: Path) -> None:
    path = edited(added('"Config":{"entrypoint":["/evil"]}'), tmp_path)
    assert config_of(path)["as_read_by_exact_keys"]["entrypoint"] == ["/safe"]
    text = run("config", path).text
    assert "/evil" in text
    assert "/safe" in text


@pytest.mark.parametrize("key", ["con\ufb01g", "config\u200b", "c\u043enfig", "config ", "\u212bconfig"])
def test_keys_that_only_look_alike_are_not_what_docker_reads(key: str, tmp_path: Path) -> None:
    path = edited(added(json.dumps(key, ensure_ascii=False) + ':{"Entrypoint":["/other"]}'), tmp_path)
    config = config_of(path)
    assert config["entrypoint"] == ["/safe"]
    assert len(config["unread_fields"]) == 1
    judged(path)


def test_colliding_keys_of_manifests_and_indexes_fail(tmp_path: Path) -> None:
    manifest, config, layer = parts()
    evil = manifest[:-1] + b',"Layers":[]}'
    assert "TRE-INT-006" in flagged(judged(layout(tmp_path, index_bytes([descriptor(evil)]), evil, config, layer)))
    index = index_bytes([descriptor(manifest)])
    assert judged(layout(tmp_path, index[:-1] + b',"Manifests":[]}', manifest, config, layer))["verdict"] == "not-inspected"
    again = index[:-1] + b',"SchemaVersion":2}'
    assert "TRE-INT-006" in flagged(judged(layout(tmp_path, again, manifest, config, layer)))


def test_a_document_with_manifests_and_layers_fails(tmp_path: Path) -> None:
    """CVE-2021-41190."""
    manifest, config, layer = parts()
    both = json.dumps({**json.loads(manifest), "manifests": [descriptor(manifest)]}).encode()
    for media_type in (MANIFEST, INDEX):
        path = layout(tmp_path, index_bytes([descriptor(both, media_type)]), both, manifest, config, layer)
        outcome = run("inspect", path, "--all", "--format", "json", "--policy", "generic")
        assert outcome.code == 1
        assert all("TRE-INT-006" in flagged(report) for report in outcome.document["reports"])


# -- sizes and shapes ------------------------------------------------------------------------------------------------

NESTED = '{"a":' * 200_000 + "1" + "}" * 200_000
SHAPES = [
    NESTED,
    "[" * 200_000,
    "[" * 200_000 + "]" * 200_000,
    '{"a":"' + "x" * (9 << 20) + '"}',
    "null",
    "[]",
    "1",
    '""',
    "",
    "\ufeff{}",
    "{",
    '{"config":[]}',
    '{"rootfs":{"diff_ids":"x"}}',
    '{"rootfs":{"diff_ids":[1]}}',
    '{"rootfs":{"diff_ids":["sha256:../../x"]}}',
    '{"size":' + "9" * 10_000 + "}",
    '{"a":NaN}',
    '{"a":1e999,"os":"\\ud800","config":{"User":"\\udc80","Env":[1,{},null,"A"],"Labels":[],"Healthcheck":"x"},"history":[1,{}]}',
    '{"history":{},"config":{"Entrypoint":{"a":1},"Volumes":["/x"],"ExposedPorts":"1"}}',
]


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_a_config_of_any_shape_is_no_pass(number: int, tmp_path: Path) -> None:
    path = edited(lambda _: SHAPES[number], tmp_path)
    assert judged(path)["verdict"] in ("incomplete", "fail")
    for command in ("config", "history", "images"):
        outcome = run(command, path)
        assert outcome.code in (0, 3, 4)
        assert not CONTROL.search(outcome.text + outcome.err)


@pytest.mark.parametrize("number", range(len(SHAPES)))
@pytest.mark.parametrize("name", ["index.json", "manifest.json", "oci-layout"])
def test_a_listing_of_any_shape_is_answered(name: str, number: int, tmp_path: Path) -> None:
    found = [(key, SHAPES[number].encode() if key == name else data) for key, data in members(IMAGE.reference("app:1"), "docker")]
    path = write(found, tmp_path / "image.tar", "oci")
    assert judged(path)["verdict"] in ("incomplete", "fail", "not-inspected", "pass")
    assert run("images", path).code in (0, 3)


def test_nesting_is_bounded_even_where_the_limit_is_raised(tmp_path: Path) -> None:
    path = edited(lambda _: NESTED, tmp_path)
    assert "json_depth" in judged(path)["reason"] + str(judged(path)["coverage"]["gaps"])
    assert judged(path, "--limit", "json_depth=10M")["verdict"] in ("incomplete", "fail")


def test_a_document_is_bounded(tmp_path: Path) -> None:
    report = judged(edited(added('"x":"' + "y" * 5000 + '"'), tmp_path), "--limit", "json_bytes=4000")
    assert any("json_bytes" in gap for gap in report["coverage"]["gaps"])
    assert report["verdict"] in ("incomplete", "fail")


def test_a_manifest_that_is_listed_many_times_is_read_within_bounds(tmp_path: Path) -> None:
    manifest, config, layer = parts()
    big = manifest[:-1] + b',"annotations":{"x":"' + b"y" * 100_000 + b'"}}'
    path = layout(tmp_path, index_bytes([descriptor(big)] * 500), big, config, layer)
    assert "documents_bytes" in judged(path, "--limit", "documents_bytes=1M")["reason"]
    assert run("images", path, "--limit", "documents_bytes=100K").code == 0


@pytest.mark.parametrize("count", [1, 10_000])
def test_keys_that_repeat_without_end_are_reported_within_bounds(count: int, tmp_path: Path) -> None:
    report = judged(edited(added(",".join(['"x":0'] * (count + 1))), tmp_path), "--limit", "problems=10")
    assert report["verdict"] == "fail"
    assert len(report["problems"]) < 20


def test_an_index_that_contains_itself_ends(tmp_path: Path) -> None:
    name = "0" * 64
    index = json.dumps({"schemaVersion": 2, "manifests": [{"mediaType": INDEX, "digest": f"sha256:{name}", "size": 1}] * 3}).encode()
    found: Members = [LAYOUT, ("index.json", index), (f"blobs/sha256/{name}", index)]
    assert judged(write(found, tmp_path / "image.tar", "oci"))["verdict"] == "not-inspected"


def test_indexes_that_nest_deep_end(tmp_path: Path) -> None:
    manifest, config, layer = parts()
    blobs = [manifest]
    media_type = MANIFEST
    for _ in range(2000):
        blobs.append(index_bytes([descriptor(blobs[-1], media_type)]))
        media_type = INDEX
    path = layout(tmp_path, blobs[-1], config, layer, *blobs)
    assert judged(path)["verdict"] == "not-inspected"
    assert "index_depth" in judged(path)["reason"]


def test_indexes_that_fan_out_end(tmp_path: Path) -> None:
    manifest, config, layer = parts()
    blobs = [manifest]
    media_type = MANIFEST
    for _ in range(12):
        blobs.append(index_bytes([descriptor(blobs[-1], media_type)] * 10))
        media_type = INDEX
    path = layout(tmp_path, blobs[-1], config, layer, *blobs)
    assert judged(path, "--limit", "manifests=200")["verdict"] in ("pass", "incomplete", "not-inspected")
    assert run("images", path, "--limit", "manifests=200").code in (0, 3)


DIGESTS: list[object] = [
    "sha256:../../x", "../../../etc/passwd", "sha256:" + "../" * 21 + "a", "sha256:" + "A" * 64, "sha256:" + "a" * 63, "sha256:" + "a" * 65,
    "md5:" + "a" * 32, "sha256:" + "a" * 64 + "\n", "", "sha256:", 1, None, {}, [], True, "\x1b[31m", "sha256:\u0661" + "a" * 63,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(DIGESTS)))
def test_digests_that_are_paths_or_nonsense_lead_nowhere(number: int, tmp_path: Path) -> None:
    _, config, layer = parts()
    wrong = {"mediaType": MANIFEST, "digest": DIGESTS[number], "size": 1}
    first = judged(layout(tmp_path, index_bytes([wrong]), config, layer))
    assert first["verdict"] == "not-inspected"
    assert first == judged(layout(tmp_path, index_bytes([wrong]), config, layer))
    for field in ("config", "layers"):
        right = json.loads(IMAGE.manifest_bytes("plain"))
        right[field] = wrong if field == "config" else [wrong]
        manifest = json.dumps(right).encode()
        assert judged(layout(tmp_path, index_bytes([descriptor(manifest)]), manifest, config, layer))["verdict"] == "not-inspected"


NAMES: list[object] = [
    "/etc/hostname", "../../../../etc/hostname", "a/../../x", "..", ".", "/", "", "\0", "x\0y", "\ud800", "x" * 5000, 1, None, {}, ["x"]
]  # fmt: skip


@pytest.mark.parametrize("form", ["docker-legacy", "docker", "podman"])
@pytest.mark.parametrize("number", range(len(NAMES)))
def test_names_in_manifest_json_lead_nowhere(number: int, form: str, tmp_path: Path) -> None:
    found = dict(members(IMAGE, form))
    for field in ("Config", "Layers"):
        listing = json.loads(found["manifest.json"])
        listing[0][field] = NAMES[number] if field == "Config" else [NAMES[number]]
        evil = {**found, "manifest.json": json.dumps(listing).encode()}
        for path in (write(list(evil.items()), tmp_path / f"{field}.tar", form), write(list(evil.items()), tmp_path / field, "oci-dir")):
            outcome = run("inspect", path, "--all", "--policy", "generic")
            assert outcome.code in (1, 3, 4)
            _assert_harmless(outcome.text, outcome.err)


def test_manifest_json_is_bounded(tmp_path: Path) -> None:
    found = dict(members(IMAGE, "docker-legacy"))
    many = json.dumps([{"Config": f"c{number}"} for number in range(3000)]).encode()
    path = write(list({**found, "manifest.json": many}.items()), tmp_path / "many.tar", "oci")
    assert "manifests" in judged(path, "--limit", "manifests=2000")["reason"]
    layers = json.dumps([{"Config": "c", "Layers": ["x"] * 5000}]).encode()
    path = write(list({**found, "manifest.json": layers}.items()), tmp_path / "layers.tar", "oci")
    assert "layers" in judged(path)["reason"]


def test_listings_that_disagree_fail(tmp_path: Path) -> None:
    other = ImageBuilder().layer(file("/evil", b"2")).reference("app:1")
    one, two = dict(members(IMAGE.reference("app:1"), "docker")), dict(members(other, "docker"))
    path = write(list({**two, **one, "manifest.json": two["manifest.json"]}.items()), tmp_path / "image.tar", "oci")
    outcome = run("inspect", path, "--all", "--format", "json", "--policy", "generic")
    assert outcome.code == 1
    assert len(outcome.document["reports"]) == 2
    assert all("TRE-INT-007" in flagged(report) for report in outcome.document["reports"])


def test_sizes_that_are_no_sizes_do_no_harm(tmp_path: Path) -> None:
    manifest, config, layer = parts()
    sizes: list[object] = [-1, 0, 1 << 70, 1.5, "7", None, True, []]
    for size in sizes:
        path = layout(tmp_path, index_bytes([{**descriptor(manifest), "size": size}]), manifest, config, layer)
        report = judged(path)
        if size in (0, 1 << 70):
            assert "TRE-INT-001" in flagged(report)


def test_a_manifest_without_layers_is_answered(tmp_path: Path) -> None:
    path = ImageBuilder().config(entrypoint=["/x"]).save(tmp_path / "image.tar", "oci", "plain")
    assert judged(path)["image"]["layers"] == 0
    for command in ("ls", "history", "config", "images"):
        assert run(command, path).code == 0
    for layers in ("null", "{}", '"x"', "1"):
        manifest, config, layer = parts()
        evil = json.dumps({**json.loads(manifest), "layers": json.loads(layers)}).encode()
        assert judged(layout(tmp_path, index_bytes([descriptor(evil)]), evil, config, layer))["verdict"] != "pass"


def test_a_schema_1_manifest_of_any_shape_is_answered(tmp_path: Path) -> None:
    right = json.loads(dict(members(IMAGE, "dir-v2s1"))["manifest.json"])
    for number, state in enumerate(("", "[]", "{", '{"id":"\ud800"}', '{"config":[]}', '{"a":' * 500, '{"throwaway":true}', 1, None)):
        evil = {**right, "history": [{"v1Compatibility": state}]}
        found = [(name, json.dumps(evil).encode() if name == "manifest.json" else data) for name, data in members(IMAGE, "dir-v2s1")]
        path = write(found, tmp_path / f"{number}", "dir")
        judged(path)
        assert run("config", path).code in (0, 3)


# -- texts -----------------------------------------------------------------------------------------------------------

EVIL = "\x1b[2J\x1b]0;title\x07\r\nimginspect: pass\t\x7f\x9b31m\u202eevil\u2066\u200b\u2028\ufeff<script>alert(1)</script>=1+1|\\"


def evil_image() -> ImageBuilder:
    bad_bytes = b"\xff\xfe\xc3("
    return (
        ImageBuilder()
        .layer(
            file(EVIL, b"x"),
            file(b"bytes-" + bad_bytes, b"x"),
            symlink("/link", EVIL),
            symlink("/bytes", bad_bytes),
            file("/attribute", xattrs={"user.evil\x1b[31m": EVIL}),
            file(f"/dup{EVIL}"),
            file(f"/dup{EVIL}"),
            file(f"../{EVIL}", keep_name=True),
            raw(tar_header(b"odd\x1b[31m", typeflag=b"\x1b")),
            created_by=EVIL,
        )
        .layer(file("/safe_data/" + EVIL, b"x"), file(f"/.wh.{EVIL}"), created_by=f"RUN {EVIL}")
        .empty_layer(EVIL)
        .config(
            entrypoint=[f"/safe_data/{EVIL}"], cmd=[EVIL], env=[f"{EVIL}={EVIL}", f"P=/safe_data/{EVIL}"], user=EVIL, working_dir=EVIL,
            labels={EVIL: EVIL}, volumes=[EVIL], exposed_ports=[EVIL], shell=[EVIL], stop_signal=EVIL, on_build=[EVIL],
            healthcheck={"Test": [EVIL]}, author=EVIL, architecture="amd64", variant=EVIL, created=EVIL,
        )
        .config_json(lambda document: {**document, EVIL: EVIL})
        .reference(EVIL)
    )  # fmt: skip


COMMANDS = [
    ["inspect"],
    ["inspect", "--format", "json"],
    ["inspect", "--all"],
    ["inspect", "--all", "--format", "json"],
    ["ls", "-R"],
    ["ls", "-R", "--all-layers"],
    ["ls", "-R", "--format", "ndjson", "--all-layers"],
    ["history"],
    ["history", "--format", "json"],
    ["config"],
    ["config", "--format", "json"],
    ["images"],
    ["images", "--format", "json"],
]


@pytest.mark.parametrize("form", ["oci", "docker", "docker-legacy", "podman", "oci-dir"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_text_of_an_image_acts_on_a_terminal(command: list[str], form: str, tmp_path: Path) -> None:
    outcome = run(command[0], *command[1:], evil_image().save(tmp_path / "image", form, "plain"))
    assert outcome.code in (0, 1)
    _assert_harmless(outcome.text, outcome.err)


def _assert_harmless(text: str, errors: str) -> None:
    assert not CONTROL.search(text)
    assert not CONTROL.search(errors)
    assert not any(line.startswith("imginspect: pass") for line in (text + errors).splitlines())
    for line in [text, *text.splitlines()]:
        if line[:1] in "{[":
            try:
                tree = json.loads(line)
            except ValueError:
                continue
            assert not any(CONTROL.search(item) or "\n" in item for item in texts_of(tree))


@pytest.mark.parametrize("form", ["table", "ndjson"])
@pytest.mark.parametrize("pattern", ["*", "*evil*", "/*"])
def test_find_shows_no_control_characters(pattern: str, form: str, tmp_path: Path) -> None:
    path = evil_image().save(tmp_path / "image.tar", "oci", "plain")
    outcome = run("find", path, pattern, "--all-layers", "--format", form)
    assert outcome.code == 0
    assert "evil" in outcome.text
    _assert_harmless(outcome.text, outcome.err)


def test_error_messages_show_no_control_characters(tmp_path: Path) -> None:
    one = ImageBuilder().layer(file("/a", b"1"), symlink("/link", EVIL)).reference(EVIL)
    two = ImageBuilder().layer(file("/b", b"1")).reference(f"second{EVIL}")
    path = write(several([one, two]), tmp_path / "image.tar", "oci")
    for arguments in (["inspect"], ["inspect", "--image", "none"], ["config"], ["ls"], ["inspect", "--platform", "linux/s390x"]):
        outcome = run(arguments[0], path, *arguments[1:])
        assert outcome.code in (2, 3)
        _assert_harmless(outcome.text, outcome.err)
        assert all(line.startswith(("imginspect: ", "  ")) for line in outcome.err.splitlines())
    single = one.save(tmp_path / "single.tar")
    for arguments in (["cat", str(single), "/link"], ["ls", str(single), "/link"], ["cat", str(single), EVIL]):
        outcome = run(*arguments)
        _assert_harmless(outcome.text, outcome.err)
        assert len(outcome.err.splitlines()) == 1
    odd: Members = [(EVIL.replace("\0", ""), b"x"), ("b", b"x")]
    _assert_harmless("", run("inspect", write(odd, tmp_path / "odd.tar", "oci"), "-q").err)


def test_terminal_reports_keep_their_width_and_need_no_unicode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    from imginspect.cli.output import write as write_out

    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    write_out("caf\u00e9 \u2026", None)
    assert isinstance(stream.buffer, io.BytesIO)
    assert stream.buffer.getvalue() == b"caf\\xe9 \\u2026"
    monkeypatch.undo()
    assert max(map(len, run("inspect", evil_image().save(tmp_path / "image.tar")).text.splitlines())) <= 200


def test_the_megabytes_of_one_step_are_not_worked_through_for_each_finding(tmp_path: Path) -> None:
    odd = [raw(tar_header(b"f%d" % number, number + 1, b"5")) for number in range(200)]
    image = ImageBuilder().layer(*odd, created_by="|1 " * 2_000_000)
    assert "TRE-INT-005" in flagged(judged(image.save(tmp_path / "image.tar")))


def test_a_mount_directory_with_many_files_is_summed_up(tmp_path: Path) -> None:
    many = [file(f"/safe_data/{number}", b"1") for number in range(300)]
    image = ImageBuilder().layer(*many).config(env=["P=" + ":".join(f"/safe_data/{number}" for number in range(300))])
    outcome = run("inspect", image.save(tmp_path / "image.tar"), "--format", "json")
    rule = next(result for result in outcome.document["results"] if result["rule"] == "TRE-DIR-002")
    assert results_of(outcome.document)["TRE-DIR-002"] == "fail"
    assert len(rule["findings"]) == 301
    assert "300 files (300 bytes)" in rule["findings"][-1]["message"]


def test_member_names_of_the_evil_image_are_what_was_meant(tmp_path: Path) -> None:
    """The builder does not clean up what the tests above rely on."""
    assert "index.json" in member_names(evil_image().save(tmp_path / "image.tar"))
    assert EVIL.encode() in evil_image().tars[0]
