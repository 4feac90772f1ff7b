"""Archives with documents changed, and what inspecting them gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imginspect.archive import open_archive
from imginspect.image import Listing, list_images
from imginspect.problems import Problem
from tests.builder.forms import LAYOUT, blob, blobs
from tests.builder.image import OCI, compact, descriptor, digest
from tests.image_builder import ImageBuilder, Members, Options, image_members, write


def listed(found: Members, path: Path, form: str = "oci") -> tuple[Listing, list[Problem]]:
    """What the archive of *found* lists, and the problems that listing met."""
    with open_archive(write(found, path / "archive.tar", form)) as archive:
        return list_images(archive), archive.problems.listed()


def changed(found: Members, name: str, change: Callable[[Any], Any]) -> Members:
    """*found* with the JSON document *name* changed."""
    return [(at, json.dumps(change(json.loads(data))).encode() if at == name else data) for at, data in found]


def oci_members(image: ImageBuilder, change: Callable[[Any], Any]) -> Members:
    """The OCI layout of *image* with its manifest changed, and index.json pointing to the changed one."""
    found = image_members(image, "oci", Options())
    index = json.loads(dict(found)["index.json"])
    (descriptor,) = index["manifests"]
    old = "blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")
    manifest = json.dumps(change(json.loads(dict(found)[old]))).encode()
    name, data = blob(manifest)
    descriptor.update(digest="sha256:" + name.rpartition("/")[2], size=len(data))
    kept = [(at, content) for at, content in found if at not in (old, "index.json")]
    return [*kept, (name, data), ("index.json", json.dumps(index).encode())]


def image_of_blobs(*layers: tuple[bytes, str, bytes], **config: Any) -> Members:
    """An image of layers given as (blob, media type, content as the diff_id has it), as an OCI layout."""
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": ["/run"], **config},
        "rootfs": {"type": "layers", "diff_ids": [digest(content) for _, _, content in layers]},
        "history": [{"created_by": f"step {number}"} for number in range(len(layers))],
    }
    stated = json.dumps(document).encode()
    manifest = compact(
        {
            "schemaVersion": 2,
            "config": descriptor(stated, OCI + "config.v1+json"),
            "layers": [descriptor(data, media_type) for data, media_type, _ in layers],
        }
    )
    index = compact({"schemaVersion": 2, "manifests": [descriptor(manifest)]})
    return [*blobs(manifest, stated, *(data for data, _, _ in layers)), ("index.json", index), LAYOUT]
