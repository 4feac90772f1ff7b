#!/bin/sh
# Tool:     skopeo 1.9.3 (Debian)
# Expected: a copy to dir: states the media type of the layers that it writes: tar for uncompressed layers, tar+gzip for
#           compressed ones.
# Happens:  from a docker archive, whose layers are uncompressed, it writes uncompressed layers and states the media type
#           of gzip for them, with --format oci as well. A copy of the same archive to an OCI layout compresses the layers,
#           so the media type is right there.
# Date:     2026-11-28
set -eu
version=$(skopeo --version 2>/dev/null | sed -n 's/^skopeo version \([0-9.]*\).*/\1/p') || version=
[ "$version" = 1.9.3 ] || { echo "skipped: skopeo is '$version', not 1.9.3"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 - <<'PYTHON'
import hashlib, io, json, tarfile

def tar(*files):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()

layer = tar(("hello.txt", b"hello\n"))
diff_id = "sha256:" + hashlib.sha256(layer).hexdigest()
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [diff_id]}}).encode()
name = hashlib.sha256(config).hexdigest() + ".json"
listing = json.dumps([{"Config": name, "RepoTags": ["example:1"], "Layers": ["layer.tar"]}]).encode()
open("image.tar", "wb").write(tar((name, config), ("layer.tar", layer), ("manifest.json", listing)))
PYTHON
skopeo --insecure-policy copy -q docker-archive:image.tar dir:docker
skopeo --insecure-policy copy -q --format oci docker-archive:image.tar dir:oci
skopeo --insecure-policy copy -q docker-archive:image.tar oci:layout:1
cat >look.py <<'PYTHON'
import json, pathlib, sys

folder = pathlib.Path(sys.argv[1])
if (folder / "index.json").exists():
    digest = json.loads((folder / "index.json").read_text())["manifests"][0]["digest"]
    blob = lambda digest: folder / "blobs" / "sha256" / digest.partition(":")[2]
    manifest = json.loads(blob(digest).read_text())
else:
    blob = lambda digest: folder / digest.partition(":")[2]
    manifest = json.loads((folder / "manifest.json").read_text())
[layer] = manifest["layers"]
stored = "gzip" if blob(layer["digest"]).read_bytes()[:2] == b"\x1f\x8b" else "tar"
print(layer["mediaType"], "stored as", stored)
PYTHON
docker=$(python3 look.py docker)
oci=$(python3 look.py oci)
layout=$(python3 look.py layout)
printf 'dir:               %s\ndir: --format oci: %s\noci:               %s\n' "$docker" "$oci" "$layout"
[ "$docker" = "application/vnd.docker.image.rootfs.diff.tar.gzip stored as tar" ]
[ "$oci" = "application/vnd.oci.image.layer.v1.tar+gzip stored as tar" ]
[ "$layout" = "application/vnd.oci.image.layer.v1.tar+gzip stored as gzip" ]
echo "behaviour as described"
