"""What other programs may use: the names, their types, and what they give."""

from __future__ import annotations

import inspect as introspection
import json
from pathlib import Path

import pytest

import imginspect
from imginspect.examples.sample import build
from imginspect.report.formats import FORMATS
from tests.image_builder import ImageBuilder, program
from tests.inspecting import run
from tests.views import debian, script

PUBLIC = """ImgInspectError OpenArchive Report ReportVerdict RuleError UsageError __version__ inspect open_archive render"""
NETWORK = {
    "layers": [debian(), [script("/entrypoint.sh", "#!/bin/bash\ncurl https://example.org/x\n")]],
    "config": {"entrypoint": ["/entrypoint.sh"]},
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.tar"
    path.write_bytes(build(NETWORK))
    return path


def test_the_public_names_are_these_and_all_are_there() -> None:
    assert imginspect.__all__ == PUBLIC.split()
    assert [name for name in imginspect.__all__ if getattr(imginspect, name, None) is None] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        imginspect.nothing  # noqa: B018


def test_the_public_functions_are_typed_and_documented() -> None:
    for function in (imginspect.inspect, imginspect.open_archive, imginspect.render, imginspect.OpenArchive.filesystem):
        signature = introspection.signature(function)
        assert function.__doc__
        assert signature.return_annotation is not introspection.Signature.empty
        named = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
        assert all(parameter.annotation is not introspection.Parameter.empty for parameter in named)


def test_the_library_says_what_the_command_says(app: Path) -> None:
    report = imginspect.inspect(app)
    assert (report.verdict, report.verdict.exit_code) == (imginspect.ReportVerdict.FAIL, 1)
    assert "TRE-NET-001" in report.reason
    assert imginspect.render(report, "json") == run("inspect", app, "--format", "json").text
    assert json.loads(imginspect.render([report], "json"))["reports"][0]["verdict"] == "fail"


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_form_can_be_rendered(app: Path, form: str) -> None:
    assert imginspect.render(imginspect.inspect(app), form)


@pytest.mark.slow
def test_options_are_those_of_the_command(app: Path) -> None:
    report = imginspect.inspect(str(app), policy="generic", fail_on="critical", platform="linux/amd64", image="example:1")
    assert report.policy.id == "generic"
    assert report.verdict is not imginspect.ReportVerdict.FAIL


@pytest.mark.slow
def test_an_undecided_image_is_told_by_the_library(tmp_path: Path) -> None:
    path = ImageBuilder().layer(program("/run")).config(entrypoint=["/run"]).save(tmp_path / "open.tar")
    report = imginspect.inspect(path, policy="generic")
    assert (report.verdict, report.verdict.exit_code) == (imginspect.ReportVerdict.UNDECIDED, 5)
    assert imginspect.inspect(path, policy="generic", undetermined="fail").verdict is imginspect.ReportVerdict.FAIL
    assert imginspect.inspect(path, policy="generic", undetermined="pass").verdict is imginspect.ReportVerdict.PASS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"policy": "nobody's"}, imginspect.RuleError),
        ({"fail_on": "awful"}, imginspect.UsageError),
        ({"undetermined": "maybe"}, imginspect.UsageError),
        ({"image": "other"}, imginspect.UsageError),
        ({"platform": "linux/s390x"}, imginspect.ImgInspectError),
    ],
)
def test_what_was_asked_wrongly_is_raised(app: Path, options: dict[str, str], error: type[Exception]) -> None:
    try:
        report = imginspect.inspect(app, **options)  # type: ignore[arg-type]
    except error:
        return
    assert options.keys() == {"platform"}, "only what is not in the archive gives a report"
    assert report.verdict is imginspect.ReportVerdict.NOT_INSPECTED


def test_what_is_no_image_gives_a_report_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"no tar")
    report = imginspect.inspect(tmp_path / "x.tar")
    assert report.verdict is imginspect.ReportVerdict.NOT_INSPECTED
    assert str(tmp_path) not in report.reason
    with pytest.raises(imginspect.UsageError):
        imginspect.inspect(tmp_path / "absent.tar")


def test_an_archive_can_be_looked_into(app: Path) -> None:
    with imginspect.open_archive(app) as archive, app.open("rb") as stream, imginspect.open_archive(stream) as same:
        (image,) = archive.images
        assert image.config.entrypoint == ("/entrypoint.sh",)
        node = archive.filesystem(image).get("/entrypoint.sh")
        assert node is not None
        assert node.layer_index == 1
        assert [str(item.image_id) for item in same.images] == [str(image.image_id)]
