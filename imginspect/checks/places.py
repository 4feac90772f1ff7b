"""Evidence for nodes, and texts that several checks share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imginspect.checks.check_context import CheckContext
from imginspect.checks.result import Evidence, EvidenceState, FindingDraft, Verdict
from imginspect.filesystem import Node
from imginspect.wording import counted

UNREAD_LAYER = "a layer could not be read in full"
NOT_READ = f"{UNREAD_LAYER}, so its contents are not fully known"
WORST_FIRST = (Verdict.FAIL, Verdict.UNDETERMINED, Verdict.WARN, Verdict.PASS)


def node_evidence(context: CheckContext, node: Node, *, line: int = 0, excerpt: str | None = None, is_secret: bool = False) -> Evidence:
    """Where *node* is. The digest of a file that *is_secret* is left out: of a short one it could be undone by guessing."""
    return Evidence(
        path=node.path,
        line=line or None,
        layer_index=node.layer_index,
        state=EvidenceState.VISIBLE,
        file_sha256=None if is_secret else node.sha256,
        file_type=context.file_type(node),
        size=node.size if node.content is not None else None,
        excerpt=excerpt,
    )


def worst_of(found: Iterable[FindingDraft]) -> Verdict:
    """The worst verdict among *found*, PASS where there is none."""
    verdicts = {item.verdict for item in found}
    return next((verdict for verdict in WORST_FIRST if verdict in verdicts), Verdict.PASS)


def reason_of(found: Sequence[FindingDraft]) -> str:
    """The only finding's message, or how many there are."""
    open_ones = [item for item in found if item.verdict is not Verdict.PASS]
    return open_ones[0].message if len(open_ones) == 1 else counted(len(open_ones), "finding")


def worst_first(found: Iterable[FindingDraft]) -> tuple[FindingDraft, ...]:
    """*found*, the worst first and else in their order."""
    return tuple(sorted(found, key=lambda item: WORST_FIRST.index(item.verdict)))
