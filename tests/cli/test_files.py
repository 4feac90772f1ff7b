"""The commands that show what is in an image: images, config, history, ls, cat, find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, char_device, directory, file, hardlink, save_many, symlink, whiteout
from tests.inspecting import run

BYTES = bytes(range(256)) * 3 + b"\r\n\x1b[31m"
IMAGE = (
    ImageBuilder()
    .layer(
        directory("/app"),
        file("/app/run.py", b"print(1)\n", mode=0o4755, uid=1000),
        file("/app/old.lic", b"old"),
        file("/app/data", BYTES),
        hardlink("/app/same", "/app/run.py"),
        symlink("/link", "/app/run.py"),
        char_device("/null", 1, 3),
        created_by="COPY app /app # buildkit",
    )
    .layer(file("/app/run.py", b"print(2)\n"), whiteout("/app/old.lic"), created_by="RUN /bin/sh -c make # buildkit")
    .empty_layer("CMD [/app/run.py]")
    .config(entrypoint=["/app/run.py"], env=["A=1", "B=\x1b[31m"], user="1000", labels={"k": "v"})
    .reference("app:1")
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return IMAGE.save(tmp_path_factory.mktemp("files") / "app.tar")


def lines(*arguments: str | Path) -> list[dict[str, Any]]:
    outcome = run(*arguments, "--format", "ndjson")
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.text.splitlines()]


def names(*arguments: str | Path) -> list[str]:
    return [item["path"] for item in lines(*arguments)]


# -- images, config, history -----------------------------------------------------------------------------------------


def test_images_lists_what_there_is(path: Path, tmp_path: Path) -> None:
    both = save_many([IMAGE, ImageBuilder().layer(file("/x")).reference("other:2")], tmp_path / "both.tar", "oci")
    document = run("images", both, "--format", "json").document
    assert sorted(item["references"][0] for item in document["images"]) == ["app:1", "other:2"]
    assert {item["platform"] for item in document["images"]} == {"linux/amd64"}
    table = run("images", path)
    assert table.code == 0
    assert "app:1" in table.text
    assert run("inspect", path, "--format", "json").document["image"]["image_id"][:19] in table.text


def test_config_shows_what_would_run(path: Path) -> None:
    document = run("config", path, "--format", "json").document
    assert (document["entrypoint"], document["user"], document["labels"]) == (["/app/run.py"], "1000", {"k": "v"})
    assert document["env"] == ["A=1", "B=\\x1b[31m"]
    text = run("config", path).text
    assert "entrypoint:\n  /app/run.py\n" in text
    assert "\x1b" not in text


def test_history_tells_layers_sizes_and_waste(path: Path) -> None:
    document = run("history", path, "--format", "json").document
    assert document["matches_layers"]
    assert [(step["layer"], step["size"], step["wasted"], step["instruction"]) for step in document["steps"]] == [
        (0, 12 + len(BYTES), 12, "COPY app /app"), (1, 9, 0, "RUN make"), (None, 0, 0, "CMD [/app/run.py]"),
    ]  # fmt: skip
    assert "RUN make" in run("history", path).text


def test_a_history_that_does_not_add_up_lists_the_layers(tmp_path: Path) -> None:
    outcome = run("history", ImageBuilder().layer(file("/a")).empty_layer("CMD x").history_none().save(tmp_path / "bare.tar"))
    assert outcome.code == 0
    assert "does not state which step created which layer" in outcome.text


# -- ls, find --------------------------------------------------------------------------------------------------------


def test_ls_lists_one_directory_or_all_below(path: Path) -> None:
    assert names("ls", path) == ["/app", "/link", "/null"]
    assert names("ls", path, "/app") == ["/app/data", "/app/run.py", "/app/same"]
    assert names("ls", "-R", path) == ["/", "/app", "/app/data", "/app/run.py", "/app/same", "/link", "/null"]
    assert names("ls", path, "/link") == ["/app/run.py"]
    assert names("ls", path, "app/../app/./run.py") == ["/app/run.py"]


def test_ls_tells_everything_of_a_file(path: Path) -> None:
    found = {item["path"]: item for item in lines("ls", "-R", path)}
    assert {key: found["/app/same"][key] for key in ("type", "mode", "uid", "size", "layer", "link_target")} == {
        "type": "hardlink", "mode": "4755", "uid": 1000, "size": 9, "layer": 0, "link_target": "/app/run.py",
    }  # fmt: skip
    assert found["/app/run.py"]["layer"] == 1
    assert found["/null"]["device"] == [1, 3]
    table = run("ls", "-R", path).text
    assert "-rwsr-xr-x 1000:0" in table
    assert "/link -> /app/run.py" in table


def test_all_layers_shows_what_is_hidden_and_by_whom(path: Path) -> None:
    found = [(item["path"], item["state"], item["layer"], item["hidden_by_layer"]) for item in lines("ls", path, "/app", "--all-layers")]
    assert ("/app/old.lic", "deleted", 0, 1) in found
    assert ("/app/run.py", "overwritten", 0, 1) in found
    assert ("/app/run.py", "visible", 1, None) in found
    assert names("ls", path, "/app/old.lic", "--all-layers") == ["/app/old.lic"]
    assert "[deleted by layer 1]" in run("ls", path, "/app", "--all-layers").text


def test_ls_of_what_is_not_there_is_a_usage_error(path: Path) -> None:
    for arguments in (["/none"], ["/app/old.lic"], ["/none", "--all-layers"]):
        outcome = run("ls", path, *arguments)
        assert (outcome.code, outcome.out) == (2, b"")
        assert "does not exist" in outcome.err
    below_a_file = run("ls", path, "/app/run.py/x")
    assert below_a_file.code == 2
    assert "not a directory" in below_a_file.err


def test_find_by_name_or_whole_path(path: Path) -> None:
    assert names("find", path, "*.py") == ["/app/run.py"]
    assert names("find", path, "/app/d*") == ["/app/data"]
    assert names("find", path, "*.lic") == []
    assert names("find", path, "*.lic", "--all-layers") == ["/app/old.lic"]
    assert names("find", path, "*.PY") == []


# -- cat -------------------------------------------------------------------------------------------------------------


def test_cat_gives_the_bytes(path: Path) -> None:
    assert run("cat", path, "/app/data").out == BYTES
    assert run("cat", path, "/link").out == b"print(2)\n"
    assert run("cat", path, "/app/same").out == b"print(1)\n"


def test_cat_of_one_layer(path: Path) -> None:
    assert run("cat", path, "/app/run.py", "--layer", "0").out == b"print(1)\n"
    assert run("cat", path, "/app/run.py", "--layer", "1").out == b"print(2)\n"
    assert run("cat", path, "/app/old.lic", "--layer", "0").out == b"old"
    assert run("cat", path, "/app/same", "--layer", "0").out == b"print(1)\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["/app"], "directory"), (["/null"], "character-device"), (["/app/data", "--layer", "1"], "has no file"),
        (["/app/data", "--layer", "7"], "there is no layer 7"), (["/app/data", "--layer", "-1"], "-1"), (["/none"], "does not exist"),
        (["/app/old.lic"], "does not exist"),
    ],
)  # fmt: skip
def test_cat_of_what_has_no_content_is_an_error(arguments: list[str], what: str, path: Path) -> None:
    outcome = run("cat", path, *arguments)
    assert outcome.code == 2
    assert outcome.out == b""
    assert what in outcome.err


@pytest.mark.parametrize("command", [["ls", "-R"], ["history"], ["find"], ["cat"]])
def test_what_could_not_be_read_is_told(command: list[str], tmp_path: Path) -> None:
    source = IMAGE.without_blob(0).save(tmp_path / "cut.tar")
    more = {"find": ["*"], "cat": ["/app/data"]}.get(command[0], [])
    outcome = run(*command, source, *more)
    assert outcome.code in (3, 4) if command != ["cat"] else outcome.code != 0
    assert outcome.err


def test_commands_read_standard_input(path: Path) -> None:
    assert run("cat", "-", "/app/data", stdin=path.read_bytes()).out == BYTES
    assert run("ls", "-", "/app", stdin=path.read_bytes()) == run("ls", path, "/app")
