#!/bin/sh
# Tool:     skopeo 1.9.3
# Expected: the diff_id in the image config is the SHA-256 of the uncompressed layer, regardless of the compression that
#           skopeo writes.
# Happens:  with zstd:chunked, skopeo rewrites the tar stream and drops the zero padding after the two end blocks. A
#           layer padded to the usual record size of 10240 bytes becomes shorter. Its diff_id remains that of the longer
#           stream, and the copy succeeds.
# Date:     2026-11-28
set -eu
wanted=1.9.3
command -v skopeo >/dev/null 2>&1 || { echo "skipped: skopeo is not installed"; exit 0; }
command -v zstd >/dev/null 2>&1 || { echo "skipped: zstd is not installed"; exit 0; }
version=$(skopeo --version | cut -d ' ' -f 3)
[ "$version" = "$wanted" ] || { echo "skipped: skopeo is '$version', not $wanted"; exit 0; }
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
    head = tarfile.TarInfo("hello.txt")
    head.size = 6
    tar.addfile(head, io.BytesIO(b"hello\n"))
layer = blob(stream.getvalue())
config = {"os": "linux", "architecture": "amd64", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
kind = "application/vnd.oci.image."
manifest = {
    "schemaVersion": 2,
    "mediaType": kind + "manifest.v1+json",
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
echo "skopeo $version"
cat >compare.py <<'PYTHON'
import hashlib, json, subprocess, sys

def load(descriptor):
    return "%s/blobs/sha256/%s" % (sys.argv[1], descriptor["digest"].split(":")[1])

manifest = json.load(open(load(json.load(open(sys.argv[1] + "/index.json"))["manifests"][0])))
diff_id = json.load(open(load(manifest["config"])))["rootfs"]["diff_ids"][0]
stream = subprocess.run(["zstd", "-dcq", load(manifest["layers"][0])], check=True, capture_output=True).stdout
print(len(stream), "same" if diff_id == "sha256:" + hashlib.sha256(stream).hexdigest() else "different")
PYTHON
seen=
for format in zstd zstd:chunked; do
    out=$(echo "$format" | tr : -)
    skopeo --insecure-policy copy -q --dest-compress --dest-compress-format "$format" oci:image:test "oci:$out:test"
    result=$(python3 compare.py "$out")
    echo "$format: bytes of the uncompressed layer, and its digest compared with the diff_id: $result"
    seen="$seen$format $result;"
done
[ "$seen" = "zstd 10240 same;zstd:chunked 2048 different;" ]
echo "behaviour as described"
