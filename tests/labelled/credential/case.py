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
    hash of something else, or a public half is none.
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


def found(name: str, issuer: str, path: str, content: bytes | str, note: str = "", *, arguable: bool = False) -> Case:
    """A file in which a credential of *issuer* stands."""
    return Case(f"pos-{name}", f"{issuer} in {path}", "content", path, _bytes(content), "", "", True, issuer, note, arguable)


def clean(name: str, title: str, path: str, content: bytes | str, note: str = "", *, arguable: bool = False) -> Case:
    """A file without a credential."""
    return Case(f"neg-{name}", title, "content", path, _bytes(content), "", "", False, "", note, arguable)


def found_in_config(name: str, issuer: str, field: Field, text: str, note: str = "", *, arguable: bool = False) -> Case:
    """A config field in which a credential of *issuer* stands."""
    return Case(f"pos-config-{name}", f"{issuer} in the config's {field}", "config", "", b"", field, text, True, issuer, note, arguable)


def clean_config(name: str, title: str, field: Field, text: str, note: str = "", *, arguable: bool = False) -> Case:
    """A config field without a credential."""
    return Case(f"neg-config-{name}", title, "config", "", b"", field, text, False, "", note, arguable)


def as_image(case: Case) -> dict[str, Any]:
    """The description, for ``imginspect.examples.sample.build``, of a small image that holds the case and nothing else of interest.

    The text of ``entrypoint`` and ``cmd`` is split into arguments like a shell does; ``env`` and ``labels`` are NAME=VALUE.
    """
    if case.kind == "content":
        entry = {"path": case.path, "base64": base64.b64encode(case.content).decode(), "mode": 0o644}
        return {"layers": [[entry]], "config": {}}
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
