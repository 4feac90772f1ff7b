"""Work that takes too long ends where it is, and nothing strikes what comes after it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn
from unittest import mock

import pytest

from imginspect.batch.workers import deadline
from imginspect.batch.workers.deadline import TimeExceeded, within

pytestmark = pytest.mark.slow


def spin(seconds: float = 60.0) -> str:
    """Nothing but steps in Python."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


def nap() -> None:
    """Waits outside of Python, a little at a time."""
    for _ in range(1000):
        time.sleep(0.01)


@pytest.mark.parametrize("work", [spin, nap])
def test_work_that_takes_too_long_is_ended(work: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(TimeExceeded):
        within(0.05, work)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_work_in_time_gives_its_result_and_its_errors(seconds: float | None) -> None:
    assert within(seconds, lambda: "done") == "done"
    with pytest.raises(KeyError):
        within(seconds, lambda: dict[str, int]()["x"])


def test_there_may_be_no_time_left() -> None:
    with pytest.raises(TimeExceeded):
        within(-1.0, spin)


def test_it_strikes_the_thread_that_it_is_in_and_no_other() -> None:
    ended: list[str] = []

    def run() -> None:
        try:
            within(0.05, spin)
        except TimeExceeded:
            ended.append("struck")

    thread = threading.Thread(target=run)
    thread.start()
    assert spin(0.3) == "done"
    thread.join(30)
    assert ended == ["struck"]


def test_nothing_that_catches_errors_catches_it() -> None:
    def stubborn() -> None:
        while True:
            with suppress(Exception):  # as a careless part would do
                spin()

    with pytest.raises(TimeExceeded):
        within(0.05, stubborn)


def test_what_is_to_be_done_at_the_end_is_done() -> None:
    done: list[str] = []

    def work() -> None:
        try:
            try:
                spin()
            finally:
                done.append("inner")
        finally:
            done.append("outer")

    with pytest.raises(TimeExceeded):
        within(0.05, work)
    assert done == ["inner", "outer"]


def test_it_strikes_again_where_the_first_time_had_no_effect() -> None:
    def deaf() -> None:
        with pytest.raises(TimeExceeded):
            spin()
        spin()

    with mock.patch.object(deadline, "_AGAIN", 0.05), pytest.raises(TimeExceeded):
        within(0.05, deaf)


def test_work_that_ends_by_an_error_of_its_own_after_the_strike_is_over_time() -> None:
    def work() -> NoReturn:
        try:
            spin()
        except TimeExceeded:
            raise KeyError("x") from None
        raise AssertionError

    with pytest.raises(TimeExceeded):
        within(0.05, work)


def test_nothing_strikes_after_the_end() -> None:
    """Work that ends just when its time is over: whichever comes first, it is over then."""
    with mock.patch.object(deadline, "_AGAIN", 0.005):
        outcomes = set()
        for number in range(30):
            seconds = 0.02 + number * 0.001  # a thread that spins is interrupted every 5 ms
            try:
                within(seconds, lambda: spin(0.04))
                outcomes.add("in time")
            except TimeExceeded:
                outcomes.add("late")
                assert spin(0.01) == "done"
    assert "late" in outcomes


def test_within_another_the_inner_one_ends_first() -> None:
    def outer() -> str:
        with pytest.raises(TimeExceeded):
            within(0.05, spin)
        return "gone on"

    assert within(60.0, outer) == "gone on"


def test_a_process_that_cannot_be_ended_otherwise_ends_itself() -> None:
    code = (
        "from imginspect.batch.workers import deadline; import time\n"
        "deadline._AGAIN = 0.01\n"
        "deadline.within(0.01, lambda: time.sleep(60), may_exit=True)\n"  # one long call into compiled code
    )
    began = time.monotonic()
    assert subprocess.run([sys.executable, "-c", code]).returncode == deadline.EXIT_CODE
    assert time.monotonic() - began < 50


@pytest.mark.parametrize("work", ["spin", "nap"])
def test_a_strike_leaves_nothing_behind_in_the_interpreter(work: str) -> None:
    code = (
        "import sys\n"
        "from contextlib import suppress\n"
        "from imginspect.batch.workers import deadline\n"
        f"from tests.batch.test_deadline import {work} as work\n"
        "with suppress(deadline.TimeExceeded):\n"
        "    deadline.within(0.05, work)\n"
        "sys.setprofile(lambda *event: None)\n"
        "abs(1)\n"
        "(lambda: None)()\n"
        "sys.setprofile(None)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30).returncode == 0
