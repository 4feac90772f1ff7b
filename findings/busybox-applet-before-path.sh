#!/bin/sh
# Tool:     busybox 1.35.0 (Debian package busybox-static)
# Expected: the shell looks for a command without a slash in PATH, so a script named awk in the first folder of PATH
#           replaces awk. The command which shows what runs.
# Happens:  the shell runs its own applet and never looks in PATH, even where PATH has no file at all. env, timeout
#           and exec run the applet too. The applet which names the script that does not run.
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
