"""inspection.json: when, where and by whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from imginspect import __version__
from imginspect.cli.host_facts import inspection_record

STARTED = datetime(2024, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def test_the_record_says_when_by_whom_and_with_what() -> None:
    made = inspection_record(STARTED, STARTED + timedelta(seconds=3), "A. Auditor", ["inspect", "a\x1b[2J.tar"], {"read": 2.50049})
    record = json.loads(made.as_json())
    assert (record["started"], record["ended"]) == ("2024-05-01T10:00:00.000+00:00", "2024-05-01T10:00:03.000+00:00")
    assert record["by"] == "A. Auditor"
    assert record["host"]
    assert record["versions"]["imginspect"] == __version__
    assert record["versions"]["click"]
    assert record["command_line"] == ["inspect", "a\\x1b[2J.tar"]
    assert record["seconds"] == {"read": 2.5}


def test_without_a_name_it_is_the_systems_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "somebody")
    assert inspection_record(datetime.now(UTC), datetime.now(UTC), None, [], {}).by == "somebody"


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert inspection_record(datetime.now(UTC), datetime.now(UTC), None, [], {}).by.startswith("user id ")
