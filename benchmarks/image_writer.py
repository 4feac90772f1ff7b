"""Writes layer tars as one image archive, in the shapes that are measured.

Written by hand, with nothing of imginspect in it: a benchmark (or a test) whose images come from the program under test would share its
mistakes.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OCI_GZIP = "oci-gzip"
"""An OCI layout in a tar, layers gzipped at level 6: what a registry hands out and skopeo stores."""
OCI_PLAIN = "oci-plain"
"""An OCI layout in a tar, layers as they are."""
DOCKER = "docker"
"""What ``docker save`` of Docker 25 to 28 writes: manifest.json, an OCI layout beside it, layers as they are."""

CREATED = "2024-01-01T00:00:00Z"
_PIECE = 1 << 20
_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
_INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class LayerTar:
    """One uncompressed layer tar on disk."""

    path: Path
    diff_id: str
    size: int
    entries: int
    created_by: str

    @classmethod
    def read(cls, path: Path, created_by: str) -> LayerTar:
        """The layer in *path*, measured."""
        digest = hashlib.sha256()
        for piece in _pieces(path):
            digest.update(piece)
        with tarfile.open(path) as tar:
            entries = sum(1 for _ in tar)
        return cls(path, f"sha256:{digest.hexdigest()}", path.stat().st_size, entries, created_by)


@dataclass(frozen=True)
class _Blob:
    """Bytes of the archive: in *data*, or in the file *path*."""

    digest: str
    size: int
    data: bytes = b""
    path: Path | None = None

    @property
    def name(self) -> str:
        return "blobs/sha256/" + self.digest.removeprefix("sha256:")


def write_image(out: Path, form: str, layers: list[LayerTar], run: dict[str, Any]) -> None:
    """Writes *layers* (base first) as the archive *out*, and beside it ``out.json`` with what was put in.

    *run* is the config's ``config`` object: Env, Entrypoint, Cmd. The archive appears under its name only once it is whole.
    """
    gzipped = form == OCI_GZIP
    stored = [_gzip(layer, out) if gzipped else _Blob(layer.diff_id, layer.size, path=layer.path) for layer in layers]
    config = _json_blob(_config(layers, run))
    media_type = _LAYER_TYPE + ("+gzip" if gzipped else "")
    manifest = _json_blob(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST_TYPE,
            "config": _descriptor(config, _CONFIG_TYPE),
            "layers": [_descriptor(blob, media_type) for blob in stored],
        }
    )
    reference = f"localhost/{out.stem}:latest"
    top = {"index.json": _index(manifest, reference), "oci-layout": _json({"imageLayoutVersion": "1.0.0"})}
    blobs = [*stored, config, manifest]
    if form == DOCKER:
        top |= _docker_files(config, stored, reference)
        blobs += _legacy_blobs(layers)
    partial = out.with_suffix(".partial")
    with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("blobs", "blobs/sha256"):
            tar.addfile(_member(name, 0, tarfile.DIRTYPE))
        for blob in sorted({blob.digest: blob for blob in blobs}.values(), key=lambda blob: blob.digest):
            _add_blob(tar, blob)
        for name, data in sorted(top.items()):
            tar.addfile(_member(name, len(data)), io.BytesIO(data))
    if gzipped:
        for blob in stored:
            if blob.path:
                blob.path.unlink()
    _describe(out, form, layers, stored)
    partial.replace(out)


def _describe(out: Path, form: str, layers: list[LayerTar], stored: list[_Blob]) -> None:
    facts = {
        "form": form,
        "uncompressed": sum(layer.size for layer in layers),
        "stored": sum(blob.size for blob in stored),
        "entries": sum(layer.entries for layer in layers),
        "layers": [_layer_facts(layer, blob) for layer, blob in zip(layers, stored, strict=True)],
    }
    out.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n")


def _layer_facts(layer: LayerTar, blob: _Blob) -> dict[str, object]:
    return {
        "created_by": layer.created_by,
        "diff_id": layer.diff_id,
        "uncompressed": layer.size,
        "stored": blob.size,
        "entries": layer.entries,
    }


def _config(layers: list[LayerTar], run: dict[str, Any]) -> dict[str, Any]:
    return {
        "created": CREATED,
        "architecture": "amd64",
        "os": "linux",
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [
            *({"created": CREATED, "created_by": layer.created_by} for layer in layers),
            {"created": CREATED, "created_by": "/bin/sh -c #(nop)  CMD", "empty_layer": True},
        ],
    }


def _index(manifest: _Blob, reference: str) -> bytes:
    annotations = {"io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference.rpartition(":")[2]}
    descriptor = _descriptor(manifest, _MANIFEST_TYPE) | {"annotations": annotations}
    return _json({"schemaVersion": 2, "mediaType": _INDEX_TYPE, "manifests": [descriptor]})


def _docker_files(config: _Blob, layers: list[_Blob], reference: str) -> dict[str, bytes]:
    name, _, tag = reference.rpartition(":")
    entry = {
        "Config": config.name,
        "RepoTags": [reference],
        "Layers": [blob.name for blob in layers],
        "LayerSources": {blob.digest: _descriptor(blob, _LAYER_TYPE) for blob in layers},
    }
    return {"manifest.json": _json([entry]), "repositories": _json({name: {tag: layers[-1].digest.removeprefix("sha256:")}})}


def _legacy_blobs(layers: list[LayerTar]) -> list[_Blob]:
    """The version 1 layer descriptions that Docker still writes; nothing in the archive points at them."""
    return [_json_blob({"id": hashlib.sha256(layer.diff_id.encode()).hexdigest(), "created": CREATED, "os": "linux"}) for layer in layers]


def _gzip(layer: LayerTar, out: Path) -> _Blob:
    path = out.with_suffix(f".{layer.diff_id[-12:]}.gz")
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in _pieces(layer.path):
            packed = packer.compress(piece)
            digest.update(packed)
            file.write(packed)
        packed = packer.flush()
        digest.update(packed)
        file.write(packed)
    return _Blob(f"sha256:{digest.hexdigest()}", path.stat().st_size, path=path)


def _add_blob(tar: tarfile.TarFile, blob: _Blob) -> None:
    if blob.path is None:
        tar.addfile(_member(blob.name, blob.size), io.BytesIO(blob.data))
        return
    with blob.path.open("rb") as file:
        tar.addfile(_member(blob.name, blob.size), file)


def _member(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.mode = size, kind, 0o755 if kind == tarfile.DIRTYPE else 0o644
    return info


def _descriptor(blob: _Blob, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": blob.digest, "size": blob.size}


def _json_blob(value: object) -> _Blob:
    data = _json(value)
    return _Blob(f"sha256:{hashlib.sha256(data).hexdigest()}", len(data), data)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
