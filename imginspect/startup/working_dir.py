"""What a runtime makes of the config's WorkingDir: whether the container can start in it.

Measured with podman 4.3.1 (crun 1.8.1 and runc 1.1.5) and with runc alone: a missing directory is made, also below a link that leads
somewhere; a link to nothing, a link loop and a file on the way stop the start; runc refuses a relative path, and crun takes it from ``/``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.filesystem import LinkLoop
from imginspect.filesystem.view import View
from imginspect.startup.lookup import absolute, below
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.tar.header import DIRECTORY

_FIELD = "WorkingDir"
_OF_KERNEL = ("/proc", "/sys")
_IN_EVERY_CONTAINER = ("/proc/self", "/proc/1", "/proc/sys", "/sys/fs", "/sys/class", "/sys/devices")
_MADE_BY_RUNTIME = ("/dev", "/proc", "/sys")


def working_dir_problems(view: View, stated: str, mounts: Sequence[str]) -> list[LaunchProblem]:
    """What is wrong with the working directory *stated*; nothing where it is there or the runtime makes it."""
    found = []
    if stated and not stated.startswith("/"):
        text = f"the working directory {stated!r} is not an absolute path: runc refuses to start, and crun resolves it from the root"
        found.append(LaunchProblem(Kind.BAD_WORKING_DIR, Certainty.DEPENDS, text, config_field=_FIELD))
    path = absolute(stated, "/")
    problem = _walked(view, path, mounts)
    return [*found, *([problem] if problem is not None else [])]


def _walked(view: View, path: str, mounts: Sequence[str]) -> LaunchProblem | None:
    """Follow *path* part by part; parts that are missing are made as the runtime makes them."""
    at = "/"
    made: list[str] = []  # below *at*, missing in the image
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            at = at if made else posixpath.dirname(at)
            made = made[:-1]
            continue
        here = posixpath.join(at, *made, part)
        if below(here, mounts) is not None:
            return None
        if _is_kernels(here):
            text = f"it is not known whether the working directory {path} exists: {here.rpartition('/')[0]} is provided by the kernel"
            return _failing(text, certainty=Certainty.UNKNOWN)
        if made:
            made.append(part)
            continue
        try:
            node = view.filesystem.resolve(here).node
        except LinkLoop:
            return _failing(f"the working directory {path} leads into a link loop")
        except PathError:
            link = view.filesystem.get(here)
            if link is not None:
                return _dangling(path, link, mounts)
            made.append(part)
            continue
        if below(node.path, mounts) is not None:
            return None
        if node.kind != DIRECTORY:
            return _no_directory(path, here, node)
        at = node.path
    return None


def _is_kernels(path: str) -> bool:
    """Whether only the kernel knows if *path* exists: the runtime can make no directory there."""
    return below(path, _OF_KERNEL) is not None and path not in _OF_KERNEL and path not in _IN_EVERY_CONTAINER and not _is_cgroup(path)


def _is_cgroup(path: str) -> bool:
    """Whether the runtime mounts a file system there, in which it can make directories."""
    return path == "/sys/fs" or below(path, ("/sys/fs/cgroup",)) is not None


def _no_directory(path: str, here: str, node: Node) -> LaunchProblem:
    by_link = f" (through the link {here})" if here != node.path else ""
    if _is(path, here):
        what = f"{node.path}{by_link}, " if by_link else ""
        return _failing(f"the working directory {path} is {what}a {node.kind}, not a directory", node)
    return _failing(f"the working directory {path} cannot be created: {node.path}{by_link} is a {node.kind}, not a directory", node)


def _dangling(path: str, link: Node, mounts: Sequence[str]) -> LaunchProblem | None:
    """A link whose target is not in the image: runtimes make no directory through it."""
    target = posixpath.normpath(absolute(link.link_target, posixpath.dirname(link.path)))
    if below(target, _MADE_BY_RUNTIME) is not None:
        return None
    mount = below(target, mounts)
    if mount is not None:
        text = f"the working directory {path} leads through the link {link.path} to {target}, below the environment's mount {mount}"
        return LaunchProblem(Kind.BELOW_MOUNT, Certainty.DEPENDS, text, nodes=(link,), config_field=_FIELD)
    what = "is a link" if _is(path, link.path) else f"cannot be created: {link.path} is a link"
    return _failing(f"the working directory {path} {what} to {target}, which does not exist in the image", link)


def _is(path: str, other: str) -> bool:
    return posixpath.normpath(path) == posixpath.normpath(other)


def _failing(text: str, node: Node | None = None, certainty: Certainty = Certainty.FAILS) -> LaunchProblem:
    return LaunchProblem(Kind.BAD_WORKING_DIR, certainty, text, nodes=(node,) if node is not None else (), config_field=_FIELD)
