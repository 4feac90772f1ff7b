"""What the start of a container runs: the command, the scripts and texts that it leads to, and what those run in turn.

Packages are where it ends: a script or module of a package is not read, unless it is itself what is started. Nothing is run.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import deque
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from itertools import islice

from imginspect.analysis.lines import Lines, lines_of
from imginspect.analysis.network.calls import Module, reached_calls
from imginspect.analysis.network.guards import YES, Guards, Reach, Reached, find_program, found, least
from imginspect.analysis.network.packages import SYSTEM, is_copied, is_packaged
from imginspect.analysis.network.patterns import pattern_calls
from imginspect.analysis.python.calls import calls
from imginspect.analysis.python.model import Call
from imginspect.analysis.shell import Command, When, commands
from imginspect.analysis.startup import follow_python
from imginspect.analysis.startup.follow_given import executed_by_find, handed_on
from imginspect.analysis.startup.follow_tools import IS_IN_A_BIN, starts_others
from imginspect.analysis.startup.followed import CodeCall, Followed, Gap, Ran, Task, with_line
from imginspect.analysis.startup.interpreters import Form, Target, interpret
from imginspect.analysis.startup.launch import Launch
from imginspect.analysis.startup.lookup import below
from imginspect.analysis.startup.model import Language, Origin, Started
from imginspect.analysis.startup.shebang import parse_shebang
from imginspect.analysis.startup.wrappers import peel
from imginspect.analysis.values import Value, constant, dynamic
from imginspect.analysis.view import View
from imginspect.filesystem import Node
from imginspect.tar.header import DIRECTORY

MOST_TEXTS = 5_000
DEEPEST = 12
_MOST_WORK = 12 << 20
_WORK_FOR_EACH = 4 << 10
_MOST_SAME = 12
_WORK_FOR_A_STEP = 8
_MOST_PLACES = 200_000
"""Lines with a command that was met before: more than one script may have commands."""
_MOST_FILES = 200
_MOST_GAPS = 500
"""What was not looked into, one by one: the image is not decided after the first."""
_MOST_WALKED = 2_000
_DYNAMIC = "\x00"
_INTERPRETERS = frozenset({"sh", "bash", "python", "python3", "R", "node"})
_PASSING_ON = frozenset(
    {
        "watch",
        "ionice",
        "trickle",
        "script",
        "flock",
        "chronic",
        "ts",
        "run-one",
        "run-one-constantly",
        "strace",
        "ltrace",
        "proxychains4",
    }
)
_CODE = {Language.R: "r", Language.JULIA: "julia"}


def follow(view: View, launch: Launch, mounts: Sequence[str] = (), is_known: Callable[[str], bool] = lambda _: False) -> Followed:
    """What the start *launch* runs, with the environment's own directories at *mounts*.

    *is_known* tells of a program's name whether what it does on the network is known without a look into it.
    """
    follower = _Follower(view, mounts, is_known)
    fields = launch.command.fields
    origin = Origin(None, fields[0] if fields else "Entrypoint")
    words = tuple(constant(word) for word in launch.argv)
    if words:
        follower.add(
            Task(words, origin, (), YES, launch.context.environment, launch.context.working_dir, source=shlex.join(launch.argv)[:200])
        )
    follower.run()
    return follower.result


class _Follower:
    """A queue of commands; each text adds what it runs."""

    def __init__(self, view: View, mounts: Sequence[str], is_known: Callable[[str], bool]) -> None:
        self.view = view
        self._is_known = is_known
        self.mounts = mounts
        self.result = Followed()
        self._todo: deque[Task] = deque()
        self._seen: dict[tuple[object, ...], Reach] = {}
        self._places: set[tuple[object, ...]] = set()
        self._times: dict[tuple[object, ...], int] = {}
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
            self._full(task)
            return
        self._seen[key] = task.reached.reach
        self._places.add((key, task.origin.path, task.origin.line))
        self._todo.append(task)

    def run(self) -> None:
        """Follow everything."""
        while self._todo:
            self._one(self._todo.popleft())

    # -- one command ---------------------------------------------------------------------------------------------------

    def _one(self, task: Task) -> None:
        if task.shell_text is not None:
            lines = lines_of(task.shell_text, task.words, task.origin.line)
            self._shell(task._replace(lines=lines), task.shell_text, (), None)
            return
        texts = [_DYNAMIC + word.start if word.text is None else word.text for word in task.words]
        peeled = peel(texts)
        environment = dict(task.environment) if not peeled.clears_environment else {}
        for name, value in peeled.environment:
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        directory = posixpath.join(task.directory or "/", peeled.working_dir) if peeled.working_dir else task.directory
        given, words = task.words, _values(peeled.argv, task.words)
        task = task._replace(words=words, environment=environment, directory=directory)
        for step in peeled.steps:  # a wrapper such as ``uv run`` may itself fetch something
            self._note(task._replace(words=tuple(constant(word) for word in step.words)))
        if peeled.unknown and not task.is_again:
            self.gap(task, f"what {_short(task.source)} starts could not be told: {peeled.unknown}")
        if peeled.shell_text is not None:
            self._inline(task._replace(words=given), Language.SHELL, peeled.shell_text, ())
        elif words:
            self._command(task)

    def _command(self, task: Task) -> None:
        name = (task.words[0].text or "").rpartition("/")[2]
        if name == "xargs":
            for words in handed_on(task.words, task.here_text):
                self.add(task._replace(words=words, here_text=None, depth=task.depth + 1))
            return
        while name in _PASSING_ON and len(task.words) > 1:
            self._note(task)
            rest = list(task.words[1:])
            while rest and (rest[0].text or "-").startswith("-"):
                rest = rest[2 if rest[0].text in ("-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s") else 1 :]
            if not rest:
                return
            task = task._replace(words=tuple(rest))
            name = (task.words[0].text or "").rpartition("/")[2]
        if not task.is_again or self._is_known(name):
            self._note(task)
        if task.is_again:
            self._inline_again(task)
            return
        if name == "find":
            self._found_by_find(task)
        if task.words[0].text is None:
            self.gap(task, f"the command {_short(task.source)} is not known before it runs")
            return
        target = interpret([_DYNAMIC if word.text is None else word.text for word in task.words])
        self._target(task, target, name)

    def _inline_again(self, task: Task) -> None:
        target = interpret([_DYNAMIC if word.text is None else word.text for word in task.words])
        is_inline = target.form is Form.TEXT and _DYNAMIC not in target.value
        if not target.unknown and (is_inline or (target.form is Form.STDIN and task.here_text is not None)):
            self._target(task._replace(is_again=False), target, "")

    def _note(self, task: Task) -> None:
        ran = Ran(task.words, task.source, task.origin, task.chain, task.reached, task.environment, task.is_certain, task.directory)
        self.result.commands.append(ran)

    def _found_by_find(self, task: Task) -> None:
        for words in executed_by_find(task.words, lambda folder: self._files_below(task, folder)):
            self.add(task._replace(words=words, here_text=None, depth=task.depth + 1))

    def _files_below(self, task: Task, folder: str) -> list[str] | None:
        """The files below *folder*; None where that is not known, or where they are too many."""
        path = self._path(task, folder)
        if path is None or below(path, self.mounts) is not None or found(self.view, path) is None:
            return None
        nodes = list(islice(self.view.filesystem.walk(path), _MOST_WALKED + 1))
        return [node.path for node in nodes] if len(nodes) <= _MOST_WALKED else None

    # -- what an interpreter runs --------------------------------------------------------------------------------------

    def _target(self, task: Task, target: Target, name: str) -> None:
        if target.unknown:
            self.gap(task, f"what {_short(task.source)} runs could not be told: {target.unknown}")
        elif target.form is Form.TEXT:
            if _DYNAMIC in target.value:
                self.gap(task, f"the text that {target.interpreter} is given is not known before it runs")
            else:
                self._inline(task, target.language, target.value, target.args)
        elif target.form in (Form.STDIN, Form.INTERACTIVE):
            if task.here_text is not None and task.here_text.text is not None:
                self._inline(task, target.language, task.here_text.text, target.args)
            elif task.here_text is not None:
                self.gap(task, f"the text that {target.interpreter} is given is not known before it runs")
        elif target.form is Form.FILE:
            self._file(task, target)
        elif target.form is Form.MODULE:
            self._module(task, target)
        elif target.form is Form.PROGRAM:
            self._program(task, name)

    def _file(self, task: Task, target: Target) -> None:
        if _DYNAMIC in target.value:
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
        if node is None and below(path, self.mounts) is None:
            self.gap(task, f"{path} is not in the image, so that it was not looked into")
        if node is not None and node.kind != DIRECTORY:
            self._script(task, node, path, target.language, target.args)

    def _script(self, task: Task, node: Node, path: str, language: Language, arguments: Sequence[str]) -> None:
        if task.depth and is_packaged(self.view, node):
            return
        if language not in (Language.SHELL, Language.PYTHON, *_CODE):
            self.gap(task, f"{node.path} is {_article(language)}, which is not looked into")
            return
        text = self.view.text(node)
        if text is None:
            self.gap(task, f"{node.path} was not read", for_want_of_reading=True)
            return
        origin = Origin(path, None, None, node.layer_index)
        where = task.chain or (f"{task.origin.config_field or ''} {path}".strip(),)
        chain = where if not task.chain else (*task.chain[:-1], f"{task.chain[-1]} runs {path}")
        self._text(task._replace(origin=origin, chain=chain, lines=()), language, text, node, arguments)

    def _inline(self, task: Task, language: Language, text: str, arguments: Sequence[str]) -> None:
        """A text that stands in the config or in a script itself."""
        chain = task.chain or (task.origin.config_field or "the command",)
        given = [*task.words, *([task.here_text] if task.here_text is not None else [])]
        self._text(task._replace(chain=chain, lines=lines_of(text, given, task.origin.line)), language, text, None, arguments)

    def _text(self, task: Task, language: Language, text: str, node: Node | None, arguments: Sequence[str]) -> None:
        if not self._may_work(task, text):
            return
        origin = task.origin
        started = Started(language, origin, text, node, tuple(word.text or "" for word in task.words), task.chain, min(task.depth, 1))
        self.result.texts.append(started)
        if language is Language.SHELL:
            self._shell(task, text, arguments, node)
        elif language is Language.PYTHON:
            self._python(task, started, text)
        elif language in _CODE:
            self._patterns(task, _CODE[language], text)
        else:
            self.gap(task, f"{_short(task.source)} is {_article(language)}, which is not looked into")

    # -- shell ---------------------------------------------------------------------------------------------------------

    def _shell(self, task: Task, text: str, arguments: Sequence[str], node: Node | None) -> None:
        path = task.origin.path if node is not None else None
        given = None if any(_DYNAMIC in argument for argument in arguments) else list(arguments)
        if self._times.get((task.origin.path, task.reached.reach, text, task.lines[:1]), 0) > _MOST_SAME:
            given = None
        elif task.shell_text is not None or node is None:
            given = list(arguments[1:]) if given is not None else None
        missing: list[str] = []

        def sourced(wanted: str) -> str | None:
            return self._sourced(task, wanted, missing)

        def globbed(pattern: str) -> list[str] | None:
            return self._globbed(pattern)

        where = task.directory or ""
        result = commands(
            text, task.environment, given, path=path or "", directory=where, sourced=sourced, globbed=globbed, lines=task.lines
        )
        self._work += result.steps * _WORK_FOR_A_STEP
        if result.incomplete:
            self.gap(task, f"{_where(task)}: {result.incomplete}", for_want_of_reading=True)
        elif result.has_errors:
            self.gap(task, f"{_where(task)}: a part of it is not valid and was only guessed at")
        guards = Guards(self.view, task.environment, self.mounts)
        for command in result.commands:
            self._run_by_shell(task, command, guards)

    def _sourced(self, task: Task, path: str, missing: list[str]) -> str | None:
        node = self._node(task, path)
        if node is None or node.kind == DIRECTORY:
            missing.append(path)
            return None
        if is_packaged(self.view, node):
            return None
        text = self.view.text(node)
        if text is None:
            self.gap(task, f"{node.path}, which is sourced, was not read", for_want_of_reading=True)
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
        node = found(self.view, folder)
        if node is None or node.kind != DIRECTORY:
            return []
        names = sorted(child.path.rpartition("/")[2] for child in self.view.filesystem.children(node.path))
        names = [name for name in names if fnmatchcase(name, last) and not name.startswith(".")]
        return [f"{folder}/{name}" for name in names] if len(names) <= _MOST_FILES else None

    def _run_by_shell(self, task: Task, command: Command, guards: Guards) -> None:
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
            environment={**task.environment, **{name: value.text for name, value in command.exported if value.text is not None}},
            directory=command.directory,
            depth=task.depth + 1,
            here_text=command.here_text,
            source=command.source,
            is_certain=command.is_certain,
            shell_text=None,
        )
        if command.unknown:
            self.gap(inner, f"{command.unknown}: {_short(command.source)}")
        elif not command.sources:
            self.add(inner)

    # -- Python --------------------------------------------------------------------------------------------------------

    def _module(self, task: Task, target: Target) -> None:
        if target.language is not Language.PYTHON:
            self.gap(task, f"{_short(task.source)} is {_article(target.language)}, which is not looked into")
            return
        if _DYNAMIC in target.value:
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
                self.gap(task, f"{node.path} was not read", for_want_of_reading=True)
                continue
            if node.path.endswith(".ipynb"):
                code = follow_python.notebook(text)
                if code is None:
                    self.gap(task, f"{node.path} is no notebook that could be read")
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
        modules = [Module(started, read, is_main=True)]
        follow_python.add_imports(self, modules, task.environment, task.directory or "/", task)
        shadowed = follow_python.shadowing(modules)
        guards = Guards(self.view, task.environment, self.mounts)
        for module in modules:
            self.result.handed |= {(module.started.origin.path, name) for name in module.text.handed}
            if module.text.not_understood:
                self.gap(task, f"{module.started.origin.path or 'the Python text'}: {module.text.not_understood}")
        for module, call, by_program in reached_calls(modules, guards):
            reached = least(task.reached, by_program)
            if reached.reach is not Reach.NEVER and call.name.partition(".")[0] not in shadowed:
                base = module.started.origin
                chain = with_line(module.started.chain, call.line) if base.path else task.chain
                self._code_call(task, "python", call, base._replace(line=call.line), chain, reached)

    def _code_call(self, task: Task, language: str, call: Call, origin: Origin, chain: tuple[str, ...], reached: Reached) -> None:
        self.result.calls.append(CodeCall(language, call, origin, chain, reached, task.environment, task.directory))
        inner = task._replace(origin=origin, chain=chain, reached=reached, depth=task.depth + 1, source=call.source, here_text=None)
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
            self.add(inner._replace(words=started, shell_text=None, source=" ".join(word.source for word in started)[:200]))

    # -- R and Julia ---------------------------------------------------------------------------------------------------

    def _patterns(self, task: Task, language: str, text: str) -> None:
        is_markdown = not task.lines and (task.origin.path or "").endswith((".Rmd", ".qmd", ".rmd"))
        read = pattern_calls(follow_python.chunks(text) if is_markdown else text, language, task.lines)
        if read.not_understood:
            self.gap(task, f"{_where(task)}: {read.not_understood}")
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

    def _program(self, task: Task, name: str) -> None:
        first = task.words[0].text or ""
        path = self._path(task, first) if "/" in first else first
        if path is None:
            self.gap(task, f"the folder of {first} is not known")
            return
        node = self._node(task, path) if "/" in path else find_program(self.view, path, task.environment, "/")
        is_own_script = node is not None and node.content_class in ("script", "text") and not is_packaged(self.view, node)
        if starts_others(name, _texts(task.words[1:])) and not is_own_script:
            self.gap(task, f"{name} starts what its own files name, which is not followed")
            return
        if node is None or node.kind == DIRECTORY:
            is_named = "/" in path and not path.startswith(("/dev/", *SYSTEM))
            if below(path, self.mounts) is None and (is_named or (not task.depth and name not in _INTERPRETERS)):
                self.gap(task, f"the program {first} is not in the image, so that it was not looked into")
            self._served(task, name, task.words[1:])
            return
        if self._is_known(name) and IS_IN_A_BIN.search(node.path) and (node.content_class == "elf" or not is_copied(self.view, node)):
            self._served(task, name, task.words[1:])
            return
        head = self.view.head(node) if node.content_class in ("script", "text") else None
        shebang = parse_shebang(head) if head else None
        if shebang is not None and not shebang.error:
            self._by_first_line(task, node, path if "/" in path else node.path, f"{shebang.interpreter} {shebang.argument}".strip("\r "))
        elif node.content_class == "script" and head is None:
            if not (task.depth and is_packaged(self.view, node)):
                self.gap(task, f"{node.path} was not read", for_want_of_reading=True)
        elif node.content_class == "text":
            self._script(task, node, node.path, Language.SHELL, _texts(task.words[1:]))
        elif node.size:
            self._compiled(task, node)
        self._served(task, name, task.words[1:])

    def _by_first_line(self, task: Task, node: Node, path: str, line: str) -> None:
        words = [*peel([*line.split(), path]).argv] or line.split()
        if words[:1] == [path]:
            return
        if words and words[0].rpartition("/")[2] == "env":
            words = words[1:]
        target = interpret([*words, *_texts(task.words[1:])])
        language = target.language if target.form is Form.FILE else Language.OTHER
        self._script(task, node, path, language, target.args if target.form is Form.FILE else ())

    def _compiled(self, task: Task, node: Node) -> None:
        """A compiled program: one of the project's own is a gap; one of a package only where it is what the container is for."""
        if is_packaged(self.view, node):
            if not task.depth or task.chain[-1:] == ("its command",):
                self.gap(task, f"{node.path} is a compiled program of a package, which is not looked into", is_condition=True)
        elif not _is_known_tool(node):
            self.gap(task, f"{node.path} is a compiled program, which is not looked into")

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _path(self, task: Task, path: str) -> str | None:
        if path.startswith("/"):
            return posixpath.normpath(path)
        return posixpath.normpath(posixpath.join(task.directory, path)) if task.directory else None

    def _node(self, task: Task, path: str) -> Node | None:
        """The file at *path*, from which code is taken; what the environment puts there nobody has seen."""
        if below(path, self.mounts) is not None:
            self.gap(task, f"{path} is supplied when the container runs, so that it was not looked into")
            return None
        return found(self.view, path)

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
            self.result.gaps.append(Gap("more is started than was followed", task.origin, task.chain))

    def gap(self, task: Task, what: str, *, for_want_of_reading: bool = False, is_condition: bool = False) -> None:
        if task.reached.reach >= Reach.YES and len(self.result.gaps) <= _MOST_GAPS:
            what = what if len(self.result.gaps) < _MOST_GAPS else "more was not looked into than is listed"
            gap = Gap(what, task.origin, task.chain, for_want_of_reading, is_condition)
            if gap not in self.result.gaps:
                self.result.gaps.append(gap)


_TOOLS = re.compile(
    r"(?:gosu|su-exec|tini|dumb-init|catatonit|jq|yq|node|bun|deno|julia|R|Rscript|ruby|perl|php|java|uv|uvx|micromamba|esbuild|busybox)"
    r"(?:-[\w.]+)?|python[\d.]*|pypy[\d.]*|quarto|pandoc|rclone|aws|duckdb|sqlite3"
)


def _is_known_tool(node: Node) -> bool:
    return _TOOLS.fullmatch(node.path.rpartition("/")[2]) is not None


def _values(argv: Sequence[str], words: Sequence[Value]) -> tuple[Value, ...]:
    """The words of *argv* as values: those that end *words* as they were there."""
    texts = [_DYNAMIC + word.start if word.text is None else word.text for word in words]
    if len(argv) <= len(texts) and list(argv) == texts[len(texts) - len(argv) :]:
        return tuple(words[len(words) - len(argv) :])
    known = {word.text: word for word in words if word.text is not None}
    return tuple(dynamic(text) if _DYNAMIC in text else known.get(text) or constant(text) for text in argv)


def _texts(words: Sequence[Value]) -> list[str]:
    return [_DYNAMIC if word.text is None else word.text for word in words]


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
