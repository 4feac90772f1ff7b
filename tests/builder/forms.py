"""The forms that image archives have, each the members that the real tool writes, in its order."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tests.builder.history import EPOCH
from tests.builder.image import OCI, Document, ImageBuilder, compact, compress, descriptor, digest, sha

Members: TypeAlias = list[tuple[str, bytes]]
"""Names and contents; a content that starts with LINK is a symbolic link to what follows."""

LINK = b"\0link:"
TAR_FORMS = ("docker", "docker-containerd", "docker-legacy", "podman", "skopeo", "crane", "jib", "oci")
DIRECTORY_FORMS = ("oci-dir", "dir", "dir-v2s1", "registry")
LAYOUT = ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
DIR_VERSION = ("version", b"Directory Transport Version: 1.1\n")
EMPTY_GZIP = bytes.fromhex("1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000")

# The generator of the curve P-256 (FIPS 186-4, D.1.2.3) stands in for a public key: readers check that the point is on the curve and
# that `kid` is the fingerprint of its SubjectPublicKeyInfo, which starts with P256_INFO.
P256_INFO = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
P256_X = bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
P256_Y = bytes.fromhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")

_MODES = {"docker-containerd": 0o444, "podman": 0o444, "skopeo": 0o444, "crane": 0o555}
_WITH_DIRECTORIES = ("docker", "docker-containerd", "docker-legacy", "oci")
_FIRST = ("manifest.json", "index.json", "oci-layout")


@dataclass(frozen=True)
class Options:
    """What a form may vary in."""

    compression: str = "gzip"
    docker_manifest: bool | None = None
    symlinked_blobs: bool = False
    retagged: ImageBuilder | None = None


# -- writing members -------------------------------------------------------------------------------------------------


def packed(data: bytes, whole: str | None) -> bytes:
    """*data* as it is, or compressed by gz, zst, xz or bz2."""
    return compress(data, {None: "plain", "gz": "gzip", "zst": "zstd"}.get(whole, whole or "plain"))


def write(
    found: Members, path: Path, form: str, whole: str | None = None, prefix: str = "", reverse: bool = False, order: str = "normal"
) -> Path:
    """Writes members as a tar, or as files below *path* for a directory form."""
    if form not in DIRECTORY_FORMS:
        path.write_bytes(packed(archive_bytes(found, prefix, reverse, order, form), whole))
        return path
    for name, data in found:
        target = path / prefix / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if data.startswith(LINK):
            target.symlink_to(data[len(LINK) :].decode())
        else:
            target.write_bytes(data)
    return path


def archive_bytes(found: Members, prefix: str = "", reverse: bool = False, order: str = "normal", form: str = "") -> bytes:
    """The tar of *found*, with the modes and the directories of *form*."""
    if form == "rootfs":
        return found[0][1]
    if order not in {"normal", "manifest-first", "reversed"}:
        raise ValueError(f"no such order: {order!r}")
    found = found[::-1] if reverse or order == "reversed" else found
    found = sorted(found, key=lambda item: item[0] not in _FIRST) if order == "manifest-first" else found
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        seen: set[str] = set()
        for name, data in found:
            if form in _WITH_DIRECTORIES:
                _add_directories(tar, prefix + name, seen)
            info = tarfile.TarInfo(prefix + name)
            info.mode = 0o644 if form == "docker-containerd" and name.endswith(("index.json", "manifest.json")) else _MODES.get(form, 0o644)
            if data.startswith(LINK):
                info.type, info.linkname = tarfile.SYMTYPE, data[len(LINK) :].decode()
                info.mode = 0 if form in {"podman", "skopeo"} else 0o777
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _add_directories(tar: tarfile.TarFile, name: str, seen: set[str]) -> None:
    """The directories above *name* that are not yet in *tar*."""
    parts = name.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        path = "/".join(parts[:count])
        if path not in seen:
            seen.add(path)
            info = tarfile.TarInfo(path)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(info)


def image_members(image: ImageBuilder, form: str, options: Options) -> Members:
    """The files of an archive of *image* in *form*."""
    return _FORMS[form](image, options)


# -- small parts -----------------------------------------------------------------------------------------------------


def unique(found: Members) -> Members:
    """*found* with each name once, at its first place and with its last content."""
    return list(dict(found).items())


def blob(data: bytes) -> tuple[str, bytes]:
    """The member of a layout that holds *data*."""
    return f"blobs/sha256/{sha(data)}", data


def blobs(*contents: bytes) -> Members:
    """The members of a layout that hold *contents*, by name as tools write them."""
    return sorted(dict(blob(data) for data in contents).items())


def index_bytes(descriptors: list[Document]) -> bytes:
    """An index of *descriptors*."""
    return compact({"schemaVersion": 2, "mediaType": f"{OCI}index.v1+json", "manifests": descriptors})


def split_reference(name: str) -> tuple[str, str]:
    """Repository and tag; the tag is `latest` where there is none."""
    repository, colon, tag = name.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (name, "latest")


def normalised(name: str, domain: str = "docker.io", library: str = "library/") -> str:
    """*name* with a domain and a tag: `app` becomes `docker.io/library/app:latest`."""
    repository, tag = split_reference(name)
    first, slash, _ = repository.partition("/")
    if not (slash and ("." in first or ":" in first or first == "localhost")):
        repository = f"{domain}/{'' if slash else library}{repository}"
    return f"{repository}:{tag}"


def manifest_json(image: ImageBuilder, config: str, layers: list[str], names: list[str] | None = None, **more: Any) -> tuple[str, bytes]:
    """The docker archive's list of images; references are null where there are none."""
    tags = list(image.references) if names is None else names
    return "manifest.json", compact([{"Config": config, "RepoTags": tags or None, "Layers": layers, **more}])


def docker_index(image: ImageBuilder, manifest: bytes, media_type: str) -> bytes:
    """index.json as docker writes it: both annotations, the second only the tag."""
    named: list[Document] = [
        {"annotations": {"io.containerd.image.name": normalised(name), "org.opencontainers.image.ref.name": split_reference(name)[1]}}
        for name in image.references
    ]
    return index_bytes([descriptor(manifest, media_type, **more) for more in named or [{}]])


def _repositories(names: list[str], value: str) -> Members:
    """The `repositories` file, if there is anything to put in it."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        repository, tag = split_reference(name)
        found.setdefault(repository, {})[tag] = value
    return [("repositories", compact(found) + b"\n")] if found else []


def v1_configs(image: ImageBuilder) -> list[tuple[str, bytes]]:
    """The id and the v1 JSON of each layer, base first; the last one holds what the image runs."""
    found: list[tuple[str, bytes]] = []
    parent = ""
    for number, tar in enumerate(image.tars):
        last = number == len(image.tars) - 1
        own = sha(f"{parent} {sha(tar)} {sha(image.config_bytes()) if last else ''}".encode())
        document: Document = {"id": own, **({"parent": parent} if parent else {}), "created": EPOCH, "container_config": {"Cmd": None}}
        if last:
            document.update({"config": image.run, "architecture": image.architecture})
        found.append((own, compact({**document, "os": image.os})))
        parent = own
    return found


# -- docker ----------------------------------------------------------------------------------------------------------


def _docker(image: ImageBuilder, options: Options) -> Members:
    """docker save 25 to 28, classic store: an OCI layout and a docker archive in one; layers are never compressed."""
    del options
    config, manifest = image.config_bytes(), image.manifest_bytes("plain")
    layers = [image.blob(number, "plain") for number in range(len(image.tars))]
    sources = {
        digest(layer): {"mediaType": image.layer_type(number, "plain", docker=False), "size": len(layer), "digest": digest(layer)}
        for number, layer in enumerate(layers)
    }
    v1 = [data for _, data in v1_configs(image)]
    _, listing = manifest_json(image, blob(config)[0], [blob(layer)[0] for layer in layers], LayerSources=dict(sorted(sources.items())))
    return [
        *blobs(config, manifest, *image.layer_blobs("plain"), *v1),
        ("index.json", docker_index(image, manifest, f"{OCI}manifest.v1+json")),
        ("manifest.json", listing + b"\n"),
        ("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'),
        *_repositories(list(image.references), sha(layers[-1]) if layers else ""),
    ]


def _docker_containerd(image: ImageBuilder, options: Options) -> Members:
    """docker save of the containerd store: layers as they were stored, no `repositories`."""
    docker = bool(options.docker_manifest)
    config, manifest = image.config_bytes(), image.manifest_bytes(options.compression, docker=docker)
    layers = [blob(image.blob(number, options.compression))[0] for number in range(len(image.tars))]
    return [
        *blobs(config, manifest, *image.layer_blobs(options.compression)),
        ("index.json", docker_index(image, manifest, json.loads(manifest)["mediaType"])),
        manifest_json(image, blob(config)[0], layers),
        LAYOUT,
    ]


def _docker_legacy(image: ImageBuilder, options: Options) -> Members:
    """docker save before 25; a layer that occurs again is a link to the first."""
    del options
    config = image.config_bytes()
    found: Members = [(f"{sha(config)}.json", config)]
    first: dict[bytes, str] = {}
    names = []
    for number, (own, document) in enumerate(v1_configs(image)):
        names.append(f"{own}/layer.tar")
        data = image.blob(number, "plain")
        found += [(f"{own}/VERSION", b"1.0"), (f"{own}/json", document)]
        if number not in image.absent:
            found.append((names[-1], LINK + f"../{first[data]}".encode() if data in first else data))
            first.setdefault(data, names[-1])
    last = names[-1].partition("/")[0] if names else ""
    name, listing = manifest_json(image, f"{sha(config)}.json", names)
    return [*sorted(found), (name, listing + b"\n"), *_repositories(list(image.references), last)]


# -- docker archives of other tools ----------------------------------------------------------------------------------


def _root_layers(image: ImageBuilder, names: list[str]) -> Members:
    """Layers `<diffid>.tar` at the root, `<v1id>/layer.tar` links to them, manifest.json near the end."""
    found: Members = []
    config = image.config_bytes()
    layers = []
    for number in range(len(image.tars)):
        data = image.blob(number, "plain")
        layers.append(f"{sha(data)}.tar")
        if number not in image.absent:
            found.append((layers[-1], data))
    found.append((f"{sha(config)}.json", config))
    own = ""
    for number, (layer, (own, data)) in enumerate(zip(layers, v1_configs(image), strict=True)):
        document = _skopeo_v1(image, own, json.loads(data).get("parent"), last=number == len(layers) - 1)
        found += [(f"{own}/layer.tar", LINK + f"../{layer}".encode()), (f"{own}/VERSION", b"1.0"), (f"{own}/json", document)]
    listing = manifest_json(image, f"{sha(config)}.json", layers, names)
    return unique([*found, listing, *_repositories(names, own)])


def _skopeo_v1(image: ImageBuilder, own: str, parent: str | None, *, last: bool) -> bytes:
    """The v1 JSON of a layer, keys sorted; all but the last hold only ids."""
    document: Document = {"id": own, **({"parent": parent} if parent else {})}
    if last:
        document.update({"architecture": image.architecture, "config": image.run, "created": EPOCH, "os": image.os})
        document.update({"container": None, "container_config": None, "docker_version": None})
    return compact(dict(sorted(document.items())))


def _podman(image: ImageBuilder, options: Options) -> Members:
    """podman save: names without a domain are of localhost."""
    del options
    return _root_layers(image, [normalised(name, "localhost", "") for name in image.references])


def _skopeo(image: ImageBuilder, options: Options) -> Members:
    """skopeo copy to docker-archive: names without a domain are Docker Hub's."""
    del options
    return _root_layers(image, [normalised(name) for name in image.references])


def _packed_layers(image: ImageBuilder, options: Options) -> tuple[list[str], Members]:
    """Layers `<hex>.tar.gz` by the digest of the blob, whatever their compression: all names, and the members that are there."""
    layers = [image.blob(number, options.compression) for number in range(len(image.tars))]
    names = [f"{sha(data)}.tar.gz" for data in layers]
    return names, [(name, data) for number, (name, data) in enumerate(zip(names, layers, strict=True)) if number not in image.absent]


def _crane(image: ImageBuilder, options: Options) -> Members:
    config = image.config_bytes()
    names, layers = _packed_layers(image, options)
    return unique([(digest(config), config), *layers, manifest_json(image, digest(config), names)])


def _jib(image: ImageBuilder, options: Options) -> Members:
    names, layers = _packed_layers(image, options)
    return unique([*layers, ("config.json", image.config_bytes()), manifest_json(image, "config.json", names)])


# -- layouts and directories -----------------------------------------------------------------------------------------


def _oci(image: ImageBuilder, options: Options) -> Members:
    """An OCI layout as skopeo writes it: index.json without a media type, the whole reference in the annotation."""
    config, manifest = image.config_bytes(), image.manifest_bytes(options.compression, docker=bool(options.docker_manifest))
    named: list[Document] = [{"annotations": {"org.opencontainers.image.ref.name": name}} for name in image.references]
    media_type = json.loads(manifest)["mediaType"]
    index = compact({"schemaVersion": 2, "manifests": [descriptor(manifest, media_type, **more) for more in named or [{}]]})
    tail: Members = [("index.json", index), ("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')]
    layers = image.layer_blobs(options.compression)
    if not options.symlinked_blobs:
        return [*blobs(config, manifest, *layers), *tail]
    names = ["rootfs.tar.gz", *(f"layer-{number}.tar.gz" for number in range(1, len(layers)))]
    outside: Members = [("image-config.json", config), ("image-manifest.json", manifest), *zip(names, layers, strict=False)]
    links = [(blob(data)[0], LINK + f"../../{name}".encode()) for name, data in outside]
    return [*sorted(dict(links).items()), *outside[:2], *tail, *outside[2:]]


def _dir(image: ImageBuilder, options: Options) -> Members:
    """skopeo's `dir:`; schema 2 unless OCI is asked for."""
    manifest = image.manifest_bytes(options.compression, docker=options.docker_manifest is not False)
    contents = [image.config_bytes(), *image.layer_blobs(options.compression)]
    return unique([*((sha(data), data) for data in contents), ("manifest.json", manifest), DIR_VERSION])


def schema1_steps(image: ImageBuilder, compression: str) -> list[tuple[bytes, Document]]:
    """The blob and the v1 JSON of each step, oldest first; steps without a layer have the empty blob."""
    numbers = iter(range(len(image.tars)))
    history = json.loads(image.config_bytes()).get("history") or [{"created_by": ""} for _ in image.tars]
    steps: list[tuple[bytes, Document]] = []
    parent: Document = {}
    for step in history:
        empty = step.get("empty_layer", False)
        data = EMPTY_GZIP if empty else image.blob(next(numbers), compression)
        own = sha(f"{parent.get('parent', '')} {len(steps)} {sha(data)}".encode())
        state = {"id": own, **parent, "created": EPOCH, "container_config": {"Cmd": [step["created_by"]]}}
        steps.append((data, {**state, "throwaway": True} if empty else state))
        parent = {"parent": own}
    if steps:
        steps[-1][1].update({"architecture": image.architecture, "os": image.os, **image.top, "config": image.run})
    return steps


def _signed(document: bytes) -> bytes:
    """*document* with a signature of the right shape, which is not a right signature."""

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    protected = encoded(compact({"formatLength": len(document) - 1, "formatTail": encoded(b"}"), "time": EPOCH}))
    fingerprint = base64.b32encode(hashlib.sha256(P256_INFO + P256_X + P256_Y).digest()[:30]).decode()
    kid = ":".join(fingerprint[start : start + 4] for start in range(0, 48, 4))
    key = {"crv": "P-256", "kid": kid, "kty": "EC", "x": encoded(P256_X), "y": encoded(P256_Y)}
    signature = {"header": {"jwk": key, "alg": "ES256"}, "signature": encoded(b"\3" * 64), "protected": protected}
    return document[:-1] + b',"signatures":' + compact([signature]) + b"}"


def _dir_v2s1(image: ImageBuilder, options: Options) -> Members:
    """Schema 1: newest first, throwaway steps with the empty blob, what runs in the newest step."""
    steps = schema1_steps(image, options.compression)
    manifest = {
        "name": "",
        "tag": "",
        "architecture": image.architecture,
        "fsLayers": [{"blobSum": digest(data)} for data, _ in reversed(steps)],
        "history": [{"v1Compatibility": compact(state).decode()} for _, state in reversed(steps)],
        "schemaVersion": 1,
    }
    absent = {image.blob(number, options.compression) for number in image.absent}
    found = [(sha(data), data) for data, _ in steps if data not in absent]
    return unique([*found, ("manifest.json", _signed(compact(manifest))), DIR_VERSION])


def _registry(image: ImageBuilder, options: Options) -> Members:
    """A docker-registry's storage tree; a tag that was set again keeps its earlier revision in its index."""
    versions = [options.retagged, image] if options.retagged else [image]
    root = "docker/registry/v2"
    found: Members = []
    for version in versions:
        manifest = version.manifest_bytes(options.compression, docker=options.docker_manifest is not False)
        contents = [version.config_bytes(), *version.layer_blobs(options.compression)]
        found += [(f"{root}/blobs/sha256/{sha(data)[:2]}/{sha(data)}/data", data) for data in (manifest, *contents)]
        link = digest(manifest).encode()
        for name in image.references or ("app:1",):
            repository, tag = split_reference(name)
            base = f"{root}/repositories/{repository}"
            found += [(f"{base}/_layers/sha256/{sha(data)}/link", digest(data).encode()) for data in contents]
            found.append((f"{base}/_manifests/revisions/sha256/{sha(manifest)}/link", link))
            found.append((f"{base}/_manifests/tags/{tag}/index/sha256/{sha(manifest)}/link", link))
            found.append((f"{base}/_manifests/tags/{tag}/current/link", link))
    return unique(found)


def _rootfs(image: ImageBuilder, options: Options) -> Members:
    """docker export: the layers applied, and no image metadata. One member, the tar itself."""
    del options
    found: dict[str, tuple[tarfile.TarInfo, bytes]] = {}
    marker = tarfile.TarInfo(".dockerenv")
    marker.mode = 0o755
    found[".dockerenv"] = (marker, b"")
    for data in image.tars:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            entries = [(info, _content(tar, info)) for info in tar]
        for info, _ in entries:
            folder, _, name = info.name.rpartition("/")
            if name == ".wh..wh..opq":
                found = {path: node for path, node in found.items() if not path.startswith(f"{folder}/".lstrip("/"))}
            elif name.startswith(".wh."):
                hidden = f"{folder}/{name[4:]}/".lstrip("/")
                found = {path: node for path, node in found.items() if not f"{path}/".startswith(hidden)}
        found.update((info.name, (info, content)) for info, content in entries if not info.name.rpartition("/")[2].startswith(".wh."))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in found.values():
            tar.addfile(info, io.BytesIO(content))
    return [("rootfs.tar", buffer.getvalue())]


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    stream = tar.extractfile(info) if info.isreg() else None
    return stream.read() if stream else b""


_FORMS: dict[str, Callable[[ImageBuilder, Options], Members]] = {
    "docker": _docker,
    "docker-containerd": _docker_containerd,
    "docker-legacy": _docker_legacy,
    "podman": _podman,
    "skopeo": _skopeo,
    "crane": _crane,
    "jib": _jib,
    "oci": _oci,
    "oci-dir": _oci,
    "dir": _dir,
    "dir-v2s1": _dir_v2s1,
    "registry": _registry,
    "rootfs": _rootfs,
}
