"""RunUser: as whom the container runs, by the config's User and the image's /etc/passwd and /etc/group.

Source: the ``user`` package of moby and runc (GetExecUser), which Docker, containerd and CRI-O follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imginspect.analysis.view import View
from imginspect.errors import PathError
from imginspect.filesystem import Node

PASSWD = "/etc/passwd"  # noqa: S105 - a path
GROUP = "/etc/group"
_MOST_LINES = 20_000
_LARGEST_ID = (1 << 31) - 1


class RunUser(NamedTuple):
    """One user. *uid* and *gid* are None where they could not be told.

    *name* is empty for a number without an entry. *error* says why a container cannot start as this user; *unread* names the file that
    would tell and was not kept. *nodes* are the files that were looked into.
    """

    text: str
    uid: int | None
    gid: int | None
    groups: frozenset[int] = frozenset()
    name: str = ""
    home: str = ""
    error: str = ""
    unread: str = ""
    nodes: tuple[Node, ...] = ()

    @property
    def is_root(self) -> bool:
        """Whether it is user 0; False where that is not known."""
        return self.uid == 0

    def __str__(self) -> str:
        shown = self.name or self.text or "root"
        return f"{shown} (uid {self.uid})" if self.uid is not None and shown != str(self.uid) else f"uid {self.uid}" if self.uid else shown


class _Account(NamedTuple):
    name: str
    uid: int
    gid: int
    home: str


class _Group(NamedTuple):
    name: str
    gid: int
    members: tuple[str, ...]


def run_user(view: View) -> RunUser:
    """The user that the config names; root where it names none."""
    return user_named(view, view.image.config.user)


def user_named(view: View, text: str) -> RunUser:
    """The user that *text* (``name``, ``uid``, ``name:group`` …) means in the image."""
    who, _, group = text.partition(":")
    passwd, groups = _file(view, PASSWD), _file(view, GROUP)
    nodes = tuple(found.node for found in (passwd, groups) if found.node is not None)
    number = 0 if not who else int(who) if who.isascii() and who.isdigit() and len(who) < 20 else None
    account = next(
        (item for item in _accounts(passwd.text or "") if (item.uid == number if number is not None else item.name == who)), None
    )
    if number is None and account is None:
        if passwd.is_unread:
            return RunUser(text, None, None, unread=PASSWD, nodes=nodes)
        why = f"{PASSWD} has no entry for {who!r}" if passwd.node is not None else f"there is no {PASSWD} that names {who!r}"
        return RunUser(text, None, None, error=why, nodes=nodes)
    uid = account.uid if account else number or 0
    if uid > _LARGEST_ID:
        return RunUser(text, None, None, error=f"{uid} is no user id", nodes=nodes)
    unread = PASSWD if passwd.is_unread else ""
    base = RunUser(text, uid, account.gid if account else 0, name=account.name if account else "", home=account.home if account else "",
                   unread=unread, nodes=nodes)  # fmt: skip
    return _with_groups(base, group, groups)


def _with_groups(user: RunUser, group: str, groups: _File) -> RunUser:
    """*user* in the group that was asked for, else with all groups that list the user's name."""
    entries = list(_groups(groups.text or ""))
    if not group:
        more = frozenset(entry.gid for entry in entries if user.name and user.name in entry.members)
        return _changed(user, user.gid, more, unread=user.unread or (GROUP if groups.is_unread and user.name else ""))
    number = _number(group)
    found = next((entry for entry in entries if (entry.name == group if number is None else entry.gid == number)), None)
    if found is not None or number is not None:
        return _changed(user, found.gid if found else number, frozenset())
    if groups.is_unread:
        return _changed(user, None, frozenset(), unread=GROUP)
    return RunUser(user.text, user.uid, None, name=user.name, home=user.home, error=f"{GROUP} has no entry for {group!r}", nodes=user.nodes)


def _changed(user: RunUser, gid: int | None, groups: frozenset[int], unread: str = "") -> RunUser:
    return RunUser(user.text, user.uid, gid, groups, user.name, user.home, user.error, unread or user.unread, user.nodes)


class _File(NamedTuple):
    node: Node | None
    text: str | None

    @property
    def is_unread(self) -> bool:
        return self.node is not None and self.text is None


def _file(view: View, path: str) -> _File:
    try:
        node = view.filesystem.resolve(path).node
    except PathError:
        return _File(None, None)
    return _File(node, view.text(node)) if node.content is not None else _File(None, None)


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip().split(":")


def _accounts(text: str) -> Iterator[_Account]:
    for fields in _lines(text):
        uid, gid = (_number(fields[2]), _number(fields[3])) if len(fields) >= 4 else (None, None)
        if uid is not None and gid is not None:
            yield _Account(fields[0], uid, gid, fields[5] if len(fields) > 5 else "")


def _groups(text: str) -> Iterator[_Group]:
    for fields in _lines(text):
        gid = _number(fields[2]) if len(fields) >= 3 else None
        if gid is not None:
            yield _Group(fields[0], gid, tuple(fields[3].split(",")) if len(fields) > 3 else ())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
