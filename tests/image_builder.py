"""Builds images in a few lines, in every form that archives have, with no docker and no binary fixtures.

``ImageBuilder().layer(file("/etc/x", b"1"), whiteout("/a")).config(entrypoint=["/run"]).save(path, form="oci", compression="gzip")``
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from tests.tar_writer import Entry, tar_bytes

Members: TypeAlias = list[tuple[str, bytes]]
"""Names and contents; a content that starts with LINK is a symbolic link to what follows."""

LINK = b"\0link:"
TAR_FORMS = ("docker", "docker-containerd", "docker-legacy", "podman", "crane", "jib", "oci")
DIRECTORY_FORMS = ("oci-dir", "dir", "dir-v2s1", "registry")
COMPRESSIONS = ("plain", "gzip", "zstd", "gzip-multi", "zstd-multi")

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."


def sha(data: bytes) -> str:
    """Hex sha256."""
    return hashlib.sha256(data).hexdigest()


def compress(data: bytes, compression: str) -> bytes:
    """*data* in one of COMPRESSIONS or xz, bz2."""
    half = len(data) // 2
    if compression == "gzip":
        return gzip.compress(data, 6, mtime=0)
    if compression == "gzip-multi":
        return gzip.compress(data[:half], 6, mtime=0) + gzip.compress(data[half:], 6, mtime=0)
    if compression == "zstd":
        return _zstd(data)
    if compression == "zstd-multi":
        return _zstd(data[:half]) + b"\x50\x2a\x4d\x18\x05\0\0\0skip!" + _zstd(data[half:])
    if compression == "xz":
        return lzma.compress(data)
    if compression == "bz2":
        return bz2.compress(data)
    return data


def _zstd(data: bytes) -> bytes:
    try:
        from compression import zstd
    except ImportError:
        from backports import zstd
    return bytes(zstd.compress(data))


@dataclass(frozen=True)
class ImageBuilder:
    """An image in the making; every method gives a new one."""

    tars: tuple[bytes, ...] = ()
    history: tuple[dict[str, Any], ...] = ()
    run: dict[str, Any] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    edit_config: Callable[[bytes], bytes] | None = None
    diff_ids: dict[int, str] = field(default_factory=dict)
    media_types: dict[int, str] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()

    def layer(
        self, *entries: Entry, created_by: str = "RUN /bin/sh -c true # buildkit", form: str = "pax", tail: bytes = b""
    ) -> ImageBuilder:
        """Adds a layer of *entries*."""
        return self.layer_tar(tar_bytes(entries, form, tail), created_by)

    def layer_tar(self, tar: bytes, created_by: str = "RUN /bin/sh -c true # buildkit") -> ImageBuilder:
        """Adds a layer whose tar is *tar*."""
        return replace(self, tars=(*self.tars, tar), history=(*self.history, {"created_by": created_by}))

    def empty_layer(self, created_by: str) -> ImageBuilder:
        """Adds a step that made no layer."""
        return replace(self, history=(*self.history, {"created_by": created_by, "empty_layer": True}))

    def config(self, **fields: Any) -> ImageBuilder:
        """Sets fields of the config: entrypoint, cmd, env, user, working_dir, volumes, labels; all others go on top."""
        names = {
            "entrypoint": "Entrypoint", "cmd": "Cmd", "env": "Env", "user": "User", "working_dir": "WorkingDir",
            "volumes": "Volumes", "labels": "Labels", "exposed_ports": "ExposedPorts",
        }  # fmt: skip
        run = {names[key]: value for key, value in fields.items() if key in names}
        top = {key: value for key, value in fields.items() if key not in names}
        return replace(self, run={**self.run, **run}, top={**self.top, **top})

    def reference(self, name: str) -> ImageBuilder:
        """Adds a reference."""
        return replace(self, references=(*self.references, name))

    def without_history(self) -> ImageBuilder:
        """The same without history."""
        return replace(self, history=())

    # -- parts -------------------------------------------------------------------------------------------------------

    def config_bytes(self) -> bytes:
        """The config blob."""
        document = {
            "architecture": "amd64",
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            **self.top,
            "config": self.run,
            "rootfs": {
                "type": "layers",
                "diff_ids": [self.diff_ids.get(number, "sha256:" + sha(tar)) for number, tar in enumerate(self.tars)],
            },
            "history": list(self.history),
        }
        data = json.dumps(document).encode()
        return self.edit_config(data) if self.edit_config else data

    def manifest_bytes(self, compression: str = "gzip", *, docker: bool = False) -> bytes:
        """The manifest, OCI or Docker schema 2."""
        config = self.config_bytes()
        suffix = {"plain": "", "gzip": "+gzip", "zstd": "+zstd"}[compression.partition("-")[0]]
        layer_type = f"{DOCKER}image.rootfs.diff.tar" + (".gzip" if suffix else "") if docker else f"{OCI}layer.v1.tar{suffix}"
        blobs = [compress(tar, compression) for tar in self.tars]
        layers = [
            {"mediaType": self.media_types.get(number, layer_type), "digest": "sha256:" + sha(blob), "size": len(blob)}
            for number, blob in enumerate(blobs)
        ]
        config_type = f"{DOCKER}container.image.v1+json" if docker else f"{OCI}config.v1+json"
        return json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": f"{DOCKER}distribution.manifest.v2+json" if docker else f"{OCI}manifest.v1+json",
                "config": {"mediaType": config_type, "digest": "sha256:" + sha(config), "size": len(config)},
                "layers": layers,
            }
        ).encode()

    def layer_blobs(self, compression: str) -> list[bytes]:
        """The layers as stored; absent ones left out."""
        return [compress(tar, compression) for number, tar in enumerate(self.tars) if number not in self.absent]

    # -- writing -----------------------------------------------------------------------------------------------------

    def save(
        self, path: Path, form: str = "oci", compression: str = "gzip", whole: str | None = None, prefix: str = "", reverse: bool = False
    ) -> Path:
        """Writes the image in *form*; *whole* compresses the archive, *prefix* goes before every name, *reverse* turns the order round."""
        return write(members(self, form, compression), path, form, whole, prefix, reverse)


def write(found: Members, path: Path, form: str, whole: str | None = None, prefix: str = "", reverse: bool = False) -> Path:
    """Writes members as a tar, or as files below *path* for a directory form."""
    if form in DIRECTORY_FORMS:
        for name, data in found:
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if data.startswith(LINK):
                target.symlink_to(data[len(LINK) :].decode())
            else:
                target.write_bytes(data)
        return path
    path.write_bytes(compress(archive_bytes(found, prefix, reverse), {"gz": "gzip", "zst": "zstd"}.get(whole or "", whole or "plain")))
    return path


def archive_bytes(found: Members, prefix: str = "", reverse: bool = False) -> bytes:
    """The tar of *found*."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in reversed(found) if reverse else found:
            info = tarfile.TarInfo(prefix + name)
            if data.startswith(LINK):
                info.type, info.linkname = tarfile.SYMTYPE, data[len(LINK) :].decode()
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def members(image: ImageBuilder, form: str, compression: str = "gzip") -> Members:
    """The files of an archive of *image* in *form*."""
    return _FORMS[form](image, compression)


def _unique(found: Members) -> Members:
    return list(dict(found).items())


def _blob(data: bytes) -> tuple[str, bytes]:
    return f"blobs/sha256/{sha(data)}", data


def index_bytes(descriptors: list[dict[str, Any]]) -> bytes:
    """An index of *descriptors*."""
    return json.dumps({"schemaVersion": 2, "mediaType": f"{OCI}index.v1+json", "manifests": descriptors}).encode()


def descriptor(data: bytes, media_type: str = f"{OCI}manifest.v1+json", **more: Any) -> dict[str, Any]:
    """A descriptor of *data*."""
    return {"mediaType": media_type, "digest": "sha256:" + sha(data), "size": len(data), **more}


LAYOUT = ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')


def _oci(image: ImageBuilder, compression: str) -> Members:
    manifest = image.manifest_bytes(compression)
    named: list[dict[str, Any]] = [{"annotations": {"org.opencontainers.image.ref.name": name}} for name in image.references] or [{}]
    index = index_bytes([descriptor(manifest, **more) for more in named])
    blobs = [manifest, image.config_bytes(), *image.layer_blobs(compression)]
    return _unique([LAYOUT, ("index.json", index), *(_blob(blob) for blob in blobs)])


def _manifest_json(image: ImageBuilder, config: str, layers: list[str], **more: Any) -> tuple[str, bytes]:
    item = {"Config": config, "RepoTags": list(image.references) or None, "Layers": layers, **more}
    return "manifest.json", json.dumps([item]).encode()


def _docker(image: ImageBuilder, compression: str) -> Members:
    """docker save 28, classic store: an OCI layout and a docker archive in one; layers are never compressed."""
    del compression
    found = _oci(image, "plain")
    sources = {
        f"sha256:{sha(tar)}": {"mediaType": f"{OCI}layer.v1.tar", "size": len(tar), "digest": f"sha256:{sha(tar)}"} for tar in image.tars
    }
    v1 = [_blob(json.dumps({"id": sha(tar)[::-1], "created": "1970-01-01T00:00:00Z", "os": "linux"}).encode()) for tar in image.tars]
    names = [_blob(tar)[0] for tar in image.tars]
    listing = _manifest_json(image, _blob(image.config_bytes())[0], names, LayerSources=sources)
    return _unique([*found, *v1, listing, ("repositories", b"{}")])


def _docker_containerd(image: ImageBuilder, compression: str) -> Members:
    """docker save 29, containerd store: layers as they were stored."""
    names = [_blob(compress(tar, compression))[0] for tar in image.tars]
    return [*_oci(image, compression), _manifest_json(image, _blob(image.config_bytes())[0], names)]


def _docker_legacy(image: ImageBuilder, compression: str) -> Members:
    """docker save before 25."""
    del compression
    found: Members = []
    names = []
    for number, tar in enumerate(image.tars):
        layer_id = sha(f"{number}{sha(tar)}".encode())
        names.append(f"{layer_id}/layer.tar")
        found += [(f"{layer_id}/VERSION", b"1.0"), (f"{layer_id}/json", b'{"id":"%s"}' % layer_id.encode()), (names[-1], tar)]
    config = image.config_bytes()
    found.append((f"{sha(config)}.json", config))
    return [*found, _manifest_json(image, f"{sha(config)}.json", names), ("repositories", b"{}")]


def _podman(image: ImageBuilder, compression: str) -> Members:
    """podman and skopeo docker-archive: layers behind links, manifest.json near the end."""
    del compression
    found: Members = []
    names = []
    for number, tar in enumerate(image.tars):
        layer_id = sha(f"v1{number}{sha(tar)}".encode())
        names.append(f"{sha(tar)}.tar")
        found += [(names[-1], tar), (f"{layer_id}/layer.tar", LINK + f"../{names[-1]}".encode())]
        found += [(f"{layer_id}/VERSION", b"1.0"), (f"{layer_id}/json", b'{"id":"%s"}' % layer_id.encode())]
    config = image.config_bytes()
    return _unique([*found, (f"{sha(config)}.json", config), _manifest_json(image, f"{sha(config)}.json", names), ("repositories", b"{}")])


def _crane(image: ImageBuilder, compression: str) -> Members:
    blobs = [compress(tar, compression) for tar in image.tars]
    config = image.config_bytes()
    names = [f"{sha(blob)}.tar.gz" for blob in blobs]
    return _unique(
        [(f"sha256:{sha(config)}", config), *zip(names, blobs, strict=True), _manifest_json(image, f"sha256:{sha(config)}", names)]
    )


def _jib(image: ImageBuilder, compression: str) -> Members:
    blobs = [compress(tar, compression) for tar in image.tars]
    names = [f"{sha(blob)}.tar.gz" for blob in blobs]
    return _unique([*zip(names, blobs, strict=True), ("config.json", image.config_bytes()), _manifest_json(image, "config.json", names)])


def _dir(image: ImageBuilder, compression: str) -> Members:
    blobs = [image.config_bytes(), *image.layer_blobs(compression)]
    found = [("version", b"Directory Transport Version: 1.1\n"), ("manifest.json", image.manifest_bytes(compression, docker=True))]
    return _unique([*found, *((sha(blob), blob) for blob in blobs)])


EMPTY_GZIP = bytes.fromhex("1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000")


def _dir_v2s1(image: ImageBuilder, compression: str) -> Members:
    """Schema 1: newest first, throwaway steps with the empty blob, what runs in the newest step's history."""
    blobs = iter([compress(tar, compression) for tar in image.tars])
    steps: list[tuple[bytes, dict[str, Any]]] = []
    for step in image.history:
        empty = step.get("empty_layer", False)
        state = {"id": sha(str(len(steps)).encode()), "container_config": {"Cmd": [step["created_by"]]}}
        steps.append((EMPTY_GZIP, {**state, "throwaway": True}) if empty else (next(blobs), state))
    steps[-1][1].update({"architecture": "amd64", "os": "linux", **image.top, "config": image.run})
    manifest = {
        "schemaVersion": 1,
        "name": "",
        "tag": "",
        "architecture": "amd64",
        "fsLayers": [{"blobSum": "sha256:" + sha(blob)} for blob, _ in reversed(steps)],
        "history": [{"v1Compatibility": json.dumps(state)} for _, state in reversed(steps)],
    }
    found = [("version", b"Directory Transport Version: 1.1\n"), ("manifest.json", json.dumps(manifest).encode())]
    return _unique([*found, *((sha(blob), blob) for blob, _ in steps)])


def _registry(image: ImageBuilder, compression: str) -> Members:
    """A docker-registry's storage tree; a reference is REPOSITORY:TAG."""
    manifest = image.manifest_bytes(compression, docker=True)
    root = "docker/registry/v2"
    found = [
        (f"{root}/blobs/sha256/{sha(blob)[:2]}/{sha(blob)}/data", blob)
        for blob in (manifest, image.config_bytes(), *image.layer_blobs(compression))
    ]
    link = f"sha256:{sha(manifest)}".encode()
    for name in image.references or ("app:1",):
        repository, _, tag = name.rpartition(":")
        base = f"{root}/repositories/{repository}/_manifests"
        found += [(f"{base}/tags/{tag}/current/link", link), (f"{base}/tags/{tag}/index/sha256/{sha(manifest)}/link", link)]
        found.append((f"{base}/revisions/sha256/{sha(manifest)}/link", link))
    return _unique(found)


_FORMS: dict[str, Callable[[ImageBuilder, str], Members]] = {
    "oci": _oci,
    "oci-dir": _oci,
    "docker": _docker,
    "docker-containerd": _docker_containerd,
    "docker-legacy": _docker_legacy,
    "podman": _podman,
    "crane": _crane,
    "jib": _jib,
    "dir": _dir,
    "dir-v2s1": _dir_v2s1,
    "registry": _registry,
}


def several(images: list[ImageBuilder], compression: str = "gzip") -> Members:
    """An OCI layout of several images, shared blobs stored once."""
    found: Members = [LAYOUT]
    descriptors = []
    for image in images:
        manifest = image.manifest_bytes(compression)
        for name in image.references or ("",):
            annotations: dict[str, Any] = {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}
            descriptors.append(descriptor(manifest, **annotations))
        found += [_blob(blob) for blob in (manifest, image.config_bytes(), *image.layer_blobs(compression))]
    return _unique([*found, ("index.json", index_bytes(descriptors))])


def several_docker(images: list[ImageBuilder]) -> Members:
    """A docker archive (podman's form) of several images."""
    found: Members = []
    listing: list[Any] = []
    for image in images:
        for name, data in _podman(image, "plain"):
            if name == "manifest.json":
                listing += json.loads(data)
            else:
                found.append((name, data))
    return _unique([*found, ("manifest.json", json.dumps(listing).encode())])


def multi_platform(images: dict[str, ImageBuilder], name: str = "app:1", compression: str = "gzip") -> Members:
    """As BuildKit writes it: index.json -> index -> a manifest for each platform, and an attestation for each."""
    found: Members = [LAYOUT]
    inner = []
    for platform, image in images.items():
        system, architecture = platform.split("/")[:2]
        manifest = image.manifest_bytes(compression)
        inner.append(descriptor(manifest, platform={"os": system, "architecture": architecture}))
        found += [_blob(blob) for blob in (manifest, image.config_bytes(), *image.layer_blobs(compression))]
        statement, empty = b'{"_type":"https://in-toto.io/Statement/v0.1"}', b"{}"
        attestation = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": f"{OCI}manifest.v1+json",
                "config": descriptor(empty, f"{OCI}config.v1+json"),
                "layers": [descriptor(statement, "application/vnd.in-toto+json")],
            }
        ).encode()
        annotations = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": "sha256:" + sha(manifest)}
        inner.append(descriptor(attestation, platform={"os": "unknown", "architecture": "unknown"}, annotations=annotations))
        found += [_blob(blob) for blob in (attestation, statement, empty)]
    index = index_bytes(inner)
    outer = index_bytes([descriptor(index, f"{OCI}index.v1+json", annotations={"io.containerd.image.name": f"docker.io/library/{name}"})])
    return _unique([*found, _blob(index), ("index.json", outer)])


def artefact(config_type: str, layer_type: str, content: bytes = b"content") -> Members:
    """An OCI layout of something that is no container image."""
    config = b"{}"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}manifest.v1+json",
            "config": descriptor(config, config_type),
            "layers": [descriptor(content, layer_type)],
        }
    ).encode()
    return _unique([LAYOUT, ("index.json", index_bytes([descriptor(manifest)])), *(_blob(blob) for blob in (manifest, config, content))])


def rootfs(entries: list[Entry]) -> bytes:
    """What docker export writes: a root filesystem and nothing else."""
    return tar_bytes(entries)


def copy_directory(source: Path, target: Path) -> Path:
    """A copy of a directory form, links kept."""
    return Path(shutil.copytree(source, target, symlinks=True))
