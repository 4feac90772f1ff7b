"""Starts that runtimes answer in their own way: each case as podman with crun, podman with runc and runc alone answer it.

Where they differ the answer is a warning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.checks.judging import messages
from tests.fuzz.fuzz_readers import examine
from tests.image_builder import Entry, ImageBuilder, directory, file, hardlink, program, symlink

RULES = ("TRE-ENT-001", "TRE-ENT-002", "TRE-ENT-003")
PATH = ["PATH=/bin"]
SCRIPT = b"#!/bin/sh\necho ran\n"
PASSWD = b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"
GROUP = b"root:x:0:\napp:x:1000:\ndata:x:2000:app\n"
BASE = [
    *(program(f"/bin/{name}") for name in ("sh", "bash", "echo", "env", "pwd", "nice", "python3")),
    file("/etc/passwd", PASSWD),
    file("/etc/group", GROUP),
    file("/app/run.sh", SCRIPT, mode=0o755),
    file("/app/plain", SCRIPT),
    file("/app/bin/t", SCRIPT, mode=0o755),
    file("/app/x.py", b"print(1)\n"),
]


def judge(entries: list[Entry], config: dict[str, Any]) -> tuple[str, str]:
    """The worst verdict of the three rules, and all that they say."""
    image = ImageBuilder().layer(*BASE).layer(*entries) if entries else ImageBuilder().layer(*BASE)
    (report,) = examine(image.config(**config).bytes())
    results = [result for result in report.results if result.rule.id in RULES]
    verdicts = {str(result.verdict) for result in results}
    worst = next((verdict for verdict in ("fail", "undetermined", "warn") if verdict in verdicts), "pass")
    return worst, "\n".join(messages(result) for result in results)


def run(*words: str, path: str | None = "/bin", **more: Any) -> dict[str, Any]:
    return {"entrypoint": list(words), "env": [] if path is None else [f"PATH={path}"], **more}


PWD = run("/bin/pwd")
TWO = [file("/x/t", SCRIPT, mode=0o755)]
CASES: list[tuple[str, list[Entry], dict[str, Any], str, str]] = [
    # the working directory
    ("a link to nothing", [symlink("/ln", "/nowhere")], {**PWD, "working_dir": "/ln"}, "fail", "/nowhere, which does not exist"),
    ("below a link to nothing", [symlink("/ln", "nowhere")], {**PWD, "working_dir": "/ln/sub"}, "fail", "/ln is a link to /nowhere"),
    ("a link to a file", [symlink("/ln", "/app/plain")], {**PWD, "working_dir": "/ln"}, "fail", "not a directory"),
    ("links in a circle", [symlink("/a", "b"), symlink("/b", "a")], {**PWD, "working_dir": "/a/x"}, "fail", "link loop"),
    ("below a file", [], {**PWD, "working_dir": "/app/plain/x"}, "fail", "/app/plain is a file"),
    ("back over a file", [], {**PWD, "working_dir": "/app/plain/../x"}, "fail", "/app/plain is a file"),
    ("missing", [], {**PWD, "working_dir": "/no/where"}, "pass", ""),
    ("missing, below a link", [symlink("/ln", "/app")], {**PWD, "working_dir": "/ln/new"}, "pass", ""),
    ("back over what is missing", [], {**PWD, "working_dir": "/nope/../app"}, "pass", ""),
    ("a slash at the end", [], {**PWD, "working_dir": "/app/"}, "pass", ""),
    ("closed to the user", [directory("/p", 0o700)], {**PWD, "working_dir": "/p", "user": "1000"}, "pass", ""),
    ("relative", [], {**PWD, "working_dir": "app"}, "warn", "runc refuses"),
    ("relative and followed from the root", [], {**run("/bin/sh", "run.sh"), "working_dir": "app"}, "warn", "runc refuses"),
    ("a link to a mount", [symlink("/ln", "/safe_data/x")], {**PWD, "working_dir": "/ln"}, "warn", "/safe_data"),
    ("a link to the kernel's", [symlink("/ln", "/proc/self")], {**PWD, "working_dir": "/ln"}, "pass", ""),
    ("where only the kernel makes files", [], {**PWD, "working_dir": "/proc/nothing"}, "undetermined", "the kernel"),
    # slashes and dots
    ("a program with a slash behind it", [], run("/app/run.sh/"), "fail", "Not a directory"),
    ("a program with a dot behind it", [], run("/app/run.sh/."), "fail", "Not a directory"),
    ("a shell with a slash behind it", [], run("/bin/sh/", "-c", "pwd"), "fail", "/bin/sh/"),
    ("a link to a name with a slash", [symlink("/ln", "/app/run.sh/")], run("/ln"), "fail", "the link /ln"),
    ("a link on the way that ends in a slash", [symlink("/ln", "/app/")], run("/ln/run.sh"), "pass", ""),
    ("a directory", [], run("/app/"), "fail", "directory"),
    ("dots on the way", [], run("/app/../app/./run.sh"), "pass", ""),
    ("dots behind what is missing", [], run("/nope/../app/run.sh"), "fail", "does not exist"),
    ("more dots than directories", [], run("/../../app/run.sh"), "pass", ""),
    ("back over a directory that the runtime makes", [], run("../app/run.sh", working_dir="/made"), "pass", ""),
    ("a script with a slash behind it", [], run("/bin/sh", "/app/run.sh/"), "fail", "Not a directory"),
    ("an interpreter with a slash", [file("/r", b"#!/bin/sh/\n", mode=0o755)], run("/r"), "fail", "Not a directory"),
    ("an empty word", [], run("", "x"), "fail", "empty"),
    # PATH
    ("an empty PATH", [], run("echo", path=""), "fail", "PATH is empty"),
    ("an empty PATH, in the folder itself", [], run("echo", path="", working_dir="/bin"), "fail", "echo"),
    ("an empty PATH and a whole path", [], run("/bin/echo", path=""), "pass", ""),
    ("no PATH", [], run("echo", path=None), "pass", ""),
    ("a variable in PATH", [], run("echo", path="$PATH:/app/bin"), "fail", "not expanded"),
    ("a variable in PATH, found behind it", [], run("t", path="$PATH:/app/bin"), "pass", ""),
    ("a relative part", [], run("t", path="bin:/bin", working_dir="/app"), "warn", "runc refuses"),
    ("a relative part before another", TWO, run("t", path="bin:/x", working_dir="/app"), "warn", "runc refuses"),
    ("a relative part behind another", TWO, run("t", path="/x:bin", working_dir="/app"), "pass", ""),
    ("a relative part without it", [], run("t2", path="bin:/bin", working_dir="/app"), "fail", "t2"),
    ("an empty part", [], run("run.sh", path="/bin:", working_dir="/app"), "fail", "an empty part of PATH"),
    ("an empty part before another", [*TWO, file("/x/run.sh", SCRIPT, mode=0o755)],
     run("run.sh", path=":/x:/bin", working_dir="/app"), "warn", "an empty part"),
    ("an empty part for a shell", [], run("/bin/sh", "-c", "exec t", path="/bin:", working_dir="/app/bin"), "pass", ""),
    ("quotes in PATH", [], run("t", path='"/app/bin:/bin"'), "fail", "'t'"),
    ("PATH twice, the last without it", [], {**run("t"), "env": ["PATH=/app/bin:/bin", "PATH=/bin"]}, "fail", "'t'"),
    ("PATH twice, the last with it", [], {**run("t"), "env": ["PATH=/bin", "PATH=/app/bin:/bin"]}, "pass", ""),
    ("path in small letters", [], {**run("t"), "env": ["path=/app/bin"]}, "fail", "'t'"),
    ("a directory of that name before it", [directory("/x/t")], run("t", path="/x:/app/bin:/bin"), "pass", ""),
    ("no execute bit before it", [file("/x/t", SCRIPT)], run("t", path="/x:/app/bin:/bin"), "pass", ""),
    ("no execute bit at all", [file("/x/t", SCRIPT)], run("t", path="/x:/bin"), "fail", "no user has permission"),
    ("not for the user, before it", [file("/x/t", SCRIPT, mode=0o700)],
     run("t", path="/x:/app/bin:/bin", user="1000"), "warn", "crun fails"),
    ("not for the user alone", [file("/x/t", SCRIPT, mode=0o700)], run("t", path="/x:/bin", user="1000"), "fail", "no permission"),
    ("a closed folder before it", [directory("/x", 0o700), *TWO], run("t", path="/x:/app/bin:/bin", user="1000"), "warn", "crun fails"),
    # Env
    ("an empty entry", [], {**PWD, "env": [*PATH, ""]}, "fail", "no name"),
    ("an entry without a name", [], {**PWD, "env": [*PATH, "=x"]}, "fail", "no name"),
    ("an entry without =", [], {**PWD, "env": [*PATH, "FOO"]}, "warn", "no '='"),
    # users
    ("a user with a sign", [], {**PWD, "user": "+5"}, "pass", ""),
    ("a negative user", [], {**PWD, "user": "-1"}, "fail", "not a valid user ID"),
    ("a group that is too large", [], {**PWD, "user": "1:4294967295"}, "fail", "not a valid group ID"),
    ("three parts", [], {**PWD, "user": "app:data:x"}, "pass", ""),
    ("an unknown group", [], {**PWD, "user": "app:none"}, "fail", "'none'"),
    ("a group by number", [], {**PWD, "user": "app:77"}, "pass", ""),
    ("a short entry", [file("/etc/passwd", b"app:x:7\n")], {**PWD, "user": "app"}, "pass", ""),
    ("a variable", [], {**PWD, "user": "$APP"}, "fail", "$APP"),
    # commands that end at once
    ("env alone", [], run("/bin/sh", "-c", "env"), "pass", ""),
    ("env alone, without a shell", [], run("env"), "pass", ""),
    ("env with a variable alone", [], run("/bin/sh", "-c", "env A=1"), "pass", ""),
    ("nice alone", [], run("nice"), "pass", ""),
    # comments
    ("a comment behind the command", [], run("/bin/sh", "-c", "python3 /app/x.py # start"), "pass", ""),
    ("a comment with quotes", [], run("/bin/sh", "-c", "python3 /app/x.py # it's `x`"), "pass", ""),
    ("a comment in front", [], run("/bin/sh", "-c", "# start\npython3 /app/x.py"), "pass", ""),
    ("a comment behind a missing script", [], run("/bin/sh", "-c", "python3 /app/none.py # start"), "fail", "/app/none.py"),
    ("no comment: it is part of a word", [], run("/bin/sh", "-c", "python3 /app/x.py#1"), "fail", "/app/x.py#1"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "config", "verdict", "says"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_the_answer_of_the_runtimes(entries: list[Entry], config: dict[str, Any], verdict: str, says: str) -> None:
    found, text = judge(entries, config)
    assert found == verdict, text
    assert says in text


def test_passwd_as_a_directory_stops_every_start() -> None:
    image = ImageBuilder().layer(program("/bin/pwd"), directory("/etc/passwd")).config(cmd=["/bin/pwd"], user="77")
    (report,) = examine(image.bytes())
    assert next(str(result.verdict) for result in report.results if result.rule.id == "TRE-ENT-002") == "fail"


def test_an_entry_without_a_number_is_root() -> None:
    image = ImageBuilder().layer(program("/bin/pwd"), file("/etc/passwd", b"app:x::5::/:/bin/sh\n")).config(cmd=["/bin/pwd"], user="app")
    (report,) = examine(image.bytes())
    assert next(str(result.verdict) for result in report.results if result.rule.id == "TRE-USR-001") == "warn"


# -- applets -------------------------------------------------------------------------------------------------------------

NAMES = b"[\0ash\0busybox\0cat\0cp\0echo\0env\0false\0ls\0mv\0pwd\0sh\0true\0wc\0\0"
MADE_UP = program("/x").content + b"\0\x82glue" + NAMES + b"other text\0"


def busybox(content: bytes = MADE_UP) -> list[Entry]:
    return [file("/bin/busybox", content, mode=0o755), symlink("/bin/sh", "busybox"), symlink("/bin/env", "busybox")]


APPLETS: list[tuple[str, list[Entry], list[str], str]] = [
    ("an applet", [], ["/bin/sh"], "pass"),
    ("the first of the list", [symlink("/[", "/bin/busybox")], ["/["], "pass"),
    ("no applet", [symlink("/foo", "/bin/busybox")], ["/foo"], "fail"),
    ("another program's name", [symlink("/bin/python3", "busybox")], ["python3", "/x.py"], "fail"),
    ("by a shell", [symlink("/bin/python3", "busybox")], ["/bin/sh", "-c", "python3 /x.py"], "fail"),
    ("a link to a link", [symlink("/bin/my", "sh")], ["my"], "fail"),
    ("a hard link", [hardlink("/foo", "/bin/busybox")], ["/foo"], "fail"),
    ("a copy", [file("/foo", MADE_UP, mode=0o755)], ["/foo"], "fail"),
    ("named busybox-x", [symlink("/busybox-x", "/bin/busybox")], ["/busybox-x", "cat"], "pass"),
    ("asked for one", [], ["/bin/busybox", "cat"], "pass"),
    ("asked for none that it has", [], ["/bin/busybox", "foo"], "fail"),
    ("asked for its list", [], ["/bin/busybox", "--list"], "pass"),
    ("as an interpreter", [file("/r", b"#!/bin/busybox sh\n", mode=0o755)], ["/r"], "pass"),
    ("as an interpreter without an applet", [file("/r", b"#!/bin/busybox\n", mode=0o755)], ["/r"], "fail"),
    ("without a file, by its own shell", [], ["/bin/sh", "-c", "wc /x"], "warn"),
    ("without a file, by env", [], ["/bin/env", "wc", "/x"], "warn"),
    ("without a file and no applet", [], ["/bin/sh", "-c", "python3 /x"], "fail"),
]


@pytest.mark.parametrize(("entries", "words", "verdict"), [pytest.param(*case[1:], id=case[0]) for case in APPLETS])
def test_applets(entries: list[Entry], words: list[str], verdict: str) -> None:
    image = ImageBuilder().layer(*busybox(), *entries).config(entrypoint=words, env=PATH)
    (report,) = examine(image.bytes())
    result = next(result for result in report.results if result.rule.id == "TRE-ENT-002")
    assert str(result.verdict) == verdict, messages(result)


def test_the_official_image_names_its_busybox_by_another_applet() -> None:
    entries = [
        file("/bin/[", MADE_UP, mode=0o755),
        hardlink("/bin/busybox", "/bin/["),
        hardlink("/bin/sh", "/bin/["),
        symlink("/foo", "bin/sh"),
    ]
    (report,) = examine(ImageBuilder().layer(*entries).config(cmd=["/foo"], env=PATH).bytes())
    assert next(str(result.verdict) for result in report.results if result.rule.id == "TRE-ENT-002") == "fail"


@pytest.mark.parametrize(("name", "verdict"), [("sh", "pass"), ("foo", "undetermined")])
def test_a_busybox_whose_list_is_not_found_is_no_fault(name: str, verdict: str) -> None:
    image = ImageBuilder().layer(program("/bin/busybox"), symlink(f"/{name}", "/bin/busybox")).config(cmd=[f"/{name}"], env=PATH)
    (report,) = examine(image.bytes())
    assert next(str(result.verdict) for result in report.results if result.rule.id == "TRE-ENT-002") == verdict


def test_a_program_that_is_the_same_file_as_a_busybox_without_a_list_is_taken_as_it_is() -> None:
    image = ImageBuilder().layer(program("/bin/busybox"), program("/bin/tini")).config(cmd=["/bin/tini", "/bin/busybox", "cat"], env=PATH)
    (report,) = examine(image.bytes())
    assert next(str(result.verdict) for result in report.results if result.rule.id == "TRE-ENT-002") == "pass"


@pytest.mark.skipif(not Path("/usr/bin/busybox").is_file(), reason="busybox is not installed")
@pytest.mark.parametrize(("name", "verdict"), [("sh", "pass"), ("[", "pass"), ("zcat", "pass"), ("foo", "fail")])
def test_a_real_busybox(name: str, verdict: str) -> None:
    content = Path("/usr/bin/busybox").read_bytes()
    image = ImageBuilder().layer(file("/bin/busybox", content, mode=0o755), symlink(f"/{name}", "/bin/busybox")).config(cmd=[f"/{name}"])
    (report,) = examine(image.bytes())
    result = next(result for result in report.results if result.rule.id == "TRE-ENT-002")
    assert str(result.verdict) == verdict, messages(result)
