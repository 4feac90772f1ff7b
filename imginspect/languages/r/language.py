"""R as a language: how its interpreters are started, and what its calls start."""

from __future__ import annotations

import re
from itertools import islice

from imginspect.languages.calls import Call, FoundCalls
from imginspect.languages.interpreter import file_or, runs_itself, target, undecided
from imginspect.languages.known_calls import MOST_GUARDS, Around, Syntax, command_of, is_made_code, pattern_calls
from imginspect.languages.language import CallEffects, Form, Included, Interpreter, Language, ReadAs, Target
from imginspect.languages.lines import Lines
from imginspect.languages.options import grammar, scan
from imginspect.languages.r.markdown import MARKDOWN, chunks
from imginspect.languages.values import HasModule, Value, negated

_LITTLER = "-e= --eval= -l= --packages= -L= --libpath= -d -i -n -p -q -s -t -v -x --vanilla --verbose"
_R = "-e= -f= --file= --args! -g= --gui= -d= --debugger= --version --help"
_RSCRIPT = "-e= --verbose --version --help"
"""Sources: littler's manual page, R(1), Rscript(1)."""
_GUARD = re.compile(
    r"\bif\s*\(\s*!\s*(?:suppress\w+\(\s*)?(?:require|requireNamespace|rlang::is_installed|is_installed)\s*\(\s*(?:package\s*=\s*)?"
    r"(?:\x00(\d+)\x00|([A-Za-z][\w.]*))[^{}\n]{0,120}?(?:\)\s*){2,4}(\{?)"
)
_RUNNING_CODE = ("source", "sys.source", "runApp", "plumb", "render", "include")
_APPLICATION = ("app.R", "server.R", "ui.R", "global.R")


def _rscript(language: Language, words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(_RSCRIPT, lenient=True))
    if scanned.has("--version", "--help"):
        return target(language, Form.NOTHING, "", (), words)
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    if scanned.has("-e"):
        return target(language, Form.TEXT, "\n".join(scanned.all("-e")), scanned.rest, words)
    return file_or(Form.NOTHING, language, scanned.rest, words)


def _r(language: Language, words: tuple[str, ...]) -> Target:
    if words[1:2] == ("CMD",):
        if words[2:3] != ("BATCH",):
            return runs_itself(words)
        rest = scan(words[3:], grammar("", lenient=True)).rest
        return file_or(Form.NOTHING, language, rest, words)
    scanned = scan(words[1:], grammar(_R, lenient=True))
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    if scanned.has("--version", "--help"):
        return target(language, Form.NOTHING, "", (), words)
    if scanned.has("-e"):
        return target(language, Form.TEXT, "\n".join(scanned.all("-e")), scanned.rest, words)
    file = scanned.last("-f", "--file")
    if file:
        return Target(language, Form.STDIN if file == "-" else Form.FILE, file, scanned.rest, words[0])
    return target(language, Form.INTERACTIVE, "", scanned.rest, words)


def _littler(language: Language, words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(_LITTLER, lenient=True))
    if scanned.has("-e", "--eval"):
        return target(language, Form.TEXT, scanned.last("-e", "--eval") or "", scanned.rest, words)
    return file_or(Form.STDIN, language, scanned.rest, words)


def _guards(code: str, strings: list[Value]) -> list[Around]:
    """(start, end, condition) of each ``if (!require(X))`` and what it holds back."""
    found: list[Around] = []
    for match in islice(_GUARD.finditer(code), MOST_GUARDS + 1):
        name = (strings[int(match[1])].text or "") if match[1] else match[2]
        end = code.find("}" if match[3] else "\n", match.end())
        if not match[3] and not code[match.end() : end if end >= 0 else len(code)].strip():
            end = code.find("\n", end + 1)
        found.append((match.end(), end if end >= 0 else len(code), negated(HasModule(name, "r"))))
    return found


_SYNTAX = Syntax(re.compile(r"(?<!\w)[rR](['\"])(-{0,8})([(\[{])|[#'\"`]"), guards=_guards)


def r_calls(text: str, path: str = "", lines: Lines = ()) -> FoundCalls:
    """The calls in an R text, or in the R code of an R Markdown or Quarto file."""
    is_markdown = not lines and path.endswith(MARKDOWN)
    return pattern_calls(chunks(text) if is_markdown else text, _SYNTAX, lines)


def _included(call: Call) -> Included | None:
    name, argument = call.name.rpartition(":")[2], call.arguments[0]
    if name not in _RUNNING_CODE or not isinstance(argument, Value):
        return None
    return Included(argument, name in ("source", "include"), _APPLICATION)


R = Language(
    "r",
    "R",
    "an R script",
    interpreters=(
        Interpreter(re.compile("Rscript"), _rscript),
        Interpreter(re.compile("R"), _r),
        Interpreter(re.compile("r|littler"), _littler),
    ),
    suffixes=(".R", ".r", *MARKDOWN),
    read_as=ReadAs.CALLS,
    read_calls=r_calls,
    effects=CallEffects(command_of=command_of, included=_included, is_made_code=is_made_code),
    call_key="r_call",
)
