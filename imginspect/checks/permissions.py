"""Permissions: setuid and setgid programs, world-writable files, and device nodes in the final filesystem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import NOT_READ, node_evidence, reason_of, worst_first, worst_of
from imginspect.checks.result import Confidence, FindingDraft, Outcome, Verdict
from imginspect.filesystem import Attributes, Node
from imginspect.filesystem.visible import name_of, nodes_where
from imginspect.layer.content_class import SCRIPT
from imginspect.tar.header import BLOCK_DEVICE, CHARACTER_DEVICE, DIRECTORY, FILE, HARDLINK, SYMLINK
from imginspect.wording import listed

_SETUID, _SETGID, _STICKY = 0o4000, 0o2000, 0o1000


def texts(name: str, value: object) -> None:
    """Refuse a parameter that is no list of texts.

    Raises: ValueError
    """
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"{name}: expected a list of strings, found {value!r}")


@dataclass(frozen=True)
class IdentityParams:
    """*bit* is setuid or setgid. *known* are names of programs of the distributions, expected in *folders* only.

    *shells* are names of programs that give whoever starts them everything that their owner may do.
    """

    bit: str
    known: list[str]
    folders: list[str]
    shells: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.bit not in ("setuid", "setgid"):
            raise ValueError(f"bit: expected setuid or setgid, found {self.bit!r}")
        for name in ("known", "folders", "shells"):
            texts(name, getattr(self, name))


@check("identity-changing-programs", IdentityParams)
def identity_changing(context: CheckContext, params: IdentityParams) -> Outcome:
    """WARN for a program that takes on its owner's rights and that no distribution ships; FAIL where that gives anyone those rights.

    Known programs are only named in the reason. A bit on a file that nobody may execute has no effect and is ignored.
    """
    bit, execute = (_SETUID, 0o111) if params.bit == "setuid" else (_SETGID, 0o010)

    def fits(node: Node) -> bool:
        readings = [reading.mode for reading in node.readings]
        return node.kind in (FILE, HARDLINK) and any(mode & bit and mode & execute for mode in readings)

    nodes = nodes_where(
        context.view,
        f"files of mode {bit:o}",
        lambda entry: bool(entry.mode & bit) and entry.kind in (FILE, HARDLINK),
        fits,
        by_attributes=True,
    )
    shells = {node.digest for node in _named(context, params.shells)} if nodes else set()
    expected = [node for node in nodes if _is_expected(node, params) and not node.widest_mode & 0o022 and node.digest not in shells]
    paths = {node.path for node in expected}
    found = [_identity(context, node, params, shells) for node in nodes if node.path not in paths]
    names = listed([node.path for node in expected])
    return _outcome(context, found, f"only programs that distributions ship this way: {names}" if expected else "")


def _identity(context: CheckContext, node: Node, params: IdentityParams, shells: set[bytes | None]) -> FindingDraft:
    mode = node.widest_mode
    who = " or ".join(dict.fromkeys(_owner(reading, params.bit) for reading in node.readings))
    told = f"{node.path} is {params.bit} (mode {mode & 0o7777:04o}{by_runtime(node)})"
    what = f"{told}: it runs as {who}, no matter who starts it"
    evidence = (node_evidence(context, node),)
    if mode & 0o022:
        return FindingDraft(Verdict.FAIL, f"{what}, and users other than its owner can modify it", evidence)
    if node.content_class == SCRIPT:
        return FindingDraft(Verdict.WARN, f"{told}; Linux ignores this bit for scripts", evidence, Confidence.LOW)
    if node.digest in shells or name_of(node.path) in params.shells:
        return FindingDraft(
            Verdict.FAIL, f"{what}, and it is a shell or an interpreter, so it runs any command with these privileges", evidence
        )
    return FindingDraft(Verdict.WARN, what, evidence)


def _owner(reading: Attributes, bit: str) -> str:
    if bit == "setgid":
        return f"group {reading.gid}"
    return "root" if reading.uid == 0 else f"user {reading.uid}"


def by_runtime(node: Node) -> str:
    """What to add where the runtime decides which of a file's headers counts: nothing for nearly all files."""
    return " under some runtimes, because the headers of its hard links differ" if node.stated is not None else ""


def _is_expected(node: Node, params: IdentityParams) -> bool:
    folder, _, name = node.path.rpartition("/")
    return name in params.known and any(folder == known or folder.startswith(known + "/") for known in params.folders)


def _named(context: CheckContext, names: Sequence[str]) -> list[Node]:
    """The visible programs with one of *names*: a copy of one under another name is the same program."""
    wanted = frozenset(names)
    return list(
        nodes_where(
            context.view,
            f"named {sorted(wanted)}",
            lambda entry: entry.name in wanted,
            lambda node: node.digest is not None and node.size > 0 and bool(node.mode & 0o111) and name_of(node.path) in wanted,
        )
    )


@dataclass(frozen=True)
class WritableParams:
    """*system* are folders whose files root runs or believes; *excluded* are trees that the runtime mounts over."""

    system: list[str]
    excluded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        texts("system", self.system)
        texts("excluded", self.excluded)


@check("world-writable", WritableParams)
def world_writable(context: CheckContext, params: WritableParams) -> Outcome:
    """WARN for files that everybody may write and for such directories that are not sticky; FAIL in the system's folders and for programs.

    Links and devices have no mode of their own that counts. The policy's mount directories are skipped, as they are mounted over.
    """
    over = [*params.excluded, *(directory.path for directory in context.policy.directories)]

    def fits(node: Node) -> bool:
        if not node.widest_mode & 0o002 or node.kind not in (FILE, HARDLINK, DIRECTORY) or node.is_implied:
            return False
        sticky_folder = node.kind == DIRECTORY and node.mode & _STICKY
        return not sticky_folder and not any(node.path == path or node.path.startswith(path + "/") for path in over)

    nodes = nodes_where(
        context.view, "world-writable", lambda entry: bool(entry.mode & 0o002) and entry.kind != SYMLINK, fits, by_attributes=True
    )
    return _outcome(context, [_writable(context, node, params) for node in nodes], "")


def _writable(context: CheckContext, node: Node, params: WritableParams) -> FindingDraft:
    evidence = (node_evidence(context, node),)
    is_system = any(node.path == path or node.path.startswith(path + "/") for path in params.system)
    mode = f"(mode {node.widest_mode & 0o7777:04o}{by_runtime(node)})"
    if node.kind == DIRECTORY:
        message = f"{node.path}/ {mode}: anyone can create files there and delete the files of others"
        return FindingDraft(Verdict.FAIL if is_system else Verdict.WARN, message, evidence)
    if node.widest_mode & 0o111:
        return FindingDraft(Verdict.FAIL, f"{node.path} {mode}: anyone can modify this program", evidence)
    return FindingDraft(Verdict.FAIL if is_system else Verdict.WARN, f"{node.path} {mode}: anyone can modify this file", evidence)


@dataclass(frozen=True)
class DeviceParams:
    """*known* are the character devices that base images carry in /dev, as ``name: [major, minor]``."""

    known: dict[str, list[int]]

    def __post_init__(self) -> None:
        if not isinstance(self.known, dict) or not all(isinstance(item, list) and len(item) == 2 for item in self.known.values()):
            raise ValueError("known: expected 'path: [major, minor]'")


@check("device-nodes", DeviceParams)
def device_nodes(context: CheckContext, params: DeviceParams) -> Outcome:
    """FAIL for block devices and for memory; WARN for other device nodes; the few that base images carry in /dev are only named.

    A character device 0/0 is skipped: some runtimes treat it as a whiteout, and the integrity rules report it.
    """
    kinds = (CHARACTER_DEVICE, BLOCK_DEVICE)
    nodes = nodes_where(
        context.view, "devices", lambda entry: entry.kind in kinds, lambda node: node.kind in kinds and _numbers(node) != (0, 0)
    )
    expected = [node for node in nodes if node.kind == CHARACTER_DEVICE and tuple(params.known.get(node.path, ())) == _numbers(node)]
    names = {node.path for node in expected}
    found = [_device(context, node) for node in nodes if node.path not in names]
    shown = listed([node.path for node in expected])
    return _outcome(context, found, f"only standard container devices: {shown}" if expected else "")


def _numbers(node: Node) -> tuple[int, int] | None:
    return node.extra.device if node.extra is not None else None


def _device(context: CheckContext, node: Node) -> FindingDraft:
    numbers = _numbers(node)
    shown = f"{numbers[0]}, {numbers[1]}" if numbers is not None else "not stated"
    is_memory = node.kind == CHARACTER_DEVICE and numbers is not None and numbers[0] == 1 and numbers[1] in (1, 2, 4)
    verdict = Verdict.FAIL if node.kind == BLOCK_DEVICE or is_memory else Verdict.WARN
    what = "a block device, which gives access to a disk if a runtime creates it" if node.kind == BLOCK_DEVICE else "a character device"
    what = "a device that gives access to the machine's memory or ports if a runtime creates it" if is_memory else what
    return FindingDraft(verdict, f"{node.path} is {what} (numbers {shown})", (node_evidence(context, node),))


def _outcome(context: CheckContext, found: list[FindingDraft], reason: str) -> Outcome:
    if not found:
        if not context.is_read_whole:
            return Outcome(Verdict.UNDETERMINED, reason=NOT_READ, due_to_unread=True)
        return Outcome(Verdict.PASS, reason=reason)
    return Outcome(worst_of(found), worst_first(found), reason_of(found))
