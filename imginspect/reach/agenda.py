"""Agenda: what is still to be followed from the start of a container, and what was found so far."""

from __future__ import annotations

import posixpath
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.language import Language, ReadAs
from imginspect.languages.lines import lines_of
from imginspect.languages.shell.builtins import normal
from imginspect.languages.values import Exists, Not, Value
from imginspect.packages.ownership import is_packaged
from imginspect.reach.failures import Failures
from imginspect.reach.followed import Followed, Gap, Ran, Task
from imginspect.reach.guards import Reach
from imginspect.reach.main_chain import MainChain
from imginspect.startup.lookup import below
from imginspect.startup.resolver import UNKNOWN, marked
from imginspect.startup.started import Origin

MOST_TEXTS = 5_000
"""Texts that are followed, and a quarter of the commands; that there are more is a gap."""
DEEPEST = 12
"""Programs that start programs; that there are more is a gap."""
_MOST_WORK = 12 << 20
"""Bytes of the texts that are followed, again for each time, with the steps in them; that there are more is a gap."""
_WORK_FOR_EACH = 4 << 10
"""Bytes that one text counts as besides its own, for what every text takes."""
_MOST_SAME = 12
"""Times that one text is followed with the arguments of the call; then once more, with whatever arguments, which covers all others."""
_WORK_FOR_A_STEP = 8
"""Bytes that one step in a script counts as."""
_MOST_PLACES = 200_000
"""Lines with a command that was met before; one beyond has no place of its own, and the command was followed from its first."""
_MOST_GAPS = 500
"""What was not analysed, one by one: the image is not decided after the first."""


class Agenda(ABC):
    """A queue of tasks, and the one result that every text adds to.

    *mounts* are the environment's own directories. *is_known* tells of a program's name whether what it does on the network is known
    without a look into it.
    """

    def __init__(self, view: View, mounts: Sequence[str], is_known: Callable[[str], bool]) -> None:
        self.view = view
        self.is_known = is_known
        self.mounts = mounts
        self.result = Followed()
        self.main = MainChain(view)
        self.failures = Failures(view)
        self._todo: deque[Task] = deque()
        self._seen: dict[tuple[object, ...], Reach] = {}
        self._places: set[tuple[object, ...]] = set()
        self._repeats: dict[tuple[object, ...], int] = {}
        self._work = 0
        self._is_full = False

    def add(self, task: Task) -> None:
        """Follow *task* later; at once less sure repetitions of what was followed are left out."""
        key = (
            task.words,
            task.shell_text,
            task.directory,
            task.here_text,
            tuple(sorted(task.environment.items())) if task.depth < 3 else (),
        )
        if self._seen.get(key, -1) >= task.reached.reach:
            place = (key, task.origin.path, task.origin.line)
            if place not in self._places and len(self._places) < _MOST_PLACES:
                self._places.add(place)
                self._todo.append(task._replace(is_again=True))
            return
        if task.depth > DEEPEST or len(self._seen) >= MOST_TEXTS * 4:
            self.full(task)
            return
        self._seen[key] = task.reached.reach
        self._places.add((key, task.origin.path, task.origin.line))
        self._todo.append(task)

    @abstractmethod
    def text(self, task: Task, language: Language, text: str, node: Node | None, arguments: Sequence[str]) -> None:
        """Follow a *text* in *language*, that of the file *node* or an inline one."""

    def script(self, task: Task, node: Node, path: str, language: Language, arguments: Sequence[str]) -> None:
        if task.depth and is_packaged(self.view, node):
            return
        if language.read_as is ReadAs.UNREAD:
            self.gap(task, f"{node.path} is {language.noun}, which is not analysed")
            return
        text = self.view.text(node)
        if text is None:
            self.gap(task, f"{node.path} was not read", due_to_unread=True)
            return
        origin = Origin(path, None, None, node.layer_index)
        where = task.chain or (f"{task.origin.config_field or ''} {path}".strip(),)
        chain = where if not task.chain else (*task.chain[:-1], f"{task.chain[-1]} runs {path}")
        self.text(task._replace(origin=origin, chain=chain, lines=()), language, text, node, arguments)

    def inline(self, task: Task, language: Language, text: str, arguments: Sequence[str]) -> None:
        """Code given in the config or in a script itself."""
        chain = task.chain or (task.origin.config_field or "the command",)
        words = [*task.words, *task.given, *([task.here_text] if task.here_text is not None else [])]
        self.text(task._replace(chain=chain, lines=lines_of(text, words, task.origin.line)), language, text, None, arguments)

    def note(self, task: Task) -> None:
        ran = Ran(task.words, task.source, task.origin, task.chain, task.reached, task.environment, task.is_certain, task.directory)
        self.result.commands.append(ran)
        self.failures.made.ran(task.stakes.order, marked(task.words), task.directory or "", is_sure=_makes_for_sure(task))

    def path(self, task: Task, path: str) -> str | None:
        if path.startswith("/"):
            return normal(path)
        return normal(posixpath.join(task.directory, path)) if task.directory else None

    def node(self, task: Task, path: str) -> Node | None:
        """The file at *path*, from which code is taken. A file that the environment supplies is a gap."""
        if below(path, self.mounts) is not None:
            self.gap(task, f"{path} is supplied at run time, so it was not analysed")
            return None
        return self.view.find(path)

    def may_work(self, task: Task, text: str) -> bool:
        key = task.origin.path, task.reached.reach, text, task.lines[:1]
        self._repeats[key] = self._repeats.get(key, 0) + 1
        if self._repeats[key] > _MOST_SAME + 1:
            return False  # the last time it was followed with any arguments
        self._work += len(text) + _WORK_FOR_EACH
        if self._work > _MOST_WORK or len(self.result.texts) >= MOST_TEXTS:
            self.full(task)
            return False
        return True

    def is_repeated(self, task: Task, text: str) -> bool:
        """Whether *text* was followed so often that its arguments no longer matter."""
        return self._repeats.get((task.origin.path, task.reached.reach, text, task.lines[:1]), 0) > _MOST_SAME

    def did(self, steps: int) -> None:
        """Count the *steps* that a reader took."""
        self._work += steps * _WORK_FOR_A_STEP

    def full(self, task: Task) -> None:
        if not self._is_full:
            self._is_full = True
            self.result.gaps.append(Gap("more programs start than were followed", task.origin, task.chain, due_to_unread=True))

    def gap(self, task: Task, what: str, *, due_to_unread: bool = False, is_condition: bool = False, missing: str = "") -> None:
        """Take note of what was not analysed, where it runs for sure."""
        is_first = due_to_unread and not any(gap.due_to_unread for gap in self.result.gaps)
        if task.reached.reach >= Reach.YES and (len(self.result.gaps) <= _MOST_GAPS or is_first):
            what = what if len(self.result.gaps) < _MOST_GAPS or is_first else "there are more gaps than are listed"
            gap = Gap(what, task.origin, task.chain, due_to_unread, is_condition, task.blocked or missing)
            if gap not in self.result.gaps:
                self.result.gaps.append(gap)


def _makes_for_sure(task: Task) -> bool:
    """Whether the command of *task* runs in any case, or wherever a file that it names is missing."""
    named = {word.text for word in task.words}
    asked = task.stakes.asked
    is_for_missing = all(isinstance(each, Not) and isinstance(each.of, Exists) and each.of.path.text in named for each in asked)
    return not task.stakes.condition or (bool(asked) and is_for_missing)


def words_as_texts(words: Sequence[Value]) -> list[str]:
    """*words* as texts, in which a mark stands for what is not known."""
    return [UNKNOWN if word.text is None else word.text for word in words]


def short(text: str) -> str:
    """*text* as it fits into a message."""
    return text if len(text) <= 80 else text[:79] + "…"


def place_name(task: Task) -> str:
    """The file or config field in which the text of *task* stands."""
    return task.origin.path or task.origin.config_field or "the command"
