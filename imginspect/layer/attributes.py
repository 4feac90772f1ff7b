"""Extended attributes of an entry that runtimes treat in different ways, or refuse. docs/runtimes.md has the measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imginspect.tar.header import DIRECTORY, FILE, HARDLINK, SYMLINK

ZERO_DEVICE = (
    "a 0/0 character device: overlay storage of docker, podman and containerd takes it for a whiteout; umoci and vfs storage make the "
    "device, as shown here"
)
OLD_SPARSE = "a sparse file in the old GNU form: container runtimes refuse the layer; GNU tar reads it, and so it is read here"
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
            yield f"the attribute {key} hides lower layers' files in overlay storage; other runtimes show them, and so they are shown here"
        elif key in _OTHER_OVERLAY:
            yield f"the attribute {key}: overlay storage obeys it and shows other files; other runtimes do not, and it has no effect here"
        elif key.startswith("user.") and kind not in (FILE, DIRECTORY, HARDLINK):
            refuse = "podman and umoci refuse the layer; containerd passes over the attribute"
            yield f"the attribute {key} on a {'symbolic link' if kind == SYMLINK else kind}, which Linux does not allow: {refuse}"
        elif key == _CAPABILITY and len(value) != _CAPABILITY_SIZES.get(value[3] if len(value) > 3 else 0):
            yield f"the attribute {key} is none that Linux takes: container runtimes refuse the layer"
