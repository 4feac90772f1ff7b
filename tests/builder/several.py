"""Archives of several images, and of one image for several platforms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builder.forms import (
    LAYOUT,
    Members,
    Options,
    blob,
    blobs,
    docker_index,
    image_members,
    index_bytes,
    manifest_json,
    unique,
    write,
)  # fmt: skip
from tests.builder.image import OCI, Document, ImageBuilder, compact, descriptor, digest, labelled, pretty

SLSA = "https://slsa.dev/provenance/v1"
EMPTY = b"{}"


def save_many(
    images: list[ImageBuilder], path: Path, form: str = "docker", compression: str = "gzip", whole: str | None = None, prefix: str = ""
) -> Path:
    """Writes *images* as one archive; what they share is stored once, and docker's list is not in the order asked for."""
    found = merged([image_members(image, form, Options(compression)) for image in images])
    if form.startswith("docker"):
        found = [(name, _by_config(data) if name == "manifest.json" else data) for name, data in found]
    return write(found, path, form, whole, prefix)


def _by_config(listing: bytes) -> bytes:
    return compact(sorted(json.loads(listing), key=lambda item: str(item["Config"])))


def merged(archives: list[Members]) -> Members:
    """The archives as one: lists of images joined, names stored once, the lists at the end."""
    blobs_found: dict[str, bytes] = {}
    lists: dict[str, Any] = {}
    for name, data in (member for archive in archives for member in archive):
        if name not in {"manifest.json", "index.json", "repositories"}:
            blobs_found.setdefault(name, data)
        elif name not in lists:
            lists[name] = json.loads(data)
        elif name == "manifest.json":
            lists[name] += json.loads(data)
        elif name == "index.json":
            lists[name]["manifests"] += json.loads(data)["manifests"]
        else:
            for repository, tags in json.loads(data).items():
                lists[name].setdefault(repository, {}).update(tags)
    return [*blobs_found.items(), *((name, compact(document)) for name, document in lists.items())]


def attestation_of(manifest: bytes, name: str, platform: str) -> tuple[bytes, bytes]:
    """The attestation manifest and the in-toto statement that BuildKit adds to *manifest*."""
    package = f"pkg:docker/{name.replace(':', '@')}?platform={platform.replace('/', '%2F')}"
    subject = {"name": package, "digest": {"sha256": digest(manifest)[7:]}}
    build = {"buildDefinition": {"externalParameters": {"request": {"frontend": "dockerfile.v0"}}}, "runDetails": {"builder": {"id": ""}}}
    statement = compact({"_type": "https://in-toto.io/Statement/v1", "predicateType": SLSA, "subject": [subject], "predicate": build})
    attestation = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}manifest.v1+json",
        "artifactType": "application/vnd.docker.attestation.manifest.v1+json",
        "config": descriptor(EMPTY, "application/vnd.oci.empty.v1+json", data="e30="),
        "layers": [descriptor(statement, "application/vnd.in-toto+json", annotations={"in-toto.io/predicate-type": SLSA})],
        "subject": descriptor(manifest),
    }
    return pretty(attestation), statement


def _platform(image: ImageBuilder, platform: str) -> tuple[ImageBuilder, Document]:
    """*image* built for *platform*, and the platform of its descriptor."""
    system, architecture, *variant = platform.split("/")
    fields = {"architecture": architecture, "os": system, **({"variant": variant[0]} if variant else {})}
    return labelled(image, fields), fields


def platform_members(
    images: dict[str, ImageBuilder], form: str, compression: str = "gzip", attestations: bool = True, nested: bool = True
) -> Members:
    """As BuildKit writes it: index.json -> index -> a manifest for each platform, then an attestation for each."""
    names = next(iter(images.values())).references or ("app:1",)
    contents: list[bytes] = []
    inner: list[Document] = []
    proofs: list[Document] = []
    listing: Members = []
    for platform, image in images.items():
        built, fields = _platform(image, platform)
        manifest = built.manifest_bytes(compression)
        contents += [manifest, built.config_bytes(), *built.layer_blobs(compression)]
        inner.append(descriptor(manifest, platform=fields))
        if not listing:
            layers = [blob(built.blob(number, compression))[0] for number in range(len(built.tars))]
            listing = [manifest_json(built, blob(built.config_bytes())[0], layers, list(names))]
        if attestations:
            attestation, statement = attestation_of(manifest, names[0], platform)
            contents += [attestation, statement, EMPTY]
            notes = {"vnd.docker.reference.digest": digest(manifest), "vnd.docker.reference.type": "attestation-manifest"}
            proofs.append(descriptor(attestation, annotations=notes, platform={"architecture": "unknown", "os": "unknown"}))
    if nested:
        index = pretty({"schemaVersion": 2, "mediaType": f"{OCI}index.v1+json", "manifests": inner + proofs})
        contents.append(index)
        named = ImageBuilder(references=tuple(names))
        outer = docker_index(named, index, f"{OCI}index.v1+json")
    else:
        outer = index_bytes(inner + proofs)
    return unique([*blobs(*contents), ("index.json", outer), *(listing if form == "docker-containerd" else []), LAYOUT])


def save_multi_platform(
    images: dict[str, ImageBuilder],
    path: Path,
    form: str = "oci",
    attestations: bool = True,
    nested: bool = True,
    compression: str = "gzip",
    whole: str | None = None,
) -> Path:
    """Writes one image for the platforms `os/architecture[/variant]`; form: oci, oci-dir or docker-containerd.

    The last has a manifest.json that lists the first platform only.
    """
    return write(platform_members(images, form, compression, attestations, nested), path, form, whole)
