"""Made: files, directories and programs that the image lacks but that earlier commands may have created."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from typing import NamedTuple

UNKNOWN = "\x00"
_MOST_EARLIER = 50_000
"""Commands, files written and programs of the project, each; what runs beyond may have made anything, as a program of the project may."""
_MOST_WORDS = 200
"""Words of one command that are compared with what is missing; one with more may have made anything too."""
_NEVER_TEXT = (
    "cd pushd popd chdir ls ll cat head tail grep egrep fgrep echo printf test [ true false : rm rmdir . source stat "
    "file du df which command type export unset set shift umask ulimit id whoami hostname date sleep wait kill trap exit "
    "return read wc sort uniq cut tr basename dirname readlink realpath diff cmp env printenv exec pgrep ps getent nproc "
    "uname chmod chown chgrp"
)
_NEVER = frozenset(_NEVER_TEXT.split())
"""Commands that create no file, even if they name one; a redirection counts by itself."""
_HERE_TEXT = (
    "git tar unzip wget curl make cmake ninja npm yarn pnpm cargo go gcc cc g++ c++ pip pip3 conda mamba svn hg 7z 7za gunzip bunzip2 "
    "rsync cpio aws gsutil az rclone dvc patch sed quarto"
)
_HERE = frozenset(_HERE_TEXT.split())
"""Commands that make files where they run, without naming them."""
_UNPACKING = frozenset({"tar", "unzip", "cpio", "rsync", "cp", "7z", "7za", "unsquashfs", "dpkg", "rpm"})
_INSTALLING_TEXT = (
    "apt apt-get aptitude apk yum dnf microdnf zypper pacman dpkg rpm pip pip3 pipx uv conda mamba micromamba npm yarn pnpm gem cargo go "
    "poetry pdm pipenv brew cpan cpanm luarocks install.r install2.r make ninja cmake easy_install python -m R Rscript julia tlmgr"
)
_INSTALLING = frozenset(_INSTALLING_TEXT.split())
_RUN_TIME = ("/tmp", "/var/tmp", "/run", "/var/run", "/dev", "/proc", "/sys")  # noqa: S108 - paths in an image
_COPYING = frozenset({"cp", "mv", "ln"})
_PERMITTING = frozenset({"chmod", "chown", "chgrp", "install", "setfacl", "dos2unix"})
Order = tuple[int, ...]


class Earlier(NamedTuple):
    """A command with its place in the order of the start. *is_opaque*: it is the project's own and may write any file.

    *is_sure*: it runs in any case, or wherever what it makes is missing.
    """

    order: Order
    words: tuple[str, ...]
    directory: str
    is_opaque: bool = False
    is_sure: bool = False


class Made:
    """Everything that runs, in the order in which it does."""

    def __init__(self) -> None:
        self._ran: list[Earlier] = []
        self._written: list[tuple[Order, str]] = []
        self._opaque: list[tuple[Order, str]] = []
        self._is_full_from: Order = ()

    def ran(self, order: Order, words: Sequence[str], directory: str, *, is_sure: bool = False) -> None:
        """Take note of a command."""
        if len(self._ran) < _MOST_EARLIER and words:
            self._ran.append(Earlier(order, tuple(words[:_MOST_WORDS]), directory, is_sure=is_sure))
            if len(words) > _MOST_WORDS:
                self.ran_own(order, f"{words[0]} with {len(words) - 1:,} arguments")
        elif words:
            self._more(order)

    def wrote(self, order: Order, path: str) -> None:
        """Take note of a redirection into *path*."""
        if len(self._written) < _MOST_EARLIER:
            self._written.append((order, path))
        else:
            self._more(order)

    def ran_own(self, order: Order, name: str) -> None:
        """Take note of a program or script of the project that may write files without naming them."""
        if len(self._opaque) < _MOST_EARLIER:
            self._opaque.append((order, name))
        else:
            self._more(order)

    def _more(self, order: Order) -> None:
        """Take note that from *order* on not everything is listed."""
        self._is_full_from = min(order, self._is_full_from or order)

    def own_before(self, order: Order) -> str:
        """A program of the project that runs before *order*; empty where there is none."""
        more = f"a command beyond the first {_MOST_EARLIER:,}" if self._is_full_from and _is_before(self._is_full_from, order) else ""
        return next((name for when, name in self._opaque if _is_before(when, order)), more)

    def may_make(self, path: str, order: Order) -> bool:
        """Whether something before *order* may have made the file or directory at the absolute *path*."""
        if any(_is_before(when, order) and (at == path or at.startswith(path + "/")) for when, at in self._written):
            return True
        before = [item for item in self._ran if _is_before(item.order, order)]
        if before and any(path == folder or path.startswith(folder + "/") for folder in _RUN_TIME):
            return True
        return any(_makes(item, path) for item in before)

    def puts(self, path: str, order: Order, is_there: Callable[[str], bool]) -> bool:
        """Whether a command before *order* puts a file or folder that is there (*is_there*) at *path* or above it."""
        return any(
            _is_before(item.order, order) and _names(item, path, is_part=False) and _has_sources(item, is_there)
            for item in self._ran
            if item.is_sure and _name(item) in _COPYING
        )

    def may_permit(self, path: str, order: Order) -> bool:
        """Whether something before *order* may have changed rights or content of what is at *path*."""
        return any(
            _is_before(item.order, order) and _name(item) in _PERMITTING and _names(item, path, is_part=True) for item in self._ran
        ) or self.may_make(path, order)

    def may_install(self, folders: Sequence[str], name: str, order: Order) -> bool:
        """Whether something before *order* may have put a program called *name* into one of *folders*."""
        for item in self._ran:
            if _is_before(item.order, order) and (
                _name(item) in _INSTALLING or any(_makes(item, f"{folder}/{name}") for folder in folders)
            ):
                return True
        return any(_is_before(when, order) and at.rpartition("/")[0] in folders for when, at in self._written)


def _is_before(first: Order, second: Order) -> bool:
    """Whether what is at *first* runs before *second*, and is not what leads there."""
    return first < second and second[: len(first)] != first


def _has_sources(item: Earlier, is_there: Callable[[str], bool]) -> bool:
    """Whether what a copying command takes is there; its last word is where it goes."""
    sources = [word for word in item.words[1:] if not word.startswith("-")][:-1]
    return bool(sources) and all(
        UNKNOWN not in word and is_there(posixpath.normpath(posixpath.join(item.directory or "/", word))) for word in sources
    )


def _name(item: Earlier) -> str:
    return item.words[0].rpartition("/")[2]


def _makes(item: Earlier, path: str) -> bool:
    name = _name(item)
    if name in _NEVER:
        return False
    if name in _HERE and item.directory and (path == item.directory or path.startswith(item.directory.rstrip("/") + "/")):
        return True
    if name in _INSTALLING and path.startswith(("/usr/", "/opt/", "/bin/", "/root/", "/home/")):
        return True
    return _names(item, path, is_part=name in _UNPACKING)


def _names(item: Earlier, path: str, *, is_part: bool) -> bool:
    """Whether one of its words is *path*, a folder above it (``/`` where *is_part*) or something below it."""
    for word in item.words[1:]:
        for part in (word, word.partition("=")[2]) if word.startswith("-") or "=" in word else (word,):
            text = part.rstrip("*")
            if text.startswith(UNKNOWN):
                if is_part:
                    return True
                text = text[1:]
            if not text or text.startswith("-"):
                continue
            at = posixpath.normpath(posixpath.join(item.directory or "/", text))
            if at == path or at.startswith(path + "/") or (path.startswith(at + "/") if at != "/" else is_part):
                return True
    return False
