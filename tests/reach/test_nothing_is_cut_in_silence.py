"""What the start leads to beyond a bound is said, or counts as reached, made or not known."""

from __future__ import annotations

from unittest import mock

import pytest

from imginspect.languages.python import top_level
from imginspect.languages.values import constant
from imginspect.network.commands import contact
from imginspect.reach import beside, failures, program, project_modules, python_imports
from imginspect.reach import made as made_before
from imginspect.reach.made import Made
from imginspect.reach.startup import startup
from imginspect.reach.xargs_find import handed_on
from imginspect.rules import Severity
from imginspect.rules.network_knowledge import CommandMatch, KnowledgeEntry
from imginspect.startup import context
from imginspect.startup.launch import Launch
from imginspect.startup.problem import Certainty, Kind
from tests.reach.test_follow import followed
from tests.reach.test_python_imports import started
from tests.views import debian, script, static, text, view_of


def run(content: str) -> Launch:
    """The start of an image whose entrypoint is a script of *content*."""
    tools = [static("/usr/bin/mkdir"), static("/usr/bin/cp")]
    return startup(view_of(debian(), tools, [script("/entry.sh", f"#!/bin/bash\n{content}")], entrypoint=["/entry.sh"])).launch


def test_more_commands_that_do_not_start_than_are_looked_at_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_MOST_SUSPECTS", 3)
    few, many = (run("".join(f"/{number} || true\n" for number in range(count)) + ":\n") for count in (3, 4))
    assert Certainty.UNREAD not in {problem.certainty for problem in few.problems}
    assert [problem.kind for problem in many.problems if problem.certainty is Certainty.UNREAD] == [Kind.NOT_FOLLOWED]


def test_what_a_command_of_many_words_makes_is_not_missing() -> None:
    made = " ".join(f"/made/{number}" for number in range(250))
    (problem,) = run(f"mkdir -p {made}\nset -e\ncd /made/249\n").problems
    assert problem.certainty is Certainty.DEPENDS
    assert "mkdir with 251 arguments" in problem.text


def test_what_runs_beyond_the_bound_may_have_made_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_before, "_MOST_EARLIER", 2)
    made = Made()
    for number in range(3):
        made.ran((number,), ["echo"], "/")
    assert made.own_before((2,)) == ""
    assert made.own_before((3,)) == "a command beyond the first 2"
    made = Made()
    for number in range(3):
        made.wrote((number,), "/x")
    assert made.own_before((3,))


def test_conditions_of_all_texts_on_the_way_are_kept() -> None:
    asked = "".join(f"if [ -e /{number} ]; then\n" for number in range(30)) + "{}\n" + "fi\n" * 30
    files = [script(f"/{name}.sh", "#!/bin/bash\n" + asked.format(f"/{following}.sh")) for name, following in ("ab", "bc", "cd")]
    last = script("/d.sh", "#!/bin/bash\nif command -v gone; then\n" + asked.format("gone") + "fi\n")
    launch = startup(view_of(debian(), [*files, last], entrypoint=["/a.sh"])).launch
    assert not [problem for problem in launch.problems if problem.missing == "gone"]


def test_xargs_hands_on_a_word_that_is_not_known_for_those_beyond_the_bound() -> None:
    words = [constant("xargs"), constant("curl")]
    (few,) = handed_on(words, constant("a " * 1_000))
    (many,) = handed_on(words, constant("a " * 1_001))
    assert (len(few), len(many)) == (1_001, 1_002)
    assert many[-1].text is None


CURL = KnowledgeEntry(
    "curl", (), "curl", Severity.HIGH, (CommandMatch(names=("curl",), target="url", files=("-i",)),), (), "", "", (), (), (), "", 0
)


def test_a_host_is_found_behind_any_number_of_others() -> None:
    local = [constant("curl"), *[constant("http://localhost/")] * 1_000]
    assert contact(local, [CURL], {}) is None
    found = contact([*local, constant("http://example.org/")], [CURL], {})
    assert found is not None
    assert found.target == "example.org"


def test_an_address_is_found_behind_any_number_of_others_in_a_file() -> None:
    words = [constant("curl"), constant("-i"), constant("/list")]
    assert contact(words, [CURL], {}, lambda _: "http://localhost/\n" * 70_000) is None
    found = contact(words, [CURL], {}, lambda _: "http://localhost/\n" * 70_000 + "http://example.org/\n")
    assert found is not None
    assert found.target == "example.org"


def test_scopes_beyond_the_bound_count_as_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = "".join(f"def f{number}():\n    f{number + 1}()\n" for number in range(20))
    content = f"import requests\n{functions}def f20():\n    requests.get('http://a.org')\nf0()\n"
    script_of_it = text("/run.py", content)
    monkeypatch.setattr(program, "_MOST_ROUNDS", 5)
    found = followed(script_of_it, static("/usr/bin/python3"), cmd=["python3", "/run.py"])
    (call,) = [call for call in found.calls if call.call.name == "requests.get"]
    assert call.reached.why == ""


def test_modules_beyond_the_bound_are_a_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"/app/run.py": "import a", "/app/a.py": "import b", "/app/b.py": "import gone"}
    assert any("gone" in problem.text for problem in started(files).problems)
    monkeypatch.setattr(python_imports, "_MOST_MODULES", 1)
    launch = started(files)
    assert not launch.problems
    assert [condition for condition in launch.conditions if "beyond those that were followed" in condition]


def test_missing_modules_beyond_the_bound_are_a_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_imports, "_MOST_MISSING", 1)
    launch = started({"/app/run.py": "import gone1\nimport gone2"})
    assert len(launch.problems) == 1
    assert any("modules are missing" in condition for condition in launch.conditions)


@pytest.mark.parametrize("name", ["MOST_TEXT_BYTES", "MOST_TOKENS", "_MOST_EVENTS"])
def test_a_text_that_does_more_than_is_followed_is_a_condition(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"/app/run.py": "import gone1\nimport gone2"}
    assert started(files).problems
    monkeypatch.setattr(top_level, name, 1)
    assert started(files).conditions == ("what /app/run.py imports, which does more than was followed, is there",)


@pytest.mark.parametrize(("name", "most"), [("_MOST_NAMES", 1), ("_MOST_ROOTS", 1), ("_MOST_PARTS", 1)])
def test_imports_beyond_the_bounds_are_gaps(name: str, most: int) -> None:
    files = [text("/run.py", "from a.b import c, d\n"), text("/a/b/__init__.py", ""), static("/usr/bin/python3")]
    assert not followed(*files, cmd=["python3", "/run.py"]).gaps
    with mock.patch.object(project_modules, name, most):
        assert [gap.due_to_unread for gap in followed(*files, cmd=["python3", "/run.py"]).gaps] == [True]


def test_scripts_beside_the_start_that_are_passed_over_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_MOST_SCRIPTS", 1)
    layers = [debian(), [script("/app/a.sh"), script("/app/b.sh"), static("/app/run")]]
    launch = startup(view_of(*layers, cmd=["/app/run"], working_dir="/app")).launch
    assert [step for step in launch.steps if "that nothing starts" in step] == [
        "of the scripts in /app that nothing starts, only the first 1 were analysed"
    ]


def test_a_program_that_is_in_no_folder_of_a_long_path_is_not_known_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> Launch:
        return startup(view_of(debian(), [static("/third/run")], cmd=["run"], env=["PATH=/first:/second:/third"])).launch

    assert not start().problems
    monkeypatch.setattr(context, "_MOST_FOLDERS", 2)
    (problem,) = start().problems
    assert problem.certainty is Certainty.UNREAD
    assert "PATH has more folders than were looked into" in problem.text
