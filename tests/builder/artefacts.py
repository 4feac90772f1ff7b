"""OCI layouts of things that are no container images."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from tests.builder.forms import LAYOUT, Members, blobs, index_bytes, write
from tests.builder.image import OCI, Document, compact, compress, descriptor, digest


def artefact_members(
    config_type: str, layer_type: str, content: bytes, config: bytes = b"{}", *, name: str = "", annotations: dict[str, str] | None = None
) -> Members:
    """The layout of one manifest with one layer."""
    notes: Document = {"annotations": annotations} if annotations else {}
    manifest = compact(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}manifest.v1+json",
            "config": descriptor(config, config_type),
            "layers": [descriptor(content, layer_type, **notes)],
        }
    )
    named: Document = {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}
    return [*blobs(manifest, config, content), ("index.json", index_bytes([descriptor(manifest, **named)])), LAYOUT]


def _save(found: Members, path: Path) -> Path:
    return write(found, path, "oci" if path.suffix == ".tar" else "oci-dir")


def helm_chart(path: Path) -> Path:
    """A Helm chart, as a tar where *path* ends in `.tar` and else as a directory."""
    chart = b"apiVersion: v2\nname: demo\nversion: 0.1.0\n"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in (("demo/Chart.yaml", chart), ("demo/templates/pod.yaml", b"apiVersion: v1\nkind: Pod\n")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    content = compress(buffer.getvalue(), "gzip")
    config = compact({"name": "demo", "version": "0.1.0", "apiVersion": "v2"})
    helm = "application/vnd.cncf.helm."
    return _save(artefact_members(f"{helm}config.v1+json", f"{helm}chart.content.v1.tar+gzip", content, config, name="0.1.0"), path)


def wasm_module(path: Path) -> Path:
    """A WebAssembly module."""
    content = b"\0asm\1\0\0\0"
    config = compact({"created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip1", "layerDigests": [digest(content)]})
    return _save(artefact_members("application/vnd.wasm.config.v0+json", "application/wasm", content, config), path)


def cosign_signature(path: Path) -> Path:
    """A signature as cosign stores it: under an image config's media type, with a layer that is no tar."""
    signed = "sha256:" + "ab" * 32
    payload = compact(
        {
            "critical": {
                "identity": {"docker-reference": "example.org/app"},
                "image": {"docker-manifest-digest": signed},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
    )
    config = compact(
        {
            "architecture": "",
            "created": "0001-01-01T00:00:00Z",
            "history": [{"created": "0001-01-01T00:00:00Z"}],
            "os": "",
            "rootfs": {"type": "layers", "diff_ids": [digest(payload)]},
            "config": {},
        }
    )
    found = artefact_members(
        f"{OCI}config.v1+json",
        "application/vnd.dev.cosign.simplesigning.v1+json",
        payload,
        config,
        name=signed.replace(":", "-") + ".sig",
        annotations={"dev.cosignproject.cosign/signature": "ZXhhbXBsZQ=="},
    )
    return _save(found, path)
