"""Licence terms that a file states: its expiry date, and whether it is node-locked. It does not check whether a licence is valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import NOT_READ, node_evidence, reason_of, worst_of
from imginspect.checks.result import Confidence, FindingDraft, Outcome, Verdict
from imginspect.licences.dates import parse_created
from imginspect.licences.licences import Licences
from imginspect.licences.values import LicenceFile, Term
from imginspect.wording import counted


@dataclass(frozen=True)
class LicenceTermsParams:
    """Nothing to choose."""


_ENDED, _LOCKED, _NO_DATE, _NOT_READ = "expired", "node-locked", "no date", "not read"


@check("licence-terms", LicenceTermsParams, kinds=(_ENDED, _LOCKED, _NO_DATE, _NOT_READ))
def licence_terms(context: CheckContext, params: LicenceTermsParams) -> Outcome:
    """WARN for licences that ended before the image was built, and for licences of one computer.

    The day of comparison is the config's ``created``, a claim of the image: the same image has the same answer on any day.
    """
    del params
    licences = context.licences
    built = parse_created(context.image.config.created)
    found = [finding for file in licences.files for finding in _of_file(context, file, built)]
    if not context.is_read_whole or licences.is_cut:
        reason = "the image has more licence files than the check reads" if licences.is_cut else NOT_READ
        return Outcome(Verdict.UNDETERMINED, tuple(found), reason, due_to_unread=True)
    conditions = _conditions(licences, built)
    if found:
        unread = any(file.unread for file in licences.files)
        return Outcome(worst_of(found), tuple(found), reason_of(found), conditions, due_to_unread=unread)
    if not any(file.text is not None and file.text.terms for file in licences.files):
        return Outcome(Verdict.NOT_APPLICABLE, reason="no licence file states an expiry date or a host")
    return Outcome(Verdict.PASS, conditions=conditions)


def _of_file(context: CheckContext, file: LicenceFile, built: date | None) -> Iterator[FindingDraft]:
    if file.text is None:
        if file.unread and not file.opaque:
            message = f"{file.node.path}: its terms could not be read: {file.unread}"
            yield FindingDraft(Verdict.UNDETERMINED, message, (node_evidence(context, file.node, is_secret=True),), kind=_NOT_READ)
        return
    terms, where = file.text.terms, f"{file.node.path} ({file.text.form})"
    if file.text.is_cut:
        message = f"{where}: could not determine what it states: it is too long to be read in full"
        yield FindingDraft(Verdict.UNDETERMINED, message, (node_evidence(context, file.node, is_secret=True),))
    ended = [term for term in terms if built is not None and term.expires is not None and term.expires < built]
    if ended and built is not None:
        last = max(term.expires for term in ended if term.expires is not None)
        how_many = f"{len(ended)} of {counted(len(terms), 'licence')}"
        message = f"{where}: {how_many} expired by {last.isoformat()}, before the image was built ({built.isoformat()})"
        yield _found(context, file, Verdict.WARN, message, ended, _ENDED)
    unread = [term for term in terms if term.expiry_unread]
    if unread:
        message = f"{where}: the expiry date of {counted(len(unread), 'licence')} is not a valid date"
        yield _found(context, file, Verdict.UNDETERMINED, message, unread, _NO_DATE)
    locked = [term for term in terms if term.node_locked]
    if locked:
        how_many = f"{len(locked)} of {counted(len(terms), 'licence')}"
        message = f"{where}: node-locked (tied to one machine, not usable on another): {how_many}"
        yield _found(context, file, Verdict.WARN, message, locked, _LOCKED)


def _found(context: CheckContext, file: LicenceFile, verdict: Verdict, message: str, terms: list[Term], kind: str) -> FindingDraft:
    evidence = tuple(node_evidence(context, file.node, line=term.line, excerpt=_excerpt(term), is_secret=True) for term in terms)
    return FindingDraft(verdict, message, evidence, Confidence.MEDIUM, kind=kind)


def _excerpt(term: Term) -> str:
    """The licence in words, without its key, signature and host id."""
    end = term.expires.isoformat() if term.expires else ("expiry date not readable" if term.expiry_unread else "permanent")
    return f"{term.name} ({term.vendor}), {end}{', node-locked' if term.node_locked else ''}"


def _conditions(licences: Licences, built: date | None) -> tuple[str, ...]:
    """The first end of each file that has not come yet, as far as the image's own date tells."""
    said = []
    for file in licences.files:
        ends = [
            term.expires for term in (file.text.terms if file.text else ()) if term.expires and (built is None or term.expires >= built)
        ]
        if ends:
            unknown = "" if built else " (the image does not state its build date)"
            said.append(f"the image is used before the licences in {file.node.path} expire, the first on {min(ends).isoformat()}{unknown}")
    return tuple(said)
