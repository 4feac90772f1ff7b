"""The lines of inline texts: a call that stands in a text inside a script has the script's line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.languages.lines import Rows, chained, in_bytes, line_at, lines_of, literal, without_tabs
from imginspect.languages.python.notebook import notebook
from imginspect.languages.shell.walker import commands
from imginspect.languages.values import constant
from imginspect.reach.followed import Followed
from imginspect.reach.startup import startup
from tests.views import debian, script, text, view_of

GET = 'requests.get("https://example.org")'


def lines_in(content: str) -> list[int]:
    """The line of each call of ``curl``, ``requests.get``, ``download.file`` and ``download`` in a start script, in the order of lines."""
    found = followed(content)
    sought = ("curl", "requests.get", "download.file", "download")
    places = [ran.origin for ran in found.commands if ran.words[0].text in sought]
    places += [item.origin for item in found.calls if item.call.name in sought]
    assert all(place.path == "/a.sh" for place in places)
    return sorted(place.line or 0 for place in places)


def followed(content: str) -> Followed:
    view = view_of(debian(), [script("/a.sh", content)], entrypoint=["/a.sh"])
    return startup(view, is_known=lambda name: name == "curl").followed


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('#!/bin/sh\n\nRscript -e \'download.file("https://example.org", "x")\'\n', [3]),
        ("#!/bin/sh\nRscript -e 'x <- 1' \\\n  -e 'download.file(\"https://example.org\", \"x\")'\n", [3]),
        ("#!/bin/sh\njulia -e '\nusing Downloads\ndownload(\"https://example.org\")'\n", [4]),
        (f"#!/bin/sh\n:\npython3 -c '\nimport requests\n\n{GET}\n'\n", [6]),
        ("#!/bin/sh\nsh -c 'true\ncurl https://example.org'\n", [3]),
        ('#!/bin/sh\nX=1\nbash -lc "cd /tmp && \\\n  curl https://a.example.org/$X && \\\n  curl https://b.example.org"\n', [4, 5]),
        (f"#!/bin/sh\npython3 - <<EOF\nimport requests\n{GET}\nEOF\n", [4]),
        (f"#!/bin/sh\npython3 - <<-'EOF'\n\timport requests\n\t{GET}\n\tEOF\n", [4]),
        (f"#!/bin/sh\ncat <<'EOF' | python3\nimport requests\n\n{GET}\nEOF\n", [5]),
        ("#!/bin/sh\nX=a\nbash <<EOF\n\ncurl https://$X.example.org\nEOF\n", [5]),
        ('#!/bin/sh\nsh -c \'python3 -c "\nimport requests\nrequests.get(\\"https://example.org\\")"\'\n', [4]),
        ("#!/bin/sh\nsh -c \"bash -c 'true\ncurl https://example.org'\"\n", [3]),
        ("#!/bin/sh\nrun() {\n  \"$@\"\n}\nrun curl https://example.org\nrun sh -c '\ncurl https://b.example.org'\n", [5, 7]),
        ('#!/bin/sh\nset -- curl https://example.org\n\n"$@"\n', [4]),
        ("#!/bin/sh\neval 'true\ncurl https://example.org'\n", [3]),
        ("#!/bin/sh\ntrue\ntrap 'true\ncurl https://example.org' EXIT\n", [4]),
        ("#!/bin/sh\nCMD='true\ncurl https://example.org'\n\nsh -c \"$CMD\"\n", [5]),
        ("#!/bin/sh\nsh -c $'true\\ncurl https://example.org'\n", [2]),
        ("#!/bin/sh\ntimeout 5 \\\n  sh -c 'curl https://example.org'\n", [3]),
        ("#!/bin/sh\nsu app -c '\ncurl https://example.org'\n", [3]),
        ("#!/bin/sh\necho x | xargs -I{} sh -c 'curl https://{}.example.org'\n", [2]),
        ('#!/bin/sh\npython3 -c \'import os\nos.system("""true\ncurl https://example.org""")\'\n', [4]),
    ],
)
def test_a_call_in_an_inline_text_has_the_line_of_the_file(content: str, lines: list[int]) -> None:
    assert lines_in(content) == lines


def test_the_same_inline_text_on_two_lines_is_told_of_both() -> None:
    twice = "sh -c 'curl https://example.org'\n"
    assert lines_in(f"#!/bin/sh\n{twice}true\n{twice}curl https://x\ncurl https://x\n") == [2, 4, 5, 6]


def test_a_step_to_a_line_is_told_once() -> None:
    [ran] = [ran for ran in followed("#!/bin/sh\n\nsh -c 'curl https://example.org'\n").commands if ran.words[0].text == "curl"]
    assert ran.chain == ("Entrypoint[0] /a.sh", "line 3")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('import subprocess\nsubprocess.run("curl https://example.org", shell=True)\n', 2),
        ('import subprocess\nCMD = """\nset -e\ncurl https://example.org\n"""\nsubprocess.run(CMD, shell=True)\n', 4),
        ('import os\nos.system("true\\ncurl https://example.org")\n', 2),
        ('import os\nos.system("true;"\n  "curl https://example.org")\n', 2),
        ('import os\nx = 1\nos.system(f"""true {x}\ncurl https://example.org""")\n', 3),
        ('import subprocess\nsubprocess.run(["sh", "-c", """\ncurl https://example.org"""])\n', 3),
    ],
)
def test_a_command_in_a_python_text(content: str, line: int) -> None:
    view = view_of(debian(), [text("/m.py", content)], entrypoint=["python3", "/m.py"])
    [origin] = [ran.origin for ran in startup(view).followed.commands if ran.words[0].text == "curl"]
    assert (origin.path, origin.line) == ("/m.py", line)


def test_arguments_that_go_to_another_file_bring_no_lines_along() -> None:
    library = text("/lib.sh", 'run() {\n  "$@"\n}\n\n"$@"\n')
    start = script("/a.sh", "#!/bin/sh\n. /lib.sh curl https://a.example.org\n\n\n\nrun curl https://b.example.org\n")
    view = view_of(debian(), [start, library], entrypoint=["/a.sh"])
    places = [ran.origin for ran in startup(view).followed.commands if ran.words[0].text == "curl"]
    assert [(place.path, place.line) for place in places] == [("/lib.sh", 5), ("/lib.sh", 2)]


def test_a_text_in_the_config_has_no_line_of_a_file() -> None:
    view = view_of(debian(), entrypoint=["sh", "-c", "true\nsh -c 'curl https://example.org'"])
    [origin] = [ran.origin for ran in startup(view).followed.commands if ran.words[0].text == "curl"]
    assert (origin.path, origin.config_field) == (None, "Entrypoint[0]")


def test_the_code_of_a_notebook_has_the_lines_of_its_file() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["import requests\n"]},
        {"cell_type": "code", "outputs": [{"text": ["import requests\n"]}], "source": ["import requests\n", "\n", GET]},
        {"cell_type": "code", "source": "x = 1\ny = 2"},
    ]
    content = json.dumps({"cells": cells}, indent=1)
    code = notebook(content)
    assert code is not None
    rows = Rows(*code)
    assert content.split("\n")[rows.line(3) - 1].strip() == json.dumps(GET)
    assert rows.line(4) == rows.line(5) == content[: content.index('"x = 1')].count("\n") + 1


@given(st.lists(st.sampled_from(["true", "", "# note", 'echo "é ü"', "\techo x"]), max_size=6), st.integers(0, 5), st.sampled_from("'\""))
def test_the_line_is_the_one_that_holds_the_call(before: list[str], blank: int, quote: str) -> None:
    inner = "\n".join(line.replace('"', "") for line in [*before, "curl https://example.org", "true"])
    content = "#!/bin/sh\n" + "\n" * blank + f"echo ü {quote}é{quote}; sh -c {quote}{inner}{quote}\n"
    [command] = [command for command in commands(content).commands if command.name == "sh"]
    word = command.words[2]
    [call] = [item for item in commands(word.text or "", lines=word.lines).commands if item.name == "curl"]
    assert "curl" in content.split("\n")[call.line - 1]


def test_lines_by_offset() -> None:
    lines = literal("a\nbc\n", 7)
    assert [line_at(lines, offset) for offset in (0, 1, 2, 4, 5)] == [7, 7, 8, 8, 9]
    assert chained([(2, ((0, 3),)), (1, ()), (4, ((0, 3), (2, 4)))]) == ((0, 3), (5, 4))
    assert without_tabs("\ta\n\t\tb", literal("\ta\n\t\tb", 1)) == ("a\nb", ((0, 1), (2, 2)))
    assert in_bytes("é\na", ((0, 1), (2, 2))) == ((0, 1), (3, 2))


def test_a_text_that_no_word_holds_stands_on_the_line_of_its_command() -> None:
    given = [constant("sh"), constant("--command=x\ny", lines=((0, 4), (12, 5)))]
    assert lines_of("x\ny", given, 2) == ((0, 4), (2, 5))
    assert lines_of("other", given, 2) == ((0, 2),)
    assert lines_of("other", given, None) == ()
