"""Policy: what one operator's environment asks: directories, platform, from which severity on to fail, what to ask a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imginspect.errors import RuleError
from imginspect.rules import yaml_file
from imginspect.rules.rule import Severity, digest_of, parse_severity
from imginspect.rules.ruleset import rules_folder

_ROLES = ("", "data", "outputs", "scratch")


@dataclass(frozen=True, slots=True)
class MountDirectory:
    """A directory of the host that is mounted over one of the image's. *role* is data, outputs, scratch or empty."""

    path: str
    purpose: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only a person can settle."""

    id: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One operator's policy. *digest* is the sha256 of its file."""

    id: str
    title: str
    directories: tuple[MountDirectory, ...]
    platform: str
    fail_on: Severity
    questions: tuple[Question, ...]
    digest: str
    file: str


def load_policy(name: str) -> Policy:
    """The policy that comes with imginspect as *name*, or that stands in the file *name*.

    Raises: RuleError
    """
    built_in = rules_folder() / "policies"
    if "/" not in name and not name.endswith((".yaml", ".yml")):
        path, shown_as = built_in / f"{name}.yaml", f"policies/{name}.yaml"
        if not path.is_file():
            there = ", ".join(sorted(file.stem for file in built_in.glob("*.yaml")))
            raise RuleError(f"no policy is called {name!r}; there are: {there}; or name a file")
    else:
        path, shown_as = Path(name), Path(name).name
    mapping = yaml_file.load(path, shown_as)
    mapping.allow("id", "title", "directories", "platform", "fail_on", "questions")
    return Policy(
        id=mapping.text("id"),
        title=mapping.text("title"),
        directories=tuple(_directory(item) for item in mapping.mappings("directories")),
        platform=mapping.text("platform", "linux/amd64"),
        fail_on=parse_severity(mapping, "fail_on", "high"),
        questions=tuple(_question(item) for item in mapping.mappings("questions")),
        digest=digest_of([path.read_bytes()]),
        file=shown_as,
    )


def _directory(mapping: yaml_file.Mapping) -> MountDirectory:
    mapping.allow("path", "purpose", "role")
    path = mapping.text("path")
    if not path.startswith("/") or path == "/" or any(part in ("", ".", "..") for part in path[1:].split("/")):
        raise mapping.place_of("path").error(f"path: expected an absolute path without '.' or '..', found {path!r}")
    role = mapping.text("role", "")
    if role not in _ROLES:
        raise mapping.place_of("role").error(f"role: expected one of {', '.join(filter(None, _ROLES))}, found {role!r}")
    return MountDirectory(path, mapping.text("purpose", ""), role)


def _question(mapping: yaml_file.Mapping) -> Question:
    mapping.allow("id", "text", "why")
    return Question(mapping.text("id"), mapping.text("text"), mapping.text("why", ""))
