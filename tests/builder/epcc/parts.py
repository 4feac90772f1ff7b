"""What the samples are put together from: stand-ins for their bases, packages, and build steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imginspect.scan.minimal_elf import minimal_elf
from tests.builder.entries import Entry, directory, file, symlink
from tests.builder.image import ImageBuilder

LOADER = "/lib64/ld-linux-x86-64.so.2"
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MKDIR = "RUN /bin/sh -c mkdir /safe_data /safe_outputs /scratch # buildkit"
MOUNTS = [directory("/safe_data"), directory("/safe_outputs"), directory("/scratch")]
TOOLS = (
    "awk basename bash cat chmod chown cp cut date dash dirname env find grep head id install ls mkdir mktemp mv rm sed sleep sort tail "
    "tee touch tr true uname"
)
ROOTFS = "ADD rootfs.tar.xz / # buildkit"


def text(path: str, content: str, mode: int = 0o644, **more: Any) -> Entry:
    return file(path, content.encode(), mode=mode, **more)


def compiled(path: str, *needed: str) -> Entry:
    """A program that needs the C library and *needed*."""
    return file(path, minimal_elf(interpreter=LOADER, needed=["libc.so.6", *needed]), mode=0o755)


def library(path: str) -> Entry:
    return file(path, minimal_elf(kind="shared"), mode=0o644)


def system(name: str, version: str, *accounts: str) -> list[Entry]:
    """Debian or Ubuntu with a merged /usr: loader, C library, shells and tools, and a package database that owns them."""
    programs = [f"/usr/bin/{tool}" for tool in TOOLS.split()]
    return [
        *(symlink(f"/{folder}", f"usr/{folder}") for folder in ("bin", "lib", "lib64", "sbin")),
        library(f"{LIBRARIES}/libc.so.6"),
        file(f"{LIBRARIES}/ld-linux-x86-64.so.2", minimal_elf(kind="shared"), mode=0o755),
        symlink("/usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        *(compiled(path) for path in programs),
        symlink("/usr/bin/sh", "dash"),
        text("/etc/os-release", f'ID={name}\nVERSION_ID="{version}"\n'),
        text("/etc/passwd", "".join(f"{line}\n" for line in ("root:x:0:0:root:/root:/bin/bash", *accounts))),
        text("/etc/group", "root:x:0:\n" + "".join(f"{line.split(':')[0]}:x:{line.split(':')[3]}:\n" for line in accounts)),
        directory("/root", mode=0o700),
        directory("/tmp", mode=0o1777),
        *packaged("coreutils", *programs),
    ]


def packaged(name: str, *paths: str) -> list[Entry]:
    """The record of a Debian package that owns *paths*, as the images without a status file keep it."""
    status = f"Package: {name}\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n"
    return [
        text(f"/var/lib/dpkg/status.d/{name}", status),
        text(f"/var/lib/dpkg/info/{name}.list", "".join(f"{path}\n" for path in paths)),
    ]


def python(prefix: str, version: str) -> list[Entry]:
    """Python with a few of its own modules."""
    modules = ("argparse", "csv", "io", "json/__init__", "os", "pathlib", "re", "subprocess")
    return [
        compiled(f"{prefix}/bin/python{version}"),
        symlink(f"{prefix}/bin/python3", f"python{version}"),
        symlink(f"{prefix}/bin/python", "python3"),
        *(text(f"{prefix}/lib/python{version}/{module}.py", '"""A module of Python."""\n') for module in modules),
    ]


def package(site: str, name: str, licence: str, **modules: str) -> list[Entry]:
    """An installed Python package."""
    info = f"{site}/{name}-2.2.1.dist-info"
    files = [text(f"{site}/{name}/{module}.py", content) for module, content in modules.items()]
    paths = [f"{name}/{module}.py,," for module in modules]
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.2.1\nLicense: {licence}\n"
    return [
        *files,
        text(f"{info}/METADATA", metadata),
        text(f"{info}/RECORD", "\n".join([*paths, f"{name}-2.2.1.dist-info/METADATA,,", ""])),
    ]


def based(layers: Sequence[list[Entry]], steps: Sequence[str], **config: Any) -> ImageBuilder:
    """An image of *layers*, each made by the step of the same place."""
    image = ImageBuilder()
    for layer, step in zip(layers, steps, strict=True):
        image = image.layer(*layer, created_by=step)
    return image.config(**config)


def run(command: str) -> str:
    return f"RUN /bin/sh -c {command} # buildkit"


def copied(what: str, where: str) -> str:
    return f"COPY {what} {where} # buildkit"
