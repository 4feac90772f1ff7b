"""The rules on starting: their verdicts, what they show for them, and that nothing passes that was not read."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.checks.platform import PlatformParams
from imginspect.checks.result import CheckResult, Verdict
from imginspect.checks.run_user import RunUserParams
from imginspect.examples.sample import build
from tests.fuzz.fuzz_readers import examine
from tests.views import debian, gone, link, program, script, static, text

Entry = dict[str, Any]
RULES = ("TRE-ENT-001", "TRE-ENT-002", "TRE-ENT-003", "TRE-ENT-006", "TRE-USR-001")


def results(
    *layers: list[Entry], damage: list[dict[str, Any]] | None = None, architecture: str = "amd64", **config: Any
) -> dict[str, CheckResult]:
    image = {"layers": list(layers), "config": config, "damage": damage or [], "architecture": architecture}
    (report,) = examine(build(image))
    return {result.rule.id: result for result in report.results if result.rule.id in RULES}


def verdicts(found: dict[str, CheckResult]) -> list[str]:
    return [str(found[rule].verdict) for rule in RULES]


def test_a_sound_image() -> None:
    found = results(debian(), [text("/app/run.py")], cmd=["python", "/app/run.py"], user="app")
    assert verdicts(found) == ["pass"] * 5
    assert not any(result.findings for result in found.values())


def test_an_image_without_a_command() -> None:
    found = results(debian(), user="app")
    assert verdicts(found) == ["fail", "not-applicable", "not-applicable", "pass", "pass"]
    assert found["TRE-ENT-001"].findings[0].evidence[0].config_field == "Entrypoint"


def test_a_missing_program_is_one_finding_of_one_rule() -> None:
    found = results(debian(), cmd=["/app/run"], user="app")
    assert verdicts(found) == ["pass", "fail", "not-applicable", "pass", "pass"]
    assert len(found["TRE-ENT-002"].findings) == 1


def test_the_evidence_for_what_a_later_layer_deleted() -> None:
    found = results(debian(), [text("/app/run.py")], [gone("/app")], cmd=["python", "/app/run.py"], user="app")
    assert verdicts(found) == ["pass", "pass", "fail", "pass", "pass"]
    (finding,) = found["TRE-ENT-003"].findings
    field, file = finding.evidence
    assert (field.config_field, field.state) == ("Cmd[1]", "config")
    assert (file.path, file.layer_index, file.state, file.by_layer) == ("/app/run.py", 1, "deleted", 2)
    assert file.file_sha256


def test_the_evidence_for_a_first_line() -> None:
    found = results(debian(), [script("/app/run", "#!/bin/sh\r\n")], cmd=["/app/run"], user="app")
    (finding,) = found["TRE-ENT-002"].findings
    file = finding.evidence[1]
    assert (file.path, file.line, file.layer_index, file.state) == ("/app/run", 1, 1, "visible")


def test_a_script_on_a_mount_is_a_condition() -> None:
    found = results(debian(), cmd=["python", "/safe_data/run.py"], user="app")
    assert verdicts(found) == ["pass", "pass", "warn", "pass", "pass"]
    assert "/safe_data/run.py" in found["TRE-ENT-003"].conditions[0]


def test_the_evidence_for_an_import() -> None:
    library = "/usr/local/lib/python3.12"
    standard = [text(f"{library}/os.py"), text(f"{library}/encodings/__init__.py")]
    found = results(debian(), standard, [text("/app/run.py", "import os\nimport pandas\n")], cmd=["python", "/app/run.py"], user="app")
    assert verdicts(found) == ["pass", "pass", "fail", "pass", "pass"]
    (finding,) = found["TRE-ENT-003"].findings
    assert finding.message.startswith("cannot start: no module named 'pandas', imported by /app/run.py (line 2)")
    assert [(item.path, item.line, item.layer_index) for item in finding.evidence if item.path] == [("/app/run.py", 2, 2)]


def test_the_driver_is_a_condition() -> None:
    found = results(debian(), [program("/app/run", "libcuda.so.1")], cmd=["/app/run"], user="app")
    assert found["TRE-ENT-002"].verdict is Verdict.PASS
    assert "libcuda.so.1" in found["TRE-ENT-002"].conditions[0]


def test_a_program_names_no_script() -> None:
    found = results([static("/app/run")], cmd=["/app/run"], user="1")
    assert verdicts(found) == ["pass", "pass", "not-applicable", "pass", "pass"]


def test_a_shell_text_that_is_not_valid() -> None:
    found = results(debian(), cmd=["/bin/sh", "-c", "python /app/run.py; case in )) fi"], user="app")
    assert verdicts(found) == ["pass", "pass", "undetermined", "pass", "pass"]


def test_another_architecture() -> None:
    found = results([static("/app/run", machine="arm64")], cmd=["/app/run"], user="1")
    assert verdicts(found) == ["pass", "fail", "not-applicable", "fail", "pass"]
    (finding,) = found["TRE-ENT-002"].findings
    assert (finding.evidence[0].expected, finding.evidence[0].found) == ("amd64", "arm64")


def test_an_image_for_another_architecture_starts_there() -> None:
    found = results([static("/app/run", machine="arm64")], architecture="arm64", cmd=["/app/run"], user="1")
    assert verdicts(found) == ["pass", "pass", "not-applicable", "fail", "pass"]


def test_an_unknown_user() -> None:
    found = results(debian(), cmd=["python"], user="nobody")
    assert verdicts(found) == ["pass", "fail", "not-applicable", "pass", "undetermined"]


def test_root_is_a_warning() -> None:
    assert results([static("/run")], cmd=["/run"])["TRE-USR-001"].verdict is Verdict.WARN


@pytest.mark.parametrize("damage", ["remove-layer", "truncate-layer", "encrypt-layer"])
@pytest.mark.parametrize("command", [["python", "/app/run.py"], ["/app/missing"], ["python", "/app/missing.py"]])
def test_what_was_not_read_never_passes_nor_fails(damage: str, command: list[str]) -> None:
    layers = [debian(), [text("/app/run.py", "x" * 600), link("/app/x", "run.py")]]
    for layer in (0, 1):
        found = results(*layers, damage=[{"kind": damage, "layer": layer}], cmd=command, user="app")
        assert verdicts(found) == ["pass", *["undetermined"] * 4]
        assert all(found[rule].due_to_unread for rule in RULES[1:])


def test_a_number_needs_no_accounts() -> None:
    found = results(debian(), damage=[{"kind": "remove-layer", "layer": 0}], cmd=["python"], user="1000")
    assert found["TRE-USR-001"].verdict is Verdict.PASS


def _linked(mode: int, of_link: int) -> CheckResult:
    linked = {"path": "/app/start", "kind": "hardlink", "target": "/app/program", "mode": of_link}
    return results([static("/app/program", mode=mode), linked], cmd=["/app/start"])["TRE-ENT-002"]


def test_a_hard_links_own_mode_decides_what_starts_under_podman_and_docker() -> None:
    result = _linked(0o755, 0o644)
    assert result.verdict is Verdict.FAIL
    assert "mode 0644, owner 0:0 in the header of a hard link" in result.findings[0].message
    assert "mode 0755, owner 0:0 in its own" in result.findings[0].message


def test_a_program_that_starts_only_by_its_hard_links_mode_is_a_warning() -> None:
    result = _linked(0o644, 0o755)
    assert result.verdict is Verdict.WARN
    assert "depends on the runtime" in result.findings[0].message


def test_a_hard_links_own_mode_that_gives_the_same_right_is_no_matter() -> None:
    assert _linked(0o755, 0o775).verdict is Verdict.PASS


def test_a_script_that_a_hard_links_mode_hides_from_the_user() -> None:
    layer = [text("/app/run.py", mode=0o644), {"path": "/app/b", "kind": "hardlink", "target": "/app/run.py", "mode": 0o600}]
    assert results(debian(), layer, cmd=["python", "/app/run.py"], user="app")["TRE-ENT-003"].verdict is Verdict.FAIL
    layer = [text("/app/run.py", mode=0o600), {"path": "/app/b", "kind": "hardlink", "target": "/app/run.py", "mode": 0o644}]
    assert results(debian(), layer, cmd=["python", "/app/run.py"], user="app")["TRE-ENT-003"].verdict is Verdict.WARN


def test_parameters() -> None:
    assert RunUserParams("fail").verdict == "fail"
    assert PlatformParams() == PlatformParams()
    with pytest.raises(ValueError, match="verdict"):
        RunUserParams("pass")
