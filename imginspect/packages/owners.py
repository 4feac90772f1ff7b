"""Owners: which package claims which file, and whether the file is as the package's database recorded it.

All of this is what the image states of itself. A database may claim only paths of its own install scheme, and a claim holds only where
the file's content has the recorded digest, or none is recorded.
"""

from __future__ import annotations

import posixpath
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.packages.apk import apk_packages
from imginspect.packages.conda import conda_packages
from imginspect.packages.dpkg import dpkg_packages
from imginspect.packages.folders import julia_packages, npm_packages, r_packages
from imginspect.packages.package import NotDetermined, Package, Stated
from imginspect.packages.python_packages import python_packages
from imginspect.packages.rpm import rpm_packages

_READERS = (dpkg_packages, apk_packages, rpm_packages, conda_packages, python_packages, r_packages, npm_packages, julia_packages)
"""In this order: where two claim a file the first one stands, as the system's package manager does over pip."""
_COMPILED = "/__pycache__/"
_MOST_CLAIMS = 2_000_000
"""Claims of all packages together that are read: twice as many as the files that an image may have."""
_MOST_STEPS = 8_000_000
"""Folders walked through to place these claims, each a look-up; what is beyond is named as not read."""


class ClaimState(StrEnum):
    """How a file compares with what its package's database recorded."""

    UNMODIFIED = "unmodified"
    MODIFIED = "modified"
    UNVERIFIED = "unverified"
    """No digest is recorded, or the file's own is not known in that algorithm."""


class Owner(NamedTuple):
    """The package that claims a file, and how the file compares."""

    package: Package
    state: ClaimState


class Owners:
    """The packages of an image and their claims; ``of`` answers for one file."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._stated: list[Stated] = []
        self._files: dict[str, dict[str, int]] = {}
        self._claimed: list[int] = []
        self._claims_left, self._steps_left = _MOST_CLAIMS, _MOST_STEPS
        self._folders: dict[str, int] = {}
        self.not_determined: list[NotDetermined] = []
        self._canonical_folder = lru_cache(maxsize=20_000)(self._resolved)
        for reader in _READERS:
            for stated in reader(view):
                if isinstance(stated, NotDetermined):
                    self.not_determined.append(stated)
                    continue
                self._add(stated)
        self._digests = lru_cache(maxsize=64)(self._digests_of)

    def _add(self, stated: Stated) -> None:
        """Takes up the claims of a package. Those in folders that are not there are about no file, and are left out."""
        number, taken = len(self._stated), 0
        self._stated.append(stated)
        for claim in stated.claims():
            if self._claims_left <= 0 or self._steps_left <= 0:
                self._say_bound(stated)
                break
            taken += 1
            self._claims_left -= 1
            path, name = self._place(claim.path)
            if path is not None and stated.may_claim(f"{path}/{name}"):
                self._files.setdefault(path, {}).setdefault(name, number)
        self._claimed.append(taken)
        for folder in stated.folders:
            self._folders.setdefault(folder, number)

    def _say_bound(self, stated: Stated) -> None:
        why = f"the packages claim more files than are read ({_MOST_CLAIMS:,}, in {_MOST_STEPS:,} folders)"
        if not any(item.why == why for item in self.not_determined):
            self.not_determined.append(NotDetermined(stated.package.database, why, due_to_unread=True))

    def _place(self, path: str) -> tuple[str | None, str]:
        """The folder of *path* as the filesystem has it, None where it has none, and the last name."""
        folder, _, name = path.rpartition("/")
        return self._canonical_folder(folder), name

    @property
    def packages(self) -> tuple[Package, ...]:
        """All packages, in the order of their databases."""
        return tuple(stated.package for stated in self._stated)

    def of(self, node: Node) -> Owner | None:
        """The package that claims *node*, or None. The files of a project that pip installed from a folder are the project's own."""
        number = self._number(node.path)
        if number is None:
            return None
        package = self._stated[number].package
        return None if package.is_project else Owner(package, self._state(number, node))

    def _number(self, path: str) -> int | None:
        folder, _, name = path.rpartition("/")
        number = self._files.get(folder, {}).get(name)
        if number is None and _COMPILED in path and path.endswith(".pyc"):  # compiled when the source was installed
            folder, _, name = path.rpartition(_COMPILED)
            number = self._files.get(folder, {}).get(f"{name.partition('.')[0]}.py")
        while number is None and path not in ("", "/"):
            path = posixpath.dirname(path)
            number = self._folders.get(path)
        return number

    def _state(self, number: int, node: Node) -> ClaimState:
        recorded = self._digests(number).get(node.path, "")
        algorithm, _, digest = recorded.partition(":")
        actual = self._view.digest(node, algorithm) if recorded else None
        if actual is None:
            return ClaimState.UNVERIFIED
        return ClaimState.UNMODIFIED if actual == digest else ClaimState.MODIFIED

    def _digests_of(self, number: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for claim in islice(self._stated[number].claims(), self._claimed[number]):
            folder, name = self._place(claim.path)
            if claim.digest and folder is not None and self._files.get(folder, {}).get(name) == number:
                found[f"{folder}/{name}"] = claim.digest
        return found

    def _resolved(self, folder: str) -> str | None:
        """*folder* as the filesystem has it: ``/usr/bin`` for ``/bin`` where that is a link. None where it is not there."""
        self._steps_left -= 1 + folder.count("/")
        found = self._view.find(folder or "/")
        return found.path.rstrip("/") if found is not None else None
