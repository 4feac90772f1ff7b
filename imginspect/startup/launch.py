"""Launch: what happens when a container is started from the image: the command, each program on the way, and the script at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.languages.language import Target
from imginspect.startup.command import StartCommand
from imginspect.startup.compiled import Executed
from imginspect.startup.context import Context, environment_of
from imginspect.startup.lookup import absolute
from imginspect.startup.problem import Certainty, LaunchProblem
from imginspect.startup.run_user import RunUser
from imginspect.startup.started import Started


class Launch(NamedTuple):
    """One start, as far as the config and the files tell it.

    *steps* tell it in words. *executed* are the compiled files that Linux loads. *started* is what runs at depth 0; *target* is the
    interpreter's command at the end, None for a compiled program or where the end was not reached. *has_script* says that a script or
    module is named whose presence was asked. *conditions* are what a run needs besides the image.
    """

    command: StartCommand
    user: RunUser
    context: Context
    steps: tuple[str, ...] = ()
    problems: tuple[LaunchProblem, ...] = ()
    conditions: tuple[str, ...] = ()
    executed: tuple[Executed, ...] = ()
    started: tuple[Started, ...] = ()
    target: Target | None = None
    has_script: bool = False
    is_interactive: bool = False

    @property
    def argv(self) -> tuple[str, ...]:
        """The words of the command."""
        return self.command.words

    @property
    def unknown(self) -> str:
        """Why something could not be determined; empty where all was."""
        open_ends = (problem.text for problem in self.problems if problem.certainty in (Certainty.UNKNOWN, Certainty.UNREAD))
        return next(open_ends, "")


def first_context(view: View, user: RunUser, mounts: Sequence[str]) -> Context:
    """What the command itself finds when the runtime starts it."""
    config = view.image.config
    return Context(user, environment_of(config.env), absolute(config.working_dir, "/"), tuple(mounts))
