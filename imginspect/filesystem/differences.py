"""Differences: where runtimes are known to treat the same layer differently, in words. docs/runtimes.md has the measurements.

*Overlay storage* is that of docker, podman and containerd, which unpacks each layer on its own and lets the kernel lay them over each
other. *vfs storage* (also containerd's native snapshotter) and umoci unpack each layer over the files of the ones below it.
"""

from __future__ import annotations

from imginspect.filesystem.node import Attributes
from imginspect.wording import cut

_OVERLAY = "the overlay storage of docker, podman and containerd"
_OTHERS = "umoci and vfs storage"

OPAQUE_ROOT = (
    f"an opaque whiteout of the root directory: {_OVERLAY} still shows all files of lower layers; {_OTHERS} remove them, as shown here"
)
MADE_AGAIN = (
    f"the layer deletes and recreates this directory: {_OVERLAY} restores its old content; "
    f"{_OTHERS} do not, and this report does not show it"
)
MADE_AGAIN_IMPLIED = (
    f"the layer deletes this path and adds files below it without an entry for the directory: {_OVERLAY} refuses the layer; "
    f"{_OTHERS} create the directory, as shown here"
)
MADE_BEFORE = (
    "the layer creates this path and then has a whiteout of it: overlay storage refuses the layer and vfs storage deletes the new "
    "path; umoci keeps it, as shown here"
)
MARKED_TWICE = (
    "the layer has this whiteout more than once: podman refuses the layer, and other overlay storage may too; it is applied once here"
)
DIRECTORY_TWICE = "the layer has this directory more than once: podman refuses the layer; others use the last entry, as shown here"
MARKED_BELOW_FILE = (
    "a whiteout below a path that is not a directory in the lower layers: overlay storage makes it a directory, and vfs storage may "
    "refuse the layer; umoci ignores the whiteout, as shown here"
)


def marked_through_lower_link(path: str, target: str) -> str:
    """A whiteout whose directory is a link of a lower layer."""
    return (
        f"a whiteout below {path}, a link to {cut(target)}: {_OVERLAY} replaces it with a directory and deletes nothing "
        f"in the link's target; {_OTHERS} delete there. This report shows the link and the files in its target"
    )


def marked_through_link(path: str, target: str) -> str:
    """A whiteout whose directory is a link of its own layer."""
    return (
        f"a whiteout below {path}, a link to {cut(target)}: {_OVERLAY} replaces it with a directory and deletes nothing "
        f"in the link's target; {_OTHERS} delete there, as shown here"
    )


def marked_before_directory(path: str, target: str) -> str:
    """A whiteout in a directory of its layer that replaces a link, but comes after the whiteout."""
    return (
        f"a whiteout below {path} comes before the layer's own entry for it, which replaces a link to {cut(target)}: {_OTHERS} "
        "delete in the link's target; overlay storage does not, as shown here"
    )


def marked_in_deleted(path: str) -> str:
    """A whiteout below a link that the layer deletes."""
    return f"a whiteout below {path}, which the layer itself deletes: docker and containerd refuse the layer; it deletes nothing more here"


def marked_too_deep(levels: int) -> str:
    """A whiteout of which it was not looked at whether the layer deletes a directory far above it."""
    return f"a whiteout so deep that directories more than {levels} levels above it were not compared with the layer's other whiteouts"


def marked_below_own(path: str, *, is_link: bool) -> str:
    """A whiteout below what its layer makes a link or a file."""
    if not is_link:
        what = "which the layer itself creates as a non-directory"
        return f"a whiteout below {path}, {what}: overlay storage refuses the layer; it hides nothing here"
    return (
        f"a whiteout below {path}, which the layer itself makes a link: podman refuses the layer unless it has the link's target; "
        "others delete in the link's target, as shown here"
    )


def placed_through_links(path: str, link: str, count: int) -> str:
    """Directories of a layer that are reached through links of lower layers."""
    return (
        f"{count:,} of its directories are reached through a link of a lower layer ({path} is {link}): some runtimes follow the "
        f"link, as shown here; {_OVERLAY} replaces it with a directory"
    )


def placed_through_own_link(path: str, link: str, count: int) -> str:
    """Directories of a layer that are reached through its own links, to directories that the layer does not make."""
    return (
        f"{count:,} of its directories are reached through a link of the layer to a directory that it does not have ({path} is {link}): "
        "podman refuses the layer; docker, containerd and umoci create the directory, as shown here"
    )


def links_to_lower(target: str) -> str:
    """A hard link to a file that its own layer does not hold."""
    return (
        f"a hard link to {cut(target)}, which exists only in a lower layer: {_OVERLAY} refuses the layer; "
        f"{_OTHERS} create the link, as shown here"
    )


def links_to_deleted(target: str) -> str:
    """A hard link to a file that its own layer deletes."""
    return (
        f"a hard link to {cut(target)} in a lower layer, which this layer deletes: overlay storage refuses the layer or "
        "shows no such file, and others refuse the layer if the whiteout comes first; the link is shown here"
    )


def links_over_lower_link(target: str) -> str:
    """A hard link whose target is named by way of a link of a lower layer."""
    return (
        f"a hard link to {cut(target)}, which is reached through a link of a lower layer: {_OVERLAY} refuses the layer; "
        f"{_OTHERS} create the link, as shown here"
    )


def link_states_otherwise(of_link: Attributes, of_file: Attributes, names: list[str]) -> str:
    """A hard link whose header has other attributes than its file: *names* are those of the extended ones."""
    differ = [f"{of_link.described()} (its file's header: {of_file.described()})"] if of_link[:3] != of_file[:3] else []
    differ += [f"the attribute {cut(', '.join(names))} (different in its file's header)"] if names else []
    return (
        f"the header of a hard link states {'; '.join(differ)}: podman, docker and containerd apply the link's header to "
        "the file, under all its names, as shown here; umoci and GNU tar keep the file's own"
    )
