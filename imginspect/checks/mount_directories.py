"""Mount directories: the environment mounts its own over them, so the image should create them."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import UNREAD_LAYER, node_evidence, worst_of
from imginspect.checks.result import Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.filesystem import LinkLoop
from imginspect.rules.policy import MountRole
from imginspect.startup.run_user import RunUser, run_user
from imginspect.tar.header import BLOCK_DEVICE, CHARACTER_DEVICE, DIRECTORY, FIFO, HARDLINK, SYMLINK
from imginspect.wording import cut, listed

_KIND_NAMES = {HARDLINK: "hard link", CHARACTER_DEVICE: "character device", BLOCK_DEVICE: "block device", FIFO: "named pipe"}


@dataclass(frozen=True)
class MountDirectoriesParams:
    """The directories themselves are the policy's."""


_MISSING, _DELETED, _NO_DIRECTORY, _THROUGH_LINK = "missing", "deleted", "no directory", "through a link"


@check("mount-directories-exist", MountDirectoriesParams, kinds=(_MISSING, _DELETED, _NO_DIRECTORY, _THROUGH_LINK))
def exist(context: CheckContext, params: MountDirectoriesParams) -> Outcome:
    """FAIL for each directory that is missing, or is a file or a link; WARN for one that a link among its parents leads to.

    Owner and mode are a condition, no finding: the mount puts the host's in their place.
    """
    del params
    directories = context.policy.directories
    if not directories:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy names no mount directories")
    found = tuple(finding for directory in directories if (finding := _existence(context, directory.path)) is not None)
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, reason=_UNREAD, due_to_unread=True)
    if not found:
        return Outcome(Verdict.PASS, conditions=_conditions(context))
    wrong = [finding for finding in found if finding.verdict is Verdict.FAIL]
    reason = f"{len(wrong)} of {len(directories)} directories are missing or are not directories" if wrong else found[0].message
    return Outcome(worst_of(found), found, reason=reason)


_UNREAD = f"{UNREAD_LAYER}, and it may add or delete these directories"
_SERVICE = "The service creates the directory when it runs the container, but the guidance asks for it in the image."


def _existence(context: CheckContext, path: str) -> FindingDraft | None:
    node = context.filesystem.get(path)
    if node is not None and node.kind == DIRECTORY:
        return None
    if node is None:
        return _through_a_link(context, path) or _absence(context, path)
    if node.kind == SYMLINK:
        target = f"{cut(node.link_target)}, {_where_it_leads(context, path)}"
        message = f"{path} is a link to {target}; it must be a directory itself"
    else:
        message = f"{path} is a {_KIND_NAMES.get(node.kind, node.kind)}, not a directory"
    return FindingDraft(Verdict.FAIL, message, (node_evidence(context, node),), kind=_NO_DIRECTORY, about=path)


def _absence(context: CheckContext, path: str) -> FindingDraft:
    gone = context.filesystem.history(path)
    if not gone:
        return FindingDraft(
            Verdict.FAIL, f"{path} does not exist in the image. {_SERVICE}", (Evidence(path=path),), kind=_MISSING, about=path
        )
    last = gone[-1]
    evidence = Evidence(path=path, layer_index=last.node.layer_index, state=EvidenceState(last.state), by_layer=last.by_layer)
    message = f"{path} was created in layer {last.node.layer_index} and {last.state} in layer {last.by_layer}. {_SERVICE}"
    return FindingDraft(Verdict.FAIL, message, (evidence,), kind=_DELETED, about=path)


def _through_a_link(context: CheckContext, path: str) -> FindingDraft | None:
    """The finding for a directory that is there, but elsewhere than its path says; None where nothing or no directory is."""
    try:
        resolution = context.filesystem.resolve(path)
    except PathError:
        return None
    if resolution.node.kind != DIRECTORY or not resolution.links:
        return None
    links = listed([f"{link.path} is a link to {cut(link.link_target)}" for link in resolution.links], 3, "link")
    message = f"{path} is the directory {resolution.node.path}: {links}. The mount is made at the link target"
    evidence = tuple(node_evidence(context, link) for link in resolution.links)
    return FindingDraft(Verdict.WARN, message, evidence, kind=_THROUGH_LINK, about=path)


def _where_it_leads(context: CheckContext, path: str) -> str:
    try:
        resolution = context.filesystem.resolve(path)
    except LinkLoop:
        return "which is part of a link loop"
    except PathError:
        return "a broken link"
    over = f" (through {len(resolution.links)} links)" if len(resolution.links) > 1 else ""
    return f"which resolves to {resolution.node.path}{over}, a {_KIND_NAMES.get(resolution.node.kind, resolution.node.kind)}"


def _conditions(context: CheckContext) -> tuple[str, ...]:
    """What the mounts must allow, where the image's own directories would not let the run user write."""
    user = run_user(context.view)
    if not user.uid:
        return ()
    wanted = [directory.path for directory in context.policy.directories if directory.role in (MountRole.OUTPUTS, MountRole.SCRATCH)]
    nodes = (context.filesystem.get(path) for path in wanted)
    closed = [node.path for node in nodes if node is not None and not _may_write(node, user)]
    if not closed:
        return ()
    return (f"the environment makes {' and '.join(closed)} writable for user {user.uid}, which the image does not",)


def _may_write(node: Node, user: RunUser) -> bool:
    """Whether *user* may make files in the directory, by its mode."""
    if node.uid == user.uid:
        return bool(node.mode & 0o200)
    in_group = node.gid == user.gid or node.gid in user.groups
    return bool(node.mode & (0o020 if in_group else 0o002))
