"""Extended attributes of an entry that runtimes treat in different ways, or refuse. docs/runtimes.md has the measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imginspect.tar.header import DIRECTORY, FILE, HARDLINK, SYMLINK

ZERO_DEVICE = (
    "a 0/0 character device: the overlay storage of docker, podman and containerd treats it as a whiteout; umoci and vfs storage create "
    "the device, as shown here"
)
OLD_SPARSE = "a sparse file in the old GNU format: container runtimes refuse the layer; GNU tar and imginspect read it"
_NAMESPACES = ("trusted.overlay.", "user.overlay.")
_OPAQUE = frozenset({*(f"{namespace}opaque" for namespace in _NAMESPACES), "user.fuseoverlayfs.opaque"})
_OPAQUE_VALUES = frozenset({b"y", b"x"})
_OTHER_OVERLAY = frozenset(f"{namespace}{name}" for namespace in _NAMESPACES for name in ("redirect", "metacopy", "whiteout"))
_CAPABILITY = "security.capability"
_CAPABILITY_SIZES = {1: 12, 2: 20, 3: 24}


def runtime_notes(kind: str, xattrs: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """What to say of the attributes *xattrs* of an entry of *kind*."""
    for key, value in xattrs:
        if kind == DIRECTORY and key in _OPAQUE and value in _OPAQUE_VALUES:
            yield f"the attribute {key} hides files of lower layers in overlay storage; other runtimes show them, as does this report"
        elif key in _OTHER_OVERLAY:
            yield f"the attribute {key} changes which files overlay storage shows; other runtimes ignore it, as does this report"
        elif key.startswith("user.") and kind not in (FILE, DIRECTORY, HARDLINK):
            refuse = "podman and umoci refuse the layer; containerd ignores the attribute"
            yield f"the attribute {key} on a {'symbolic link' if kind == SYMLINK else kind}, which Linux does not allow: {refuse}"
        elif key == _CAPABILITY and len(value) != _CAPABILITY_SIZES.get(value[3] if len(value) > 3 else 0):
            yield f"the attribute {key} has a value that Linux does not accept: container runtimes refuse the layer"
