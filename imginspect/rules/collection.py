"""Collections of entries in the files of a folder below ``knowledge``: each has a unique id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from imginspect.rules import yaml_file
from imginspect.rules.folder import rule_files
from imginspect.rules.rule import digest_of
from imginspect.rules.yaml_file import Mapping


class Item(Protocol):
    """What a collection holds: something with an id, and the place where it is defined."""

    @property
    def id(self) -> str:
        """Names it."""

    @property
    def file(self) -> str:
        """The file that defines it."""

    @property
    def line(self) -> int:
        """The line there, from 1."""


ItemType = TypeVar("ItemType", bound=Item)


def collect(
    folders: Sequence[Path], below: Path, key: str, parse: Callable[[Mapping, Mapping], ItemType], *more_keys: str
) -> tuple[tuple[ItemType, ...], str]:
    """All items in the lists *key* of the files in *below* of *folders*, by id; and the sha256 of the files' contents.

    *parse* is given an item and the file that it is in, which may have *more_keys*.
    Raises: RuleError - a faulty file, or two items with one id
    """
    found: dict[str, ItemType] = {}
    contents = []
    for folder in folders:
        for file in rule_files(folder, below):
            content = yaml_file.read(file.path, file.shown_as)
            whole = yaml_file.parse(content, file.shown_as)
            whole.allow(key, *more_keys)
            contents.append(content)
            for mapping in whole.mappings(key):
                item = parse(mapping, whole)
                if item.id in found:
                    before = found[item.id]
                    raise mapping.place_of("id").error(f"{item.id} is already defined in {before.file}, line {before.line}")
                found[item.id] = item
    return tuple(found[item_id] for item_id in sorted(found)), digest_of(contents)
