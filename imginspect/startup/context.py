"""Context: what a command finds around it when it starts: its user, environment, working directory and search path."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.startup.lookup import absolute
from imginspect.startup.run_user import RunUser, user_named
from imginspect.startup.special_wrappers import WrapperStep

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What runtimes set where the config sets no PATH."""
_BARE_PATH = "/bin:/usr/bin"
_MOST_FOLDERS = 200
"""Folders of PATH that are looked into for each name; with more folders a program that was not found counts as not known."""


class Context(NamedTuple):
    """*is_shell* is set for what a shell starts: it has commands of its own, and runs a file without a first line itself.

    *wrapper* is the name of the program that starts the command, empty for the runtime. *environment_is_open* says that something
    before it (an activated environment) may set variables that are not known.
    """

    user: RunUser
    environment: Mapping[str, str]
    working_dir: str
    mounts: tuple[str, ...] = ()
    wrapper: str = ""
    is_shell: bool = False
    environment_is_open: bool = False
    extra_path: tuple[str, ...] = ()

    @property
    def path(self) -> list[str]:
        """The folders in which commands are looked for."""
        return [*self.extra_path, *path_folders(self.environment, _BARE_PATH)]

    @property
    def is_path_cut(self) -> bool:
        """Whether PATH has more folders than are looked into."""
        return self.environment.get("PATH", "").count(":") >= _MOST_FOLDERS


def path_folders(environment: Mapping[str, str], default: str = "") -> list[str]:
    """The folders of the variable PATH, or of *default* where it is not set, at most 200."""
    return environment.get("PATH", default).split(":")[:_MOST_FOLDERS]


def environment_of(env: Sequence[str]) -> dict[str, str]:
    """The variables of the config's Env, the last of a name counts; PATH as runtimes set it where it is not there."""
    found = {"PATH": DEFAULT_PATH}
    for item in env:
        name, equals, value = item.partition("=")
        if equals and name:
            found[name] = value
    return found


def behind(view: View, context: Context, step: WrapperStep, program: str) -> Context:
    """The context of the command that the wrapper *step* starts; *program* is the wrapper's own path in the image."""
    environment: dict[str, str] = {} if step.clears_environment else dict(context.environment)
    for name, value in step.environment:
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    user = user_named(view, step.user) if step.user else context.user
    directory = absolute(step.working_dir, context.working_dir) if step.working_dir else context.working_dir
    return context._replace(
        user=user,
        environment=environment,
        working_dir=directory,
        wrapper=step.name,
        is_shell=False,
        environment_is_open=context.environment_is_open or bool(step.activates) or step.name == "sudo",
        extra_path=(*_activated(view, context, step, program), *context.extra_path),
    )


def _activated(view: View, context: Context, step: WrapperStep, program: str) -> tuple[str, ...]:
    """The folders that an activated environment puts in front of PATH, as far as they are in the image."""
    if step.name == "sudo":
        return tuple(DEFAULT_PATH.split(":"))
    kind, _, name = step.activates.partition(":")
    if not kind:
        return ()
    here = context.working_dir
    folders = {
        "conda": lambda: _conda(context, name, program),
        "uv": lambda: [_joined(here, context.environment.get("UV_PROJECT_ENVIRONMENT", posixpath.join(name, ".venv")))],
        "poetry": lambda: [posixpath.join(here, ".venv")],
        "pipenv": lambda: [posixpath.join(here, ".venv")],
        "pdm": lambda: [posixpath.join(here, ".venv")],
        "pixi": lambda: [posixpath.join(here, ".pixi/envs", name or "default")],
    }.get(kind, list)()
    active = [context.environment[name] for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if name in context.environment]
    prefixes = [folder for folder in [*folders, *active] if view.filesystem.get(folder) is not None]
    return tuple(posixpath.join(prefix, "bin") for prefix in prefixes)


def _conda(context: Context, name: str, program: str) -> list[str]:
    if "/" in name:
        return [absolute(name, context.working_dir)]
    root = posixpath.dirname(posixpath.dirname(program))
    named = [context.environment[key] for key in ("MAMBA_ROOT_PREFIX", "CONDA_ROOT") if key in context.environment]
    roots = list(dict.fromkeys([*named, root, "/opt/conda"]))
    return [folder for root in roots for folder in ([root] if name in ("", "base") else [posixpath.join(root, "envs", name)])]


def _joined(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder or "/", path))
