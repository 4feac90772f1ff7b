"""File capabilities: the attribute ``security.capability`` decoded.

Source: Linux, include/uapi/linux/capability.h, struct vfs_cap_data and vfs_ns_cap_data.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

ATTRIBUTE = "security.capability"

_REVISIONS = {0x01000000: (1, 12), 0x02000000: (2, 20), 0x03000000: (3, 24)}
_EFFECTIVE = 0x000001
_NAMES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
    "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
    "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
    "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
    "perfmon", "bpf", "checkpoint_restore",
)  # fmt: skip


class FileCapabilities(NamedTuple):
    """What a program may do that its user may not. *effective* says that it has them at once, without asking.

    *root_id* is the user that counts as root for the file, 0 for the real one (only version 3 states another).
    """

    version: int
    permitted: tuple[str, ...]
    inheritable: tuple[str, ...]
    effective: bool
    root_id: int = 0


def decode_capabilities(value: bytes) -> FileCapabilities | None:
    """The capabilities in the attribute's *value*; None where its version or length is none that Linux takes."""
    if len(value) < 4:
        return None
    (magic,) = struct.unpack_from("<I", value)
    known = _REVISIONS.get(magic & 0xFF000000)
    if known is None or len(value) != known[1]:
        return None
    version = known[0]
    permitted, inheritable = struct.unpack_from("<II", value, 4)
    if version > 1:
        more_permitted, more_inheritable = struct.unpack_from("<II", value, 12)
        permitted |= more_permitted << 32
        inheritable |= more_inheritable << 32
    root_id = struct.unpack_from("<I", value, 20)[0] if version == 3 else 0
    return FileCapabilities(version, _names(permitted), _names(inheritable), bool(magic & _EFFECTIVE), root_id)


def _names(bits: int) -> tuple[str, ...]:
    """The names of the set bits; a bit that has none is called by its number."""
    return tuple(f"cap_{_NAMES[bit]}" if bit < len(_NAMES) else f"cap_{bit}" for bit in range(64) if bits >> bit & 1)
