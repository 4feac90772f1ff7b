"""Julia as a language: how its interpreter is started, and what its calls start."""

from __future__ import annotations

import re

from imginspect.languages.calls import Call, FoundCalls
from imginspect.languages.interpreter import file_or, target, undecided
from imginspect.languages.known_calls import Syntax, command_of, is_made_code, pattern_calls
from imginspect.languages.language import CallEffects, Form, Included, Interpreter, Language, ReadAs, Target
from imginspect.languages.lines import Lines
from imginspect.languages.options import grammar, scan
from imginspect.languages.values import Value

_OPTIONS = (
    "-i -q -v -h -g? -O? --quiet --version --help --project --banner= --color= --history-file= --startup-file= --sysimage= "
    "-J= -H= --home= -t= --threads= -p= --procs= -L= --load= --machine-file= -C= --cpu-target= --compile= --depwarn= "
    "--warn-overwrite= --inline= --check-bounds= --math-mode= --compiled-modules= --pkgimages= --optimize --min-optlevel= "
    "--heap-size-hint= --gcthreads= --sysimage-native-code= --handle-signals= --warn-scope= --polly= --code-coverage "
    "--track-allocation -e= --eval= -E= --print="
)
"""Source: julia(1)."""


def _julia(language: Language, words: tuple[str, ...]) -> Target:
    after_channel = (words[0], *words[2:]) if words[1:2] and words[1].startswith("+") else words  # juliaup's ``julia +1.10``
    scanned = scan(after_channel[1:], grammar(_OPTIONS))
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    startup = tuple(scanned.all("-L", "--load"))
    texts = scanned.all("-e", "--eval", "-E", "--print")
    if texts:
        found = target(language, Form.TEXT, "\n".join(texts), scanned.rest, words)
    elif scanned.has("-v", "--version", "-h", "--help"):
        found = target(language, Form.NOTHING, "", (), words)
    else:
        found = file_or(Form.INTERACTIVE, language, scanned.rest, words)
    return found._replace(startup=startup)


_SYNTAX = Syntax(re.compile(r"#=|\"\"\"|[#\"]|'(?:[^'\\\n]|\\.)'"), blocks={"#=": "=#", '"""': '"""'}, strings=('"""',))


def julia_calls(text: str, _path: str = "", lines: Lines = ()) -> FoundCalls:
    """The calls in a Julia text."""
    return pattern_calls(text, _SYNTAX, lines)


def _included(call: Call) -> Included | None:
    argument = call.arguments[0]
    return Included(argument, is_always_code=True) if call.name == "include" and isinstance(argument, Value) else None


JULIA = Language(
    "julia",
    "Julia",
    "a Julia script",
    interpreters=(Interpreter(re.compile("julia[0-9.]*"), _julia),),
    suffixes=(".jl",),
    read_as=ReadAs.CALLS,
    read_calls=julia_calls,
    effects=CallEffects(command_of=command_of, included=_included, is_made_code=is_made_code),
    call_key="jl_call",
)
