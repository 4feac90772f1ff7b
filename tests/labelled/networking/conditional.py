"""Downloads that depend on what is there, and starts that an image alone does not tell."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import Case, fetches, image, maybe, python, script, sound, unknown

URL = "https://data.example.org/model.bin"
MODEL = {"/models/model.bin": "weights"}


def guarded() -> list[Case]:
    """Only fetched when a file is missing."""
    return [
        sound("guard-file-there", "[ -f ] || wget, and the file is there", script(f"[ -f /models/model.bin ] || wget -O /models/model.bin {URL}\n", files=MODEL), "warn"),
        fetches("guard-file-absent", "[ -f ] || wget, and the file is not there", script(f"[ -f /models/model.bin ] || wget -O /models/model.bin {URL}\n")),
        sound("guard-if-there", "if [ ! -e ], and the file is there", script(f"if [ ! -e /models/model.bin ]; then\n  curl -o /models/model.bin {URL}\nfi\necho ready\n", files=MODEL), "warn"),
        fetches("guard-if-absent", "if [ ! -e ], and the file is not there", script(f"if [ ! -e /models/model.bin ]; then\n  mkdir -p /models\n  curl -o /models/model.bin {URL}\nfi\necho ready\n")),
        sound("guard-directory-there", "test -d, and the directory is there", script("test -d /opt/repo/.git || git clone https://github.com/example/repo.git /opt/repo\n", files={"/opt/repo/.git/HEAD": "ref: refs/heads/main\n"}), "warn"),
        fetches("guard-directory-absent", "test -d, and the directory is not there", script("test -d /opt/repo/.git || git clone https://github.com/example/repo.git /opt/repo\n")),
        sound("guard-variable-there", "the file's name in a variable", script(f"#!/bin/bash\nMODEL=/models/model.bin\nif [[ ! -s \"$MODEL\" ]]; then\n  wget -q {URL} -O \"$MODEL\"\nfi\n", files=MODEL), "warn"),
        fetches("guard-variable-absent", "the file's name in a variable, and it is not there", script(f"#!/bin/bash\nMODEL=/models/model.bin\nif [[ ! -s \"$MODEL\" ]]; then\n  wget -q {URL} -O \"$MODEL\"\nfi\n"), "warn"),
        maybe("guard-safe-data", "a file that the data directory may have", script(f"[ -f /safe_data/model.bin ] || curl -o /scratch/model.bin {URL}\n"), "fail", "undetermined", note="depends on what is mounted"),
        maybe("guard-env-off", "switched by a variable that ENV switches off", script(f"if [ \"$DOWNLOAD\" = \"1\" ]; then\n  curl -O {URL}\nfi\n", env=["DOWNLOAD=0"]), "pass"),
        fetches("guard-env-on", "switched by a variable that ENV switches on", script(f"if [ \"$DOWNLOAD\" = \"1\" ]; then\n  curl -O {URL}\nfi\n", env=["DOWNLOAD=1"]), "warn"),
        maybe("guard-env-unset", "switched by a variable that is not set", script(f"if [ -n \"${{UPDATE_MODEL:-}}\" ]; then\n  curl -O {URL}\nfi\n"), "pass"),
        sound("py-guard-there", "os.path.exists, and the file is there", python(f"import os\nimport urllib.request\n\nif not os.path.exists('/models/model.bin'):\n    urllib.request.urlretrieve('{URL}', '/models/model.bin')\nprint('ready')\n", files=MODEL), "warn"),
        fetches("py-guard-absent", "os.path.exists, and the file is not there", python(f"import os\nimport urllib.request\n\nif not os.path.exists('/models/model.bin'):\n    urllib.request.urlretrieve('{URL}', '/models/model.bin')\nprint('ready')\n")),
        sound("py-guard-pathlib-there", "Path.is_file, and the file is there", python(f"from pathlib import Path\n\nimport requests\n\nMODEL = Path('/models/model.bin')\nif not MODEL.is_file():\n    MODEL.write_bytes(requests.get('{URL}').content)\n", files=MODEL), "warn"),
        fetches("py-guard-pathlib-absent", "Path.is_file, and the file is not there", python(f"from pathlib import Path\n\nimport requests\n\nMODEL = Path('/models/model.bin')\nif not MODEL.is_file():\n    MODEL.write_bytes(requests.get('{URL}').content)\n"), "warn"),
        maybe("py-try-local", "a local file first, the network if it is not there", python(f"import requests\n\ntry:\n    data = open('/safe_data/model.bin', 'rb').read()\nexcept FileNotFoundError:\n    data = requests.get('{URL}').content\nprint(len(data))\n"), "fail", "undetermined"),
        fetches("py-offline-switch", "an offline switch that is off by default", python(f"import os\n\nimport requests\n\nif not os.environ.get('OFFLINE'):\n    requests.get('{URL}')\n"), "warn"),
        maybe("py-offline-switch-on", "an offline switch that ENV sets", python(f"import os\n\nimport requests\n\nif not os.environ.get('OFFLINE'):\n    requests.get('{URL}')\n", env=["OFFLINE=1"]), "pass", note="ENV keeps it offline; a run may unset it"),
        fetches("guard-tool-there", "command -v decides between two fetchers", script(f"if command -v curl >/dev/null; then\n  curl -O {URL}\nelse\n  wget {URL}\nfi\n")),
    ]


def dynamic() -> list[Case]:
    """What runs is decided from outside."""
    return [
        unknown("variable", "a command in a variable that nobody sets", script("$CMD\n"), "warn"),
        unknown("eval", "eval of a variable that nobody sets", script("set -e\neval \"$JOB_COMMAND\"\n"), "warn"),
        unknown("sh-c-variable", "sh -c of a variable that nobody sets", script('exec sh -c "$RUN"\n'), "warn"),
        unknown("arguments-none", 'exec "$@" without CMD', script('set -e\necho start\nexec "$@"\n'), "pass", "warn", note="the operator's arguments are the command"),
        unknown("safe-data-script", "a script on the data directory", image(["python3", "/safe_data/analysis.py"]), "warn"),
        unknown("safe-data-sourced", "settings sourced from the data directory", script(". /safe_data/settings.sh\npython3 -c 'print(1)'\n"), "warn"),
        unknown("first-argument", "the script's name is the first argument", script('python3 "$1" --out /safe_outputs\n'), "warn"),
        unknown("glob", "whatever scripts a directory has", script("for f in /safe_data/steps/*.sh; do\n  sh \"$f\"\ndone\n"), "warn"),
        unknown("decoded", "decoded and run", script("echo \"$PAYLOAD\" | base64 -d | sh\n"), "warn"),
        unknown("py-exec", "exec of a file's text", python("import sys\n\nexec(open(sys.argv[1]).read())\n"), "warn"),
        unknown("py-system-environ", "os.system of the environment", python("import os\n\nos.system(os.environ['COMMAND'])\n"), "warn"),
        unknown("py-run-arguments", "subprocess.run of the arguments", python("import subprocess\nimport sys\n\nsubprocess.run(sys.argv[1:], check=True)\n"), "warn"),
        unknown("py-import-argument", "a module named by an argument", python("import importlib\nimport sys\n\nimportlib.import_module(sys.argv[1]).main()\n"), "warn"),
        unknown("missing-script", "a script that the image does not have", image(["/app/start.sh"], {"/app/readme.txt": "x\n"}), "warn"),
        fetches("dynamic-and-plain", "a variable command beside a plain fetch", script(f"$PRE_COMMAND\ncurl -O {URL}\n"), note="one fetch is known, whatever the variable holds"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return guarded() + dynamic()
