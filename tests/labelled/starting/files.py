"""The config's own command, files' rights and first lines, and files that a script makes."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import io
import tarfile
from typing import Any

from tests.labelled.starting.case import Case, bash, broken, image, maybe, script, sound

MAIN = {"/app/main.py": "print('done')\n"}
STEP = {"/app/step.sh": "#!/bin/sh\necho step\n"}
RUN = {"/app/run.sh": "#!/bin/sh\necho run\n"}


def held(path: str, text: str, mode: int, **more: Any) -> dict[str, Any]:
    return {"path": path, "text": text, "mode": mode, **more}


def link(path: str, target: str) -> dict[str, Any]:
    return {"path": path, "kind": "symlink", "target": target}


def configured() -> list[Case]:
    """ENTRYPOINT, CMD, WORKDIR, PATH and USER."""
    return [
        broken("nothing", "neither ENTRYPOINT nor CMD", image([]), "warn", "pass", "undetermined", named="fail"),
        broken("empty-word", "the first word is empty", image([""], RUN, cmd=["/app/run.sh"]), "warn", "pass", "undetermined", named="fail"),
        broken("entrypoint", "ENTRYPOINT is not there", image(["/app/gone"])),
        broken("cmd", "CMD is not there", image([], cmd=["/app/gone"])),
        broken("cmd-script", "the script of CMD is not there", image([], cmd=["python3", "/app/none.py"])),
        broken("cmd-of-entrypoint", "the script is CMD behind an ENTRYPOINT of Python", image(["python3"], cmd=["/app/none.py"])),
        sound("cmd-of-entrypoint", "the script is CMD behind an ENTRYPOINT of Python", image(["python3"], MAIN, cmd=["/app/main.py"])),
        broken("one-word", "a command with its arguments in one word", image(["python3 /app/main.py"], MAIN)),
        broken("entrypoint-variable", "a variable in the exec form", image(["$TOOL"], RUN, env=["TOOL=/app/run.sh"])),
        sound("relative", "relative to WORKDIR", image(["./run.sh"], RUN, working_dir="/app")),
        broken("relative", "relative to another WORKDIR", image(["./run.sh"], RUN, working_dir="/tmp")),
        broken("bare-in-workdir", "a bare name is not looked for in WORKDIR", image(["run.sh"], RUN, working_dir="/app")),
        sound("workdir-slash", "WORKDIR with a slash at its end", image(["./run.sh"], RUN, working_dir="/app/")),
        sound("workdir-made", "a WORKDIR that is not there is made", image(["python3", "/app/main.py"], MAIN, working_dir="/work/new"), "warn"),
        broken("workdir-made-empty", "a WORKDIR that is made holds no script", image(["python3", "main.py"], MAIN, working_dir="/work/new")),
        broken("workdir-file", "WORKDIR is a file", image(["python3", "/app/main.py"], MAIN, working_dir="/app/main.py")),
        broken("workdir-dangling", "WORKDIR is a link into nothing", image(["/bin/pwd"], working_dir="/ln", entries=[link("/ln", "/nowhere")])),
        sound("workdir-link", "WORKDIR is a link to a folder", image(["./run.sh"], RUN, working_dir="/ln", entries=[link("/ln", "/app")])),
        broken("path-empty", "PATH is empty", image(["python3", "/app/main.py"], MAIN, path="PATH=")),
        broken("path-literal", "PATH holds the text $PATH", image(["python3", "/app/main.py"], MAIN, path="PATH=/opt/bin:$PATH")),
        sound("path-none", "no PATH at all is the runtime's own", image(["python3", "/app/main.py"], MAIN, path=""), "warn", "undetermined"),
        broken("path-without", "PATH without the program's folder", image(["python3", "/app/main.py"], MAIN, path="PATH=/usr/bin:/bin")),
        sound("path-directory-first", "a folder of that name stands first in PATH", image(["job"], {"/usr/local/sbin/job/": "", "/usr/local/bin/job": "#!/bin/sh\necho\n"})),
        sound("path-mode-first", "a file that cannot be run stands first in PATH", image(["job"], {"/usr/local/bin/job": "#!/bin/sh\necho\n"}, entries=[held("/usr/local/sbin/job", "#!/bin/sh\n", 0o644)])),
        broken("entrypoint-directory", "ENTRYPOINT is a folder", image(["/app"], RUN)),
        broken("trailing-slash", "a slash behind a file's name", image(["/app/run.sh/"], RUN)),
        sound("dots", "a way with dots", image(["/app/./lib/../run.sh"], {**RUN, "/app/lib/": ""})),
        broken("dots-gone", "a way through a folder that is not there", image(["/app/lib/../run.sh"], RUN)),
        sound("links", "through three links", image(["/usr/local/bin/job"], RUN, entries=[link("/usr/local/bin/job", "../../../etc/job"), link("/etc/job", "/current/run.sh"), link("/current", "app")])),
        broken("links", "through links into nothing", image(["/usr/local/bin/job"], RUN, entries=[link("/usr/local/bin/job", "../../../etc/job"), link("/etc/job", "/current/run.sh"), link("/current", "opt/app")])),
        sound("sh-script-relative", "a script relative to WORKDIR handed to sh", image(["sh", "run.sh"], RUN, working_dir="/app")),
        sound("bash-script-path", "bash looks for a script in PATH too", image(["bash", "tool"], {"/usr/local/bin/tool": "#!/bin/bash\necho\n"}), "warn", "undetermined"),
        sound("sh-x", "an option before the script", image(["sh", "-x", "/app/run.sh"], RUN)),
        broken("sh-x", "an option before the script", image(["sh", "-x", "-e", "/app/gone.sh"])),
        broken("bash-norc", "long options before the script", image(["bash", "--norc", "--noprofile", "-e", "/app/gone.sh"])),
        sound("bash-norc", "long options before the script", image(["bash", "--norc", "--noprofile", "-e", "/app/run.sh"], RUN)),
        sound("user-number", "a user without an account", image(["python3", "/app/main.py"], MAIN, user="4711")),
        broken("user-gone", "a user that is not there", image(["python3", "/app/main.py"], MAIN, user="worker")),
    ]


def rights() -> list[Case]:
    """Modes and owners."""
    secret = [held("/app/run.py", "print()\n", 0o600)]
    return [
        broken("mode", "the script cannot be run", image(["/app/run"], entries=[held("/app/run", "#!/bin/sh\n", 0o644)])),
        broken("mode-second", "the second script cannot be run", script("exec /app/step\n", entries=[held("/app/step", "#!/bin/sh\n", 0o644)]), line=2),
        sound("mode-second-sh", "the second script is handed to sh", script("sh /app/step\n", entries=[held("/app/step", "echo\n", 0o644)])),
        sound("mode-chmod", "the script is made runnable first", script("chmod +x /app/step\nexec /app/step\n", entries=[held("/app/step", "#!/bin/sh\necho\n", 0o644)])),
        broken("read", "a user may not read the script", image(["python3", "/app/run.py"], entries=secret, user="1000")),
        sound("read-root", "root may read the script", image(["python3", "/app/run.py"], entries=secret)),
        broken("read-second", "a user may not read the script behind the first", script("exec python3 /app/run.py\n", entries=secret, user="1000"), line=2),
        broken("execute-only", "a script that a user may run and not read", image(["/app/run"], entries=[held("/app/run", "#!/bin/sh\n", 0o711)], user="app")),
        sound("group", "a user's group may", image(["/app/run"], entries=[held("/app/run", "#!/bin/sh\n", 0o750, gid=1000)], user="app")),
        broken("group-not", "a number without an account has no group", image(["/app/run"], entries=[held("/app/run", "#!/bin/sh\n", 0o750, gid=1000)], user="1001")),
        broken("folder-closed", "a user may not enter the folder", script("exec /root/job.sh\n", {"/root/job.sh": "#!/bin/sh\n"}, user="app"), line=2),
        sound("folder-root", "root may enter the folder", script("exec /root/job.sh\n", {"/root/job.sh": "#!/bin/sh\n"})),
        broken("folder-cd", "a user may not enter the folder with cd", script("set -e\ncd /root\nls\n", user="app"), line=3),
        broken("source-rights", "a user may not read the settings", script("set -e\n. /app/settings\necho\n", entries=[held("/app/settings", "A=1\n", 0o640)], user="1000"), line=3),
    ]


def first_lines() -> list[Case]:
    """``#!``."""
    return [
        broken("env-words", "several words behind env", image(["/app/run"], {"/app/run": "#!/usr/bin/env python3 -u\nprint()\n"})),
        sound("env-split-line", "several words behind env -S", image(["/app/run"], {"/app/run": "#!/usr/bin/env -S python3 -u\nprint()\n"})),
        sound("blank", "a blank before the interpreter", image(["/app/run"], {"/app/run": "#! /bin/sh\necho\n"})),
        sound("interpreter-script", "the interpreter is a script itself", image(["/app/run"], {"/app/run": "#!/app/runner\nx\n", "/app/runner": "#!/bin/sh\necho runner \"$1\"\n"})),
        broken("interpreter", "the interpreter is missing", script("exec /app/step\n", {"/app/step": "#!/bin/zsh\necho\n"}), line=2),
        broken("interpreter-env", "env finds no interpreter", script("/app/step\n", {"/app/step": "#!/usr/bin/env Rscript\n"}), line=2),
        broken("interpreter-mode", "the interpreter cannot be run", image(["/app/run"], {"/app/run": "#!/app/runner\nx\n"}, entries=[held("/app/runner", "#!/bin/sh\n", 0o644)])),
        broken("interpreter-relative", "a relative interpreter", image(["/app/run"], {"/app/run": "#!python3\nprint()\n"})),
        broken("crlf", "line ends of Windows in the first line", image(["/app/run"], {"/app/run": "#!/bin/sh\r\necho\r\n"})),
        broken("crlf-second", "line ends of Windows in the second script", script("exec /app/step\n", {"/app/step": "#!/bin/sh\r\necho\r\n"}), line=2),
        broken("crlf-sh", "line ends of Windows in a script that sh reads", image(["sh", "/app/run.txt"], {**MAIN, "/app/run.txt": "exec python3 /app/main.py\r\n"}), line=1, where="/app/run.txt"),
        broken("crlf-set-e", "set -e with a line end of Windows", image(["sh", "/app/run.txt"], {**MAIN, "/app/run.txt": "set -e\r\npython3 /app/main.py\r\n"}), "warn", line=1, where="/app/run.txt"),
        broken("no-first-line", "no first line", image(["/app/run"], entries=[held("/app/run", "echo hi\n", 0o755)])),
        sound("no-first-line-second", "a shell runs a text without a first line itself", script("/app/step\n", entries=[held("/app/step", "echo hi\n", 0o755)])),
        broken("mark", "a byte order mark", image(["/app/run"], entries=[held("/app/run", "\ufeff#!/bin/sh\necho\n", 0o755)])),
        broken("empty", "an empty file", image(["/app/run"], entries=[held("/app/run", "", 0o755)])),
        sound("empty-second", "a shell runs an empty file", script("/app/step\necho done\n", entries=[held("/app/step", "", 0o755)])),
        broken("newline-first", "an empty line before the first line", image(["/app/run"], entries=[held("/app/run", "\n#!/bin/sh\necho\n", 0o755)])),
        broken("no-newline", "a first line and nothing else, of a missing program", image(["/app/run"], {"/app/run": "#!/opt/gone"})),
    ]


def packed(**files: str) -> dict[str, Any]:
    """A tar in the image that holds *files*."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"job/{name}.sh")
            info.size, info.mode = len(text), 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
    return {"path": "/app/src.tar", "base64": base64.b64encode(buffer.getvalue()).decode()}


def made() -> list[Case]:
    """Files that the script makes before it uses them."""
    return [
        sound("made-copy", "a copy", script("cp /app/step.sh /tmp/copy.sh\nsh /tmp/copy.sh\n", STEP)),
        sound("made-copy-folder", "a copied folder", script("set -e\ncp -r /app/job /scratch/\ncd /scratch/job\n./step.sh\n", {"/app/job/step.sh": "#!/bin/sh\necho\n"})),
        sound("made-copy-into", "a copy into a folder", script("mkdir -p /scratch/bin\ncp /app/step.sh /scratch/bin/\nexec /scratch/bin/step.sh\n", STEP)),
        sound("made-move", "moved", script("mv /app/step.sh /tmp/moved.sh\nexec /tmp/moved.sh\n", STEP)),
        broken("made-move", "the old name after it was moved", script("mv /app/step.sh /tmp/moved.sh\nexec /app/step.sh\n", STEP), "warn", "undetermined", line=3),
        sound("made-printf", "printed", script("printf '#!/bin/sh\\necho hi\\n' > /tmp/x.sh\nchmod +x /tmp/x.sh\n/tmp/x.sh\n")),
        broken("made-printf-mode", "printed and not made runnable", script("printf '#!/bin/sh\\necho hi\\n' > /tmp/x.sh\nexec /tmp/x.sh\n"), "warn", "undetermined", line=3),
        sound("made-here", "a here-document", script("cat > /tmp/job.py <<'EOF'\nprint('job')\nEOF\nexec python3 /tmp/job.py\n")),
        sound("made-tee", "through tee", script("echo \"print('job')\" | tee /tmp/job.py >/dev/null\npython3 /tmp/job.py\n")),
        sound("made-sed", "through sed", script("sed 's/step/other/' /app/step.sh > /tmp/other.sh\nsh /tmp/other.sh\n", STEP)),
        sound("made-append", "added to line by line", script("echo 'A=1' > /tmp/job.env\necho 'B=2' >> /tmp/job.env\nset -e\n. /tmp/job.env\necho \"$A\"\n")),
        sound("made-folder", "a folder", script("set -e\nmkdir -p /scratch/work/tmp\ncd /scratch/work/tmp\npython3 /app/main.py\n", MAIN)),
        sound("made-folder-and", "a folder, with &&", script("mkdir -p /scratch/work && cd /scratch/work && python3 /app/main.py\n", MAIN)),
        sound("made-mktemp", "a temporary folder", script("set -e\nwork=$(mktemp -d)\ncd \"$work\"\ncp /app/step.sh .\n./step.sh\n", STEP)),
        sound("made-link", "a link", script("ln -s /app/step.sh /usr/local/bin/step\nexec step\n", STEP)),
        sound("made-install", "install", script("install -m 755 /app/step.txt /usr/local/bin/step\nstep\n", {"/app/step.txt": "#!/bin/sh\necho\n"})),
        sound("made-tar", "unpacked", script("set -e\nmkdir -p /opt/src\ntar xf /app/src.tar -C /opt/src\ncd /opt/src/job\n./run.sh\n", entries=[packed(run="#!/bin/sh\necho\n")]), "warn", "undetermined"),
        sound("made-tar-here", "unpacked where the script stands", script("cd /scratch\ntar -xf /app/src.tar\nexec /scratch/job/run.sh\n", entries=[packed(run="#!/bin/sh\necho\n")]), "warn", "undetermined"),
        sound("made-python", "written by a Python program", script("python3 /app/generate.py /tmp/job.sh\nsh /tmp/job.sh\n", {"/app/generate.py": "import sys\n\nwith open(sys.argv[1], 'w') as out:\n    out.write('echo job\\n')\n"}), "warn", "undetermined"),
        sound("made-touch", "touched and sourced", script("set -e\ntouch /tmp/extra.env\n. /tmp/extra.env\necho ok\n")),
        sound("made-in-function", "made in a function", script("prepare() {\n  mkdir -p /scratch/run\n  cp /app/step.sh /scratch/run/go.sh\n}\nprepare\nexec /scratch/run/go.sh\n", STEP)),
        sound("made-in-second", "made by the second script", script("sh /app/prepare.sh\nexec python3 /scratch/job.py\n", {"/app/prepare.sh": "echo 'print(1)' > /scratch/job.py\n"}), "warn", "undetermined"),
        maybe("made-if", "made under a condition, used without", bash("if [[ -n \"$PREPARE\" ]]; then\n  cp /app/step.sh /scratch/go.sh\nfi\nsh /scratch/go.sh\n", STEP), "fail", "undetermined", line=5),
        sound("made-if-missing", "made where it is missing", script("[ -f /scratch/go.sh ] || cp /app/step.sh /scratch/go.sh\nsh /scratch/go.sh\n", STEP)),
        broken("made-elsewhere", "made elsewhere", script("mkdir -p /scratch/work\ncp /app/step.sh /scratch/work/\nexec /scratch/step.sh\n", STEP), "warn", "undetermined", line=4),
        broken("made-after", "made after it is used", script("set -e\nsh /tmp/x.sh\necho echo > /tmp/x.sh\n"), line=3),
    ]


def all_cases() -> list[Case]:
    """All of them."""
    return [*configured(), *rights(), *first_lines(), *made()]
