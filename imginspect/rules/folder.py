"""The files of a folder of rules: those that come with imginspect, and a user's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from imginspect.errors import RuleError

POLICIES = "policies"
KNOWLEDGE = "knowledge"
_MOST_FILES = 2_000
"""Files of a folder of rules; one with more is refused, since it is another folder by mistake."""
_MOST_ENTRIES = 50_000
"""Files and folders that are gone through for rules; a folder with more is refused."""


class RuleFile(NamedTuple):
    """A YAML file of a folder. *shown_as* names it in complaints and reports: a user's own by the folder's name and the path in it."""

    path: Path
    shown_as: str
    parts: tuple[str, ...]
    """The subfolders on the way to it."""


def rules_folder() -> Path:
    """The folder of the rules that come with imginspect: in the wheel, or beside the package in a checkout.

    Raises: RuleError - the installation is incomplete
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if (folder / POLICIES).is_dir():
            return folder
    raise RuleError("the built-in rules are missing; reinstall imginspect")


def rule_files(folder: Path, below: Path = Path()) -> list[RuleFile]:
    """The ``*.yaml`` of *folder* in its subfolder *below*, deeper ones included, in order of their paths; none where that is missing.

    Names that begin with a dot are skipped. A link to a folder is refused, as is a file that looks like a rule but would not be read.
    Raises: RuleError
    """
    prefix = "" if folder == rules_folder() else f"{folder.resolve().name}/"
    start = folder / below
    if below != Path() and not start.is_dir():
        return []
    files = []
    for path in _yaml_files(start, prefix, folder):
        relative = path.relative_to(folder)
        files.append(RuleFile(path, prefix + relative.as_posix(), relative.parts[:-1]))
        if len(files) > _MOST_FILES:
            raise RuleError(f"{folder}: more than {_MOST_FILES:,} *.yaml files: is this a rules folder?")
    return sorted(files, key=lambda file: file.path)


def _yaml_files(start: Path, prefix: str, folder: Path) -> Iterator[Path]:
    pending = [start]
    seen = 0
    while pending:
        for entry in _entries(pending.pop(), folder):
            shown_as = prefix + Path(entry.path).relative_to(folder).as_posix()
            seen += 1
            if seen > _MOST_ENTRIES:
                raise RuleError(f"{folder}: more than {_MOST_ENTRIES:,} files and folders: is this a rules folder?")
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name.endswith((".yaml", ".yml")):
                    raise RuleError(f"{shown_as}: is a folder, not a file")
                pending.append(Path(entry.path))
            elif entry.is_symlink() and _leads_to_folder(entry):
                raise RuleError(f"{shown_as}: is a link to a folder, which is not followed; pass that folder with --rules too")
            elif entry.name.endswith(".yml"):
                raise RuleError(f"{shown_as}: is not read, because names of rule files must end in .yaml")
            elif entry.name.endswith(".yaml"):
                yield Path(entry.path)


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a circle of links: whoever reads it will say so
        return False


def _entries(folder: Path, whole: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise RuleError(f"{whole}: {folder.name}: {error.strerror}") from error
