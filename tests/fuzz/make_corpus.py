"""Writes the fuzz target's corpus: small images in every form and compression, and tars with every kind of header.

``python tests/fuzz/make_corpus.py CORPUS``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.builder.forms import DIRECTORY_FORMS, TAR_FORMS, Options, archive_bytes, image_members
from tests.image_builder import (
    COMPRESSIONS,
    ImageBuilder,
    Members,
    Raw,
    artefact,
    char_device,
    directory,
    fifo,
    file,
    hardlink,
    multi_platform,
    opaque,
    pax_block,
    rootfs,
    sparse_file,
    symlink,
    tar_header,
    whiteout,
)

SPARSE_FORMS = ("gnu", "pax-0.0", "pax-0.1", "pax-1.0")
PLAIN = (
    ImageBuilder()
    .layer(directory("/app"), file("/app/run", b"#!/bin/sh\n", mode=0o755), hardlink("/app/again", "/app/run"), symlink("/l", "/app"))
    .layer(directory("/safe_data"), file("/safe_data/x", b"1"), whiteout("/app/run"), opaque("/l"))
    .empty_layer("ENTRYPOINT [/app/run]")
    .config(entrypoint=["/app/run"], env=["A=1"], labels={"a": "b"})
    .reference("app:1")
)
STRANGE = (
    ImageBuilder()
    .layer(
        file("/" + "n" * 120, b"long"),
        file("/x", b"", xattrs={"security.capability": b"\1\0\0\2" + bytes(16)}),
        char_device("/dev/null", 0, 0),
        fifo("/p"),
        *(sparse_file(f"/s{form}", [(512, b"a" * 512), (4096, b"b" * 100)], 8192, form) for form in SPARSE_FORMS),
        Raw(pax_block({"comment": "c", "mtime": "1.5"}, typeflag=b"g")),
        Raw(pax_block({"path": "pax-name", "size": "3", "uid": "70000000"}) + tar_header(b"short", 3) + b"abc".ljust(512, b"\0")),
        Raw(tar_header(b"base256", 5, base256=True) + b"hello".ljust(512, b"\0")),
        Raw(tar_header(b"rest", 0, prefix=b"some/prefix")),
    )
    .layer(file("/" + "g" * 120, b"gnu"), whiteout("/gone"), file("/.wh..wh.plnk/1.2"), form="gnu")
)  # fmt: skip


def corpus() -> Iterator[tuple[str, bytes]]:
    """(name, archive) of each seed."""
    for form in TAR_FORMS:
        yield form, PLAIN.bytes(form)
    for form in DIRECTORY_FORMS:
        compression = "plain" if form == "dir-v2s1" else "gzip"
        yield form, archive_bytes(image_members(PLAIN, form, Options(compression)))
    for compression in COMPRESSIONS:
        yield f"oci-{compression}", PLAIN.bytes("oci", compression)
    for whole in ("gz", "zst", "xz", "bz2"):
        yield f"whole-{whole}", PLAIN.bytes("oci", "plain", whole=whole)
    for form in ("oci", "docker", "podman"):
        yield f"strange-{form}", STRANGE.bytes(form, "plain")
    yield "platforms", archive_bytes(multi_platform({"linux/amd64": PLAIN, "linux/arm64": STRANGE}, compression="plain"))
    yield "chart", archive_bytes(_chart())
    yield "rootfs", rootfs([directory("/etc"), file("/etc/passwd", b"root:x:0:0::/:/bin/sh\n")])


def _chart() -> Members:
    return artefact("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")


def main() -> None:
    """Write the corpus to the folder that the command names."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, data in corpus():
        (target / name).write_bytes(data)


if __name__ == "__main__":
    main()
