"""Bash commands that dash and the shell of busybox do not have."""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.filesystem.view import View
from imginspect.startup.problem import Certainty, Kind, LaunchProblem

_NEITHER_TEXT = "shopt declare mapfile readarray pushd popd dirs typeset builtin disown caller compgen complete enable logout suspend"
_NEITHER = frozenset(_NEITHER_TEXT.split())
_LACKED = {"dash": _NEITHER | {"source", "let", "time"}, "busybox": _NEITHER}
"""By shell, as ``type`` says (dash 0.5.12, busybox 1.35)."""


def not_of_the_shell(view: View, shell: str, name: str, path: Sequence[str]) -> LaunchProblem | None:
    """Why *shell* does not have bash's own command *name*; None where it has, where PATH has a program of that name, or if not known."""
    at = shell if shell.startswith("/") else "/bin/" + shell
    node = view.find(at) if shell.rpartition("/")[2] in ("sh", "dash", "ash") else None
    kind = node.path.rpartition("/")[2] if node is not None else ""
    if name not in _LACKED.get(kind, ()) or any(view.find(f"{folder}/{name}") is not None for folder in path):
        return None
    text = f"{name} is a bash command, but {at} is {kind}, which does not have it"
    return LaunchProblem(Kind.NOT_FOUND, Certainty.FAILS, text)
