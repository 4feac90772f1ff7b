#!/bin/sh
# Tools:    flock 2.38.1 (util-linux), gosu 1.14, strace 6.1, dumb-init 1.2.5
# Expected: a launcher that cannot find its program exits with 127, as env, nice, nohup and timeout do. Exit code 127 of
#           a container then means "command not found", and any other code comes from the program itself.
# Happens:  flock exits with 69, dumb-init with 2, gosu and strace with 1. These codes cannot be distinguished from those
#           of a program that ran and failed.
# Date:     2026-11-28
set -eu
for need in flock gosu strace dumb-init env timeout; do
    command -v $need >/dev/null 2>&1 || { echo "skipped: $need is not installed"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: gosu needs root"; exit 0; }
versions="$(flock --version | sed 's/.* //') $(gosu --version | sed 's/ .*//') $(strace --version | sed -n '1s/.* //p')"
versions="$versions $(dumb-init --version 2>&1 | sed 's/.* v//')"
[ "$versions" = "2.38.1 1.14 6.1 1.2.5" ] || {
    echo "skipped: flock, gosu, strace, dumb-init are $versions, not 2.38.1 1.14 6.1 1.2.5"
    exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "flock, gosu, strace, dumb-init: $versions"
check() {
    wanted=$1
    shift
    code=0
    "$@" absent-program </dev/null >/dev/null 2>&1 || code=$?
    echo "$1: exit code $code"
    [ "$code" = "$wanted" ]
}
check 127 env
check 127 timeout 5
check 69 flock lock
check 2 dumb-init
check 1 gosu root
check 1 strace
echo "behaviour as described"
