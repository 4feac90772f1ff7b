"""Docker archives with an OCI index, as apko writes them.

They have no oci-layout and no blobs folder, so no tool reads them as a layout; the index names the images' registry manifests.
"""

from __future__ import annotations

from imginspect.archive.docker_archive import DOCKER_ARCHIVE, has_docker_manifest, names_of_blobs
from imginspect.archive.layout import Layout, Probe
from imginspect.archive.oci_layout import has_index
from imginspect.archive.two_listings import read_both
from imginspect.errors import ImgInspectError
from imginspect.oci.document import JsonObject


def _detect(probe: Probe) -> str | None:
    return "" if has_index(probe) and has_docker_manifest(probe) and _is_index(probe) else None


def _is_index(probe: Probe) -> bool:
    try:
        value = probe.value("index.json")
    except ImgInspectError:
        return True  # a damaged one is not to be lost
    return isinstance(value, JsonObject) and any(value.has(key) for key in ("manifests", "mediaType", "schemaVersion"))


LAYOUT = Layout(
    "docker archive with an OCI index",
    _detect,
    read=lambda reader, _wanted, _scope: read_both(reader, names_of_blobs(reader)),
    prefixes=(DOCKER_ARCHIVE,),
)
