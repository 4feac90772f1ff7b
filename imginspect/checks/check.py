"""Check: a named function with typed parameters. ``@check(name, Params)`` makes one; nothing is registered anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, Generic, TypeVar

from imginspect.checks.result import Outcome
from imginspect.checks.subject import Subject
from imginspect.errors import RuleError
from imginspect.rules import Rule

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Check(Generic[P]):
    """*judge* is given the subject and the parameters that the rule states."""

    name: str
    params: type[P]
    judge: Callable[[Subject, P], Outcome]

    def bind(self, rule: Rule) -> Callable[[Subject], Outcome]:
        """The check with *rule*'s parameters.

        Raises: RuleError - a parameter that is unknown, missing or of the wrong type
        """
        given = dict(rule.params)
        values: dict[str, Any] = {}
        for field in fields(self.params):  # type: ignore[arg-type]
            if field.name in given:
                values[field.name] = given.pop(field.name)
            elif field.default is MISSING:
                raise RuleError(f"{rule.file}, line {rule.line}: {rule.id}: check {self.name!r} needs the parameter {field.name!r}")
        if given:
            raise RuleError(f"{rule.file}, line {rule.line}: {rule.id}: check {self.name!r} has no parameter {sorted(given)[0]!r}")
        try:
            params = self.params(**values)
        except (TypeError, ValueError) as error:
            raise RuleError(f"{rule.file}, line {rule.line}: {rule.id}: {error}") from error
        return lambda subject: self.judge(subject, params)


def check(name: str, params: type[P]) -> Callable[[Callable[[Subject, P], Outcome]], Check[P]]:
    """Makes the decorated function the check *name* with parameters of the dataclass *params*."""
    return lambda judge: Check(name, params, judge)
