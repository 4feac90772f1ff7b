"""What a script does with its arguments and with PATH, and what only some runs start."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.starting.case import Case, bash, broken, image, maybe, script, shell, sound, unknown

MAIN = {"/app/main.py": "print('done')\n"}
JOB = ["python3", "/app/main.py"]
NONE = ["python3", "/app/none.py"]
TOOL = {"/opt/tools/bin/tool": "#!/bin/sh\necho tool\n"}
ZERO = "exec \"$0\" \"$@\""


def handed_on() -> list[Case]:
    """``"$@"`` and its kin."""
    return [
        sound("exec-arguments", "exec of CMD", script("set -e\nexec \"$@\"\n", MAIN, cmd=JOB)),
        broken("exec-arguments", "exec of CMD whose script is missing", script("set -e\nexec \"$@\"\n", cmd=NONE), line=3, note="the place is CMD or the line"),
        broken("exec-arguments-program", "exec of CMD whose program is missing", script("exec \"$@\"\n", cmd=["/app/gone", "--x"]), line=2, note="the place is CMD or the line"),
        sound("exec-bare-arguments", "exec of CMD without quotation marks", script("exec $@\n", MAIN, cmd=JOB)),
        sound("exec-star", "exec of CMD as words", script("exec $*\n", MAIN, cmd=JOB)),
        sound("shift", "shift and exec", script("shift\nexec \"$@\"\n", MAIN, cmd=["run", *JOB])),
        broken("shift", "shift and exec of what is missing", script("shift\nexec \"$@\"\n", cmd=["run", *NONE]), line=3),
        sound("shift-two", "shift 2 and exec", script("shift 2\nexec \"$@\"\n", MAIN, cmd=["run", "--", *JOB])),
        sound("set-arguments", "set -- before exec", script("set -- python3 /app/main.py \"$@\"\nexec \"$@\"\n", MAIN)),
        broken("set-arguments", "set -- of what is missing", script("set -- /app/gone.sh \"$@\"\nexec \"$@\"\n"), line=2, note="line 2 or 3"),
        sound("dash-argument", "an option in CMD has the program put before it", script("if [ \"${1#-}\" != \"$1\" ]; then\n  set -- python3 /app/main.py \"$@\"\nfi\nexec \"$@\"\n", MAIN, cmd=["--fast"])),
        broken("dash-argument", "an option in CMD has a missing program put before it", script("if [ \"${1#-}\" != \"$1\" ]; then\n  set -- analysis-server \"$@\"\nfi\nexec \"$@\"\n", cmd=["--fast"]), "warn", "undetermined", line=3),
        sound("first-argument", "the first argument is the script", script("exec python3 \"$1\"\n", MAIN, cmd=["/app/main.py"])),
        broken("first-argument", "the first argument is a missing script", script("exec python3 \"$1\"\n", cmd=["/app/none.py"]), line=2),
        broken("no-arguments", "exec of an array of one missing program", bash("args=(/app/gone.sh --x)\nexec \"${args[@]}\"\n"), "undetermined", line=3, note="line 2 or 3"),
        sound("array", "exec of an array", bash("args=(python3 /app/main.py)\nargs+=(--fast)\nexec \"${args[@]}\"\n", MAIN), "undetermined"),
        sound("command-of-image", "CMD as the words of one variable", script("CMD='python3 /app/main.py'\nexec $CMD\n", MAIN)),
        broken("command-of-image", "CMD as the words of one variable, missing", script("CMD='python3 /app/none.py'\nexec $CMD\n"), line=3),
        unknown("argument", "a variable that nobody sets names the program", script("exec \"$JOB_PROGRAM\"\n"), "warn", "fail", note="it is empty unless the operator sets it"),
        unknown("required-variable", "a variable that has to be set", script("exec python3 \"${JOB_SCRIPT:?set JOB_SCRIPT}\"\n"), "warn", "fail"),
        unknown("computed", "the program is what another one prints", script("exec \"$(python3 /app/choose.py)\"\n", {"/app/choose.py": "print('/bin/true')\n"}), "pass"),
        unknown("read", "the program stands in a file of the data", script("read -r program < /safe_data/program\nexec \"$program\"\n"), "warn"),
    ]


def zero() -> list[Case]:
    """``sh -c TEXT`` and the words behind it."""
    return [
        sound("sh-c-zero", "the words behind the text are the command", image(["/bin/sh", "-c", ZERO], MAIN, cmd=JOB)),
        broken("sh-c-zero", "the words behind the text are a missing script", image(["/bin/bash", "-c", ZERO], cmd=NONE)),
        broken("sh-c-zero-program", "the words behind the text are a missing program", image(["/bin/sh", "-c", "echo start && \"$0\" \"$@\""], cmd=["/app/gone", "x"])),
        sound("sh-c-dashes", "a name before the command", image(["/bin/sh", "-c", "exec \"$@\"", "--"], MAIN, cmd=JOB)),
        broken("sh-c-dashes", "a name before the command, which is missing", image(["/bin/sh", "-c", "exec \"$@\"", "sh"], cmd=NONE)),
        broken("sh-c-lost-word", "the first word of the command is lost", image(["/bin/sh", "-c", "exec \"$@\""], MAIN, cmd=JOB)),
        sound("sh-c-lost-word", "the first word is lost, and the second can be run", image(["/bin/sh", "-c", "exec \"$@\""], {"/app/main.sh": "#!/bin/sh\necho ok\n"}, cmd=["run", "/app/main.sh"])),
        broken("sh-c-one", "an argument of the text names the script", image(["/bin/sh", "-c", "exec python3 \"$1\"", "sh"], cmd=["/app/none.py"])),
        sound("sh-c-one", "an argument of the text names the script", image(["/bin/sh", "-c", "exec python3 \"$1\"", "sh"], MAIN, cmd=["/app/main.py"])),
        broken("sh-ec", "options in one word with -c", image(["/bin/sh", "-ec", "/app/gone.sh; echo done"])),
        broken("bash-lc", "a login shell", image(["bash", "-lc", "python3 /app/none.py"])),
        sound("bash-lc", "a login shell", image(["bash", "-lc", "python3 /app/main.py"], MAIN)),
        sound("bash-o-c", "options with values before -c", image(["bash", "-o", "pipefail", "-e", "-c", "python3 /app/main.py"], MAIN)),
        broken("bash-o-c", "options with values before -c", image(["bash", "-o", "pipefail", "-e", "-c", "python3 /app/none.py"])),
        sound("sh-c-c", "a shell in a shell", image(["/bin/sh", "-c", "exec sh -c 'exec python3 /app/main.py'"], MAIN)),
        broken("sh-c-c", "a shell in a shell", image(["/bin/sh", "-c", "exec sh -c 'exec python3 /app/none.py'"])),
        sound("trailing-comment", "the shell form with a comment at its end", shell("python3 /app/main.py # the job")),
        broken("trailing-comment", "the shell form with a comment at its end", shell("python3 /app/none.py # the job")),
        sound("shell-form-env", "the shell form of env alone", shell("env")),
        sound("shell-form-test", "the shell form begins with a bracket that is a command", shell("[ -f /app/main.py ] && python3 /app/main.py")),
        sound("shell-form-test-spaced", "a bracket with blanks", shell("[ \"$HOME\" = /nowhere ] || exec python3 /app/main.py")),
        *[broken(f"array-{name}", f"an array that is no JSON: {name}", image(["/bin/sh", "-c", text], MAIN)) for name, text in ARRAYS.items()],
    ]


ARRAYS = {
    "single": "['python3', '/app/main.py']",
    "bare": "[/app/main.py]",
    "comma": "[\"python3\", \"/app/main.py\",]",
    "no-comma": "[\"python3\" \"/app/main.py\"]",
    "curly": "[\u201cpython3\u201d, \u201c/app/main.py\u201d]",
    "unclosed": "[\"python3\", \"/app/main.py\"",
    "one": "['/app/main.py']",
}


def searched() -> list[Case]:
    """PATH, changed on the way."""
    return [
        sound("path-export", "a folder put before PATH", script("export PATH=/opt/tools/bin:$PATH\ntool\n", TOOL)),
        broken("path-export", "another folder put before PATH", script("export PATH=/opt/tool/bin:$PATH\ntool\n", TOOL), line=3),
        broken("path-not-set", "a program in a folder that is not in PATH", script("tool\n", TOOL), line=2),
        sound("path-append", "a folder put behind PATH", script("PATH=\"$PATH:/opt/tools/bin\"\nexec tool\n", TOOL)),
        broken("path-replaced", "PATH replaced", script("PATH=/opt/tools/bin\ntool\nls\n", TOOL), line=4),
        broken("path-without-python", "PATH without Python's folder", script("export PATH=/usr/bin:/bin\nexec python3 /app/main.py\n", MAIN), line=3),
        sound("path-one-command", "PATH for one command", script("PATH=/opt/tools/bin:$PATH tool\nls /\n", TOOL)),
        sound("path-env", "PATH set by env", script("exec env PATH=/opt/tools/bin:/bin tool\n", TOOL)),
        broken("path-env", "PATH set by env, without the program's folder", script("exec env PATH=/opt/tools tool\n", TOOL), line=2),
        sound("path-activate", "a virtual environment is activated", script(". /opt/venv/bin/activate\nexec analyse\n", {"/opt/venv/bin/activate": "VIRTUAL_ENV=/opt/venv\nexport VIRTUAL_ENV\nPATH=\"$VIRTUAL_ENV/bin:$PATH\"\nexport PATH\n", "/opt/venv/bin/analyse": "#!/bin/sh\necho ok\n"})),
        broken("path-deactivated", "a program of a virtual environment that is not activated", script("exec analyse\n", {"/opt/venv/bin/analyse": "#!/bin/sh\necho ok\n"}), line=2),
        sound("path-function", "PATH changed in a function", script("setup() { PATH=/opt/tools/bin:$PATH; }\nsetup\ntool\n", TOOL)),
        broken("path-subshell", "PATH changed in a subshell alone", script("( PATH=/opt/tools/bin:$PATH )\ntool\n", TOOL), line=3),
        sound("path-image", "PATH of the image leads there", script("tool\n", TOOL, path="PATH=/opt/tools/bin:/usr/bin:/bin")),
        sound("path-home", "a folder below HOME", script("export PATH=\"$HOME/bin:$PATH\"\ntool\n", {"/opt/home/bin/tool": "#!/bin/sh\necho\n"}, env=["HOME=/opt/home"])),
        sound("alias-function", "a function of that name", script("tool() { echo \"$@\"; }\ntool a\n")),
        sound("builtins", "commands of the shell itself", bash("shopt -s nullglob\ndeclare -a files\nmapfile -t files < /etc/passwd\nlet n=1+1\nlocal_name=${files[0]}\nprintf '%s\\n' \"$local_name\"\ntype cd >/dev/null\nulimit -n >/dev/null\numask 022\n[[ -d /app ]] && echo yes\nhash -r\n")),
        broken("bash-builtin-in-sh", "a command of bash in dash", script("set -e\nshopt -s nullglob\necho done\n"), "warn", line=3),
    ]


def conditional() -> list[Case]:
    """What only some runs start."""
    return [
        maybe("if-variable", "where a variable is set", script("if [ -n \"$DEBUG\" ]; then\n  exec /app/debug.sh\nfi\nexec python3 /app/main.py\n", MAIN), "pass", line=3),
        maybe("if-mounted", "where a file is in the data", script("if [ -f /safe_data/setup ]; then\n  . /app/gone.env\nfi\nexec python3 /app/main.py\n", MAIN), "pass", line=3),
        maybe("if-argument", "where an argument is given", script("if [ \"$#\" -gt 0 ]; then\n  /app/gone.sh \"$@\"\nfi\nexec python3 /app/main.py\n", MAIN), "pass", line=3),
        maybe("for-arguments", "for each argument", script("for a in \"$@\"; do\n  /app/gone.sh \"$a\"\ndone\nexec python3 /app/main.py\n", MAIN), "pass", line=3),
        maybe("case-branch", "in a branch that CMD does not take", script("case \"$1\" in\n  train) exec /app/train.sh ;;\n  *) exec \"$@\" ;;\nesac\n", MAIN, cmd=JOB), "pass", line=3),
        maybe("while-read", "for each line of a file in the data", script("while read -r name; do\n  /app/gone.sh \"$name\"\ndone < /safe_data/names\nexec python3 /app/main.py\n", MAIN), "pass", line=3),
        maybe("and-variable", "behind a test of a variable", script("[ \"$MODE\" = debug ] && exec /app/debug.sh\nexec python3 /app/main.py\n", MAIN), "pass", line=2),
        maybe("data-script", "a script in the data", script("exec sh /safe_data/run.sh\n"), "fail", "undetermined", line=2, note="the project has to provide it"),
        maybe("data-source", "settings in the data", script("set -e\n. /safe_data/settings.env\nexec python3 /app/main.py\n", MAIN), "fail", "undetermined", "pass", line=3, note="the project has to provide it"),
        sound("if-exists", "a missing file that is tested for", script("if [ -f /app/local.env ]; then\n  . /app/local.env\nfi\nexec python3 /app/main.py\n", MAIN)),
        sound("and-executable", "a missing program that is tested for", script("[ -x /opt/hook ] && /opt/hook\nexec python3 /app/main.py\n", MAIN)),
        sound("test-e", "with test", script("if test -e /opt/hook.sh; then sh /opt/hook.sh; fi\nexec python3 /app/main.py\n", MAIN)),
        sound("double-bracket", "with [[", bash("[[ -r /app/local.env ]] && source /app/local.env\nexec python3 /app/main.py\n", MAIN)),
        sound("not-exists-or", "the test and its alternative", script("[ ! -f /app/local.env ] || . /app/local.env\nexec python3 /app/main.py\n", MAIN)),
        sound("command-v", "a missing program that is asked for", script("if command -v nvidia-smi >/dev/null 2>&1; then\n  nvidia-smi\nfi\nexec python3 /app/main.py\n", MAIN)),
        sound("command-v-and", "a missing program that is asked for, with &&", script("command -v nvidia-smi >/dev/null && nvidia-smi\nexec python3 /app/main.py\n", MAIN)),
        sound("type-and", "asked for with type", script("type module >/dev/null 2>&1 && module load R\nexec python3 /app/main.py\n", MAIN)),
        sound("hash-or", "one that is there or one that is not", bash("if hash python3 2>/dev/null; then exec python3 /app/main.py; else exec perl /app/main.pl; fi\n", MAIN)),
        sound("if-false", "in if false", script("if false; then\n  /app/gone.sh\nfi\nexec python3 /app/main.py\n", MAIN), "warn"),
        sound("after-exec", "after exec", script("exec python3 /app/main.py\n/app/gone.sh\n", MAIN)),
        sound("after-exit", "after exit", script("python3 /app/main.py\nexit 0\n/app/gone.sh\n", MAIN)),
        sound("or-not-needed", "an alternative that is not needed", script("python3 /app/main.py || /app/gone.sh\n", MAIN), "warn"),
        sound("function-not-called", "in a function that nobody calls", script("debug() {\n  /app/gone.sh\n}\nexec python3 /app/main.py\n", MAIN)),
        sound("in-comment", "in a comment", script("# /app/gone.sh\nexec python3 /app/main.py # not /app/none.py\n", MAIN)),
        sound("in-text", "in a text", script("echo 'run /app/gone.sh first'\ncat <<EOF\n/app/gone.sh\nEOF\nprintf '%s\\n' \"/app/gone.sh\"\n")),
        sound("false-and", "behind a command that fails", script("false && /app/gone.sh\nexec python3 /app/main.py\n", MAIN), "warn"),
        sound("argument-file", "a missing file that is a mere argument", script("touch /scratch/new.txt\nls /app/gone 2>/dev/null\nexec python3 /app/main.py --out /scratch/out.csv --model /safe_data/model.bin\n", MAIN)),
    ]


def all_cases() -> list[Case]:
    """All of them."""
    return [*handed_on(), *zero(), *searched(), *conditional()]
