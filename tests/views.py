"""Views of small images, for tests of analyses."""

from __future__ import annotations

import io
from typing import Any

from imginspect.archive import open_archive
from imginspect.examples.sample import build
from imginspect.filesystem.view import View
from imginspect.image import list_images
from imginspect.layer import ContentSpool, PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.reading.contents import read_contents
from imginspect.rules import PatternSet
from imginspect.scan.matcher import Matcher


class _Everything:
    """Keeps all contents."""

    def begin(self) -> None:
        pass

    def wanted(self, path: str, size: int, content_class: str) -> int:
        del path, content_class
        return size


class Nothing:
    """Keeps no contents."""

    def begin(self) -> None:
        pass

    def wanted(self, path: str, size: int, content_class: str) -> int:
        del path, size, content_class
        return 0


def view_of(*layers: list[dict[str, Any]], keep: Any = None, architecture: str = "amd64", **config: Any) -> View:
    """The view of an image with these layers (entries as in ``imginspect.examples.sample``) and this config."""
    content = build({"layers": list(layers), "config": config, "architecture": architecture})
    with open_archive(io.BytesIO(content)) as archive:
        image = list_images(archive).images[0]
        contents = read_contents(
            archive,
            image,
            PassVisitors(None if keep else ContentScanner(Matcher(PatternSet((), ""))), keep or _Everything(), ContentSpool()),
        )
        return View(image, contents.layers, contents.filesystem)


LOADER = "/lib64/ld-linux-x86-64.so.2"


def program(path: str, *needed: str, loader: str = LOADER, mode: int = 0o755, **more: Any) -> dict[str, Any]:
    """The entry of a compiled program."""
    return {"path": path, "mode": mode, "elf": {"interpreter": loader, "needed": needed, **more}}


def library(path: str, *needed: str, machine: str = "amd64", **more: Any) -> dict[str, Any]:
    """The entry of a shared library."""
    return {"path": path, "elf": {"kind": "shared", "needed": needed, "machine": machine, **more}}


def static(path: str, mode: int = 0o755, machine: str = "amd64") -> dict[str, Any]:
    """The entry of a static program."""
    return {"path": path, "mode": mode, "elf": {"machine": machine}}


def text(path: str, content: str = "x", mode: int = 0o644, **more: Any) -> dict[str, Any]:
    """The entry of a text file."""
    return {"path": path, "text": content, "mode": mode, **more}


def script(path: str, content: str = "#!/bin/sh\n:\n", mode: int = 0o755, **more: Any) -> dict[str, Any]:
    """The entry of an executable script."""
    return {"path": path, "text": content, "mode": mode, **more}


def link(path: str, target: str) -> dict[str, Any]:
    """The entry of a symbolic link."""
    return {"path": path, "kind": "symlink", "target": target}


def folder(path: str, mode: int = 0o755, uid: int = 0) -> dict[str, Any]:
    """The entry of a directory."""
    return {"path": path.rstrip("/") + "/", "mode": mode, "uid": uid}


def gone(path: str) -> dict[str, Any]:
    """The entry that deletes *path* of the layers below."""
    return {"path": path, "kind": "whiteout"}


def debian() -> list[dict[str, Any]]:
    """A Debian-like base with merged /usr: shells, env, Python, tini; and an account ``app``."""
    return [
        link("/bin", "usr/bin"),
        link("/lib", "usr/lib"),
        link("/lib64", "usr/lib64"),
        folder("/usr/bin"),
        program("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", loader="", kind="shared"),
        link("/usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        library("/usr/lib/x86_64-linux-gnu/libc.so.6", "ld-linux-x86-64.so.2"),
        program("/usr/bin/dash", "libc.so.6"),
        link("/usr/bin/sh", "dash"),
        program("/usr/bin/bash", "libc.so.6"),
        program("/usr/bin/env", "libc.so.6"),
        program("/usr/bin/tini", "libc.so.6"),
        static("/usr/local/bin/gosu"),
        program("/usr/local/bin/python3.12", "libpython3.12.so.1.0", "libc.so.6", runpath="/usr/local/lib"),
        link("/usr/local/bin/python3", "python3.12"),
        link("/usr/local/bin/python", "python3"),
        library("/usr/local/lib/libpython3.12.so.1.0", "libc.so.6"),
        text("/usr/local/lib/python3.12/os.py"),
        text("/usr/local/lib/python3.12/http/__init__.py"),
        text("/usr/local/lib/python3.12/http/server.py"),
        text("/usr/local/lib/python3.12/venv/__init__.py"),
        text("/usr/local/lib/python3.12/venv/__main__.py"),
        text("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n"),
        text("/etc/group", "root:x:0:\napp:x:1000:\ndata:x:2000:app,other\n"),
    ]
