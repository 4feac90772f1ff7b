"""What a careful auditor answers about ordinary images, sound and faulty, written down before the tool is run.

A case is one line of SOUND or FAULTY: a name, an image, and the verdicts of the rules that it is about. It says nothing of other rules, so
that a new rule changes no case. To add one, compose the image from the parts above, with ``job`` for a Python job that is sound but for
what you add. One test asks for all rules: on a sound image in each format, nothing is found.
"""

from __future__ import annotations

import random
import string
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from imginspect.scan.minimal_elf import minimal_elf
from tests.builder.forms import DIRECTORY_FORMS, TAR_FORMS
from tests.image_builder import Entry, ImageBuilder, block_device, directory, file, opaque, program, symlink, whiteout
from tests.inspecting import report_of, results_of

Layer: TypeAlias = list[Entry]
Verdicts: TypeAlias = dict[str, str]
Case: TypeAlias = tuple[str, ImageBuilder, Verdicts]

LOADER = "/lib64/ld-linux-x86-64.so.2"
PATH = "PATH=/usr/local/bin:/usr/bin:/bin"
PASSWD = "root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n"
COPY, RUN = "COPY . / # buildkit", "RUN /bin/sh -c make # buildkit"
SITE = "/usr/local/lib/python3.11/site-packages"
NOT_FOLLOWED: Verdicts = {"TRE-NET-001": "undetermined", "TRE-NET-002": "undetermined"}
"""What is started holds something that is not analysed, or is not there."""
STARTS: Verdicts = {"TRE-ENT-001": "pass", "TRE-ENT-002": "pass", "TRE-ENT-003": "pass"}
OFFLINE: Verdicts = {"TRE-NET-001": "pass", "TRE-NET-002": "pass"}
RUNS: Verdicts = {**STARTS, **OFFLINE}


# -- parts of images -----------------------------------------------------------------------------------------------------


def text(path: str, content: str, mode: int = 0o644) -> Entry:
    return file(path, content.encode(), mode=mode)


def script(path: str, content: str, mode: int = 0o755) -> Entry:
    return text(path, content, mode)


def dynamic(path: str, *needed: str, **more: Any) -> Entry:
    """A program that needs the C library and *needed*."""
    return file(path, minimal_elf(interpreter=LOADER, needed=["libc.so.6", *needed], **more), mode=0o755)


def library(path: str) -> Entry:
    return file(path, minimal_elf(kind="shared"))


def debian() -> Layer:
    """A base: merged /usr, a loader and libraries, shells and tools, accounts."""
    libraries = ("libc.so.6", "libm.so.6", "libz.so.1", "ld-linux-x86-64.so.2")
    tools: tuple[str, ...] = (
        "dash",
        "bash",
        "env",
        "cat",
        "cut",
        "date",
        "id",
        "mkdir",
        "mktemp",
        "rm",
        "sort",
        "tee",
        "wc",
        "dirname",
        "basename",
    )
    tools += ("apt-get", "curl", "nice", "timeout", "wget")
    return [
        *(symlink(f"/{name}", f"usr/{name}") for name in ("bin", "lib", "lib64", "sbin")),
        *(file(f"/usr/lib/x86_64-linux-gnu/{name}", minimal_elf(kind="shared"), mode=0o755) for name in libraries),
        symlink("/usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        *(dynamic(f"/usr/bin/{name}") for name in tools),
        symlink("/usr/bin/sh", "dash"),
        text("/etc/passwd", PASSWD),
        text("/etc/group", "root:x:0:\nshadow:x:42:\n"),
        directory("/root", mode=0o700),
        directory("/tmp", mode=0o1777),
    ]  # fmt: skip


MOUNTS: Layer = [directory("/safe_data"), directory("/safe_outputs"), directory("/scratch")]


def python(prefix: str = "/usr/local") -> Layer:
    """Python as an image of Docker's library or of conda has it."""
    library_folder = f"{prefix}/lib/python3.11"
    names = ("os", "argparse", "csv", "json", "pathlib", "subprocess")
    return [
        dynamic(f"{prefix}/bin/python3.11", "libm.so.6"),
        symlink(f"{prefix}/bin/python3", "python3.11"),
        symlink(f"{prefix}/bin/python", "python3"),
        *(text(f"{library_folder}/{name}.py", f'"""{name}"""\n') for name in names),
        *package(
            f"{library_folder}/site-packages", "pandas", "def read_csv(p):\n    import urllib.request\n    urllib.request.urlopen(p)\n"
        ),
    ]


def package(site: str, name: str, content: str, command: str = "") -> Layer:
    """An installed Python package that reaches for the network in its own code, which is not the project's fault."""
    info = f"{site}/{name}-1.0.dist-info"
    files = [text(f"{site}/{name}/__init__.py", content), text(f"{info}/METADATA", f"Name: {name}\nVersion: 1.0\nLicense: MIT\n")]
    return files + ([console(command, name)] if command else [])


def console(path: str, module: str, interpreter: str = "/usr/local/bin/python3.11") -> Entry:
    """A command as pip installs it."""
    return script(path, f"#!{interpreter}\nimport sys\nfrom {module} import main\nsys.exit(main())\n")


def image(*layers: tuple[str, Layer], base: Layer | None = None, **config: Any) -> ImageBuilder:
    """An image of *base*, the mount directories and *layers*, each behind its build step, for a user without rights."""
    built = ImageBuilder().layer(*(debian() if base is None else base), created_by="ADD rootfs.tar / # buildkit")
    for step, layer in layers:
        built = built.layer(*layer, created_by=step)
    return built.config(**{"user": "1000", "env": [PATH], **config})


READS = "import os\nimport pandas\nprint(pandas.read_csv('/safe_data/in.csv'), os.listdir('/safe_outputs'))\n"


def job(*added: Entry, without: str = "", step: str = COPY, main: str = READS, last: Layer | None = None, **config: Any) -> ImageBuilder:
    """A sound Python job that runs /app/run.py, with *added* and then *last* in layers of their own; *without* leaves a part out."""
    layers = [(RUN, python()), (COPY, [text("/app/run.py", main)]), (RUN, MOUNTS)]
    parts = dict(zip(("python", "script", "mounts"), layers, strict=True))
    parts.pop(without, None)
    more = [(step, list(added))] if added else []
    more += [(RUN, last)] if last else []
    return image(*parts.values(), *more, **{"cmd": ["python", "/app/run.py"], **config})


def starting(content: str, *added: Entry, **config: Any) -> ImageBuilder:
    """The job behind an entrypoint script; *content* follows its first line."""
    entry = script("/entrypoint.sh", "#!/bin/bash\nset -e\n" + content)
    return job(entry, *added, **{"entrypoint": ["/entrypoint.sh"], **config})


def running(content: str, *added: Entry, **config: Any) -> ImageBuilder:
    """The job with another Python text."""
    return job(*added, main=content, **config)


# -- sound ---------------------------------------------------------------------------------------------------------------

MODEL = "import transformers\ntransformers.AutoModel.from_pretrained('/opt/models/bert', local_files_only=True)\n"
STEPS = """here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "${here}/lib/common.sh"
# curl https://example.org/in.csv is what was done before
work=$(mktemp -d -p /scratch)
trap 'rm -rf "$work"' EXIT
for f in /safe_data/*.csv; do
  cut -d, -f1,2 "$f" | sort -u > "$work/$(basename "$f")"
done
log "see https://example.org/docs"
python3 "${here}/steps/model.py" "$work" /safe_outputs
wc -l /safe_outputs/*.csv | tee /safe_outputs/log.txt
"""
PIPELINE = [
    script("/opt/study/run.sh", "#!/usr/bin/env bash\nset -euo pipefail\n" + STEPS),
    text("/opt/study/lib/common.sh", "log() { printf '%s\\n' \"$*\" >&2; }\n"),
    text("/opt/study/steps/model.py", READS),
]
R = [dynamic("/usr/local/bin/Rscript"), text("/usr/local/lib/R/library/readr/DESCRIPTION", "Package: readr\nLicense: MIT\n")]
R_JOB = text(
    "/app/run.R", "library(readr)\nd <- read_csv('/safe_data/in.csv') # https://example.org\nwrite_csv(d, '/safe_outputs/o.csv')\n"
)
JULIA = [dynamic("/usr/local/bin/julia")]
JULIA_JOB = text("/app/run.jl", 'using CSV\nCSV.write("/safe_outputs/o.csv", CSV.File("/safe_data/in.csv"))\n')
CONDA = [
    *python("/opt/conda"),
    *python("/opt/conda/envs/study"),
    text("/opt/conda/conda-meta/history", ""),
    console("/opt/conda/bin/conda", "conda", "/opt/conda/bin/python"),
]
VENV = [
    symlink("/opt/venv/bin/python", "/usr/local/bin/python3"),
    text("/opt/venv/pyvenv.cfg", "home = /usr/local/bin\n"),
    *package("/opt/venv/lib/python3.11/site-packages", "requests", "import requests\nrequests.get('https://example.org')\n"),
]
IN_VENV: dict[str, Any] = {"env": ["PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV=/opt/venv"]}
STUDY = [
    *package(SITE, "study", "from study.data import load as main\n", "/usr/local/bin/study"),
    text(f"{SITE}/study-1.0.dist-info/direct_url.json", '{"dir_info": {}, "url": "file:///src"}'),
]
OFFLINE_STUDY = [*STUDY, text(f"{SITE}/study/data.py", "def load():\n    open('/safe_data/x')\n")]
ONLINE_STUDY = [*STUDY, text(f"{SITE}/study/data.py", "import requests\nload = print\nrequests.get('https://example.org')\n")]
PASSES_ON = 'umask 002\necho starting\nexec "$@"\n'
FLEX = "FEATURE solver acmed 2.0 permanent uncounted HOSTID={} SIGN=0123456789AB\n"
STATA = file("/usr/local/stata18/stata-mp", minimal_elf(), mode=0o755)
STATA_LICENCE = text("/usr/local/stata18/stata.lic", "501800000000!aaaa bbbb!cccc dddd!0000!A researcher!A university!")
TINI = program("/usr/bin/tini")

SOUND: list[Case] = [
    ("Python job", job(), RUNS),
    ("Python job as root", job(user=""), {**RUNS, "TRE-USR-001": "warn"}),
    ("script with a first line", job(script("/app/go", "#!/usr/bin/env python3\n" + READS), cmd=["/app/go"]), RUNS),
    ("temporary files on scratch", job(env=[PATH, "TMP=/scratch", "TMPDIR=/scratch"]), {"TRE-DIR-003": "pass", **RUNS}),
    ("tini", job(TINI, entrypoint=["tini", "-g", "--"]), RUNS),
    ("entrypoint that passes on", starting(PASSES_ON), RUNS),
    ("entrypoint that chooses", starting('if [ "$1" = train ]; then\n  exec python /app/run.py\nfi\nexec "$@"\n', cmd=["train"]), RUNS),
    ("shell form with a log", job(cmd=["/bin/sh", "-c", "python /app/run.py > /safe_outputs/log.txt 2>&1"]), RUNS),
    ("shell pipeline of several steps", job(*PIPELINE, cmd=["/opt/study/run.sh"]), RUNS),
    ("R job", job(*R, R_JOB, cmd=["Rscript", "--vanilla", "/app/run.R"]), RUNS),
    ("Julia job", job(*JULIA, JULIA_JOB, cmd=["julia", "/app/run.jl"]), RUNS),
    ("conda run", image((RUN, CONDA), (COPY, [text("/app/run.py", READS), *MOUNTS]), env=["PATH=/opt/conda/bin:/usr/bin"],
                        entrypoint=["conda", "run", "--no-capture-output", "-n", "study", "python", "/app/run.py"]), RUNS),
    ("virtual environment of an earlier stage", job(*VENV, main="import requests\nprint(requests)\n", **IN_VENV), RUNS),
    ("virtual environment", job(*VENV, step=RUN, main="import requests\nprint(requests)\n", **IN_VENV), RUNS),
    ("project that pip installed", job(*OFFLINE_STUDY, step=RUN, cmd=["study"]), RUNS),
    ("model from a folder", running(MODEL, env=[PATH, "HF_HUB_OFFLINE=1"]), RUNS),
    ("file that is fetched only if it is not there", starting("[ -f /m.bin ] || wget https://example.org/m.bin\nexec python /app/run.py\n",
                                                              text("/m.bin", "w"), cmd=[]), RUNS),
    ("static program", image(base=[*MOUNTS, program("/app")], entrypoint=["/app"]), {**STARTS, **NOT_FOLLOWED}),
    ("Stata with its licence", job(STATA, STATA_LICENCE), {"TRE-LIC-002": "pass"}),
    ("licence for any computer", job(text("/opt/acme/acme.lic", FLEX.format("ANY"))), {"TRE-LIC-001": "pass", "TRE-LIC-003": "pass"}),
    ("words about credentials", job(text("/app/README", "set API_TOKEN=<your token>; postgres://user:password@localhost/db\n"),
                                    text("/app/settings.py", "password = os.environ['PASSWORD']\ntoken = ''\n")), {"TRE-SEC-002": "pass"}),
    ("variable that the operator fills", job(env=[PATH, "JUPYTER_TOKEN=", "GPG_KEY=" + "A035C8C1" * 5]), {"TRE-SEC-002": "pass"}),
    ("data deleted again", job(text("/safe_data/x.csv", "id\n"), last=[whiteout("/safe_data/x.csv")]),
     {"TRE-DIR-001": "pass", "TRE-DIR-002": "pass"}),
]  # fmt: skip


# -- faulty --------------------------------------------------------------------------------------------------------------

_RANDOM = random.Random(7)


def secret(size: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """A value that looks like one of an issuer, different for each case and the same in every run."""
    return "".join(_RANDOM.choice(alphabet) for _ in range(size))


MOUNTED = {"TRE-DIR-002": "fail"}
NO_START = {"TRE-ENT-002": "fail"}
NO_SCRIPT = {"TRE-ENT-003": "fail"}
LEAK = {"TRE-SEC-002": "fail"}
NET = {"TRE-NET-001": "fail"}
PACKAGES = {"TRE-NET-002": "fail"}
AWS = f"[default]\naws_access_key_id = AKIA{secret(16, string.ascii_uppercase)}\naws_secret_access_key = {secret(40)}\n"
FETCH = "import requests\nrequests.get('https://example.org')\n"

FAULTY: list[Case] = [
    # directories
    ("no mount directories", job(without="mounts"), {"TRE-DIR-001": "fail"}),
    ("one is a link", job(symlink("/safe_data", "/data"), directory("/safe_outputs"), directory("/scratch"), without="mounts"),
     {"TRE-DIR-001": "fail"}),
    ("one is deleted later", job(last=[whiteout("/scratch")]), {"TRE-DIR-001": "fail"}),
    ("data in the image", job(text("/safe_data/patients.csv", "id,age\n")), {"TRE-DIR-002": "warn"}),
    ("script below a mount", job(text("/scratch/run.py", READS), cmd=["python", "/scratch/run.py"]),
     {**MOUNTED, "TRE-ENT-003": "warn", **NOT_FOLLOWED}),
    ("temporary files elsewhere", job(env=[PATH, "TMPDIR=/var/tmp"]), {"TRE-DIR-003": "warn"}),
    # command
    ("no command", job(cmd=[]), {"TRE-ENT-001": "fail"}),
    ("not executable", job(script("/go", "#!/bin/sh\n", 0o644), cmd=["/go"]), NO_START),
    ("Windows line ends", job(script("/go", "#!/bin/bash\r\necho\r\n"), cmd=["/go"]), NO_START),
    ("byte order mark", job(script("/go", "\ufeff#!/bin/bash\necho\n"), cmd=["/go"]), NO_START),
    ("no interpreter", job(script("/go", "#!/usr/bin/zsh\n"), cmd=["/go"]), NO_START),
    ("program for arm64", job(program("/go", "arm64"), cmd=["/go"]), {**NO_START, "TRE-ENT-006": "fail", **NOT_FOLLOWED}),
    ("missing library", job(dynamic("/go", "libgfortran.so.5"), cmd=["/go"]), {**NO_START, **NOT_FOLLOWED}),
    ("deleted by a later layer", job(script("/app/go", "#!/bin/sh\n"), last=[whiteout("/app/go")], cmd=["/app/go"]),
     {**NO_START, **NOT_FOLLOWED}),
    ("its folder is replaced later", job(script("/opt/go", "#!/bin/sh\n"), last=[opaque("/opt"), text("/opt/x", "")], cmd=["/opt/go"]),
     {**NO_START, **NOT_FOLLOWED}),
    ("relative to another folder", job(script("/app/go", "#!/bin/sh\n"), cmd=["./go"], working_dir="/srv"), {**NO_START, **NOT_FOLLOWED}),
    ("in a folder that is closed to the user", job(script("/root/go", "#!/bin/sh\n"), cmd=["/root/go"]), NO_START),
    ("unknown user", job(user="study"), {**NO_START, "TRE-USR-001": "undetermined"}),
    ("command as one word", job(cmd=["python /app/run.py"]), {**NO_START, **NOT_FOLLOWED}),
    ("PATH without Python", job(env=["PATH=/usr/bin:/bin"]), NO_START),
    ("program that is passed on is missing", starting(PASSES_ON, cmd=["python4", "/app/run.py"]), NO_START),
    # script
    ("missing script", job(without="script"), {**NO_SCRIPT, **NOT_FOLLOWED}),
    ("missing script that is passed on", starting(PASSES_ON, without="script"), {**NO_SCRIPT, **NOT_FOLLOWED}),
    ("missing script, shell form with a log", job(without="script", cmd=["sh", "-c", "python /app/run.py >> /safe_outputs/log"]),
     {**NO_SCRIPT, **NOT_FOLLOWED}),
    ("script that the user may not read", job(text("/app/run.py", READS, 0o600)), NO_SCRIPT),
    ("missing module", job(cmd=["python", "-m", "analysis.run"]), NO_SCRIPT),
    # licences
    ("licence server", job(env=[PATH, "LM_LICENSE_FILE=27000@licences.example.org"]), {"TRE-LIC-001": "fail"}),
    ("licence server in a file", job(text("/opt/x/x.lic", "SERVER licences.example.org ANY 27000\nUSE_SERVER\n")), {"TRE-LIC-001": "fail"}),
    ("Stata without a licence", job(STATA), {"TRE-LIC-002": "fail"}),
    ("licence deleted later", job(STATA, STATA_LICENCE, last=[whiteout("/usr/local/stata18/stata.lic")]), {"TRE-LIC-002": "fail"}),
    ("licence of one computer", job(text("/opt/acme/acme.lic", FLEX.format("0242ac110002"))), {"TRE-LIC-003": "warn"}),
    # credentials
    ("keys of a cloud", job(text("/root/.aws/credentials", AWS)), LEAK),
    ("keys of a cloud, deleted", job(text("/root/.aws/credentials", AWS), last=[whiteout("/root/.aws/credentials")]), LEAK),
    ("password in code", job(text("/app/db.py", f"password = '{secret(20)}7'\n")), LEAK),
    ("password in a URL", job(text("/etc/pip.conf", f"[global]\nindex-url = https://bob:{secret(16)}@pypi.example.org/simple\n")), LEAK),
    ("file overwritten later", job(text("/app/.env", f"API_TOKEN={secret(32)}\n"), last=[text("/app/.env", "API_TOKEN=\n")]), LEAK),
    ("environment", job(env=[PATH, f"DB_PASSWORD={secret(16)}"]), LEAK),
    ("label", job(labels={"deploy": f"DB_PASSWORD={secret(16)}"}), LEAK),
    ("command", job(cmd=["python", "/app/run.py", "--api-key", secret(32)]), LEAK),
    ("health check", job(healthcheck={"Test": ["CMD-SHELL", f"curl -H 'Authorization: Bearer {secret(40)}' http://localhost/"]}), LEAK),
    ("ONBUILD", job(on_build=[f"RUN git clone https://bob:{secret(20)}@git.example.org/a"]), LEAK),
    ("build argument", job().empty_layer(f"ARG API_TOKEN={secret(32)}"), LEAK),
    # network
    ("curl", starting("curl -fsSL https://example.org/x -o /tmp/x\nexec python /app/run.py\n", cmd=[]), NET),
    ("sourced function", starting(". /app/lib.sh\nget\n", text("/app/lib.sh", "get() { wget https://example.org/d; }\n"), cmd=[]), NET),
    ("wrappers", starting("timeout 30 env A=1 nice curl https://example.org\n", cmd=[]), NET),
    ("pip", starting("pip install -r /app/requirements.txt\n", console("/usr/local/bin/pip", "pip"), cmd=[]), PACKAGES),
    ("apt in the command", job(cmd=["bash", "-c", "apt-get update && apt-get install -y jq"]), PACKAGES),
    ("download whose failure does not matter", starting("curl https://example.org || true\n", cmd=[]), {"TRE-NET-001": "warn"}),
    ("Python request", running(FETCH), NET),
    ("Python module", running("import fetch\n", text("/app/fetch.py", FETCH)), NET),
    ("Python starts wget", running("import subprocess\nsubprocess.run(['wget', 'https://example.org'])\n"), NET),
    ("project that pip installed", job(*ONLINE_STUDY, step=RUN, cmd=["study"]), NET),
    ("R package", job(*R, text("/app/run.R", "install.packages('dplyr')\n"), cmd=["Rscript", "/app/run.R"]), PACKAGES),
    ("R download", job(*R, text("/app/run.R", "d <- read.csv('https://example.org/a.csv')\n"), cmd=["Rscript", "/app/run.R"]), NET),
    ("Julia package", job(*JULIA, text("/app/run.jl", 'using Pkg\nPkg.add("CSV")\n'), cmd=["julia", "/app/run.jl"]), PACKAGES),
    # permissions
    ("setuid program", job(file("/app/helper", minimal_elf(), mode=0o4755)), {"TRE-PRM-001": "warn"}),
    ("setuid copy of the shell", job(file("/app/sh", minimal_elf(interpreter=LOADER, needed=["libc.so.6"]), mode=0o4755)),
     {"TRE-PRM-001": "fail"}),
    ("program that everybody may change", job(script("/app/tool", "#!/bin/sh\n", 0o777)), {"TRE-PRM-004": "fail"}),
    ("disk", job(block_device("/dev/sda", 8, 0)), {"TRE-PRM-005": "fail"}),
]  # fmt: skip


def sound(verdict: str) -> str:
    """*verdict*, with ``pass`` for a rule that does not apply to a sound image."""
    return "pass" if verdict == "not-applicable" else verdict


def answers(built: ImageBuilder, path: Path, form: str = "oci") -> Verdicts:
    """The verdict of each rule on an image, where a rule that does not apply passes."""
    built.save(path, form)
    return {rule: sound(verdict) for rule, verdict in results_of(report_of(path)).items()}


def asked(given: Verdicts, expected: Verdicts) -> Verdicts:
    """Of the verdicts that were *given* those of the rules that a case is about."""
    return {rule: given.get(rule, "no such rule") for rule in expected}


@pytest.mark.parametrize(("built", "expected"), [pytest.param(*case[1:], id=case[0]) for case in SOUND])
def test_a_sound_image(built: ImageBuilder, expected: Verdicts, tmp_path: Path) -> None:
    assert asked(answers(built, tmp_path / "image.tar"), expected) == expected


@pytest.mark.parametrize(("built", "expected"), [pytest.param(*case[1:], id=case[0]) for case in FAULTY])
def test_a_faulty_image(built: ImageBuilder, expected: Verdicts, tmp_path: Path) -> None:
    assert asked(answers(built, tmp_path / "image.tar"), expected) == expected


@pytest.mark.parametrize("form", [*TAR_FORMS, *DIRECTORY_FORMS])
def test_nothing_else_is_found_on_a_sound_image(form: str, tmp_path: Path) -> None:
    given = answers(job(), tmp_path / "image", form)
    assert len(given) > 30
    assert {rule: verdict for rule, verdict in given.items() if verdict != "pass"} == {}


def test_a_case_is_about_the_rules_that_it_names() -> None:
    assert all(expected for _, _, expected in [*SOUND, *FAULTY])
    assert not any("fail" in expected.values() for _, _, expected in SOUND)
    assert all({"fail", "warn"} & set(expected.values()) for _, _, expected in FAULTY)
