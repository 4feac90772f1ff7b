"""Small images made from a description: for the demo, and for the examples that each rule carries.

A description is a mapping: ``layers`` (lists of entries), ``config``, ``history`` and ``damage``. An entry has a ``path`` (one that ends
in a slash is a directory) and may have ``text`` (or ``base64``), ``kind``, ``target``, ``mode`` (octal, such as 0o755), ``uid``, ``gid``,
``device``, ``xattrs`` (values in base64). With ``elf`` it is a compiled program without code: a mapping of ``machine``, ``interpreter``,
``needed``, ``rpath``, ``runpath`` and ``kind`` (executable or shared). The archives are OCI image layouts with plain layers.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from imginspect.errors import RuleError
from imginspect.oci.media_types import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST
from imginspect.scan.minimal_elf import minimal_elf

Description: TypeAlias = dict[str, Any]
Members: TypeAlias = list[tuple[str, bytes]]

_TYPES = {
    "file": tarfile.REGTYPE,
    "directory": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "hardlink": tarfile.LNKTYPE,
    "character-device": tarfile.CHRTYPE,
    "block-device": tarfile.BLKTYPE,
    "fifo": tarfile.FIFOTYPE,
    "whiteout": tarfile.REGTYPE,
    "opaque": tarfile.REGTYPE,
}


_CONFIG = {
    "entrypoint": "Entrypoint",
    "cmd": "Cmd",
    "env": "Env",
    "user": "User",
    "working_dir": "WorkingDir",
    "labels": "Labels",
    "shell": "Shell",
    "volumes": "Volumes",
    "exposed_ports": "ExposedPorts",
    "on_build": "OnBuild",
    "healthcheck": "Healthcheck",
}


def build(description: Description) -> bytes:
    """The archive of the image that *description* describes, with the damage it asks for.

    Raises: RuleError - something in it is not known
    """
    known = ("layers", "config", "history", "damage", "reference", "architecture")
    unknown = set(description) - set(known)
    if unknown:
        raise RuleError(f"example: unknown key {sorted(unknown)[0]!r}; expected one of: {', '.join(known)}")
    maker = _Maker(description)
    for damage in description.get("damage", []):
        maker.damage(damage)
    return maker.archive()


def layer_tar(entries: list[Description]) -> bytes:
    """The tar of one layer."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in _with_owners_of_links(entries):
            tar.addfile(*_tar_entry(entry))
    return buffer.getvalue()


def _with_owners_of_links(entries: list[Description]) -> Iterator[Description]:
    """*entries*, hard links with mode and owner of their target where they state none: real tools write them so."""
    targets: dict[str, Description] = {}
    for entry in entries:
        target = targets.get(str(entry.get("target", "")).lstrip("/"), {}) if entry.get("kind") == "hardlink" else {}
        owner: Description = {key: target[key] for key in ("mode", "uid", "gid") if key in target}
        full: Description = {**owner, **entry}
        targets[str(entry.get("path", "")).lstrip("/")] = full
        yield full


def _tar_entry(entry: Description) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    path = str(entry["path"])
    kind = str(entry.get("kind", "directory" if path.endswith("/") else "file"))
    if kind not in _TYPES:
        raise RuleError(f"example: unknown kind {kind!r}; expected one of: {', '.join(_TYPES)}")
    name = path.lstrip("/")
    if kind == "whiteout":
        folder, _, last = name.rpartition("/")
        name = f"{folder}/.wh.{last}".lstrip("/")
    elif kind == "opaque":
        name = name.rstrip("/") + "/.wh..wh..opq"
    info = tarfile.TarInfo(name)
    info.type = _TYPES[kind]
    mode = entry.get("mode", 0o755 if kind == "directory" else 0o644)
    info.mode = int(mode, 8) if isinstance(mode, str) else int(mode)
    info.uid, info.gid = int(entry.get("uid", 0)), int(entry.get("gid", 0))
    info.linkname = str(entry.get("target", "")).lstrip("/") if kind == "hardlink" else str(entry.get("target", ""))
    info.devmajor, info.devminor = entry.get("device", (0, 0))
    xattrs = {key: base64.b64decode(value).decode("utf-8", "surrogateescape") for key, value in entry.get("xattrs", {}).items()}
    info.pax_headers = {"SCHILY.xattr." + key: value for key, value in xattrs.items()}
    if kind != "file":
        return info, None
    content = _content(entry)
    info.size = len(content)
    return info, io.BytesIO(content)


def _content(entry: Description) -> bytes:
    if "elf" in entry:
        try:
            return minimal_elf(**entry["elf"])
        except (KeyError, TypeError) as error:
            raise RuleError(f"example: elf: unknown key {error}") from error
    return base64.b64decode(entry["base64"]) if "base64" in entry else str(entry.get("text", "")).encode()


class _Maker:
    """Holds the parts of an archive between making and damaging them."""

    def __init__(self, description: Description) -> None:
        entries: list[list[Description]] = description.get("layers", [])
        self._tars = [layer_tar(layer) for layer in entries]
        self._config: Description = {
            "architecture": description.get("architecture", "amd64"),
            "os": "linux",
            "config": _run_config(description.get("config", {})),
            "rootfs": {"type": "layers", "diff_ids": [_digest(tar) for tar in self._tars]},
            "history": _history(description, len(self._tars)),
        }
        self._reference = description.get("reference", "example:1")
        self._layer_types = [OCI_LAYER] * len(self._tars)
        self._platform = {"os": "linux", "architecture": description.get("architecture", "amd64")}
        self._extra: Members = []
        self._edit_config: Callable[[str], str] = lambda text: text
        self._after: list[Callable[[Members], Members]] = []

    def damage(self, damage: Description) -> None:
        """Do one kind of damage."""
        kind, layer = str(damage.get("kind")), int(damage.get("layer", 0))
        how = getattr(self, "_damage_" + kind.replace("-", "_"), None)
        if how is None:
            raise RuleError(f"example: unknown damage {kind!r}")
        how(layer, damage)

    def archive(self) -> bytes:
        """The archive as a tar."""
        config = self._edit_config(json.dumps(self._config)).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": {"mediaType": OCI_CONFIG, "digest": _digest(config), "size": len(config)},
                "layers": [
                    {"mediaType": media_type, "digest": _digest(tar), "size": len(tar)}
                    for media_type, tar in zip(self._layer_types, self._tars, strict=True)
                ],
            }
        ).encode()
        descriptor = {
            "mediaType": OCI_MANIFEST,
            "digest": _digest(manifest),
            "size": len(manifest),
            "platform": self._platform,
            "annotations": {"org.opencontainers.image.ref.name": self._reference},
        }
        members: Members = [("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')]
        members.append(("index.json", json.dumps({"schemaVersion": 2, "manifests": [descriptor]}).encode()))
        members += [(_blob_name(blob), blob) for blob in dict.fromkeys([manifest, config, *self._tars])]
        members += self._extra
        for change in self._after:
            members = change(members)
        return _tar_of(members)

    # -- damage --------------------------------------------------------------------------------------------------------

    def _replace_layer(self, layer: int, change: Callable[[bytes], bytes | None]) -> None:
        """Change a layer's stored bytes while all that refers to it stays as it was."""
        name = _blob_name(self._tars[layer])

        def replaced(members: Members) -> Members:
            changed = [(member, change(data) if member == name else data) for member, data in members]
            return [(member, data) for member, data in changed if data is not None]

        self._after.append(replaced)

    def _damage_change_layer(self, layer: int, _: Description) -> None:
        self._replace_layer(layer, lambda data: data[:512] + bytes([data[512] ^ 1]) + data[513:])

    def _damage_truncate_layer(self, layer: int, _: Description) -> None:
        self._replace_layer(layer, lambda data: data[:600])

    def _damage_remove_layer(self, layer: int, _: Description) -> None:
        self._replace_layer(layer, lambda _: None)

    def _damage_wrong_diff_id(self, layer: int, _: Description) -> None:
        self._config["rootfs"]["diff_ids"][layer] = _digest(b"something else")

    def _set_tar(self, layer: int, tar: bytes) -> None:
        self._tars[layer] = tar
        self._config["rootfs"]["diff_ids"][layer] = _digest(tar)

    def _damage_trailing_data(self, layer: int, _: Description) -> None:
        self._set_tar(layer, self._tars[layer] + b"hidden".ljust(512, b"\0"))

    def _damage_two_sizes(self, layer: int, _: Description) -> None:
        """A PAX size that is right in front of a ustar size that is not."""
        tar = self._tars[layer]
        size = int(tar[124:135], 8)
        body = _pax_record("size", str(size))
        pax = tarfile.TarInfo("PaxHeaders/size")
        pax.type, pax.size = tarfile.XHDTYPE, len(body)
        header = bytearray(tar[:512])
        header[124:136] = b"%011o\0" % 0
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        self._set_tar(layer, pax.tobuf(tarfile.USTAR_FORMAT) + body.ljust(512, b"\0") + bytes(header) + tar[512:])

    def _damage_extra_member(self, _: int, damage: Description) -> None:
        self._extra.append((str(damage.get("name", "extra")), b"\1\2\3 nobody refers to this"))

    def _damage_duplicate_member(self, _: int, __: Description) -> None:
        self._after.append(lambda members: [*members, members[1]])

    def _damage_key_collision(self, _: int, __: Description) -> None:
        """The run config in two spellings: Docker's reader merges them, others take the exact one."""
        self._edit_config = lambda text: '{"Config": {"Entrypoint": ["/other"]}, ' + text[1:]

    def _damage_encrypt_layer(self, layer: int, _: Description) -> None:
        self._layer_types[layer] = OCI_LAYER + "+gzip+encrypted"

    def _damage_wrong_media_type(self, layer: int, _: Description) -> None:
        self._layer_types[layer] = OCI_LAYER + "+gzip"

    def _damage_no_history(self, _: int, __: Description) -> None:
        self._config["history"] = []

    def _damage_wrong_platform(self, _: int, __: Description) -> None:
        self._platform = {"os": "linux", "architecture": "arm64"}


def _run_config(config: Description) -> Description:
    unknown = set(config) - _CONFIG.keys()
    if unknown:
        raise RuleError(f"example: unknown config key {sorted(unknown)[0]!r}; expected one of: {', '.join(_CONFIG)}")
    run: Description = {_CONFIG[key]: value for key, value in config.items()}
    if "healthcheck" in config:
        run["Healthcheck"] = {"Test": config["healthcheck"]}
    for key in ("Volumes", "ExposedPorts"):
        if key in run:
            run[key] = {item: {} for item in run[key]}
    return run


def _history(description: Description, layers: int) -> list[Description]:
    return [{"created_by": text} for text in description.get("history", [f"COPY layer-{number} / # buildkit" for number in range(layers)])]


def _pax_record(key: str, value: str) -> bytes:
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length = len(str(length)) + len(key) + len(value) + 3
    return f"{length} {key}={value}\n".encode()


def _tar_of(members: Members) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _blob_name(data: bytes) -> str:
    return "blobs/sha256/" + hashlib.sha256(data).hexdigest()
