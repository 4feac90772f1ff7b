"""What of a mirror is inspected: sources of every kind, names, platforms, and only what is new."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from imginspect.batch.mirror.name_filter import ByName
from imginspect.batch.store.baseline import Baseline, open_baseline
from imginspect.batch.store.connection import NAME
from imginspect.batch.values.plans import ImagePlan, ImageRow, Unit
from imginspect.errors import UsageError
from tests.batch import making
from tests.batch.mirrors import APPS, Mirrors, app, write_registry
from tests.batch.running import answer, batch, environment, facts, row, rows
from tests.image_builder import multi_platform, several, write

pytestmark = pytest.mark.slow

pytestmark = pytest.mark.slow


def names(out: Path) -> set[str]:
    return {name for item in rows(out) for name in item["references"]}


def sources(out: Path) -> set[str]:
    return {item["source"].rpartition("/")[2] for item in rows(out)}


def skipped(out: Path) -> str:
    return (out / "results.json").read_text().partition('"skipped"')[2]


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
    assert "excluded by name" in skipped(tmp_path / "out")


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
    assert ("it is for linux/arm64" in skipped(tmp_path / "out")) == ("linux/arm64" not in expected)


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
    assert found == {
        ("one.tar", "linux/amd64"), ("two.tar", "linux/amd64"), ("five.tar", "linux/amd64"),
        ("both.tar", "linux/amd64"), ("both.tar", "linux/arm64"),
    }  # fmt: skip
    assert facts(tmp_path / "second")["left_out"] == 2
    assert "3 images are new; the results of 2 come from the earlier run" in (tmp_path / "second" / "index.html").read_text()
    assert "3 new, 2 kept from the earlier run" in outcome.text
    assert outcome.code == 1  # the program is not for arm64


def test_where_nothing_is_new_the_answer_is_that_of_the_whole_mirror(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    first = batch(mirrors.registry, "--out", tmp_path / "first", "--cache", cache)
    for before, now in (("first", "second"), ("second", "third")):
        outcome = batch(mirrors.registry, "--out", tmp_path / now, "--cache", tmp_path / "empty", "--since-report", tmp_path / before)
        assert (outcome.code, first.code) == (1, 1)
        assert "No image is new" in outcome.text
        assert outcome.text.splitlines()[0].partition(": ")[2] == first.text.splitlines()[0].partition(": ")[2]
        assert facts(tmp_path / now)["layers_read"] == 0
        assert facts(tmp_path / now)["left_out"] == len(rows(tmp_path / "first"))
        same, other = answer(tmp_path / "first"), answer(tmp_path / now)
        assert "No image is new" in other["index.html"].decode()
        assert {name: data for name, data in same.items() if name != "index.html"} == {
            name: data for name, data in other.items() if name != "index.html"
        }


def test_an_image_with_another_name_or_without_its_report_is_inspected_again(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    del mirrors
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for number in (1, 2, 3):
        app(number).save(mirror / f"{number}.tar")
    batch(mirror, "--out", tmp_path / "first", "--cache", cache)
    app(1).reference("lib/new:1").save(mirror / "1.tar")
    report = row(tmp_path / "first", "app2")["report"]
    (tmp_path / "first" / "reports" / f"{report}.html").unlink()
    batch(mirror, "--out", tmp_path / "second", "--cache", cache, "--since-report", tmp_path / "first")
    assert facts(tmp_path / "second")["left_out"] == 1
    batch(mirror, "--out", tmp_path / "cold", "--cache", tmp_path / "empty")
    same, other = answer(tmp_path / "second"), answer(tmp_path / "cold")
    assert [name for name in same if same[name] != other[name]] == ["index.html"]


def test_a_report_that_was_changed_is_not_taken_over(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    app(1).without_blob(0).save(tmp_path / "mirror" / "one.tar")
    app(2).save(tmp_path / "mirror" / "two.tar")
    batch(tmp_path / "mirror", "--out", tmp_path / "first", "--cache", cache)
    for path in (tmp_path / "first" / "reports").glob("*.json"):
        path.write_text(path.read_text() + " ")
    batch(tmp_path / "mirror", "--out", tmp_path / "second", "--cache", cache, "--since-report", tmp_path / "first")
    assert facts(tmp_path / "second")["left_out"] == 0


@pytest.mark.parametrize("point", ["after:imginspect.batch.run.run.replace_file", "before:imginspect.batch.store.database.Database.add"])
def test_a_run_that_is_killed_while_it_takes_over_goes_on(point: str, mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.registry, "--out", tmp_path / "first", "--cache", cache)
    whole, out = tmp_path / "whole", tmp_path / "out"
    since = ("--cache", cache, "--since-report", tmp_path / "first")
    batch(mirrors.registry, "--out", whole, *since)
    shutil.rmtree(cache)
    command = [sys.executable, "-m", "tests.batch.killed", point, "3", str(mirrors.registry), "--out", str(out), *map(str, since)]
    assert subprocess.run(command, env=environment(), stdout=subprocess.DEVNULL).returncode == -signal.SIGKILL
    assert batch(mirrors.registry, "--out", out, *since, "--resume").code == 1
    assert answer(out) == answer(whole)


def test_an_earlier_run_knows_what_it_came_to_a_verdict_on(tmp_path: Path) -> None:
    with making.filled(tmp_path):
        pass
    reports = tmp_path / "reports"
    reports.mkdir()
    with closing(open_baseline(tmp_path, making.RUN, "reports")) as baseline:
        for item in making.ROWS:
            assert known(baseline, item) is None
            (reports / f"{item.report}.json").write_bytes(item.key.encode())
    with sqlite3.connect(tmp_path / NAME) as database:
        for item in making.ROWS:
            database.execute("UPDATE image SET report_sha256 = ? WHERE key = ?", (sha256(item.key.encode()).hexdigest(), item.key))
    database.close()
    with closing(open_baseline(tmp_path, making.RUN, "reports")) as baseline:
        for item in making.ROWS:
            found = known(baseline, item)
            assert (found is not None) == (item.verdict in ("pass", "fail", "undecided"))
            if found is not None:
                whole = item._replace(references=tuple(sorted(item.references)), results=tuple(sorted(item.results)), report_sha256="")
                assert found._replace(report_sha256="", results=tuple(sorted(found.results))) == whole
    with pytest.raises(UsageError, match=r"different criteria \(--policy\)"):
        open_baseline(tmp_path, {**making.RUN, "policy_sha256": "0" * 64}, "reports")
    with pytest.raises(UsageError, match="--fingerprint-key"):
        open_baseline(tmp_path, {**making.RUN, "fingerprint_key": "0" * 64}, "reports")
    with pytest.raises(UsageError, match="expected the database"):
        open_baseline(tmp_path / "nowhere", making.RUN, "reports")


def known(baseline: Baseline, item: ImageRow) -> ImageRow | None:
    digests = (item.manifest_digest,) if item.manifest_digest else ()
    asked = ImagePlan(item.key, Unit("/x", "x"), (), item.platform, digests, 0, only=False, layers=(), identity="")
    return baseline.row(asked, item.references, [".json"])


def test_where_nothing_is_new_what_cannot_be_looked_into_is_no_pass(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    app(1).save(tmp_path / "mirror" / "one.tar")
    batch(tmp_path / "mirror", "--out", tmp_path / "first", "--cache", cache)
    again = ("--since-report", tmp_path / "first", "--cache", cache)
    assert batch(tmp_path / "mirror", "--out", tmp_path / "same", *again).code == 0
    told = json.loads((tmp_path / "same" / "results.json").read_text())
    assert (told["verdict"], told["exit_code"]) == ("pass", 0)
    assert "No image is new: all results come from the earlier run." in (tmp_path / "same" / "index.html").read_text()
    (tmp_path / "mirror" / "gone.tar").symlink_to("nowhere")
    assert batch(tmp_path / "mirror", "--out", tmp_path / "unread", *again).code == 4
