"""FlexNet and RLM licence files: the grammar as vendors write it, and as an attacker would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.licences.dates import parse_created, parse_expiry
from imginspect.licences.flexnet import parse_flexnet, parse_rlm
from imginspect.licences.values import LicenceText, Server
from tests.counting import calls_made

FLOATING = """\
# licence of a department
SERVER licences.example.org 0123456789ab 1718
USE_SERVER
VENDOR ACMED port=1719
FEATURE SERIAL ACMED 5.6 permanent uncounted \\
    VENDOR_STRING=C HOSTID=ANY \\
    SIGN=0123456789AB
INCREMENT SOLVER ACMED 5.6 31-dec-2026 4 SUPERSEDE SN=1 SIGN=0123456789AB
PACKAGE SUITE ACMED 5.6 COMPONENTS="A B" SIGN=0123456789AB
"""


def flexnet(text: str) -> LicenceText:
    found = parse_flexnet(text)
    assert found is not None
    return found


def test_a_floating_licence() -> None:
    found = flexnet(FLOATING)
    assert found.servers == (Server("licences.example.org", "1718", 2),)
    assert (found.use_server, found.vendors, found.needs_server) == (3, ("ACMED",), 0)
    serial, solver = found.terms
    assert (serial.name, serial.line, serial.expires, serial.counted, serial.node_locked) == ("SERIAL", 5, None, False, False)
    assert (solver.name, solver.line, solver.expires, solver.counted) == ("SOLVER", 8, date(2026, 12, 31), True)


def test_nothing_of_a_signature_or_host_id_is_kept() -> None:
    assert "0123456789" not in repr(flexnet(FLOATING))


@pytest.mark.parametrize(
    ("hostid", "is_locked"),
    [
        ("HOSTID=0123456789ab", True),
        ("HOSTID=DISK_SERIAL_NUM=1234abcd", True),
        ('HOSTID="0123456789ab ba9876543210"', True),
        ("hostid=ID=12345", True),
        ("HOSTID=ANY", False),
        ("HOSTID=DEMO", False),
        ('HOSTID="ANY 0123456789ab"', False),
        ("SN=7", False),
        ("", False),
    ],
)
def test_a_licence_of_one_computer(hostid: str, is_locked: bool) -> None:
    (term,) = flexnet(f"FEATURE a acmed 1.0 permanent uncounted {hostid} SIGN=12\n").terms
    assert term.node_locked is is_locked


def test_a_host_id_on_a_continued_line() -> None:
    (term,) = flexnet("INCREMENT a acmed 1 permanent uncounted \\\n\tVENDOR_STRING=x \\\r\n\tHOSTID=0123456789ab\r\n").terms
    assert term.node_locked


@pytest.mark.parametrize(("count", "needs"), [("4", 1), ("uncounted", 0), ("0", 0)])
def test_licences_that_are_counted_need_a_server(count: str, needs: int) -> None:
    assert flexnet(f"FEATURE a acmed 1.0 permanent {count} HOSTID=ANY\n").needs_server == needs


@pytest.mark.parametrize(
    "line",
    [
        "SERVER this_host ANY 27000",
        "server 192.0.2.7 0 27000",
        "SERVER a.example.org INTERNET=192.0.2.* 27000",
        "SERVER a.example.org 00:11:22:33:44:55",
        'SERVER a.example.org "0123456789ab ba9876543210" 27000',
    ],
)
def test_forms_of_a_server_line(line: str) -> None:
    assert len(flexnet(line).servers) == 1


def test_three_servers() -> None:
    text = "".join(f"SERVER {name}.example.org 0123456789ab 1700\n" for name in "abc") + "VENDOR acmed\n"
    assert [server.host for server in flexnet(text).servers] == ["a.example.org", "b.example.org", "c.example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Copyright (c) 2020\nPermission is hereby granted\n",
        "[server]\nhost = a.example.org\n",
        "SERVER side rendering is a feature\nFEATURE list: a, b, c, d and e\n",
        "INCREMENT the counter by 1 each time\n",
        "#SERVER licences.example.org 0123456789ab 1718\n",
        "VENDOR acmed\n",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert parse_flexnet(text) is None
    assert parse_rlm(text) is None


def test_an_upgrade_line_has_its_end_one_word_later() -> None:
    (term,) = flexnet("UPGRADE a acmed 1.0 2.0 1-jan-2021 uncounted HOSTID=ANY\n").terms
    assert term.expires == date(2021, 1, 1)


def test_what_is_too_long_is_said_to_be_cut() -> None:
    assert flexnet("USE_SERVER\n" + "#\n" * 5_001).is_cut
    assert flexnet("FEATURE a acmed 1 permanent uncounted \\\n" + " x=1 \\\n" * 10_000).is_cut


def test_a_continuation_without_an_end_is_read() -> None:
    assert flexnet("FEATURE a acmed 1 permanent uncounted HOSTID=ANY \\").terms


# -- RLM -------------------------------------------------------------------------------------------------------------


def test_an_rlm_server_licence() -> None:
    found = parse_rlm('HOST licences.example.org 0123456789ab 5053\nISV acme\nLICENSE acme solver 3.0 permanent 10 _ck=12\nsig="AB"\n')
    assert found is not None
    assert found.servers == (Server("licences.example.org", "5053", 1),)
    assert found.terms[0].counted


def test_an_rlm_licence_of_one_computer_whose_host_id_is_on_the_next_line() -> None:
    found = parse_rlm("LICENSE acme solver 3.0 31-dec-2020 uncounted\n  hostid=0123456789ab sig=AB\n")
    assert found is not None
    assert (found.terms[0].node_locked, found.terms[0].expires, found.needs_server) == (True, date(2020, 12, 31), 0)


# -- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31-dec-2026", date(2026, 12, 31)),
        ("1-JAN-2021", date(2021, 1, 1)),
        ("01-jan-99", date(1999, 1, 1)),
        ("1-jan-26", date(2026, 1, 1)),
        ("2026-02-03", date(2026, 2, 3)),
        ("2026-02-03T00:00:00Z", date(2026, 2, 3)),
        ("permanent", None),
        ("PERMANENT", None),
        ("0", None),
        ("1-jan-0", None),
        ("01-jan-0000", None),
        ("1-jan-00", None),
    ],
)
def test_ends(text: str, day: date | None) -> None:
    end = parse_expiry(text)
    assert end is not None
    assert (end.day, end.is_unread) == (day, False)


@pytest.mark.parametrize("text", ["31-feb-2026", "0-jan-2026", "2026-13-01"])
def test_a_day_that_is_not_in_the_calendar_is_said_to_be_unread(text: str) -> None:
    end = parse_expiry(text)
    assert end is not None
    assert end.is_unread


@pytest.mark.parametrize("text", ["", "never-never", "1-foo-2026", "tomorrow", "12"])
def test_what_is_no_end(text: str) -> None:
    assert parse_expiry(text) is None


@pytest.mark.parametrize(("text", "day"), [("2024-05-01T10:00:00.5Z", date(2024, 5, 1)), ("1970-01-01T00:00:00Z", None), ("", None)])
def test_when_an_image_says_that_it_was_built(text: str, day: date | None) -> None:
    assert parse_created(text) == day


@given(st.text(alphabet="SERVERFEATURE_ USE \\\n\r\t0123456789-jan=\"'@:;,.#\0é", max_size=400))
def test_any_text_takes_few_calls_a_letter(text: str) -> None:
    for parse in (parse_flexnet, parse_rlm, parse_expiry):
        assert calls_made(partial(parse, text)) <= 60 + 30 * len(text)


@pytest.mark.parametrize(
    "line", ["SERVER a 0\n", "FEATURE a b 1 1-jan-2026 1\n", "LICENSE b a 1 1-jan-2026 1\n", "a\\\n", "hostid=\n", "a \\\n"]
)
@pytest.mark.parametrize("parse", [parse_flexnet, parse_rlm])
def test_lines_are_read_up_to_a_number(parse: Callable[[str], object], line: str) -> None:
    once, often = calls_made(partial(parse, line * 5_000)), calls_made(partial(parse, line * 50_000))
    assert often <= once + 10
