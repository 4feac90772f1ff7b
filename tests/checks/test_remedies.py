"""What to do fits the finding: the knowledge base or the rule says it for each kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imginspect.checks import Verdict
from imginspect.checks.catalogue import CHECKS
from imginspect.rules import built_in_rules
from imginspect.rules.knowledge_base import load_knowledge
from imginspect.rules.ruleset import rules_folder
from imginspect.scan.credential_files import TITLES
from tests.checks.judging import judged_by
from tests.image_builder import Entry, ImageBuilder, directory, file, program, whiteout

KNOWLEDGE = load_knowledge([rules_folder()])
NOT_TO_REVOKE = ("revoke", "Revoke it", "Change the password", "new key pair")


def remedies(rule: str, *layers: list[Entry], **config: Any) -> list[str]:
    builder = ImageBuilder()
    for entries in layers:
        builder = builder.layer(*entries)
    result = judged_by(rule, builder.config(**config))
    return [item.remedy for item in result.findings if item.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)]


# -- credentials -------------------------------------------------------------------------------------------------------


def test_a_token_is_revoked_at_its_issuer() -> None:
    (told,) = remedies("TRE-SEC-002", [file("/app/x.py", b'TOKEN = "glpat-' + b'Zq7xW2mK9pL4vN8sT3yB"\n')])
    assert told.startswith("Revoke it at GitLab, ")


def test_a_credential_file_has_the_advice_of_its_kind() -> None:
    (told,) = remedies("TRE-SEC-002", [file("/root/.pgpass", b"db.example.org:5432:study:analyst:kX83plQz77rTvW\n")])
    assert told.startswith("Change the password in the database")


def test_what_is_published_is_not_to_be_revoked() -> None:
    assert KNOWLEDGE.patterns.published
    for item in KNOWLEDGE.patterns.published:
        assert item.remediation.startswith("There is nothing to revoke")


def test_a_published_key_in_an_image_has_that_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    from imginspect.scan.matcher import Matcher

    monkeypatch.setattr(Matcher, "known_as", lambda self, secret: KNOWLEDGE.patterns.published[0].title)
    (told,) = remedies("TRE-SEC-002", [file("/app/x.py", b'TOKEN = "glpat-' + b'Zq7xW2mK9pL4vN8sT3yB"\n')])
    assert told == KNOWLEDGE.patterns.published[0].remediation


def test_every_kind_of_credential_says_what_to_do() -> None:
    (rule,) = [rule for rule in built_in_rules().rules if rule.check == "credentials"]
    assert set(rule.remedies) == set(TITLES)
    assert [pattern.id for pattern in KNOWLEDGE.patterns.patterns if not pattern.remediation or "{" in pattern.remediation] == []


@pytest.mark.parametrize("name", ["Any issuer", "Key owner", "System", "Databases", "Services", "Web frameworks"])
def test_nobody_is_sent_to_an_issuer_that_is_none(name: str) -> None:
    assert [pattern.id for pattern in KNOWLEDGE.patterns.patterns if f" at {name}" in pattern.remediation] == []


# -- the start ---------------------------------------------------------------------------------------------------------


def test_a_missing_script_says_which_file_to_add() -> None:
    python = program("/usr/bin/python3")
    (told,) = remedies("TRE-ENT-003", [python], entrypoint=["/usr/bin/python3", "/app/run.py"])
    assert told.startswith("Add to the image, outside the mount directories: /app/run.py.")


def test_a_script_that_a_later_layer_deleted_is_not_to_be_added_but_kept() -> None:
    layers = ([program("/usr/bin/python3"), file("/app/run.py", b"print(1)\n")], [whiteout("/app/run.py")])
    (told,) = remedies("TRE-ENT-003", *layers, entrypoint=["/usr/bin/python3", "/app/run.py"])
    assert told.startswith("Remove the step that deletes /app/run.py")


def test_a_mistyped_array_says_that_it_is_one() -> None:
    shell = program("/bin/sh")
    told = remedies("TRE-ENT-002", [shell], entrypoint=["/bin/sh", "-c", "['/app/run', 'x']"])
    assert any(item.startswith("Write the instruction as a valid JSON array") for item in told)


def test_a_file_without_permission_is_not_to_be_installed() -> None:
    (told,) = remedies("TRE-ENT-002", [program("/app/run", mode=0o644)], entrypoint=["/app/run"])
    assert told.startswith("Give the run user access: chmod 755")


# -- the network -------------------------------------------------------------------------------------------------------


def network(text: bytes) -> list[str]:
    entries = [program("/usr/bin/python3"), file("/app/run.py", text)]
    return remedies("TRE-NET-001", entries, entrypoint=["/usr/bin/python3", "/app/run.py"])


def test_a_model_of_hugging_face_is_to_be_brought_along() -> None:
    (told,) = network(b"from transformers import AutoModel\nAutoModel.from_pretrained('gpt2')\n")
    assert "HF_HUB_OFFLINE=1" in told


def test_another_download_has_its_own_advice() -> None:
    (told,) = network(b"import requests\nrequests.get('https://example.org/x')\n")
    assert told.startswith("Read the data from a file below /safe_data")


# -- directories -------------------------------------------------------------------------------------------------------


def test_only_the_directory_that_is_missing_is_to_be_made() -> None:
    told = remedies("TRE-DIR-001", [directory("/safe_data"), directory("/scratch"), file("/safe_outputs", b"")])
    assert [item.partition(" in ")[0] for item in told] == ["Remove /safe_outputs"]


def test_one_advice_names_all_that_it_is_for() -> None:
    told = remedies("TRE-DIR-001", [file("/safe_data", b""), file("/safe_outputs", b""), directory("/scratch")])
    assert len(told) == 2
    assert {item.partition(" in ")[0] for item in told} == {"Remove /safe_data, /safe_outputs"}


def test_a_volume_is_to_be_taken_from_the_dockerfile() -> None:
    (told,) = remedies("TRE-DIR-002", [file("/a", b"1")], volumes=["/safe_data/x"])
    assert told.startswith("Remove VOLUME /safe_data/x")


# -- all rules ---------------------------------------------------------------------------------------------------------


def test_the_rules_that_come_with_imginspect_know_every_kind_of_their_checks() -> None:
    """Kinds of launch problems belong to several rules, each of which has those that it can meet."""
    for rule in built_in_rules().rules:
        if not rule.check.startswith(("command-", "script-")):
            assert set(rule.remedies) == CHECKS[rule.check].kinds - {"online"} | (set(rule.remedies) & {"online"}), rule.id


def test_a_remedy_of_the_image_is_masked_like_all_else(tmp_path: Path) -> None:
    from tests.inspecting import report_of

    token = "glpat-" + "Zq7xW2mK9pL4vN8sT3yB"
    image = ImageBuilder().layer(program("/usr/bin/python3")).config(entrypoint=["/usr/bin/python3", f"/app/{token}.py"])
    report = report_of(image.save(tmp_path / "a.tar"))
    told = [item["remediation"] for result in report["results"] if result["rule"] == "TRE-ENT-003" for item in result["findings"]]
    assert told
    assert token not in str(told)
