"""One labelled case of the network suite, and the small image that most cases stand on."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

Verdict: TypeAlias = Literal["fail", "warn", "pass", "undetermined"]
Description: TypeAlias = dict[str, Any]

NOT_PASSING: tuple[Verdict, ...] = ("fail", "warn", "undetermined")


class Case(NamedTuple):
    """An image, and the verdicts that a careful reader of its scripts gives.

    *expected_fetch* answers: does what the container starts fetch from, or talk to, another host? *expected_packages*: does it install
    packages at run time? An installation counts under packages; that the fetch question is answered with it too is acceptable.
    *acceptable* are further right answers to the first question, *acceptable_packages* to the second.
    """

    id: str
    title: str
    description: Description
    expected_fetch: Verdict
    expected_packages: Verdict
    acceptable: tuple[Verdict, ...] = ()
    note: str = ""
    acceptable_packages: tuple[Verdict, ...] = ()


def sound(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that needs no network."""
    return Case(f"sound-{name}", title, description, "pass", "pass", acceptable, note, _both(acceptable))


def fetches(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that fetches something, and installs nothing."""
    return Case(f"fetch-{name}", title, description, "fail", "pass", acceptable, note, _both(acceptable))


def installs(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that installs packages from elsewhere; whether the network question names it too is left open."""
    return Case(f"install-{name}", title, description, "pass", "fail", NOT_PASSING, note, acceptable)


def local_install(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that looks like an installation and needs no repository."""
    return Case(f"sound-{name}", title, description, "pass", "pass", _both(acceptable), note, acceptable)


def unknown(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that cannot be known from the image."""
    return Case(f"unknown-{name}", title, description, "undetermined", "undetermined", acceptable, note, acceptable)


def maybe(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that fetches in some runs."""
    return Case(f"maybe-{name}", title, description, "warn", "pass", acceptable, note)


def _both(acceptable: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """What cannot be read for one question cannot be read for the other."""
    return tuple(verdict for verdict in acceptable if verdict == "undetermined")


# -- images --------------------------------------------------------------------------------------------------------------

SITE = "/usr/local/lib/python3.12/site-packages"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_NAMES = {
    "/bin": "sh bash cat cp echo ls mkdir mv rm sleep tar true grep sed date gzip ping nc",
    "/usr/bin": "env find xargs sort head tail awk cut tr wc tee test which nohup timeout nice stdbuf setsid basename dirname install tini "
    "dumb-init curl wget git ssh scp rsync sftp ftp lftp telnet dig socat aria2c make perl apt-get apt dpkg jq openssl conda mamba npm",
    "/usr/sbin": "gosu runuser",
    "/sbin": "su-exec apk",
    "/usr/local/bin": "python3 pip Rscript R julia node aws gsutil samtools bcftools",
}
PROGRAMS = tuple(f"{folder}/{name}" for folder, names in _NAMES.items() for name in names.split())
"""Compiled programs that the images have: an ELF header stands for each."""

LINKS = (("/usr/local/bin/python", "python3"), ("/usr/bin/sudo", "/usr/sbin/gosu"))

PACKAGES = {
    f"{SITE}/requests/__init__.py": "from .api import get, post\nfrom .sessions import Session, session\n",
    f"{SITE}/requests/api.py": "from . import sessions\n\n\n"
    "def get(url, **kwargs):\n    return sessions.Session().request('get', url, **kwargs)\n",
    f"{SITE}/requests/sessions.py": "import socket\n\n\nclass Session:\n    def request(self, method, url, **kwargs):\n"
    "        return socket.create_connection((url, 443))\n\n\nsession = Session\n",
    f"{SITE}/requests-2.32.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: requests\nVersion: 2.32.3\n",
    f"{SITE}/requests-2.32.3.dist-info/RECORD": "requests/__init__.py,,\nrequests/api.py,,\nrequests/sessions.py,,\n",
    f"{SITE}/pandas/__init__.py": "from pandas.io.common import read_csv\n",
    f"{SITE}/pandas/io/common.py": "from urllib.request import urlopen\n\n\ndef read_csv(path):\n    return urlopen(path)\n",
}
"""Installed packages: they can fetch, and do only when they are called."""


def image(
    start: Sequence[str],
    files: Mapping[str, str] | None = None,
    *,
    cmd: Sequence[str] = (),
    env: Sequence[str] = (),
    working_dir: str = "",
    history: Sequence[str] = (),
) -> Description:
    """The description of an image with a Python base layer and a layer of *files*, that starts *start* with *cmd* as arguments.

    Files that begin with ``#!`` or end in .sh may be run; a path that ends in a slash is a directory.
    """
    config: Description = {"env": [PATH, *env]}
    if start:
        config["entrypoint"] = list(start)
    if cmd:
        config["cmd"] = list(cmd)
    if working_dir:
        config["working_dir"] = working_dir
    description: Description = {"layers": [_base(), [_entry(path, text) for path, text in (files or {}).items()]], "config": config}
    if history:
        description["history"] = list(history)
    return description


def script(
    text: str, *, files: Mapping[str, str] | None = None, env: Sequence[str] = (), cmd: Sequence[str] = (), working_dir: str = ""
) -> Description:
    """An image whose entrypoint is the shell script *text*; a first line is added where it has none."""
    text = text if text.startswith("#!") else "#!/bin/sh\n" + text
    return image(["/app/run.sh"], {"/app/run.sh": text, **(files or {})}, env=env, cmd=cmd, working_dir=working_dir)


def python(text: str, *, files: Mapping[str, str] | None = None, env: Sequence[str] = (), cmd: Sequence[str] = ()) -> Description:
    """An image that starts ``python3 /app/main.py`` with the source *text*."""
    return image(["python3", "/app/main.py"], {"/app/main.py": text, **(files or {})}, env=env, cmd=cmd)


def shell(text: str, *, env: Sequence[str] = ()) -> Description:
    """An image whose command is ``sh -c`` *text*."""
    return image(["/bin/sh", "-c", text], {"/app/README": "nothing\n"}, env=env)


def _base() -> list[Description]:
    program = base64.b64encode(_elf()).decode()
    entries: list[Description] = [{"path": path, "base64": program, "mode": 0o755} for path in PROGRAMS]
    entries += [{"path": path, "kind": "symlink", "target": target} for path, target in LINKS]
    entries += [{"path": path, "text": text} for path, text in PACKAGES.items()]
    entries += [{"path": f"/{name}/"} for name in ("safe_data", "safe_outputs", "scratch")]
    return [
        *entries,
        {"path": "/etc/os-release", "text": "ID=debian\nVERSION_ID=12\n"},
        {"path": "/etc/passwd", "text": "root:x:0:0::/root:/bin/sh\n"},
    ]


def _entry(path: str, text: str) -> Description:
    if path.endswith("/"):
        return {"path": path}
    return {"path": path, "text": text, "mode": 0o755 if text.startswith("#!") or path.endswith(".sh") else 0o644}


def _elf() -> bytes:
    """The header of a static x86-64 program."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000, 0, 0, 0, 64, 56, 0, 64, 0, 0)
