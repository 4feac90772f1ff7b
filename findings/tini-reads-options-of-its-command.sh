#!/bin/sh
# Tool:     tini 0.19.0 (Debian package 0.19.0-1)
# Expected: "tini ls -l /dev/null" lists one file. Launchers such as env, nice and timeout stop reading options at the
#           name of the program.
# Happens:  tini takes -l as its own option, prints its licence and exits with 0. The program never starts, and the exit
#           code reports success. With "--" before the program, tini behaves as expected.
# Date:     2026-11-28
set -eu
command -v tini >/dev/null 2>&1 || { echo "skipped: tini is not installed"; exit 0; }
version=$(tini --version | sed 's/^tini version \([0-9.]*\).*/\1/')
package=$(dpkg-query -W -f '${Version}' tini 2>/dev/null || echo none)
case $version/$package in
0.19.0/0.19.0-1*) ;;
*) echo "skipped: tini is '$version' (Debian package: $package), not 0.19.0 (0.19.0-1)"; exit 0 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "tini $version, Debian package $package"
tini -s ls -l /dev/null >without 2>/dev/null
code=$?
tini -s -- ls -l /dev/null >with 2>/dev/null
echo "tini -s ls -l /dev/null:    exit code $code, first line: $(head -n 1 without)"
echo "tini -s -- ls -l /dev/null: first line: $(head -n 1 with)"
grep -q "MIT License" without
if grep -q "/dev/null" without; then exit 1; fi
grep -q "/dev/null" with
echo "behaviour as described"
