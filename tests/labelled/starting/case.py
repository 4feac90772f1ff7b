"""One labelled case of the suite on starts, and the small image that all cases stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

Verdict: TypeAlias = Literal["fail", "warn", "pass", "undetermined"]
Description: TypeAlias = dict[str, Any]

ENTRY = "/app/run.sh"


class Case(NamedTuple):
    """An image, and whether what its container runs can start.

    *expected* is the worse verdict of TRE-ENT-002 and TRE-ENT-003, *acceptable* are further right answers. *named* is that of
    TRE-ENT-001. *line* of *where* is the line that cannot start; 0 if it is in the config. *note* says what is arguable, or why
    a container ends otherwise than the verdict suggests. A case that needs programs which are rarely at hand is not *tried*.
    """

    id: str
    title: str
    description: Description
    expected: Verdict
    acceptable: tuple[Verdict, ...] = ()
    named: Verdict = "pass"
    line: int = 0
    where: str = ENTRY
    note: str = ""
    tried: bool = True


def sound(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "", tried: bool = True) -> Case:
    """A case in which all that runs is there."""
    return Case(f"sound-{name}", title, description, "pass", acceptable, note=note, tried=tried)


def broken(
    name: str, title: str, description: Description, *acceptable: Verdict,
    line: int = 0, where: str = ENTRY, named: Verdict = "pass", note: str = "", tried: bool = True,
) -> Case:  # fmt: skip
    """A case in which something certainly does not start."""
    return Case(f"broken-{name}", title, description, "fail", acceptable, named, line, where, note, tried)


def maybe(name: str, title: str, description: Description, *acceptable: Verdict, line: int = 0, where: str = ENTRY, note: str = "") -> Case:
    """A case in which something does not start in some runs, or in which the author provided for it."""
    return Case(f"maybe-{name}", title, description, "warn", acceptable, line=line, where=where, note=note)


def unknown(name: str, title: str, description: Description, *acceptable: Verdict, note: str = "") -> Case:
    """A case that cannot be known from the image."""
    return Case(f"unknown-{name}", title, description, "undetermined", acceptable, note=note)


# -- images --------------------------------------------------------------------------------------------------------------

LIBRARY = "/usr/local/lib/python3.12"
SITE = f"{LIBRARY}/site-packages"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSWD = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"

_NAMES = {
    "/bin": "dash bash cat chmod chown cp date echo false grep gzip ln ls mkdir mktemp mv pwd rm rmdir sed sleep su tar touch true uname",
    "/usr/bin": "[ awk basename cut dirname dumb-init env expr find flock head id install ionice nice nohup printf prlimit realpath seq "
    "setpriv setsid sort stdbuf strace sudo tail taskset tee test timeout tini tr wc xargs",
    "/usr/sbin": "chroot gosu runuser",
    "/usr/local/bin": "python3.12",
}
PROGRAMS = tuple(f"{folder}/{name}" for folder, names in _NAMES.items() for name in names.split())
"""Compiled programs that every image has: an ELF header stands for each. There is no curl, perl, which, pip or R."""

LINKS = (("/bin/sh", "dash"), ("/usr/local/bin/python3", "python3.12"), ("/usr/local/bin/python", "python3"))

_MODULES = (
    "__future__ abc argparse ast base64 collections contextlib csv dataclasses datetime encodings enum functools glob importlib io json "
    "logging os pathlib re runpy shutil signal site socket stat string subprocess tempfile textwrap tomllib types typing unittest "
    "urllib warnings xml zipfile"
)
_PACKAGES = {"collections", "encodings", "importlib", "json", "logging", "re", "tomllib", "unittest", "urllib", "xml"}
_INSIDE = (
    "collections/abc", "importlib/util", "json/tool", "urllib/parse", "urllib/request", "xml/etree/__init__", "xml/etree/ElementTree",
)  # fmt: skip
_COMPILED = ("math", "_csv", "_json", "_socket", "_struct", "_random")
STANDARD_LIBRARY = (
    *(f"{LIBRARY}/{name}/__init__.py" if name in _PACKAGES else f"{LIBRARY}/{name}.py" for name in _MODULES.split()),
    *(f"{LIBRARY}/{name}.py" for name in _INSIDE),
)
"""What stands for those of Python's own modules that cases import and that are files."""

PACKAGES = {
    f"{SITE}/requests/__init__.py": "def get(url):\n    return url\n",
    f"{SITE}/requests/adapters.py": "class HTTPAdapter:\n    pass\n",
    f"{SITE}/requests-2.32.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: requests\nVersion: 2.32.3\n",
    f"{SITE}/requests-2.32.3.dist-info/RECORD": "requests/__init__.py,,\nrequests/adapters.py,,\n",
}


def image(
    start: Sequence[str], files: Mapping[str, str] | None = None, *,
    cmd: Sequence[str] = (), env: Sequence[str] = (), working_dir: str = "", user: str = "", entries: Sequence[Description] = (),
    path: str = PATH, later: Sequence[Sequence[Description]] = (),
) -> Description:  # fmt: skip
    """The description of an image with a Python base layer and a layer of *files*, that starts *start* with *cmd* as arguments.

    Files that begin with ``#!`` or end in .sh may be run; a path that ends in a slash is a directory. *entries* are as they are,
    and so are those of *later* layers.
    """
    config: Description = {"env": [*([path] if path else []), *env]}
    for key, value in (("entrypoint", list(start)), ("cmd", list(cmd)), ("working_dir", working_dir), ("user", user)):
        if value:
            config[key] = value
    return {
        "layers": [base(), [*(_entry(name, text) for name, text in (files or {}).items()), *entries], *map(list, later)],
        "config": config,
    }


def script(text: str, files: Mapping[str, str] | None = None, **more: Any) -> Description:
    """An image whose entrypoint is the shell script *text*; a first line for sh is added where it has none."""
    return image([ENTRY], {ENTRY: text if text.startswith("#!") else "#!/bin/sh\n" + text, **(files or {})}, **more)


def bash(text: str, files: Mapping[str, str] | None = None, **more: Any) -> Description:
    """The same for bash."""
    return script("#!/bin/bash\n" + text, files, **more)


def python(text: str, files: Mapping[str, str] | None = None, **more: Any) -> Description:
    """An image that starts ``python3 /app/main.py`` with the source *text*."""
    return image(["python3", "/app/main.py"], {"/app/main.py": text, **(files or {})}, **more)


def shell(text: str, files: Mapping[str, str] | None = None, **more: Any) -> Description:
    """An image whose command is ``sh -c`` *text*, as the shell form makes it."""
    return image(["/bin/sh", "-c", text], {"/app/main.py": "print('done')\n", **(files or {})}, **more)


def base() -> list[Description]:
    """The entries of the layer that all images have."""
    return [
        *({"path": path, "elf": {}, "mode": 0o755} for path in PROGRAMS),
        *({"path": path, "kind": "symlink", "target": target} for path, target in LINKS),
        *({"path": path, "text": "#\n"} for path in STANDARD_LIBRARY),
        *({"path": f"{LIBRARY}/lib-dynload/{name}.cpython-312-x86_64-linux-gnu.so", "elf": {"kind": "shared"}} for name in _COMPILED),
        *({"path": path, "text": text} for path, text in PACKAGES.items()),
        *({"path": f"/{name}/"} for name in ("safe_data", "safe_outputs", "scratch")),
        {"path": "/tmp/", "mode": 0o1777},
        {"path": "/root/", "mode": 0o700},
        {"path": "/etc/os-release", "text": "ID=debian\nVERSION_ID=12\n"},
        {"path": "/etc/passwd", "text": PASSWD},
        {"path": "/etc/group", "text": "root:x:0:\napp:x:1000:\nnogroup:x:65534:\n"},
    ]


def _entry(path: str, text: str) -> Description:
    if path.endswith("/"):
        return {"path": path}
    return {"path": path, "text": text, "mode": 0o755 if text.startswith("#!") or path.endswith(".sh") else 0o644}
