"""Variables of a script while it is walked: what each holds as far as that is sure, with branches and subshells undone behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from imginspect.languages.values import Value, constant, dynamic

Words: TypeAlias = tuple[Value, ...]
Held: TypeAlias = Value | Words | None
"""A value, an array, or None for what is not known."""

MOST_EXPORTED = 200
"""Variables that a script exports: each command is handed all of them. Beyond, the script counts as not followed to its end."""


class Variables:
    """What variables hold. A name that was never set is an environment variable that the image leaves unset."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._held: dict[str, Held] = {name: constant(text, f"${name}", (name,)) for name, text in environment.items()}
        self._journals: list[dict[str, tuple[bool, Held]]] = []
        self._exported: dict[str, None] = {}
        self._inherited = frozenset(environment)
        self._snapshot: tuple[tuple[str, Value], ...] | None = ()
        self.spent = 0
        """Bytes of long texts that were made of what variables hold."""
        self.incomplete = ""
        """Why what a command is handed may lack a variable; empty where it lacks none."""

    def has(self, name: str) -> bool:
        """Whether *name* was ever given anything, known or not."""
        return name in self._held

    def get(self, name: str) -> Held:
        """What *name* holds; None where that is not known."""
        return self._held.get(name)

    def value(self, name: str) -> Value:
        """What ``$name`` stands for."""
        if name not in self._held:
            return dynamic(f"${name}", (name,), "")
        held = self._held[name]
        if isinstance(held, Value):
            return held
        return held[0] if held else dynamic(f"${name}")

    def set(self, name: str, held: Held, *, export: bool = False) -> None:
        """Give *name* a value."""
        if self._journals and name not in self._journals[-1]:
            self._journals[-1][name] = name in self._held, self._held.get(name)
        self._held[name] = held
        if (export or name in self._inherited) and name not in self._exported:
            if len(self._exported) < MOST_EXPORTED:
                self._exported[name] = None
            else:
                self.incomplete = "it exports more variables than are followed"
        if name in self._exported:
            self._snapshot = None

    def exported(self) -> tuple[tuple[str, Value], ...]:
        """The variables that the script exports, with what they hold."""
        if self._snapshot is None:
            self._snapshot = tuple((name, self.value(name)) for name in self._exported)
        return self._snapshot

    def enter(self) -> None:
        """What follows may be undone."""
        self._journals.append({})

    def undo(self) -> None:
        """What was set since ``enter`` was set in a subshell, or in a branch that is not taken."""
        for name, (was_there, held) in self._journals.pop().items():
            self._restore(name, was_there=was_there, held=held)

    def blur(self) -> None:
        """What was set since ``enter`` may have been set or not: where that differs it is not known."""
        for name, (was_there, held) in self._journals.pop().items():
            now = self._held.get(name)
            self._note(name, was_there=was_there, held=held)
            if not was_there or held != now:
                self._held[name] = None
                self._snapshot = None

    def keep(self) -> None:
        """What was set since ``enter`` was set for sure."""
        for name, (was_there, held) in self._journals.pop().items():
            self._note(name, was_there=was_there, held=held)

    def forget(self, names: Iterable[str]) -> None:
        """*names* hold what is not known."""
        for name in names:
            self.set(name, None)

    def _note(self, name: str, *, was_there: bool, held: Held) -> None:
        if self._journals and name not in self._journals[-1]:
            self._journals[-1][name] = was_there, held

    def _restore(self, name: str, *, was_there: bool, held: Held) -> None:
        self._snapshot = None
        if was_there:
            self._held[name] = held
        else:
            self._held.pop(name, None)
