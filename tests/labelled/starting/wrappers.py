"""Programs that start others: each with a sound command, a missing program and a missing script behind it."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import shlex
from collections.abc import Sequence

from tests.labelled.starting.case import Case, broken, image, maybe, script, sound

MAIN = {"/app/main.py": "print('done')\n", "/app/list": "a\nb\n"}

WRAPPERS: dict[str, Sequence[str]] = {
    "env": ["env"],
    "env-assignments": ["env", "-u", "B", "--unset=C", "A=1", "D=x y"],
    "env-i": ["env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin"],
    "env-chdir": ["env", "-C", "/scratch", "--"],
    "nice": ["nice", "-n", "10"],
    "nice-old": ["nice", "-10"],
    "ionice": ["ionice", "-c", "3"],
    "timeout": ["timeout", "60"],
    "timeout-options": ["timeout", "-k", "5", "--signal=TERM", "--preserve-status", "1m"],
    "strace": ["strace", "-f"],
    "strace-options": ["strace", "-f", "-o", "/scratch/trace", "-e", "trace=execve"],
    "flock": ["flock", "/scratch/lock"],
    "flock-options": ["flock", "-n", "-E", "7", "/scratch/lock"],
    "tini": ["tini", "--"],
    "tini-options": ["tini", "-g", "-s", "-v", "--"],
    "tini-bare": ["tini"],
    "dumb-init": ["dumb-init", "--"],
    "dumb-init-options": ["dumb-init", "--single-child", "--rewrite", "15:2"],
    "gosu": ["gosu", "app"],
    "gosu-number": ["gosu", "1000:1000"],
    "runuser": ["runuser", "-u", "app", "--"],
    "setpriv": ["setpriv", "--reuid=1000", "--regid", "1000", "--clear-groups"],
    "nohup": ["nohup"],
    "setsid": ["setsid", "--wait"],
    "stdbuf": ["stdbuf", "-oL", "-e", "L"],
    "chroot": ["chroot", "/"],
    "chroot-user": ["chroot", "--userspec=1000:1000", "/"],
    "xargs": ["xargs"],
    "xargs-options": ["xargs", "-n", "1", "-P2", "-I{}"],
    "taskset": ["taskset", "-c", "0"],
    "prlimit": ["prlimit", "--core=0"],
    "two": ["tini", "--", "nice", "-n", "5"],
    "three": ["env", "A=1", "timeout", "60", "stdbuf", "-oL"],
    "shell-tini": ["tini", "--", "/bin/sh", "-c", "exec \"$@\"", "sh"],
}
READS_NAMES = ("xargs", "xargs-options")
UNTRIED: dict[str, Sequence[str]] = {
    "sudo": ["sudo", "-E", "-n", "-u", "app"],
    "sudo-assignment": ["sudo", "A=1"],
}


def of_each() -> list[Case]:
    """Three cases of each; every other wrapper stands in a script, behind exec."""
    cases: list[Case] = []
    for number, (name, words) in enumerate([*WRAPPERS.items(), *UNTRIED.items()]):
        tried = name in WRAPPERS
        line = 2 if number % 2 or name in READS_NAMES else 0
        commands = (["python3", "/app/main.py"], ["/app/gone", "--x"], ["python3", "/app/none.py"])
        whole, gone, none = (_image([*words, *command], line, name) for command in commands)
        cases.append(sound(f"wrapped-{name}", f"{words[0]} and a command that is there", whole, tried=tried))
        cases.append(broken(f"wrapped-{name}-program", f"{words[0]} and a missing program", gone, line=line, tried=tried))
        cases.append(broken(f"wrapped-{name}-script", f"{words[0]} and a missing script", none, line=line, tried=tried))
    return cases


def _image(words: list[str], line: int, name: str) -> dict[str, object]:
    if not line:
        return image(words, MAIN)
    source = " < /app/list" if name in READS_NAMES else ""
    return script(f"exec {shlex.join(words)}{source}\n", MAIN)


def peculiar() -> list[Case]:
    """What is peculiar to one of them."""
    return [
        broken("env-late-option", "an option behind an assignment is the command", image(["env", "A=1", "-u", "B", "python3", "/app/main.py"], MAIN)),
        sound("env-split", "env -S", image(["env", "-S", "python3 -u /app/main.py"], MAIN)),
        broken("env-split", "env -S", image(["env", "-S", "python3 -u /app/none.py"])),
        sound("env-chdir-relative", "env -C and a script relative to it", image(["env", "--chdir=/app", "python3", "main.py"], MAIN)),
        broken("env-chdir-relative", "env -C and a script relative to it", image(["env", "--chdir=/tmp", "python3", "main.py"], MAIN)),
        broken("env-chdir-gone", "env -C into nothing", image(["env", "-C", "/root/src", "python3", "/app/main.py"], MAIN)),
        sound("flock-c", "flock -c", image(["flock", "/scratch/lock", "-c", "python3 /app/main.py"], MAIN)),
        broken("flock-c", "flock -c", image(["flock", "/scratch/lock", "-c", "python3 /app/none.py"])),
        sound("flock-number", "flock on a descriptor of the script", script("exec 9> /scratch/lock\nflock -n 9 || exit 1\nexec python3 /app/main.py\n", MAIN)),
        broken("gosu-gone-user", "gosu to a user that is not there", image(["gosu", "worker", "python3", "/app/main.py"], MAIN)),
        broken("gosu-rights", "gosu to a user that may not read the script", image(["gosu", "app", "python3", "/root/main.py"], {"/root/main.py": "print()\n"})),
        sound("su-c", "su -c", image(["su", "app", "-s", "/bin/sh", "-c", "python3 /app/main.py"], MAIN), note="su keeps PATH unless it is a login"),
        broken("su-c", "su -c", image(["su", "app", "-s", "/bin/sh", "-c", "python3 /app/none.py"])),
        broken("chroot-gone", "chroot into nothing", image(["chroot", "/newroot", "/bin/sh"])),
        broken("chroot-empty", "chroot into a folder without the program", image(["chroot", "/tmp", "/bin/sh"])),
        sound("exec-a", "exec -a of bash", script("#!/bin/bash\nexec -a job sort /app/main.py\n", MAIN)),
        broken("exec-a", "exec -a of bash", script("#!/bin/bash\nexec -a job /app/gone.sh\n"), line=2),
        broken("command", "command", script("command /app/gone.sh\n"), line=2),
        sound("command", "command, twice", script("command -p ls / >/dev/null\ncommand python3 /app/main.py\n", MAIN)),
        broken("time", "time of bash", script("#!/bin/bash\ntime python3 /app/none.py\n"), line=2),
        sound("time", "time of bash", script("#!/bin/bash\ntime python3 /app/main.py\n", MAIN)),
        broken("time-in-sh", "time is no word of dash, and no program of the image", script("time python3 /app/main.py\n", MAIN), "warn", line=2),
        broken("find-exec", "find -exec", script("find /app -name '*.py' -exec /app/gone.sh {} \\;\n", MAIN), "warn", line=2, note="find ends with 0"),
        sound("find-exec", "find -exec", script("find /app -name '*.py' -exec python3 {} \\;\n", MAIN)),
        maybe("xargs-empty", "xargs -r on names of the data", script("find /safe_data -name '*.csv' | xargs -r /app/gone.sh\n"), "fail", line=2, note="nothing is in the data when this is tried"),
        broken("tini-takes-option", "tini without -- takes the options of its command for its own", image(["tini", "python3", "-u", "/app/main.py"], MAIN), "pass", "warn", note="so with the C library of GNU; with musl it does not"),
        broken("dumb-init-late-option", "dumb-init ends its own options where the command begins", image(["dumb-init", "python3", "-u", "/app/none.py"], MAIN)),
        sound("dumb-init-late-option", "dumb-init ends its own options where the command begins", image(["dumb-init", "python3", "-u", "/app/main.py"], MAIN)),
        broken("wrapper-gone", "the wrapper itself is missing", image(["catatonit", "--", "python3", "/app/main.py"], MAIN)),
        broken("wrapper-gone-script", "the wrapper itself is missing, in a script", script("set -e\nxvfb-run -a python3 /app/main.py\n", MAIN), line=3),
        broken("mpirun-gone", "mpirun is missing", script("exec mpirun -n 4 python3 /app/main.py\n", MAIN), line=2),
        broken("no-first-line-gosu", "gosu starts no text without a first line", image(["gosu", "root", "/app/bare"], entries=[{"path": "/app/bare", "text": "echo hi\n", "mode": 0o755}])),
        sound("no-first-line-env", "env hands a text without a first line to sh", image(["env", "/app/bare"], entries=[{"path": "/app/bare", "text": "echo hi\n", "mode": 0o755}]), "warn"),
        sound("no-first-line-tini", "tini hands a text without a first line to sh", image(["tini", "--", "/app/bare"], entries=[{"path": "/app/bare", "text": "echo hi\n", "mode": 0o755}]), "warn"),
    ]


def all_cases() -> list[Case]:
    """All of them."""
    return [*of_each(), *peculiar()]
