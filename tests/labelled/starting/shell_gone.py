"""Shell scripts in which something that certainly runs does not start."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.starting.case import Case, bash, broken, maybe, script, shell

MAIN = {"/app/main.py": "print('done')\n"}
STEP = {"/app/step.sh": "#!/bin/sh\necho step\n"}
GOES_ON = "the shell goes on after it"


def plain() -> list[Case]:
    """Missing files and programs, wherever a line can name them."""
    return [
        broken("exec", "exec of a script that is not there", script("exec /app/gone.sh --x $FOO\n"), line=2),
        broken("and", "a missing command before &&", script("/nope.sh && echo ok\n"), line=2),
        broken("exec-python", "exec of Python with a missing script", script("exec python3 /app/none.py\n"), line=2),
        broken("exec-no-perl", "neither the program nor the script", script("exec perl /app/none.pl\n"), line=2),
        broken("exec-perl-there", "a script whose program is missing", script("exec perl /app/x.pl\n", {"/app/x.pl": "print 1;\n"}), line=2),
        broken("last", "the last command", script("echo start\n/app/gone.sh\n"), line=3),
        broken("middle", "a step in the middle", script("/app/prepare.sh\necho done\n"), "warn", line=2, note=GOES_ON),
        broken("middle-set-e", "a step in the middle, under set -e", script("set -e\n/app/prepare.sh\necho done\n"), line=3),
        broken("middle-shebang-e", "a step in the middle, under -e of the first line", script("#!/bin/sh -e\n/app/prepare.sh\necho done\n"), line=2),
        broken("set-euo", "a bare name that PATH does not lead to", bash("set -euo pipefail\nsamtools index /safe_data/a.bam\n"), line=3),
        broken("assignments", "behind assignments", script("A=1 B=\"$HOME\" /app/gone.sh\n"), line=2),
        broken("redirected", "with redirections before and behind", script(">/scratch/log 2>&1 /app/gone.sh </dev/null\n"), line=2),
        broken("quoted", "in quotation marks", script("exec \"/app/gone.sh\" 'a b'\n"), line=2),
        broken("variable", "named by a variable of the script", script("TOOL=/app/gone.sh\nexec \"$TOOL\" run\n"), line=3),
        broken("variable-env", "named by a variable of the image", script("exec \"$TOOL\" run\n", env=["TOOL=/app/gone.sh"]), line=2),
        broken("default", "named by a default", script("exec \"${TOOL:-/app/gone.sh}\"\n"), "warn", line=2),
        broken("continued", "over two lines", script("exec \\\n  /app/gone.sh \\\n  --x\n"), line=2, note="the line is that of exec or that of the path"),
        broken("semicolon", "behind a semicolon", script("cd /app; ./gone.sh\n"), line=2),
        broken("comment", "before a comment", script("exec /app/gone.sh # runs the job\n"), line=2),
        broken("dirname", "beside the script itself", script("exec \"$(dirname \"$0\")/gone.sh\"\n"), "undetermined", line=2),
        broken("bash-source", "beside the script itself, as bash tells it", bash("here=$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\nexec \"$here/gone.sh\"\n"), "undetermined", line=3),
        broken("second", "in the second script", script("exec /app/two.sh\n", {"/app/two.sh": "#!/bin/sh\necho two\nexec /app/gone.sh\n"}), line=3, where="/app/two.sh"),
        broken("third", "in the third script", script("/app/two.sh\n", {"/app/two.sh": "#!/bin/sh\nsh /app/three.sh\n", "/app/three.sh": "exec python3 /app/none.py\n"}), line=1, where="/app/three.sh"),
        broken("sh-script", "a script handed to sh", script("exec sh /app/gone.sh\n"), line=2),
        broken("bash-script", "a script handed to bash with options", script("bash -eu -o pipefail /app/gone.sh --x\n"), line=2),
        broken("python-module", "a module handed to Python", script("exec python3 -m analysis.cli\n"), line=2),
        broken("python-options", "behind Python's options", script("exec python3 -u -W ignore -X dev /app/none.py\n"), line=2),
        broken("shell-form", "in the shell form", shell("python3 /app/none.py"), line=0),
        broken("shell-form-cd", "in the shell form behind cd", shell("cd /app && python3 none.py"), line=0),
        broken("directory", "a directory", script("exec /app/bin\n", {"/app/bin/": ""}), line=2),
        broken("removed", "a file that the script removes first", script("rm /app/step.sh\nexec /app/step.sh\n", STEP), "warn", "undetermined", line=3),
        broken("copy-gone", "a copy of a file that is not there", script("set -e\ncp /app/gone.sh /tmp/x.sh\nexec /tmp/x.sh\n"), "warn", "undetermined", line=3, note="cp ends with 1 and so does the script"),
        broken("on-mount-exec", "a program that is not in the image but in a mount", script("exec /scratch/tool\n"), "warn", line=2, note="the directory is empty at the start of a run"),
    ]


def folders() -> list[Case]:
    """cd and what is named relative to it."""
    return [
        broken("cd-set-e", "cd into nothing under set -e", script("set -e\ncd /root/src\n./analysis.sh\n"), line=3),
        broken("cd", "cd into nothing, and a script there", script("cd /root/src\n./analysis.sh\n"), line=2, note="line 2 or 3"),
        broken("cd-and", "cd into nothing before &&", script("cd /root/src && ./analysis.sh\n"), line=2),
        broken("cd-or-exit", "cd into nothing or exit", script("cd /root/src || exit 1\n./analysis.sh\n", STEP), line=2),
        broken("cd-file", "cd into a file", script("set -e\ncd /app/main.py\nls\n", MAIN), line=3),
        broken("cd-variable", "cd into a folder named by a variable", script("set -e\nSRC=/root/src\ncd \"$SRC\"\npython3 main.py\n"), line=4),
        broken("cd-then-relative", "a script that is beside the entrypoint, after cd elsewhere", script("cd /tmp\n./step.sh\n", STEP), line=3),
        broken("cd-relative", "a folder relative to WORKDIR", script("set -e\ncd src\n./x.sh\n", {"/src/x.sh": "#!/bin/sh\n"}, working_dir="/app"), line=3),
        broken("cd-python", "a Python program relative to another folder", script("cd /tmp\nexec python3 main.py\n", MAIN), line=3),
        broken("pushd", "pushd into nothing under set -e", bash("set -e\npushd /root/src >/dev/null\n./analysis.sh\n"), line=3),
        broken("workdir", "a script that is not in WORKDIR", script("exec ./step.sh\n", STEP, working_dir="/tmp"), line=2),
        broken("subshell-cd", "cd in a subshell counts there alone", script("( cd /app )\n./step.sh\n", STEP, working_dir="/tmp"), line=3),
        broken("link-dangling", "cd through a link into nothing", script("set -e\ncd /work\nls\n", entries=[{"path": "/work", "kind": "symlink", "target": "/nowhere"}]), line=3),
        maybe("cd-goes-on", "cd into nothing, and nothing depends on it", script("cd /root/src\nexec python3 /app/main.py\n", MAIN), "pass", line=2),
    ]


def sourced() -> list[Case]:
    """Files that the shell itself reads."""
    return [
        broken("dot-set-e", "a sourced file that is not there, under set -e", script("set -e\n. /app/absent.env\nexec python3 /app/main.py\n", MAIN), line=3),
        broken("dot-sh", "dash ends where the file that it sources is not there", script(". /app/absent.env\nexec python3 /app/main.py\n", MAIN), "warn", line=2),
        broken("source-bash-e", "source in bash under set -e", bash("set -e\nsource /app/absent.env\nexec python3 /app/main.py\n", MAIN), line=3),
        broken("source-in-sh", "source is no command of dash", script("set -e\nsource /app/job.env\nexec python3 /app/main.py\n", {**MAIN, "/app/job.env": "A=1\n"}), "warn", line=3),
        broken("dot-name-sh", "dash looks for a bare name in PATH alone", script("cd /app\n. job.env\nexec python3 /app/main.py\n", {**MAIN, "/app/job.env": "A=1\n"}), "warn", line=3),
        broken("dot-inside", "a missing program in a sourced file", script(". /app/lib.sh\necho done\n", {"/app/lib.sh": "set -e\n/app/gone.sh\n"}), line=2, where="/app/lib.sh"),
        broken("dot-function", "a missing program in a function of a sourced file", script(". /app/lib.sh\nstart\n", {"/app/lib.sh": "start() {\n  exec /app/gone.sh\n}\n"}), line=2, where="/app/lib.sh"),
        maybe("source-bash", "bash goes on without the file", bash("source /app/absent.env\nexec python3 /app/main.py\n", MAIN), "pass", "fail", line=2),
        maybe("dot-or-true", "the author provided for it", bash(". /app/absent.env || true\nexec python3 /app/main.py\n", MAIN), "pass", line=2),
    ]


def structured() -> list[Case]:
    """Within the structures of the shell."""
    return [
        broken("if-true", "in if true", script("if true; then\n  exec /app/gone.sh\nfi\n"), "warn", line=3),
        broken("if-condition", "as the condition itself", script("if /app/check.sh; then\n  echo ok\nfi\n"), "warn", line=2, note="the condition is false then"),
        broken("if-both", "in both branches", script("if [ -n \"$DEBUG\" ]; then\n  exec /app/gone.sh -v\nelse\n  exec /app/gone.sh\nfi\n"), "warn", line=3, note="the line is that of either branch"),
        broken("for", "in a loop over words", script("for part in one two; do\n  /app/gone.sh \"$part\"\ndone\n"), line=3),
        broken("for-mount", "in a loop over files of a mount", script("for f in /safe_data/*.csv; do\n  /app/gone.sh \"$f\"\ndone\n"), "warn", line=3),
        broken("until", "as the condition of a loop that ends", script("n=0\nwhile [ $n -lt 2 ]; do\n  /app/gone.sh\n  n=$((n + 1))\ndone\n"), "warn", line=4, note=GOES_ON),
        broken("function", "in a function that is called", script("main() {\n  echo main\n  /app/gone.sh\n}\nmain \"$@\"\n"), line=4),
        broken("function-function", "in a function that a function calls", script("inner() { exec /app/gone.sh; }\nouter() { inner; }\nouter\n"), line=2),
        broken("function-keyword", "in a function of bash", bash("function start {\n  exec /app/gone.sh\n}\nstart\n"), line=3),
        broken("subshell", "in a subshell", script("( /app/gone.sh )\n"), line=2),
        broken("group", "in a group", script("{ echo a; /app/gone.sh; }\n"), line=2),
        broken("pipeline-first", "first in a pipeline", script("/app/gone.sh | tee /scratch/log\n"), "warn", line=2, note="a pipeline ends as its last command does"),
        broken("pipeline-last", "last in a pipeline", script("echo x | /app/gone.sh\n"), line=2),
        broken("background", "in the background", script("/app/gone.sh &\nwait\n"), "warn", line=2, note="wait ends with 0"),
        broken("background-service", "a service in the background, then the job", script("/app/server --port 8080 &\nexec python3 /app/main.py\n", MAIN), "warn", line=2, note=GOES_ON),
        broken("substitution", "in a command substitution", script("set -e\nx=$(/app/gone.sh)\necho \"$x\"\n"), line=3),
        broken("negated", "negated", script("! /app/gone.sh\n"), "warn", line=2, note="ends with 0"),
        broken("or-exit", "or exit", script("python3 /app/none.py || exit 1\n"), line=2),
        broken("or-exec", "first of two alternatives that are both missing", script("/app/gone.sh || exec /app/gone-too.sh\n"), line=2),
        broken("eval", "in eval", script("eval \"/app/gone.sh --x\"\n"), "undetermined", line=2),
        broken("eval-exec", "in eval exec", script("eval exec /app/gone.sh\n"), "undetermined", line=2),
        broken("inner-sh-c", "in sh -c", script("sh -c '/app/gone.sh'\n"), line=2),
        broken("inner-bash-c", "in bash -c", script("set -e\nbash -c \"exec /app/gone.sh\"\necho done\n"), line=3),
        broken("here-document", "in a here-document for sh", script("sh <<'EOF'\necho a\n/app/gone.sh\nEOF\n"), "warn", "undetermined", line=4),
        broken("here-string", "in a here-string for bash", bash("bash <<< '/app/gone.sh'\n"), "warn", "undetermined", line=2),
        broken("case-star", "in case, the branch for anything", script("case \"$1\" in\n  *) exec /app/gone.sh ;;\nesac\n"), "warn", line=3),
        broken("case-known", "in case, the branch that CMD takes", script("case \"$1\" in\n  train) exec /app/train.sh ;;\n  *) exec \"$@\" ;;\nesac\n", cmd=["train"]), "warn", line=3),
        broken("nohup-background", "nohup in the background", script("nohup /app/gone.sh >/scratch/log 2>&1 &\nwait\n"), "warn", line=2, note="wait ends with 0"),
        maybe("trap-exit", "in a trap at the end", script("trap /app/cleanup.sh EXIT\necho work\n"), "fail", line=2, note="the script's own exit code is kept"),
        maybe("trap-signal", "in a trap for a signal", script("trap '/app/cleanup.sh' TERM\nexec python3 /app/main.py\n", MAIN), "pass", line=2),
        maybe("or-true", "or true", script("/app/gone.sh || true\nexec python3 /app/main.py\n", MAIN), "pass", "fail", line=2),
        maybe("or-fallback", "or something that is there", script("/app/gone.sh || exec python3 /app/main.py\n", MAIN), "pass", "fail", line=2),
    ]


def all_cases() -> list[Case]:
    """All of them."""
    return [*plain(), *folders(), *sourced(), *structured()]
