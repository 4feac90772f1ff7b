"""A start is followed to its end; every way to fail is seen, and sound images are left alone."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.reach.startup import startup
from imginspect.startup.launch import Launch
from imginspect.startup.problem import Certainty, Concern, Kind
from tests.views import LOADER, Nothing, debian, folder, gone, library, link, program, script, static, text, view_of

Entry = dict[str, Any]
MOUNTS = ("/safe_data", "/scratch")
FAILS, DEPENDS, UNKNOWN, UNREAD = Certainty.FAILS, Certainty.DEPENDS, Certainty.UNKNOWN, Certainty.UNREAD
START, SCRIPT = Concern.START, Concern.SCRIPT


def start(*layers: list[Entry], **config: Any) -> Launch:
    return startup(view_of(*layers, **config), MOUNTS).launch


def debian_start(*entries: Entry, **config: Any) -> Launch:
    return start(debian(), list(entries), **config)


def found(result: Launch) -> list[tuple[Certainty, Concern, Kind]]:
    return [(problem.certainty, problem.concern, problem.kind) for problem in result.problems]


# -- sound images ------------------------------------------------------------------------------------------------------

PYTHON = {"cmd": ["python", "/app/run.py"]}
X = {"cmd": ["/app/x"]}
HELLO = text("/app/run.py", "print(1)\n")
BUSYBOX = [program("/bin/busybox", "libc.musl-x86_64.so.1", loader="/lib/ld-musl-x86_64.so.1"), link("/bin/sh", "/bin/busybox"),
           program("/lib/ld-musl-x86_64.so.1", loader="", kind="shared"), link("/lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"),
           link("/usr/bin/env", "/bin/busybox")]  # fmt: skip
CONDA = [
    program("/opt/conda/bin/python3.12", "libpthread.so.0", "libc.so.6", rpath="$ORIGIN/../lib"),
    library("/usr/lib/x86_64-linux-gnu/libpthread.so.0"),
    link("/opt/conda/bin/python", "python3.12"),
    script("/opt/conda/bin/conda", "#!/opt/conda/bin/python\n"),
    text("/opt/conda/lib/python3.12/os.py"),
]

SOUND: list[tuple[str, list[Entry], dict[str, Any], str]] = [
    ("python slim: the shell of the library", [], {"cmd": ["python3"]}, ""),
    ("python and a script", [HELLO], {"cmd": ["python", "/app/run.py"]}, "/app/run.py"),
    ("a relative script", [HELLO], {"cmd": ["python", "run.py"], "working_dir": "/app"}, "/app/run.py"),
    ("a working directory that is not there", [HELLO], {**PYTHON, "working_dir": "/srv"}, "/app/run.py"),
    ("a program relative to the working directory", [static("/app/bin/x")], {"cmd": ["bin/x"], "working_dir": "/app"}, "/app/bin/x"),
    ("entrypoint and cmd", [HELLO], {"entrypoint": ["python"], "cmd": ["/app/run.py", "x"]}, "/app/run.py"),
    ("tini", [HELLO], {"entrypoint": ["tini", "-g", "--"], "cmd": ["python", "/app/run.py"]}, "/app/run.py"),
    ("env in the first line", [script("/app/x", "#!/usr/bin/env python\n")], {"cmd": ["/app/x"]}, "/app/x"),
    ("env -S", [script("/app/x", "#!/usr/bin/env -S python -u\n")], {"cmd": ["/app/x"]}, "/app/x"),
    ("blanks behind #!", [script("/app/x", "#!  /bin/sh  -e \n:\n")], {"cmd": ["/app/x"]}, "/app/x"),
    ("no line end", [script("/app/x", "#!/bin/sh")], {"cmd": ["/app/x"]}, "/app/x"),
    ("a static Go program, no accounts", [static("/ko-app/x")], {"entrypoint": ["/ko-app/x"], "user": "65532:65532"}, "/ko-app/x"),
    ("postgres", [script("/usr/local/bin/docker-entrypoint.sh", '#!/usr/bin/env bash\nexec "$@"\n'), program("/usr/lib/pg/bin/postgres")],
     {"entrypoint": ["docker-entrypoint.sh"], "cmd": ["postgres"], "env": ["PATH=/usr/local/bin:/usr/bin:/usr/lib/pg/bin"]},
     "/usr/lib/pg/bin/postgres"),
    ("nvidia", [script("/opt/nvidia/nvidia_entrypoint.sh", "#!/bin/bash\n:\n")],
     {"entrypoint": ["/opt/nvidia/nvidia_entrypoint.sh"]}, "/opt/nvidia/nvidia_entrypoint.sh"),
    ("jupyter", [*CONDA, script("/usr/local/bin/start-notebook.py", "#!/usr/bin/env python\n")],
     {"entrypoint": ["tini", "-g", "--", "start.sh"], "cmd": ["start-notebook.py"], "env": ["PATH=/opt/conda/bin:/usr/local/bin:/usr/bin"]},
     "/usr/local/bin/start-notebook.py"),
    ("s6", [program("/package/admin/s6/command/execlineb"), script("/init", "#!/package/admin/s6/command/execlineb -S0\n"),
            link("/command/execlineb", "/package/admin/s6/command/execlineb")], {"entrypoint": ["/init"]}, "/init"),
    ("gosu", [HELLO], {"entrypoint": ["gosu", "app"], "cmd": ["python", "/app/run.py"]}, "/app/run.py"),
    ("a virtual environment", [link("/venv/bin/python", "/usr/local/bin/python3"), text("/venv/pyvenv.cfg"), HELLO],
     {"cmd": ["python", "/app/run.py"], "env": ["PATH=/venv/bin:/usr/bin"]}, "/app/run.py"),
    ("its console script", [link("/venv/bin/python", "/usr/local/bin/python3"), script("/venv/bin/tool", "#!/venv/bin/python\n")],
     {"cmd": ["/venv/bin/tool"]}, "/venv/bin/tool"),
    ("conda run", [*CONDA, program("/opt/conda/envs/lab/bin/python"), HELLO],
     {"cmd": ["/opt/conda/bin/conda", "run", "-n", "lab", "--no-capture-output", "python", "/app/run.py"]}, "/app/run.py"),
    ("shell form", [HELLO], {"cmd": ["/bin/sh", "-c", "python /app/run.py"]}, "/app/run.py"),
    ("shell form with cd and exec", [HELLO],
     {"entrypoint": ["/bin/sh", "-c", "cd /app && exec python run.py"], "cmd": ["ignored"]}, "/app/run.py"),
    ("shell form with a variable", [HELLO], {"cmd": ["/bin/sh", "-c", "python $APP/run.py"], "env": ["APP=/app"]}, "/app/run.py"),
    ("a text without first line, by a shell", [script("/app/x", ":\n")], {"cmd": ["/bin/sh", "-c", "/app/x"]}, "/app/x"),
    ("a shell and a script in PATH", [text("/usr/local/bin/x.sh", ":\n")], {"cmd": ["bash", "x.sh"]}, "/usr/local/bin/x.sh"),
    ("python -m", [], {"cmd": ["python", "-m", "http.server"]}, "/usr/local/lib/python3.12/http/server.py"),
    ("python -m package", [], {"cmd": ["python", "-m", "venv"]}, "/usr/local/lib/python3.12/venv/__main__.py"),
    ("a module in the working directory", [text("/app/pkg/run.py")],
     {"cmd": ["python", "-m", "pkg.run"], "working_dir": "/app"}, "/app/pkg/run.py"),
    ("a module of a virtual environment",
     [link("/venv/bin/python", "/usr/local/bin/python3.12"), text("/venv/pyvenv.cfg"),
      text("/venv/lib/python3.12/site-packages/tool/__init__.py"), text("/venv/lib/python3.12/site-packages/tool/__main__.py")],
     {"cmd": ["/venv/bin/python", "-m", "tool"]}, "/venv/lib/python3.12/site-packages/tool/__main__.py"),
    ("a module by .pth", [text("/usr/local/lib/python3.12/site-packages/x.pth", "/srv/src\n"), text("/srv/src/tool.py")],
     {"cmd": ["python", "-m", "tool"]}, "/srv/src/tool.py"),
    ("a folder with a main", [text("/app/__main__.py")], {"cmd": ["python", "/app"]}, "/app/__main__.py"),
    ("Rscript", [program("/usr/bin/Rscript"), text("/app/x.R")], {"cmd": ["Rscript", "/app/x.R"]}, "/app/x.R"),
    ("R, which is a script itself", [script("/usr/bin/R"), text("/app/x.R")], {"cmd": ["R", "--no-save", "-f", "/app/x.R"]}, "/app/x.R"),
    ("java", [program("/usr/bin/java"), text("/app/x.jar", "PK")], {"cmd": ["java", "-jar", "/app/x.jar"]}, "/app/x.jar"),
    ("node without a suffix", [program("/usr/bin/node"), text("/app/x.js")], {"cmd": ["node", "/app/x"]}, "/app/x.js"),
    ("a named user in a group that may", [folder("/srv", 0o750), {**script("/app/x", mode=0o750), "gid": 2000}],
     {"cmd": ["/app/x"], "user": "app"}, "/app/x"),
    ("readable for all", [HELLO], {"cmd": ["python", "/app/run.py"], "user": "4321:4321"}, "/app/run.py"),
    ("an interpreter that is a script", [script("/app/y", "#!/bin/sh\n:\n"), script("/app/x", "#!/app/y\n")], X, "/app/y"),
    ("busybox by applet", [static("/bin/busybox.static"), link("/busybox/busybox", "/bin/busybox.static"), text("/x.sh", ":\n")],
     {"cmd": ["/busybox/busybox", "sh", "/x.sh"]}, "/x.sh"),
    ("a program for 32 bits", [static("/app/x", machine="386")], {"cmd": ["/app/x"]}, "/app/x"),
    ("an empty PATH entry", [static("/usr/bin/x")], {"cmd": ["x"], "env": ["PATH=:/usr/bin"]}, "/usr/bin/x"),
    ("torchrun", [script("/usr/local/bin/torchrun", "#!/usr/local/bin/python3.12\n"), HELLO],
     {"cmd": ["torchrun", "--nproc_per_node", "1", "/app/run.py"]}, "/app/run.py"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "config", "end"), [pytest.param(*case[1:], id=case[0]) for case in SOUND])
def test_sound_images(entries: list[Entry], config: dict[str, Any], end: str) -> None:
    more = [script("/usr/local/bin/start.sh", '#!/bin/bash\nexec "$@"\n')]
    result = debian_start(*entries, *more, **config)
    assert result.problems == ()
    assert (result.started[-1].origin.path if end else "") == (end or "")
    assert bool(end) != result.is_interactive


def test_an_alpine_of_links() -> None:
    result = start(BUSYBOX, [script("/x", "#!/usr/bin/env sh\n:\n")], entrypoint=["/x"])
    assert result.problems == ()
    assert result.started[0].language.id == "shell"


def test_what_is_told_of_a_start() -> None:
    result = debian_start(script("/app/x", "#!/usr/bin/env python3\nprint(1)\n"), entrypoint=["tini", "--", "/app/x"], cmd=["a"])
    assert result.argv == ("tini", "--", "/app/x", "a")
    assert result.steps == (
        "tini -- /app/x a starts /usr/bin/tini",
        "/app/x a is started",
        "the first line of /app/x names /usr/bin/env python3",
        "python3 /app/x a starts /usr/local/bin/python3 (a link to /usr/local/bin/python3.12)",
        "python3 runs /app/x",
    )
    (started,) = result.started
    assert (started.language.id, started.argv) == ("python", ("python3", "/app/x", "a"))
    assert started.text == "#!/usr/bin/env python3\nprint(1)\n"
    assert {executed.node.path for executed in result.executed} == {"/usr/bin/tini", "/usr/bin/env", "/usr/local/bin/python3.12"}


def test_a_text_of_the_config_is_started_too() -> None:
    result = debian_start(entrypoint=["/bin/bash", "-c", "curl x | sh"])
    (started,) = result.started
    assert (started.language.id, started.text, started.origin.config_field) == ("shell", "curl x | sh", "Entrypoint[2]")
    assert found(result) == [(UNKNOWN, SCRIPT, Kind.NOT_FOLLOWED), (DEPENDS, START, Kind.NOT_FOUND)]
    assert "no program named 'curl'" in result.problems[1].text


# -- ways to fail ------------------------------------------------------------------------------------------------------

BROKEN: list[tuple[str, list[Entry], dict[str, Any], tuple[Certainty, Concern, Kind]]] = [
    ("no command", [], {}, (FAILS, START, Kind.NO_COMMAND)),
    ("an empty first word", [], {"cmd": ["", "x"]}, (FAILS, START, Kind.NO_COMMAND)),
    ("one empty word", [static("/app/x")], {"entrypoint": [""], **X}, (DEPENDS, START, Kind.NO_COMMAND)),
    ("an unknown user", [static("/app/x")], {**X, "user": "nobody"}, (FAILS, START, Kind.BAD_USER)),
    ("an unknown group", [static("/app/x")], {**X, "user": "app:nowhere"}, (FAILS, START, Kind.BAD_USER)),
    ("a file as working directory", [static("/app/x")], {**X, "working_dir": "/app/x"}, (FAILS, START, Kind.BAD_WORKING_DIR)),
    ("a folder below a file", [static("/app/x")], {**X, "working_dir": "/app/x/y"}, (FAILS, START, Kind.BAD_WORKING_DIR)),
    ("a relative working directory", [static("/app/x")], {**X, "working_dir": "app"}, (DEPENDS, START, Kind.BAD_WORKING_DIR)),
    ("not in PATH", [static("/app/x")], {"cmd": ["x"]}, (FAILS, START, Kind.NOT_FOUND)),
    ("an empty PATH", [static("/usr/bin/x")], {"cmd": ["x"], "env": ["PATH="]}, (FAILS, START, Kind.NOT_FOUND)),
    ("a PATH without it", [static("/usr/bin/x")], {"cmd": ["x"], "env": ["PATH=/bin/y"]}, (FAILS, START, Kind.NOT_FOUND)),
    ("words in one", [HELLO], {"cmd": ["python /app/run.py"]}, (FAILS, START, Kind.NOT_FOUND)),
    ("a variable", [static("/app/x")], {"cmd": ["${APP}/x"], "env": ["APP=/app"]}, (FAILS, START, Kind.NOT_EXPANDED)),
    ("a variable as script", [HELLO], {"cmd": ["python", "$APP/run.py"], "env": ["APP=/app"]}, (FAILS, SCRIPT, Kind.NOT_EXPANDED)),
    ("missing", [], X, (FAILS, START, Kind.NOT_FOUND)),
    ("a directory", [folder("/app/x")], X, (FAILS, START, Kind.NO_FILE)),
    ("a link to nothing", [link("/app/x", "y")], X, (FAILS, START, Kind.NOT_FOUND)),
    ("a circle", [link("/app/x", "y"), link("/app/y", "x")], X, (FAILS, START, Kind.LINK_LOOP)),
    ("no execute bit", [static("/app/x", 0o644)], X, (FAILS, START, Kind.NO_PERMISSION)),
    ("no right for the user", [static("/app/x", 0o744)], {**X, "user": "app"}, (FAILS, START, Kind.NO_PERMISSION)),
    ("a folder closed to the user", [folder("/app", 0o700), static("/app/x")], {**X, "user": "app"}, (FAILS, START, Kind.NO_PERMISSION)),
    ("below a mount", [static("/safe_data/x")], {"cmd": ["/safe_data/x"]}, (DEPENDS, START, Kind.BELOW_MOUNT)),
    ("a link below a mount", [link("/app/x", "/scratch/x")], X, (DEPENDS, START, Kind.BELOW_MOUNT)),
    ("by the kernel", [], {"cmd": ["/proc/self/exe"]}, (UNKNOWN, START, Kind.NOT_FOUND)),
    ("carriage return", [script("/app/x", "#!/bin/sh\r\n:\r\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("carriage return behind an option", [script("/app/x", "#!/bin/sh -e\r\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("byte order mark", [script("/app/x", "\ufeff#!/bin/sh\n")], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("an empty line before", [script("/app/x", "\n#!/bin/sh\n")], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("nothing behind #!", [script("/app/x", "#!\n:\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("too long", [script("/app/x", "#!/" + "x" * 300 + "\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("long options", [script("/app/x", "#!/bin/sh " + " " * 300 + "\n:\n")], X, (DEPENDS, START, Kind.BAD_SHEBANG)),
    ("several words", [script("/app/x", "#!/usr/bin/env python3 -u\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("several words behind a shell", [script("/app/x", "#!/bin/bash -e -x\n")], X, (UNKNOWN, SCRIPT, Kind.NOT_FOLLOWED)),
    ("a variable in the first line", [script("/app/x", "#!/usr/bin/env A=1 python3\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("env without a program", [script("/app/x", "#!/usr/bin/env\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("env's program is missing", [script("/app/x", "#!/usr/bin/env perl\n")], X, (FAILS, START, Kind.NOT_FOUND)),
    ("no interpreter", [script("/app/x", "#!/usr/bin/perl\n")], X, (FAILS, START, Kind.NO_INTERPRETER)),
    ("an interpreter without execute bit",
     [text("/usr/bin/perl", "x"), script("/app/x", "#!/usr/bin/perl\n")], X, (FAILS, START, Kind.NO_PERMISSION)),
    ("an interpreter below a mount", [script("/app/x", "#!/scratch/bin/python\n")], X, (DEPENDS, START, Kind.BELOW_MOUNT)),
    ("scripts without end", [script("/app/x", "#!/app/x\n")], X, (FAILS, START, Kind.BAD_SHEBANG)),
    ("no first line", [script("/app/x", "echo\n")], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("no first line behind gosu", [script("/app/x", "echo\n")], {"cmd": ["gosu", "app", "/app/x"]}, (FAILS, START, Kind.BAD_FORMAT)),
    ("no first line behind tini", [script("/app/x", "echo\n")], {"cmd": ["tini", "--", "/app/x"]}, (DEPENDS, START, Kind.BAD_FORMAT)),
    ("an empty file", [script("/app/x", "")], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("a Windows program", [{"path": "/app/x", "base64": "TVqQAAMAAAAEAAAA", "mode": 0o755}], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("an archive", [{"path": "/app/x", "base64": "UEsDBAAAAAA=", "mode": 0o755}], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("an object file", [{"path": "/app/x", "elf": {"kind": "relocatable"}, "mode": 0o755}], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("a damaged program", [{"path": "/app/x", "base64": "f0VMRgIB", "mode": 0o755}], X, (FAILS, START, Kind.BAD_FORMAT)),
    ("another architecture", [static("/app/x", machine="arm64")], X, (FAILS, START, Kind.WRONG_ARCHITECTURE)),
    ("a rare architecture", [static("/app/x", machine="x32")], X, (DEPENDS, START, Kind.WRONG_ARCHITECTURE)),
    ("no loader", [program("/app/x", "libc.so", loader="/lib/ld-musl-x86_64.so.1")], X, (FAILS, START, Kind.NO_LOADER)),
    ("a loader without execute bit",
     [program("/lib/ld.so", loader="", mode=0o644), program("/app/x", loader="/lib/ld.so")], X, (FAILS, START, Kind.NO_LOADER)),
    ("no library", [program("/app/x", "libz.so.1")], X, (FAILS, START, Kind.NO_LIBRARY)),
    ("no library of the interpreter",
     [program("/usr/bin/perl", "libperl.so"), script("/app/x", "#!/usr/bin/perl\n")], X, (FAILS, START, Kind.NO_LIBRARY)),
    ("no wrapper", [HELLO], {"entrypoint": ["/sbin/tini", "--"], **PYTHON}, (FAILS, START, Kind.NOT_FOUND)),
    ("a wrapper's program is missing", [], {"cmd": ["tini", "--", "/app/x"]}, (FAILS, START, Kind.NOT_FOUND)),
    ("a wrapper with nothing to start", [], {"entrypoint": ["tini", "--"]}, (FAILS, START, Kind.NO_COMMAND)),
    ("a wrapper's option", [HELLO], {"entrypoint": ["tini", "--unheard-of"], **PYTHON}, (UNKNOWN, START, Kind.NOT_FOLLOWED)),
    ("a wrapper's user", [HELLO], {"cmd": ["gosu", "nobody", "python", "/app/run.py"]}, (FAILS, START, Kind.BAD_USER)),
    ("a wrapper that needs root", [HELLO], {"cmd": ["gosu", "root", *PYTHON["cmd"]], "user": "app"}, (DEPENDS, START, Kind.NO_PERMISSION)),
    ("the rights of the wrapper's user",
     [text("/app/run.py", mode=0o600)], {"cmd": ["gosu", "app", *PYTHON["cmd"]]}, (FAILS, SCRIPT, Kind.NO_PERMISSION)),
    ("an environment that is not there", CONDA,
     {"cmd": ["/opt/conda/bin/conda", "run", "-n", "x", "perl"]}, (UNKNOWN, START, Kind.NOT_FOUND)),
    ("a program of a login shell", [], {"cmd": ["bash", "-lc", "perl x"]}, (UNKNOWN, START, Kind.NOT_FOUND)),
    ("a program of a shell text", [], {"cmd": ["sh", "-c", "exec perl x"]}, (FAILS, START, Kind.NOT_FOUND)),
    ("no script", [], PYTHON, (FAILS, SCRIPT, Kind.NOT_FOUND)),
    ("no script for a shell", [], {"cmd": ["bash", "run.sh"]}, (FAILS, SCRIPT, Kind.NOT_FOUND)),
    ("no script in a shell text", [], {"cmd": ["/bin/sh", "-c", "cd /app && python run.py"]}, (FAILS, SCRIPT, Kind.NOT_FOUND)),
    ("a script that nobody may read", [text("/app/run.py", mode=0o600)], {**PYTHON, "user": "app"}, (FAILS, SCRIPT, Kind.NO_PERMISSION)),
    ("a script that may be executed but not read", [script("/app/x", mode=0o711)],
     {**X, "user": "app"}, (FAILS, SCRIPT, Kind.NO_PERMISSION)),
    ("a folder without main", [folder("/app/run.py")], PYTHON, (FAILS, SCRIPT, Kind.NOT_FOUND)),
    ("a folder for a shell", [folder("/app/x")], {"cmd": ["sh", "/app/x"]}, (FAILS, SCRIPT, Kind.NO_FILE)),
    ("an empty script", [text("/app/run.py", "")], PYTHON, (DEPENDS, SCRIPT, Kind.OTHER)),
    ("a script on a mount", [], {"cmd": ["python", "/safe_data/run.py"]}, (DEPENDS, SCRIPT, Kind.BELOW_MOUNT)),
    ("Windows lines for a shell", [text("/x.sh", "set -e\r\n:\r\n")], {"cmd": ["sh", "/x.sh"]}, (DEPENDS, SCRIPT, Kind.BAD_FORMAT)),
    ("no module", [], {"cmd": ["python", "-m", "own.run"]}, (FAILS, SCRIPT, Kind.NO_MODULE)),
    ("no module in the package", [], {"cmd": ["python", "-m", "http.client"]}, (FAILS, SCRIPT, Kind.NO_MODULE)),
    ("a package without main", [], {"cmd": ["python", "-m", "http"]}, (FAILS, SCRIPT, Kind.NO_MODULE)),
    ("a module in the working directory, isolated",
     [text("/app/x.py")], {"cmd": ["python", "-I", "-m", "x"], "working_dir": "/app"}, (FAILS, SCRIPT, Kind.NO_MODULE)),
    ("code in a .pth", [text("/usr/local/lib/python3.12/site-packages/__editable___x_finder.pth", "import __editable___x_finder\n")],
     {"cmd": ["python", "-m", "x"]}, (UNKNOWN, SCRIPT, Kind.NOT_FOLLOWED)),
    ("an unknown option", [HELLO], {"cmd": ["python", "-Y", "/app/run.py"]}, (UNKNOWN, SCRIPT, Kind.NOT_FOLLOWED)),
    ("a Java class", [program("/usr/bin/java")], {"cmd": ["java", "-cp", "/app", "Main"]}, (UNKNOWN, SCRIPT, Kind.NOT_FOLLOWED)),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "config", "expected"), [pytest.param(*case[1:], id=case[0]) for case in BROKEN])
def test_ways_to_fail(entries: list[Entry], config: dict[str, Any], expected: tuple[Certainty, Concern, Kind]) -> None:
    result = debian_start(*entries, **config)
    assert found(result) == [expected]


def test_who_took_it_away_is_told() -> None:
    result = start(debian(), [static("/app/x")], [gone("/app/x")], entrypoint=["tini", "/app/x"])
    (problem,) = result.problems
    assert problem.config_field == "Entrypoint[1]"
    assert [(item.node.path, item.node.layer_index, item.state, item.by_layer) for item in problem.gone] == [("/app/x", 1, "deleted", 2)]
    assert "it is in layer 1 but deleted in layer 2" in problem.text


def test_what_a_link_leads_to_was_taken_away() -> None:
    result = start([static("/opt/x-1"), link("/app/x", "/opt/x-1")], [gone("/opt/x-1")], cmd=["/app/x"])
    (problem,) = result.problems
    assert "/app/x is a link to /opt/x-1" in problem.text
    assert [node.path for node in problem.nodes] == ["/app/x"]
    assert [item.node.path for item in problem.gone] == ["/opt/x-1"]


def test_a_program_in_path_was_taken_away() -> None:
    result = start([static("/usr/bin/x"), static("/usr/bin/y")], [gone("/usr/bin/x")], cmd=["x"])
    assert [item.node.path for item in result.problems[0].gone] == ["/usr/bin/x"]


def test_what_is_hidden_in_path_by_a_file_that_cannot_be_executed() -> None:
    assert start([text("/usr/local/bin/x"), static("/usr/bin/x")], cmd=["x"]).problems == ()
    assert found(start([text("/usr/local/bin/x")], cmd=["x"])) == [(FAILS, START, Kind.NO_PERMISSION)]


def test_contents_that_were_not_kept_are_not_judged() -> None:
    layer = [static("/app/x"), script("/app/y"), static("/bin/sh")]
    for command in ("/app/x", "/app/y"):
        result = startup(view_of(layer, keep=Nothing(), cmd=[command]), MOUNTS).launch
        assert found(result) == [(UNREAD, START, Kind.NOT_READ)]
        assert result.unknown


def test_rights_that_depend_on_accounts_that_were_not_kept() -> None:
    layer = [{**static("/app/x", 0o750), "gid": 2000}, text("/etc/passwd", "app:x:1000:1000::/:\n")]
    result = startup(view_of(layer, keep=Nothing(), cmd=["/app/x"], user="app"), MOUNTS).launch
    assert (UNREAD, START, Kind.NO_PERMISSION) in found(result)
    assert {problem.certainty for problem in result.problems} == {UNREAD}


def test_busybox_and_env_with_s() -> None:
    result = start(BUSYBOX, [script("/x", "#!/usr/bin/env -S sh -e\n:\n")], entrypoint=["/x"])
    assert found(result) == [(DEPENDS, START, Kind.BAD_SHEBANG)]


def test_the_driver_is_a_condition() -> None:
    result = debian_start(program("/app/x", "libcuda.so.1"), **X)
    assert result.problems == ()
    assert "libcuda.so.1" in result.conditions[0]


def test_a_library_that_may_come_from_an_activated_environment() -> None:
    result = debian_start(*CONDA, program("/app/x", "libz.so.1"), cmd=["/opt/conda/bin/conda", "run", "/app/x"])
    assert found(result) == [(UNKNOWN, START, Kind.NO_LIBRARY)]


def test_many_wrappers_come_to_an_end() -> None:
    result = debian_start(cmd=["env"] * 1_000)
    assert found(result) == [(UNREAD, START, Kind.NOT_FOLLOWED)]


def test_shells_that_start_shells_come_to_an_end() -> None:
    command = "true"
    for _ in range(8):
        command = f"sh -c {command}" if "'" not in command else command
    assert debian_start(cmd=["/bin/sh", "-c", command]).problems == ()


@pytest.mark.parametrize("word", ["\0", "/" * 5_000, "/a" * 4_000, "\udcff", "..", "/..", "-", "--", "/app/\n", "~/x", "$(x)"])
def test_odd_words(word: str) -> None:
    for words in ([word], ["tini", word], ["python", word], ["python", "-m", word], ["sh", "-c", word]):
        startup(view_of(debian(), cmd=words), MOUNTS)


def test_loader_is_in_use() -> None:
    assert debian_start(program("/app/x", loader=LOADER), **X).executed[0].loader is not None
