"""Credentials: those that the pass found in files of all layers, and those in the image's documents. No value is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.copies import Seen, together
from imginspect.checks.result import Confidence, Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.filesystem.node import FileState
from imginspect.filesystem.presence import EntryState
from imginspect.layer.index import SMALL
from imginspect.layer.package_places import is_of_a_package
from imginspect.problems import Topic
from imginspect.reading.documents import DocumentMatch
from imginspect.rules import Severity
from imginspect.scan.credential_files import TITLES, is_credential_file_name
from imginspect.scan.match import Match
from imginspect.scan.matcher import GENERIC
from imginspect.wording import counted, listed

_MOST_LINES = 10
"""Lines that a message names; the evidence has all of them."""
_MOST_COPIES = 3
"""Copies that a message names; it says how many more there are, and the evidence has them."""
_SURENESS = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_LONGEST_STEP = 120
"""Characters of a build step from which on its instruction alone is named: a part of it could be a part of a credential."""
_INSTRUCTIONS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})


@dataclass(frozen=True)
class CredentialsParams:
    """*sure_severity* is the severity of a credential whose form is verified, or that stands in a file made to hold credentials; empty:
    the rule's. Kinds and published credentials are the knowledge base's.
    """

    sure_severity: str = ""

    def __post_init__(self) -> None:
        if self.sure_severity not in ("", *Severity):
            raise ValueError(f"sure_severity: expected one of {', '.join(Severity)}, found {self.sure_severity!r}")

    @property
    def if_sure(self) -> Severity | None:
        """The severity where there is one."""
        return Severity(self.sure_severity) if self.sure_severity else None


_UNREAD = "parts of the image could not be read, so they were not searched"


@check("credentials", CredentialsParams, kinds=TITLES)
def credentials(context: CheckContext, params: CredentialsParams) -> Outcome:
    """FAIL for each file or document that holds a credential, whatever its state; a file's credentials of one kind are one finding.

    WARN for a match that only its context suggests, in a package's own files, and for publicly known credentials.
    """
    found = [*_in_documents(context, params.if_sure), *_in_files(context, params.if_sure)]
    unread = [problem for problem in context.problems if problem.unread and problem.topic == Topic.UNREAD]
    if not found:
        if not context.is_read_whole or unread:
            return Outcome(Verdict.UNDETERMINED, reason=_UNREAD, due_to_unread=True)
        return Outcome(Verdict.PASS, reason=_searched(context))
    verdict = Verdict.FAIL if any(item.verdict is Verdict.FAIL for item in found) else Verdict.WARN
    return Outcome(verdict, tuple(found), reason=f"{counted(len(found), 'place')} with credentials; {_searched(context)}")


def _searched(context: CheckContext) -> str:
    files = sum(index.files for index in context.layers)
    packed = sum(count for index in context.layers for count in index.packed.values())
    kinds = len(context.knowledge.patterns.patterns)
    note = f"; {counted(packed, 'archive or compressed file')} not opened" if packed else ""
    return f"{counted(files, 'file')} in all layers searched for {kinds} kinds of credentials{note}"


# -- files -------------------------------------------------------------------------------------------------------------


def _in_files(context: CheckContext, if_sure: Severity | None) -> Iterator[FindingDraft]:
    for number, index in enumerate(context.layers):
        for match in index.behind:
            message = f"{_title(context, match.kind, [match])} in layer {number}, in data after the end of its tar that belongs to no file"
            evidence = (Evidence(member=f"layer {number}", layer_index=number, secret_id=match.secret_id),)
            severity = if_sure if match.is_verified else None
            remedy = _remedy(context, match.kind)
            yield FindingDraft(Verdict.FAIL, message, evidence, severity=severity, remedy=remedy, kind=match.kind)
    for places in together(_seen(context)):
        yield _of_places(context, places, if_sure)


def _seen(context: CheckContext) -> Iterator[Seen]:
    """Each kind of credential in each file of each layer."""
    for number, index in enumerate(context.layers):
        for ordinal in sorted(index.matches):
            entry, state = index.entries[ordinal], context.presence.of(number, ordinal)
            by_kind: dict[str, list[Match]] = {}
            for match in index.matches[ordinal]:
                by_kind.setdefault(match.kind, []).append(match)
            yield from (Seen(number, entry, state, kind, tuple(matches)) for kind, matches in by_kind.items())


def _of_places(context: CheckContext, places: Sequence[Seen], if_sure: Severity | None) -> FindingDraft:
    """The finding for a credential, or several of a kind, in one file and its copies."""
    first = places[0]
    known = sorted({match.known_as for place in places for match in place.matches})
    is_known = "" not in known
    surest = max((_confidence(context, place.kind, place.matches, place.entry.path) for place in places), key=_SURENESS.index)
    confidence = Confidence.LOW if is_known else surest
    verdict = Verdict.WARN if confidence is Confidence.LOW else Verdict.FAIL
    note = f". Publicly known ({', '.join(known)}); it protects nothing" if is_known else ""
    others = [f"{_where_in(context, place)}" for place in places[1:]]
    also = f"; also in {listed(others, _MOST_COPIES, 'copy')}" if others else ""
    message = f"{_title(context, first.kind, first.matches)} in {_where_in(context, first)}{also}{note}"
    evidence = tuple(item for place in places for item in _evidence(place))
    is_sure = verdict is Verdict.FAIL and confidence is Confidence.HIGH and any(map(_is_sure, places))
    remedy = _published_remedy(context, known) if is_known else _remedy(context, first.kind)
    return FindingDraft(verdict, message, evidence, confidence, if_sure if is_sure else None, remedy, first.kind)


def _is_sure(place: Seen) -> bool:
    """Whether a checksum or structure holds, or the file is one that is made to hold credentials."""
    return any(match.is_verified for match in place.matches) or place.kind in TITLES or is_credential_file_name(place.state.path)


def _remedy(context: CheckContext, kind: str) -> str:
    """What the knowledge base says to do about a credential of that *kind*; empty where it is the rule that says it."""
    pattern = context.knowledge.patterns.get(kind)
    return pattern.remediation if pattern else ""


def _published_remedy(context: CheckContext, known: Sequence[str]) -> str:
    """What to do about what everybody knows: there is nothing to revoke."""
    return next((item.remediation for item in context.knowledge.patterns.published if item.title in known and item.remediation), "")


def _where_in(context: CheckContext, place: Seen) -> str:
    lines = list(dict.fromkeys(str(match.line) for match in place.matches if match.line))
    named = f", lines {listed(lines, _MOST_LINES)}" if len(lines) > 1 else ""
    return f"{place.state.path}{named}{_whereabouts(context, place.state, place.layer)}"


def _evidence(place: Seen) -> Iterator[Evidence]:
    entry, state = place.entry, place.state
    sha256 = entry.digest.hex() if entry.digest else ""
    for match in place.matches:
        yield Evidence(
            path=state.path,
            line=match.line or None,
            layer_index=place.layer,
            state=EvidenceState(state.state) if state.state is not FileState.UNSEEN else None,
            file_sha256=sha256 if entry.size >= SMALL else None,
            size=entry.size,
            excerpt=match.excerpt or None,
            by_layer=state.by_layer,
            secret_id=match.secret_id,
        )


def _title(context: CheckContext, kind: str, matches: Sequence[Match]) -> str:
    title = _title_of(context, kind)
    times = f" ({len(matches):,} matches)" if len(matches) > 1 else ""
    verified = " with verified format" if all(match.is_verified for match in matches) else ""
    return f"{title}{times}{verified}"


def _title_of(context: CheckContext, kind: str) -> str:
    pattern = context.knowledge.patterns.get(kind)
    return pattern.title if pattern else TITLES.get(kind, kind)


def _whereabouts(context: CheckContext, state: EntryState, layer: int) -> str:
    if state.state is FileState.VISIBLE:
        return ""
    if state.state is FileState.UNSEEN or state.by_layer is None:
        return f", never visible in a container, but still present in layer {layer}"
    step = context.image.layers[state.by_layer].created_by
    if len(step) > _LONGEST_STEP:
        word = step.partition(" ")[0]
        step = f"{word} …" if word in _INSTRUCTIONS else ""
    by = f" ({step})" if step else ""
    return f", {state.state} in layer {state.by_layer}{by}, but still present in layer {layer}"


def _confidence(context: CheckContext, kind: str, matches: Sequence[Match], path: str) -> Confidence:
    if all(match.is_verified for match in matches):
        return Confidence.HIGH
    pattern = context.knowledge.patterns.get(kind)
    if pattern is None or pattern.issuer != GENERIC:
        return Confidence.MEDIUM if pattern is not None and pattern.near else Confidence.HIGH
    return Confidence.LOW if is_of_a_package(path) else Confidence.MEDIUM


# -- documents ---------------------------------------------------------------------------------------------------------


def _in_documents(context: CheckContext, if_sure: Severity | None) -> Iterator[FindingDraft]:
    for match in context.document_matches:
        pattern = context.knowledge.patterns.get(match.kind)
        title = _title_of(context, match.kind)
        evidence = Evidence(
            path=match.path or None,
            config_field=match.field or None,
            member=match.member or None,
            layer_index=match.layer_index,
            state=None if match.name_of else EvidenceState.CONFIG,
            excerpt=match.excerpt,
            secret_id=match.secret_id,
        )
        is_sure = match.is_verified or pattern is None or pattern.issuer != GENERIC
        yield FindingDraft(
            Verdict.FAIL,
            f"{title} in {_where(match)}: readable by anyone who has the image",
            (evidence,),
            Confidence.HIGH if is_sure else Confidence.MEDIUM,
            severity=if_sure if match.is_verified else None,
            remedy=_remedy(context, match.kind),
            kind=match.kind,
        )


def _where(match: DocumentMatch) -> str:
    if match.name_of:
        return f"{match.name_of} in layer {match.layer_index}"
    return f"{match.field or match.member} (image metadata)"
