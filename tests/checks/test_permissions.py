"""TRE-PRM-001 to 005: setuid, setgid, capabilities, what everybody may write, device nodes."""

from __future__ import annotations

import struct

import pytest

from imginspect.checks import CheckResult, Verdict
from imginspect.filesystem.capabilities import decode_capabilities
from tests.checks.judging import judged_by, messages
from tests.image_builder import Entry, ImageBuilder, block_device, char_device, directory, file, hardlink, symlink, whiteout

NET_RAW, SETUID, SYS_ADMIN = 1 << 13, 1 << 7, 1 << 21


def judged(rule_id: str, *layers: list[Entry]) -> CheckResult:
    image = ImageBuilder()
    for entries in layers:
        image = image.layer(*entries)
    return judged_by(rule_id, image)


def capability(permitted: int, inheritable: int = 0, version: int = 2) -> bytes:
    halves = [permitted & 0xFFFFFFFF, inheritable & 0xFFFFFFFF, permitted >> 32, inheritable >> 32]
    words = halves[:2] if version == 1 else halves
    return struct.pack(f"<{len(words) + 1}I", version << 24 | 1, *words) + (struct.pack("<I", 1000) if version == 3 else b"")


# -- setuid and setgid ---------------------------------------------------------------------------------------------------


def test_a_program_that_is_gone_is_still_there_by_another_name() -> None:
    below = [file("/app/helper", b"1", mode=0o4755), hardlink("/app/also", "/app/helper", mode=0o755)]
    result = judged("TRE-PRM-001", below, [whiteout("/app/helper")])
    assert result.verdict is Verdict.WARN
    assert [finding.evidence[0].path for finding in result.findings] == ["/app/also"]


def test_what_distributions_ship_is_only_named() -> None:
    result = judged("TRE-PRM-001", [file("/usr/bin/su", b"1", mode=0o4755), file("/usr/lib/openssh/ssh-keysign", b"2", mode=0o4755)])
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    assert "/usr/bin/su" in result.reason


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([file("/app/helper", b"1", mode=0o4755)], Verdict.WARN),
        ([file("/app/su", b"1", mode=0o4755)], Verdict.WARN),
        ([file("/usr/bin/local/../../app/su", b"1", mode=0o4755)], Verdict.WARN),
        ([file("/app/helper", b"1", mode=0o4755, uid=1000)], Verdict.WARN),
        ([file("/usr/bin/su", b"1", mode=0o4777)], Verdict.FAIL),
        ([file("/usr/bin/su", b"1", mode=0o4775)], Verdict.FAIL),
        ([file("/app/bash", b"1", mode=0o4755)], Verdict.FAIL),
        ([file("/bin/bash", b"shell", mode=0o755), file("/usr/bin/su", b"shell", mode=0o4755)], Verdict.FAIL),
        ([file("/app/run.sh", b"#!/bin/sh\n", mode=0o4755)], Verdict.WARN),
        ([file("/app/helper", b"1", mode=0o4644)], Verdict.PASS),
        ([file("/app/helper", b"1", mode=0o755)], Verdict.PASS),
        ([directory("/app", mode=0o4755)], Verdict.PASS),
        ([symlink("/app/su", "/usr/bin/su", mode=0o4777)], Verdict.PASS),
    ],
)
def test_setuid(entries: list[Entry], verdict: Verdict) -> None:
    assert judged("TRE-PRM-001", entries).verdict is verdict


def test_one_finding_for_each_file_with_its_mode() -> None:
    result = judged("TRE-PRM-001", [file(f"/app/{name}", name.encode(), mode=0o4755) for name in "abc"])
    assert [finding.evidence[0].path for finding in result.findings] == ["/app/a", "/app/b", "/app/c"]
    assert "4755" in messages(result)


def test_all_of_many_are_listed() -> None:
    result = judged("TRE-PRM-001", [file(f"/app/{number}", b"%d" % number, mode=0o4755) for number in range(60)])
    assert len(result.findings) == 60


@pytest.mark.parametrize(
    "later", [file("/app/helper", b"1", mode=0o755), whiteout("/app/helper"), whiteout("/app"), file("/app", b"now a file")]
)
def test_a_bit_that_a_later_layer_took_away(later: Entry) -> None:
    assert judged("TRE-PRM-001", [file("/app/helper", b"1", mode=0o4755)], [later]).verdict is Verdict.PASS


def test_a_hard_link_to_a_program_that_is_deleted_itself_is_found() -> None:
    layers = [file("/x/helper", b"1", mode=0o4755)], [hardlink("/app/kept", "/x/helper", mode=0o4755), whiteout("/x/helper")]
    result = judged("TRE-PRM-001", *layers)
    assert [finding.evidence[0].path for finding in result.findings] == ["/app/kept"]


def test_a_mode_that_only_the_hard_links_own_entry_states_is_found_under_all_names() -> None:
    result = judged("TRE-PRM-001", [file("/x/plain", b"1", mode=0o755), hardlink("/x/link", "/x/plain", mode=0o4755)])
    assert [finding.evidence[0].path for finding in result.findings] == ["/x/link", "/x/plain"]
    assert "mode 4755 under some runtimes" in result.findings[0].message


def test_a_mode_that_a_hard_links_own_entry_takes_away_is_found_too() -> None:
    result = judged("TRE-PRM-001", [file("/x/plain", b"1", mode=0o4755), hardlink("/x/link", "/x/plain", mode=0o755)])
    assert [finding.evidence[0].path for finding in result.findings] == ["/x/link", "/x/plain"]


def test_owners_of_both_headers_are_named() -> None:
    result = judged("TRE-PRM-001", [file("/x/plain", b"1", mode=0o4755, uid=7), hardlink("/x/link", "/x/plain", mode=0o4755, uid=0, gid=3)])
    assert "runs as root or user 7" in result.findings[0].message


def test_of_several_hard_links_the_last_entry_counts_beside_the_files() -> None:
    layer = [file("/x/a", b"1", mode=0o755), hardlink("/x/b", "/x/a", mode=0o4755), hardlink("/x/c", "/x/a", mode=0o755)]
    assert judged("TRE-PRM-001", layer).findings == ()


def test_a_mode_of_a_hard_link_in_a_later_layer_is_found_when_its_target_is_gone() -> None:
    layers = [file("/x/a", b"1", mode=0o755)], [hardlink("/x/b", "/x/a", mode=0o2755)], [whiteout("/x/a")]
    assert [finding.evidence[0].path for finding in judged("TRE-PRM-002", *layers).findings] == ["/x/b"]


def test_a_world_writable_mode_of_a_hard_link_is_found_under_all_names() -> None:
    result = judged("TRE-PRM-004", [file("/etc/a", b"1"), hardlink("/etc/b", "/etc/a", mode=0o666)])
    assert [finding.evidence[0].path for finding in result.findings] == ["/etc/a", "/etc/b"]


def test_capabilities_of_a_hard_links_header_are_those_of_all_names() -> None:
    link = hardlink("/x/t2", "/x/t", records={"SCHILY.xattr.security.capability": capability(NET_RAW)})
    result = judged("TRE-PRM-003", [file("/x/t", b"1", mode=0o755), link])
    assert [finding.evidence[0].path for finding in result.findings] == ["/x/t", "/x/t2"]


def test_capabilities_of_both_headers_are_told() -> None:
    link = hardlink("/x/t2", "/x/t", records={"SCHILY.xattr.security.capability": capability(NET_RAW)})
    result = judged("TRE-PRM-003", [file("/x/t", b"1", mode=0o755, xattrs={"security.capability": capability(1 << 12)}), link])
    told = "\n".join(finding.message for finding in result.findings)
    assert "cap_net_raw" in told
    assert "cap_net_admin" in told


def test_a_file_that_a_link_put_elsewhere_is_found_behind_a_decoy() -> None:
    layers = (
        [directory("/real"), symlink("/lib", "/real")],
        [file("/lib/helper", b"1", mode=0o4755)],
        [whiteout("/lib")],
        [directory("/lib"), file("/lib/helper", b"1", mode=0o755)],
    )
    result = judged("TRE-PRM-001", *layers)
    assert [finding.evidence[0].path for finding in result.findings] == ["/real/helper"]


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        (file("/app/helper", b"1", mode=0o2755, gid=42), Verdict.WARN),
        (file("/usr/bin/chage", b"1", mode=0o2755, gid=42), Verdict.PASS),
        (file("/app/data", b"1", mode=0o2644), Verdict.PASS),
        (directory("/var/mail", mode=0o2775, gid=8), Verdict.PASS),
    ],
)
def test_setgid(entry: Entry, verdict: Verdict) -> None:
    assert judged("TRE-PRM-002", [entry]).verdict is verdict


# -- capabilities --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2, 3])
def test_capabilities_of_each_version(version: int) -> None:
    found = decode_capabilities(capability(NET_RAW, SETUID, version))
    assert found is not None
    assert (found.version, found.permitted, found.inheritable, found.effective) == (version, ("cap_net_raw",), ("cap_setuid",), True)
    assert found.root_id == (1000 if version == 3 else 0)


def test_capabilities_above_31_and_without_a_name() -> None:
    found = decode_capabilities(capability(1 << 39 | 1 << 63))
    assert found is not None
    assert found.permitted == ("cap_bpf", "cap_63")


@pytest.mark.parametrize("value", [b"", b"\0", capability(1)[:-1], capability(1) + b"\0", b"\0\0\0\x04" + bytes(16), bytes(20)])
def test_an_attribute_that_linux_does_not_take(value: bytes) -> None:
    assert decode_capabilities(value) is None


@pytest.mark.parametrize(
    ("path", "value", "mode", "verdict"),
    [
        ("/usr/bin/ping", capability(NET_RAW), 0o755, Verdict.PASS),
        ("/usr/bin/ping", capability(NET_RAW, version=3), 0o755, Verdict.PASS),
        ("/usr/bin/ping", capability(NET_RAW | SYS_ADMIN), 0o755, Verdict.FAIL),
        ("/usr/bin/ping", capability(NET_RAW), 0o777, Verdict.FAIL),
        ("/home/me/ping", capability(NET_RAW), 0o755, Verdict.WARN),
        ("/app/run", capability(SETUID), 0o755, Verdict.FAIL),
        ("/app/run", capability(0, NET_RAW), 0o755, Verdict.WARN),
        ("/app/run", b"\1\0\0\2", 0o755, Verdict.UNDETERMINED),
    ],
)
def test_capabilities(path: str, value: bytes, mode: int, verdict: Verdict) -> None:
    entry = file(path, b"1", mode=mode, xattrs={"security.capability": value})
    assert judged("TRE-PRM-003", [entry]).verdict is verdict


def test_other_attributes_are_none() -> None:
    assert judged("TRE-PRM-003", [file("/a", b"1", xattrs={"user.note": b"x"})]).verdict is Verdict.PASS


# -- what everybody may write --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        (file("/app/run", b"1", mode=0o777), Verdict.FAIL),
        (file("/etc/passwd", b"1", mode=0o666), Verdict.FAIL),
        (file("/app/notes", b"1", mode=0o666), Verdict.WARN),
        (directory("/app/cache", mode=0o777), Verdict.WARN),
        (directory("/usr/local/bin", mode=0o777), Verdict.FAIL),
        (directory("/tmp", mode=0o1777), Verdict.PASS),
        (directory("/tmp", mode=0o777), Verdict.WARN),
        (directory("/scratch", mode=0o777), Verdict.PASS),
        (file("/app/run", b"1", mode=0o775), Verdict.PASS),
        (symlink("/bin", "usr/bin"), Verdict.PASS),
        (char_device("/dev/null", mode=0o666), Verdict.PASS),
    ],
)
def test_world_writable(entry: Entry, verdict: Verdict) -> None:
    assert judged("TRE-PRM-004", [entry]).verdict is verdict


def test_a_right_that_a_later_layer_took_away() -> None:
    assert judged("TRE-PRM-004", [directory("/app/cache", mode=0o777)], [directory("/app/cache", mode=0o755)]).verdict is Verdict.PASS


def test_of_many_writable_files_the_worst_come_first() -> None:
    entries = [file(f"/app/{number:03}", b"%d" % number, mode=0o666) for number in range(80)] + [file("/app/z", b"1", mode=0o777)]
    result = judged("TRE-PRM-004", entries)
    assert result.findings[0].evidence[0].path == "/app/z"
    assert len(result.findings) == 81


# -- devices -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        (block_device("/app/disk"), Verdict.FAIL),
        (char_device("/dev/mem", 1, 1), Verdict.FAIL),
        (char_device("/dev/null", 1, 1), Verdict.FAIL),
        (char_device("/app/null", 1, 3), Verdict.WARN),
        (char_device("/dev/fuse", 10, 229), Verdict.WARN),
        (char_device("/dev/null", 1, 3), Verdict.PASS),
        (char_device("/app/gone", 0, 0), Verdict.PASS),
        (file("/dev/null", b""), Verdict.PASS),
    ],
)
def test_devices(entry: Entry, verdict: Verdict) -> None:
    assert judged("TRE-PRM-005", [entry]).verdict is verdict


@pytest.mark.parametrize("rule_id", [f"TRE-PRM-00{number}" for number in range(1, 6)])
def test_an_image_that_was_not_read_whole_is_undetermined(rule_id: str) -> None:
    result = judged_by(rule_id, ImageBuilder().layer(file("/a", b"1")).layer(file("/b", b"2")).without_blob(1))
    assert (result.verdict, result.due_to_unread) == (Verdict.UNDETERMINED, True)
