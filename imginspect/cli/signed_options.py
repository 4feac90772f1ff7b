"""The options that say who answers for an inspection and of which day it is: ``--by`` and ``--date``. Neither is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date as calendar_date
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from imginspect.errors import UsageError
from imginspect.report.text import one_line

if TYPE_CHECKING:
    from imginspect.report.document import ReportDocument

F = TypeVar("F", bound=Callable[..., Any])
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 200
"""Characters of the name of an inspector, which stands in a line of the first page; a longer one is refused."""


class Signed(NamedTuple):
    """Who answers for an inspection, and its day as YYYY-MM-DD; each None where it was not given."""

    by: str | None
    date: str | None

    def on(self, documents: Sequence[ReportDocument]) -> list[ReportDocument]:
        """*documents* with the name and the date.

        Raises: UsageError - one of them has another name or date already
        """
        return [self._on(document) for document in documents]

    def _on(self, document: ReportDocument) -> ReportDocument:
        _agree("--by", document["inspected_by"], self.by)
        _agree("--date", document["inspected_on"], self.date)
        by, day = self.by or document["inspected_by"], self.date or document["inspected_on"]
        return {**document, "inspected_by": by, "inspected_on": day}


def signed_options(function: F) -> F:
    """Adds --by and --date; the command gets them as arguments for ``signed``."""
    for decorate in (
        click.option("--date", metavar="YYYY-MM-DD", help="Date of the inspection, for the report and the statement. No clock is read."),
        click.option("--by", metavar="NAME", help="Person responsible for the inspection, for the report and the statement."),
    ):
        function = decorate(function)
    return function


def signed(by: str | None, date: str | None) -> Signed:
    """What was given, checked.

    Raises: UsageError
    """
    return Signed(_name(by), _day(date))


def _name(by: str | None) -> str | None:
    if by is None:
        return None
    name = one_line(by).strip()
    if not name or len(name) > _LONGEST:
        raise UsageError(f"--by has {len(name):,} characters: expected a name or an ORCID of 1 to {_LONGEST} characters")
    return name


def _day(date: str | None) -> str | None:
    if date is None:
        return None
    try:
        if _DATE.fullmatch(date):
            return calendar_date.fromisoformat(date).isoformat()
    except ValueError:
        pass
    raise UsageError(f"--date {date[:40]}: expected a day of the calendar as YYYY-MM-DD")


def _agree(option: str, filed: str | None, given: str | None) -> None:
    if filed is not None and given is not None and filed != given:
        raise UsageError(f"{option} {given}: the report states {filed} already, and no other can be given to it")
