"""What the start of a container runs: the command, the scripts and texts that it leads to, and what those run in turn.

Packages are where it ends: a script or module of a package is not read, unless it is itself what is started. Nothing is run.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.calls import MODULE, Call
from imginspect.languages.known_calls import pattern_calls
from imginspect.languages.lines import Lines, lines_of
from imginspect.languages.python.calls import calls
from imginspect.languages.shell import Failure, ShellCommand, When, commands
from imginspect.languages.shell.builtins import normal
from imginspect.languages.values import LONGEST_SOURCE, Condition, Exists, HasCommand, Not, Value, constant
from imginspect.packages.ownership import SYSTEM, is_copied, is_packaged
from imginspect.reach import python as follow_python
from imginspect.reach.failures import Failures, missing_of, worst
from imginspect.reach.followed import CodeCall, Followed, Gap, Ran, Stakes, Task, with_line
from imginspect.reach.guards import YES, Guards, Reach, Reached, least
from imginspect.reach.main_chain import MainChain
from imginspect.reach.program import NOT_CALLED, ProgramModule, reached_calls
from imginspect.reach.python_imports import PythonStart, judge_imports
from imginspect.reach.xargs_find import executed_by_find, handed_on
from imginspect.startup.array_text import array_in
from imginspect.startup.command import StartCommand
from imginspect.startup.context import Context
from imginspect.startup.interpreters import Form, Target
from imginspect.startup.lookup import below
from imginspect.startup.opaque_launchers import IS_IN_A_BIN, starts_others
from imginspect.startup.problem import Certainty
from imginspect.startup.resolver import UNKNOWN, LaunchResolver, Resolved, marked
from imginspect.startup.shell_builtins import BUILTINS
from imginspect.startup.shell_dialect import not_of_the_shell
from imginspect.startup.started import Language, Origin, Started
from imginspect.startup.targets import not_entered, not_sourced
from imginspect.tar.header import DIRECTORY

MOST_TEXTS = 5_000
"""Texts that are followed, and a quarter of the commands; any more are told as a gap."""
DEEPEST = 12
"""Programs that start programs; any more are told as a gap."""
_MOST_WORK = 12 << 20
"""Bytes of the texts that are followed, again for each time, with the steps in them; any more are told as a gap."""
_WORK_FOR_EACH = 4 << 10
"""Bytes that one text counts as besides its own, for what every text takes."""
_MOST_SAME = 12
"""Times that one text is followed with the arguments of the call; then once more, with whatever arguments, which covers all others."""
_WORK_FOR_A_STEP = 8
"""Bytes that one step in a script counts as."""
_MOST_PLACES = 200_000
"""Lines with a command that was met before; one beyond has no place of its own, and the command was followed from its first."""
_MOST_FILES = 200
"""Files that a pattern stands for; the files of a wider one are not known."""
_MOST_GAPS = 500
"""What was not analysed, one by one: the image is not decided after the first."""
_MOST_WALKED = 2_000
"""Files of a folder that ``find`` goes through; the files of a larger one are not known."""
_INTERPRETERS = frozenset({"sh", "bash", "python", "python3", "R", "node"})
_CODE = {Language.R: "r", Language.JULIA: "julia"}


class StartupClosure:
    """A queue of commands: the resolver tells what each comes to, and each text adds what it runs.

    *mounts* are the environment's own directories. *is_known* tells of a program's name whether what it does on the network is known
    without a look into it.
    """

    def __init__(self, view: View, mounts: Sequence[str], is_known: Callable[[str], bool]) -> None:
        self.view = view
        self._is_known = is_known
        self.mounts = mounts
        self.result = Followed()
        self.main = MainChain(view)
        self.failures = Failures(view)
        self._resolver = LaunchResolver(view)
        self._todo: deque[Task] = deque()
        self._seen: dict[tuple[object, ...], Reach] = {}
        self._places: set[tuple[object, ...]] = set()
        self._times: dict[tuple[object, ...], int] = {}
        self._work = 0
        self._is_full = False
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
            self._full(task)
            return
        self._seen[key] = task.reached.reach
        self._places.add((key, task.origin.path, task.origin.line))
        self._todo.append(task)

    # -- one command ---------------------------------------------------------------------------------------------------

    def _one(self, task: Task) -> None:
        if task.shell_text is not None:
            lines = lines_of(task.shell_text, task.words, task.origin.line)
            self._shell(task._replace(lines=lines), task.shell_text, (), None)
            return
        resolved = self._resolver.resolve(task.words, task.context)
        for words in resolved.passed:  # a wrapper such as ``uv run`` may itself fetch something
            self._note(task._replace(words=tuple(constant(word) for word in words)))
        if task.depth:
            for problem, word in resolved.problems:
                if not (task.context.is_shell and _WILDCARD.search(word)):
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
        if target is None or python is None or target.language is not Language.PYTHON or resolved.is_stopped or resolved.fails:
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
        self._note(task)
        if name == "find":
            self._found_by_find(task)
        target = resolved.target
        if task.words[0].text is None:
            self.gap(task, f"the command {_short(task.source)} is not known before it runs")
        elif resolved.is_by_first_line or (target is not None and target.form is Form.PROGRAM and not target.unknown):
            self._program(task, name, resolved)
        elif target is not None:
            self._target(task, resolved)
        elif name not in BUILTINS or not task.context.is_shell:
            what = resolved.unknown or f"what {_short(task.source)} starts could not be told"
            self.gap(task, what, due_to_unread=resolved.is_bounded)

    def _again(self, task: Task, resolved: Resolved) -> None:
        """A command that was followed from another line: this place of it is noted, and an inline text in it read."""
        if resolved.words and self._is_known((resolved.words[0].text or "").rpartition("/")[2]):
            self._note(task)
        target = resolved.target
        is_inline = target is not None and target.form is Form.TEXT and UNKNOWN not in target.value
        if target is not None and not target.unknown and (is_inline or (target.form is Form.STDIN and task.here_text is not None)):
            self._target(task._replace(is_again=False), resolved)

    def _note(self, task: Task) -> None:
        ran = Ran(task.words, task.source, task.origin, task.chain, task.reached, task.environment, task.is_certain, task.directory)
        self.result.commands.append(ran)
        self.failures.made.ran(task.stakes.order, marked(task.words), task.directory or "", is_sure=_makes_for_sure(task))

    def _found_by_find(self, task: Task) -> None:
        for words in executed_by_find(task.words, lambda folder: self._files_below(task, folder)):
            self.add(task._replace(words=words, here_text=None, depth=task.depth + 1, is_main=False))

    def _files_below(self, task: Task, folder: str) -> list[str] | None:
        """The files below *folder*; None where that is not known, or where they are too many."""
        path = self._path(task, folder)
        if path is None or below(path, self.mounts) is not None or self.view.find(path) is None:
            return None
        nodes = list(islice(self.view.filesystem.walk(path), _MOST_WALKED + 1))
        return [node.path for node in nodes] if len(nodes) <= _MOST_WALKED else None

    # -- what an interpreter runs --------------------------------------------------------------------------------------

    def _target(self, task: Task, resolved: Resolved) -> None:
        target = resolved.target
        assert target is not None
        task = task._replace(context=resolved.target_context, interpreter=target.interpreter, options=target.options)
        if target.unknown:
            self.gap(task, f"what {_short(task.source)} runs could not be told: {target.unknown}")
        elif target.form is Form.TEXT:
            if UNKNOWN in target.value:
                self.gap(task, f"the text that {target.interpreter} is given is not known before it runs")
            else:
                self._inline(task, target.language, target.value, target.args)
        elif target.form in (Form.STDIN, Form.INTERACTIVE):
            if task.here_text is not None and task.here_text.text is not None:
                self._inline(task, target.language, task.here_text.text, target.args)
            elif task.here_text is not None:
                self.gap(task, f"the text that {target.interpreter} is given is not known before it runs")
        elif target.form is Form.FILE:
            self._file(task, target, resolved.node)
        elif target.form is Form.MODULE:
            self._module(task, target)

    def _file(self, task: Task, target: Target, found_node: Node | None) -> None:
        if UNKNOWN in target.value:
            self.gap(task, f"which script {target.interpreter} runs is not known before it runs")
            return
        path = self._path(task, target.value)
        if path is None:
            self.gap(task, f"the folder of the script {target.value} is not known")
            return
        node = self._node(task, path)
        if node is not None and node.kind == DIRECTORY and target.language is Language.PYTHON:
            path += "/__main__.py"
            node = self._node(task, path)
        if node is None and found_node is not None:
            node, path = found_node, found_node.path
        if node is None and below(path, self.mounts) is None:
            self.gap(task, f"{path} is not in the image, so it was not analysed", missing=path)
        if node is not None and node.kind != DIRECTORY:
            self._script(task, node, path, target.language, target.args)

    def _script(self, task: Task, node: Node, path: str, language: Language, arguments: Sequence[str]) -> None:
        if task.depth and is_packaged(self.view, node):
            return
        if language not in (Language.SHELL, Language.PYTHON, *_CODE):
            self.gap(task, f"{node.path} is {_article(language)}, which is not analysed")
            return
        text = self.view.text(node)
        if text is None:
            self.gap(task, f"{node.path} was not read", due_to_unread=True)
            return
        origin = Origin(path, None, None, node.layer_index)
        where = task.chain or (f"{task.origin.config_field or ''} {path}".strip(),)
        chain = where if not task.chain else (*task.chain[:-1], f"{task.chain[-1]} runs {path}")
        self._text(task._replace(origin=origin, chain=chain, lines=()), language, text, node, arguments)

    def _inline(self, task: Task, language: Language, text: str, arguments: Sequence[str]) -> None:
        """A text that stands in the config or in a script itself."""
        chain = task.chain or (task.origin.config_field or "the command",)
        words = [*task.words, *task.given, *([task.here_text] if task.here_text is not None else [])]
        self._text(task._replace(chain=chain, lines=lines_of(text, words, task.origin.line)), language, text, None, arguments)

    def _text(self, task: Task, language: Language, text: str, node: Node | None, arguments: Sequence[str]) -> None:
        if not self._may_work(task, text):
            return
        origin = task.origin
        started = Started(language, origin, text, node, tuple(word.text or "" for word in task.words), task.chain, min(task.depth, 1))
        self.result.texts.append(started)
        array = array_in(text) if language is Language.SHELL and node is None and task.is_main else None
        if array is not None:  # nothing of it starts
            self.main.array(array, text, task.interpreter)
        elif language is Language.SHELL:
            self._shell(task, text, arguments, node)
        elif language is Language.PYTHON:
            self._python(task, started, text)
        elif language in _CODE:
            self._patterns(task, _CODE[language], text)
        else:
            self.gap(task, f"{_short(task.source)} is {_article(language)}, which is not analysed")

    # -- shell ---------------------------------------------------------------------------------------------------------

    def _shell(self, task: Task, text: str, arguments: Sequence[str], node: Node | None) -> None:
        path = task.origin.path if node is not None else None
        given = None if any(UNKNOWN in argument for argument in arguments) else list(arguments)
        if self._times.get((task.origin.path, task.reached.reach, text, task.lines[:1]), 0) > _MOST_SAME:
            given = None
        zero = arguments[0] if arguments and UNKNOWN not in arguments[0] else task.interpreter
        if task.shell_text is not None or node is None:
            given = list(arguments[1:]) if given is not None else None

        def sourced(wanted: str) -> str | None:
            return self._sourced(task, wanted)

        def globbed(pattern: str) -> list[str] | None:
            return self._globbed(pattern)

        result = commands(
            text,
            task.environment,
            given,
            path=path or "",
            directory=task.directory or "",
            sourced=sourced,
            globbed=globbed,
            zero=zero if node is None else "",
            lines=task.lines,
            ends_on_error=any(option.startswith("-") and option[:2] != "--" and "e" in option for option in task.options),
        )
        self._work += result.steps * _WORK_FOR_A_STEP
        if result.incomplete:
            self.gap(task, f"{_where(task)}: {result.incomplete}", due_to_unread=True)
        elif result.has_errors:
            self.gap(task, f"{_where(task)}: a part of it is not valid and was only guessed at")
        if task.is_main and node is None and (result.incomplete or result.has_errors):
            self.main.open_end(task, "the shell text could not be followed to its end", is_unread=bool(result.incomplete))
        guards = Guards(self.view, task.environment, self.mounts)
        last = self._last(result.commands, guards) if task.is_main else None
        for written in result.written:
            self.failures.made.wrote((*task.stakes.order, written.after - 1, 0), written.path)
        for number, command in enumerate(result.commands):
            stakes = _stakes(task.stakes, command, guards, number)
            inner = task._replace(is_main=command is last, stakes=stakes._replace(names_own_commands=result.names_own_commands))
            self._run_by_shell(inner, command, guards)

    def _last(self, found: Sequence[ShellCommand], guards: Guards) -> ShellCommand | None:
        """The command that a text ends in, where that is sure."""
        running = [command for command in found if command.when is not When.NEVER and not command.sources and not command.enters]
        if not running or running[-1].when not in (When.ALWAYS, When.BRANCH) or not running[-1].is_certain:
            return None
        return running[-1] if guards.are_sure(running[-1].guards) and not running[-1].is_tolerated else None

    def _sourced(self, task: Task, path: str) -> str | None:
        node = self._node(task, path)
        if node is None or node.kind == DIRECTORY:
            return "" if below(path, self.mounts) is None else None
        if is_packaged(self.view, node):
            return None
        text = self.view.text(node)
        if text is None:
            self.gap(task, f"{node.path}, which is sourced, was not read", due_to_unread=True)
        elif self._may_work(task, text):
            origin = Origin(path, None, None, node.layer_index)
            chain = (*task.chain[:-1], f"{task.chain[-1] if task.chain else ''} sources {path}")
            self.result.texts.append(Started(Language.SHELL, origin, text, node, (path,), chain, 1))
            return text
        return None

    def _globbed(self, pattern: str) -> list[str] | None:
        """The files that a pattern in the last part of a path stands for; None where that is not known."""
        folder, _, last = pattern.rpartition("/")
        if not folder.startswith("/") or any(mark in folder for mark in "*?["):
            return None
        if below(posixpath.normpath(folder), self.mounts) is not None:
            return None
        node = self.view.find(folder)
        if node is None or node.kind != DIRECTORY:
            return []
        names = sorted(child.path.rpartition("/")[2] for child in self.view.filesystem.children(node.path))
        names = [name for name in names if fnmatchcase(name, last) and not name.startswith(".")]
        return [f"{folder}/{name}" for name in names] if len(names) <= _MOST_FILES else None

    def _run_by_shell(self, task: Task, command: ShellCommand, guards: Guards) -> None:
        if command.when is When.NEVER:
            return
        reached = least(task.reached, guards.reached(command.guards))
        if command.when is When.FUNCTION:
            reached = least(reached, Reached(Reach.SELDOM, f"nothing calls the function {command.function}"))
        if command.is_tolerated:
            reached = least(reached, Reached(Reach.SELDOM, "the script goes on when it fails"))
        if reached.reach is Reach.NEVER:
            return
        origin = task.origin._replace(line=command.line)
        chain = task.chain
        if command.path is not None:
            origin = Origin(command.path, None, command.line)
            chain = (*chain, f"sourced {command.path}")
        chain = with_line(chain, command.line) if origin.path or command.line > 1 else (*chain, "its command")
        inner = task._replace(
            words=command.words,
            origin=origin,
            chain=chain,
            reached=reached,
            context=_inner_context(task.context, command),
            depth=task.depth + 1,
            here_text=command.here_text,
            source=command.source,
            is_certain=command.is_certain,
            shell_text=None,
            interpreter="",
            options=(),
        )
        name = (command.words[0].text or "") if command.words and not task.stakes.condition else ""
        lacked = not_of_the_shell(self.view, task.interpreter, name, inner.context.path) if name else None
        if lacked is not None:
            self.failures.add(inner, lacked, name)
        elif command.unknown:
            self.gap(inner, f"{command.unknown}: {_short(command.source)}")
        elif command.enters or command.sources:
            self._changes(inner, command, task.interpreter)
        else:
            self.add(inner)

    def _changes(self, task: Task, command: ShellCommand, shell: str) -> None:
        """Whether the shell's own ``cd`` and ``.`` can do what they are there for."""
        path = command.enters or command.sources
        problem = not_entered(self.view, path, task.context) if command.enters else not_sourced(self.view, path, task.context)
        if (
            problem is None or _WILDCARD.search(path) or (command.sources and "/" not in (command.words[1].text or ""))
        ):  # it may be found in PATH
            return
        if command.sources and (shell.rpartition("/")[2] != "bash" and command.words[0].text == "."):
            # POSIX, 2.8.1: a special builtin that fails ends the shell; bash does so as sh alone (dash 0.5.12, bash 5.2, busybox 1.35)
            task = task._replace(stakes=task.stakes._replace(failure=Failure.ENDS))
        self.failures.add(task, problem, path, is_directory=True)

    # -- Python --------------------------------------------------------------------------------------------------------

    def _module(self, task: Task, target: Target) -> None:
        if target.language is not Language.PYTHON:
            self.gap(task, f"{_short(task.source)} is {_article(target.language)}, which is not analysed")
            return
        if UNKNOWN in target.value:
            self.gap(task, "which module Python runs is not known before it runs")
            return
        node = follow_python.main_module(self, task.environment, task.directory or "/", target.value)
        if node is not None:
            self._script(task, node, node.path, Language.PYTHON, target.args)
        else:
            self._served(task, target.value.partition(".")[0], [constant(argument) for argument in target.args])

    def _served(self, task: Task, name: str, arguments: Sequence[Value]) -> None:
        """The project's own module or file that a server or runner such as gunicorn is given."""
        for node, is_main in follow_python.served(self, task.environment, task.directory or "/", name, arguments):
            text = self.view.text(node)
            lines: Lines = ()
            if text is None:
                self.gap(task, f"{node.path} was not read", due_to_unread=True)
                continue
            if node.path.endswith(".ipynb"):
                code = follow_python.notebook(text)
                if code is None:
                    is_long = len(text) > follow_python.LONGEST_NOTEBOOK
                    self.gap(task, f"{node.path} is no notebook that could be read", due_to_unread=is_long)
                    continue
                text, lines = code
            chain = (*(task.chain or (task.origin.config_field or "the command",)), f"{name} loads {node.path}")
            inner = task._replace(origin=Origin(node.path, None, None, node.layer_index), chain=chain, lines=lines)
            if self._may_work(inner, text):
                started = Started(Language.PYTHON, inner.origin, text, node, (node.path,), chain, 1)
                self.result.texts.append(started)
                self._python(inner, started, text, is_main=is_main)

    def _python(self, task: Task, started: Started, text: str, *, is_main: bool = True) -> None:
        path = started.origin.path or ""
        read = calls(text, task.environment, path=path, directory=task.directory or "", is_main=is_main, lines=task.lines)
        modules = [ProgramModule(started, read, is_main=True)]
        follow_python.add_imports(self, modules, task.environment, task.directory or "/", task)
        shadowed = follow_python.shadowing(modules)
        guards = Guards(self.view, task.environment, self.mounts)
        for module in modules:
            self.result.handed |= {(module.started.origin.path, name) for name in module.text.handed}
            if module.text.not_understood:
                where = module.started.origin.path or "the Python text"
                self.gap(task, f"{where}: {module.text.not_understood}", due_to_unread=module.text.is_bounded)
        sure = _sure_calls(modules, guards)
        if path:
            self.failures.made.ran_own(task.stakes.order, path)
        for number, (module, call, by_program) in enumerate(reached_calls(modules, guards)):
            reached = least(task.reached, by_program)
            if reached.reach is not Reach.NEVER and call.name.partition(".")[0] not in shadowed:
                base = module.started.origin
                chain = with_line(module.started.chain, call.line) if base.path else task.chain
                stakes = _stakes_of_call(task.stakes, call, module, number, by_program, sure)
                self._code_call(task._replace(stakes=stakes), "python", call, base._replace(line=call.line), chain, reached)

    def _code_call(self, task: Task, language: str, call: Call, origin: Origin, chain: tuple[str, ...], reached: Reached) -> None:
        self.result.calls.append(CodeCall(language, call, origin, chain, reached, task.environment, task.directory))
        inner = task._replace(origin=origin, chain=chain, reached=reached, depth=task.depth + 1, source=call.source)
        inner = inner._replace(here_text=None, is_main=False, interpreter="", options=())
        script = follow_python.script_of(call) if language == "python" else None
        if script is not None and (script.text is None or call.name == "exec"):
            self.gap(inner, f"what {call.name}() runs is not known before it runs ({_short(script.source)})")
        elif script is not None:
            self.add(inner._replace(words=(constant("python"), script), shell_text=None))
        if language == "python" and follow_python.imports_unknown(call):
            self.gap(inner, f"which module {call.name}() imports is not known before it runs")
        started = follow_python.command_of(call, language)
        if started is None:
            return
        if isinstance(started, str):
            self.add(inner._replace(words=follow_python.texts_of(call), shell_text=started))
        elif started and started[0].text is None and not started[0].prefix:
            self.gap(inner, f"the command that {call.name} starts is not known before it runs")
        else:
            self.add(inner._replace(words=started, shell_text=None, source=" ".join(word.source for word in started)[:LONGEST_SOURCE]))

    # -- R and Julia ---------------------------------------------------------------------------------------------------

    def _patterns(self, task: Task, language: str, text: str) -> None:
        """The calls of an R or Julia text, whose conditions are not followed: what they start is told under one."""
        condition = task.stakes.condition or "that line is reached"
        task = task._replace(stakes=task.stakes._replace(failure=Failure.DEALT, condition=condition))
        self.failures.made.ran_own(task.stakes.order, _where(task))
        is_markdown = not task.lines and (task.origin.path or "").endswith((".Rmd", ".qmd", ".rmd"))
        read = pattern_calls(follow_python.chunks(text) if is_markdown else text, language, task.lines)
        if read.not_understood:
            self.gap(task, f"{_where(task)}: {read.not_understood}", due_to_unread=True)
        name = "R" if language == "r" else "Julia"
        self.gap(task, f"{_where(task)} is in {name}, which is searched for known calls only", is_condition=True)
        guards = Guards(self.view, task.environment, self.mounts)
        for call in read.calls:
            reached = least(task.reached, guards.reached(call.spot.guards))
            if reached.reach is Reach.NEVER:
                continue
            chain = with_line(task.chain, call.line)
            self._code_call(task, language, call, task.origin._replace(line=call.line), chain, reached)
            self._included(task._replace(chain=chain, reached=reached, depth=task.depth + 1), call)

    def _included(self, task: Task, call: Call) -> None:
        """Another file that an R or Julia text runs."""
        name = call.name.rpartition(":")[2]
        argument = call.arguments[0]
        if name == "parse" and any(key == "text" for key, _ in call.keywords):
            self.gap(task, "a text is made into code when it runs (eval of parse)")
        if name not in ("source", "sys.source", "runApp", "plumb", "render", "include") or not isinstance(argument, Value):
            return
        path = self._path(task, argument.text) if argument.text and "://" not in argument.text else None
        if path is None:
            if argument.text is None and name in ("source", "include"):
                self.gap(task, f"which file {name}() runs is not known before it runs")
            return
        node = self._node(task, path)
        if node is None:
            return
        names = [path] if node.kind != DIRECTORY else [f"{path}/{part}.R" for part in ("app", "server", "ui", "global")]
        for item in names:
            inner = self._node(task, item)
            if inner is not None and inner.kind != DIRECTORY:
                self._script(task, inner, item, Language.JULIA if item.endswith(".jl") else Language.R, ())

    # -- programs ------------------------------------------------------------------------------------------------------

    def _program(self, task: Task, name: str, resolved: Resolved) -> None:
        first = task.words[0].text or ""
        path = self._path(task, first) if "/" in first else first
        if path is None:
            self.gap(task, f"the folder of {first} is not known")
            return
        node = self._node(task, path) if "/" in path else resolved.program.node if resolved.program is not None else None
        is_script = node is not None and node.content_class in ("script", "text") and not is_packaged(self.view, node)
        is_own_script = is_script and node is not None and (is_copied(self.view, node) or IS_IN_A_BIN.search(node.path) is None)
        if starts_others(name, _texts(task.words[1:])) and not is_own_script:
            self.gap(task, f"{name} starts what its own files name, which is not followed")
            return
        if node is None or node.kind == DIRECTORY:
            is_named = "/" in path and not path.startswith(("/dev/", *SYSTEM))
            if below(path, self.mounts) is None and (is_named or (not task.depth and name not in _INTERPRETERS)):
                self.gap(task, f"the program {first} is not in the image, so it was not analysed", missing=path)
            elif node is None and "/" not in path and task.context.environment_is_open and not self._is_known(name):
                self.gap(task, f"where {first} is, if it is there, is not known: what runs before it may change PATH")
            self._served(task, name, task.words[1:])
            return
        if self._is_known(name) and IS_IN_A_BIN.search(node.path) and (node.content_class == "elf" or not is_copied(self.view, node)):
            self._served(task, name, task.words[1:])
            return
        if resolved.is_by_first_line:
            self._by_first_line(task, node, path if "/" in path else node.path, resolved)
        elif node.content_class == "script" and self.view.head(node) is None:
            if not (task.depth and is_packaged(self.view, node)):
                self.gap(task, f"{node.path} was not read", due_to_unread=True)
        elif node.content_class == "text":
            self._script(task, node, node.path, Language.SHELL, _texts(task.words[1:]))
        elif node.size and node.content_class != "script":
            self._compiled(task, node)
        self._served(task, name, task.words[1:])

    def _by_first_line(self, task: Task, node: Node, path: str, resolved: Resolved) -> None:
        """The script *node*, or the script that its first line names as its interpreter."""
        target = resolved.target
        inner = task._replace(context=resolved.target_context)
        if target is not None:
            inner = inner._replace(interpreter=target.interpreter, options=target.options)
        if target is None or target.form is not Form.FILE:
            self._script(inner, node, path, Language.OTHER, ())
        elif resolved.node is None or resolved.node.path == node.path:
            self._script(inner, node, path, target.language, target.args)
        else:
            self._script(inner, resolved.node, resolved.node.path, target.language, target.args)

    def _compiled(self, task: Task, node: Node) -> None:
        """A compiled program: one of the project's own is a gap; one of a package only where it is what the container is for."""
        if is_packaged(self.view, node):
            if not task.depth or task.chain[-1:] == ("its command",):
                self.gap(task, f"{node.path} is a compiled program of a package, which is not analysed", is_condition=True)
        elif not _is_known_tool(node):
            if not node.path.startswith(SYSTEM):
                self.failures.made.ran_own(task.stakes.order, node.path)
            self.gap(task, f"{node.path} is a compiled program, which is not analysed")

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _path(self, task: Task, path: str) -> str | None:
        if path.startswith("/"):
            return normal(path)
        return normal(posixpath.join(task.directory, path)) if task.directory else None

    def _node(self, task: Task, path: str) -> Node | None:
        """The file at *path*, from which code is taken; what the environment puts there nobody has seen."""
        if below(path, self.mounts) is not None:
            self.gap(task, f"{path} is supplied when the container runs, so it was not analysed")
            return None
        return self.view.find(path)

    def _may_work(self, task: Task, text: str) -> bool:
        key = task.origin.path, task.reached.reach, text, task.lines[:1]
        self._times[key] = self._times.get(key, 0) + 1
        if self._times[key] > _MOST_SAME + 1:
            return False  # the last time it was followed with whatever arguments
        self._work += len(text) + _WORK_FOR_EACH
        if self._work > _MOST_WORK or len(self.result.texts) >= MOST_TEXTS:
            self._full(task)
            return False
        return True

    def _full(self, task: Task) -> None:
        if not self._is_full:
            self._is_full = True
            self.result.gaps.append(Gap("more is started than was followed", task.origin, task.chain, due_to_unread=True))

    def gap(self, task: Task, what: str, *, due_to_unread: bool = False, is_condition: bool = False, missing: str = "") -> None:
        """Take note of what was not analysed, where it runs for sure."""
        is_first = due_to_unread and not any(gap.due_to_unread for gap in self.result.gaps)
        if task.reached.reach >= Reach.YES and (len(self.result.gaps) <= _MOST_GAPS or is_first):
            what = what if len(self.result.gaps) < _MOST_GAPS or is_first else "more gaps exist than are listed"
            gap = Gap(what, task.origin, task.chain, due_to_unread, is_condition, task.blocked or missing)
            if gap not in self.result.gaps:
                self.result.gaps.append(gap)


def _condition_of(task: Task) -> str:
    """Why it is not certain that the command of *task* runs, or what becomes of its failure; empty where it is certain."""
    if task.stakes.condition or task.reached.reach is not Reach.YES:
        return task.stakes.condition or task.reached.why
    return "the script goes on when it fails" if task.stakes.failure is Failure.DEALT else ""


def _makes_for_sure(task: Task) -> bool:
    """Whether the command of *task* runs in any case, or wherever a file that it names is missing."""
    named = {word.text for word in task.words}
    asked = task.stakes.asked
    is_for_missing = all(isinstance(each, Not) and isinstance(each.of, Exists) and each.of.path.text in named for each in asked)
    return not task.stakes.condition or (bool(asked) and is_for_missing)


_WILDCARD = re.compile(r"[*?\[]")
_TOOLS = re.compile(
    r"(?:gosu|su-exec|tini|dumb-init|catatonit|jq|yq|node|bun|deno|julia|R|Rscript|ruby|perl|php|java|uv|uvx|micromamba|esbuild|busybox)"
    r"(?:-[\w.]+)?|python[\d.]*|pypy[\d.]*|quarto|pandoc|rclone|aws|duckdb|sqlite3"
)


def _is_known_tool(node: Node) -> bool:
    return _TOOLS.fullmatch(node.path.rpartition("/")[2]) is not None


def _stakes(before: Stakes, command: ShellCommand, guards: Guards, number: int) -> Stakes:
    """What it means if *command*, the one of this *number* in its text, does not start."""
    condition = before.condition or guards.unsure(command.guards)
    if not condition and command.when is When.LOOP:
        condition = "the loop around it has a round"
    own = Failure.ENDS if command.is_exec else command.failure
    asked = (*before.asked, *command.guards)
    if command.is_guess:
        asked = (*asked, HasCommand(command.words[0]), Exists(command.words[0]))
    is_reached = before.is_reached and command.when is not When.FUNCTION
    return Stakes((*before.order, number), worst([before.failure, own]), condition, asked, is_reached=is_reached)


class _SureGuards(Guards):
    """Answers that only what is sure is reached."""

    def reached(self, conditions: Iterable[Condition]) -> Reached:
        """Whether all *conditions* are sure to hold."""
        why = self.unsure(list(conditions))
        return Reached(Reach.SELDOM, why) if why else YES


def _sure_calls(modules: Sequence[ProgramModule], guards: Guards) -> Callable[[], list[Reached]]:
    """How sure each call is where conditions that are not known do not count as met; worked out when it is first asked for."""
    return cache(lambda: [reached for _, _, reached in reached_calls(modules, _SureGuards(*guards))])


def _stakes_of_call(
    before: Stakes, call: Call, module: ProgramModule, number: int, reached: Reached, sure: Callable[[], list[Reached]]
) -> Stakes:
    """What it means if the command that *call* starts does not start."""
    started = follow_python.command_of(call, "python")
    if started is None and follow_python.script_of(call) is None:
        return before
    scope = module.text.scopes[call.spot.scope].name if call.spot.scope != MODULE else ""
    condition = before.condition
    is_reached = before.is_reached and not reached.why.endswith(NOT_CALLED)
    if not condition and scope not in ("", "main"):
        condition = f"the function {scope} is called"
    if not condition and sure()[number].reach is not Reach.YES:
        condition = sure()[number].why
    own = Failure.GOES_ON if isinstance(started, str) else Failure.ENDS
    if call.spot.is_handled or (call.spot.is_absence_handled and not isinstance(started, str)):
        own = Failure.DEALT
    asked = (*before.asked, *call.spot.guards)
    return Stakes((*before.order, number), worst([before.failure, own]), condition, asked, is_reached=is_reached)


def _inner_context(context: Context, command: ShellCommand) -> Context:
    """The context of a command that a shell starts."""
    environment = {**context.environment, **{name: value.text for name, value in command.exported if value.text is not None}}
    is_open = any(name in ("PATH", "LD_LIBRARY_PATH") and value.text is None for name, value in command.exported)
    for value in [value for name, value in command.exported if name == "PYTHONPATH" and value.text is None]:
        environment["PYTHONPATH"] = value.start + UNKNOWN if value.default is None else value.default
    return context._replace(
        environment=environment,
        working_dir=command.directory or "",
        wrapper="",
        is_shell=True,
        environment_is_open=context.environment_is_open or is_open,
    )


def _texts(words: Sequence[Value]) -> list[str]:
    return [UNKNOWN if word.text is None else word.text for word in words]


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _where(task: Task) -> str:
    return task.origin.path or task.origin.config_field or "the command"


def _article(language: Language) -> str:
    return {
        Language.JAVASCRIPT: "a JavaScript program",
        Language.JAVA: "a Java program",
        Language.PROGRAM: "a compiled program",
    }.get(language, "a script in a language that is not known here")
