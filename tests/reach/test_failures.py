"""What is certain not to start is told with the script's line, wherever in the chain; scripts as people write them raise no alarm."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.reach.startup import startup
from imginspect.startup.launch import Launch
from imginspect.startup.problem import Certainty, Concern, Kind
from tests.views import debian, folder, link, script, static, text, view_of

FAIL, WARN = Certainty.FAILS, Certainty.DEPENDS
START, SCRIPT = Concern.START, Concern.SCRIPT
TOOLS = (
    "cp ln chown chmod find id cat grep sed tar curl git sleep date rm tee env flock strace watch xargs dirname getent apt-get which sudo"
)
Entry = dict[str, Any]


def run(content: str, *more: Entry, first: str = "#!/bin/bash\n", **config: Any) -> Launch:
    """The start of an image whose entrypoint is a script of *content*, below *first*."""
    tools = [static(f"/usr/sbin/{name}") for name in ("mkdir", *TOOLS.split())]
    given = {"entrypoint": ["/entry.sh"], "user": "1000", **config}
    return startup(view_of(debian(), tools, [script("/entry.sh", first + content), *more], **given), ("/safe_data", "/scratch")).launch


def found(result: Launch) -> list[tuple[Certainty, Concern, str, int | None]]:
    return [(problem.certainty, problem.concern, problem.missing, problem.line) for problem in result.problems]


# -- certain ------------------------------------------------------------------------------------------------------------

CERTAIN: list[tuple[str, list[tuple[Certainty, Concern, str, int | None]]]] = [
    ("exec /app/gone.sh --x $FOO\n", [(FAIL, START, "/app/gone.sh", 2)]),
    ("\n\n/nope.sh && echo x\n", [(FAIL, START, "/nope.sh", 4)]),
    ("/nope.sh\necho x\n", [(FAIL, START, "/nope.sh", 2)]),
    ("exec python3 /app/none.py\n", [(FAIL, SCRIPT, "/app/none.py", 2)]),
    ("python3 /app/none.py\necho done\n", [(FAIL, SCRIPT, "/app/none.py", 2)]),
    ("exec perl /app/none.pl\n", [(FAIL, START, "perl", 2)]),
    ("set -e\ncd /absent\n./analysis.sh\n", [(FAIL, SCRIPT, "/absent", 3)]),
    ("set -e\n. /app/absent.env\necho\n", [(FAIL, SCRIPT, "/app/absent.env", 3)]),
    ("set -o errexit -o pipefail\nnope | cat\necho\n", [(FAIL, START, "nope", 3)]),
    ("set -e\nnope\necho x\n", [(FAIL, START, "nope", 3)]),
    ("nope || exit 1\necho x\n", [(FAIL, START, "nope", 2)]),
    ("nope || { echo no >&2; exit 1; }\necho x\n", [(FAIL, START, "nope", 2)]),
    ("echo x\nnope --serve\n", [(FAIL, START, "nope", 3)]),
    ("strace -f -o /t python3 /app/run.py\n", [(FAIL, SCRIPT, "/app/run.py", 2)]),
    ("flock -n /app/lock python3 /app/run.py\n", [(FAIL, SCRIPT, "/app/run.py", 2)]),
    ("timeout 5 nope\n", [(FAIL, START, "timeout", 2)]),
    ("env A=1 nope\n", [(FAIL, START, "nope", 2)]),
    ("run() { /app/gone.sh; }\nrun\necho\n", [(FAIL, START, "/app/gone.sh", 2)]),
    ("python3 -m gone\necho\n", [(FAIL, SCRIPT, "gone", 2)]),
    ("x=$(/app/gone.sh)\necho $x\n", [(FAIL, START, "/app/gone.sh", 2)]),
    ("if true; then exec /app/gone.sh; fi\n", [(FAIL, START, "/app/gone.sh", 2)]),
    ("while true; do /app/gone.sh; sleep 1; done\n", [(FAIL, START, "/app/gone.sh", 2)]),
]


@pytest.mark.parametrize(("content", "expected"), CERTAIN)
def test_what_is_certain_fails_with_its_line(content: str, expected: list[tuple[Certainty, Concern, str, int | None]]) -> None:
    assert found(run(content)) == expected


LESS: list[tuple[str, list[tuple[Certainty, Concern, str, int | None]], str]] = [
    ("nope\necho x\n", [(WARN, START, "nope", 2)], "the script continues"),
    ("cd /absent\necho x\n", [(WARN, SCRIPT, "/absent", 2)], "the script continues in /srv"),
    (". /app/absent.env\necho x\n", [(WARN, SCRIPT, "/app/absent.env", 2)], "the script continues"),
    ("nope | cat\necho\n", [(WARN, START, "nope", 2)], "the script continues"),
    ('if [ "$DEBUG" = 1 ]; then exec /app/debug.sh; fi\necho\n', [(WARN, START, "/app/debug.sh", 2)], 'only if [ "$DEBUG" = 1 ]'),
    ("if grep -q x /etc/passwd; then /app/d.sh; fi\necho\n", [(WARN, START, "/app/d.sh", 2)], "only if grep -q x /etc/passwd"),
    ("/app/first.sh || /bin/true\n", [(WARN, START, "/app/first.sh", 2)], "the script continues"),
    ("/app/own\nexec /app/made.sh\n", [(WARN, START, "/app/made.sh", 3)], "unless /app/own, which runs before it, creates it"),
    ('[ "$MODE" = x ] && exec /app/x.sh\necho\n', [(WARN, START, "/app/x.sh", 2)], 'only if [ "$MODE" = x ]'),
]


@pytest.mark.parametrize(("content", "expected", "words"), LESS)
def test_what_is_less_than_certain_is_a_warning_that_says_why(
    content: str, expected: list[tuple[Certainty, Concern, str, int | None]], words: str
) -> None:
    result = run(content, static("/app/own"), folder("/app"), static("/bin/true"), working_dir="/srv", cmd=["a"])
    assert found(result) == expected
    assert words in result.problems[0].text


def test_a_file_that_cannot_be_sourced_ends_a_posix_shell_and_not_bash() -> None:
    for first in ("#!/bin/sh\n", "#!/usr/bin/env sh\n"):
        assert found(run(". /app/absent.env\necho x\n", first=first)) == [(FAIL, SCRIPT, "/app/absent.env", 2)]


def test_an_option_of_the_first_line_ends_the_script() -> None:
    assert found(run("nope\necho x\n", first="#!/bin/sh -e\n")) == [(FAIL, START, "nope", 2)]


def test_several_places_are_one_finding() -> None:
    (problem,) = run("/gone.sh a\n/gone.sh b\necho\n/gone.sh c\n").problems
    assert (problem.certainty, problem.line) == (FAIL, 2)
    assert "the same in 2 more places" in problem.text


def test_a_command_of_a_python_program() -> None:
    main = (
        "import subprocess\nsubprocess.run(['python3', '/app/gone.py'])\nif __name__ == '__main__':\n    subprocess.check_call(['gone'])\n"
    )
    result = run("exec python3 /app/main.py\n", text("/app/main.py", main))
    assert found(result) == [(FAIL, SCRIPT, "/app/gone.py", 2), (FAIL, START, "gone", 4)]
    assert result.problems[0].nodes[0].path == "/app/main.py"


def test_the_arguments_of_a_shell_text_are_its_zero_and_its_words() -> None:
    for shell in ("/bin/bash", "/bin/sh"):
        result = run("", entrypoint=[shell, "-c", 'exec "$0" "$@"'], cmd=["python3", "/nope.py"])
        assert [(problem.certainty, problem.concern, problem.missing) for problem in result.problems] == [(FAIL, SCRIPT, "/nope.py")]


# -- no alarm ------------------------------------------------------------------------------------------------------------

POSTGRES = """set -Eeo pipefail
file_env() {
	local var="$1"
	local fileVar="${var}_FILE"
	if [ "${!var:-}" ] && [ "${!fileVar:-}" ]; then
		echo >&2 "error: both $var and $fileVar are set"
		exit 1
	fi
	local val="$def"
	if [ "${!var:-}" ]; then val="${!var}"; elif [ "${!fileVar:-}" ]; then val="$(< "${!fileVar}")"; fi
	export "$var"="$val"
	unset "$fileVar"
}
_is_sourced() { [ "${#FUNCNAME[@]}" -ge 2 ] && [ "${FUNCNAME[0]}" = '_is_sourced' ]; }
docker_create_db_directories() {
	local user; user="$(id -u)"
	mkdir -p "$PGDATA"
	chmod 00700 "$PGDATA" || :
	if [ "$user" = '0' ]; then find "$PGDATA" \\! -user postgres -exec chown postgres '{}' +; fi
}
docker_process_init_files() {
	local f
	for f; do
		case "$f" in
			*.sh) if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
			*.sql) docker_process_sql -f "$f" ;;
			*) printf '%s: ignoring %s\\n' "$0" "$f" ;;
		esac
	done
}
_pg_want_help() { local arg; for arg; do case "$arg" in -'?'|--help) return 0 ;; esac; done; return 1; }
_main() {
	if [ "${1:0:1}" = '-' ]; then set -- postgres "$@"; fi
	if [ "$1" = 'postgres' ] && ! _pg_want_help "$@"; then
		docker_create_db_directories
		if [ "$(id -u)" = '0' ]; then exec gosu postgres "$BASH_SOURCE" "$@"; fi
		ls /docker-entrypoint-initdb.d/ > /dev/null
		docker_process_init_files /docker-entrypoint-initdb.d/*
	fi
	exec "$@"
}
if ! _is_sourced; then _main "$@"; fi
"""
JUPYTER = """set -e
_log () { if [[ "$*" == "ERROR:"* ]] || [[ "${JUPYTER_DOCKER_STACKS_QUIET}" == "" ]]; then echo "$@"; fi; }
unset_explicit_env_vars () { if [ -n "${JUPYTER_ENV_VARS_TO_UNSET}" ]; then unset X; fi; }
if [ $# -eq 0 ]; then cmd=( "bash" ); else cmd=( "$@" ); fi
source /usr/local/bin/run-hooks.sh /usr/local/bin/start-notebook.d
if [ "$(id -u)" == 0 ]; then
    if ! id -u "${NB_USER}" &> /dev/null; then useradd --no-log-init --home "/home/${NB_USER}" "${NB_USER}"; fi
    exec sudo --preserve-env --set-home --user "${NB_USER}" PATH="${PATH}" "${cmd[@]}"
else
    _log "Executing the command:" "${cmd[@]}"
    exec "${cmd[@]}"
fi
"""
QUIET = [
    POSTGRES,
    JUPYTER,
    'set -- postgres-not-there "$@"\nshift\nexec "$@"\n',
    '[ -x /opt/x ] && /opt/x\n[ -f /etc/x.env ] && . /etc/x.env\nexec "$@"\n',
    "if command -v nvidia-smi >/dev/null; then nvidia-smi; fi\ncommand -v foo && foo\nhash bar 2>/dev/null || exit 0\nbar\n",
    'if [ ! -e /app/conf ]; then cp /app/conf.dist /app/conf; fi\n. /app/conf\nexec "$@"\n',
    "cat > /app/run.sh <<EOF\n/not/there\nEOF\nchmod +x /app/run.sh\nexec /app/run.sh\n",
    "trap 'rm -f /x; kill 0' EXIT INT\nhelper() { not-there; }\necho\n",
    "source /opt/conda/etc/profile.d/conda.sh && conda activate lab\nmytool --x\n",
    'eval "$(conda shell.bash hook)"\nconda activate lab\nmytool\n',
    'eval "$(micromamba shell hook)" || true\nexec mytool\n',
    ". /lib/lsb/init-functions\nlog_daemon_msg x\necho\n",
    ". /usr/share/modules/init.sh\nmodule load gcc\ngfortran x\n",
    "mkdir -p /work/a\ncd /work/a\ntouch-nothing || true\necho\n",
    "curl -o /app/x.sh https://example.org\nsh /app/x.sh\n",
    "git clone https://example.org/x.git\ncd x\nexec ./run.sh\n",
    "tar xf /safe_data/x.tar -C /srv\ncd /srv/x\npython3 main.py\n",
    "python3 -m venv /scratch/venv\n. /scratch/venv/bin/activate\nexec mytool\n",
    "python3 -m venv /srv/venv\n/srv/venv/bin/pip list\n",
    "apt-get update && apt-get install -y jq\njq . x\n",
    "exec python3 /safe_data/run.py\n",
    "cd /safe_data\n./run.sh\n",
    "alias ll='ls -l'\nll\necho\n",
    'command_not_found_handle() { echo "$1"; }\nnope\necho\n',
    'cp /app/tpl /etc/x.sh\nsource /etc/x.sh\nexec "$@"\n',
    'PATH="$EXTRA:$PATH"\nmytool\n',
    "PATH=/opt/tools:$PATH\nmytool\n",
    "export PATH=/opt/tools:$PATH\nexec mytool\n",
    'for f in /app/init.d/*.sh; do . "$f"; done\nexec "$@"\n',
    "nope >/dev/null 2>&1 || true\n! nope\nwhile nope; do :; done\nuntil nope; do break; done\necho\n",
    "$TOOL --x\n${CMD:-true}\n",
    "[[ $X ]] && echo\n((x++))\nlet y=1\nread -r z\nprintf x\ntype x\nulimit -n 1\npushd / >/dev/null; popd\ncoproc cat\n",
    'sed -i s/a/b/ /app/conf\n"$SHELL" -c "not there"\necho\n',
    "ln -s /app/tpl /app/current\n. /app/current/env.sh\necho\n",
    'here=$(cd "$(dirname "$0")" && pwd)\n. "$here/app/tpl"\nexec "$@"\n',
    "exec > /scratch/log 2>&1\necho\n",
    "cd \"${APP_DIR:-/app}\" || exit 1\nexec sh -c 'echo'\n",
    "python3 - <<'EOF'\nimport os\nEOF\necho\n",
    'test -x "$(command -v foo)" && foo\necho\n',
    "(cd /app; ls)\n{ echo; }\n",
    "until false; do break; done\n",
]


@pytest.mark.parametrize("content", QUIET)
def test_scripts_as_people_write_them_raise_no_alarm(content: str) -> None:
    more = [
        static("/app/postgres"),
        text("/app/tpl", ":\n"),
        text("/app/conf.dist", ":\n"),
        script("/usr/local/bin/run-hooks.sh", "#!/bin/bash\n:\n"),
        static("/opt/tools/mytool"),
        folder("/safe_data"),
        static("/usr/bin/ls"),
        static("/usr/bin/useradd"),
        text("/opt/conda/etc/profile.d/conda.sh", "conda() { :; }\n"),
        script("/opt/conda/bin/conda", "#!/opt/conda/bin/python\n"),
        link("/opt/conda/bin/python", "/usr/local/bin/python3"),
        text("/usr/share/modules/init.sh", "module() { :; }\n"),
        text("/lib/lsb/init-functions", "log_daemon_msg() { :; }\n"),
    ]
    result = run(
        content, *more, cmd=["/app/postgres"], env=["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/conda/bin"]
    )
    told = [problem for problem in result.problems if problem.certainty in (FAIL, WARN) and problem.kind is not Kind.BELOW_MOUNT]
    assert [problem.text for problem in told] == []


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        ("cp /app/x.sh /scratch/x.sh\nexec sh /scratch/x.sh\n", False),
        ("cp -r /app /scratch/\nexec sh /scratch/app/x.sh\n", False),
        ("cp /app/gone.sh /scratch/x.sh\nexec sh /scratch/x.sh\n", True),
        ("[ -e /scratch/x.sh ] || cp /app/x.sh /scratch/x.sh\nexec sh /scratch/x.sh\n", False),
        ('[ -n "$A" ] && cp /app/x.sh /scratch/x.sh\nexec sh /scratch/x.sh\n', True),
        ("mkdir /scratch/app\nexec sh /scratch/app/x.sh\n", True),
        ("exec sh /scratch/x.sh\ncp /app/x.sh /scratch/x.sh\n", True),
    ],
)
def test_a_copy_into_a_mount_puts_the_script_there(content: str, is_told: bool) -> None:
    problems = run(content, script("/app/x.sh", "#!/bin/sh\n")).problems
    assert any(problem.kind is Kind.BELOW_MOUNT for problem in problems) is is_told


@pytest.mark.parametrize(
    ("content", "first", "verdicts"),
    [
        ("set -e\nsource /app/x.sh\n", "#!/bin/sh\n", [(FAIL, 3)]),
        ("source /app/x.sh\necho\n", "#!/bin/sh\n", [(WARN, 2)]),
        ("set -e\nsource /app/x.sh\n", "#!/bin/bash\n", []),
        ('if [ -n "$BASH_VERSION" ]; then shopt -s nullglob; fi\n', "#!/bin/sh\n", []),
        (". /app/x.sh\ntype cd\n", "#!/bin/sh\n", []),
    ],
)
def test_commands_of_bash_in_dash(content: str, first: str, verdicts: list[tuple[Certainty, int]]) -> None:
    more = [static("/usr/bin/dash"), link("/usr/bin/sh", "dash"), script("/app/x.sh", "A=1\n")]
    assert [(problem.certainty, problem.line) for problem in run(content, *more, first=first).problems] == verdicts


@pytest.mark.parametrize(("folder", "is_told"), [("/absent", True), ("/usr", False), ("/scratch", False)])
def test_env_cannot_change_into_a_directory_that_is_not_there(folder: str, is_told: bool) -> None:
    assert bool(run(f"exec env --chdir={folder} cat /entry.sh\n").problems) is is_told
