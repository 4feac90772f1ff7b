"""Identifies a file that is not a container image, so that the error says more than "no"."""

from __future__ import annotations

from itertools import islice

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.members import Members

_MAGIC = (
    (0, b"\x7fELF", "an executable program (ELF)"),
    (0, b"PK\x03\x04", "a zip file"),
    (0, b"%PDF", "a PDF document"),
    (0, b"QFI\xfb", "a virtual machine disk (qcow2)"),
    (0, b"KDMV", "a virtual machine disk (VMDK)"),
    (0, b"hsqs", "a squashfs file system"),
    (0, b"sqsh", "a squashfs file system"),
    (1024, b"\xe2\xe1\xf5\xe0", "an EROFS file system"),
    (32, b"SIF_MAGIC", "a Singularity or Apptainer image (SIF); export the image it was made from instead"),
    (0, b"!<arch>\ndebian", "a Debian package"),
    (0, b"\xed\xab\xee\xdb", "an RPM package"),
    (0, b"\0asm", "a WebAssembly module"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"MZ", "a Windows program"),
    (0, b"\x04\x22\x4d\x18", "a file compressed with lz4; expand it first"),
    (0, b"070701", "a cpio archive"),
)
_ISO = (32769, b"CD001")
HEAD_BYTES = 33 << 10
"""First bytes by which a file is told; an ISO image has its mark behind 32 KiB."""
_ROOT_FOLDERS = frozenset({"bin", "etc", "usr", "lib", "sbin", "var", "root", "proc", "sys", "dev", "home", "opt", "tmp", "run"})
_TEXT_BYTES = 4096
"""First bytes by which a text is told from other data: a NUL among them."""
_MANY = 20_000
"""Names by which an archive without an image is told; what it is called then says that it has more."""


def identify_bytes(head: bytes) -> str:
    """The kind of a file that is not a tar, by its first bytes."""
    if not head:
        return "an empty file"
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    if head[_ISO[0] : _ISO[0] + 5] == _ISO[1]:
        return "a disc image (ISO 9660)"
    start = head[:_TEXT_BYTES]
    if b"\0" not in start:
        stripped = start.lstrip()
        if stripped[:1] in (b"{", b"["):
            return "a single JSON document (a manifest without its blobs?)"
        if stripped.upper().startswith((b"FROM ", b"# SYNTAX=", b"ARG ")):
            return "a Dockerfile: build instructions, not an image"
        return "a text file"
    return "an unknown format"


EACH_OF_A_FOLDER = 'use "imginspect batch" to inspect all of them'


def identify_members(members: Members) -> str:
    """The kind of a tar or directory that has neither manifest.json nor index.json."""
    names = [member.name for member in islice(members.walk(), _MANY)]
    if not names or names == [""]:
        return "an empty archive"
    top = {name.partition("/")[0] for name in names}
    if ".dockerenv" in top or len(top & _ROOT_FOLDERS) >= 3:
        return (
            "a root filesystem without image metadata, as docker export writes it: its layers, config and history are lost; "
            "export the image with docker save instead"
        )
    if "repositories" in top and any(name.endswith("/layer.tar") for name in names):
        return "an archive saved by Docker before 1.10 (2016), without manifest.json; load it in a newer Docker and save it again"
    if any(name.count("/") <= 1 and name.endswith("Chart.yaml") for name in names):
        return "a Helm chart, which refers to images but contains none"
    if any(name.count("/") <= 1 and name.rpartition("/")[2] in ("Dockerfile", "Containerfile") for name in names):
        return "a build context with a Dockerfile: build instructions, not an image"
    inner = sorted(name for name in names if name.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".oci", ".sif")))
    if inner:
        if isinstance(members, DirectoryMembers):
            return f"a folder of archives (such as {inner[0]}): name one of them, or {EACH_OF_A_FOLDER}"
        return f"an archive of other archives (such as {inner[0]}): inspect those instead"
    listings = sorted(name for name in names if name.endswith(("/manifest.json", "/index.json")))
    if listings and isinstance(members, DirectoryMembers):
        return f"a folder of images (such as {listings[0].rpartition('/')[0]}): name one of them, or {EACH_OF_A_FOLDER}"
    more = " or more" if len(names) == _MANY else ""
    return f"a tar or folder of {len(names):,}{more} other files (such as {sorted(names)[0] or sorted(names)[-1]})"
