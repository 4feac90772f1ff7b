"""Startup: what happens when a container is started from the image, for all rules alike: the launch, and all that runs from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.reach.beside import beside
from imginspect.reach.closure import StartupClosure
from imginspect.reach.followed import Followed
from imginspect.startup.array_text import without_repeats
from imginspect.startup.command import command_of, problems_of
from imginspect.startup.launch import Launch, first_context
from imginspect.startup.problem import Certainty, Concern
from imginspect.startup.run_user import run_user


class Startup(NamedTuple):
    """*launch* is whether and how the config's command starts, *followed* everything that runs from there."""

    launch: Launch
    followed: Followed


def startup(view: View, mounts: Sequence[str] = (), is_known: Callable[[str], bool] = lambda _: False) -> Startup:
    """The start of a container of the image, with the environment's own directories mounted at *mounts*.

    *is_known* tells of a program's name whether what it does on the network is known without a look into it.
    """
    command = command_of(view.image.config)
    user = run_user(view)
    context = first_context(view, user, mounts)
    problems = problems_of(view, command, user, context)
    closure = StartupClosure(view, mounts, is_known)
    if command.words:
        closure.start(command, context)
    if not command.words or any(problem.certainty is Certainty.FAILS for problem in problems):
        return Startup(Launch(command, user, context, problems=tuple(problems)), closure.result)
    main = closure.main
    never_starts = any(item.certainty is Certainty.FAILS and item.concern is Concern.START for item in main.problems)
    behind = () if never_starts else closure.result.failures
    others = beside(view, closure.result, context, mounts, is_known)
    launch = Launch(
        command=command,
        user=user,
        context=context,
        steps=(*main.steps, *([others.unread] if others.unread else [])),
        problems=without_repeats((*problems, *main.problems, *behind, *others.problems)),
        conditions=tuple(dict.fromkeys(main.conditions)),
        executed=tuple(main.executed),
        started=tuple(main.started),
        target=main.target,
        has_script=main.has_script,
        is_interactive=main.is_interactive,
    )
    return Startup(launch, closure.result)
