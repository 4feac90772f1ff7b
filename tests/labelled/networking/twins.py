"""Sound twins of fetching cases: the same image with the loopback in place of the other host. Only the address tells them apart."""

from __future__ import annotations

import json

from tests.labelled.networking import python_fetching, shell_fetching
from tests.labelled.networking.case import Case

ELSEWHERE = "https://data.example.org/"
HERE = "http://127.0.0.1:8000/"


def twin(case: Case) -> Case | None:
    """The case with the loopback as its only host, None where another host is left or ENV gave the address."""
    text = json.dumps(case.description).replace(ELSEWHERE, HERE)
    if "example.org" in text or HERE not in text:
        return None
    name = case.id.replace("fetch-", "sound-twin-", 1)
    return Case(name, f"{case.title}; the loopback", json.loads(text), "pass", "pass", case.acceptable, case.note, case.acceptable_packages)


def all_cases() -> list[Case]:
    """Twins of the plain ways to fetch."""
    parts = (shell_fetching.directly, shell_fetching.in_scripts, python_fetching.libraries, python_fetching.flow)
    return [made for part in parts for case in part() if (made := twin(case)) is not None]
