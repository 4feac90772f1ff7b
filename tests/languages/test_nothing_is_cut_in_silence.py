"""Long lists in texts: what is beyond a bound counts as not known, and is never forgotten."""

from __future__ import annotations

import pytest

from imginspect.languages.python.calls import calls
from imginspect.languages.r.language import r_calls
from imginspect.languages.shell.commands import ShellCommand
from imginspect.languages.shell.walker import commands
from imginspect.languages.values import AnyOf, Known, Unknown, constant

MORE = Unknown("more conditions")


def last_of(text: str, **environment: str) -> ShellCommand:
    """The last command of a script that is followed to its end."""
    found = commands(text, environment)
    assert not found.incomplete
    return found.commands[-1]


def test_read_makes_every_variable_unknown() -> None:
    names = [f"v{number}" for number in range(60)]
    assert last_of(f"v59=x\nread {' '.join(names)}\necho $v59\n").words[1].text is None


def test_conditions_of_branches_that_ended_are_not_forgotten() -> None:
    ends = "".join(f"[ -e /{number} ] && exit\n" for number in range(30))
    guards = last_of(ends + "run\n").guards
    assert len(guards) == 21
    assert guards[-1] == MORE


@pytest.mark.parametrize("count", [22, 30])
def test_conditions_of_earlier_branches_are_not_forgotten(count: int) -> None:
    branches = "".join(f"elif [ -e /{number} ]; then a\n" for number in range(count))
    guards = last_of(f"if [ -e /x ]; then a\n{branches}else run\nfi\n").guards
    assert len(guards) == 21
    assert guards[-1] == MORE


def test_branches_that_are_known_leave_no_condition() -> None:
    items = "".join(f"{number}) a ;;\n" for number in range(40))
    assert last_of(f"x=z\ncase $x in\n{items}z) run ;;\nesac\n").guards == ()


def test_a_list_of_more_words_than_are_followed_has_one_that_is_not_known() -> None:
    words = " ".join(["a"] * 1_500)
    command = last_of(f'list=({words})\nrun "${{list[@]}}"\n')
    assert len(command.words) == 1_002
    assert command.words[-1].text is None
    assert last_of(f'list="{words}"\nrun $list\n').words[-1].text is None
    assert last_of(f'list=({words})\nlist+=(b)\nrun "${{list[@]}}"\n').words[-1].text is None


def test_a_command_of_more_words_than_are_followed_says_so() -> None:
    found = commands("run" + " a" * 3_000 + "\n")
    assert found.incomplete == "a command in it has more words than are followed"
    assert found.commands[-1].words[-1].text is None


def test_more_exported_variables_than_are_followed_are_said() -> None:
    exports = "".join(f"export V{number}=1\n" for number in range(201))
    assert not commands(exports.replace("export V200=1\n", "") + "run\n").incomplete
    assert commands(exports + "run\n").incomplete == "it exports more variables than are followed"


def test_a_test_of_more_words_than_are_read_is_not_known() -> None:
    def is_known(count: int) -> bool:
        guards = last_of(f"if [ a = b {'-o a = b ' * count}-o a = a ]; then run; fi\n").guards
        return not any(isinstance(guard, Unknown) for guard in guards)

    assert is_known(3)
    assert not is_known(20)


def test_long_patterns_and_numbers_are_not_compared_in_part() -> None:
    long = "a" * 256
    (guard,) = last_of(f"x={long}\ncase $x in\n{long}b) run ;;\nesac\n").guards
    assert isinstance(guard, Unknown)
    digits = "1" * 18
    (guard,) = last_of(f"if [ {digits}1 -eq {digits}2 ]; then run; fi\n").guards
    assert isinstance(guard, Unknown)


def test_what_printf_prints_is_not_known_where_it_is_given_more_words_than_are_read() -> None:
    def sent(count: int) -> str | None:
        given = last_of(f"printf '%s\\n'{' a' * count} | sh\n").here_text
        return given.text if given is not None else ""

    assert sent(200) == "a\n" * 200
    assert sent(201) is None


def test_a_position_beyond_every_list_is_empty() -> None:
    assert last_of('set -- a\necho "${99999999}" end\n').words[1].text == ""


def test_arguments_beyond_the_bound_are_one_that_is_not_known() -> None:
    values = ", ".join(["'a'"] * 250)
    for text in (f"f({values})", f"f([{values}])", f"x = [{values}]\nf(x)"):
        call = calls(text).calls[-1]
        given = call.arguments[0] if isinstance(call.arguments[0], tuple) else call.arguments
        assert len(given) == 201
        assert given[-1].text is None  # type: ignore[union-attr]
    named = calls("f(" + ", ".join(f"a{number}=1" for number in range(250)) + ", url='x')").calls[-1]
    assert named.keywords[-1] == ("url", constant("x", "'x'"))


def test_functions_beyond_the_bound_are_handed_on_too() -> None:
    names = ", ".join(["None"] * 250)
    assert "requests.get" in {call.name for call in calls(f"import requests\nrun({names}, requests.get)").calls}


def test_a_function_is_mapped_over_what_is_beyond_the_bound_as_over_one_that_is_not_known() -> None:
    found = [call for call in calls("import requests\nmap(requests.get, [" + "'http://localhost', " * 60 + "])").calls if call.is_handed]
    assert len(found) == 51
    assert found[-1].arguments[0].text is None  # type: ignore[union-attr]


def test_a_name_may_stand_for_the_last_of_many_things() -> None:
    assigned = "".join(f"f = {number}\n" for number in range(30))
    assert "requests.get" in {call.name for call in calls(f"import requests\n{assigned}f = requests.get\nf('x')").calls}
    returns = "".join(f"    if x: return {number}\n" for number in range(30))
    text = f"import requests\ndef made():\n{returns}    return requests.get\nmade()('x')"
    assert "requests.get" in {call.name for call in calls(text).calls}


def test_an_or_of_many_parts_is_not_decided_by_the_first() -> None:
    first = " or ".join(["False"] * 25)
    (guard,) = calls(f"if {first} or x():\n    f()").calls[-1].spot.guards
    assert isinstance(guard, AnyOf)
    assert len(guard.parts) == 21
    assert not isinstance(guard.parts[-1], Known)


def test_conditions_beyond_the_bound_are_one_that_is_not_known() -> None:
    text = "".join("    " * depth + f"if a{depth}:\n" for depth in range(35)) + "    " * 35 + "f()\n"
    guards = calls(text).calls[-1].spot.guards
    assert len(guards) == 31
    assert guards[-1] == MORE


def test_conditions_of_r_beyond_the_bound_are_said() -> None:
    nested = "if (!require(a)) {\n" * 40 + "f()\n" + "}\n"
    assert r_calls(nested).calls[-1].spot.guards[-1] == MORE
    found = r_calls("if (!require(a)) { f() }\n" * 1_001)
    assert found.not_understood == "it has more conditions than are followed"
    assert not r_calls("if (!require(a)) { f() }\n" * 1_000).not_understood
