"""Mirrors for the tests of whole runs: a registry's storage with shared layers, archives beside it, and what is broken in every way."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.image_builder import (
    ImageBuilder,
    file,
    flip_byte,
    member_names,
    multi_platform,
    noise,
    replace_member,
    script,
    several,
    sha,
    write,
)

SECRET = "AKIA" + "QYLPMN5HFIQR7BBZ"
TOKEN = "ghp_" + "n3Vq8Zt1Kx5Lw9Rb2Yc7Md4Pf6Sg0HjTQaEz"
NAMED = "xoxb-" + "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"
APPS = 8
BADGE = 5
"""The image with something that only rules of one's own know."""
BROKEN = {  # what is broken, and what becomes of it
    "truncated.tar": ("incomplete", "not-inspected"),
    "garbage.tar": ("not-inspected",),
    "zip.tar": ("not-inspected",),
    "flipped.tar": ("fail",),
    "nomanifest.tar": ("not-inspected",),
    "noblob.tar": ("incomplete", "fail"),
    "badindex.tar": ("not-inspected",),
    "badconfig.tar": ("fail", "incomplete", "not-inspected"),
}


class Mirrors(NamedTuple):
    """*registry*: images that share layers. *archives*: some of the same as files. *broken*: see BROKEN. *platforms*: one name for two.
    *all_of_it* holds them all."""

    registry: Path
    archives: Path
    broken: Path
    platforms: Path
    all_of_it: Path


def base() -> ImageBuilder:
    return (
        ImageBuilder()
        .layer(*script("/run"), file("/etc/passwd", b"root:x:0:0::/:/bin/sh\n"), file("/base.txt", b"base" * 5000))
        .layer(*(file(f"/usr/share/{number}.txt", noise(str(number), 3000)) for number in range(40)))
        .config(entrypoint=["/run"], user="1000")
    )


def app(number: int) -> ImageBuilder:
    badge = b"house-5647382910564738\n" if number == BADGE else b""
    return base().layer(file("/own.txt", f"{number}\n".encode() * 100 + badge)).reference(f"lib/app{number}:1")


def leaky(name: str = "lib/leaky:1") -> ImageBuilder:
    """Credentials in a file and in the config."""
    content = f"[default]\naws_access_key_id = {SECRET}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzabcdEFGH\n".encode()
    made = base().layer(file("/root/.aws/credentials", content), created_by=f"RUN curl -H 'token: {TOKEN}' x")
    return made.config(entrypoint=["/run"], user="1000", env=["PATH=/bin", f"GITHUB_TOKEN={TOKEN}"]).reference(name)


def named(name: str = "lib/named:1") -> ImageBuilder:
    """A credential in the name of a file."""
    return base().layer(file(f"/srv/{NAMED}.txt", b"x")).reference(name)


def make(top: Path) -> Mirrors:
    top = top / "all"
    registry, archives, broken, platforms = (top / name for name in ("registry", "archives", "broken", "platforms"))
    for folder in (registry, archives, broken, platforms):
        folder.mkdir(parents=True)
    write_registry(registry)
    app(1).save(archives / "one.tar", "docker")
    app(20).save(archives / "twenty.tar.gz", "oci", whole="gz")
    (archives / "layout").mkdir()
    write(several([app(30), app(31), app(30).reference("lib/app30:other")]), archives / "layout", "oci-dir")
    write_broken(broken)
    write(multi_platform({"linux/amd64": app(40), "linux/arm64": app(41)}, "lib/both:1"), platforms / "both.tar", "oci")
    return Mirrors(registry, archives, broken, platforms, top)


def write_registry(folder: Path, apps: int = APPS) -> Path:
    for number in range(apps):
        app(number).save(folder, "registry")
    app(0).reference("lib/app0:latest").save(folder, "registry")
    leaky().save(folder, "registry")
    named().save(folder, "registry")
    return folder


def write_broken(folder: Path) -> Path:
    image = app(50)
    whole = image.bytes("oci")
    (folder / "truncated.tar").write_bytes(whole[: len(whole) // 2])
    (folder / "garbage.tar").write_bytes(noise("garbage", 20_000))
    with zipfile.ZipFile(folder / "zip.tar", "w") as archive:
        archive.writestr("index.json", "{}")
    image.save(folder / "flipped.tar", "oci")
    blob = f"blobs/sha256/{sha(image.layer_blobs('gzip')[2])}"
    flip_byte(folder / "flipped.tar", 4, blob)  # the time in its gzip header
    image.without_blob(1).save(folder / "noblob.tar", "oci")
    (folder / "nomanifest.tar").write_bytes(ImageBuilder().layer(file("/x", b"x")).tars[0])
    image.save(folder / "badindex.tar", "oci")
    replace_member(folder / "badindex.tar", "index.json", b'{"manifests": [')
    app(51).config_json(b"no JSON").save(folder / "badconfig.tar", "oci")
    return folder


def layer_files(registry: Path) -> dict[Path, int]:
    """The blobs below *registry* that are layers of images, with their sizes."""
    found: dict[Path, int] = {}
    blobs = registry / "docker/registry/v2/blobs/sha256"
    for path in blobs.glob("*/*/data"):
        data = path.read_bytes()
        if data[:1] != b"{":
            continue
        for layer in json.loads(data).get("layers", []):
            digest = layer["digest"].removeprefix("sha256:")
            place = blobs / digest[:2] / digest / "data"
            found[place] = place.stat().st_size
    return found


__all__ = ["APPS", "BROKEN", "NAMED", "SECRET", "TOKEN", "Mirrors", "app", "base", "layer_files", "leaky", "make", "member_names", "named"]
