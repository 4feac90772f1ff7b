"""What the start of a container runs: the command, the scripts and texts that it leads to, and what those run in turn.

Packages are where it ends: a script or module of a package is not read, unless it is itself what is started. Nothing is run.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from itertools import islice

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.language import Form, Language, ReadAs, Target
from imginspect.languages.lines import lines_of
from imginspect.languages.python.language import PYTHON
from imginspect.languages.shell.commands import Failure
from imginspect.languages.values import LONGEST_SOURCE, constant
from imginspect.packages.ownership import is_packaged
from imginspect.reach.agenda import Agenda, short
from imginspect.reach.code_calls import follow_known_calls
from imginspect.reach.failures import missing_of
from imginspect.reach.followed import Task
from imginspect.reach.guards import YES, Reach
from imginspect.reach.program import as_reason
from imginspect.reach.programs import follow_program
from imginspect.reach.python_imports import PythonStart, judge_imports
from imginspect.reach.python_texts import follow_module, follow_python
from imginspect.reach.shell_texts import WILDCARD, follow_shell
from imginspect.reach.xargs_find import executed_by_find, handed_on
from imginspect.startup.array_text import array_in
from imginspect.startup.command import StartCommand
from imginspect.startup.context import Context
from imginspect.startup.lookup import below
from imginspect.startup.problem import Certainty
from imginspect.startup.resolver import UNKNOWN, LaunchResolver, Resolved
from imginspect.startup.shell_builtins import BUILTINS
from imginspect.startup.started import Origin, Started
from imginspect.tar.header import DIRECTORY
from imginspect.wording import at_run_time

_MOST_WALKED = 2_000
"""Files of a folder that ``find`` goes through; which files it finds in a larger one is not known."""


class StartupClosure(Agenda):
    """The resolver tells what each command of the queue comes to, and each text adds what it runs. Arguments as of Agenda."""

    def __init__(self, view: View, mounts: Sequence[str], is_known: Callable[[str], bool]) -> None:
        super().__init__(view, mounts, is_known)
        self._resolver = LaunchResolver(view)
        self._imported: dict[tuple[object, ...], str] = {}
        """The condition under which each Python text was looked at for its imports; empty where it is started for sure."""

    def start(self, command: StartCommand, context: Context) -> None:
        """Follow the config's *command* and everything that it leads to."""
        self.main.command = command
        origin = Origin(None, command.fields[0] if command.fields else "Entrypoint")
        words = tuple(constant(word) for word in command.words)
        self.follow(Task(words, origin, (), YES, context, source=shlex.join(command.words)[:LONGEST_SOURCE], is_main=True))

    def follow(self, task: Task) -> None:
        """Follow *task* and everything that it leads to."""
        self.add(task)
        while self._todo:
            self._one(self._todo.popleft())
        self.main.leave_out_made(self.failures.made)
        self.result.failures = self.failures.told()

    def _one(self, task: Task) -> None:
        if task.shell_text is not None:
            lines = lines_of(task.shell_text, task.words, task.origin.line)
            follow_shell(self, task._replace(lines=lines), task.shell_text, (), None)
            return
        resolved = self._resolver.resolve(task.words, task.context)
        for words in resolved.passed:  # a wrapper such as ``uv run`` may itself fetch something
            self.note(task._replace(words=tuple(constant(word) for word in words)))
        if task.depth:
            for problem, word in resolved.problems:
                if not (task.context.is_shell and WILDCARD.search(word)):
                    self.failures.add(task._replace(context=resolved.context), problem, word)
        if task.is_main:
            self.main.add(task, resolved)
        elif task.reached.reach is Reach.YES and task.origin.path is None:
            self.main.has_script = self.main.has_script or resolved.has_script
        self._imports(task, resolved)
        blocked = next((missing_of(problem, word, task) for problem, word in resolved.problems if problem.certainty is Certainty.FAILS), "")
        task = task._replace(given=task.words, words=resolved.words, context=resolved.context, blocked=blocked or task.blocked)
        if task.is_again:
            self._again(task, resolved)
            return
        if resolved.words:
            self._command(task, resolved)
        elif resolved.target is not None:
            self._target(task, resolved)
        elif resolved.unknown:
            self.gap(task, resolved.unknown, due_to_unread=resolved.is_bounded)

    def _imports(self, task: Task, resolved: Resolved) -> None:
        """Look up what a Python text imports while it is loaded; what a package starts by itself is its own affair."""
        target, python = resolved.target, resolved.interpreter
        if target is None or python is None or target.language is not PYTHON or resolved.is_stopped or resolved.fails:
            return
        if target.form not in (Form.FILE, Form.MODULE, Form.TEXT) or UNKNOWN in target.value or not task.stakes.is_reached:
            return
        node = resolved.node if target.form is not Form.TEXT else None
        if target.form is not Form.TEXT and (node is None or (task.depth and is_packaged(self.view, node))):
            return
        text = target.value if target.form is Form.TEXT else None
        module = target.value if target.form is Form.MODULE else ""
        key = (python.path, target.options, resolved.target_context.working_dir, node.path if node is not None else text)
        condition = _condition_of(task)
        if self._imported.get(key, condition) and condition:
            return
        self._imported[key] = condition
        start = PythonStart(python, target.options, resolved.target_context, node, module, text, condition)
        imports = judge_imports(self.view, start)
        self.main.conditions += imports.conditions
        self.failures.add_imports(task, imports.problems, key)

    def _command(self, task: Task, resolved: Resolved) -> None:
        name = (task.words[0].text or "").rpartition("/")[2]
        if name == "xargs":
            for words in handed_on(task.words, task.here_text):
                self.add(task._replace(words=words, here_text=None, depth=task.depth + 1, is_main=False))
            return
        self.note(task)
        if name == "find":
            self._found_by_find(task)
        target = resolved.target
        if task.words[0].text is None:
            self.gap(task, at_run_time(f"the command {short(task.source)}"))
        elif resolved.is_by_first_line or (target is not None and target.form is Form.PROGRAM and not target.unknown):
            follow_program(self, task, name, resolved)
        elif target is not None:
            self._target(task, resolved)
        elif name not in BUILTINS or not task.context.is_shell:
            what = resolved.unknown or f"could not determine what {short(task.source)} starts"
            self.gap(task, what, due_to_unread=resolved.is_bounded)

    def _again(self, task: Task, resolved: Resolved) -> None:
        """A command that was followed from another line: this place of it is noted, and an inline text in it read."""
        if resolved.words and self.is_known((resolved.words[0].text or "").rpartition("/")[2]):
            self.note(task)
        target = resolved.target
        is_inline = target is not None and target.form is Form.TEXT and UNKNOWN not in target.value
        if target is not None and not target.unknown and (is_inline or (target.form is Form.STDIN and task.here_text is not None)):
            self._target(task._replace(is_again=False), resolved)

    def _found_by_find(self, task: Task) -> None:
        for words in executed_by_find(task.words, lambda folder: self._files_below(task, folder)):
            self.add(task._replace(words=words, here_text=None, depth=task.depth + 1, is_main=False))

    def _files_below(self, task: Task, folder: str) -> list[str] | None:
        """The files below *folder*; None where that is not known, or where they are too many."""
        path = self.path(task, folder)
        if path is None or below(path, self.mounts) is not None or self.view.find(path) is None:
            return None
        nodes = list(islice(self.view.filesystem.walk(path), _MOST_WALKED + 1))
        return [node.path for node in nodes] if len(nodes) <= _MOST_WALKED else None

    def _target(self, task: Task, resolved: Resolved) -> None:
        target = resolved.target
        assert target is not None
        task = task._replace(context=resolved.target_context, interpreter=target.interpreter, options=target.options)
        if target.unknown:
            self.gap(task, f"could not determine what {short(task.source)} runs: {target.unknown}")
        elif target.form is Form.TEXT:
            if UNKNOWN in target.value:
                self.gap(task, at_run_time(f"the code passed to {target.interpreter}"))
            else:
                self.inline(task, target.language, target.value, target.args)
        elif target.form in (Form.STDIN, Form.INTERACTIVE):
            if task.here_text is not None and task.here_text.text is not None:
                self.inline(task, target.language, task.here_text.text, target.args)
            elif task.here_text is not None:
                self.gap(task, at_run_time(f"the code passed to {target.interpreter}"))
        elif target.form is Form.FILE:
            self._file(task, target, resolved.node)
        elif target.form is Form.MODULE:
            follow_module(self, task, target)

    def _file(self, task: Task, target: Target, found_node: Node | None) -> None:
        if UNKNOWN in target.value:
            self.gap(task, at_run_time(f"the script that {target.interpreter} runs"))
            return
        path = self.path(task, target.value)
        if path is None:
            self.gap(task, f"the directory of the script {target.value} is unknown")
            return
        node = self.node(task, path)
        if node is not None and node.kind == DIRECTORY and target.language is PYTHON:
            path += "/__main__.py"
            node = self.node(task, path)
        if node is None and found_node is not None:
            node, path = found_node, found_node.path
        if node is None and below(path, self.mounts) is None:
            self.gap(task, f"{path} is not in the image, so it was not analysed", missing=path)
        if node is not None and node.kind != DIRECTORY:
            self.script(task, node, path, target.language, target.args)

    def text(self, task: Task, language: Language, text: str, node: Node | None, arguments: Sequence[str]) -> None:
        """Follow a *text* in *language*, that of the file *node* or an inline one."""
        if not self.may_work(task, text):
            return
        origin = task.origin
        started = Started(language, origin, text, node, tuple(word.text or "" for word in task.words), task.chain, min(task.depth, 1))
        self.result.texts.append(started)
        array = array_in(text) if language.read_as is ReadAs.COMMANDS and node is None and task.is_main else None
        if array is not None:  # nothing of it starts
            self.main.array(array, text, task.interpreter)
        elif language.read_as is ReadAs.COMMANDS:
            follow_shell(self, task, text, arguments, node)
        elif language.read_as is ReadAs.PROGRAM:
            follow_python(self, task, started, text)
        elif language.read_as is ReadAs.CALLS:
            follow_known_calls(self, task, language, text)
        else:
            self.gap(task, f"{short(task.source)} is {language.noun}, which is not analysed")


def _condition_of(task: Task) -> str:
    """Why it is not certain that the command of *task* runs, or what becomes of its failure; empty where it is certain."""
    if task.stakes.condition or task.reached.reach is not Reach.YES:
        return as_reason(task.stakes.condition) if task.stakes.condition else task.reached.why
    return "the script continues if it fails" if task.stakes.failure is Failure.DEALT else ""
