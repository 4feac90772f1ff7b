"""Lookup: where a name leads inside the image, and whether the run user gets there."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Hidden, Node
from imginspect.filesystem.filesystem import LinkLoop, Resolution
from imginspect.filesystem.view import View
from imginspect.limits import PATH_MAX
from imginspect.startup.access import described, enters
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.startup.run_user import RunUser
from imginspect.tar.header import DIRECTORY, FILE, HARDLINK

_MOST_GONE = 5
"""Changes of a path that its problem shows, the latest; earlier ones do not matter to a start."""
_AS_DIRECTORY = ("/", "/.")
_KERNEL = ("/proc", "/dev", "/sys")


class Located(NamedTuple):
    """Where the absolute *path* leads: to *node*, by way of *links*. *problems* are in the way of it, or say why there is none."""

    path: str
    node: Node | None
    links: tuple[Node, ...] = ()
    problems: tuple[LaunchProblem, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The links and the node, in the order of the walk."""
        return (*self.links, *([self.node] if self.node is not None else []))


def absolute(path: str, working_dir: str) -> str:
    """*path* as seen from *working_dir*. ``..`` stays: behind a link it means another folder."""
    whole = path if path.startswith("/") else posixpath.join(working_dir or "/", path)
    return "/" + whole.lstrip("/") if whole.startswith("//") else whole


def locate(view: View, path: str, user: RunUser, mounts: Sequence[str] = ()) -> Located:
    """Where the absolute *path* leads for *user*, with the environment's own directories at *mounts*."""
    mount = below(posixpath.normpath(path), mounts)
    if mount is not None:
        return Located(path, None, problems=(_mounted(view, path, mount),))
    if below(posixpath.normpath(path), _KERNEL) is not None:
        text = f"{path} is created by the kernel or the runtime when the container runs"
        return Located(path, None, problems=(LaunchProblem(Kind.NOT_FOUND, Certainty.UNKNOWN, text),))
    if len(path) >= PATH_MAX or "\0" in path:
        return Located(
            path, None, problems=(_failing(Kind.NOT_FOUND, f"{path[:100]}… is not a valid path: it is too long or contains a NUL"),)
        )
    try:
        found = view.filesystem.resolve(_through_made(view, path))
    except LinkLoop:
        return Located(path, None, problems=(_failing(Kind.LINK_LOOP, f"{path} leads into a link loop"),))
    except PathError as error:
        return _missing(view, path, str(error), mounts)
    for node in (*found.links, found.node):
        mount = below(node.path, mounts)
        if mount is not None:
            return Located(path, None, found.links, (_mounted(view, path, mount, node),))
    slashed = _slashed(view, path, found)
    if slashed and found.node.kind != DIRECTORY:
        text = f"{slashed} as a directory, but {found.node.path} is a {found.node.kind}: Linux refuses it (Not a directory)"
        problem = LaunchProblem(Kind.NOT_FOUND, Certainty.FAILS, text, nodes=(*found.links, found.node))
        return Located(path, None, found.links, (problem,))
    return Located(path, found.node, found.links, _barriers(view, path, (*found.links, found.node), user))


def _through_made(view: View, path: str) -> str:
    """*path* without the way through a working directory that the image lacks: the runtime makes it, so that ``..`` leads back."""
    made = absolute(view.image.config.working_dir, "/").rstrip("/")
    return posixpath.normpath(path) if path.startswith(f"{made}/../") and not leads_somewhere(view, made) else path


def leads_somewhere(view: View, path: str) -> bool:
    """Whether there is anything at *path*: cheap, for looking in many folders."""
    try:
        view.filesystem.resolve(path)
    except PathError:
        return False
    return True


def is_file(node: Node) -> bool:
    """Whether *node* is a regular file."""
    return node.kind == FILE or (node.kind == HARDLINK and node.content is not None)


def below(path: str, mounts: Sequence[str]) -> str | None:
    """The one of *mounts* that *path* is, or is in."""
    return next((mount for mount in mounts if path == mount or path.startswith(mount.rstrip("/") + "/")), None)


def shown(located: Located) -> str:
    """The path, and where its links lead: ``/bin/sh (a link to /bin/busybox)``."""
    if located.node is None or not located.links or located.node.path == located.path:
        return located.path
    return f"{located.path} (a link to {located.node.path})"


def _slashed(view: View, path: str, found: Resolution) -> str:
    """What names the end of *path* with a slash or ``/.`` behind it: the path itself or the last link; empty where nothing does."""
    if path.endswith(_AS_DIRECTORY):
        return f"{path} is named"
    last = found.links[-1] if found.links else None
    if last is None or not last.link_target.endswith(_AS_DIRECTORY):
        return ""
    try:
        is_end = view.filesystem.resolve(last.path).node.path == found.node.path
    except PathError:
        return ""
    return f"the link {last.path} names {last.link_target}" if is_end else ""


def _failing(kind: Kind, text: str) -> LaunchProblem:
    return LaunchProblem(kind, Certainty.FAILS, text)


def _mounted(view: View, path: str, mount: str, node: Node | None = None) -> LaunchProblem:
    there = node or view.filesystem.get(posixpath.normpath(path))
    hidden = "; the mount hides the file that the image has there" if there is not None and there.kind != DIRECTORY else ""
    text = f"{path} is below {mount}, which the environment mounts when it runs the container{hidden}"
    return LaunchProblem(Kind.BELOW_MOUNT, Certainty.DEPENDS, text, nodes=(there,) if there is not None else ())


def _missing(view: View, path: str, why: str, mounts: Sequence[str]) -> Located:
    """What is known of a path that leads nowhere: the links on the way, and what was there in earlier layers."""
    links, last = _links_walked(view, path)
    mount = below(last, mounts)
    if mount is not None:
        return Located(path, None, links, (_mounted(view, path, mount, links[-1] if links else None),))
    gone = tuple(view.filesystem.history(last)[-_MOST_GONE:])
    text = f"{path} does not exist in the image"
    if last != posixpath.normpath(path) and links:
        text = f"{path} is a link to {last}, which does not exist in the image"
    elif "not a directory" in why:
        text = f"{path} cannot be reached: {why.partition(' (on the path to')[0]}"
    return Located(path, None, links, (LaunchProblem(Kind.NOT_FOUND, Certainty.FAILS, text + _who_took(gone), nodes=links, gone=gone),))


def _links_walked(view: View, path: str) -> tuple[tuple[Node, ...], str]:
    """The links on the way to *path*, and the path at which the way ends, as far as links of the last part go."""
    links: list[Node] = []
    at = posixpath.normpath(path)
    for _ in range(40):
        folder, _, name = at.rpartition("/")
        try:
            found = view.filesystem.resolve(folder or "/")
        except PathError:
            return tuple(links), at
        links += found.links
        real = posixpath.join(found.node.path, name)
        node = view.filesystem.get(real)
        if node is None or not node.link_target or is_file(node):
            return tuple(links), real
        links.append(node)
        at = posixpath.normpath(absolute(node.link_target, found.node.path))
    return tuple(links), at


def _who_took(gone: Sequence[Hidden]) -> str:
    if not gone:
        return ""
    last = gone[-1]
    return f": it is in layer {last.node.layer_index} but {last.state} in layer {last.by_layer}"


def _barriers(view: View, path: str, nodes: Sequence[Node], user: RunUser) -> tuple[LaunchProblem, ...]:
    """Directories on the way that *user* may not enter."""
    if user.is_root:
        return ()
    seen: dict[str, None] = {}
    for node in nodes:
        parts = node.path.split("/")[1:-1]
        seen.update(dict.fromkeys("/" + "/".join(parts[:count]) for count in range(len(parts) + 1)))
    found = []
    for folder in seen:
        directory = view.filesystem.get(folder)
        may = enters(directory, user) if directory is not None else True
        if directory is not None and not may:
            found.append(_barrier(path, directory, user, is_known=may is not None))
    return tuple(found)


def _barrier(path: str, directory: Node, user: RunUser, *, is_known: bool) -> LaunchProblem:
    if not is_known:
        text = f"it is not known whether {user} can enter {directory.path} ({described(directory)}) on the path to {path}"
        return LaunchProblem(Kind.NO_PERMISSION, Certainty.UNREAD if user.unread else Certainty.UNKNOWN, text, nodes=(directory,))
    text = f"{user} cannot enter {directory.path} ({described(directory)}) on the path to {path}"
    return LaunchProblem(Kind.NO_PERMISSION, Certainty.FAILS, text, nodes=(directory,))
