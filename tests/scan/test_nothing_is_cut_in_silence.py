"""Many credentials, and long files of them: none is passed over in silence."""

from __future__ import annotations

import hashlib
import json

from imginspect.rules import PatternSet
from imginspect.scan.credential_files import MOST_BYTES, credential_file, is_read_whole
from imginspect.scan.matcher import Matcher
from imginspect.scan.redaction import Redactor

SECRET = "gT7pQ2vXw9LmZ4rKb8NcYd3F"


def test_the_beginning_of_each_of_many_known_credentials_is_masked() -> None:
    known = [f"{number:04}swordfish" for number in range(2_000)]
    redactor = Redactor(Matcher(PatternSet((), "")), known)
    for number in (0, 499, 500, 1_999):
        assert redactor.masked(f"it leads to /a/{number:04}swor, and") == "it leads to /a/[masked: part of a credential], and"
    assert redactor.masked("it leads to /a/2000swor, and") == "it leads to /a/2000swor, and"


def test_few_and_many_known_credentials_mask_alike() -> None:
    few = [f"{number:04}swordfish" for number in range(10)]
    many = [*few, *(f"{number:04}catfish" for number in range(5_000, 5_100))]
    for text in ("0001swordfish and 0009swordf", "a 0001swo b", "nothing of it", "0001sword0002sword"):
        assert Redactor(Matcher(PatternSet((), "")), few).masked(text) == Redactor(Matcher(PatternSet((), "")), many).masked(text)


def test_a_secret_deep_in_a_state_or_behind_many_values_is_found() -> None:
    state = {"lineage": "x", "values": [0] * 600_000, "resources": [{"password": SECRET}]}
    content = json.dumps(state, separators=(",", ":")).encode()
    assert len(content) < MOST_BYTES
    assert len(credential_file("terraform.tfstate", content)) == 1
    deep = "{" + '"a":{' * 60 + f'"password":"{SECRET}"' + "}" * 61
    assert len(credential_file("terraform.tfstate", b'{"lineage":"x","b":' + deep.encode() + b"}")) == 1


def test_a_long_line_is_read_and_a_longer_one_is_said() -> None:
    value = "".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(1_250))
    line = f"password = {value}\n".encode()
    (span,) = credential_file(".pypirc", line)
    assert span.end - span.start == 80_000
    assert is_read_whole(line)
    assert not is_read_whole(b"[a]\npassword = " + b"a" * (1 << 20) + b"\n")
    assert is_read_whole(b'{"a": "' + b"a" * (1 << 20) + b'"}')
