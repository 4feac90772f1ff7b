"""Command: the words that the config's Entrypoint and Cmd make, and what is wrong with them before any file is looked at."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.languages.language import Form
from imginspect.languages.registry import interpret
from imginspect.languages.shell.language import SHELL
from imginspect.oci.config import ImageConfig
from imginspect.startup.array_text import array_in, array_problem, healthcheck_problems, misplaced_problem
from imginspect.startup.context import Context
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.startup.run_user import RunUser
from imginspect.startup.working_dir import working_dir_problems
from imginspect.startup.wrappers import MOST_WRAPPERS, peel_one

_MOST_ENTRIES = 20
"""How many entries of Env are reported: a start fails with the first."""


class StartCommand(NamedTuple):
    """*words* with the config field that each comes from (``Entrypoint[0]``; empty where it is not from the config)."""

    words: tuple[str, ...]
    fields: tuple[str, ...]
    is_reset: bool = False
    """The entrypoint is one empty word, which Docker takes as none and other runtimes as a program without a name."""

    def field_of(self, word: str) -> str:
        """The config field that holds *word*; the first where none does."""
        named = dict(zip(reversed(self.words), reversed(self.fields), strict=True))
        return named.get(word) or (self.fields[0] if self.fields else "")


def command_of(config: ImageConfig) -> StartCommand:
    """Entrypoint and Cmd as runtimes join them: Cmd's words follow those of the entrypoint."""
    is_reset = config.entrypoint == ("",)
    entrypoint = () if is_reset else config.entrypoint
    fields = [f"Entrypoint[{number}]" for number in range(len(entrypoint))] + [f"Cmd[{number}]" for number in range(len(config.cmd))]
    return StartCommand((*entrypoint, *config.cmd), tuple(fields), is_reset)


def problems_of(view: View, command: StartCommand, user: RunUser, context: Context) -> list[LaunchProblem]:
    """What stops a container before its program is looked for: no command, an unknown user, no working directory."""
    if any(problem.unread and problem.where == "config" for problem in view.image.problems):
        return [LaunchProblem(Kind.NOT_READ, Certainty.UNREAD, "the image's config could not be read", config_field="Entrypoint")]
    found = []
    if not command.words:
        text = "the config has neither an Entrypoint nor a Cmd, so there is nothing to start"
        found.append(LaunchProblem(Kind.NO_COMMAND, Certainty.FAILS, text, config_field="Entrypoint"))
    elif not command.words[0].strip():
        text = "the first word of the command is empty, so it names no program"
        found.append(LaunchProblem(Kind.NO_COMMAND, Certainty.FAILS, text, config_field=command.fields[0]))
    elif command.is_reset:
        text = "the Entrypoint is one empty word: Docker treats it as unset, other runtimes as a program without a name"
        found.append(LaunchProblem(Kind.NO_COMMAND, Certainty.DEPENDS, text, config_field="Entrypoint[0]"))
    config = view.image.config
    places = working_dir_problems(view, config.working_dir, context.mounts)
    return [*found, *_user(user), *places, *_environment(config), *_array(config, command), *healthcheck_problems(config)]


def _user(user: RunUser) -> list[LaunchProblem]:
    if user.error:
        text = f"the config's User is {user.text!r}, but {user.error}: the container cannot start"
        return [LaunchProblem(Kind.BAD_USER, Certainty.FAILS, text, nodes=user.nodes, config_field="User")]
    if user.uid is None or (user.gid is None and user.unread):
        text = f"it is not known whether the user {user.text!r} exists: {user.unread} was not read"
        return [LaunchProblem(Kind.NOT_READ, Certainty.UNREAD, text, nodes=user.nodes, config_field="User")]
    return []


def _environment(config: ImageConfig) -> list[LaunchProblem]:
    """Entries of Env that are no variable. Measured: podman and umoci refuse one without a name; podman fills in the host's value."""
    found = []
    for number, item in enumerate(config.env):
        name, equals, _ = item.partition("=")
        if not name:
            text = f"entry {number + 1} of the config's Env has no name: podman, umoci and runc refuse to start the container"
            found.append(LaunchProblem(Kind.BAD_ENVIRONMENT, Certainty.FAILS, text, config_field="Env"))
        elif not equals:
            text = (
                f"entry {number + 1} of the config's Env has no '=': runc refuses to start the container, "
                "and podman takes the value from its own environment"
            )
            found.append(LaunchProblem(Kind.BAD_ENVIRONMENT, Certainty.DEPENDS, text, config_field="Env"))
    found.sort(key=lambda problem: problem.certainty is not Certainty.FAILS)
    if len(found) <= _MOST_ENTRIES:
        return found
    more = f"{len(found) - _MOST_ENTRIES:,} more entries of the config's Env have no name or no '='"
    return [*found[:_MOST_ENTRIES], found[_MOST_ENTRIES]._replace(text=more)]


def _array(config: ImageConfig, command: StartCommand) -> list[LaunchProblem]:
    """An array that Docker took as text for a shell, as the command behind its wrappers or as what Cmd hands to the entrypoint."""
    target = interpret(_unwrapped(command.words))
    if target.form is Form.TEXT and target.language is SHELL:
        array = array_in(target.value)
        return [array_problem(array, target.interpreter, command.field_of(target.value))] if array is not None else []
    given = interpret(config.cmd) if config.cmd and config.entrypoint else None
    array = array_in(given.value) if given is not None and given.form is Form.TEXT and given.language is SHELL else None
    return [misplaced_problem(array, f"Cmd[{config.cmd.index(given.value)}]")] if given is not None and array is not None else []


def _unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    for _ in range(MOST_WRAPPERS):
        step = peel_one(words)
        if step is None or step.unknown or step.shell_text is not None or not step.argv:
            break
        words = step.argv
    return words
