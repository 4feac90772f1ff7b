"""A kind of credential and the rows that are made of it: set in the Env, in the surroundings where it is usually kept, and its decoys."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.labelled.credential.case import Case, clean, found, found_in_config
from tests.labelled.credential.surroundings import Place
from tests.labelled.credential.values import Values

Surrounding = Callable[[str, str], Place]

PLACES = {
    "alone": "its own file",
    "as_json": "JSON",
    "bearer": "header of curl",
    "comment": "comment",
    "compose": "compose file",
    "crlf": "ini",
    "csv": "CSV",
    "dockerfile": "Dockerfile",
    "dotenv": "env file",
    "first": "its own file",
    "ini": "ini",
    "javascript": "JavaScript source",
    "log": "log",
    "notebook": "notebook",
    "properties": "properties",
    "python": "Python source",
    "python_call": "Python source",
    "r_script": "R source",
    "readme": "README",
    "renviron": "env file",
    "shell": "shell script",
    "shell_quoted": "shell script",
    "sql": "SQL",
    "systemd": "unit file",
    "toml": "TOML",
    "url_parameter": "URL",
    "words": "list of names",
    "xml": "XML",
    "yaml": "YAML",
}
"""The name of each surrounding in the tables."""


class Decoy(NamedTuple):
    """What looks like a value of the kind and is none."""

    key: str
    title: str
    surrounding: Surrounding
    text: str | Callable[[Values], str]
    name: str = ""
    may_warn: bool = False


class Kind(NamedTuple):
    """A kind of credential: its variable's *name* in the issuer's documentation, how a value is made, where it stands, its decoys."""

    key: str
    issuer: str
    name: str
    make: Callable[[Values], str]
    places: tuple[Surrounding, ...]
    decoys: tuple[Decoy, ...]
    env: bool = True


NAMED_PLACES = frozenset({"env file", "shell script", "compose file", "Dockerfile", "unit file"})
"""Where a variable of the environment is set: what looks like a placeholder there may well be the password, so a warning is fair."""


def placeholder(text: str, surrounding: Surrounding) -> Decoy:
    """The decoy that a template of a settings file holds."""
    return Decoy("placeholder", f"placeholder {text}", surrounding, text, may_warn=PLACES[surrounding.__name__] in NAMED_PLACES)


def rows(kind: Kind) -> list[Case]:
    """The cases of *kind*, each with a value of its own."""
    values = Values(f"kind {kind.key}")
    cases = []
    if kind.env:
        cases.append(found_in_config(f"kind-{kind.key}", kind.issuer, "env", f"{kind.name}={kind.make(values)}", topic=kind.key))
    for surrounding in kind.places:
        path, content = surrounding(kind.name, kind.make(values))
        where = surrounding.__name__
        cases.append(found(f"kind-{kind.key}-{where.replace('_', '-')}", kind.issuer, path, content, topic=kind.key, place=PLACES[where]))
    return cases + [_decoy(kind, decoy, values) for decoy in kind.decoys]


def _decoy(kind: Kind, decoy: Decoy, values: Values) -> Case:
    text = decoy.text if isinstance(decoy.text, str) else decoy.text(values)
    path, content = decoy.surrounding(decoy.name or kind.name, text)
    place = PLACES[decoy.surrounding.__name__]
    name = f"kind-{kind.key}-{decoy.key}"
    return clean(name, decoy.title, path, content, topic=kind.key, place=place, may_warn=decoy.may_warn)
