"""Lays out the blobs of a synthetic mirror as registries and skopeo do. Blobs are hard links to the pool, so a second layout is free."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mirror_documents import INDEX_TYPE, StoredImage
from mirror_layers import blob_path


def write_tree(layout: str, images: Sequence[StoredImage], pool: Path, out: Path) -> None:
    """Adds to the tree at *out* what it lacks of *images*."""
    LAYOUTS[layout](images, pool, out)


def _registry(images: Iterable[StoredImage], pool: Path, out: Path) -> None:
    """docker/registry/v2, as the reference registry stores it.

    Source: distribution, registry/storage/paths.go
    """
    top = out / "docker/registry/v2"
    for image in images:
        for digest in image.blobs:
            _link(pool, digest, top / "blobs/sha256" / digest[:2] / digest / "data")
        repository = top / "repositories" / image.recipe.repository
        for digest in image.blobs:
            _name(repository / "_layers/sha256" / digest, digest)
        for digest in image.manifests:
            _name(repository / "_manifests/revisions/sha256" / digest, digest)
        live = image.manifests[0]
        for tag in image.recipe.tags:
            _name(repository / "_manifests/tags" / tag / "current", live)
            _name(repository / "_manifests/tags" / tag / "index/sha256" / live, live)


def _oci(images: Iterable[StoredImage], pool: Path, out: Path) -> None:
    """One OCI layout with all references."""
    descriptors = []
    for image in images:
        _layout_blobs(image, pool, out)
        descriptors += [image.top | _named(reference) for reference in image.recipe.references]
    _layout(out, descriptors)


def _zot(images: Iterable[StoredImage], pool: Path, out: Path) -> None:
    """One OCI layout for each repository, as zot stores it with its deduplication by hard links."""
    by_repository = defaultdict(list)
    for image in images:
        _layout_blobs(image, pool, out / image.recipe.repository)
        by_repository[image.recipe.repository] += [image.top | _named(tag) for tag in image.recipe.tags]
    for repository, descriptors in by_repository.items():
        _layout(out / repository, descriptors)


def _dir(images: Iterable[StoredImage], pool: Path, out: Path) -> None:
    """A folder for each reference, as ``skopeo sync --scoped --all --dest dir`` writes them."""
    for image in images:
        for reference in image.recipe.references:
            folder = out / reference
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "version").write_text("Directory Transport Version: 1.1\n")
            _link(pool, image.manifests[0], folder / "manifest.json")
            for digest in image.manifests[1:]:
                _link(pool, digest, folder / f"{digest}.manifest.json")
            for digest in image.blobs:
                if digest not in image.manifests:
                    _link(pool, digest, folder / digest)


def _archive(images: Iterable[StoredImage], pool: Path, out: Path) -> None:
    """A tar for each image as ``docker save`` with the containerd image store writes it: layers stay gzipped. The bytes are copied."""
    for image in images:
        recipe, config = image.recipe, image.configs[0]
        layers = [f"blobs/sha256/{layer.digest}" for layer in image.platforms[0]]
        entry = {"Config": f"blobs/sha256/{config}", "RepoTags": recipe.references, "Layers": layers}
        descriptors = [image.top | _named(reference) for reference in recipe.references]
        documents = {
            "index.json": {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": descriptors},
            "manifest.json": [entry],
            "oci-layout": {"imageLayoutVersion": "1.0.0"},
        }
        path = out / recipe.repository / f"{recipe.tags[0]}.tar"
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
            for digest in image.blobs:
                if blob_path(pool, digest).exists():
                    _add(tar, f"blobs/sha256/{digest}", blob_path(pool, digest).read_bytes())
            for name, value in documents.items():
                _add(tar, name, json.dumps(value, separators=(",", ":")).encode())


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


LAYOUTS: dict[str, Callable[[Iterable[StoredImage], Path, Path], None]] = {
    "registry": _registry,
    "oci": _oci,
    "zot": _zot,
    "dir": _dir,
    "archive": _archive,
}


def remove_tree(out: Path) -> None:
    """Deletes a tree; the pool's blobs stay."""
    shutil.rmtree(out, ignore_errors=True)


def _layout_blobs(image: StoredImage, pool: Path, out: Path) -> None:
    for digest in image.blobs:
        _link(pool, digest, out / "blobs/sha256" / digest)


def _layout(out: Path, descriptors: list[dict[str, object]]) -> None:
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": descriptors}
    (out / "index.json").write_text(json.dumps(index, separators=(",", ":")))
    (out / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')


def _named(reference: str) -> dict[str, object]:
    return {"annotations": {"org.opencontainers.image.ref.name": reference}}


def _link(pool: Path, digest: str, place: Path) -> None:
    """The blob under another name; one that the pool lacks is lacking here too."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(blob_path(pool, digest), place)
    except FileNotFoundError:
        if not any(place.parent.iterdir()):
            place.parent.rmdir()


def _name(folder: Path, digest: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "link"
    if not link.exists():
        link.write_text(f"sha256:{digest}")
