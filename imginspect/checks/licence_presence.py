"""Licences present: software that cannot run without a licence must carry it in the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import NOT_READ, node_evidence, reason_of, worst_of
from imginspect.checks.result import Confidence, Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.licences.licences import Licences
from imginspect.licences.own_forms import SETTINGS
from imginspect.licences.values import EnvironmentFact, Installed, LicenceFile, NamedPlace
from imginspect.rules.licence_products import LicenceProduct, Need, VariableForm
from imginspect.rules.policy import MountRole


@dataclass(frozen=True)
class LicencePresenceParams:
    """The products are the knowledge base's."""


_WITHOUT, _UNRESOLVED, _MISSING, _EMPTY_MOUNT = "no licence", "path not known", "missing file", "empty mount"


@check("licence-present", LicencePresenceParams, kinds=(_WITHOUT, _UNRESOLVED, _MISSING, _EMPTY_MOUNT))
def licence_present(context: CheckContext, params: LicencePresenceParams) -> Outcome:
    """FAIL for software of which it is known that it does not run without a licence, where the image holds no sign of one.

    WARN where the knowledge base is not sure of that, and for a variable that names a file which is not there.
    """
    del params
    roles = {directory.path: directory.role for directory in context.policy.directories}
    licences = context.licences
    needed = [item for item in licences.installed if item.product.need is not Need.NONE]
    missing = [finding for fact in licences.facts for finding in _missing_places(licences, fact, roles)]
    found = [*missing, *(finding for item in needed for finding in _without(context, licences, item, roles))]
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, tuple(found), NOT_READ, due_to_unread=True)
    if found:
        return Outcome(worst_of(found), tuple(found), reason_of(found), _conditions(licences, needed, roles))
    if not needed and not any(fact.places for fact in licences.facts):
        return Outcome(Verdict.NOT_APPLICABLE, reason="no software that is known to need a licence at run time was found")
    names = ", ".join(item.product.name for item in needed)
    return Outcome(Verdict.PASS, reason=f"licence found for: {names}" if names else "", conditions=_conditions(licences, needed, roles))


def _without(context: CheckContext, licences: Licences, item: Installed, roles: dict[str, MountRole]) -> Iterator[FindingDraft]:
    product = item.product
    if product.need is Need.LIMITED or any(_signs(licences, product, roles)):
        return
    open_ones = [fact.name for fact in _facts(licences, product) if any(place.unresolved for place in fact.places)]
    evidence = (node_evidence(context, item.marker),)
    if open_ones:
        message = f"{product.name} needs a licence; {open_ones[0]} names a licence file, but its path is only known at run time"
        yield FindingDraft(Verdict.UNDETERMINED, message, evidence, Confidence.MEDIUM, kind=_UNRESOLVED, about=product.name)
        return
    verdict = Verdict.FAIL if product.verified else Verdict.WARN
    confidence = Confidence.HIGH if product.verified else Confidence.MEDIUM
    note = f". {product.note}" if product.note else ""
    message = f"{product.name} is in the image, but no licence for it was found{note}"
    yield FindingDraft(verdict, message, evidence, confidence, remedy=product.remediation, kind=_WITHOUT, about=product.name)


def _signs(licences: Licences, product: LicenceProduct, roles: dict[str, MountRole]) -> Iterator[str]:
    """What shows that *product* has a licence, wherever that is."""
    facts = _facts(licences, product)
    for fact in facts:
        if fact.servers or fact.form in (VariableForm.KEY, VariableForm.ONLINE):
            yield fact.name
        for place in fact.places:
            if place.below and _may_be_supplied(place, roles):
                yield place.path
    names = {fact.name for fact in facts}
    for file in licences.files:
        if _is_licence(file) and (product in file.products or names & set(file.named_by)):
            yield file.node.path


def _facts(licences: Licences, product: LicenceProduct) -> list[EnvironmentFact]:
    """The variables that *product* reads; any that speaks FlexNet reads the general one too."""
    return [fact for fact in licences.facts if product in fact.products or (fact.is_generic and fact.products and product.daemons)]


def _is_licence(file: LicenceFile) -> bool:
    """Whether the file counts as a licence: not settings that name no server."""
    return file.text is None or file.text.form != SETTINGS or bool(file.text.servers)


def _may_be_supplied(place: NamedPlace, roles: dict[str, MountRole]) -> bool:
    """Whether the mount can hold the file when the container starts: outputs and scratch begin empty."""
    return roles.get(place.below) not in (MountRole.OUTPUTS, MountRole.SCRATCH)


def _missing_places(licences: Licences, fact: EnvironmentFact, roles: dict[str, MountRole]) -> Iterator[FindingDraft]:
    evidence = (Evidence(config_field=f"Env[{fact.name}]", state=EvidenceState.CONFIG),)
    for place in fact.places:
        if place.unresolved or (place.below and _may_be_supplied(place, roles)):
            continue
        if place.below:
            message = f"{fact.name} names {place.path}, which does not exist when the container starts: the mount begins empty"
            yield FindingDraft(Verdict.WARN, message, evidence, kind=_EMPTY_MOUNT, about=fact.name)
        elif place.node is None:
            present = [product for product in fact.products if licences.has(product) and product.need is Need.REQUIRED]
            is_certain = any(not any(_signs(licences, product, roles)) for product in present)
            message = f"{fact.name} names the licence file {place.path}, which is not in the image"
            yield FindingDraft(Verdict.FAIL if is_certain else Verdict.WARN, message, evidence, kind=_MISSING, about=fact.name)


def _conditions(licences: Licences, needed: list[Installed], roles: dict[str, MountRole]) -> tuple[str, ...]:
    said = [
        f"the licence file named by {fact.name} is provided at {place.path}"
        for fact in licences.facts
        for place in fact.places
        if place.below and _may_be_supplied(place, roles)
    ]
    said += [
        f"{item.product.name} is used within the limits of its unlicensed mode"
        for item in needed
        if item.product.need is Need.LIMITED and not any(_signs(licences, item.product, roles))
    ]
    return tuple(said)
