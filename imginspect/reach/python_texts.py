"""Python texts: the calls that a program reaches, in its own text and in the project's modules that it imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from imginspect.languages.calls import MODULE, Call
from imginspect.languages.language import Target
from imginspect.languages.lines import Lines
from imginspect.languages.python.calls import calls
from imginspect.languages.python.language import PYTHON
from imginspect.languages.python.notebook import LONGEST_NOTEBOOK, notebook
from imginspect.languages.python.starts import command_of, script_of
from imginspect.languages.shell.commands import Failure
from imginspect.languages.values import Condition, Value, constant
from imginspect.reach.agenda import Agenda, short
from imginspect.reach.code_calls import follow_call
from imginspect.reach.failures import worst
from imginspect.reach.followed import Stakes, Task, with_line
from imginspect.reach.guards import YES, Guards, Reach, Reached, least
from imginspect.reach.program import NOT_CALLED, ProgramModule, reached_calls
from imginspect.reach.project_modules import add_imports, main_module, served, shadowing
from imginspect.startup.resolver import UNKNOWN
from imginspect.startup.started import Origin, Started
from imginspect.wording import at_run_time


def follow_module(agenda: Agenda, task: Task, target: Target) -> None:
    """Follow the module that ``python -m`` runs."""
    if target.language is not PYTHON:
        agenda.gap(task, f"{short(task.source)} is {target.language.noun}, which is not analysed")
        return
    if UNKNOWN in target.value:
        agenda.gap(task, at_run_time("the module that Python runs"))
        return
    node = main_module(agenda, task.environment, task.directory or "/", target.value)
    if node is not None:
        agenda.script(task, node, node.path, PYTHON, target.args)
    else:
        follow_served(agenda, task, target.value.partition(".")[0], [constant(argument) for argument in target.args])


def follow_served(agenda: Agenda, task: Task, name: str, arguments: Sequence[Value]) -> None:
    """Follow the project's own module or file that a server or runner such as gunicorn is given."""
    for node, is_main in served(agenda, task.environment, task.directory or "/", name, arguments):
        text = agenda.view.text(node)
        lines: Lines = ()
        if text is None:
            agenda.gap(task, f"{node.path} was not read", due_to_unread=True)
            continue
        if node.path.endswith(".ipynb"):
            code = notebook(text)
            if code is None:
                is_long = len(text) > LONGEST_NOTEBOOK
                agenda.gap(task, f"{node.path} is not a readable notebook", due_to_unread=is_long)
                continue
            text, lines = code
        chain = (*(task.chain or (task.origin.config_field or "the command",)), f"{name} loads {node.path}")
        inner = task._replace(origin=Origin(node.path, None, None, node.layer_index), chain=chain, lines=lines)
        if agenda.may_work(inner, text):
            started = Started(PYTHON, inner.origin, text, node, (node.path,), chain, 1)
            agenda.result.texts.append(started)
            follow_python(agenda, inner, started, text, is_main=is_main)


def follow_python(agenda: Agenda, task: Task, started: Started, text: str, *, is_main: bool = True) -> None:
    """Follow the calls that a Python text reaches."""
    path = started.origin.path or ""
    read = calls(text, task.environment, path=path, directory=task.directory or "", is_main=is_main, lines=task.lines)
    modules = [ProgramModule(started, read, is_main=True)]
    add_imports(agenda, modules, task.environment, task.directory or "/", task)
    shadowed = shadowing(modules)
    guards = Guards(agenda.view, task.environment, agenda.mounts)
    for module in modules:
        agenda.result.handed |= {(module.started.origin.path, name) for name in module.text.handed}
        if module.text.not_understood:
            where = module.started.origin.path or "the Python text"
            agenda.gap(task, f"{where}: {module.text.not_understood}", due_to_unread=module.text.is_bounded)
    sure = _sure_calls(modules, guards)
    if path:
        agenda.failures.made.ran_own(task.stakes.order, path)
    for number, (module, call, by_program) in enumerate(reached_calls(modules, guards)):
        reached = least(task.reached, by_program)
        if reached.reach is not Reach.NEVER and call.name.partition(".")[0] not in shadowed:
            base = module.started.origin
            chain = with_line(module.started.chain, call.line) if base.path else task.chain
            stakes = _stakes_of_call(task.stakes, call, module, number, by_program, sure)
            follow_call(agenda, task._replace(stakes=stakes), PYTHON, call, base._replace(line=call.line), chain, reached)


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
    started = command_of(call)
    if started is None and script_of(call) is None:
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
