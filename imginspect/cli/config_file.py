"""The config file: defaults of options, a section for each command. Each complaint has file and line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from imginspect.cli.settings import settable
from imginspect.rules.mapping import Mapping, in_words
from imginspect.rules.yaml_file import load

_POLICY = "policy"
"""An option that takes a name or a file."""


def read_config(path: Path, commands: Sequence[str], group: click.Group, context: click.Context) -> dict[str, Any]:
    """The defaults in the config file at *path*, as click takes them: by command, then by parameter.

    Relative paths in it start at its folder.
    Raises: RuleError - a key is unknown or a value wrong, with file and line
    """
    found = load(path, str(path))
    found.allow(*commands)
    defaults = {}
    for name in found.keys():  # noqa: SIM118 - Mapping is no dict
        command, section = group.get_command(context, name), found.mapping(name)
        assert command is not None
        assert section is not None
        defaults[name] = defaults_of(section, command, path.parent)
    return defaults


def defaults_of(section: Mapping, command: click.Command, folder: Path) -> dict[str, Any]:
    """The defaults in *section* for *command*, by parameter; those of a subcommand are a mapping. Paths are relative to *folder*.

    Raises: RuleError
    """
    options = settable(command)
    below = command.commands if isinstance(command, click.Group) else {}
    section.allow(*options, *below)
    context = click.Context(command, info_name=command.name)
    defaults: dict[str, Any] = {}
    for key in section.keys():  # noqa: SIM118 - Mapping is no dict
        if key in below:
            inner = section.mapping(key)
            assert inner is not None
            defaults[key] = defaults_of(inner, below[key], folder)
        else:
            option = options[key]
            assert option.name is not None
            defaults[option.name] = _value(section, key, option, folder, context)
    return defaults


def _value(section: Mapping, key: str, option: click.Option, folder: Path, context: click.Context) -> Any:
    place, value = section.place_of(key), section.plain(key)
    if option.is_flag:
        if not isinstance(value, bool):
            raise place.error(f"{key!r}: expected true or false, found {in_words(value)}")
        return value
    values = value if isinstance(value, list) and option.multiple else [value]
    for item in values:
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            expected = "a string or number, or a list of them" if option.multiple else "a string or number"
            raise place.error(f"{key!r}: expected {expected}, found {in_words(item)}")
    texts = [_path(str(item), option, folder) for item in values]
    wanted: Any = texts if option.multiple else texts[0]
    if not isinstance(option.type, click.Path):  # a file that is missing matters when the command runs
        try:
            option.type_cast_value(context, wanted)
        except click.UsageError as error:
            raise place.error(f"{key!r}: {error.message}") from error
    return wanted


def _path(text: str, option: click.Option, folder: Path) -> str:
    is_path = isinstance(option.type, click.Path) and text not in ("", "-")
    is_file = option.name == _POLICY and (text.endswith((".yaml", ".yml")) or "/" in text)
    return os.path.join(folder, text) if is_path or is_file else text
