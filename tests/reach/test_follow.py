"""Following what the start runs: chains that tell how, cycles and floods that come to an end, and what was not read."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.languages.calls import FoundCalls
from imginspect.languages.hosts import is_loopback, is_remote
from imginspect.languages.julia.language import julia_calls
from imginspect.languages.r.language import r_calls
from imginspect.languages.values import constant
from imginspect.reach.followed import Followed
from imginspect.reach.guards import Reach
from imginspect.reach.startup import startup
from tests.counting import calls_made
from tests.views import Nothing, debian, program, script, text, view_of


def followed(*files: dict[str, Any], keep: Any = None, **config: Any) -> Followed:
    view = view_of(debian(), list(files), keep=keep, **config)
    return startup(view).followed


def test_the_chain_tells_how_the_start_leads_there() -> None:
    found = followed(
        script("/a.sh", "#!/bin/sh\n\n. /lib.sh\n/b.sh x\n"), text("/lib.sh", "one\n"), script("/b.sh", "two\n"), entrypoint=["/a.sh"]
    )
    assert [started.chain for started in found.texts] == [
        ("Entrypoint[0] /a.sh",),
        ("Entrypoint[0] /a.sh sources /lib.sh",),
        ("Entrypoint[0] /a.sh", "line 4 runs /b.sh"),
    ]
    assert [(ran.words[0].text, ran.origin.path, ran.origin.line) for ran in found.commands] == [
        ("/a.sh", None, None), ("one", "/lib.sh", 1), ("/b.sh", "/a.sh", 4), ("two", "/b.sh", 1),
    ]  # fmt: skip


def test_a_command_under_a_condition_that_does_not_hold_is_less_sure() -> None:
    found = followed(
        script("/a.sh", "#!/bin/sh\nif [ -f /x ]; then /b.sh; fi\n"), script("/b.sh", "#!/bin/sh\ninner\n"), entrypoint=["/a.sh"]
    )
    [inner] = [ran for ran in found.commands if ran.words[0].text == "inner"]
    assert inner.reached.reach is Reach.SELDOM
    assert inner.reached.why == "/x is not in the image"


def test_a_script_that_was_not_kept_is_a_gap_for_want_of_reading() -> None:
    found = followed(script("/a.sh"), keep=Nothing(), entrypoint=["sh", "/a.sh"])
    assert [(gap.what, gap.due_to_unread) for gap in found.gaps] == [("/a.sh was not read", True)]


FLOODS: dict[str, list[dict[str, Any]]] = {
    "two that start each other": [script("/a.sh", "#!/bin/sh\n/b.sh\n"), script("/b.sh", "#!/bin/sh\n/a.sh\n")],
    "one that starts itself with more words": [script("/a.sh", '#!/bin/sh\n/a.sh "$@" x\n')],
    "all that start all": [
        script(f"/{name}.sh", "#!/bin/sh\n" + "".join(f"/s{other}.sh {name}\n" for other in range(40)))
        for name in ["a", *(f"s{number}" for number in range(40))]
    ],
    "texts in texts": [script("/a.sh", "#!/bin/sh\n" + "".join(f"sh -c 'a; sh -c b{number}'\n" for number in range(5_000)))],
    "much work in little text": [
        script("/a.sh", "#!/bin/sh\n" + "".join(f"/s{number}.sh\n" for number in range(200))),
        *(
            script(f"/s{number}.sh", "#!/bin/sh\n" + "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}\n" for n in range(40)) + "f0\n")
            for number in range(200)
        ),
    ],
    "commands": [script("/a.sh", "#!/bin/sh\n" + "".join(f"curl a{number}\n" for number in range(60_000)))],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_comes_to_an_end(name: str) -> None:
    found = followed(*FLOODS[name], entrypoint=["/a.sh"])
    assert len(found.texts) <= 5_000
    if name not in ("two that start each other", "all that start all", "texts in texts"):
        assert found.gaps


def test_modules_that_import_each_other_without_end() -> None:
    files = [text(f"/app/m{number}.py", f"import m{number + 1}\nimport m0\n") for number in range(700)]
    found = followed(text("/app/main.py", "import m0\n"), *files, entrypoint=["python3", "/app/main.py"], working_dir="/app")
    assert [gap.what for gap in found.gaps] == ["more modules are imported than were followed"]


READ = {"r": r_calls, "julia": julia_calls}


@pytest.mark.parametrize(
    ("content", "language", "names"),
    [
        ("f(1) # g(2)\n'h(3)'\ni::j('k')", "r", ["f", "i::j"]),
        ("x <- r\"(f(1))\"\ng()", "r", ["g"]),
        ("x <- 'it\\'s f()'\ng()", "r", ["g"]),
        ("#= f() =# g()\n\"\"\"\nh()\n\"\"\"", "julia", ["g"]),
        ("x = A' * f(B')", "julia", ["f"]),
        ("Pkg.add(\"x\")", "julia", ["Pkg.add"]),
    ],
)  # fmt: skip
def test_calls_are_found_outside_comments_and_strings(content: str, language: str, names: list[str]) -> None:
    assert [call.name for call in READ[language](content).calls] == names


@pytest.mark.slow
@pytest.mark.parametrize(
    "content", ['r"(' * 300_000, "a" * 1_000_000 + "(" * 500_000, "#=\n" * 300_000, "if (!require(" * 50_000, "'" * 1_000_001]
)
@pytest.mark.parametrize("language", ["r", "julia"])
def test_a_hostile_text_is_searched_in_few_calls_a_letter(content: str, language: str) -> None:
    found: list[FoundCalls] = []
    assert calls_made(lambda: found.append(READ[language](content))) <= 15 * len(content)
    assert len(found[0].calls) <= 50_000


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("http://localhost", True), ("localhost:80", True), ("http://127.0.0.1:8/x", True), ("127.1.2.3", True), ("http://[::1]/", True),
        ("0.0.0.0", True), ("file:///x", True), ("unix:/run/x.sock", True), ("http://user@localhost/", True), ("LOCALHOST.", True),
        ("http://[::ffff:127.0.0.1]/", True), ("host=localhost dbname=x", True), ("dbname=x", True),
        ("http://localhost.example.org", False), ("http://127.0.0.1.example.org", False), ("http://localhost@example.org/", False),
        ("http://10.0.0.1", False), ("192.168.1.1:80", False), ("http://host.docker.internal", False), ("example.org", False),
        ("host=db dbname=x", False), ("http://2130706433.example", False), ("", False),
    ],
)  # fmt: skip
def test_whom_an_address_names(address: str, is_local: bool) -> None:
    assert is_loopback(address) is is_local


def test_the_start_of_a_host_is_not_the_host() -> None:
    assert not is_loopback("http://localhost", is_whole=False)
    assert is_loopback("http://localhost:", is_whole=False)
    assert is_loopback("http://localhost/", is_whole=False)


def test_a_remote_path_is_told_from_a_local_one() -> None:
    assert [is_remote(constant(word)) for word in ("host:/x", "user@host:x", "rsync://h/x", "/a:b", "./a:b", "a/b", "x")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip


def test_a_file_that_a_text_includes_is_in_the_same_language_whatever_its_name() -> None:
    content = [program("/usr/bin/julia"), text("/app/run.jl", 'include("part.txt")\n'), text("/app/part.txt", "#= f('x') =#\ng(\"x\")\n")]
    followed = startup(view_of(content, entrypoint=["julia", "/app/run.jl"], working_dir="/app")).followed
    assert [started.language.id for started in followed.texts] == ["julia", "julia"]
    assert [call.call.name for call in followed.calls] == ["include", "g"]


def test_a_script_that_is_not_read_is_named_by_its_language() -> None:
    content = [program("/usr/bin/perl"), text("/app/run.pl", "system('curl x')\n")]
    [gap] = startup(view_of(content, entrypoint=["perl", "/app/run.pl"])).followed.gaps
    assert gap.what == "/app/run.pl is a Perl script, which is not analysed"
