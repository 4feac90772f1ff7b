"""Descriptor: a typed pointer to a blob, as manifests and indexes hold it."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.errors import ImageError
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, Value, text, text_map, texts, whole_number
from imginspect.oci.platform import Platform


class InvalidManifest(ImageError):
    """A manifest or index that lacks what it must have."""


class Descriptor(NamedTuple):
    """Media type, digest and size in bytes of a blob as stored; *size* is None where the descriptor does not say."""

    media_type: str
    digest: Digest
    size: int | None = None
    annotations: tuple[tuple[str, str], ...] = ()
    platform: Platform | None = None
    artifact_type: str = ""
    urls: tuple[str, ...] = ()

    @classmethod
    def parse(cls, value: Value, what: str) -> Descriptor:
        """The descriptor in *value*.

        Raises: InvalidManifest, InvalidDigest
        Source: OCI image-spec, descriptor.md
        """
        if not isinstance(value, JsonObject):
            raise InvalidManifest(f"{what}: expected a descriptor, found {type(value).__name__}")
        return cls(
            media_type=text(value.get("mediaType")),
            digest=Digest.parse(value.get("digest")),
            size=whole_number(value.get("size")),
            annotations=text_map(value.get("annotations")),
            platform=parse_platform(value.get("platform")),
            artifact_type=text(value.get("artifactType")),
            urls=texts(value.get("urls")),
        )

    def annotation(self, name: str) -> str:
        """The annotation *name*, or the empty string."""
        return dict(self.annotations).get(name, "")


def parse_platform(value: Value) -> Platform | None:
    """The platform object of a descriptor, if it has one."""
    if not isinstance(value, JsonObject):
        return None
    return Platform(text(value.get("os")), text(value.get("architecture")), text(value.get("variant")))
