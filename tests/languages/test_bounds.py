"""Long texts: what the readers do grows with the length of a text until a counted limit is met, and then the answer says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imginspect.languages.calls import PythonText
from imginspect.languages.lines import Rows
from imginspect.languages.python.calls import calls
from imginspect.languages.python.scopes import MOST_STEPS
from imginspect.languages.r.language import r_calls
from imginspect.languages.shell.walker import commands
from imginspect.languages.values import Unknown
from imginspect.limits import MOST_TEXT_BYTES
from tests.counting import calls_made

pytestmark = pytest.mark.slow

TOO_MANY = "its names refer to too many others"
SUM = " + 'b'" * 60

PYTHON: dict[str, Callable[[int], str]] = {
    "assignments": lambda count: "".join(f"a{number} = a{number - 1} + 'x'\n" for number in range(count)),
    "one name assigned": lambda count: "x = b\n" * count + "x.get()\n" * count,
    "one import": lambda count: "import a as b\n" * count + "b.get()\n" * count,
    "functions": lambda count: "".join(f"def f{number}():\n    y{number}.append(1)\n" for number in range(count)) + "f0()\n",
    "one function": lambda count: "def f(): pass\n" * count + "f().get()\n" * count,
    "aliases": lambda count: "".join(f"a{number} = a{number + 1}\n" for number in range(count)) + "a0.get()\n",
    "attributes": lambda count: ("a" + ".b" * 60 + "()\n") * (count // 10),
    "chained calls": lambda count: ("a" + ".b()" * 60 + "\n") * (count // 10),
    "joined texts": lambda count: f"use('a'{SUM})\n" * (count // 10),
    "joined lists": lambda count: f"use(['a']{' + [b]' * 60})\n" * (count // 10),
    "loops": lambda count: "for x in ['a']:\n    use(x)\n" * count,
    "loops over one list": lambda count: "y = [" + "'a'," * count + "]\n" + "for x in y:\n    use(x)\n" * count,
    "list that grows": lambda count: "x = []\n" + "x.append('a')\nuse(x)\n" * count,
    "conditions": lambda count: "if x == 'a':\n    exit()\n" * count + "use()\n" * count,
    "attributes of self": lambda count: "class A:\n    def f(self):\n" + "        self.a = self.a + 'a'\n" * count,
    "handlers": lambda count: "try:\n    a()\nexcept E:\n" + "    b()\n" * count,
    "returns": lambda count: "def f():\n" + "    return f()\n" * count + "f().x()\n" * count,
}


@pytest.mark.parametrize("shape", PYTHON.values(), ids=PYTHON)
def test_twice_the_text_takes_twice_the_work(shape: Callable[[int], str]) -> None:
    short, long = shape(200), shape(400)
    assert calls_made(lambda: calls(long)) < 2.4 * calls_made(lambda: calls(short))


@pytest.mark.parametrize("shape", PYTHON.values(), ids=PYTHON)
def test_steps_grow_with_the_text_or_the_limit_is_told(shape: Callable[[int], str]) -> None:
    short, long = calls(shape(200)), calls(shape(2_000))
    assert long.steps <= MOST_STEPS
    assert long.steps <= 12 * short.steps or is_limited(long)


def is_limited(text: PythonText) -> bool:
    return text.is_bounded and text.not_understood == TOO_MANY and not text.calls


def test_a_long_text_that_is_joined_again_and_again_counts_for_its_letters() -> None:
    long = calls(f"x = '{'a' * 200_000}'\n" + "use(x + x)\n" * 500)
    assert is_limited(long)
    assert calls("x = 'aaaa'\n" + "use(x + x)\n" * 500).steps < 10_000


def test_the_longest_text_is_read_or_refused() -> None:
    line = "abcdefghijklmnopqrstuvwxyz = 'abcdefghijklmnopqrstuvwxyzabcdefghijkl'\n"
    longest = calls(line * (MOST_TEXT_BYTES // len(line)))
    assert longest.not_understood == ""
    assert longest.steps < MOST_STEPS
    assert calls(line * (MOST_TEXT_BYTES // len(line) + 1)).is_bounded


def test_a_long_row_of_an_inline_text_is_measured_once() -> None:
    rows = Rows("é" * 100_000, ((0, 7), (60_000, 8)))
    assert [rows.line(1, column) for column in (0, 2 * 59_999, 2 * 60_000, 2 * 100_000, 10**6)] == [7, 7, 8, 8, 8]
    again = calls_made(lambda: [rows.line(1, column) for column in range(0, 200_000, 2_000)])
    assert again < 100 * 20


SHELL: dict[str, Callable[[int], str]] = {
    "assignments": lambda count: "".join(f"a{number}=value\n" for number in range(count)),
    "one name assigned": lambda count: "x=$x-a\n" * count,
    "array": lambda count: "x+=(a)\n" * count,
    "functions": lambda count: "".join(f"f{number}() {{ g; }}\n" for number in range(count)),
    "one function": lambda count: "f() { g; }\n" * count + "f\n" * count,
    "cases": lambda count: "case $1 in a) x ;; *) y ;; esac\n" * count,
    "here-documents": lambda count: "cat <<E\nb $x\nE\n" * count,
    "conditions": lambda count: "if a; then exit; fi\n" * count,
    "exports": lambda count: "".join(f"export A{number}=b\nc\n" for number in range(count)),
    "traps": lambda count: "trap a EXIT\n" * count,
    "arguments": lambda count: "set -- a b c\n" * count,
}


@pytest.mark.parametrize("shape", SHELL.values(), ids=SHELL)
def test_twice_the_script_takes_twice_the_work(shape: Callable[[int], str]) -> None:
    short, long = shape(200), shape(400)
    assert calls_made(lambda: commands(long)) < 2.6 * calls_made(lambda: commands(short))


BRANCHES = "case $1 in\n" + "".join(f"a{number}) x ;;\n" for number in range(20_000)) + "esac\n"


@pytest.mark.parametrize("text", ["x=$x-a\n" * 100_000, "f() { g; }\n" * 160_000, BRANCHES, "sh <<E\n" + "a\n" * 100_000 + "E\n"])
def test_a_script_with_more_than_is_followed_says_so(text: str) -> None:
    assert commands(text).incomplete


PATTERNS: dict[str, Callable[[int], str]] = {
    "calls": lambda count: "f('x')\n" * count,
    "guards that are not closed": lambda count: "if (!require(a)) {\nf()\n" * count,
    "guards": lambda count: "if (!require(a)) {\nf()\n}\n" * count,
    "open strings": lambda count: "r'(\n" * count + "'\n\"\n",
}


@pytest.mark.parametrize("shape", PATTERNS.values(), ids=PATTERNS)
def test_twice_the_r_text_takes_twice_the_work(shape: Callable[[int], str]) -> None:
    short, long = shape(500), shape(1_000)
    assert calls_made(lambda: r_calls(long)) < 2.4 * calls_made(lambda: r_calls(short))


def test_a_call_keeps_few_of_the_conditions_around_it() -> None:
    found = r_calls("if (!require(a)) {\n" * 5_000 + "f()\n")
    assert max(len(call.spot.guards) for call in found.calls) == 31
    assert found.calls[-1].spot.guards[-1] == Unknown("more conditions")
    assert found.not_understood == "it has more conditions than are followed"
