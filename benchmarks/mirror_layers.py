"""Writes the layers of a synthetic mirror into its pool of blobs: gzip level 6, as a registry has them."""

from __future__ import annotations

import hashlib
import io
import os
import random
import string
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib
from layer_recipes import hello_program
from mirror_plan import LayerRecipe
from mirror_stock import Stock

_MTIME = 1_704_067_200
_LARGE = 4_000_000
_WEIGHTS = {
    "base": (("text", 30), ("data", 25), ("python", 15), ("library", 18), ("program", 12)),
    "middle": (("python", 70), ("text", 15), ("data", 10), ("library", 20)),
    "own": (("python", 60), ("text", 25), ("data", 15)),
    "arm": (("python", 60), ("text", 40)),
}
_MEDIAN_FILE = {"text": 8_000, "python": 9_000, "data": 8_000, "program": 80_000, "library": 90_000}
MADE_UP_KEY = "AKIAQ7RZT3XVBWNM5KD2"
"""Made up for this generator: nothing answers to it."""


@dataclass(frozen=True)
class LayerFacts:
    """One stored layer: *size* is what is uncompressed, *on_disk* what is there of its *stored* bytes (less where damaged)."""

    name: str
    digest: str
    diff_id: str
    stored: int
    size: int
    entries: int
    on_disk: int


class BlobSink:
    """A file that gzips what is written and knows the digests of both sides."""

    def __init__(self, path: Path, *, quick: bool) -> None:
        """*quick* packs large layers at the speed of the disk, 5 to 10 percent larger than gzip does."""
        self._file = path.open("wb")
        self._packer = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31) if quick else zlib.compressobj(6, zlib.DEFLATED, 31)
        self._blob, self._diff = hashlib.sha256(), hashlib.sha256()
        self.size = self.stored = 0

    def write(self, data: bytes) -> int:
        """Takes the next bytes of the tar."""
        self.size += len(data)
        self._diff.update(data)
        self._store(self._packer.compress(data))
        return len(data)

    def close(self) -> tuple[str, str]:
        """The digest of the blob and the diff_id."""
        self._store(self._packer.flush())
        self._file.close()
        return self._blob.hexdigest(), "sha256:" + self._diff.hexdigest()

    def _store(self, packed: bytes) -> None:
        self._blob.update(packed)
        self.stored += len(packed)
        self._file.write(packed)


class LayerTree:
    """The tar of one layer: adds a path's directories before it, each once."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._seen: set[str] = set()
        self.entries = self.bytes = 0

    def directory(self, name: str) -> None:
        """The directory and those above it."""
        for end in [i for i, c in enumerate(name) if c == "/"] + [len(name)]:
            part = name[:end]
            if part and part not in self._seen:
                self._seen.add(part)
                self._add(part, tarfile.DIRTYPE, 0o755, b"")

    def file(self, name: str, content: bytes, mode: int = 0o644) -> str:
        """The file, under a name that the layer does not have yet."""
        name = name.lstrip("/")
        stem, dot, suffix = name.rpartition(".")
        number = 1
        while name in self._seen:
            number += 1
            name = f"{stem}-{number}.{suffix}" if dot and "/" not in suffix else f"{stem}{dot}{suffix}-{number}"
        self.directory(name.rpartition("/")[0])
        self._seen.add(name)
        self._add(name, tarfile.REGTYPE, mode, content)
        return name

    def _add(self, name: str, kind: bytes, mode: int, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.size, info.mtime = kind, mode, len(content), _MTIME
        self._tar.addfile(info, io.BytesIO(content) if content else None)
        self.entries += 1
        self.bytes += 512 + (len(content) + 511) // 512 * 512


def make_layer(recipe: LayerRecipe, stock: Stock, seed: int, pool: Path) -> LayerFacts:
    """Writes the layer into *pool* under its digest, damaged where the recipe says so. The same every time."""
    partial = pool / f"{recipe.name}.{os.getpid()}.partial"
    sink = BlobSink(partial, quick=recipe.size > _LARGE)
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        tree = LayerTree(tar)
        _fill(tree, recipe, stock, random.Random(f"{seed}/layer/{recipe.name}"))
    digest, diff_id = sink.close()
    if recipe.damage == "not-gzip":
        garbage = partial.read_bytes()[:10] + random.Random(digest).randbytes(max(64, sink.stored - 10))
        partial.write_bytes(garbage)
        digest = hashlib.sha256(garbage).hexdigest()
    stored = partial.stat().st_size
    _damage(partial, recipe.damage)
    on_disk = partial.stat().st_size if partial.exists() else 0
    if partial.exists():
        place = blob_path(pool, digest)
        place.parent.mkdir(exist_ok=True)
        partial.replace(place)
    return LayerFacts(recipe.name, digest, diff_id, stored, sink.size, tree.entries, on_disk)


def blob_path(pool: Path, digest: str) -> Path:
    """Where the pool has the blob with these hex digits."""
    return pool / digest[:2] / digest


def _damage(path: Path, damage: str) -> None:
    if damage == "truncated-layer":
        os.truncate(path, max(20, path.stat().st_size * 2 // 3))
    elif damage == "wrong-digest":
        with path.open("r+b") as file:
            file.seek(4)  # the time in the gzip header: all of it can be read, it is just another blob
            file.write(b"\1\2\3\4")
    elif damage == "missing-layer":
        path.unlink()


def _fill(tree: LayerTree, recipe: LayerRecipe, stock: Stock, rng: random.Random) -> None:
    if recipe.role == "base":
        _system(tree, recipe, rng)
    elif recipe.role == "own":
        _start(tree, recipe)
    _flaw(tree, recipe)
    kinds, weights = zip(*_WEIGHTS["arm" if recipe.arm else recipe.role], strict=True)
    top = {"base": "", "middle": f"opt/runtime-{recipe.name.partition('-')[2]}/lib/python3.11/site-packages", "own": "app/lib"}[recipe.role]
    listed = []
    while (left := recipe.size - tree.bytes) > 1_024:
        kind = rng.choices(kinds, weights)[0]
        size = int(min(left, max(200, _MEDIAN_FILE[kind] * rng.lognormvariate(0, 1.4))))
        path, content = stock.draw(rng, kind, size)
        mode = 0o755 if kind == "program" else 0o644
        listed.append(tree.file(_placed(top, path), content, mode))
        if recipe.role == "base" and len(listed) >= 40:
            _package(tree, recipe, listed, rng)
            listed = []


def _placed(top: str, path: str) -> str:
    if not top:
        return path.removeprefix("/")
    return f"{top}/{'/'.join(path.split('/')[-3:])}"


def _system(tree: LayerTree, recipe: LayerRecipe, rng: random.Random) -> None:
    program = bytearray(hello_program())
    if recipe.arm:
        program[18:20] = (183).to_bytes(2, "little")
    for name in ("bin/sh", "usr/bin/python3"):
        tree.file(name, bytes(program), 0o755)
    tree.file("etc/os-release", f'ID=debian\nVERSION_ID="12"\nBUILD_ID={recipe.name}-{rng.randrange(10**6)}\n'.encode())
    tree.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000::/app:/bin/sh\n")


def _package(tree: LayerTree, recipe: LayerRecipe, files: list[str], rng: random.Random) -> None:
    """What dpkg knows of some files, in the form of images without dpkg itself: a file for each package."""
    name = f"lib{recipe.name.replace('-', '')}{tree.entries}"
    version = f"{rng.randrange(9)}.{rng.randrange(40)}-{rng.randrange(9)}"
    status = (
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\nDescription: part of {recipe.name}\n\n"
    )
    tree.file(f"var/lib/dpkg/status.d/{name}", status.encode())
    tree.file(f"var/lib/dpkg/info/{name}.list", "".join(f"/{file}\n" for file in files).encode())


def _start(tree: LayerTree, recipe: LayerRecipe) -> None:
    fetch = "curl -fsSL https://downloads.example.org/model.bin -o /tmp/model.bin\n" if recipe.flaw == "fetch" else ""
    tree.file("app/start.sh", f"#!/bin/sh\n# {recipe.name}\nset -e\n{fetch}exec python3 /app/main.py\n".encode(), 0o755)
    program = f'import csv\nimport sys\n\nBUILD = "{recipe.name}"\nprint(BUILD, sum(1 for _ in csv.reader(sys.stdin)))\n'
    tree.file("app/main.py", program.encode())
    if recipe.flaw != "mount":
        for name in ("safe_data", "safe_outputs", "scratch"):
            tree.directory(name)


def _flaw(tree: LayerTree, recipe: LayerRecipe) -> None:
    if recipe.flaw == "credential":
        letters = string.ascii_letters + string.digits + "+/"
        secret = random.Random(f"key/{recipe.name}").choices(letters, k=40)
        text = f"[default]\naws_access_key_id = {MADE_UP_KEY}\naws_secret_access_key = {''.join(secret)}\n"
        tree.file("srv/deploy/aws.ini" if recipe.role == "base" else "app/.aws/credentials", text.encode())
    elif recipe.flaw == "mount" and recipe.role == "base":
        tree.file("safe_data/reference/table.csv", b"id,value\n1,2\n")
