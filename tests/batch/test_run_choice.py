"""What of a mirror is inspected: sources of every kind, names, platforms, and only what is new."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from imginspect.batch.mirror.name_filter import ByName
from imginspect.batch.store.baseline import earlier_images
from imginspect.batch.values.plans import ImagePlan, Unit
from imginspect.errors import UsageError
from tests.batch import making
from tests.batch.mirrors import APPS, Mirrors, app, write_registry
from tests.batch.running import answer, batch, facts, row, rows
from tests.image_builder import multi_platform, several, write
from tests.inspecting import run

pytestmark = pytest.mark.slow


def names(out: Path) -> set[str]:
    return {name for item in rows(out) for name in item["references"]}


def sources(out: Path) -> set[str]:
    return {item["source"].rpartition("/")[2] for item in rows(out)}


def passed_over(out: Path) -> str:
    return (out / "results.json").read_text().partition('"passed_over"')[2]


# -- names -----------------------------------------------------------------------------------------------------------


def plan(*references: str, shown: str = "mirror/x.tar") -> ImagePlan:
    return ImagePlan("0" * 32, Unit(shown, shown), references, "linux/amd64", (), 0, False, (), "")


@pytest.mark.parametrize(
    ("include", "exclude", "kept"),
    [
        ((), (), ("lib/app:1", "lib/app:latest", "reg.example:5000/tool:2")),
        (("lib/*",), (), ("lib/app:1", "lib/app:latest")),
        (("*:latest",), (), ("lib/app:latest",)),
        ((), ("*:latest",), ("lib/app:1", "reg.example:5000/tool:2")),
        (("lib/*",), ("*:latest",), ("lib/app:1",)),
        (("reg.example:5000/*:*",), (), ("reg.example:5000/tool:2",)),
        (("*/tool",), (), ("reg.example:5000/tool:2",)),
        (("lib",), (), ()),
        (("lib/app",), ("lib/app",), ()),
        (("lib/app:[0-9]",), (), ("lib/app:1",)),
    ],
)
def test_an_image_stays_by_the_names_that_are_asked_for(include: tuple[str, ...], exclude: tuple[str, ...], kept: tuple[str, ...]) -> None:
    chosen = ByName(include, exclude).chosen(plan("lib/app:1", "lib/app:latest", "reg.example:5000/tool:2"))
    assert (chosen.references if chosen else ()) == kept


def test_what_has_no_name_goes_by_its_place() -> None:
    assert ByName(("mirror/*",)).chosen(plan()) == plan()
    assert ByName((), ("mirror/*",)).chosen(plan()) is None
    assert ByName(("*@sha256:0*",)).chosen(plan("lib/app@sha256:00")) is not None
    assert ByName(("lib/app",)).chosen(plan("lib/app@sha256:00")) is not None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--include", "lib/app1"), {"lib/app1:1"}),
        (("--include", "*:latest"), {"lib/app0:latest"}),
        (("--include", "lib/app[0-2]", "--exclude", "*:latest"), {"lib/app0:1", "lib/app1:1", "lib/app2:1"}),
        (("--exclude", "lib/app*"), {"lib/leaky:1", "lib/named:1"}),
    ],
)
def test_only_what_is_asked_for_is_inspected_and_the_rest_is_told(
    options: tuple[str, ...], expected: set[str], mirrors: Mirrors, cache: Path, tmp_path: Path
) -> None:
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, *options)
    assert names(tmp_path / "out") == expected
    assert "are not asked for by name" in passed_over(tmp_path / "out")


def test_nothing_that_is_asked_for_is_no_pass(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    assert batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--include", "none").code == 3


def test_a_run_that_goes_on_with_fewer_names_has_no_more_than_these(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--resume", "--include", "lib/app1")
    assert names(tmp_path / "out") == {"lib/app1:1"}
    batch(mirrors.registry, "--out", tmp_path / "anew", "--cache", cache, "--include", "lib/app1")
    assert answer(tmp_path / "out") == answer(tmp_path / "anew")


def test_an_image_that_was_judged_by_some_of_its_names_has_those_that_are_asked_for(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    expected = {"latest": {"lib/app0:latest"}, "all": {"lib/app0:1", "lib/app0:latest"}, "one": {"lib/app0:1"}}
    options = {
        "latest": ("--include", "*:latest"),
        "all": ("--include", "lib/app0"),
        "one": ("--exclude", "*:latest", "--include", "*/app0"),
    }
    for name in ("latest", "all", "one"):
        batch(mirrors.registry, "--out", tmp_path / name, "--cache", cache, *options[name])
        assert names(tmp_path / name) == expected[name]
        report = (tmp_path / name / "reports" / f"{rows(tmp_path / name)[0]['report']}.json").read_text()
        assert {reference for reference in expected["all"] if f'"{reference}"' in report} == expected[name]
    assert facts(tmp_path / "one")["layers_read"] == 0
    batch(mirrors.registry, "--out", tmp_path / "all", "--cache", cache, "--resume", *options["latest"])
    assert names(tmp_path / "all") == expected["latest"]


# -- platforms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), {"linux/amd64"}), (("--platform", "all"), {"linux/amd64", "linux/arm64"}), (("--platform", "linux/arm64"), {"linux/arm64"})],
)
def test_of_each_name_the_platform_that_is_asked_for_is_taken(
    options: tuple[str, ...], expected: set[str], mirrors: Mirrors, cache: Path, tmp_path: Path
) -> None:
    batch(mirrors.platforms, "--out", tmp_path / "out", "--cache", cache, *options)
    assert {item["platform"] for item in rows(tmp_path / "out")} == expected
    assert ("it is for linux/arm64" in passed_over(tmp_path / "out")) == ("linux/arm64" not in expected)


# -- sources ---------------------------------------------------------------------------------------------------------


def test_tags_that_share_a_manifest_are_inspected_once(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    assert row(tmp_path / "out", "lib/app0:1")["references"] == ["lib/app0:1", "lib/app0:latest"]
    assert len(rows(tmp_path / "out")) == APPS + 2


def test_sources_of_every_kind_at_once(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("globbed/a", "listed", "layout", "tree"):
        Path(folder).mkdir(parents=True)
    app(1).save(Path("globbed/a/one.tar"))
    app(2).save(Path("globbed/a/two.img"))
    app(3).save(Path("listed/three.tar"), "docker")
    write(several([app(4), app(5)]), Path("layout"), "oci-dir")
    app(6).save(Path("tree/lib/six:1"), "dir")
    write_registry(Path("registry"), 1)
    app(7).save(Path("alone.tar"))
    Path("listed/list.txt").write_text("# a comment\nthree.tar\n\n../layout\n")
    outcome = batch("globbed/*/*.tar", "@listed/list.txt", "tree", "registry", "alone.tar", "--out", "out", "--cache", cache)
    assert outcome.code == 1, outcome.err
    expected = {f"lib/app{number}:1" for number in (0, 1, 4, 5, 7)} | {"lib/six:1", "lib/app0:latest", "lib/leaky:1", "lib/named:1"}
    assert names(Path("out")) - {"docker.io/lib/app3:1", "lib/app3:1"} == expected
    assert sources(Path("out")) >= {"one.tar", "three.tar", "layout", "alone.tar"}
    assert "two.img" not in sources(Path("out"))


def test_what_two_sources_lead_to_is_one_row(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.archives, mirrors.archives / "one.tar", f"{mirrors.archives}/*.tar", "--out", tmp_path / "out", "--cache", cache)
    assert len(rows(tmp_path / "out")) == 4


# -- what is new -----------------------------------------------------------------------------------------------------


def test_only_what_the_earlier_report_has_no_verdict_on_is_inspected(cache: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    app(1).save(before / "one.tar")
    app(2).without_blob(1).save(before / "two.tar")
    write(multi_platform({"linux/amd64": app(3), "linux/arm64": app(4)}, "lib/both:1"), before / "both.tar", "oci")
    batch(before, "--out", tmp_path / "first", "--cache", cache)
    shutil.copytree(before, after)
    app(5).save(after / "five.tar")
    outcome = batch(after, "--out", tmp_path / "second", "--cache", cache, "--since-report", tmp_path / "first", "--platform", "all")
    found = {(item["source"].rpartition("/")[2], item["platform"]) for item in rows(tmp_path / "second")}
    assert found == {("two.tar", "linux/amd64"), ("five.tar", "linux/amd64"), ("both.tar", "linux/arm64")}
    assert facts(tmp_path / "second")["left_out"] == 2
    assert "2 images are in the earlier report" in passed_over(tmp_path / "second")
    assert outcome.code == 1  # the program is not for arm64


def test_nothing_new_is_a_pass(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.registry, "--out", tmp_path / "first", "--cache", cache)
    outcome = batch(mirrors.registry, "--out", tmp_path / "second", "--cache", cache, "--since-report", tmp_path / "first")
    assert (outcome.code, rows(tmp_path / "second")) == (0, [])
    assert run("query", tmp_path / "second", "--shared").code == 1


def test_an_earlier_run_knows_what_it_came_to_a_verdict_on(tmp_path: Path) -> None:
    with making.filled(tmp_path):
        pass
    judged = [item for item in making.ROWS if item.verdict in ("pass", "fail")]
    known = earlier_images(tmp_path, making.RUN)
    assert known.digests == {(item.manifest_digest, item.platform) for item in judged if item.manifest_digest}
    assert known.keys == {item.key for item in judged if not item.manifest_digest}
    with pytest.raises(UsageError, match=r"other criteria \(--policy\)"):
        earlier_images(tmp_path, {**making.RUN, "policy_sha256": "0" * 64})
    with pytest.raises(UsageError, match="there is no database"):
        earlier_images(tmp_path / "nowhere", making.RUN)


def test_where_nothing_is_new_what_cannot_be_looked_into_is_no_pass(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    app(1).save(tmp_path / "mirror" / "one.tar")
    batch(tmp_path / "mirror", "--out", tmp_path / "first", "--cache", cache)
    again = ("--since-report", tmp_path / "first", "--cache", cache)
    assert batch(tmp_path / "mirror", "--out", tmp_path / "same", *again).code == 0
    told = json.loads((tmp_path / "same" / "results.json").read_text())
    assert (told["verdict"], told["exit_code"]) == ("pass", 0)
    assert "No image is new." in (tmp_path / "same" / "index.html").read_text()
    (tmp_path / "mirror" / "gone.tar").symlink_to("nowhere")
    assert batch(tmp_path / "mirror", "--out", tmp_path / "unread", *again).code == 4
