"""Long lists: what a rule did not look at leaves it undecided."""

from __future__ import annotations

import pytest

from imginspect.checks import Verdict, mount_contents
from imginspect.licences import inventory
from imginspect.startup import named_texts
from tests.checks.judging import judged_by, messages
from tests.image_builder import ImageBuilder, directory, file, symlink

MOUNTS = (directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"))


def image(cmd: str = "/a.sh /b.sh") -> ImageBuilder:
    scripts = (file("/a.sh", b"#!/bin/sh\n"), file("/b.sh", b"#!/bin/sh\n"), symlink("/one", "/two"), symlink("/two", "/three"))
    return ImageBuilder().layer(*MOUNTS, *scripts, file("/safe_data/x", b"1")).config(cmd=cmd.split())


@pytest.mark.parametrize(("name", "most"), [("_MOST_TEXTS", 1), ("_MOST_WORDS", 1)])
def test_scripts_that_are_not_read_leave_it_open_whether_they_need_what_is_hidden(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged_by("TRE-DIR-002", image()).verdict is Verdict.WARN
    monkeypatch.setattr(named_texts, name, most)
    result = judged_by("TRE-DIR-002", image())
    assert result.verdict is Verdict.UNDETERMINED
    assert "more scripts start than are read" in messages(result)


def test_words_and_links_that_are_not_followed_leave_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mount_contents, "_MOST_LOOKUPS", 1)
    result = judged_by("TRE-DIR-002", image())
    assert result.verdict is Verdict.UNDETERMINED
    assert "more than 1 paths" in messages(result)
    assert "more than 1 symbolic links" in messages(result)


def test_a_path_behind_many_lines_of_the_script_is_seen() -> None:
    script = b"#!/bin/sh\n" + b"true\n" * 6_000 + b"cat /safe_data/x\n"
    built = ImageBuilder().layer(*MOUNTS, file("/a.sh", script), file("/safe_data/x", b"1")).config(cmd=["/a.sh"])
    assert judged_by("TRE-DIR-002", built).verdict is Verdict.FAIL


def licence(lines: int) -> ImageBuilder:
    content = b"# x\n" * lines + b"SERVER=27000@licences.example.org\n"
    return ImageBuilder().layer(file("/ansys_inc/shared_files/licensing/ansyslmd.ini", b"SERVER=27000@localhost\n" + content)).config()


def test_a_licence_file_that_is_not_read_to_its_end_is_not_decided() -> None:
    assert "licences.example.org" in messages(judged_by("TRE-LIC-001", licence(10)))
    result = judged_by("TRE-LIC-001", licence(3_000))
    assert result.verdict is Verdict.UNDETERMINED
    assert "it is too long to be read in full" in messages(result)
    assert "it is too long to be read in full" in messages(judged_by("TRE-LIC-003", licence(3_000)))


def test_packages_that_are_not_read_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    site = "/usr/lib/python3/dist-packages"
    packages = [file(f"{site}/{name}-1.dist-info/METADATA", b"Name: x\nLicense: MIT\n\n") for name in "abc"]
    built = ImageBuilder().layer(*packages).config()
    assert "MIT (3)" in messages(judged_by("TRE-LIC-004", built))
    monkeypatch.setattr(inventory, "_MOST_READ", 1)
    said = messages(judged_by("TRE-LIC-004", built))
    assert "MIT (1)" in said
    assert "the metadata of 2 packages was not read whole" in said


def test_a_long_value_in_a_message_ends_in_an_ellipsis() -> None:
    for length, end in ((199, "a, not"), (200, "a…, not")):
        built = ImageBuilder().layer(*MOUNTS).config(env=["TMPDIR=/" + "a" * length])
        assert f"a{end}" in messages(judged_by("TRE-DIR-003", built))
