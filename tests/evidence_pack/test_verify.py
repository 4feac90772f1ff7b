"""Verifying a pack by itself: every change is said, and nothing is called right that was not checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imginspect.evidence_pack import Pack, load_verifier, write_pack
from imginspect.evidence_pack.answer import agrees
from imginspect.evidence_pack.checking import check_pack, documents_of
from imginspect.evidence_pack.checksums import checksums
from imginspect.evidence_pack.reading import StoredPack
from imginspect.report.reading import read_report
from imginspect.report.strict_json import NotReadable, dump
from tests.evidence_pack.packs import key_pair, pack_of, record, sample, signer
from tests.inspecting import CONTROL, Outcome, run

KINDS = ["ed25519", "ecdsa-p256"]
SIGNED = pack_of([sample()], signer())
UNSIGNED = pack_of([sample()])


def verified(pack: Pack, folder: Path, *options: str | Path, change: Callable[[Path], object] | None = None) -> Outcome:
    """What the command says of *pack* after *change* was made to its folder."""
    write_pack(pack, record(), folder / "pack")
    if change:
        change(folder / "pack")
    return run("verify", folder / "pack", *options)


def public_key(folder: Path, kind: str = "ed25519", number: int = 0) -> Path:
    path = folder / f"{kind}{number}.pem"
    path.write_bytes(key_pair(kind, number).public)
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_a_signed_pack_agrees(tmp_path: Path, kind: str, name: str) -> None:
    write_pack(pack_of([sample(), sample()], signer(kind)), record(), tmp_path / name)
    outcome = run("verify", tmp_path / name, "--key", public_key(tmp_path, kind), "--format", "json")
    assert (outcome.code, outcome.document["agrees"]) == (0, True), outcome.text
    results = {check["what"]: check["result"] for check in outcome.document["checks"]}
    assert results.pop("evidence against the archive") == "not checked"
    assert set(results.values()) == {"agrees"}


@pytest.mark.parametrize(("pack", "said"), [(SIGNED, "the signature cannot be verified"), (UNSIGNED, "the pack is not signed")])
def test_without_a_key_the_signature_is_not_called_right(tmp_path: Path, pack: Pack, said: str) -> None:
    outcome = verified(pack, tmp_path)
    assert outcome.code == 0
    assert said in outcome.text
    assert "Not checked: signature; evidence against the archive." in outcome.text.replace("\n", " ")


def test_an_unsigned_pack_does_not_agree_with_a_key(tmp_path: Path) -> None:
    outcome = verified(UNSIGNED, tmp_path, "--key", public_key(tmp_path))
    assert outcome.code == 1
    assert "not signed" in outcome.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_by_another_key_is_said(tmp_path: Path, kind: str) -> None:
    outcome = verified(SIGNED, tmp_path, "--key", public_key(tmp_path, kind, 1))
    assert outcome.code == 1
    assert "statement.dsse.json was not signed with this key" in outcome.text


def test_a_pack_that_was_not_inspected_agrees_and_says_that_nothing_is_stated(tmp_path: Path) -> None:
    outcome = verified(pack_of([sample(verdict="not-inspected", exit_code=3, image=None)]), tmp_path)
    assert outcome.code == 0
    assert "an image that was not inspected has no statement" in outcome.text


# -- every change is said ----------------------------------------------------------------------------------------------


def _disagreements(files: dict[str, bytes]) -> list[str]:
    stored = StoredPack(files)
    try:
        checks = check_pack(stored, documents_of(stored), load_verifier(key_pair().public))
    except NotReadable as error:
        return [str(error)]
    found = [sentence for check in checks for sentence in check.disagreements]
    assert agrees(checks) == (not found)
    return found


def test_nothing_disagrees_in_what_was_not_changed() -> None:
    assert _disagreements(dict(SIGNED.files)) == []


@pytest.mark.parametrize("name", SIGNED.files)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_each_file_changed_cut_or_removed_is_said(name: str, data: st.DataObject) -> None:
    content = SIGNED.files[name]
    at = data.draw(st.integers(0, len(content) - 1))
    way = data.draw(st.sampled_from(["flip", "cut", "add", "remove"]))
    files = dict(SIGNED.files)
    if way == "remove":
        del files[name]
    elif way == "flip":
        files[name] = content[:at] + bytes([content[at] ^ data.draw(st.integers(1, 255))]) + content[at + 1 :]
    else:
        files[name] = content[:at] if way == "cut" else content[:at] + b"x" + content[at:]
    assert _disagreements(files)


@pytest.mark.parametrize("name", [name for name in SIGNED.files if name != "SHA256SUMS"])
def test_a_change_whose_checksum_was_made_anew_is_said_by_the_statement(name: str) -> None:
    """Whoever forges a pack makes new checksums too: then the statement's own digest of them no longer fits, or its signature."""
    files = {**SIGNED.files, name: SIGNED.files[name] + b" "}
    files["SHA256SUMS"] = checksums({key: value for key, value in files.items() if key != "SHA256SUMS"})
    if not name.startswith("attestation/"):
        assert any("statement" in sentence or name in sentence for sentence in _disagreements(files))
    elif name.endswith("statement.json"):
        assert any("statement" in sentence for sentence in _disagreements(files))
    else:  # white space around the signed envelope changes nothing that was signed
        assert _disagreements(files) == []


def test_an_added_file_is_said(tmp_path: Path) -> None:
    outcome = verified(SIGNED, tmp_path, change=lambda pack: (pack / "excerpts" / "more.txt").write_bytes(b""))
    assert outcome.code == 1
    assert "excerpts/more.txt is not listed in SHA256SUMS" in outcome.text


def test_the_report_of_another_image_is_said(tmp_path: Path) -> None:
    other = sample(verdict="pass", exit_code=0)
    assert other["image"]
    other["image"]["image_id"] = f"sha256:{'77' * 32}"
    files = {**SIGNED.files, "report.json": dump(other)}
    files["SHA256SUMS"] = checksums({key: value for key, value in files.items() if key != "SHA256SUMS"})
    outcome = verified(Pack(files, SIGNED.date), tmp_path)
    assert outcome.code == 1
    for part in ("'subject'", "'predicate.verdict'", "'predicate.report'"):
        assert f"attestation/statement.json: {part} does not agree with report.json" in outcome.text


def test_the_statement_of_another_pack_is_said() -> None:
    theirs = pack_of([sample(reason="another")], signer()).files
    files = {name: theirs[name] if name.startswith("attestation/") else content for name, content in SIGNED.files.items()}
    files["SHA256SUMS"] = checksums({key: value for key, value in files.items() if key != "SHA256SUMS"})
    assert any("'predicate.reason'" in sentence for sentence in _disagreements(files))


def test_a_signed_envelope_around_another_statement_is_said() -> None:
    theirs = pack_of([sample(reason="another")], signer()).files
    files = {**SIGNED.files, "attestation/statement.dsse.json": theirs["attestation/statement.dsse.json"]}
    files["SHA256SUMS"] = checksums({key: value for key, value in files.items() if key != "SHA256SUMS"})
    assert _disagreements(files) == ["attestation/statement.dsse.json signs something other than attestation/statement.json"]


def test_another_policy_is_said() -> None:
    document = sample()
    document["policy"]["sha256"] = "00" * 32
    assert "the policy used for the report is not in the pack, or was changed" in _disagreements(dict(pack_of([document], signer()).files))


def test_the_record_beside_the_checksums_may_change(tmp_path: Path) -> None:
    outcome = verified(SIGNED, tmp_path, change=lambda pack: (pack / "inspection.json").write_bytes(b"{}"))
    assert outcome.code == 0
    assert "no checksum covers it" in outcome.text


# -- what cannot be read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["nothing", "an empty folder", "no report", "text"])
def test_what_is_no_pack_cannot_be_read(tmp_path: Path, what: str) -> None:
    target = tmp_path / "pack"
    if what == "text":
        target.write_bytes(b"hello")
    elif what != "nothing":
        target.mkdir()
    if what == "no report":
        (target / "SHA256SUMS").write_bytes(b"")
    outcome = run("verify", target)
    assert outcome.code == 3
    assert outcome.err.startswith("imginspect: ")


def test_a_key_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"x")
    for key in (tmp_path / "k", tmp_path / "missing"):
        outcome = verified(SIGNED, tmp_path, "--key", key)
        assert outcome.code == 2
        assert str(key) in outcome.err
        shutil.rmtree(tmp_path / "pack")


def _without(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda tree: tree.pop(key)


@pytest.mark.parametrize(
    "change",
    [
        _without("results"),
        _without("coverage"),
        lambda tree: tree.update(verdict="fine"),
        lambda tree: tree.update(exit_code=True),
        lambda tree: tree.update(schema_version="9.0"),
        lambda tree: tree.update(schema_version=1),
        lambda tree: tree["results"][2]["findings"][0].update(evidence=[3]),
        lambda tree: tree["image"].update(config=[]),
        lambda tree: tree["coverage"]["bytes_by_use"].update(x="1"),
        lambda tree: tree.update(reports=[]),
    ],
)
def test_a_report_that_is_not_well_formed_is_not_read(change: Callable[[dict[str, Any]], object]) -> None:
    tree = json.loads(SIGNED.files["report.json"])
    change(tree)
    with pytest.raises(NotReadable):
        read_report(dump(tree))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"[" * 200_000, b'{"schema_version": "1.3", "schema_version": "1.3"}', b'{"schema_version": NaN}',
     b'{"schema_version": "1.3", "exit_code": ' + b"9" * 10_000 + b"}"],
)  # fmt: skip
def test_hostile_json_is_refused(content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_report(content)


def test_what_a_later_version_adds_is_let_through() -> None:
    tree = json.loads(SIGNED.files["report.json"]) | {"schema_version": "2.9", "new": {"a": 1}}
    assert read_report(dump(tree), newer=True).documents[0]["verdict"] == "fail"


def test_a_forged_report_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    document = sample()
    document["results"][2]["findings"][0]["evidence"][0]["path"] = "/app/\x1b[2Jrun\u202esh"
    document["reason"] = "\x1b]0;x\x07"
    files = {**SIGNED.files, "report.json": dump(document), "SHA256SUMS": b"\x1b[2J\nx\n" + b"0" * 64 + b"  \x1b[2Jx\n"}
    outcome = verified(Pack(files, SIGNED.date), tmp_path)
    assert outcome.code == 3
    assert "was changed after imginspect wrote it" in outcome.err
    assert not CONTROL.search(outcome.text + outcome.err.rstrip())
