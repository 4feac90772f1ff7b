"""The configs, manifests and indexes of a synthetic mirror's images, as BuildKit writes them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirror_layers import LayerFacts, blob_path
from mirror_plan import ImageRecipe, LayerRecipe

_CREATED = "2024-01-01T00:00:00Z"
_OCI = "application/vnd.oci.image."
MANIFEST_TYPE = _OCI + "manifest.v1+json"
INDEX_TYPE = _OCI + "index.v1+json"
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class StoredImage:
    """What a tree needs to know of one image: *manifests* are all its documents below a tag, *top* first; *configs*
    one for each platform, *blobs* everything, *platforms* the layers of each."""

    recipe: ImageRecipe
    top: dict[str, Any]
    manifests: tuple[str, ...]
    configs: tuple[str, ...]
    blobs: tuple[str, ...]
    platforms: tuple[tuple[LayerFacts, ...], ...]


def write_documents(recipe: ImageRecipe, layers: dict[str, LayerFacts], pool: Path) -> StoredImage:
    """Writes the documents of the image into *pool*; those that its damage takes away are not written."""
    writer = _Writer(pool)
    stacks = [(recipe.layers, "amd64"), *([(recipe.arm_layers, "arm64")] if recipe.arm_layers else [])]
    described = [writer.manifest(recipe, stack, layers, architecture) for stack, architecture in stacks]
    top = described[0]
    if recipe.attested:
        described += [writer.attestation(manifest) for manifest in list(described)]
        top = writer.put({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": described}, INDEX_TYPE)
    manifests = [top, *described] if recipe.attested else described
    hexes = tuple(manifest["digest"][7:] for manifest in manifests)
    platforms = tuple(tuple(layers[layer.name] for layer in stack) for stack, _ in stacks)
    layer_blobs = [facts.digest for stack in platforms for facts in stack]
    blobs = tuple(dict.fromkeys([*hexes, *writer.others, *layer_blobs]))
    return StoredImage(recipe, top, hexes, tuple(writer.others[: len(stacks)]), blobs, platforms)


class _Writer:
    """Puts documents into the pool; *others* are the blobs that are no manifests."""

    def __init__(self, pool: Path) -> None:
        self._pool = pool
        self.others: list[str] = []

    def manifest(
        self, recipe: ImageRecipe, stack: tuple[LayerRecipe, ...], layers: dict[str, LayerFacts], architecture: str
    ) -> dict[str, Any]:
        """The descriptor of the image's manifest for *architecture*."""
        facts = [layers[layer.name] for layer in stack]
        config = self.put(_config(recipe, stack, facts, architecture), _OCI + "config.v1+json", written=recipe.damage != "missing-config")
        self.others.append(config["digest"][7:])
        value = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": config,
            "layers": [
                {"mediaType": _OCI + "layer.v1.tar+gzip", "digest": "sha256:" + layer.digest, "size": layer.stored} for layer in facts
            ],
        }
        described = self.put(value, MANIFEST_TYPE, cut=recipe.damage == "damaged-manifest")
        return described | {"platform": {"architecture": architecture, "os": "linux"}}

    def attestation(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """The provenance that BuildKit puts beside an image: a manifest for no platform."""
        statement = {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": "https://slsa.dev/provenance/v0.2",
            "subject": [{"name": "app", "digest": {"sha256": manifest["digest"][7:]}}],
            "predicate": {"buildType": "https://mobyproject.org/buildkit@v1", "materials": []},
        }
        layer = self.put(statement, "application/vnd.in-toto+json")
        layer["annotations"] = {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"}
        rootfs = {"type": "layers", "diff_ids": [layer["digest"]]}
        config = self.put({"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": rootfs}, _OCI + "config.v1+json")
        self.others += [layer["digest"][7:], config["digest"][7:]]
        value = {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config, "layers": [layer]}
        return self.put(value, MANIFEST_TYPE) | {
            "annotations": {"vnd.docker.reference.digest": manifest["digest"], "vnd.docker.reference.type": "attestation-manifest"},
            "platform": {"architecture": "unknown", "os": "unknown"},
        }

    def put(self, value: object, media_type: str, *, written: bool = True, cut: bool = False) -> dict[str, Any]:
        """The descriptor of the document."""
        data = json.dumps(value, separators=(",", ":")).encode()
        if cut:
            data = data[: len(data) // 2]
        digest = hashlib.sha256(data).hexdigest()
        place = blob_path(self._pool, digest)
        if written and not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(data)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data)}


def _config(recipe: ImageRecipe, stack: tuple[LayerRecipe, ...], facts: list[LayerFacts], architecture: str) -> dict[str, Any]:
    steps = {"base": "/bin/sh -c #(nop) ADD file:rootfs in / ", "middle": "RUN /bin/sh -c pip install -r requirements.txt # buildkit"}
    history = [{"created": _CREATED, "created_by": steps.get(layer.role, "COPY app /app # buildkit")} for layer in stack]
    return {
        "created": _CREATED,
        "architecture": architecture,
        "os": "linux",
        "config": {
            "Env": [_PATH, f"APP={recipe.repository}"],
            "User": "1000",
            "WorkingDir": "/app",
            "Entrypoint": ["/app/start.sh"],
            "Labels": {"org.opencontainers.image.title": recipe.repository, "org.opencontainers.image.version": recipe.tags[0]},
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in facts]},
        "history": [*history, {"created": _CREATED, "created_by": 'ENTRYPOINT ["/app/start.sh"]', "empty_layer": True}],
    }
