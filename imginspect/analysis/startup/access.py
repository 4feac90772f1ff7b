"""Access: what a user may do with a file, by the mode in its tar header. ACLs and security modules are not asked.

Root with the usual capabilities reads and enters everything, but executes only what has at least one execute bit.
"""

from __future__ import annotations

from imginspect.analysis.run_user import RunUser
from imginspect.filesystem import Node

READ, EXECUTE = 4, 1


def allows(node: Node, user: RunUser, wanted: int) -> bool | None:
    """Whether *user* has the right *wanted* (READ or EXECUTE) to the file *node*; None where that is not known."""
    if user.is_root:
        return wanted == READ or bool(node.mode & 0o111)
    return _by_mode(node, user, wanted)


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
    return f"mode {node.mode & 0o7777:04o}, owner {node.uid}:{node.gid}"
