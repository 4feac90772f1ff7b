"""Command: the words that the config's Entrypoint and Cmd make, and what is wrong with them before any file is looked at."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.analysis.run_user import RunUser
from imginspect.analysis.startup.context import Context
from imginspect.analysis.startup.lookup import below
from imginspect.analysis.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.analysis.view import View
from imginspect.errors import PathError
from imginspect.oci.config import ImageConfig
from imginspect.tar.header import DIRECTORY


class Command(NamedTuple):
    """*words* with the config field that each comes from (``Entrypoint[0]``; empty where it is not from the config)."""

    words: tuple[str, ...]
    fields: tuple[str, ...]
    is_reset: bool = False
    """The entrypoint is one empty word, which Docker takes as none and other runtimes as a program without a name."""

    def field_of(self, word: str) -> str:
        """The config field that holds *word*; the first where none does."""
        named = dict(zip(reversed(self.words), reversed(self.fields), strict=True))
        return named.get(word) or (self.fields[0] if self.fields else "")


def command_of(config: ImageConfig) -> Command:
    """Entrypoint and Cmd as runtimes join them: Cmd's words follow those of the entrypoint."""
    is_reset = config.entrypoint == ("",)
    entrypoint = () if is_reset else config.entrypoint
    fields = [f"Entrypoint[{number}]" for number in range(len(entrypoint))] + [f"Cmd[{number}]" for number in range(len(config.cmd))]
    return Command((*entrypoint, *config.cmd), tuple(fields), is_reset)


def problems_of(view: View, command: Command, user: RunUser, context: Context) -> list[LaunchProblem]:
    """What stops a container before its program is looked for: no command, an unknown user, no working directory."""
    if any(problem.unread and problem.where == "config" for problem in view.image.problems):
        return [LaunchProblem(Kind.NOT_READ, Certainty.UNREAD, "the image's config could not be read", config_field="Entrypoint")]
    found = []
    if not command.words:
        text = "the config names neither an Entrypoint nor a Cmd: there is nothing to start"
        found.append(LaunchProblem(Kind.NO_COMMAND, Certainty.FAILS, text, config_field="Entrypoint"))
    elif not command.words[0].strip():
        text = "the first word of the command is empty: it names no program"
        found.append(LaunchProblem(Kind.NO_COMMAND, Certainty.FAILS, text, config_field=command.fields[0]))
    elif command.is_reset:
        text = "the Entrypoint is one empty word, which Docker takes as none and other runtimes as a program without a name"
        found.append(LaunchProblem(Kind.NO_COMMAND, Certainty.DEPENDS, text, config_field="Entrypoint[0]"))
    return [*found, *_user(user), *_working_dir(view, context)]


def _user(user: RunUser) -> list[LaunchProblem]:
    if user.error:
        text = f"the config's User is {user.text!r}, and {user.error}: the container cannot start"
        return [LaunchProblem(Kind.BAD_USER, Certainty.FAILS, text, nodes=user.nodes, config_field="User")]
    if user.uid is None or (user.gid is None and user.unread):
        text = f"whether the user {user.text!r} exists is not known: {user.unread} was not read"
        return [LaunchProblem(Kind.NOT_READ, Certainty.UNREAD, text, nodes=user.nodes, config_field="User")]
    return []


def _working_dir(view: View, context: Context) -> list[LaunchProblem]:
    """The runtime makes a working directory that is missing; it cannot make one where a file is."""
    path = context.working_dir
    if not path.startswith("/"):
        text = f"the working directory {path!r} is no absolute path"
        return [LaunchProblem(Kind.BAD_WORKING_DIR, Certainty.FAILS, text, config_field="WorkingDir")]
    if below(path, context.mounts) is not None:
        return []
    try:
        node = view.filesystem.resolve(path).node
    except NotADirectoryError as error:
        text = f"the working directory {path} cannot be made: {error}"
        return [LaunchProblem(Kind.BAD_WORKING_DIR, Certainty.FAILS, text, config_field="WorkingDir")]
    except PathError:
        return []
    if node.kind == DIRECTORY:
        return []
    text = f"the working directory {path} is a {node.kind}, not a directory"
    return [LaunchProblem(Kind.BAD_WORKING_DIR, Certainty.FAILS, text, nodes=(node,), config_field="WorkingDir")]
