#!/bin/sh
# Tool:     busybox 1.35.0 (Debian package busybox-static)
# Expected: the shell searches PATH for a command without a slash, so a script named awk in the first directory of PATH
#           replaces awk. "which awk" prints the path of the program that runs.
# Happens:  the shell runs its own applet and never searches PATH, even if PATH contains no files. env, timeout and exec
#           also run the applet. "which awk" prints the path of the script, which does not run.
# Date:     2026-11-28
set -eu
busybox=$(command -v busybox) || { echo "skipped: busybox is not installed"; exit 0; }
version=$("$busybox" | sed -n '1s/^BusyBox v\([0-9.]*\).*/\1/p')
package=$(dpkg-query -W -f '${Version}' busybox-static 2>/dev/null || echo none)
case $version/$package in
1.35.0/1:1.35.0-4*) ;;
*) echo "skipped: busybox is '$version' (Debian package busybox-static: $package), not 1.35.0 (1:1.35.0-4)"; exit 0 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir first
printf '%s\n' '#!/bin/sh' 'echo script' >first/awk
chmod +x first/awk
echo "busybox $version, Debian package $package"
run() { PATH="$work/first" "$busybox" sh -c "$1 'BEGIN { print \"applet\" }'"; }
seen=
for command in awk "env awk" "timeout 5 awk" "exec awk" first/awk; do
    result=$(run "$command")
    echo "$command: $result"
    seen="$seen $result"
done
[ "$seen" = " applet applet applet applet script" ]
named=$(PATH=first "$busybox" sh -c 'which awk')
echo "which awk: $named"
[ "$named" = first/awk ]
empty=$(PATH="$work/none" "$busybox" sh -c 'seq 2 | wc -l')
echo "seq 2 | wc -l, with nothing in PATH: $empty"
[ "$empty" = 2 ]
echo "behaviour as described"
