"""Mount contents: files that the image has below a mount directory are hidden when the container runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import UNREAD_LAYER, node_evidence, reason_of, worst_of
from imginspect.checks.result import Confidence, Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.errors import PathError
from imginspect.filesystem import Hidden, Node
from imginspect.startup.named_texts import entry_texts, environment_of, start_fields
from imginspect.tar.header import DIRECTORY, SYMLINK
from imginspect.wording import counted

_MOST_EVIDENCE = 20
"""Files of a directory that are listed; the message counts all of them, and they may be millions."""
_MOST_LOOKUPS = 100_000
"""Words, and links, that are looked up for one directory; with more it is not decided whether one of them leads there."""
_WORD = re.compile(r"[^\s\"'`;|&()<>={},$:*?\[\]]+")


@dataclass(frozen=True)
class MountContentsParams:
    """The directories themselves are the policy's."""


_NAMED, _LINK, _VOLUME = "named at start", "link", "volume"


@check("mount-directories-empty", MountContentsParams, kinds=(_NAMED, _LINK, _VOLUME))
def empty(context: CheckContext, params: MountContentsParams) -> Outcome:
    """WARN for each directory with something in it; FAIL where the image's own command, environment, working directory or the
    script that it starts with names a file there. WARN too for a link or a volume that a mount hides.
    """
    del params
    directories = [directory.path for directory in context.policy.directories]
    if not directories:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy names no mount directories")
    contents = [finding for path in directories for finding in _contents(context, path)]
    found = [*contents, *(finding for path in directories for finding in _volumes(context, path))]
    if not found and not context.is_read_whole:
        reason = f"{UNREAD_LAYER}, and it may place files there"
        return Outcome(Verdict.UNDETERMINED, reason=reason, due_to_unread=True)
    deleted = [finding for path in directories for finding in _deleted(context, path)]
    conditions = tuple(
        f"the environment makes its own mount at {path}, where the image declares a volume"
        for path in directories
        if any(_normal(volume) == path for volume in context.image.config.volumes)
    )
    if not found:
        return Outcome(Verdict.PASS, tuple(deleted), deleted[0].message if deleted else "", conditions)
    reason = "the image places files where the environment mounts its own directories" if contents else reason_of(found)
    worst = worst_of(found)
    return Outcome(worst, (*found, *deleted), reason, conditions, due_to_unread=worst is Verdict.UNDETERMINED)


def _contents(context: CheckContext, path: str) -> list[FindingDraft]:
    files: list[Node] = []
    empty_folders: list[Node] = []
    file_count = folders = size = 0
    for node in context.filesystem.walk(path):  # there may be millions
        if node.path == path:
            continue
        is_folder = node.kind == DIRECTORY
        folders += is_folder
        file_count += not is_folder
        size += 0 if is_folder else node.size
        few = empty_folders if is_folder else files
        if len(few) < _MOST_EVIDENCE:
            few.append(node)
    if not file_count and not folders:
        return []
    what = f"{counted(file_count, 'file')} ({size:,} bytes)" if files else counted(folders, "empty directory")
    shown = files or empty_folders
    more = f"; the first {len(shown)} listed" if file_count > len(shown) else ""
    found = [*_needed(context, path), *_links_into(context, path)]
    message = f"{path} holds {what}, which a mount hides{more}"
    found.append(FindingDraft(Verdict.WARN, message, tuple(node_evidence(context, node) for node in shown)))
    return found


# -- who needs what is hidden ------------------------------------------------------------------------------------------


def _needed(context: CheckContext, path: str) -> list[FindingDraft]:
    """A finding for each thing below *path* that something names: FAIL for files, WARN for folders with no file in them."""
    found: dict[tuple[str, str], FindingDraft] = {}
    if entry_texts(context.view).is_cut:
        found["", "scripts"] = FindingDraft(
            Verdict.UNDETERMINED, f"more scripts start than are read; the rest were not compared with {path}"
        )
    for number, (place, word) in enumerate(_words(context)):
        if number == _MOST_LOOKUPS:
            found["", ""] = FindingDraft(
                Verdict.UNDETERMINED,
                f"the start command and its scripts name more than {number:,} paths; the rest were not compared with {path}",
            )
            break
        node = _below(context, path, word)
        where = place.config_field or place.path or ""
        if node is None or (where, node.path) in found:
            continue
        name = f"{place.path}, line {place.line}," if place.path else place.config_field
        if node.kind != DIRECTORY or _holds_a_file(context, node):
            message = f"{node.path} is named by {name} and is hidden when {path} is mounted"
            found[where, node.path] = FindingDraft(Verdict.FAIL, message, (place, node_evidence(context, node)), kind=_NAMED)
        elif node.path != path:
            message = f"the directory {node.path} is named by {name} and is missing when {path} is mounted, unless the program creates it"
            found[where, node.path] = FindingDraft(Verdict.WARN, message, (place, node_evidence(context, node)), Confidence.MEDIUM)
    return list(found.values())


def _words(context: CheckContext) -> Iterator[tuple[Evidence, str]]:
    """(place, path) of everything that reads like a path in what runs, in the environment and in the scripts that are started.

    In what runs a relative path counts from the working directory; a script may change its own, so there only whole paths count.
    """
    config = context.image.config
    for field, text in start_fields(config):
        for match in _some(text):
            yield Evidence(config_field=field, state=EvidenceState.CONFIG), posixpath.join("/", config.working_dir, match)
    for name, value in environment_of(config).items():
        for match in _some(value):
            if match.startswith("/"):
                yield Evidence(config_field=f"Env[{name}]", state=EvidenceState.CONFIG), match
    if config.working_dir:
        yield Evidence(config_field="WorkingDir", state=EvidenceState.CONFIG), config.working_dir
    for item in entry_texts(context.view).texts:
        for number, line in enumerate(item.text.split("\n"), start=1):
            if not line.lstrip().startswith("#"):
                place = Evidence(path=item.node.path, line=number, layer_index=item.node.layer_index)
                yield from ((place, word) for word in _some(line) if word.startswith("/"))


def _some(text: str) -> Iterator[str]:
    return (match.group() for match in _WORD.finditer(text))


def _below(context: CheckContext, path: str, word: str) -> Node | None:
    """The node below *path* (or *path* itself) that *word* leads to, links followed; None where it leads elsewhere or to nothing."""
    try:
        node = context.filesystem.resolve(word).node
    except PathError:
        return None
    return node if node.path == path or node.path.startswith(path + "/") else None


def _holds_a_file(context: CheckContext, folder: Node) -> bool:
    """Whether *folder*, which is not the mount directory itself, has a file in it. The mount directory is what a program should name."""
    if any(folder.path == directory.path for directory in context.policy.directories):
        return False
    return any(node.kind != DIRECTORY for node in context.filesystem.walk(folder.path))


def _links_into(context: CheckContext, path: str) -> list[FindingDraft]:
    """A finding for each link elsewhere in the image that leads to something the image has below *path*."""
    found: list[FindingDraft] = []
    links = (node for node in context.filesystem.walk() if node.kind == SYMLINK and not node.path.startswith(path + "/"))
    for number, node in enumerate(links):
        if number == _MOST_LOOKUPS:
            message = f"the image has more than {number:,} symbolic links; the rest were not checked for targets below {path}"
            found.append(FindingDraft(Verdict.UNDETERMINED, message))
            break
        target = _below(context, path, node.path)
        if target is None or target.path == path:
            continue
        message = f"{node.path} leads to {target.path}, which is hidden when {path} is mounted"
        found.append(FindingDraft(Verdict.WARN, message, (node_evidence(context, node), node_evidence(context, target)), kind=_LINK))
    return found


# -- volumes, and what was deleted again -------------------------------------------------------------------------------


def _volumes(context: CheckContext, path: str) -> Iterator[FindingDraft]:
    for volume in context.image.config.volumes:
        declared = _normal(volume)
        evidence = (Evidence(config_field=f"Volumes[{volume}]", state=EvidenceState.CONFIG),)
        if declared.startswith(path + "/"):
            message = (
                f"the image declares the volume {volume} inside {path}: a runtime may mount an empty volume over that part of the mount"
            )
            yield FindingDraft(Verdict.WARN, message, evidence, Confidence.MEDIUM, kind=_VOLUME, about=volume)
        elif declared != path and path.startswith(declared.rstrip("/") + "/"):
            message = f"the image declares the volume {volume}, which contains {path}: a runtime may mount an empty volume around the mount"
            yield FindingDraft(Verdict.WARN, message, evidence, Confidence.MEDIUM, kind=_VOLUME, about=volume)


def _normal(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))


def _deleted(context: CheckContext, path: str) -> list[FindingDraft]:
    """What an earlier layer had below *path* and a later one took away: no container sees it, and it is in the archive."""
    inside = path + "/"
    if not any(parent == path or parent.startswith(inside) for layer in context.layers for parent in layer.parents):
        return []
    gone: list[Evidence] = []
    count = 0
    for hidden in context.filesystem.hidden():
        if hidden.node.path.startswith(inside) and hidden.node.kind != DIRECTORY:
            count += 1
            if len(gone) < _MOST_EVIDENCE:
                gone.append(_gone(hidden))
    if not count:
        return []
    more = f"; the first {len(gone)} listed" if count > len(gone) else ""
    message = f"{counted(count, 'file')} placed in {path} by an earlier layer: no longer visible, but still present in the image{more}"
    return [FindingDraft(Verdict.PASS, message, tuple(gone))]


def _gone(hidden: Hidden) -> Evidence:
    node = hidden.node
    return Evidence(
        node.path,
        layer_index=node.layer_index,
        state=EvidenceState(hidden.state),
        file_sha256=node.sha256,
        size=node.size,
        by_layer=hidden.by_layer,
    )
