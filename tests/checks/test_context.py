"""The lines around a finding: which are shown, and which never are."""

from __future__ import annotations

from imginspect.checks.result import Line
from imginspect.examples.sample import build
from tests.fuzz.fuzz_readers import examine
from tests.views import debian, script

PASSWORD = "".join(["hunter", "7Zq", "Lw9", "Xk"])
BODY = f"""#!/bin/bash
set -e
export API_PASSWORD={PASSWORD}
curl -s https://example.org/model.bin
python3 /app/run.py
echo done
{"# padding" * 200}
"""


def lines(rule: str) -> list[tuple[Line, ...]]:
    image = {"layers": [debian(), [script("/entrypoint.sh", BODY)]], "config": {"entrypoint": ["/entrypoint.sh"]}}
    [report] = examine(build(image))
    (result,) = [result for result in report.results if result.rule.id == rule]
    return [evidence.context for finding in result.findings for evidence in finding.evidence]


def test_two_lines_before_and_behind_are_shown_with_their_numbers() -> None:
    (context,) = lines("TRE-NET-001")
    assert [line.number for line in context] == [2, 3, 4, 5, 6]
    assert context[2].text == "curl -s https://example.org/model.bin"


def test_credentials_near_a_finding_are_masked() -> None:
    for rule in ("TRE-NET-001", "TRE-SEC-002"):
        (context,) = lines(rule)
        assert any("API_PASSWORD=" in line.text for line in context)
        assert not any(PASSWORD in line.text for line in context)
