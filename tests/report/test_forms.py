"""The JSON form against its published schema, the terminal form against its width, and both against golden files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imginspect.archive import open_archive
from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from imginspect.image import list_images
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.inspect import inspect, not_inspected
from imginspect.report import Report, json_format, terminal
from imginspect.rules import built_in_rules
from tests.fuzz.make_corpus import corpus
from tests.image_builder import ImageBuilder, directory, file, program, save_many, symlink, whiteout
from tests.inspecting import run
from tests.report.documents import document_of

BROKEN: dict[str, Any] = {
    "reference": "registry.example.org/team/project/a-rather-long-name-of-an-image:2024-01-01",
    "layers": [
        [{"path": "/safe_data/"}, {"path": "/safe_data/run.sh", "text": "#!/bin/sh", "mode": 0o755}, {"path": "/scratch", "text": "x"}],
        [{"path": "/a", "text": "1"}, {"path": "/b\x1b[31m\u202e" + "c" * 90, "text": "2"}],
        [{"path": "/c", "text": "3"}],
    ],
    "config": {"entrypoint": ["/safe_data/run.sh", "--" + "o" * 100], "user": "me", "labels": {"a": "\x1b]0;title\x07"}},
    "history": ["ADD rootfs.tar / # buildkit", "COPY " + "x" * 200 + " / # buildkit", "RUN /bin/sh -c echo \x1b[2J # buildkit"],
    "damage": [{"kind": "trailing-data", "layer": 0}, {"kind": "change-layer", "layer": 1}, {"kind": "truncate-layer", "layer": 2}],
}  # fmt: skip


@cache
def criteria() -> Criteria:
    return load_criteria()


def report_on(data: bytes) -> Report:
    with open_archive(io.BytesIO(data)) as archive:
        listing = list_images(archive)
        return inspect(archive, listing.images[0], listing, criteria())


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(json_format.schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def reports() -> dict[str, Report]:
    found = {"demo": report_on(build(DEMO)), "broken": report_on(build(BROKEN)), "nothing": not_inspected("nothing\x1b there", criteria())}
    for rule in built_in_rules().rules:
        found |= {f"{rule.id} {example.title}": report_on(build(example.image())) for example in rule.flag}
    return found | {name: report_on(data) for name, data in corpus() if name not in ("chart", "rootfs")}


REPORTS = reports()


@pytest.mark.parametrize("name", REPORTS)
def test_the_json_form_keeps_to_its_schema(name: str) -> None:
    validator().validate(json.loads(json_format.render([document_of(REPORTS[name])])))


def test_several_reports_keep_to_the_schema_and_have_the_worst_verdict() -> None:
    document = json.loads(json_format.render([document_of(REPORTS[name]) for name in ("oci", "nothing", "broken")]))
    validator().validate(document)
    assert (document["verdict"], document["exit_code"]) == ("fail", 1)


@pytest.mark.parametrize("change", [{"verdict": "fine"}, {"exit_code": 2}, {"more": 1}, {"schema_version": "1.4"}, {"results": [{}]}])
def test_the_schema_refuses_what_is_no_report(change: dict[str, Any]) -> None:
    document = {**json.loads(json_format.render([document_of(REPORTS["demo"])])), **change}
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(document)


def test_what_the_command_writes_keeps_to_the_schema(tmp_path: Path) -> None:
    several = save_many(
        [ImageBuilder().layer(file(f"/{number}")).reference(f"app:{number}") for number in range(2)], tmp_path / "several.tar", "oci"
    )
    (tmp_path / "text").write_text("no image")
    for arguments in ([several, "--all"], [tmp_path / "text"], [tmp_path / "text", "--all"], [several, "--image", "app:1"]):
        validator().validate(run("inspect", *arguments, "--format", "json").document)


@pytest.mark.parametrize("name", REPORTS)
def test_the_terminal_form_fits_80_columns_and_has_no_codes(name: str) -> None:
    text = terminal.render([document_of(REPORTS[name])])
    wide = [line for line in text.splitlines() if len(line) > 80]
    assert not [line for line in wide if max(len(word) for word in line.split()) < 60], wide
    assert not [character for character in text if not character.isprintable() and character != "\n"]
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


def test_colours_change_nothing_but_colours() -> None:
    for report in (REPORTS["demo"], REPORTS["broken"], REPORTS["nothing"]):
        coloured = terminal.render([document_of(report)], colour=True)
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal.render([document_of(report)])


def test_the_verdict_comes_first() -> None:
    assert terminal.render([document_of(REPORTS["demo"])]).startswith("FAIL")
    assert terminal.render([document_of(REPORTS["nothing"])]).startswith("NOT INSPECTED")
    assert terminal.render([document_of(REPORTS[name]) for name in ("demo", "nothing")]).endswith("All 2 images together: FAIL\n")


def test_every_finding_of_the_json_form_is_in_the_terminal_form() -> None:
    text = terminal.render([document_of(REPORTS["broken"])])
    document = json.loads(json_format.render([document_of(REPORTS["broken"])]))
    for result in document["results"]:
        assert result["rule"] in text
    assert document["reason"] in " ".join(text.split())


# -- golden files ----------------------------------------------------------------------------------------------------


def settled(text: str) -> str:
    """*text* without the names of file types, which depend on libmagic, and without the digest over all rules."""
    return re.sub(r'("file_type": )"[^"]*"', r'\1"(libmagic)"', re.sub(r'("rules_sha256": )"[^"]*"', r'\1"(all rules)"', text))


def settled_terminal(report: Report) -> str:
    text = terminal.render([document_of(report)])
    types = {item.file_type for result in report.results for finding in result.findings for item in finding.evidence if item.file_type}
    for name in types:
        pattern = r"\s+".join(re.escape(word) for word in name.split())
        text = re.sub(rf",\s+{pattern},\s+visible,\s+layer\s+", ", (libmagic), visible, layer ", text)
    return text


@pytest.mark.parametrize("has_libmagic", [True, False])
@pytest.mark.parametrize(("name", "description"), [("demo", DEMO), ("broken", BROKEN)])
def test_golden_reports(
    name: str, description: dict[str, Any], has_libmagic: bool, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_libmagic:
        monkeypatch.setattr("imginspect.checks.check_context.describe", lambda _: None)
    report = report_on(build(description))
    golden(f"{name}.json", settled(json_format.render([document_of(report)])))
    golden(f"{name}.txt", settled_terminal(report))


def test_golden_reports_hold_no_clock_and_no_path_of_the_host(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_bytes(build(DEMO))
    first, second = (run("inspect", tmp_path / name, "--format", "json") for name in ("one", "other"))
    assert first.out == second.out
    assert str(tmp_path) not in first.text


def test_an_image_as_the_guidance_asks_for_passes() -> None:
    image = (
        ImageBuilder()
        .layer(directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"), program("/bin/sh"), symlink("/l", "app/run"))
        .layer(whiteout("/l"), file("/app/run", b"#!/bin/sh\necho done\n", mode=0o755))
        .config(entrypoint=["/app/run"], user="1000")
    )
    report = report_on(image.bytes())
    assert str(report.verdict) == "pass"
    assert not [result.rule.id for result in report.results if result.verdict not in ("pass", "not-applicable")]
