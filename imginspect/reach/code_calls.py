"""Calls in texts of Python, R and Julia: the commands and scripts that they start."""

from __future__ import annotations

from imginspect.languages.calls import Call, texts_of
from imginspect.languages.language import Language
from imginspect.languages.shell.commands import Failure
from imginspect.languages.values import LONGEST_SOURCE, constant
from imginspect.reach.agenda import Agenda, place_name, short
from imginspect.reach.followed import CodeCall, Task, with_line
from imginspect.reach.guards import Guards, Reach, Reached, least
from imginspect.startup.started import Origin
from imginspect.tar.header import DIRECTORY
from imginspect.wording import at_run_time


def follow_call(
    agenda: Agenda, task: Task, language: Language, call: Call, origin: Origin, chain: tuple[str, ...], reached: Reached
) -> None:
    """Note a *call*, and follow what it starts."""
    agenda.result.calls.append(CodeCall(language.id, call, origin, chain, reached, task.environment, task.directory))
    inner = task._replace(origin=origin, chain=chain, reached=reached, depth=task.depth + 1, source=call.source)
    inner = inner._replace(here_text=None, is_main=False, interpreter="", options=())
    script = language.effects.script_of(call)
    if script is not None and (script.text is None or call.name == "exec"):
        agenda.gap(inner, at_run_time(f"the code that {call.name}() runs") + f" ({short(script.source)})")
    elif script is not None:
        agenda.add(inner._replace(words=(constant(language.id), script), shell_text=None))
    if language.effects.is_import_unknown(call):
        agenda.gap(inner, at_run_time(f"the module that {call.name}() imports"))
    started = language.effects.command_of(call)
    if started is None:
        return
    if isinstance(started, str):
        agenda.add(inner._replace(words=texts_of(call), shell_text=started))
    elif started and started[0].text is None and not started[0].prefix:
        agenda.gap(inner, at_run_time(f"the command that {call.name} starts"))
    else:
        agenda.add(inner._replace(words=started, shell_text=None, source=" ".join(word.source for word in started)[:LONGEST_SOURCE]))


def follow_known_calls(agenda: Agenda, task: Task, language: Language, text: str) -> None:
    """Follow the calls of a text whose conditions are not followed, such as R's: what they start is told under one."""
    condition = task.stakes.condition or "that line is reached"
    task = task._replace(stakes=task.stakes._replace(failure=Failure.DEALT, condition=condition))
    agenda.failures.made.ran_own(task.stakes.order, place_name(task))
    assert language.read_calls is not None
    read = language.read_calls(text, task.origin.path or "", task.lines)
    if read.not_understood:
        agenda.gap(task, f"{place_name(task)}: {read.not_understood}", due_to_unread=True)
    agenda.gap(task, f"{place_name(task)} is {language.name} code, which is only searched for known calls", is_condition=True)
    guards = Guards(agenda.view, task.environment, agenda.mounts)
    for call in read.calls:
        reached = least(task.reached, guards.reached(call.spot.guards))
        if reached.reach is Reach.NEVER:
            continue
        chain = with_line(task.chain, call.line)
        follow_call(agenda, task, language, call, task.origin._replace(line=call.line), chain, reached)
        _included(agenda, task._replace(chain=chain, reached=reached, depth=task.depth + 1), language, call)


def _included(agenda: Agenda, task: Task, language: Language, call: Call) -> None:
    """Follow another file of the language that a call runs."""
    if language.effects.is_made_code(call):
        agenda.gap(task, "code is built from a string at run time (eval of parse)")
    included = language.effects.included(call)
    if included is None:
        return
    named = included.file.text
    path = agenda.path(task, named) if named and "://" not in named else None
    if path is None:
        if named is None and included.is_always_code:
            agenda.gap(task, at_run_time(f"the file that {call.name.rpartition(':')[2]}() runs"))
        return
    node = agenda.node(task, path)
    if node is None:
        return
    for item in [path] if node.kind != DIRECTORY else [f"{path}/{name}" for name in included.in_folder]:
        inner = agenda.node(task, item)
        if inner is not None and inner.kind != DIRECTORY:
            agenda.script(task, inner, item, language, ())
