"""The facts for the report: what is told, and that a crash is told too."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from imginspect.checks import facts, runner
from imginspect.examples.sample import build
from imginspect.report import json_format
from imginspect.report.tree import report_tree
from tests.fuzz.fuzz_readers import examine
from tests.views import debian, script

IMAGE: dict[str, Any] = {
    "layers": [debian(), [script("/entrypoint.sh", "#!/bin/bash\nexec /app/run.sh\n"), script("/app/run.sh", "#!/bin/bash\necho\n")]],
    "config": {"entrypoint": ["/entrypoint.sh"], "env": ["LM_LICENSE_FILE=27000@licences.example.org"], "user": "app"},
}


def test_what_starts_and_the_licences_are_told() -> None:
    [report] = examine(build(IMAGE))
    start = report_tree(report)["startup"]
    assert start is not None
    assert start["command"] == ["/entrypoint.sh"]
    assert [program["path"] for program in start["programs"]] == ["/entrypoint.sh", "/app/run.sh"]
    rows = {(row["kind"], row["name"]): row["detail"] for row in report_tree(report)["licences"]}
    assert rows["variable", "LM_LICENSE_FILE"] == "27000@licences.example.org"


def test_a_crash_is_told_and_not_taken_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> facts.Facts:
        raise ZeroDivisionError

    monkeypatch.setattr(runner, "gather", crash)
    [report] = examine(build(IMAGE))
    document = report_tree(report)
    assert document["startup"] is not None
    assert document["startup"]["command"] == ["/entrypoint.sh"]
    assert "ZeroDivisionError" in document["startup"]["problems"][0]
    assert "ZeroDivisionError" in document["licences"][0]["detail"]


def test_the_digest_of_a_small_file_with_a_credential_is_in_no_part_of_a_report() -> None:
    password = "".join(["hunter", "7Zq", "Lw9", "Xk"])
    secret = f"#!/bin/bash\nexport API_PASSWORD={password}\ncurl https://example.org/x\n"
    image = {"layers": [debian(), [script("/entrypoint.sh", secret)]], "config": {"entrypoint": ["/entrypoint.sh"]}}
    [report] = examine(build(image))
    text = json_format.render([report_tree(report)])
    assert "TRE-SEC-002" in report.reason
    assert hashlib.sha256(secret.encode()).hexdigest() not in text
    assert password not in text
    other = "#!/bin/bash\necho\n"
    [sound] = examine(build({**image, "layers": [debian(), [script("/entrypoint.sh", other)]]}))
    assert hashlib.sha256(other.encode()).hexdigest() in json_format.render([report_tree(sound)])
