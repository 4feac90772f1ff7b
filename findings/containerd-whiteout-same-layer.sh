#!/bin/sh
# Tools:    containerd 2.4.2 archive.Apply, umoci 0.4.7
# Expected: a whiteout hides files of lower layers only. According to the OCI image specification, a file in the same
#           layer stays, whether it comes before or after the whiteout.
# Happens:  containerd deletes the file if the whiteout comes after it in the layer. umoci keeps the file. The same image
#           has different files in the two tools.
# Date:     2026-11-28
set -eu
wanted=2.4.2
for need in go umoci python3; do
    command -v $need >/dev/null 2>&1 || { echo "skipped: $need is not installed"; exit 0; }
done
umoci_version=$(umoci --version | sed 's/^umoci version //; s/[^0-9.].*//')
[ "$umoci_version" = 0.4.7 ] || { echo "skipped: umoci is '$umoci_version', not 0.4.7"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >make.py <<'PYTHON'
import hashlib, io, json, os, tarfile

def blob(content):
    name = hashlib.sha256(content).hexdigest()
    with open("image/blobs/sha256/" + name, "wb") as out:
        out.write(content)
    return {"digest": "sha256:" + name, "size": len(content)}

os.makedirs("image/blobs/sha256")
stream = io.BytesIO()
with tarfile.open(fileobj=stream, mode="w") as tar:
    for name, content in (("kept", b"1"), ("file", b"2"), (".wh.file", b"")):
        head = tarfile.TarInfo(name)
        head.size, head.uid, head.gid = len(content), os.getuid(), os.getgid()
        tar.addfile(head, io.BytesIO(content))
with open("layer.tar", "wb") as out:
    out.write(stream.getvalue())
layer = blob(stream.getvalue())
config = {"os": "linux", "architecture": "amd64", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
kind = "application/vnd.oci.image."
manifest = {
    "schemaVersion": 2,
    "config": {"mediaType": kind + "config.v1+json", **blob(json.dumps(config).encode())},
    "layers": [{"mediaType": kind + "layer.v1.tar", **layer}],
}
entry = {"mediaType": kind + "manifest.v1+json", **blob(json.dumps(manifest).encode())}
entry["annotations"] = {"org.opencontainers.image.ref.name": "test"}
with open("image/index.json", "w") as out:
    json.dump({"schemaVersion": 2, "manifests": [entry]}, out)
with open("image/oci-layout", "w") as out:
    out.write('{"imageLayoutVersion": "1.0.0"}')
PYTHON
python3 make.py
cat >main.go <<'GO'
package main

import (
	"context"
	"os"

	"github.com/containerd/containerd/v2/pkg/archive"
)

func main() {
	layer, err := os.Open("layer.tar")
	if err != nil {
		panic(err)
	}
	if _, err := archive.Apply(context.Background(), "in-containerd", layer); err != nil {
		panic(err)
	}
}
GO
go mod init example.test/finding >log 2>&1 || { cat log; exit 1; }
go get "github.com/containerd/containerd/v2@v$wanted" >log 2>&1 && go mod tidy >log 2>&1 || { cat log; exit 1; }
mkdir in-containerd
go run main.go
rootless=
[ "$(id -u)" = 0 ] || rootless=--rootless
umoci raw unpack $rootless --image image:test in-umoci
in_containerd=$(ls in-containerd | tr '\n' ' ')
in_umoci=$(ls in-umoci | tr '\n' ' ')
echo "containerd $(go list -m -f '{{.Version}}' github.com/containerd/containerd/v2): $in_containerd"
echo "umoci $umoci_version: $in_umoci"
[ "$in_containerd" = "kept " ] && [ "$in_umoci" = "file kept " ]
echo "behaviour as described"
