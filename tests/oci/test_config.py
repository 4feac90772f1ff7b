"""What an image config says, and what is no config."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imginspect.limits import Limits
from imginspect.oci.config import Healthcheck, HistoryEntry, ImageConfig, InvalidConfig, parse_config
from imginspect.oci.document import parse_object
from imginspect.oci.schema1 import config_of, parse_schema1

DIGESTS = [f"sha256:{digit * 64}" for digit in "abc"]


def config(**fields: Any) -> ImageConfig:
    return parse_config(parse_object(json.dumps(fields).encode(), "config", Limits()))


def test_everything_is_read() -> None:
    run = {
        "User": "1000:1000", "Env": ["A=1", "B"], "Entrypoint": ["/run"], "Cmd": ["-x"], "WorkingDir": "/app", "Shell": ["/bin/bash", "-c"],
        "StopSignal": "SIGINT", "Healthcheck": {"Test": ["CMD", "true"]}, "Volumes": {"/b": {}, "/a": {}}, "ExposedPorts": {"80/tcp": {}},
        "Labels": {"k": "v"}, "OnBuild": ["RUN x"], "ArgsEscaped": True,
    }  # fmt: skip
    found = config(
        os="linux", architecture="arm", variant="v7", created="2024", author="me", config=run,
        rootfs={"type": "layers", "diff_ids": DIGESTS},
        history=[{"created_by": "RUN x", "created": "then", "comment": "c", "author": "a"}, {"empty_layer": True}],
    )  # fmt: skip
    assert str(found.platform) == "linux/arm/v7"
    assert (found.user, found.env, found.entrypoint, found.cmd) == ("1000:1000", ("A=1", "B"), ("/run",), ("-x",))
    assert (found.working_dir, found.shell, found.stop_signal) == ("/app", ("/bin/bash", "-c"), "SIGINT")
    assert (found.healthcheck, found.volumes, found.exposed_ports) == (Healthcheck(("CMD", "true")), ("/a", "/b"), ("80/tcp",))
    assert (found.labels, found.on_build, found.args_escaped) == ((("k", "v"),), ("RUN x",), True)
    assert [str(digest) for digest in found.diff_ids] == DIGESTS
    assert found.history == (HistoryEntry("RUN x", "then", "a", "c"), HistoryEntry(empty_layer=True))
    assert found.unread_fields == ()


def test_absent_and_null_fields_are_empty() -> None:
    assert config() == config(config=None, rootfs=None, history=None) == ImageConfig()
    assert not config().has_history


def test_a_lone_string_is_a_list_of_one() -> None:
    assert config(config={"Entrypoint": "/run", "Cmd": "a b"}).entrypoint == ("/run",)


@pytest.mark.parametrize("field", ["Env", "Entrypoint", "Cmd", "Volumes", "Labels", "User", "WorkingDir", "Healthcheck", "OnBuild"])
@pytest.mark.parametrize("value", [5, True, [1, None], {"a": 5}, "x"])
def test_fields_of_another_kind_do_no_harm(field: str, value: object) -> None:
    assert isinstance(config(config={field: value}), ImageConfig)


@pytest.mark.parametrize(
    "fields", [{"config": []}, {"config": "x"}, {"rootfs": []}, {"rootfs": {"diff_ids": "x"}}, {"rootfs": {"diff_ids": ["sha256:../x"]}}]
)
def test_what_is_no_config_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig):
        config(**fields)


def test_fields_without_a_meaning_are_named() -> None:
    assert config(madeup=1, config={"Strange": 2, "env": []}).unread_fields == ("config.Strange", "madeup")


# -- schema 1 --------------------------------------------------------------------------------------------------------


def schema1(*steps: dict[str, Any]) -> bytes:
    """A manifest of *steps*, newest first as schema 1 has them."""
    document = {
        "schemaVersion": 1, "name": "app", "tag": "1", "architecture": "amd64",
        "fsLayers": [{"blobSum": DIGESTS[number % 3]} for number in range(len(steps))],
        "history": [{"v1Compatibility": json.dumps(step)} for step in steps],
    }  # fmt: skip
    return json.dumps(document).encode()


def test_schema_1_is_read_base_first_and_runs_what_its_newest_step_says() -> None:
    newest = {"config": {"Cmd": ["new"]}, "container_config": {"Cmd": ["/bin/sh -c #(nop) ", "CMD new"]}, "throwaway": True, "os": "linux"}
    oldest = {"config": {"Cmd": ["old"]}, "container_config": {"Cmd": ["/bin/sh", "-c", "make"]}, "author": "me"}
    manifest = parse_schema1(parse_object(schema1(newest, oldest), "manifest", Limits()), "manifest", Limits())
    assert [str(layer.blob.digest) for layer in manifest.layers] == [DIGESTS[1], DIGESTS[0]]
    assert [layer.throwaway for layer in manifest.layers] == [False, True]
    found = config_of(manifest, Limits())
    assert (found.cmd, found.architecture, found.os, found.diff_ids) == (("new",), "amd64", "linux", ())
    assert [(step.created_by, step.empty_layer) for step in found.history] == [
        ("/bin/sh -c make", False), ("/bin/sh -c #(nop)  CMD new", True),
    ]  # fmt: skip
