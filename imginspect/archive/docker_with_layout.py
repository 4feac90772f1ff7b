"""Docker archives that are also an OCI image layout, as written by docker save since version 25."""

from __future__ import annotations

from imginspect.archive.docker_archive import DOCKER_ARCHIVE, has_docker_manifest
from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import Layout, Probe
from imginspect.archive.oci_layout import OCI_PREFIXES, blob_name, has_index, note_missing_mark
from imginspect.archive.stored import ListingScope, StoredImage
from imginspect.archive.two_listings import read_both


def _detect(probe: Probe) -> str | None:
    is_both = has_index(probe) and has_docker_manifest(probe)
    return "" if is_both and (probe.has_file("oci-layout") or "blobs" in probe.children()) else None


def _read(reader: Reader, _wanted: str | None, _scope: ListingScope) -> list[StoredImage]:
    images = read_both(reader, blob_name)
    note_missing_mark(reader)
    return images


LAYOUT = Layout("docker archive with an OCI image layout", _detect, _read, prefixes=(DOCKER_ARCHIVE, *OCI_PREFIXES))
