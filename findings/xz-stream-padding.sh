#!/bin/sh
# Tools:    Python 3.11.7 lzma, xz 5.4.1
# Expected: a valid .xz file may end with stream padding: zero bytes, in multiples of four. The specification of the
#           format allows this, and xz accepts it.
# Happens:  lzma.open() returns every byte of the content and then raises EOFError at the padding. An archive or layer
#           that is padded to whole blocks appears truncated. gzip.open() accepts zero bytes at the end of a .gz file.
# Date:     2026-11-28
set -eu
command -v xz >/dev/null 2>&1 || { echo "skipped: xz is not installed"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "skipped: python3 is not installed"; exit 0; }
versions="$(python3 -c 'import platform; print(platform.python_version())') $(xz --version | sed -n '1s/.* //p')"
[ "$versions" = "3.11.7 5.4.1" ] || { echo "skipped: Python and xz are $versions, not 3.11.7 5.4.1"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "Python, xz: $versions"
echo "a layer" >layer
xz -k layer
head -c 512 /dev/zero >>layer.xz
xz --test layer.xz
echo "xz: $(xz -dc layer.xz)"
gzip -n -k layer
head -c 512 /dev/zero >>layer.gz
python3 - <<'PYTHON'
import gzip
import lzma

print("gzip.open:", gzip.open("layer.gz").read())
with lzma.open("layer.xz") as stream:
    content = stream.read(8)
    print("lzma.open, first 8 bytes:", content)
    try:
        stream.read()
    except EOFError as error:
        print("lzma.open, next read: EOFError:", error)
    else:
        raise SystemExit("the padding was accepted")
assert content == b"a layer\n"
PYTHON
echo "behaviour as described"
