"""Registries: whether the names of the image and of its base image are of registries that the policy lists. A name is a claim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import reason_of
from imginspect.checks.result import Confidence, Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.oci.reference import normalise
from imginspect.wording import listed

_BASE_NAME = "org.opencontainers.image.base.name"
_REFERENCE_NAME = "org.opencontainers.image.ref.name"
"""Source: OCI image-spec, annotations.md, Pre-Defined Annotation Keys."""
_HOST = r"(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_PATH = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_VERSION = r"(?P<version>:\w[\w.-]{0,127})?(?P<digest>@[a-z0-9]+:[0-9a-f]{32,})?"
_REFERENCE = re.compile(rf"(?:{_HOST}/)?{_PATH}(?:/{_PATH})*{_VERSION}", re.ASCII)
"""Source: distribution/reference, "Grammar"."""
_DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{64,}")
_DOCKER = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_LONGEST = 512
"""Characters of a name; a reference has at most some 400, and a longer text is no name of an image."""
_MOST_NAMED = 5
"""Registries in a message, which says how many there are besides."""
_IMAGE, _BASE = "image name", "base image"


@dataclass(frozen=True)
class RegistriesParams:
    """The registries are the policy's."""


class _Claim(NamedTuple):
    """A name that the image has, or that it gives its base image (*kind*)."""

    kind: str
    name: str
    evidence: Evidence


@check("registries", RegistriesParams, kinds=(_IMAGE, _BASE))
def registries(context: CheckContext, params: RegistriesParams) -> Outcome:
    """WARN for each name of a registry that the policy does not list; not applicable where no name says where the image is from."""
    del params
    accepted = context.policy.registries
    if not accepted:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy names no registries")
    claims: dict[tuple[str, str], list[_Claim]] = {}
    for claim in _claims(context):
        claims.setdefault((claim.kind, normalise(claim.name)), []).append(claim)
    found = tuple(_found(group, whole, accepted) for (_, whole), group in claims.items() if not _is_accepted(whole, accepted))
    if found:
        return Outcome(Verdict.WARN, found, reason_of(found))
    if any(problem.unread and problem.where == "config" for problem in context.image.problems):
        return Outcome(Verdict.UNDETERMINED, reason="the config could not be read: it may name a base image", due_to_unread=True)
    if not claims:
        return Outcome(Verdict.NOT_APPLICABLE, reason="no name of the image or of its base image says where it is from")
    names = listed(list(dict.fromkeys(whole for _, whole in claims)), _MOST_NAMED)
    return Outcome(Verdict.PASS, reason=f"by its names, which nothing verifies: {names}")


def _claims(context: CheckContext) -> Iterator[_Claim]:
    for name in context.image.references:
        if _states_registry(name):
            yield _Claim(_IMAGE, name, Evidence(excerpt=normalise(name)))
    for name, value in context.image.stored.annotations:
        if name == _BASE_NAME and _is_base(value):
            yield _Claim(_BASE, value, Evidence(member="manifest", excerpt=f"{name}={value}"))
    for name, value in context.image.config.labels:
        if (name == _BASE_NAME and _is_base(value)) or (name == _REFERENCE_NAME and _states_registry(value)):
            evidence = Evidence(config_field=f"Labels[{name}]", state=EvidenceState.CONFIG, excerpt=f"{name}={value}")
            yield _Claim(_BASE if name == _BASE_NAME else _IMAGE, value, evidence)


def _is_base(name: str) -> bool:
    """Whether *name* says which image is the base; one without a host is of docker.io."""
    return _is_reference(name) and name != "scratch"


def _states_registry(name: str) -> bool:
    """Whether the image's own *name* says where it is from.

    Docker puts docker.io in front of every name that it is given without a host, for images that it builds as well: that says nothing.
    """
    host, slash, _ = name.partition("/")
    return _is_reference(name) and bool(slash) and ("." in host or ":" in host) and host not in _DOCKER


def _is_reference(name: str) -> bool:
    """Whether *name* is one of an image, and not localhost/, which podman puts in front of what it builds."""
    is_name = len(name) <= _LONGEST and _REFERENCE.fullmatch(name) is not None
    return is_name and not _DIGEST.fullmatch(name) and not name.startswith("localhost/")


def _is_accepted(reference: str, accepted: tuple[str, ...]) -> bool:
    name = _repository(reference)
    return any(name == item or name.startswith(item + "/") for item in map(_accepted, accepted))


def _repository(reference: str) -> str:
    """*reference* without tag and digest; a host's capitals mean nothing."""
    host, _, path = reference.partition("@")[0].partition("/")
    folder, slash, last = path.rpartition("/")
    return f"{host.lower()}/{folder}{slash}{last.partition(':')[0]}"


def _accepted(registry: str) -> str:
    host, slash, path = registry.partition("/")
    return ("docker.io" if host in _DOCKER else host) + slash + path


def _found(group: list[_Claim], whole: str, accepted: tuple[str, ...]) -> FindingDraft:
    """The finding for one name."""
    kind = group[0].kind
    what = "the image is named" if kind == _IMAGE else "the base image is named"
    message = f"{what} {whole}; the policy's registries are {listed(accepted, _MOST_NAMED)}"
    return FindingDraft(Verdict.WARN, message, tuple(claim.evidence for claim in group), Confidence.MEDIUM, kind=kind)
