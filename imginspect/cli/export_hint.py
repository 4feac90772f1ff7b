"""What to tell somebody who named an image instead of an archive: the commands that export it, and what else may have been meant."""

from __future__ import annotations

import os
import re
from itertools import islice

from imginspect.errors import UsageError

_COMPONENT = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?:{_HOST}/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)(?P<tag>:\w[\w.-]{{0,127}})?(?P<digest>@sha256:[0-9a-f]{{64}})?", re.ASCII
)
"""Source: distribution/reference, "Grammar". Nothing in such a name has a meaning to a shell."""
_TRANSPORTS = ("docker://", "docker-daemon:", "containers-storage:", "oras://", "https://", "http://")
_ELSEWHERE = {
    "docker://": "imginspect does not contact registries",
    "docker-daemon:": "imginspect does not contact a Docker daemon",
    "containers-storage:": "imginspect does not read podman's storage",
}
_SUFFIXES = (".tar", ".tgz", ".gz", ".zst", ".xz", ".bz2", ".oci", ".zip", ".sif", ".img", ".json")
_USER = re.compile("//[^/]*@")
"""A user and perhaps a password in a URL."""
_LONGEST = 255
_MOST_NAMES = 10_000


def is_transport(source: str) -> bool:
    """Whether *source* names an image that is in no file: in a registry, in Docker or in podman's storage."""
    return source.startswith(_TRANSPORTS)


def is_reference(name: str) -> bool:
    """Whether *name* can be that of an image."""
    return len(name) <= _LONGEST and _REFERENCE.fullmatch(name) is not None


def not_exported(source: str) -> UsageError:
    """The complaint about *source*, which is an image by its transport."""
    transport = next(item for item in _TRANSPORTS if source.startswith(item))
    why = _ELSEWHERE.get(transport, "imginspect does not use the network")
    name = source[len(transport) :]
    if not is_reference(name):
        shown = _USER.sub("//***@", source)
        return UsageError(_lines(f"{shown}: {why}. Export the image to an archive first:", "NAME", "docker://"))
    origin = transport if transport in _ELSEWHERE else "docker://"
    return UsageError(_lines(f"{source}: {why}. Export the image to an archive first:", name, origin))


def missing(source: str) -> UsageError:
    """The complaint about *source*, which is not there: a file with a similar name, or else how to export the image that it may be."""
    what = f"{source}: no such file or directory"
    near = _similar(source)
    if near:
        return UsageError(f"{what}; did you mean {near}?")
    if source.lower().endswith(_SUFFIXES) or not is_reference(source):
        return UsageError(what)
    return UsageError(_lines(f"{what}. If it is the name of an image, export the image to an archive first:", source, ""))


def _similar(source: str) -> str:
    """A file beside *source* with a name that could have been meant; empty where there is none."""
    folder, name = os.path.split(source)
    try:
        with os.scandir(folder or ".") as entries:
            names = sorted(entry.name for entry in islice(entries, _MOST_NAMES))
    except (OSError, ValueError):
        return ""
    from difflib import get_close_matches  # few runs need it

    near = get_close_matches(name, names, n=1, cutoff=0.8)
    return os.path.join(folder, near[0]) if near else ""


def _lines(what: str, name: str, origin: str) -> str:
    """*what*, then the commands that export the image *name*; those that fit its *origin* (a transport, or empty) come first."""
    found = _REFERENCE.fullmatch(name)
    file = f"{found['path'].rpartition('/')[2]}.tar" if found else "image.tar"
    tail = f":{name}" if found and not found["digest"] else ""
    skopeo = f"skopeo copy {origin or 'docker://'}{name} docker-archive:{file}{tail}"
    podman, docker = (f"{tool} save -o {file} {name}" for tool in ("podman", "docker"))
    if origin == "docker://":
        commands = [skopeo, f"podman pull {name} && {podman}", f"docker pull {name} && {docker}"]
    elif origin == "docker-daemon:":
        commands = [docker, skopeo]
    elif origin == "containers-storage:":
        commands = [podman, skopeo]
    else:
        commands = [podman, docker, skopeo]
    return "\n  ".join((what, *commands, f"imginspect inspect {file}"))
