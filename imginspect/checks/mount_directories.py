"""Mount directories: the environment mounts its own over them, so they should be there, and empty."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.result import CONFIG, VISIBLE, Evidence, Found, Outcome, Verdict
from imginspect.checks.subject import Subject
from imginspect.filesystem import Node
from imginspect.tar.header import DIRECTORY, SYMLINK
from imginspect.wording import counted

_MOST_EVIDENCE = 20
_MOST_NEEDED = 100


@dataclass(frozen=True)
class Params:
    """The directories themselves are the policy's."""


@check("mount-directories-exist", Params)
def exist(subject: Subject, params: Params) -> Outcome:
    """FAIL for each directory that is missing, or is a file or a link. Not asked: owner and mode."""
    del params
    directories = subject.policy.directories
    if not directories:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy names no mount directories")
    found = tuple(finding for directory in directories if (finding := _existence(subject, directory.path)) is not None)
    if not subject.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, reason=_UNREAD, for_want_of_reading=True)
    if not found:
        return Outcome(Verdict.PASS)
    return Outcome(Verdict.FAIL, found, reason=f"{len(found)} of {len(directories)} directories are missing or are no directories")


_UNREAD = "a layer could not be read to its end: it may add or delete these directories"
_SERVICE = "The service makes the directory when it runs the container, but the guidance asks for it in the image."


def _existence(subject: Subject, path: str) -> Found | None:
    node = subject.filesystem.get(path)
    if node is not None and node.kind == DIRECTORY:
        return None
    gone = subject.filesystem.history(path)
    if node is None and gone:
        last = gone[-1]
        evidence = Evidence(path=path, layer_index=last.by_layer, state=last.state)
        return Found(
            Verdict.FAIL,
            f"{path} was made in layer {last.node.layer_index} and {last.state} in layer {last.by_layer}. {_SERVICE}",
            (evidence,),
        )
    if node is None:
        return Found(Verdict.FAIL, f"{path} does not exist in the image. {_SERVICE}", (Evidence(path=path),))
    what = f"a link to {node.link_target}" if node.kind == SYMLINK else f"a {node.kind}"
    return Found(Verdict.FAIL, f"{path} is {what}, not a directory", (_evidence(subject, node),))


@check("mount-directories-empty", Params)
def empty(subject: Subject, params: Params) -> Outcome:
    """WARN for each directory with something in it; FAIL where the image's own command, environment or working directory needs that."""
    del params
    directories = subject.policy.directories
    if not directories:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy names no mount directories")
    found = [finding for directory in directories for finding in _contents(subject, directory.path)]
    if not found:
        if not subject.is_read_whole:
            return Outcome(
                Verdict.UNDETERMINED, reason="a layer could not be read to its end: it may place files there", for_want_of_reading=True
            )
        return Outcome(Verdict.PASS)
    worst = Verdict.FAIL if any(item.verdict is Verdict.FAIL for item in found) else Verdict.WARN
    return Outcome(worst, tuple(found), reason="the image places files where the environment mounts its own directories")


def _contents(subject: Subject, path: str) -> list[Found]:
    files: list[Node] = []
    empty_folders: list[Node] = []
    file_count = folders = size = 0
    for node in subject.filesystem.walk(path):  # there may be millions
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
    found = []
    needed = _needed(subject, path)
    for field, node in needed:
        found.append(
            Found(
                Verdict.FAIL,
                f"{node.path} is named by {field} and is hidden when {path} is mounted",
                (Evidence(config_field=field, state=CONFIG), _evidence(subject, node)),
            )
        )
    what = f"{counted(file_count, 'file')} ({size:,} bytes)" if files else counted(folders, "empty folder")
    shown = files or empty_folders
    more = f"; the first {len(shown)} are listed" if file_count > len(shown) else ""
    found.append(Found(Verdict.WARN, f"{path} holds {what}, which a mount hides{more}", tuple(_evidence(subject, node) for node in shown)))
    return found


def _needed(subject: Subject, path: str) -> list[tuple[str, Node]]:
    """(config field, node) for each file below *path* that the config names."""
    config = subject.image.config
    fields = [
        *((f"Entrypoint[{number}]", text) for number, text in enumerate(config.entrypoint)),
        *((f"Cmd[{number}]", text) for number, text in enumerate(config.cmd)),
        *((f"Env[{text.partition('=')[0]}]", text.partition("=")[2]) for text in config.env),
        ("WorkingDir", config.working_dir),
    ]
    needed: dict[tuple[str, str], tuple[str, Node]] = {}
    for field, text in fields:
        for word in text.replace(":", " ").split():
            if word.startswith(path + "/") and (field, word) not in needed:
                node = subject.filesystem.get(word)
                if node is not None:
                    needed[field, word] = field, node
            if len(needed) == _MOST_NEEDED:
                return list(needed.values())
    return list(needed.values())


def _evidence(subject: Subject, node: Node) -> Evidence:
    return Evidence(
        path=node.path,
        layer_index=node.layer_index,
        state=VISIBLE,
        file_sha256=node.sha256,
        file_type=subject.file_type(node),
        size=node.size,
    )
