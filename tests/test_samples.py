"""Images as researchers build them, in miniature: what a careful auditor would answer for sound ones, and for each fault planted in one.

The shapes are those of public samples for the environment: a Python batch job, R, a shell pipeline, Hugging Face with a model in the image,
an interactive notebook server, conda, a static program. A case is a change to such an image and the rules that must not pass then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.labelled.judging import verdicts

Entry = dict[str, Any]
MOUNTS: list[Entry] = [{"path": "/safe_data/"}, {"path": "/safe_outputs/"}, {"path": "/scratch/"}]
LOADER = "/lib64/ld-linux-x86-64.so.2"
PASSWD = "root:x:0:0:root:/root:/bin/sh\nresearcher:x:1000:1000::/home/researcher:/bin/sh\n"


def text(path: str, content: str, mode: int = 0o644) -> Entry:
    return {"path": path, "text": content, "mode": mode}


def binary(path: str, **elf: Any) -> Entry:
    return {"path": path, "mode": 0o755, "elf": elf}


BASE: list[Entry] = [
    {"path": "/bin", "kind": "symlink", "target": "usr/bin"},
    {"path": "/lib64", "kind": "symlink", "target": "usr/lib64"},
    {"path": "/usr/bin/"},
    binary("/usr/lib64/ld-linux-x86-64.so.2", kind="shared"),
    binary("/usr/lib/x86_64-linux-gnu/libc.so.6", kind="shared"),
    binary("/usr/bin/dash", interpreter=LOADER, needed=["libc.so.6"]),
    {"path": "/usr/bin/sh", "kind": "symlink", "target": "dash"},
    binary("/usr/bin/env", interpreter=LOADER, needed=["libc.so.6"]),
    binary("/usr/bin/tini", interpreter=LOADER, needed=["libc.so.6"]),
    binary("/usr/bin/python3.11", interpreter=LOADER, needed=["libc.so.6"]),
    {"path": "/usr/bin/python3", "kind": "symlink", "target": "python3.11"},
    binary("/usr/bin/curl", interpreter=LOADER, needed=["libc.so.6"]),
    binary("/usr/bin/Rscript", interpreter=LOADER, needed=["libc.so.6"]),
    text("/usr/lib/python3.11/os.py", "import abc\n"),
    text("/etc/passwd", PASSWD),
    text("/etc/group", "root:x:0:\nresearcher:x:1000:\n"),
    text("/etc/os-release", "ID=debian\n"),
]


@dataclass(frozen=True)
class Sample:
    """An image: the layer of the project over that of the system, and the config."""

    files: list[Entry]
    config: dict[str, Any] = field(default_factory=dict)
    system: list[Entry] = field(default_factory=lambda: BASE)
    mounts: list[Entry] = field(default_factory=lambda: MOUNTS)
    later: list[Entry] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    reference: str = "ghcr.io/group/app:1"

    def description(self) -> dict[str, Any]:
        layers = [self.system, self.mounts, self.files, *([self.later] if self.later else [])]
        steps = [
            "ADD rootfs.tar / # buildkit",
            "RUN /bin/sh -c mkdir /safe_data /safe_outputs /scratch # buildkit",
            "COPY . /app # buildkit",
        ]
        config = {"user": "researcher", "working_dir": "/app", **self.config}
        history = self.history or [*steps, "RUN /bin/sh -c tidy # buildkit"][: len(layers)]
        return {"layers": layers, "config": config, "history": history, "reference": self.reference}


PYTHON_JOB = Sample(
    [
        text(
            "/app/main.py", "import csv\nfrom helper import mean\n\nwith open('/safe_data/in.csv') as f:\n    print(mean(csv.reader(f)))\n"
        ),
        text("/app/helper.py", "def mean(rows):\n    return sum(float(r[0]) for r in rows)\n"),
    ],
    {"entrypoint": ["python3", "/app/main.py"]},
)
R_JOB = Sample(
    [text("/app/model.R", 'd <- read.csv("/safe_data/in.csv")\nsaveRDS(lm(y ~ x, d), "/safe_outputs/model.rds")\n')],
    {"cmd": ["Rscript", "/app/model.R"]},
)
RUN_SH = """\
#!/bin/sh
set -eu
# curl https://example.org would not work here
for f in /safe_data/*.csv; do
  /app/step.sh "$f"
done
echo "done, see https://example.org"
"""
STEP_SH = """\
#!/usr/bin/env sh
python3 /app/step.py "$1" > "/safe_outputs/$(basename "$1")"
"""
PIPELINE = Sample(
    [
        text("/app/run.sh", RUN_SH, 0o755),
        text("/app/step.sh", STEP_SH, 0o755),
        text("/app/step.py", "import sys\nprint(open(sys.argv[1]).read())\n"),
    ],
    {"entrypoint": ["tini", "--", "/app/run.sh"], "env": ["PATH=/usr/local/bin:/usr/bin:/bin", "TMPDIR=/scratch"]},
)
STATIC = Sample([binary("/app/tool")], {"entrypoint": ["/app/tool", "--in", "/safe_data"]}, system=[text("/etc/passwd", PASSWD)])
SHELL_FORM = Sample(
    [text("/app/main.py", "print('done')\n")], {"entrypoint": ["/bin/sh", "-c", "exec python3 /app/main.py --out /safe_outputs"]}
)
CONSOLE_SCRIPT = Sample(
    [
        text("/usr/local/bin/analyse", "#!/usr/bin/python3\nimport sys\nfrom analysis.cli import main\nsys.exit(main())\n", 0o755),
        text("/usr/local/lib/python3.11/dist-packages/analysis/__init__.py", ""),
        text("/usr/local/lib/python3.11/dist-packages/analysis/cli.py", "def main():\n    print('done')\n"),
    ],
    {"entrypoint": ["analyse"], "env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
)
SOUND = {
    "python job": PYTHON_JOB,
    "R job": R_JOB,
    "shell pipeline behind tini": PIPELINE,
    "static program": STATIC,
    "shell form": SHELL_FORM,
    "console script": CONSOLE_SCRIPT,
}
OPEN = {"static program": {"TRE-NET-001", "TRE-NET-002"}}
"""What cannot be told of a sound image: a compiled program of the project's own is not analysed."""


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_held_against_a_sound_image(name: str) -> None:
    found = verdicts(SOUND[name].description(), "epcc-tre")
    assert {rule for rule, verdict in found.items() if verdict not in ("pass", "not-applicable")} == OPEN.get(name, set())


def changed(sample: Sample, path: str, **change: Any) -> Sample:
    """*sample* with a project file changed."""
    return replace(sample, files=[{**entry, **change} if entry["path"] == path else entry for entry in sample.files])


def configured(sample: Sample, **config: Any) -> Sample:
    return replace(sample, config={**sample.config, **config})


def with_file(sample: Sample, *entries: Entry) -> Sample:
    return replace(sample, files=[*sample.files, *entries])


def without_system(sample: Sample, path: str) -> Sample:
    return replace(sample, system=[entry for entry in sample.system if entry["path"] != path])


TOKEN = "glpat-" + "Zq7xW2mK9pL4vN8sT3yB"
RUN = "/app/run.sh"
FAULTS: dict[str, tuple[Callable[[], Sample], str, str]] = {
    "no directories": (lambda: replace(PYTHON_JOB, mounts=[]), "TRE-DIR-001", "fail"),
    "a directory is a file": (lambda: replace(PYTHON_JOB, mounts=[*MOUNTS[:2], text("/scratch", "")]), "TRE-DIR-001", "fail"),
    "a directory is a link": (
        lambda: replace(PYTHON_JOB, mounts=[*MOUNTS[:2], {"path": "/scratch", "kind": "symlink", "target": "/tmp"}]), "TRE-DIR-001", "fail",
    ),
    "a directory is deleted": (lambda: replace(PYTHON_JOB, later=[{"path": "/scratch", "kind": "whiteout"}]), "TRE-DIR-001", "fail"),
    "data is hidden": (lambda: with_file(PYTHON_JOB, text("/safe_data/old.csv", "1\n")), "TRE-DIR-002", "warn"),
    "the script is hidden": (
        lambda: configured(with_file(PYTHON_JOB, text("/safe_data/main.py", "")), entrypoint=["python3", "/safe_data/main.py"]),
        "TRE-DIR-002", "fail",
    ),
    "temporary files elsewhere": (lambda: configured(PIPELINE, env=["PATH=/usr/bin", "TMPDIR=/var/tmp"]), "TRE-DIR-003", "warn"),
    "no command": (lambda: configured(PYTHON_JOB, entrypoint=[], cmd=[]), "TRE-ENT-001", "fail"),
    "no such program": (lambda: configured(PYTHON_JOB, entrypoint=["python4", "/app/main.py"]), "TRE-ENT-002", "fail"),
    "not executable": (lambda: changed(PIPELINE, RUN, mode=0o644), "TRE-ENT-002", "fail"),
    "line ends of another system": (lambda: changed(PIPELINE, RUN, text="#!/bin/sh\r\necho\r\n"), "TRE-ENT-002", "fail"),
    "a mark before the shebang": (
        lambda: configured(changed(PIPELINE, RUN, text="\ufeff#!/bin/sh\necho\n"), entrypoint=[RUN]), "TRE-ENT-002", "fail",
    ),
    "no shebang": (lambda: configured(changed(PIPELINE, RUN, text="echo\n"), entrypoint=[RUN]), "TRE-ENT-002", "fail"),
    "an empty script": (lambda: configured(changed(PIPELINE, RUN, text=""), entrypoint=[RUN]), "TRE-ENT-002", "fail"),
    "no such interpreter": (lambda: changed(PIPELINE, RUN, text="#!/bin/bash\necho\n"), "TRE-ENT-002", "fail"),
    "env finds no interpreter": (lambda: changed(PIPELINE, RUN, text="#!/usr/bin/env zsh\necho\n"), "TRE-ENT-002", "fail"),
    "no loader": (lambda: without_system(PYTHON_JOB, "/usr/lib64/ld-linux-x86-64.so.2"), "TRE-ENT-002", "fail"),
    "no library": (lambda: without_system(PYTHON_JOB, "/usr/lib/x86_64-linux-gnu/libc.so.6"), "TRE-ENT-002", "fail"),
    "deleted by a later layer": (lambda: replace(PIPELINE, later=[{"path": RUN, "kind": "whiteout"}]), "TRE-ENT-002", "fail"),
    "closed to the user": (
        lambda: replace(PIPELINE, files=[{"path": "/app/", "mode": 0o700}, *PIPELINE.files]), "TRE-ENT-002", "fail",
    ),
    "no such user": (lambda: configured(PYTHON_JOB, user="nobody-there"), "TRE-ENT-002", "fail"),
    "no such script": (lambda: configured(PYTHON_JOB, entrypoint=["python3", "/app/mian.py"]), "TRE-ENT-003", "fail"),
    "a script relative to another folder": (
        lambda: configured(PYTHON_JOB, entrypoint=["python3", "main.py"], working_dir="/srv"),
        "TRE-ENT-003", "fail",
    ),
    "another machine": (lambda: changed(STATIC, "/app/tool", elf={"machine": "arm64"}), "TRE-ENT-006", "fail"),
    "root": (lambda: configured(PYTHON_JOB, user=""), "TRE-USR-001", "warn"),
    "a licence server": (lambda: configured(PYTHON_JOB, env=["LM_LICENSE_FILE=27000@licences.example.org"]), "TRE-LIC-001", "fail"),
    "a licence file that asks a server": (
        lambda: with_file(PYTHON_JOB, text("/opt/licences/a.lic", "SERVER licences.example.org 0011aabbccdd 27000\nUSE_SERVER\n")),
        "TRE-LIC-001", "fail",
    ),
    "software without its licence": (
        lambda: with_file(PYTHON_JOB, binary("/usr/local/stata18/stata-mp"), text("/usr/local/stata18/ado/base/a.ado", "")),
        "TRE-LIC-002", "fail",
    ),
    "a token in a file": (lambda: with_file(PYTHON_JOB, text("/app/.env", f"TOKEN={TOKEN}\n")), "TRE-SEC-002", "fail"),
    "a token in a deleted file": (
        lambda: replace(with_file(PYTHON_JOB, text("/app/.env", f"T={TOKEN}\n")), later=[{"path": "/app/.env", "kind": "whiteout"}]),
        "TRE-SEC-002", "fail",
    ),
    "a token in the environment": (lambda: configured(PYTHON_JOB, env=[f"GITLAB_TOKEN={TOKEN}"]), "TRE-SEC-002", "fail"),
    "a token in a label": (lambda: configured(PYTHON_JOB, labels={"note": TOKEN}), "TRE-SEC-002", "fail"),
    "a token in a build argument": (
        lambda: replace(PYTHON_JOB, history=["ADD x", "RUN x", f"|1 TOKEN={TOKEN} /bin/sh -c make # buildkit"]), "TRE-SEC-002", "fail",
    ),
    "a download in the entry script": (
        lambda: changed(PIPELINE, RUN, text="#!/bin/sh\ncurl -O https://example.org/m.bin\n"),
        "TRE-NET-001", "fail",
    ),
    "a download in a script behind it": (
        lambda: changed(PIPELINE, "/app/step.sh", text="#!/bin/sh\ncurl -O https://example.org/m\n"),
        "TRE-NET-001", "fail",
    ),
    "a download in Python": (
        lambda: changed(PYTHON_JOB, "/app/main.py", text="import urllib.request as u\nu.urlopen('https://example.org')\n"),
        "TRE-NET-001", "fail",
    ),
    "a download in a module": (
        lambda: changed(PYTHON_JOB, "/app/helper.py", text="import requests\nrequests.get('https://example.org')\ndef mean(r): ...\n"),
        "TRE-NET-001", "fail",
    ),
    "packages at the start": (lambda: changed(PIPELINE, RUN, text="#!/bin/sh\npip install pandas\n"), "TRE-NET-002", "fail"),
    "packages in R": (lambda: changed(R_JOB, "/app/model.R", text='install.packages("dplyr")\n'), "TRE-NET-002", "fail"),
    "an unexpected setuid program": (lambda: with_file(PYTHON_JOB, {**binary("/app/helper"), "mode": 0o4755}), "TRE-PRM-001", "warn"),
    "files that everybody may change": (lambda: changed(PIPELINE, RUN, mode=0o777), "TRE-PRM-004", "warn"),
    "a name of another registry": (lambda: replace(PYTHON_JOB, reference="registry.example.org/group/app:1"), "TRE-HYG-004", "warn"),
    "a device": (
        lambda: with_file(PYTHON_JOB, {"path": "/app/disk", "kind": "block-device", "device": [8, 0]}), "TRE-PRM-005", "warn",
    ),
}  # fmt: skip
"""Fault: the image with it, the rule that sees it, and the least verdict that a careful auditor gives."""

_WORSE = {"warn": ("warn", "fail"), "fail": ("fail",)}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(name: str) -> None:
    make, rule, least = FAULTS[name]
    found = verdicts(make().description(), "epcc-tre")
    assert found[rule] in _WORSE[least], found


def test_every_rule_but_those_on_integrity_has_a_fault_that_it_sees() -> None:
    rules = {rule for rule in verdicts(PYTHON_JOB.description(), "epcc-tre") if not rule.startswith("TRE-INT")}
    # terms and the inventory fail nothing; group rights and capabilities are tried in tests/checks/test_permissions.py
    assert rules - {rule for _, rule, _ in FAULTS.values()} == {"TRE-LIC-003", "TRE-LIC-004", "TRE-PRM-002", "TRE-PRM-003"}
