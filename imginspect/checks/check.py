"""Check: a named function with typed parameters. ``@check(name, Params)`` makes one; nothing is registered anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields
from typing import Any, Generic, TypeVar, get_type_hints

from imginspect.checks.check_context import CheckContext
from imginspect.checks.param_types import typed
from imginspect.checks.result import Outcome
from imginspect.rules import Rule

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Check(Generic[P]):
    """*judge* is given the subject and the parameters that the rule states; *module* is the one that defines it.

    *kinds* are the kinds of finding that it tells apart: a rule may say for each what to do about it.
    """

    name: str
    params: type[P]
    judge: Callable[[CheckContext, P], Outcome]
    module: str = ""
    kinds: frozenset[str] = frozenset()

    def bind(self, rule: Rule) -> Callable[[CheckContext], Outcome]:
        """The check with *rule*'s parameters.

        Raises: RuleError - a parameter that is unknown, missing or of the wrong type, or a remedy for a kind that does not exist
        """
        for kind in rule.remedies:
            if kind not in self.kinds:
                there = f"there are: {', '.join(sorted(self.kinds))}" if self.kinds else "it has none"
                raise rule.error(f"check {self.name!r} has no kind of finding {kind!r}; {there}", f"remedies.{kind}")
        wanted = get_type_hints(self.params)
        unknown = sorted(set(rule.params) - set(wanted))
        if unknown:
            there = f"its parameters are: {', '.join(wanted)}" if wanted else "it takes none"
            raise rule.error(f"check {self.name!r} has no parameter {unknown[0]!r}; {there}", f"params.{unknown[0]}")
        for field in fields(self.params):  # type: ignore[arg-type]
            if field.name not in rule.params and field.default is MISSING and field.default_factory is MISSING:
                raise rule.error(f"check {self.name!r} needs the parameter {field.name!r}", "check")
        values = {name: _typed(rule, name, value, wanted[name]) for name, value in rule.params.items()}
        try:
            params = self.params(**values)
        except (TypeError, ValueError) as error:  # by convention "NAME: what is wrong with it"
            raise rule.error(str(error), f"params.{str(error).partition(':')[0]}") from error
        return lambda context: self.judge(context, params)


def _typed(rule: Rule, name: str, value: Any, wanted: Any) -> Any:
    try:
        return typed(value, wanted)
    except ValueError as error:
        raise rule.error(f"{name}: {error}", f"params.{name}") from error


def check(name: str, params: type[P], kinds: Iterable[str] = ()) -> Callable[[Callable[[CheckContext, P], Outcome]], Check[P]]:
    """Makes the decorated function the check *name* with parameters of the dataclass *params*; *kinds* are those of its findings."""
    return lambda judge: Check(name, params, judge, judge.__module__, frozenset(kinds))
