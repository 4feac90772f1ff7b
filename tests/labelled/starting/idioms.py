"""Entrypoints as real images have them, whole: sound, and each once more with what it starts taken away."""

# One case a line reads better than one argument a line.
# ruff: noqa: E101, E501
# fmt: off

from __future__ import annotations

from typing import Any, NamedTuple

from tests.labelled.starting.case import ENTRY, Case, broken, image, sound

MAIN = {"/app/main.py": "print('done')\n"}


class Idiom(NamedTuple):
    """A script, the files beside it, CMD, and the file that the twin lacks with the line that starts it."""

    title: str
    text: str
    files: dict[str, str]
    cmd: tuple[str, ...]
    lacks: str
    line: int
    where: str = ENTRY


DATABASE = """\
#!/usr/bin/env bash
set -Eeo pipefail

file_env() {
	local var="$1"
	local fileVar="${var}_FILE"
	local def="${2:-}"
	if [ "${!var:-}" ] && [ "${!fileVar:-}" ]; then
		echo >&2 "error: both $var and $fileVar are set"
		exit 1
	fi
	local val="$def"
	if [ "${!var:-}" ]; then
		val="${!var}"
	fi
	export "$var"="$val"
	unset "$fileVar"
}

_is_sourced() {
	[ "${#FUNCNAME[@]}" -ge 2 ] && [ "${FUNCNAME[0]}" = '_is_sourced' ] && [ "${FUNCNAME[1]}" = 'source' ]
}

_main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- server "$@"
	fi
	if [ "$1" = 'server' ]; then
		file_env 'SERVER_PASSWORD'
		mkdir -p /var/lib/server
		if [ "$(id -u)" = '0' ]; then
			exec gosu app "$BASH_SOURCE" "$@"
		fi
	fi
	exec "$@"
}

if ! _is_sourced; then
	_main "$@"
fi
"""

CACHE = """\
#!/bin/sh
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
	set -- server "$@"
fi
if [ "$1" = 'server' -a "$(id -u)" = '0' ]; then
	find . \\! -user app -exec chown app '{}' +
	exec gosu app "$0" "$@"
fi
um="$(umask)"
if [ "$um" = '0022' ]; then
	umask 0077
fi
exec "$@"
"""

WEB = """\
#!/bin/sh
set -e

entrypoint_log() {
    if [ -z "${QUIET_LOGS:-}" ]; then
        echo "$@"
    fi
}

if [ "$1" = "server" ] || [ "$1" = "server-debug" ]; then
    if find "/docker-entrypoint.d/" -mindepth 1 -maxdepth 1 -type f | sort | head -n 1 | grep -q .; then
        entrypoint_log "$0: looking for shell scripts"
        find "/docker-entrypoint.d/" -follow -type f | sort | while read -r f; do
            case "$f" in
                *.sh)
                    if [ -x "$f" ]; then
                        entrypoint_log "$0: launching $f"
                        "$f"
                    else
                        entrypoint_log "$0: ignoring $f"
                    fi
                    ;;
                *) entrypoint_log "$0: ignoring $f" ;;
            esac
        done
    fi
fi
exec "$@"
"""

OPTIONS = """\
#!/bin/bash
set -euo pipefail
input=/safe_data
output=/safe_outputs
usage() {
    sed -n '2,4p' "$0"
    exit "${1:-0}"
}
while (( $# )); do
    case "$1" in
        -i|--input) input="$2"; shift 2 ;;
        --output=*) output="${1#*=}"; shift ;;
        -h|--help) usage ;;
        --) shift; break ;;
        *) echo "unknown: $1" >&2; usage 2 ;;
    esac
done
cd "$(dirname "${BASH_SOURCE[0]}")"
python3 ./main.py "$input" "$output"
"""

STEPS = """\
#!/bin/bash
set -e
export TMPDIR=/scratch
run_step() {
    local name=$1
    shift
    echo "== $name"
    "$@" 2>&1 | tee "/scratch/$name.log"
}
run_step clean bash /app/clean.sh
run_step fit python3 /app/main.py --threads "$(nproc_or_one)"
""".replace("$(nproc_or_one)", "${THREADS:-1}")

MENU = """\
#!/bin/sh
set -eu
mode=${1:-fit}
[ $# -gt 0 ] && shift
case "$mode" in
  fit)   exec python3 /app/main.py "$@" ;;
  shell) exec /bin/bash ;;
  help)  cat <<-EOF
	usage: fit | shell | help
	  /app/unknown.sh is not a mode
	EOF
	;;
  *) exec "$mode" "$@" ;;
esac
"""

ROOTLESS = """\
#!/bin/sh
uid=$(id -u)
if [ "$uid" = 0 ] && [ -n "${RUN_AS:-}" ]; then
  exec setpriv --reuid="$RUN_AS" --regid="$RUN_AS" --clear-groups "$0" "$@"
fi
export HOME=${HOME:-/tmp}
[ -w "$HOME" ] || HOME=/tmp
for hook in /usr/local/hooks.d/*.sh; do
  [ -r "$hook" ] || continue
  . "$hook"
done
exec python3 /app/main.py "$@"
"""

CLEANED = """\
#!/bin/bash
set -Eeuo pipefail
trap 'rc=$?; rm -rf "$work"; exit $rc' EXIT
trap 'echo "line $LINENO" >&2' ERR
work=$(mktemp -d -p /scratch)
readonly work
declare -A settings=([seed]=1 [chains]=4)
for key in "${!settings[@]}"; do
    printf '%s=%s\\n' "$key" "${settings[$key]}" >> "$work/settings"
done
if ! python3 /app/main.py "$work/settings" > "$work/out" 2>&1; then
    echo failed >&2
    exit 1
fi
cat "$work/out"
"""

ENVIRONMENT = """\
#!/bin/bash --login
set +u
if [ -f /opt/conda/etc/profile.d/conda.sh ]; then
    . /opt/conda/etc/profile.d/conda.sh
    conda activate base
fi
set -u
: "${OMP_NUM_THREADS:=1}"
export OMP_NUM_THREADS
ulimit -s unlimited 2>/dev/null || true
exec "${PYTHON:-python3}" /app/main.py "$@"
"""

LIBRARY = """\
#!/bin/bash
here="$(cd "$(dirname "$0")" && pwd)"
source "${here}/lib/common.sh"
log "started"
main "$@"
"""

IDIOMS = {
    "database": Idiom("a database's: sourced or run, and itself again as another user", DATABASE, {"/usr/local/bin/server": "#!/bin/sh\nid -u\n"}, ("server",), "/usr/local/bin/server", 35),
    "cache": Idiom("a cache's", CACHE, {"/usr/local/bin/server": "#!/bin/sh\nid -u\n"}, ("server",), "/usr/local/bin/server", 14),
    "web": Idiom("a web server's, with a folder of scripts", WEB, {"/usr/local/bin/server": "#!/bin/sh\necho\n", "/docker-entrypoint.d/10.sh": "#!/bin/sh\necho 10\n", "/docker-entrypoint.d/README": "x\n"}, ("server", "-g"), "/usr/local/bin/server", 28),
    "options": Idiom("options read in a loop", OPTIONS, MAIN, (), "/app/main.py", 19),
    "steps": Idiom("steps through a function that runs its arguments", STEPS, {**MAIN, "/app/clean.sh": "echo clean\n"}, (), "/app/clean.sh", 10),
    "menu": Idiom("one of several modes", MENU, MAIN, (), "/app/main.py", 6),
    "rootless": Idiom("itself again without rights, and hooks", ROOTLESS, {**MAIN, "/usr/local/hooks.d/a.sh": "A=1\n"}, (), "/app/main.py", 12),
    "cleaned": Idiom("traps, arrays and a temporary folder", CLEANED, MAIN, (), "/app/main.py", 11),
    "environment": Idiom("an environment that is there or not", ENVIRONMENT, MAIN, (), "/app/main.py", 11),
    "library": Idiom("functions in a file beside it", LIBRARY, {**MAIN, "/app/lib/common.sh": "log() { echo \"$(date +%s) $*\" >&2; }\nmain() {\n    python3 /app/main.py \"$@\"\n}\n"}, (), "/app/main.py", 3, "/app/lib/common.sh"),
}


def _image(idiom: Idiom, without: str = "") -> dict[str, Any]:
    files = {ENTRY: idiom.text, "/var/lib/": "", **{path: text for path, text in idiom.files.items() if path != without}}
    return image([ENTRY], files, cmd=idiom.cmd, working_dir="/app")


def all_cases() -> list[Case]:
    """Each of them twice."""
    cases = []
    for name, idiom in IDIOMS.items():
        note = "the place is CMD or the line" if idiom.cmd else "the line is that of the call or that of the function" if name == "steps" else ""
        cases.append(sound(f"idiom-{name}", idiom.title, _image(idiom)))
        cases.append(broken(f"idiom-{name}", f"{idiom.title}, without {idiom.lacks}", _image(idiom, idiom.lacks), "warn", line=idiom.line, where=idiom.where, note=note))
    return cases
