"""The minimum work of any image inspector, as a program to time: ``python benchmarks/floor.py IMAGE [--json]``.

Every layer's blob digest and diff_id has to be computed, so a gzip layer costs one decompression and two SHA-256 runs. Here one thread
decompresses and hashes the blob, and another hashes the result. Nothing else is done: no tar is parsed and no file is read. A plain layer
is read and hashed once. The inspector's times are given as ratios to this program's on the same machine, because absolute times say more
about the machine. The digests are compared with the image's own, so that a floor that skips work cannot pass for fast.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import queue
import sys
import tarfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from isal import igzip

if TYPE_CHECKING:
    from typing_extensions import Buffer

_open_gzip: Any = igzip.open  # has no types
_BUFFER = 4 << 20
_BUFFERS = 4


class FloorError(Exception):
    """The archive is not one that the floor can read, or a digest differs."""


@dataclass(frozen=True)
class Region:
    """Where one layer's blob lies in the archive, and what its digests should be."""

    offset: int
    size: int
    digest: str
    diff_id: str

    @property
    def is_plain(self) -> bool:
        return self.digest == self.diff_id


def layer_regions(image: Path) -> list[Region]:
    """The layers of *image* (OCI layout or ``docker save`` from Docker 25 on, in an uncompressed tar), base first."""
    with tarfile.open(image) as tar:
        members = {member.name.removeprefix("./"): member for member in tar if member.isreg()}

        def parsed(name: str) -> Any:
            file = tar.extractfile(members[name]) if name in members else None
            if file is None:
                raise FloorError(f"{image.name} has no {name}; only OCI layouts can be read, including that of docker save")
            return json.load(file)

        manifest = parsed(_blob_name(parsed("index.json")["manifests"][0]["digest"]))
        diff_ids = parsed(_blob_name(manifest["config"]["digest"]))["rootfs"]["diff_ids"]
        digests = [layer["digest"] for layer in manifest["layers"]]
        found = [members[_blob_name(digest)] for digest in digests]
    return [Region(m.offset_data, m.size, d, i) for m, d, i in zip(found, digests, diff_ids, strict=True)]


def _blob_name(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


class _HashedRegion(io.RawIOBase):
    """The bytes of one region of a file, hashed as they are read."""

    def __init__(self, file: BinaryIO, region: Region) -> None:
        file.seek(region.offset)
        self._file = file
        self._left = region.size
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fills *buffer* from the region and hashes what came; 0 at its end."""
        view = memoryview(buffer)[: self._left]
        size: int = self._file.readinto(view)  # type: ignore[attr-defined]
        self.hash.update(view[:size])
        self._left -= size
        return size


class Floor:
    """One pass over an image's layers in two threads; ``uncompressed`` counts the bytes of the layer tars."""

    def __init__(self, image: Path) -> None:
        self._image = image
        self._regions = layer_regions(image)
        self._free: queue.Queue[bytearray] = queue.Queue()
        self._full: queue.Queue[tuple[bytearray, int] | BaseException | None] = queue.Queue()
        self.uncompressed = 0
        for _ in range(_BUFFERS):
            self._free.put(bytearray(_BUFFER))

    def run(self) -> None:
        """Raises FloorError when a digest is not what the image says."""
        producer = threading.Thread(target=self._produce, daemon=True)
        producer.start()
        for region in self._regions:
            if not region.is_plain:
                _compare("diff_id", self._hash_expanded(), region.diff_id)
        producer.join()
        while not self._full.empty():
            self._next()

    def _produce(self) -> None:
        try:
            with self._image.open("rb", buffering=0) as file:
                for region in self._regions:
                    self._read_layer(_HashedRegion(file, region), region)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the other thread
            self._full.put(error)

    def _read_layer(self, stored: _HashedRegion, region: Region) -> None:
        if region.is_plain:
            buffer = bytearray(_BUFFER)
            while stored.readinto(buffer):
                pass
            self.uncompressed += region.size
        else:
            with _open_gzip(stored, "rb") as stream:
                while size := self._expand(stream):
                    self.uncompressed += size
            self._full.put(None)
        _compare("digest", stored.hash.hexdigest(), region.digest)

    def _expand(self, stream: BinaryIO) -> int:
        """Hands one buffer of expanded bytes to the other thread, as full as it gets; the number of bytes in it."""
        buffer = self._free.get()
        size: int = stream.readinto(buffer)  # type: ignore[attr-defined]
        if size:
            self._full.put((buffer, size))
        else:
            self._free.put(buffer)
        return size

    def _hash_expanded(self) -> str:
        expanded = hashlib.sha256()
        while (item := self._next()) is not None:
            buffer, size = item
            expanded.update(memoryview(buffer)[:size])
            self._free.put(buffer)
        return expanded.hexdigest()

    def _next(self) -> tuple[bytearray, int] | None:
        item = self._full.get()
        if isinstance(item, BaseException):
            raise item
        return item


def _compare(what: str, actual: str, expected: str) -> None:
    if f"sha256:{actual}" != expected:
        raise FloorError(f"{what} is sha256:{actual}, but the image says {expected}")


def main() -> int:
    """0, or 1 with a message when the image could not be read or its digests differ."""
    parser = argparse.ArgumentParser(description="Inflate and hash an image's layers, and do nothing else.")
    parser.add_argument("image", type=Path, metavar="IMAGE")
    parser.add_argument("--json", action="store_true", help="print the time without start-up and the uncompressed bytes")
    options = parser.parse_args()
    started = time.perf_counter()
    try:
        floor = Floor(options.image)
        floor.run()
    except FloorError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"wall": time.perf_counter() - started, "cpu": time.process_time(), "uncompressed": floor.uncompressed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
