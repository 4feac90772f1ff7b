"""Which variables of the image's environment lead to a licence, and where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from imginspect.errors import PathError
from imginspect.filesystem.view import View
from imginspect.licences.path_list import parse_hosts, parse_path_list
from imginspect.licences.values import EnvironmentFact, NamedPath, NamedPlace
from imginspect.rules.licence_products import LicenceProduct, LicenceProducts, VariableForm
from imginspect.startup.named_texts import environment_of

_LICENCE_FILE = re.compile(r"[A-Za-z0-9_]{1,100}_LICEN[CS]E_FILE", re.IGNORECASE)
_LICENCE_SERVER = re.compile(r"[A-Za-z0-9_]{1,100}_LICEN[CS]E(?:_SERVERS?|S)?|[A-Za-z0-9_]{1,100}_rlm", re.IGNORECASE)
_CERTAIN_SERVER = re.compile(r"\s*[\"']?\d{1,5}@[^\s/:;,]+")


def environment_facts(view: View, products: LicenceProducts, mounts: Sequence[str]) -> tuple[EnvironmentFact, ...]:
    """The variables that lead to a licence, in the config's order. A variable with an unknown name counts only with a telling value."""
    known = products.by_variable()
    facts: list[EnvironmentFact] = []
    for name, value in environment_of(view.image.config).items():
        if not value.strip():
            continue
        if name in known:
            owners = tuple(product for product, _ in known[name])
            facts.append(_fact(view, name, value, known[name][0][1].form, mounts, owners))
        elif _LICENCE_FILE.fullmatch(name) or (_LICENCE_SERVER.fullmatch(name) and _CERTAIN_SERVER.match(value)):
            facts.append(_fact(view, name, value, VariableForm.PATH_LIST, mounts, ()))
    return tuple(facts)


def _fact(
    view: View, name: str, value: str, form: VariableForm, mounts: Sequence[str], products: tuple[LicenceProduct, ...]
) -> EnvironmentFact:
    match form:
        case VariableForm.PATH_LIST:
            servers, places = parse_path_list(value)
        case VariableForm.SERVER:
            servers, places = parse_hosts(value), ()
        case VariableForm.FILE:
            servers, places = (), (NamedPath(value.strip()),)
        case _:
            servers, places = (), ()
    named = tuple(_place(view, place.path, mounts) for place in places if "<" not in place.path)
    return EnvironmentFact(name, form, products, servers, named)


def _place(view: View, path: str, mounts: Sequence[str]) -> NamedPlace:
    """What is at *path* in the image. A path with a variable in it is left open: only the program expands it."""
    if "$" in path or path.startswith("~"):
        return NamedPlace(path, None, unresolved=True)
    whole = posixpath.normpath(posixpath.join("/", view.image.config.working_dir or "/", path))
    below = next((mount for mount in mounts if whole == mount or whole.startswith(mount + "/")), "")
    try:
        resolved = view.filesystem.resolve(whole).node
    except PathError:
        return NamedPlace(whole, None, below)
    below = below or next((mount for mount in mounts if resolved.path.startswith(mount + "/")), "")
    return NamedPlace(whole, resolved, below)
