"""The image in the making: layers, config, history, and the blobs that they come to."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from tests.builder.entries import Written, tar_bytes
from tests.builder.history import EPOCH, STYLES, history_entries

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
COMPRESSIONS = ("plain", "gzip", "zstd", "gzip-multi", "zstd-multi")
RUN = "RUN /bin/sh -c true # buildkit"
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\0\0\0size"

Data: TypeAlias = bytes
"""Inside ImageBuilder `bytes` is a method."""
Document: TypeAlias = dict[str, Any]

_RUN_FIELDS = {
    "entrypoint": "Entrypoint", "cmd": "Cmd", "env": "Env", "user": "User", "working_dir": "WorkingDir", "volumes": "Volumes",
    "labels": "Labels", "exposed_ports": "ExposedPorts", "healthcheck": "Healthcheck", "shell": "Shell", "on_build": "OnBuild",
    "stop_signal": "StopSignal",
}  # fmt: skip


def sha(data: bytes) -> str:
    """Hex sha256."""
    return hashlib.sha256(data).hexdigest()


def digest(data: bytes) -> str:
    """`sha256:HEX`."""
    return "sha256:" + sha(data)


def compact(document: object) -> bytes:
    """JSON without spaces, as Go's encoder writes it."""
    return json.dumps(document, separators=(",", ":")).encode()


def pretty(document: object) -> bytes:
    """JSON indented by two, as BuildKit writes manifests."""
    return json.dumps(document, indent=2).encode()


def descriptor(data: bytes, media_type: str = f"{OCI}manifest.v1+json", /, **more: Any) -> Document:
    """A descriptor of *data*."""
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def compress(data: bytes, compression: str) -> bytes:
    """*data* in one of COMPRESSIONS, or xz, bz2."""
    half = len(data) // 2
    match compression:
        case "plain":
            return data
        case "gzip":
            return gzip.compress(data, 6, mtime=0)
        case "gzip-multi":
            return compress(data[:half], "gzip") + compress(data[half:], "gzip")
        case "zstd":
            return _zstd(data)
        case "zstd-multi":
            return _zstd(data[:half]) + SKIPPABLE + _zstd(data[half:])
        case "xz":
            return lzma.compress(data)
        case "bz2":
            return bz2.compress(data)
        case _:
            raise ValueError(f"no such compression: {compression!r}")


def _zstd(data: bytes) -> bytes:
    try:
        from compression import zstd
    except ImportError:
        from backports import zstd
    return bytes(zstd.compress(data))


def noise(seed: str, size: int) -> bytes:
    """*size* bytes that look random and are the same in every run."""
    blocks = (hashlib.sha256(f"{seed} {number}".encode()).digest() for number in range(size // 32 + 1))
    return b"".join(blocks)[:size]


@dataclass(frozen=True)
class ImageBuilder:
    """An image in the making; every method gives a new one."""

    tars: tuple[Data, ...] = ()
    history: tuple[Document, ...] = ()
    run: Document = field(default_factory=dict)
    top: Document = field(default_factory=dict)
    references: tuple[str, ...] = ()
    edit_config: Callable[[Data], Data] | None = None
    diff_ids: dict[int, str] = field(default_factory=dict)
    media_types: dict[int, str] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    kinds: dict[int, str] = field(default_factory=dict)  # "encrypted" or "foreign"
    stored: dict[int, Data] = field(default_factory=dict)  # blobs that are not the tar compressed
    more: dict[int, Document] = field(default_factory=dict)  # further fields of a layer's descriptor
    compressions: dict[int, str] = field(default_factory=dict)
    style: str = "raw"

    # -- layers ------------------------------------------------------------------------------------------------------

    def layer(
        self,
        *entries: Written,
        created_by: str = RUN,
        format: str = "pax",  # noqa: A002 - the name of tarfile's argument
        tail: Data = b"",
        compression: str | None = None,
        form: str | None = None,
    ) -> ImageBuilder:
        """Adds a layer of *entries*; its own *compression* mixes forms in one image; *form* is another name of *format*."""
        return self.layer_tar(tar_bytes(entries, form or format, tail), created_by, compression)

    def layer_tar(self, tar: Data, created_by: str = RUN, compression: str | None = None) -> ImageBuilder:
        """Adds a layer whose tar is *tar*."""
        own = {**self.compressions, len(self.tars): compression} if compression else self.compressions
        return replace(self, tars=(*self.tars, tar), history=(*self.history, {"created_by": created_by}), compressions=own)

    def encrypted_layer(self, *entries: Written, created_by: str = RUN, absent: bool = False) -> ImageBuilder:
        """Adds a layer that only the holder of a key can read."""
        number = len(self.tars)
        wrapped = {"org.opencontainers.image.enc.keys.jwe": "ZXhhbXBsZQ==", "org.opencontainers.image.enc.pubopts": "ZXhhbXBsZQ=="}
        more = {**self.more, number: {"annotations": wrapped}}
        return self._special(number, "encrypted", entries, created_by, absent, more)

    def foreign_layer(
        self,
        *entries: Written,
        urls: tuple[str, ...] = ("https://example.org/layer.tar.gz",),
        created_by: str = RUN,
        absent: bool = True,
    ) -> ImageBuilder:
        """Adds a layer that is to be fetched from *urls*, as Windows base layers are."""
        number = len(self.tars)
        return self._special(number, "foreign", entries, created_by, absent, {**self.more, number: {"urls": list(urls)}})

    def _special(
        self, number: int, kind: str, entries: tuple[Written, ...], created_by: str, absent: bool, more: dict[int, Document]
    ) -> ImageBuilder:
        tar = tar_bytes(entries)
        return replace(
            self.layer_tar(tar, created_by),
            kinds={**self.kinds, number: kind},
            stored={**self.stored, number: noise(f"{kind} {number}", len(tar) // 2)},
            more=more,
            absent=self.absent | {number} if absent else self.absent,
        )

    # -- config and history ------------------------------------------------------------------------------------------

    def empty_layer(self, created_by: str) -> ImageBuilder:
        """Adds a step that made no layer."""
        return replace(self, history=(*self.history, {"created_by": created_by, "empty_layer": True}))

    def config(self, *, raw_config: Data | None = None, **fields: Any) -> ImageBuilder:
        """Sets fields of the config: those of _RUN_FIELDS go in `config`, all others (architecture, os, ...) on top.

        Volumes and exposed ports may be lists. *raw_config* is the whole config blob instead.
        """
        values = {
            key: {item: {} for item in value} if key in {"volumes", "exposed_ports"} and isinstance(value, list | tuple) else value
            for key, value in fields.items()
        }
        run = {_RUN_FIELDS[key]: value for key, value in values.items() if key in _RUN_FIELDS}
        top = {key: value for key, value in values.items() if key not in _RUN_FIELDS}
        image = replace(self, run={**self.run, **run}, top={**self.top, **top})
        return image if raw_config is None else image.config_json(raw_config)

    def config_json(self, edit: Data | Callable[[Document], Document | Data]) -> ImageBuilder:
        """Arbitrary config bytes: as given, or what *edit* makes of the document."""

        def apply(data: Data) -> Data:
            if isinstance(edit, Data):
                return edit
            edited = edit(json.loads(data))
            return edited if isinstance(edited, Data) else compact(edited)

        return replace(self, edit_config=apply)

    def reference(self, name: str) -> ImageBuilder:
        """Adds a reference; may be repeated."""
        return replace(self, references=(*self.references, name))

    def history_none(self) -> ImageBuilder:
        """The same without history."""
        return replace(self, history=())

    without_history = history_none

    def history_style(self, style: str) -> ImageBuilder:
        """History as *style* writes it: buildkit, legacy, buildah, or raw (as given to `created_by`)."""
        if style not in STYLES:
            raise ValueError(f"history style {style!r} is none of {', '.join(STYLES)}")
        return replace(self, style=style)

    def override_diff_id(self, index: int, value: str) -> ImageBuilder:
        """The same with another diff_id in the config, right or wrong."""
        return replace(self, diff_ids={**self.diff_ids, index: value})

    def override_media_type(self, index: int, value: str) -> ImageBuilder:
        """The same with another media type of a layer."""
        return replace(self, media_types={**self.media_types, index: value})

    def without_blob(self, index: int) -> ImageBuilder:
        """The same with the blob of a layer left out of the archive."""
        return replace(self, absent=self.absent | {index})

    # -- parts -------------------------------------------------------------------------------------------------------

    @property
    def architecture(self) -> str:
        """The config's architecture."""
        return str(self.top.get("architecture", "amd64"))

    @property
    def os(self) -> str:
        """The config's operating system."""
        return str(self.top.get("os", "linux"))

    def config_bytes(self) -> Data:
        """The config blob."""
        document: Document = {"created": EPOCH, "architecture": "amd64", "os": "linux", **self.top, "config": self.run}
        diff_ids = [self.diff_ids.get(number, digest(tar)) for number, tar in enumerate(self.tars)]
        document["rootfs"] = {"type": "layers", "diff_ids": diff_ids}
        if self.history:
            document["history"] = history_entries(self.history, self.style)
        data = compact(document)
        return self.edit_config(data) if self.edit_config else data

    def blob(self, number: int, compression: str) -> Data:
        """A layer as stored, whether absent or not."""
        if number in self.stored:
            return self.stored[number]
        return compress(self.tars[number], self.compressions.get(number, compression))

    def layer_blobs(self, compression: str) -> list[Data]:
        """The layers as stored; absent ones left out."""
        return [self.blob(number, compression) for number in range(len(self.tars)) if number not in self.absent]

    def layer_type(self, number: int, compression: str, *, docker: bool) -> str:
        """The media type of a layer."""
        if number in self.media_types:
            return self.media_types[number]
        kind = self.kinds.get(number)
        packing = self.compressions.get(number, compression).partition("-")[0]
        if docker:
            foreign = "foreign." if kind == "foreign" else ""
            return f"{DOCKER}image.rootfs.{foreign}diff.tar" + {"plain": "", "gzip": ".gzip", "zstd": ".zstd"}[packing]
        distribution = "nondistributable." if kind == "foreign" else ""
        suffix = {"plain": "", "gzip": "+gzip", "zstd": "+zstd"}[packing]
        return f"{OCI}layer.{distribution}v1.tar{suffix}" + ("+encrypted" if kind == "encrypted" else "")

    def manifest_bytes(self, compression: str = "gzip", *, docker: bool = False) -> Data:
        """The manifest, OCI or Docker schema 2."""
        config_type = f"{DOCKER}container.image.v1+json" if docker else f"{OCI}config.v1+json"
        layers = [
            descriptor(self.blob(number, compression), self.layer_type(number, compression, docker=docker), **self.more.get(number, {}))
            for number in range(len(self.tars))
        ]
        return compact(
            {
                "schemaVersion": 2,
                "mediaType": f"{DOCKER}distribution.manifest.v2+json" if docker else f"{OCI}manifest.v1+json",
                "config": descriptor(self.config_bytes(), config_type),
                "layers": layers,
            }
        )

    # -- writing -----------------------------------------------------------------------------------------------------

    def save(
        self,
        path: Path,
        form: str = "oci",
        compression: str = "gzip",
        whole: str | None = None,
        prefix: str = "",
        reverse: bool = False,
        order: str = "normal",
        *,
        docker_manifest: bool | None = None,
        symlinked_blobs: bool = False,
        retagged: ImageBuilder | None = None,
    ) -> Path:
        """Writes the image in *form* to *path*, which is a directory for the forms of DIRECTORY_FORMS.

        compression: of the layers where the form keeps it (docker, docker-legacy, podman and skopeo never do)
        whole: gz, zst, xz or bz2 of the whole archive
        prefix: before every name
        order: of members: normal (as the real tool writes), manifest-first, reversed (*reverse* is the same)
        docker_manifest: Docker's schema 2 media types or OCI's, where it is not the form's own choice
        symlinked_blobs: blobs of a layout are links out of `blobs/`
        retagged: the image that the tag named before (registry)
        """
        from tests.builder import forms

        options = forms.Options(compression, docker_manifest, symlinked_blobs, retagged)
        order = "reversed" if reverse else order
        return forms.write(forms.image_members(self, form, options), path, form, whole, prefix, order=order)

    def bytes(
        self, form: str = "oci", compression: str = "gzip", whole: str | None = None, prefix: str = "", order: str = "normal"
    ) -> Data:
        """The archive of a tar form."""
        from tests.builder import forms

        found = forms.image_members(self, form, forms.Options(compression))
        return forms.packed(forms.archive_bytes(found, prefix, order=order, form=form), whole)


def labelled(image: ImageBuilder, fields: Mapping[str, Any]) -> ImageBuilder:
    """*image* with *fields* on top of its config."""
    return replace(image, top={**image.top, **fields})
