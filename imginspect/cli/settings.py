"""Settings: options from variables of the environment and from a config file, which yield to those on the command line.

Each option has a variable, IMGINSPECT_COMMAND_OPTION, and a key of its name in the command's section of the config file. The order is
click's: command line, environment, config file, default.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from imginspect.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "IMGINSPECT"
CONFIG_VARIABLE = f"{_PREFIX}_CONFIG"
_OTHER_VARIABLES = frozenset((f"{_PREFIX}_KEY_PASSPHRASE",))
"""Variables that are no option's, and begin like those of a command."""


def long_name(option: click.Option) -> str:
    """The name of *option* as it is written, without its dashes."""
    return max(option.opts, key=len).lstrip("-")


def settable(command: click.Command) -> dict[str, click.Option]:
    """The options of *command* that have a variable and a key, by name."""
    return {long_name(item): item for item in command.params if isinstance(item, click.Option) and item.expose_value and not item.hidden}


def add_variables(command: click.Command, *names: str) -> None:
    """Gives each option of *command*, which is called by *names*, and of its subcommands a variable that its help shows."""
    for name, option in settable(command).items():
        option.envvar = _variable(*names, name)
        option.show_envvar = True
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            add_variables(below, *names, name)


def check_variables(command: click.Command, name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raises UsageError for a variable that begins like those of the command *name* and is that of no option."""
    known = {*_variables(command, name), *_OTHER_VARIABLES}
    for found in sorted(environment):
        if found.startswith(_variable(name, "")) and found not in known:
            from difflib import get_close_matches  # few runs need it

            near = get_close_matches(found, known, n=1)
            raise UsageError(f"the variable {found} does not match any option of {name}{f'; did you mean {near[0]}?' if near else ''}")


def _variables(command: click.Command, *names: str) -> Iterator[str]:
    yield from (_variable(*names, option) for option in settable(command))
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _variables(below, *names, name)


def _variable(*names: str) -> str:
    return "_".join((_PREFIX, *names)).upper().replace("-", "_")


def in_effect(context: click.Context | None) -> tuple[str, ...]:
    """The options of the command that runs which come from the environment or the config file, with value and origin."""
    if context is None:
        return ()
    origins = {click.core.ParameterSource.ENVIRONMENT: "environment", click.core.ParameterSource.DEFAULT_MAP: "config file"}
    found = []
    for name, option in settable(context.command).items():
        assert option.name is not None
        source = context.get_parameter_source(option.name)
        if source in origins:
            value = context.params[option.name]
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            found.append(f"--{name} {shown} ({origins[source]})")
    return tuple(found)


def usual_config() -> Path | None:
    """The config file that is read without being asked for, if it is there; none where IMGINSPECT_CONFIG is empty.

    Source: XDG Base Directory Specification, XDG_CONFIG_HOME.
    """
    if os.environ.get(CONFIG_VARIABLE) == "":
        return None
    from pathlib import Path

    base, home = os.environ.get("XDG_CONFIG_HOME", ""), os.environ.get("HOME", "")
    if sys.platform == "darwin":
        folder = Path(click.get_app_dir("imginspect"))
    elif base.startswith("/"):
        folder = Path(base, "imginspect")
    elif home.startswith("/"):
        folder = Path(home, ".config", "imginspect")
    else:
        return None
    path = folder / "config.yaml"
    return path if os.path.isfile(path) else None
