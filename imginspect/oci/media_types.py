"""Media types and their meaning.

Source: OCI image-spec, media-types.md; Docker registry, image manifest version 2 schema 1 and 2.
"""

from __future__ import annotations

INDEXES = frozenset({"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"})
MANIFESTS = frozenset({"application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"})
IMAGE_CONFIGS = frozenset({"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"})
EMPTY = "application/vnd.oci.empty.v1+json"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
"""Of release candidates of image-spec 1.1; ORAS before 1.0 wrote it."""
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"

BUILD_CACHE = "application/vnd.buildkit.cacheconfig"

_KINDS = (
    ("application/vnd.cncf.helm.", "Helm chart"),
    ("application/vnd.wasm.", "WebAssembly module"),
    ("application/vnd.module.wasm", "WebAssembly module"),
    ("application/wasm", "WebAssembly module"),
    ("application/vnd.in-toto", "attestation"),
    ("application/vnd.docker.attestation", "attestation"),
    ("application/vnd.dsse.envelope", "attestation"),
    ("application/vnd.dev.cosign.", "signature"),
    ("application/vnd.dev.sigstore.", "signature"),
    ("application/vnd.cncf.notary.", "signature"),
    ("application/spdx", "software bill of materials"),
    ("application/vnd.cyclonedx", "software bill of materials"),
    ("text/spdx", "software bill of materials"),
    ("application/vnd.syft", "software bill of materials"),
    (BUILD_CACHE, "build cache"),
    ("application/vnd.buildkit.", "record of a build"),
    ("application/vnd.sylabs.sif", "Singularity image"),
    ("application/vnd.docker.plugin", "Docker plugin"),
    ("application/vnd.docker.ai.", "model artefact"),
    ("application/vnd.ollama.", "model artefact"),
    ("application/vnd.cncf.model", "model artefact"),
    ("application/vnd.unknown.config", "artefact"),
)
_SAYS_NOTHING = frozenset({EMPTY, "application/octet-stream", "application/json", "text/plain"})


def artefact_kind(media_type: str) -> str | None:
    """What kind of thing that is no container image *media_type* names, in words; None where it names none we know."""
    lowered = media_type.lower()
    for start, kind in _KINDS:
        if lowered.startswith(start):
            return kind
    return None


def artefact_name(*stated: str) -> str:
    """What an artefact is called whose media types are *stated*, the most telling one first."""
    for media_type in stated:
        if kind := artefact_kind(media_type):
            return kind
    named = next((media_type for media_type in stated if media_type and media_type not in _SAYS_NOTHING), "")
    return f"artefact of type {named}" if named else "artefact"


def says_nothing(media_type: str) -> bool:
    """Whether *media_type* is such that a config of an image may have it, and one of something else too."""
    return not media_type or media_type in _SAYS_NOTHING


def is_layer_tar(media_type: str) -> bool:
    """Whether *media_type* names the tar of an image layer, in any compression."""
    return (
        media_type.startswith(
            (
                "application/vnd.oci.image.layer.",
                "application/vnd.docker.image.rootfs.diff.",
                "application/vnd.docker.image.rootfs.foreign.diff.",
            )
        )
        or media_type == "application/vnd.docker.container.image.rootfs.diff+x-gtar"
    )


def file_system_said(media_type: str) -> str:
    """The file system that *media_type* states for a layer (EROFS or SquashFS), or the empty string."""
    lowered = media_type.lower()
    return next((name for name in ("EROFS", "SquashFS") if name.lower() in lowered), "")


def is_encrypted(media_type: str) -> bool:
    """Whether *media_type* says that the blob is encrypted (containers/ocicrypt)."""
    return media_type.endswith("+encrypted")


def is_foreign(media_type: str) -> bool:
    """Whether *media_type* names a layer that is not distributed with the image."""
    return ".nondistributable." in media_type or ".foreign." in media_type


def compression_said(media_type: str) -> str | None:
    """The compression that *media_type* states (plain, gzip or zstd), or None where it states none.

    A layer of schema 1 (``+x-gtar``) has whatever compression it has.
    """
    base = media_type.removesuffix("+encrypted")
    if base.endswith(("gzip", ".gz")):
        return "gzip"
    if base.endswith("zstd"):
        return "zstd"
    if base.endswith("tar") and not base.endswith("gtar"):
        return "plain"
    return None
