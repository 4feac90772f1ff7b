"""One labelled case of the credentials suite, and the image that shows it."""

from __future__ import annotations

import base64
import shlex
from typing import Any, Literal, NamedTuple

Kind = Literal["content", "config"]
Field = Literal["", "env", "labels", "entrypoint", "cmd", "healthcheck", "on_build", "history"]


class Case(NamedTuple):
    """Something in an image, and whether a credential is in it.

    A credential is a value that lets its holder in somewhere, or the private half of a key; a name of one, a placeholder for one, a
    hash of something else, or a public half is none. The tables of recall and noise count a case under its *topic* and its *place*.
    A place that starts with ``packed: `` or ``encoded: `` has to be opened before its text can be read.
    *may_warn*: no credential, but a warning is a fair answer (a placeholder where a password belongs). *beside* holds further files.
    """

    id: str
    title: str
    kind: Kind
    path: str
    content: bytes
    field: Field
    text: str
    expected: bool
    issuer: str
    note: str
    arguable: bool = False
    topic: str = ""
    place: str = ""
    may_warn: bool = False
    beside: tuple[tuple[str, bytes], ...] = ()

    def is_right(self, verdict: str) -> bool:
        """Whether *verdict* is a right answer."""
        if self.expected:
            return verdict in ("warn", "fail")
        return verdict not in ("warn", "fail") or (self.may_warn and verdict == "warn")


def found(
    name: str,
    issuer: str,
    path: str,
    content: bytes | str,
    note: str = "",
    *,
    arguable: bool = False,
    topic: str = "",
    place: str = "",
    beside: tuple[tuple[str, bytes], ...] = (),
) -> Case:
    """A file in which a credential of *issuer* stands."""
    title = f"{issuer} in {path}"
    return Case(f"pos-{name}", title, "content", path, _bytes(content), "", "", True, issuer, note, arguable, topic, place, False, beside)


def clean(
    name: str,
    title: str,
    path: str,
    content: bytes | str,
    note: str = "",
    *,
    arguable: bool = False,
    topic: str = "",
    place: str = "",
    may_warn: bool = False,
    beside: tuple[tuple[str, bytes], ...] = (),
) -> Case:
    """A file without a credential."""
    return Case(f"neg-{name}", title, "content", path, _bytes(content), "", "", False, "", note, arguable, topic, place, may_warn, beside)


def found_in_config(name: str, issuer: str, field: Field, text: str, note: str = "", *, arguable: bool = False, topic: str = "") -> Case:
    """A config field in which a credential of *issuer* stands."""
    title = f"{issuer} in the config's {field}"
    return Case(f"pos-config-{name}", title, "config", "", b"", field, text, True, issuer, note, arguable, topic, f"config {field}")


def clean_config(
    name: str, title: str, field: Field, text: str, note: str = "", *, arguable: bool = False, topic: str = "", may_warn: bool = False
) -> Case:
    """A config field without a credential."""
    place = f"config {field}"
    return Case(f"neg-config-{name}", title, "config", "", b"", field, text, False, "", note, arguable, topic, place, may_warn)


def as_image(case: Case) -> dict[str, Any]:
    """The description, for ``imginspect.examples.sample.build``, of a small image that holds the case and nothing else of interest.

    The text of ``entrypoint`` and ``cmd`` is split into arguments like a shell does; ``env`` and ``labels`` are NAME=VALUE.
    """
    if case.kind == "content":
        files = ((case.path, case.content), *case.beside)
        return {
            "layers": [[{"path": path, "base64": base64.b64encode(data).decode(), "mode": 0o644} for path, data in files]],
            "config": {},
        }
    layers = [[{"path": "/app/README", "text": "nothing here\n"}]]
    if case.field == "history":
        return {"layers": layers, "config": {}, "history": [case.text]}
    return {"layers": layers, "config": {case.field: _config_value(case)}}


def _config_value(case: Case) -> object:
    match case.field:
        case "labels":
            name, _, value = case.text.partition("=")
            return {name: value}
        case "entrypoint" | "cmd":
            return shlex.split(case.text)
        case "healthcheck":
            return ["CMD-SHELL", case.text]
        case _:
            return [case.text]


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
