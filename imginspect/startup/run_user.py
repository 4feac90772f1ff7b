"""RunUser: as whom the container runs, by the config's User and the image's /etc/passwd and /etc/group.

Source: the ``user`` package of moby and runc (GetExecUser), which Docker, containerd, CRI-O and podman follow. Measured with podman
4.3.1 (crun 1.8.1 and runc 1.1.5), runc alone and umoci 0.4.7: fields that an entry lacks, or that are no number, count as 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.tar.header import DIRECTORY

PASSWD = "/etc/passwd"  # noqa: S105 - a path
GROUP = "/etc/group"
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_LARGEST_ID = (1 << 31) - 1
"""The largest number of a user that runc takes."""


class RunUser(NamedTuple):
    """One user. *uid* and *gid* are None where they could not be told.

    *name* is empty for a number without an entry. *error* says why a container cannot start as this user; *unread* names the file that
    would tell and was not kept. *nodes* are the files that were read.
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
    who, group, *_ = (*text.split(":"), "")
    passwd, groups = _file(view, PASSWD), _file(view, GROUP)
    nodes = tuple(found.node for found in (passwd, groups) if found.node is not None)
    broken = next((found for found in (passwd, groups) if found.is_broken), None)
    if broken is not None and broken.node is not None:
        return RunUser(text, None, None, error=f"{broken.node.path} is a {broken.node.kind}, not a file", nodes=nodes)
    number = 0 if not who else _number(who)
    account = next(
        (item for item in _accounts(passwd.text or "") if (item.uid == number if number is not None else item.name == who)), None
    )
    if number is None and account is None:
        if passwd.is_unread:
            return RunUser(text, None, None, unread=PASSWD, nodes=nodes)
        why = f"{PASSWD} has no entry for {who!r}" if passwd.node is not None else f"there is no {PASSWD} to look up {who!r}"
        return RunUser(text, None, None, error=why, nodes=nodes)
    uid = account.uid if account else number or 0
    if not 0 <= uid <= _LARGEST_ID:
        return RunUser(text, None, None, error=f"{uid} is not a valid user ID", nodes=nodes)
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
    if found is None and number is not None and not 0 <= number <= _LARGEST_ID:
        return RunUser(
            user.text, user.uid, None, name=user.name, home=user.home, error=f"{number} is not a valid group ID", nodes=user.nodes
        )
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

    @property
    def is_broken(self) -> bool:
        """Whether it is there and no file: every start then fails, whoever the user is."""
        return self.node is not None and self.node.kind == DIRECTORY


def _file(view: View, path: str) -> _File:
    try:
        node = view.filesystem.resolve(path).node
    except PathError:
        return _File(None, None)
    return _File(node, view.text(node)) if node.content is not None else _File(node if node.kind == DIRECTORY else None, None)


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip().split(":")


def _accounts(text: str) -> Iterator[_Account]:
    for fields in _lines(text):
        name, _, uid, gid, _, home = (*fields[:6], *[""] * (6 - len(fields)))
        yield _Account(name, _number(uid) or 0, _number(gid) or 0, home)


def _groups(text: str) -> Iterator[_Group]:
    for fields in _lines(text):
        name, _, gid, members = (*fields[:4], *[""] * (4 - len(fields)))
        yield _Group(name, _number(gid) or 0, tuple(members.split(",")) if members else ())


def _number(text: str) -> int | None:
    """The number that *text* is, as Go's Atoi reads it: with a sign, in ASCII digits."""
    return int(text) if _NUMBER.fullmatch(text) else None
