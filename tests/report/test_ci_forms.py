"""The GitHub and GitLab forms: how much is told, how bad it is said to be, and at which file."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from imginspect.report import github, gitlab
from tests.report.payloads import clean, incomplete, not_inspected, whole_document
from tests.report.reading import read_github, read_gitlab
from tests.report.sample_document import evidence, finding, large_document, result, sample_document


def test_the_verdict_is_the_first_command() -> None:
    first, *others = read_github(github.render([whole_document()]))
    assert (first.kind, first.properties) == ("error", {"title": "imginspect: FAIL"})
    assert first.message.startswith("registry.example.org/team/app:1.0: 1 rule of severity high or worse failed: TRE-NET-001.")
    assert [command.kind for command in others] == ["error"] * 4 + ["warning", "error", "warning", "notice"]


def test_a_finding_is_at_its_file_and_line() -> None:
    command = read_github(github.render([sample_document()]))[1]
    title = "TRE-NET-001 Nothing is fetched when the container starts (fail, high)"
    assert command.properties == {"title": title, "file": "app/run.sh", "line": "2"}
    assert command.message.endswith("Where: /app/run.sh, line 2, visible, layer 1, made by: COPY . /app.")


def test_no_more_is_written_than_github_shows_and_the_rest_is_counted() -> None:
    many = [result(f"TRE-X-{n}", "warn", [finding(verdict="warn")] * 9, conditions=[]) for n in range(4)]
    many += [result(f"TRE-Y-{n}", "pass", [], conditions=["a", "b"]) for n in range(9)]
    document = large_document(300)
    document["results"] += many
    commands = read_github(github.render([document]))
    assert Counter(command.kind for command in commands) == {"error": 10, "warning": 10, "notice": 10}
    assert commands[-1].message.startswith(f"{1 + 301 + 36 + 18 - 29} more messages: GitHub shows ten of a kind.")


def test_many_images_are_told_in_a_few_lines() -> None:
    commands = read_github(github.render([clean()] * 7 + [incomplete()] * 2))
    assert commands[5].kind == "error"
    assert commands[5].message == "and 4 more images: 2 INCOMPLETE, 2 PASS"
    assert len([command for command in commands if command.kind == "notice"]) <= 10


@pytest.mark.parametrize(
    ("document", "kinds", "severities"),
    [
        (clean(), ["notice"], []),
        (incomplete(), ["error", "error", "notice"], ["blocker", "blocker", "info"]),
        (not_inspected(), ["error"], ["blocker"]),
    ],
)
def test_what_each_verdict_gives(document: Any, kinds: list[str], severities: list[str]) -> None:
    assert [command.kind for command in read_github(github.render([document]))] == kinds
    assert [entry["severity"] for entry in read_gitlab(gitlab.render([document]))] == severities


def test_escapes_of_github() -> None:
    document = sample_document(results=[result(title="a:b,c%d", findings=[finding(message="e:f,g%h", evidence=[evidence("/i:j,k%l")])])])
    text = github.render([document])
    assert "title=TRE-NET-001 a%3Ab%2Cc%25d (fail%2C high)" in text
    assert "file=i%3Aj%2Ck%25l" in text
    assert "::e:f,g%25h." in text


@pytest.mark.parametrize(
    ("severity", "counted", "not_counted"),
    [
        ("critical", "blocker", "major"),
        ("high", "critical", "major"),
        ("medium", "critical", "major"),
        ("low", "critical", "minor"),
        ("info", "critical", "info"),
    ],
)
def test_severities_of_gitlab_say_whether_a_finding_fails_the_image(severity: str, counted: str, not_counted: str) -> None:
    for counts, told in ((True, counted), (False, not_counted)):
        document = sample_document(results=[result(findings=[finding(severity=severity)], fails_image=counts)])
        assert [entry["severity"] for entry in read_gitlab(gitlab.render([document]))] == [told]


@pytest.mark.parametrize(
    ("seen", "path", "line"),
    [
        (evidence(), "app/run.sh", 2),
        (evidence("/../x/./y"), "(..)/x/(.)/y", 2),
        (evidence("/", None), "image", 1),
        (evidence(None, None, config_field="Env[X]"), "image-config.json", 1),
        (evidence(None, None, archive_member="blobs/sha256/x"), "blobs/sha256/x", 1),
        (evidence(None, None), "image", 1),
    ],
)
def test_places_of_gitlab(seen: Any, path: str, line: int) -> None:
    (entry,) = read_gitlab(gitlab.render([sample_document(results=[result(findings=[finding(evidence=[seen])])])]))
    assert entry["location"] == {"path": path, "lines": {"begin": line}}


def test_there_is_an_entry_for_each_finding_and_its_fingerprint_outlives_other_findings() -> None:
    assert len(read_gitlab(gitlab.render([large_document()]))) == 2_001
    one = read_gitlab(gitlab.render([sample_document()]))
    more = read_gitlab(gitlab.render([sample_document(results=[*whole_document()["results"], *sample_document()["results"]])]))
    assert {entry["fingerprint"] for entry in one} <= {entry["fingerprint"] for entry in more}


def test_two_images_have_entries_of_their_own() -> None:
    entries = read_gitlab(gitlab.render([sample_document(), sample_document()]))
    assert len(entries) == 2 * len(read_gitlab(gitlab.render([sample_document()])))
