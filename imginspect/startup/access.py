"""Access: what a user may do with a file, by the mode in its tar header. ACLs and security modules are ignored.

Root with the usual capabilities reads and enters everything, but executes only what has at least one execute bit.
"""

from __future__ import annotations

from imginspect.filesystem import Node
from imginspect.startup.run_user import RunUser

READ, EXECUTE = 4, 1


def allows(node: Node, user: RunUser, wanted: int) -> bool | None:
    """Whether *user* has the right *wanted* (READ or EXECUTE) to the file *node*; None where that is not known."""
    if user.is_root:
        return wanted == READ or bool(node.mode & 0o111)
    return _by_mode(node, user, wanted)


def differs(node: Node, user: RunUser, wanted: int) -> bool:
    """Whether *user* has the right *wanted* to *node* as podman, docker and containerd unpack it, but not under other runtimes."""
    if node.stated is None or allows(node, user, wanted) is not True:
        return False
    mode, uid, gid, _ = node.stated
    return allows(node._replace(mode=mode, uid=uid, gid=gid), user, wanted) is not True


def enters(directory: Node, user: RunUser) -> bool | None:
    """Whether *user* may go through *directory*; None where that is not known."""
    if user.is_root or directory.is_implied:
        return True
    return _by_mode(directory, user, EXECUTE)


def _by_mode(node: Node, user: RunUser, wanted: int) -> bool | None:
    rights = {bool(node.mode >> shift & wanted) for shift in (6, 3, 0)}
    if len(rights) == 1:
        return rights.pop()
    if user.uid is None:
        return None
    if node.uid == user.uid:
        return bool(node.mode >> 6 & wanted)
    if user.gid is None or user.unread:
        alike = bool(node.mode >> 3 & wanted)
        return alike if alike == bool(node.mode & wanted) else None
    is_member = node.gid == user.gid or node.gid in user.groups
    return bool(node.mode >> 3 & wanted) if is_member else bool(node.mode & wanted)


def described(node: Node) -> str:
    """Mode and owner of *node* in words for a message: ``mode 0644, owner 0:0``."""
    text = node.attributes.described()
    if node.stated is None or node.stated[:3] == node.attributes[:3]:
        return text
    return f"{text} in the header of a hard link (used by podman, docker and containerd), and {node.stated.described()} in its own header"
