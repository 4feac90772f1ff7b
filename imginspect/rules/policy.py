"""Policy: the requirements of one operator's environment: directories, runners, platforms, registries, severities, questions to a person.

docs/policy.md describes the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from imginspect.errors import RuleError
from imginspect.rules import yaml_file
from imginspect.rules.folder import POLICIES, RuleFile, rule_files, rules_folder
from imginspect.rules.mapping import Mapping, SourceLine
from imginspect.rules.rule import RuleSet, Severity, digest_of, parse_severity

DEFAULT_POLICY = "epcc-tre"
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9]+)?")
_REGISTRY = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{1,5})?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
_RUNNER = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_USUAL_PLATFORM = "linux/amd64"


class MountRole(StrEnum):
    """What a mount directory is for; NONE where the policy does not say."""

    NONE = ""
    DATA = "data"
    OUTPUTS = "outputs"
    SCRATCH = "scratch"


class MountDirectory(NamedTuple):
    """A directory of the host that is mounted over one of the image's."""

    path: str
    purpose: str
    role: MountRole = MountRole.NONE


class RunsAs(StrEnum):
    """As whom a runner starts a container's processes."""

    ROOT = "root"
    """As the image's USER, and root where it names none: that root is no more than the caller outside of the container."""
    USER = "user"
    """As the caller; the image's USER has no effect."""
    NON_ROOT = "non-root"
    """As the image's USER, which must be another than root, else the container is refused."""


class Runner(NamedTuple):
    """A program of the environment that runs containers."""

    name: str
    runs_as: RunsAs


class Undetermined(StrEnum):
    """What a rule at or above --fail-on that is UNDETERMINED because a fact is missing makes of an image."""

    FAIL = "fail"
    """It counts as a failure."""
    UNDECIDED = "undecided"
    """The image is undecided."""
    PASS = "pass"  # noqa: S105 - no password
    """It does not change the verdict; the report says how many such rules there are."""


class Question(NamedTuple):
    """Something that only a person can settle."""

    id: str
    text: str
    why: str


class Override(NamedTuple):
    """What a policy changes of a rule: its *severity*, or (None) whether it is judged at all, which *skipped_because* explains."""

    rule_id: str
    severity: Severity | None
    skipped_because: str
    line: int


class Policy(NamedTuple):
    """One operator's policy. *digest* is the sha256 of its file."""

    id: str
    title: str
    directories: tuple[MountDirectory, ...]
    runners: tuple[Runner, ...]
    platforms: tuple[str, ...]
    registries: tuple[str, ...]
    fail_on: Severity
    overrides: tuple[Override, ...]
    questions: tuple[Question, ...]
    digest: str
    file: str
    undetermined: Undetermined = Undetermined.UNDECIDED

    @property
    def platform(self) -> str:
        """The first of the platforms, which is the default."""
        return self.platforms[0]

    @property
    def skipped(self) -> dict[str, str]:
        """The rules that are not judged, each with the reason why."""
        return {item.rule_id: item.skipped_because for item in self.overrides if item.severity is None}

    @property
    def severities(self) -> dict[str, Severity]:
        """The rules that have another severity than they state themselves."""
        return {item.rule_id: item.severity for item in self.overrides if item.severity is not None}

    def check_ids(self, rules: RuleSet) -> None:
        """Complain about an override of a rule that is none of *rules*.

        Raises: RuleError
        """
        for item in self.overrides:
            if rules.get(item.rule_id) is None:
                raise SourceLine(self.file, item.line).error(f"unknown rule {item.rule_id!r}; see imginspect rules list")


def load_policy(name: str, folders: Sequence[Path] = ()) -> Policy:
    """The policy *name*: see ``policy_file``.

    Raises: RuleError
    """
    file = policy_file(name, folders)
    return parse_policy(yaml_file.read(file.path, file.shown_as), file.shown_as)


def parse_policy(content: bytes, shown_as: str) -> Policy:
    """The policy in *content*; *shown_as* names its file in complaints.

    Raises: RuleError
    """
    mapping = yaml_file.parse(content, shown_as)
    mapping.allow(
        "id", "title", "directories", "runners", "platforms", "registries", "fail_on", "undetermined", "severities", "skip", "questions"
    )
    return Policy(
        id=mapping.text("id"),
        title=mapping.text("title"),
        directories=tuple(_directory(item) for item in mapping.mappings("directories")),
        runners=tuple(_runner(item) for item in mapping.mappings("runners")),
        platforms=_matching(mapping, "platforms", _PLATFORM, "such as linux/amd64") or (_USUAL_PLATFORM,),
        registries=_matching(mapping, "registries", _REGISTRY, "a host such as registry.example.org, or a host and a path prefix"),
        fail_on=parse_severity(mapping, "fail_on", "high"),
        overrides=tuple(_overrides(mapping)),
        questions=tuple(_question(item) for item in mapping.mappings("questions")),
        digest=digest_of([content]),
        file=shown_as,
        undetermined=_undetermined(mapping),
    )


def policy_file(name: str, folders: Sequence[Path] = ()) -> RuleFile:
    """Where the policy *name* is: the file *name*, or that of a name which comes with imginspect or stands in ``policies`` of *folders*.

    Raises: RuleError - there is none or more than one
    """
    if "/" in name or name.endswith((".yaml", ".yml")):
        return RuleFile(Path(name), Path(name).name, ())
    searched = dict.fromkeys([rules_folder(), *folders])
    named = [(file.path.stem, file) for folder in searched for file in rule_files(folder, Path(POLICIES))]
    fitting = [file for stem, file in named if stem == name]
    if not fitting:
        raise RuleError(f"unknown policy {name!r}; expected one of: {', '.join(sorted({stem for stem, _ in named}))}, or a file")
    if len(fitting) > 1:
        raise RuleError(f"two policies are named {name!r}: {fitting[0].shown_as} and {fitting[1].shown_as}; give the file instead")
    return fitting[0]


def _directory(mapping: yaml_file.Mapping) -> MountDirectory:
    mapping.allow("path", "purpose", "role")
    path = mapping.text("path")
    if not path.startswith("/") or path == "/" or any(part in ("", ".", "..") for part in path[1:].split("/")):
        raise mapping.place_of("path").error(f"path: expected an absolute path without '.' or '..', found {path!r}")
    role = mapping.text("role", "")
    if role not in list(MountRole):
        raise mapping.place_of("role").error(f"role: expected one of {', '.join(filter(None, MountRole))}, found {role!r}")
    return MountDirectory(path, mapping.text("purpose", ""), MountRole(role))


def _runner(mapping: Mapping) -> Runner:
    mapping.allow("name", "runs_as")
    name, runs_as = mapping.text("name"), mapping.text("runs_as")
    if not _RUNNER.fullmatch(name):
        raise mapping.place_of("name").error(f"name: expected a word such as podman, found {name!r}")
    if runs_as not in list(RunsAs):
        raise mapping.place_of("runs_as").error(f"runs_as: expected one of {', '.join(RunsAs)}, found {runs_as!r}")
    return Runner(name, RunsAs(runs_as))


def _undetermined(mapping: Mapping) -> Undetermined:
    value = mapping.text("undetermined", str(Undetermined.UNDECIDED))
    if value not in list(Undetermined):
        raise mapping.place_of("undetermined").error(f"undetermined: expected one of {', '.join(Undetermined)}, found {value!r}")
    return Undetermined(value)


def _matching(mapping: Mapping, key: str, form: re.Pattern[str], expected: str) -> tuple[str, ...]:
    texts = mapping.texts(key)
    for text in texts:
        if not form.fullmatch(text):
            raise mapping.place_of(key).error(f"{key}: expected {expected}, found {text!r}")
    if len(set(texts)) < len(texts):
        raise mapping.place_of(key).error(f"{key}: duplicate entry")
    return texts


def _overrides(mapping: Mapping) -> Iterator[Override]:
    severities, skip = (mapping.mapping(key) or Mapping(mapping.place, {}) for key in ("severities", "skip"))
    for rule_id, line in severities.lines():
        yield Override(rule_id, parse_severity(severities, rule_id), "", line)
    for rule_id, line in skip.lines():
        if rule_id in severities:
            raise skip.place_of(rule_id).error(f"{rule_id} is skipped, so its severity has no effect: remove one of the two")
        reason = skip.text(rule_id)
        if not reason:
            raise skip.place_of(rule_id).error(f"{rule_id}: expected the reason for skipping it, which the report shows")
        yield Override(rule_id, None, reason, line)


def _question(mapping: yaml_file.Mapping) -> Question:
    mapping.allow("id", "text", "why")
    return Question(mapping.text("id"), mapping.text("text"), mapping.text("why", ""))
