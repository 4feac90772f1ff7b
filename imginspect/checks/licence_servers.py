"""Licence servers: nothing in the image may need one outside the container."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import NOT_READ, node_evidence, reason_of, worst_of
from imginspect.checks.result import Confidence, Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.licences.files import is_aside
from imginspect.licences.licences import Licences
from imginspect.licences.values import EnvironmentFact, LicenceFile, LicenceText, Server
from imginspect.rules.licence_products import LicenceProduct, Need, VariableForm
from imginspect.wording import listed

_MOST_NAMED = 5
"""Names in a message, which says how many there are besides."""


@dataclass(frozen=True)
class LicenceServersParams:
    """The products are the knowledge base's."""


_LEFT_OVER, _ONLINE, _OWN, _UNKNOWN_FORM = "left over", "online", "own server", "unknown format"


@check("licence-servers", LicenceServersParams, kinds=(_LEFT_OVER, _ONLINE, _OWN, _UNKNOWN_FORM))
def licence_servers(context: CheckContext, params: LicenceServersParams) -> Outcome:
    """FAIL for a variable or file that makes software ask a server elsewhere; WARN where that software is not in the image.

    UNDETERMINED for a licence file in an unknown format: it may name a server.
    """
    del params
    licences = context.licences
    found = [
        *(finding for fact in licences.facts for finding in _of_variable(context, licences, fact)),
        *(finding for file in licences.files for finding in _of_file(context, licences, file)),
    ]
    unread = licences.is_cut or any(file.unread and not file.opaque for file in licences.files)
    if worst_of(found) is not Verdict.FAIL and (not context.is_read_whole or licences.is_cut):
        reason = NOT_READ if not context.is_read_whole else "the image has more licence files than the check reads"
        return Outcome(Verdict.UNDETERMINED, tuple(found), reason, due_to_unread=True)
    if found:
        return Outcome(worst_of(found), tuple(found), reason_of(found), due_to_unread=unread)
    return Outcome(Verdict.PASS, reason="no environment variable or licence file names a licence server", conditions=_conditions(licences))


def _conditions(licences: Licences) -> tuple[str, ...]:
    """What is not in the image, and may name a server too."""
    open_ones = [
        (fact.name, place.path)
        for fact in licences.facts
        for place in fact.places
        if place.node is None and (place.below or place.unresolved)
    ]
    return tuple(f"the licence file {path} (named by {name}, not in the image) names no licence server" for name, path in open_ones)


def _of_variable(context: CheckContext, licences: Licences, fact: EnvironmentFact) -> list[FindingDraft]:
    evidence = (Evidence(config_field=f"Env[{fact.name}]", state=EvidenceState.CONFIG),)
    if fact.form is VariableForm.ONLINE:
        verdict, why = _weight(context, licences, fact.products)
        message = f"{fact.name} makes {_names(fact.products)} contact a licence service on the internet{why}"
        return [FindingDraft(verdict, message, evidence, kind=_LEFT_OVER if _is_left_over(context, licences, fact.products) else _ONLINE)]
    outside = [server for server in fact.servers if not server.is_own]
    if not outside:
        return [_own_server(licences, f"{fact.name} names the licence server {_servers(fact.servers)}", evidence)] if fact.servers else []
    verdict, why = (Verdict.FAIL, "") if fact.is_generic else _weight(context, licences, fact.products)
    message = f"{fact.name} makes {_names(fact.products)} contact the licence server {_servers(outside)}{why}"
    if verdict is Verdict.FAIL and any(_suffices(file) for file in licences.files if fact.name in file.named_by):
        return [FindingDraft(Verdict.WARN, f"{message}; it also names a licence file in the image, which needs no server", evidence)]
    is_left_over = verdict is Verdict.WARN and _is_left_over(context, licences, fact.products)
    return [FindingDraft(verdict, message, evidence, kind=_LEFT_OVER if is_left_over else "")]


def _of_file(context: CheckContext, licences: Licences, file: LicenceFile) -> list[FindingDraft]:
    text = file.text
    if text is None:
        return [] if file.opaque else [_not_understood(context, file)]
    found = []
    if text.online:
        verdict, why = _weight(context, licences, file.products)
        evidence = tuple(
            node_evidence(context, file.node, line=item.line, excerpt=f"{item.what}=…", is_secret=True) for item in text.online
        )
        kind = _LEFT_OVER if _is_left_over(context, licences, file.products) else _ONLINE
        message = f"{file.node.path} ({text.form}) needs a licence service on the internet{why}"
        found.append(FindingDraft(verdict, message, evidence, kind=kind))
    outside = [server for server in text.servers if not server.is_own]
    if outside:
        found.append(_outside(context, licences, file, text, outside))
    elif text.servers or text.use_server:
        lines = [server.line for server in text.servers] or [text.use_server]
        evidence = (node_evidence(context, file.node, line=lines[0], is_secret=True),)
        found.append(_own_server(licences, f"{file.node.path} ({text.form}) takes its licences from a server", evidence))
    elif text.needs_server:
        evidence = (node_evidence(context, file.node, line=text.needs_server, is_secret=True),)
        message = f"{file.node.path} ({text.form}) has counted (floating) licences, which need a licence server, but names no server"
        found.append(FindingDraft(Verdict.WARN, message, evidence, Confidence.MEDIUM))
    if text.is_cut and not outside:
        found.append(_not_understood(context, file))
    return found


def _outside(context: CheckContext, licences: Licences, file: LicenceFile, text: LicenceText, outside: Sequence[Server]) -> FindingDraft:
    evidence = tuple(node_evidence(context, file.node, line=server.line, excerpt=f"server {server}", is_secret=True) for server in outside)
    message = f"{file.node.path} ({text.form}) names the licence server {_servers(outside)}"
    if licences.own_server:
        what = f"; the container starts a licence server of its own ({licences.own_server}): check whether they are the same"
        return FindingDraft(Verdict.WARN, message + what, evidence, Confidence.MEDIUM)
    if text.terms and not text.use_server and not any(term.counted for term in text.terms):
        return FindingDraft(Verdict.WARN, f"{message}, but its licences are uncounted and may not need it", evidence, Confidence.MEDIUM)
    if file.named_by:
        return FindingDraft(Verdict.FAIL, f"{message}; {listed(file.named_by, _MOST_NAMED)} in the environment names this file", evidence)
    verdict, why = _weight(context, licences, file.products)
    if is_aside(file.node.path):
        return FindingDraft(Verdict.WARN, f"{message}; the file is among documentation or tests", evidence, Confidence.LOW)
    kind = _LEFT_OVER if verdict is Verdict.WARN and _is_left_over(context, licences, file.products) else ""
    return FindingDraft(verdict, message + why, evidence, Confidence.HIGH if file.products else Confidence.MEDIUM, kind=kind)


def _weight(context: CheckContext, licences: Licences, products: Sequence[LicenceProduct]) -> tuple[Verdict, str]:
    """FAIL unless the products are known and none of them is in the image, or none needs the licence to run; and why."""
    if not products:
        return Verdict.FAIL, ""
    if all(product.need is Need.NONE and not product.generic for product in products):
        return Verdict.WARN, f"; {products[0].note}" if products[0].note else ""
    if not _is_left_over(context, licences, products):
        return Verdict.FAIL, ""
    return Verdict.WARN, f"; {_names(products)} was not found in the image, so this may be a leftover"


def _is_left_over(context: CheckContext, licences: Licences, products: Sequence[LicenceProduct]) -> bool:
    """Whether none of the *products* is in the image, as far as their knowledge goes."""
    is_there = any(product.generic or licences.has(product) for product in products)
    return bool(products) and context.is_read_whole and not is_there


def _own_server(licences: Licences, what: str, evidence: tuple[Evidence, ...]) -> FindingDraft:
    starts = f"the container starts {licences.own_server}" if licences.own_server else "no command was found that starts one"
    return FindingDraft(Verdict.WARN, f"{what}, which is inside the container; {starts}", evidence, Confidence.MEDIUM, kind=_OWN)


def _not_understood(context: CheckContext, file: LicenceFile) -> FindingDraft:
    why = file.unread or ("it is too long to be read in full" if file.text is not None else "its format is unknown")
    return FindingDraft(
        Verdict.UNDETERMINED,
        f"{file.node.path} has the name of a licence file, but it could not be determined whether it needs a licence server: {why}",
        (node_evidence(context, file.node, is_secret=True),),
        Confidence.MEDIUM,
        kind=_UNKNOWN_FORM,
    )


def _suffices(file: LicenceFile) -> bool:
    """Whether the file holds a licence that needs no server."""
    text = file.text
    return text is not None and bool(text.terms) and not (text.servers or text.online or text.use_server or text.needs_server)


def _servers(servers: Sequence[Server]) -> str:
    return listed([str(server).lstrip("@") for server in servers], _MOST_NAMED)


def _names(products: Sequence[LicenceProduct]) -> str:
    named = [product.name for product in products if not product.generic]
    return " or ".join(named) if named else "software"
