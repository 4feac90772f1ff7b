"""The layers of the benchmark's images: a tiny program, very many empty files, a Debian system, a Python tree, an application.

Public packages only, from wherever pip and apt are configured to get them; each recipe writes one uncompressed tar.
"""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

EMPTY_FILES = 200_000
_EMPTY_DIRECTORIES = 2_000
_MTIME = 1_704_067_200

_DEBIAN = ("python3", "perl", "git", "curl", "build-essential", "nodejs")

# About 1.6 GB in 50,000 files, of which one has 350 MB: the shape of a research image. No torch: its wheel on the package index
# carries half a gigabyte of CUDA, and tensorflow-cpu alone is 1.3 GB.
_PYTHON = (
    *("jax", "transformers", "scikit-learn", "scikit-image", "scipy", "pandas"),
    *("pyarrow", "statsmodels", "sympy", "matplotlib", "plotly", "jupyterlab"),
)


class RecipeError(Exception):
    """A layer could not be made; the message says what is missing."""


def tiny(out: Path) -> None:
    """One static program of 10 KB, as in Docker's hello-world."""
    with _new(out) as tar:
        _add(tar, "hello", hello_program(), 0o755)


def empty(out: Path) -> None:
    """200,000 empty files: what is left to pay for is the work per entry."""
    with _new(out) as tar:
        _add_parents(tar, PurePosixPath("srv/empty"))
        for directory in range(_EMPTY_DIRECTORIES):
            name = f"srv/empty/{directory:04}"
            _add_directory(tar, name)
            for file in range(EMPTY_FILES // _EMPTY_DIRECTORIES):
                _add(tar, f"{name}/{file:03}.txt", b"")


def debian(out: Path) -> None:
    """A Debian 12 system with the usual languages and a compiler."""
    program = shutil.which("mmdebstrap")
    if program is None:
        raise RecipeError("mmdebstrap is not installed; the large image needs it (Debian, Ubuntu: apt-get install mmdebstrap)")
    _run([program, "--quiet", "--variant=minbase", f"--include={','.join(_DEBIAN)}", "--format=tar", "bookworm", str(out)])


def python_tree(out: Path) -> None:
    """A large tree of Python packages, byte-compiled as pip leaves it."""
    tree = out.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--no-warn-conflicts"]
    _run([*pip, "--target", str(tree), *_PYTHON])
    name = f"usr/local/lib/python{sys.version_info.major}.{sys.version_info.minor}/dist-packages"
    with _new(out) as tar:
        _add_parents(tar, PurePosixPath(name).parent)
        tar.add(tree, name, filter=_as_root)
    shutil.rmtree(tree)


def application(out: Path) -> None:
    """The small layer on top: a script that is started, and a whiteout."""
    script = b'import json\nimport sys\n\nprint(json.dumps({"rows": sum(1 for _ in sys.stdin)}))\n'
    with _new(out) as tar:
        _add_directory(tar, "app")
        _add(tar, "app/main.py", script)
        _add_parents(tar, PurePosixPath("var/cache/debconf"))
        _add(tar, "var/cache/debconf/.wh.config.dat", b"")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RecipeError(f"{Path(command[0]).name} failed with {done.returncode}:\n{done.stderr[-2000:]}")


def _new(out: Path) -> tarfile.TarFile:
    return tarfile.open(out, "w", format=tarfile.PAX_FORMAT)


def _as_root(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without owner, and whole seconds: a fraction would give every entry a PAX header, which Docker's own tars do not have."""
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = int(info.mtime)
    return info


def _add_parents(tar: tarfile.TarFile, path: PurePosixPath) -> None:
    for parent in [*reversed(path.parents), path]:
        if parent.name:
            _add_directory(tar, str(parent))


def _add_directory(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, _MTIME
    tar.addfile(info)


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), mode, _MTIME
    tar.addfile(info, io.BytesIO(data))


def hello_program() -> bytes:
    """A static x86-64 ELF program of 10 KB that writes one line and ends, so that ELF readers have something true to read."""
    text = b"Hello from a container image.\n".ljust(10_000, b"\0")
    length = text.index(b"\0")
    base, start = 0x400000, 64 + 56
    code = b"\xb8\x01\0\0\0\xbf\x01\0\0\0\x48\x8d\x35\x10\0\0\0\xba" + struct.pack("<I", length) + b"\x0f\x05\xb8\x3c\0\0\0\x31\xff\x0f\x05"
    size = start + len(code) + len(text)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + start, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return header + segment + code + text
