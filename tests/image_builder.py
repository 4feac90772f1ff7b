"""Builds images in a few lines, in every form that archives have, with no docker and no binary fixtures.

``ImageBuilder().layer(file("/etc/x", b"1"), whiteout("/a")).config(entrypoint=["/run"]).save(path, form="oci", compression="gzip")``

The parts are in `tests/builder/`. It shares no code with imginspect: it is the other side of the contract.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import overload

from imginspect.scan.minimal_elf import minimal_elf
from tests.builder.artefacts import artefact_members, cosign_signature, helm_chart, wasm_module
from tests.builder.entries import (
    Entry,
    Raw,
    Written,
    block_device,
    char_device,
    directory,
    fifo,
    file,
    hardlink,
    opaque,
    padded,
    pax_block,
    raw,
    sparse_file,
    symlink,
    tar_bytes,
    tar_header,
    whiteout,
)  # fmt: skip
from tests.builder.forms import (
    DIRECTORY_FORMS,
    EMPTY_GZIP,
    LAYOUT,
    LINK,
    TAR_FORMS,
    Members,
    Options,
    archive_bytes,
    image_members,
    index_bytes,
    normalised,
    split_reference,
    write,
)  # fmt: skip
from tests.builder.image import COMPRESSIONS, ImageBuilder, compress, descriptor, digest, noise, sha
from tests.builder.several import merged, platform_members, save_many, save_multi_platform
from tests.builder.tamper import (
    add_member,
    duplicate_member,
    flip_byte,
    member_names,
    read_member,
    remove_member,
    rename_member,
    replace_member,
    truncate_member,
)  # fmt: skip


@overload
def members(source: Path) -> list[str]: ...
@overload
def members(source: ImageBuilder, form: str, compression: str = "gzip") -> Members: ...
def members(source: Path | ImageBuilder, form: str = "oci", compression: str = "gzip") -> list[str] | Members:
    """Names of the members of a saved archive; or, of an image, the members that it would have."""
    if isinstance(source, Path):
        return member_names(source)
    return image_members(source, form, Options(compression))


def several(images: list[ImageBuilder], compression: str = "gzip") -> Members:
    """The members of an OCI layout of several images, shared blobs stored once."""
    return merged([image_members(image, "oci", Options(compression)) for image in images])


def several_docker(images: list[ImageBuilder]) -> Members:
    """The members of a docker archive (podman's form) of several images."""
    return merged([image_members(image, "podman", Options()) for image in images])


def multi_platform(images: dict[str, ImageBuilder], name: str = "app:1", compression: str = "gzip") -> Members:
    """The members of an OCI layout of one image for several platforms, with attestations."""
    named = {platform: image if image.references else image.reference(name) for platform, image in images.items()}
    return platform_members(named, "oci", compression)


def artefact(config_type: str, layer_type: str, content: bytes = b"content") -> Members:
    """The members of an OCI layout of something that is no container image."""
    return artefact_members(config_type, layer_type, content)


def program(path: str, machine: str = "amd64", mode: int = 0o755) -> Entry:
    """A statically linked program without any code: an image that names it as its entrypoint can be started."""
    return file(path, minimal_elf(machine), mode=mode)


def script(path: str, text: str = "echo done") -> tuple[Entry, Entry]:
    """A shell script and the shell: an image that names the script as its entrypoint can be started, and every rule can judge it."""
    return program("/bin/sh"), file(path, f"#!/bin/sh\n{text}\n".encode(), mode=0o755)


def rootfs(entries: Iterable[Written]) -> bytes:
    """What docker export writes: a root filesystem and nothing else."""
    return tar_bytes(entries)


def copy_directory(source: Path, target: Path) -> Path:
    """A copy of a directory form, links kept."""
    return Path(shutil.copytree(source, target, symlinks=True))


__all__ = [
    "COMPRESSIONS",
    "DIRECTORY_FORMS",
    "EMPTY_GZIP",
    "LAYOUT",
    "LINK",
    "TAR_FORMS",
    "Entry",
    "ImageBuilder",
    "Members",
    "Options",
    "Raw",
    "Written",
    "add_member",
    "archive_bytes",
    "artefact",
    "block_device",
    "char_device",
    "compress",
    "copy_directory",
    "cosign_signature",
    "descriptor",
    "digest",
    "directory",
    "duplicate_member",
    "fifo",
    "file",
    "flip_byte",
    "hardlink",
    "helm_chart",
    "image_members",
    "index_bytes",
    "member_names",
    "members",
    "multi_platform",
    "noise",
    "normalised",
    "opaque",
    "padded",
    "pax_block",
    "program",
    "raw",
    "read_member",
    "remove_member",
    "rename_member",
    "replace_member",
    "rootfs",
    "save_many",
    "save_multi_platform",
    "script",
    "several",
    "several_docker",
    "sha",
    "sparse_file",
    "split_reference",
    "symlink",
    "tar_bytes",
    "tar_header",
    "truncate_member",
    "wasm_module",
    "whiteout",
    "write",
]  # fmt: skip
