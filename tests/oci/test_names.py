"""Names: of images as they are asked for, of platforms, of build steps."""

from __future__ import annotations

import pytest

from imginspect.errors import UsageError
from imginspect.image.history import instruction, keyword, match_layers
from imginspect.oci.config import HistoryEntry
from imginspect.oci.platform import Platform
from imginspect.oci.reference import matches, normalise

# -- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "full"),
    [
        ("alpine", "docker.io/library/alpine:latest"),
        ("alpine:3", "docker.io/library/alpine:3"),
        ("me/app", "docker.io/me/app:latest"),
        ("index.docker.io/alpine", "docker.io/library/alpine:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("app@sha256:abc", "docker.io/library/app@sha256:abc"),
        ("app:1@sha256:abc", "docker.io/library/app:1@sha256:abc"),
    ],
)
def test_names_are_completed_as_docker_does(reference: str, full: str) -> None:
    assert normalise(reference) == full
    assert normalise(full) == full


@pytest.mark.parametrize(
    ("wanted", "stored", "same"),
    [
        ("app", "app:latest", True),
        ("app:1", "docker.io/library/app:1", True),
        ("app", "app:1", False),
        ("app:1", "localhost/app:1", False),
        ("ghcr.io/app:1", "app:1", False),
        ("1", "app:1", True),
        ("1.0", "ghcr.io/me/app:1.0", True),
        ("1", "1", True),
        ("app:2", "app:1", False),
        ("App:1", "app:1", False),
    ],
)
def test_which_names_are_the_same_image(wanted: str, stored: str, same: bool) -> None:
    assert matches(wanted, stored) is same


# -- platforms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "wanted", "fits"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/amd64", "linux/x86_64", True),
        ("linux/arm64", "linux/aarch64", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm/v7", "linux/arm", True),
        ("linux/arm/v6", "linux/arm/v7", False),
        ("linux/arm", "linux/arm/v7", True),
        ("linux/arm64", "linux/amd64", False),
        ("windows/amd64", "linux/amd64", False),
        ("linux/amd64", "LINUX/AMD64", True),
    ],
)
def test_which_platforms_fit(stored: str, wanted: str, fits: bool) -> None:
    assert Platform(*stored.split("/")).satisfies(Platform.parse(wanted)) is fits


@pytest.mark.parametrize("text", ["", "linux", "linux/", "/amd64", "a/b/c/d", "linux//v7"])
def test_what_is_no_platform_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="platform"):
        Platform.parse(text)


def test_unknown_platforms_are_told_apart() -> None:
    assert not Platform("unknown", "unknown").is_known
    assert not Platform("", "amd64").is_known
    assert str(Platform("", "")) == "unknown/unknown"


# -- build steps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created_by", "text", "word"),
    [
        ('/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]', "CMD"),
        ("/bin/sh -c #(nop) COPY file:abc in / ", "COPY file:abc in /", "COPY"),
        ("/bin/sh -c apt-get update", "RUN apt-get update", "RUN"),
        ("RUN /bin/sh -c make # buildkit", "RUN make", "RUN"),
        ("RUN |2 A=b C=d /bin/sh -c make # buildkit", "RUN |2 A=b C=d make", "RUN"),
        ("|1 A=b /bin/sh -c make", "RUN |1 A=b make", "RUN"),
        ("|1 A=b /bin/sh -c #(nop) COPY dir:abc in / ", "COPY dir:abc in /", "COPY"),
        ("COPY app /app # buildkit", "COPY app /app", "COPY"),
        ('ENTRYPOINT ["/run"]', 'ENTRYPOINT ["/run"]', "ENTRYPOINT"),
        ("/bin/bash -c set -e\nmake", "RUN set -e\nmake", "RUN"),
        ("bazel build ...", "bazel build ...", ""),
        ("crane append", "crane append", ""),
        ("", "", ""),
    ],
)
def test_every_builders_words_become_the_instruction(created_by: str, text: str, word: str) -> None:
    assert instruction(created_by) == text
    assert keyword(created_by) == word


def steps(*empty: bool) -> tuple[HistoryEntry, ...]:
    return tuple(HistoryEntry(empty_layer=flag) for flag in empty)


def test_steps_are_matched_to_layers_where_they_add_up() -> None:
    assert match_layers(steps(False, True, False), 2) == [0, None, 1]
    assert match_layers(steps(True), 0) == [None]
    assert match_layers(steps(False, True), 2) is None
    assert match_layers((), 1) is None
    assert match_layers((), 0) == []
