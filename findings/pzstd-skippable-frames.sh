#!/bin/sh
# Tool:     pzstd 1.5.4 (Debian package zstd)
# Expected: the output of pzstd starts with the magic number of a zstd frame, 28 b5 2f fd, like the output of zstd. A
#           reader that detects the compression of a layer from its first four bytes relies on this.
# Happens:  pzstd writes a skippable frame (50 2a 4d 18) before every data frame. Its 4 bytes of content give the size
#           of the data frame. A layer compressed with pzstd does not start with the magic number of zstd data.
# Date:     2026-11-28
set -eu
wanted=1.5.4
command -v pzstd >/dev/null 2>&1 || { echo "skipped: pzstd is not installed"; exit 0; }
version=$(pzstd --version 2>&1 | sed -n 's/.*version: *v\{0,1\}\([0-9.]*[0-9]\).*/\1/p' | head -n 1)
[ "$version" = "$wanted" ] || { echo "skipped: pzstd is '$version', not $wanted"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
yes 'one line of a layer' | head -c 3000000 >layer
zstd -q layer -o plain.zst
pzstd -q -p 2 layer -o parallel.zst
zstd -q -d -c parallel.zst | cmp - layer
echo "pzstd $version"
python3 - <<'PYTHON'
import struct
plain, parallel = open("plain.zst", "rb").read(), open("parallel.zst", "rb").read()
print("first bytes, zstd: ", plain[:4].hex(" "))
print("first bytes, pzstd:", parallel[:4].hex(" "))
at = frames = 0
while at < len(parallel):
    magic, length, data_size = struct.unpack_from("<III", parallel, at)
    assert magic == 0x184D2A50 and length == 4, "no skippable frame of 4 bytes at %d" % at
    at += 12
    assert parallel[at : at + 4] == b"\x28\xb5\x2f\xfd", "no data frame after the skippable frame"
    at += data_size
    frames += 1
assert plain[:4] == b"\x28\xb5\x2f\xfd" and frames > 0
print("skippable frames: %d, each gives the size of the data frame behind it" % frames)
PYTHON
echo "behaviour as described"
