#!/bin/sh
# Tools:    Go archive/tar (Go 1.26.8), Python tarfile (3.11.7), GNU tar 1.34
# Expected: an extended header (typeflag x) applies to the next file. A global header (typeflag g) between the two adds
#           values for all files and does not affect the extended header.
# Happens:  Go drops the records of the extended header without an error. Python and GNU tar keep them. A builder written
#           in Go sees another file name in the same archive than the other two readers.
# Date:     2026-11-28
set -eu
for need in go python3 tar; do
    command -v $need >/dev/null 2>&1 || { echo "skipped: $need is not installed"; exit 0; }
done
go_version=$(go env GOVERSION)
python_version=$(python3 -c 'import platform; print(platform.python_version())')
tar_version=$(tar --version | sed -n '1s/.* //p')
[ "$go_version/$python_version/$tar_version" = go1.26.8/3.11.7/1.34 ] || {
    echo "skipped: versions are $go_version, Python $python_version, tar $tar_version; wanted go1.26.8, 3.11.7, 1.34"
    exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >make.py <<'PYTHON'
import tarfile

def block(name, kind, content):
    head = tarfile.TarInfo(name)
    head.type, head.size = kind, len(content)
    return head.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)

with open("layer.tar", "wb") as out:
    out.write(block("extended", b"x", b"21 path=extended.txt\n"))
    out.write(block("global", b"g", b"17 comment=hello\n"))
    out.write(block("plain.txt", b"0", b"content\n"))
    out.write(bytes(1024))
PYTHON
python3 make.py
cat >read.go <<'GO'
package main

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
)

func main() {
	file, err := os.Open("layer.tar")
	if err != nil {
		panic(err)
	}
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		if header.Typeflag == tar.TypeReg {
			fmt.Println(header.Name)
		}
	}
}
GO
in_go=$(go run read.go)
in_python=$(python3 -c 'import tarfile; print("\n".join(tarfile.open("layer.tar").getnames()))')
in_tar=$(tar -tf layer.tar)
echo "$go_version archive/tar:      $in_go"
echo "Python $python_version tarfile:      $in_python"
echo "GNU tar $tar_version:             $in_tar"
[ "$in_go" = plain.txt ] && [ "$in_python" = extended.txt ] && [ "$in_tar" = extended.txt ]
echo "behaviour as described"
