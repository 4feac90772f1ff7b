"""Digests and descriptors: the right ones are read, anything else is refused and never used as a path."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.limits import Limits
from imginspect.oci.descriptor import Descriptor, InvalidManifest
from imginspect.oci.digest import Digest, InvalidDigest
from imginspect.oci.document import parse_object
from imginspect.oci.platform import Platform

HEX = "a" * 64


def descriptor(**fields: Any) -> Descriptor:
    document = parse_object(json.dumps({"d": {"digest": f"sha256:{HEX}", **fields}}).encode(), "test", Limits())
    return Descriptor.parse(document.get("d"), "test")


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_digest_is_what_it_writes(algorithm: str) -> None:
    text = f"{algorithm}:{hashlib.new(algorithm, b'x').hexdigest()}"
    assert str(Digest.parse(text)) == text
    assert Digest.parse(text) == Digest.of(b"x", algorithm)


@pytest.mark.parametrize(
    "text",
    [
        "", "sha256", "sha256:", HEX, f"sha256:{HEX[:-1]}", f"sha256:{HEX}a", f"sha256:{HEX.upper()}", f"md5:{HEX[:32]}", f"SHA256:{HEX}",
        f"sha256:{HEX}\n", f" sha256:{HEX}", "sha256:../../../../etc/passwd", f"sha256:{'a' * 63}/", f"sha512:{HEX}", f"sha256:{'٣' * 64}",
        None, 5, [f"sha256:{HEX}"],
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(InvalidDigest):
        Digest.parse(text)


@given(st.text())
def test_what_is_taken_for_a_digest_holds_only_hex_digits(text: str) -> None:
    for candidate in (text, "sha256:" + text):
        try:
            digest = Digest.parse(candidate)
        except InvalidDigest:
            continue
        assert str(digest) == candidate
        assert set(digest.hex) <= set("0123456789abcdef")


def test_a_descriptor_is_read() -> None:
    found = descriptor(
        mediaType="t",
        size=7,
        annotations={"b": "2", "a": "1"},
        platform={"os": "linux", "architecture": "arm64", "variant": "v8"},
        urls=["u"],
    )
    assert found == Descriptor("t", Digest("sha256", HEX), 7, (("a", "1"), ("b", "2")), Platform("linux", "arm64", "v8"), "", ("u",))
    assert (found.annotation("a"), found.annotation("none")) == ("1", "")


@pytest.mark.parametrize("size", [-1, 1.5, True, "7", None, [7]])
def test_a_size_that_is_none_is_not_known(size: object) -> None:
    assert descriptor(size=size).size is None


@pytest.mark.parametrize("value", [None, "text", 3, [], True])
def test_what_is_no_object_is_no_descriptor(value: object) -> None:
    with pytest.raises(InvalidManifest):
        Descriptor.parse(value, "test")


def test_a_descriptor_needs_a_digest() -> None:
    with pytest.raises(InvalidDigest):
        descriptor(digest=None)
