"""As whom a container runs: every form that User has, as runtimes read it."""

from __future__ import annotations

import pytest

from imginspect.startup.run_user import RunUser, run_user
from tests.views import Nothing, link, text, view_of

PASSWD = """root:x:0:0:root:/root:/bin/sh
# app:x:9:9::/:
broken
app:x:1000:1001::/home/app:/bin/sh
7:x:70:70::/:/bin/sh
toor:x:0:5::/:/bin/sh
"""
GROUP = "root:x:0:\nstaff:x:50:app,other\ndata:x:2000:other,app\nalone:x:60:\n"
FILES = [text("/etc/passwd", PASSWD), text("/etc/group", GROUP)]


def user(value: str, *, files: list[dict[str, object]] | None = None) -> RunUser:
    return run_user(view_of(FILES if files is None else files, user=value))


@pytest.mark.parametrize(
    ("value", "uid", "gid", "groups"),
    [
        ("", 0, 0, set()),
        ("root", 0, 0, set()),
        ("0", 0, 0, set()),
        ("app", 1000, 1001, {50, 2000}),
        ("1000", 1000, 1001, {50, 2000}),
        ("app:alone", 1000, 60, set()),
        ("app:12", 1000, 12, set()),
        ("4321", 4321, 0, set()),
        ("4321:staff", 4321, 50, set()),
        ("7", 7, 0, set()),  # a number is a number, whatever an account is called
        ("toor", 0, 5, set()),
        (":data", 0, 2000, set()),
    ],
)
def test_users(value: str, uid: int, gid: int, groups: set[int]) -> None:
    found = user(value)
    assert (found.uid, found.gid, set(found.groups), found.error) == (uid, gid, groups, "")
    assert found.is_root == (uid == 0)


@pytest.mark.parametrize(
    ("value", "file"), [("nobody", "/etc/passwd"), ("app:nowhere", "/etc/group"), ("99999999999", "not a valid user ID")]
)
def test_users_that_are_not_there(value: str, file: str) -> None:
    assert file in user(value).error


def test_a_name_in_an_image_without_accounts() -> None:
    assert "there is no /etc/passwd" in user("app", files=[text("/x")]).error
    assert user("1000", files=[text("/x")]).error == ""


def test_accounts_that_were_not_kept_are_not_known() -> None:
    found = run_user(view_of(FILES, keep=Nothing(), user="app"))
    assert (found.uid, found.error, found.unread) == (None, "", "/etc/passwd")
    assert run_user(view_of(FILES, keep=Nothing(), user="1000")).uid == 1000


def test_accounts_behind_a_link() -> None:
    assert user("app", files=[link("/etc/passwd", "../lib/passwd"), text("/lib/passwd", PASSWD)]).uid == 1000


def test_an_account_at_the_end_of_a_long_file_is_found() -> None:
    found = user("app", files=[text("/etc/passwd", "x:x:1:1::/:\n" * 30_000 + PASSWD)])
    assert (found.uid, found.error) == (1000, "")
