"""First lines, as Linux reads them."""

from __future__ import annotations

import pytest

from imginspect.startup.shebang import hidden_shebang, parse_shebang


@pytest.mark.parametrize(
    ("head", "interpreter", "argument"),
    [
        (b"#!/bin/sh\n:", "/bin/sh", ""),
        (b"#! \t/bin/sh \t\n:", "/bin/sh", ""),
        (b"#!/usr/bin/env python3 -u\n", "/usr/bin/env", "python3 -u"),
        (b"#!/bin/bash  -e  -x \n", "/bin/bash", "-e  -x"),
        (b"#!/bin/sh", "/bin/sh", ""),
        (b"#!/bin/sh\r\n", "/bin/sh\r", ""),
        (b"#!/bin/\xff\n", "/bin/\udcff", ""),
        (b"#!/bin/sh\0 -x\n", "/bin/sh", ""),
    ],
)
def test_words(head: bytes, interpreter: str, argument: str) -> None:
    found = parse_shebang(head)
    assert found is not None
    assert (found.interpreter, found.argument, found.error) == (interpreter, argument, "")


def test_no_script() -> None:
    assert parse_shebang(b"echo") is None
    assert parse_shebang(b"") is None


@pytest.mark.parametrize("head", [b"#!\n/bin/sh", b"#!   \n", b"#!", b"#!/" + b"x" * 400])
def test_refused(head: bytes) -> None:
    found = parse_shebang(head)
    assert found is not None
    assert found.error


def test_long_lines() -> None:
    cut = parse_shebang(b"#!/bin/sh " + b"x" * 400)
    assert cut is not None
    assert (cut.error, bool(cut.doubt), len(cut.argument)) == ("", True, 246)
    old = parse_shebang(b"#!/" + b"x" * 200 + b"\n")
    assert old is not None
    assert "5.1" in old.doubt


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf#!/bin/sh\n", b"\n#!/bin/sh\n", b"  #!/bin/sh\n", b"\xff\xfe#\0!\0"])
def test_hidden(head: bytes) -> None:
    assert hidden_shebang(head)
    assert parse_shebang(head) is None


def test_nothing_hidden() -> None:
    assert hidden_shebang(b"echo '#!'\n") == ""
