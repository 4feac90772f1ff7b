"""ImageConfig: what a container made from the image would run, as whom and where; and how the image was built."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.errors import ImageError
from imginspect.oci.digest import Digest, InvalidDigest
from imginspect.oci.document import JsonObject, Value, folded, text, text_map, texts
from imginspect.oci.platform import Platform


class InvalidConfig(ImageError):
    """A config that lacks what it must have."""


class HistoryEntry(NamedTuple):
    """One build step as the config records it. An *empty_layer* step changed only the config."""

    created_by: str = ""
    created: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


class Healthcheck(NamedTuple):
    """The command that tells whether the container is well; ``("NONE",)`` turns off an inherited one."""

    test: tuple[str, ...]


class ImageConfig(NamedTuple):
    """Everything that the config says about running and building the image. Absent fields are empty."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    created: str = ""
    author: str = ""
    user: str = ""
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    shell: tuple[str, ...] = ()
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    volumes: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    on_build: tuple[str, ...] = ()
    args_escaped: bool = False
    diff_ids: tuple[Digest, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    unread_fields: tuple[str, ...] = ()
    """Fields that this tool gives no meaning to, so that a report can say that they are there."""

    @property
    def platform(self) -> Platform:
        """The platform that the config states."""
        return Platform(self.os, self.architecture, self.variant)

    @property
    def has_history(self) -> bool:
        """Whether the config says how the image was built."""
        return bool(self.history)


_TOP = frozenset(
    {"architecture", "os", "variant", "created", "author", "config", "rootfs", "history", "os.version", "os.features", "container"}
    | {"container_config", "docker_version", "id", "parent", "parent_id", "layer_id", "checksum", "size", "throwaway", "comment"}
    | {"moby.buildkit.buildinfo.v1", "moby.buildkit.cache.v0"}
)
_RUN = frozenset(
    {"user", "env", "entrypoint", "cmd", "workingdir", "shell", "stopsignal", "stoptimeout", "healthcheck", "volumes", "exposedports"}
    | {"labels", "onbuild", "argsescaped", "hostname", "domainname", "attachstdin", "attachstdout", "attachstderr", "tty", "openstdin"}
    | {"stdinonce", "image", "networkdisabled", "macaddress", "memory", "memoryswap", "cpushares", "cpuset", "portspecs", "volumesfrom"}
)


def parse_config(document: JsonObject, what: str = "config") -> ImageConfig:
    """The image config in *document*, in the reading that *document* has.

    Raises: InvalidConfig - fields of the wrong kind, or a bad diff_id
    Source: OCI image-spec, config.md; Docker image specification v1.2
    """
    run = _object(document.get("config"), what, "config")
    root = _object(document.get("rootfs"), what, "rootfs")
    diff_ids = root.get("diff_ids") or []
    if not isinstance(diff_ids, list):
        raise InvalidConfig(f"{what}: rootfs.diff_ids is not a list")
    try:
        parsed_diff_ids = tuple(Digest.parse(item) for item in diff_ids)
    except InvalidDigest as error:
        raise InvalidConfig(f"{what}: rootfs.diff_ids: {error}") from error
    check = run.get("Healthcheck")
    return ImageConfig(
        os=text(document.get("os")),
        architecture=text(document.get("architecture")),
        variant=text(document.get("variant")),
        created=text(document.get("created")),
        author=text(document.get("author")),
        user=text(run.get("User")),
        env=texts(run.get("Env")),
        entrypoint=texts(run.get("Entrypoint")),
        cmd=texts(run.get("Cmd")),
        working_dir=text(run.get("WorkingDir")),
        shell=texts(run.get("Shell")),
        stop_signal=text(run.get("StopSignal")),
        healthcheck=Healthcheck(texts(check.get("Test"))) if isinstance(check, JsonObject) else None,
        volumes=_keys(run.get("Volumes")),
        exposed_ports=_keys(run.get("ExposedPorts")),
        labels=text_map(run.get("Labels")),
        on_build=texts(run.get("OnBuild")),
        args_escaped=run.get("ArgsEscaped") is True,
        diff_ids=parsed_diff_ids,
        history=parse_history(document.get("history")),
        unread_fields=_unread(document, run),
    )


def parse_history(value: Value) -> tuple[HistoryEntry, ...]:
    """The history entries in *value*, oldest first."""
    if not isinstance(value, list):
        return ()
    items = (JsonObject([]) if item is None else item for item in value)  # as Go reads null
    return tuple(
        HistoryEntry(
            created_by=text(item.get("created_by")),
            created=text(item.get("created")),
            author=text(item.get("author")),
            comment=text(item.get("comment")),
            empty_layer=item.get("empty_layer") is True,
        )
        for item in items
        if isinstance(item, JsonObject)
    )


def _object(value: Value, what: str, field: str) -> JsonObject:
    if value is None:
        return JsonObject([])
    if not isinstance(value, JsonObject):
        raise InvalidConfig(f"{what}: {field} is not an object")
    return value


def _keys(value: Value) -> tuple[str, ...]:
    """The keys of an object used as a set, or the strings of a list (some tools write one)."""
    return tuple(sorted(key for key, _ in value.items())) if isinstance(value, JsonObject) else texts(value)


def _unread(document: JsonObject, run: JsonObject) -> tuple[str, ...]:
    top = [key for key, _ in document.pairs if folded(key) not in _TOP]
    inner = [f"config.{key}" for key, _ in run.pairs if folded(key) not in _RUN]
    return tuple(sorted(set(top + inner)))
