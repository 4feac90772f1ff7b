"""File capabilities: programs with some of root's privileges."""

from __future__ import annotations

from dataclasses import dataclass, field

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.permissions import by_runtime, texts
from imginspect.checks.places import NOT_READ, node_evidence, reason_of, worst_first, worst_of
from imginspect.checks.result import Confidence, FindingDraft, Outcome, Verdict
from imginspect.filesystem import Node
from imginspect.filesystem.capabilities import ATTRIBUTE, FileCapabilities, decode_capabilities
from imginspect.filesystem.visible import name_of, nodes_where
from imginspect.tar.header import FILE, HARDLINK
from imginspect.wording import listed


@dataclass(frozen=True)
class FileCapabilitiesParams:
    """*known* are programs of the distributions with the capabilities that they come with, expected in *folders* only.

    *like_root* are capabilities from which a program can take all others.
    """

    known: dict[str, list[str]]
    folders: list[str]
    like_root: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not isinstance(self.known, dict):
            raise ValueError("known: expected 'name: [capabilities]'")
        for name, capabilities in self.known.items():
            texts(f"known: {name}", capabilities)
        texts("folders", self.folders)
        texts("like_root", self.like_root)


@check("file-capabilities", FileCapabilitiesParams)
def file_capabilities(context: CheckContext, params: FileCapabilitiesParams) -> Outcome:
    """WARN for programs with capabilities that are none of the known ones; FAIL where those are as good as root's.

    UNDETERMINED where the attribute cannot be decoded.
    """
    nodes = nodes_where(
        context.view,
        "capabilities",
        lambda entry: entry.extra is not None and any(key == ATTRIBUTE for key, _ in entry.extra.xattrs),
        lambda node: node.kind in (FILE, HARDLINK) and bool(_values(node)),
        by_attributes=True,
    )
    found: list[FindingDraft] = []
    expected: list[str] = []
    for node, value in [(one, value) for one in nodes for value in _values(one)]:
        capabilities = decode_capabilities(value)
        if capabilities is not None and _is_expected(node, capabilities, params):
            expected.append(node.path)
        else:
            found.append(_finding(context, node, capabilities, params))
    if not found:
        if not context.is_read_whole:
            return Outcome(Verdict.UNDETERMINED, reason=NOT_READ, due_to_unread=True)
        return Outcome(
            Verdict.PASS, reason=f"only programs that distributions ship with capabilities: {listed(expected)}" if expected else ""
        )
    return Outcome(worst_of(found), worst_first(found), reason_of(found))


def _values(node: Node) -> list[bytes]:
    """The attribute in each reading of *node* that has one; more than one only where runtimes differ."""
    extras = [reading.extra for reading in node.readings]
    return list(dict.fromkeys(value for extra in extras if extra is not None for key, value in extra.xattrs if key == ATTRIBUTE))


def _is_expected(node: Node, capabilities: FileCapabilities, params: FileCapabilitiesParams) -> bool:
    folder, _, name = node.path.rpartition("/")
    is_there = any(folder == known or folder.startswith(known + "/") for known in params.folders)
    granted = {*capabilities.permitted, *capabilities.inheritable}
    return is_there and name in params.known and granted <= set(params.known[name]) and not node.widest_mode & 0o022


def _finding(context: CheckContext, node: Node, capabilities: FileCapabilities | None, params: FileCapabilitiesParams) -> FindingDraft:
    evidence = (node_evidence(context, node),)
    if capabilities is None:
        message = f"{node.path} has file capabilities that could not be decoded"
        return FindingDraft(Verdict.UNDETERMINED, message, evidence, Confidence.MEDIUM)
    granted = ", ".join(dict.fromkeys([*capabilities.permitted, *capabilities.inheritable])) or "none"
    message = f"{name_of(node.path)} has more privileges than the user who runs it: {node.path} has {granted}{by_runtime(node)}"
    if node.widest_mode & 0o022:
        return FindingDraft(Verdict.FAIL, f"{message}, and users other than its owner can modify it", evidence)
    like_root = [name for name in capabilities.permitted if name in params.like_root]
    if like_root:
        return FindingDraft(Verdict.FAIL, f"{message}; {like_root[0]} is equivalent to root", evidence)
    if not capabilities.permitted:
        return FindingDraft(Verdict.WARN, message, evidence, Confidence.LOW)
    return FindingDraft(Verdict.WARN, message, evidence)
