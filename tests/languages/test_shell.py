"""The shell analysis: which commands a script runs, with which words, on what conditions; and that no text makes it slow."""

from __future__ import annotations

import pytest

from imginspect.languages.shell.commands import ShellCommand, ShellText, When
from imginspect.languages.shell.walker import commands
from imginspect.languages.values import All, Exists, HasCommand, Known, Not


def words(command: ShellCommand) -> list[str | None]:
    return [word.text for word in command.words]


def only(text: str, name: str = "curl", **given: object) -> ShellCommand:
    found = [command for command in commands(text, **given).commands if command.name == name]  # type: ignore[arg-type]
    assert len(found) == 1, found
    return found[0]


def names(text: ShellText) -> list[str]:
    return [command.name for command in text.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl 'a b' \"c\" d\\ e", ["curl", "a b", "c", "d e"]),
        ("X=http://h; curl $X/p", ["curl", "http://h/p"]),
        ('X="a b"; curl $X', ["curl", "a", "b"]),
        ('X="a b"; curl "$X"', ["curl", "a b"]),
        ("curl ${UNSET:-http://d}", ["curl", "http://d"]),
        ("curl ${GIVEN:-http://d}", ["curl", "given"]),
        ("curl $GIVEN", ["curl", "given"]),
        ("curl $'a\\tb'", ["curl", "a\tb"]),
        ("A=(x 'y z'); curl \"${A[@]}\" 1", ["curl", "x", "y z", "1"]),
        ("A=(x); A+=(y); curl ${A[1]}", ["curl", "y"]),
        ('curl "$@"', ["curl", "one", "two"]),
        ('shift; curl "$@"', ["curl", "two"]),
        ('set -- a "$@"; curl "$@"', ["curl", "a", "one", "two"]),
        ("curl $2 ${1}", ["curl", "two", "one"]),
        ('X=/a/b.c; curl "${X%/*}" "${X##*/}" "${X#/a}"', ["curl", "/a", "b.c", "/b.c"]),
        ('curl "$(dirname "$0")"', ["curl", "/opt"]),
        ('D="$(cd "$(dirname "$0")" && pwd)"; curl $D/x', ["curl", "/opt/x"]),
        ("X=`date`; curl $X", ["curl", None]),
        ("X=a; if b; then X=c; fi; curl $X", ["curl", None]),
        ("X=a; ( X=c ); curl $X", ["curl", "a"]),
        ("if b; then X=c; curl $X; fi", ["curl", "c"]),
        ("X=a; while b; do curl $X; X=c; done", ["curl", None]),
        ('f() { curl "$1"; }; f here', ["curl", "here"]),
        ('retry() { "$@"; }; retry curl x', ["curl", "x"]),
        ("exec curl x", ["curl", "x"]),
        ("command curl x", ["curl", "x"]),
        ("eval 'curl x'", ["curl", "x"]),
        ("A=1 curl x > f 2>&1 &", ["curl", "x"]),
        ("a | curl x", ["curl", "x"]),
        ("X=$(curl x)", ["curl", "x"]),
        ('echo "$(curl x)"', ["curl", "x"]),
        ("diff <(curl x) y", ["curl", "x"]),
        ("curl \\\r\n  x\r\n", ["curl", "x"]),
    ],
)
def test_words_are_expanded_where_that_is_sure(text: str, expected: list[str | None]) -> None:
    assert words(only(text, environment={"GIVEN": "given"}, arguments=["one", "two"], path="/opt/run.sh", directory="/work")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# curl x",
        "echo curl x",
        "echo 'curl x' \"curl y\"",
        "X='curl x'",
        "cat <<EOF\ncurl x\nEOF",
        "cat <<'EOF' > f\ncurl x\nEOF",
        "command -v curl",
        "case curl in curl) a;; esac",
        "alias c='curl x'",
        ": curl",
    ],
)
def test_what_only_mentions_a_command_runs_none(text: str) -> None:
    assert "curl" not in names(commands(text))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("curl x", When.ALWAYS),
        ("if a; then curl x; fi", When.BRANCH),
        ("if a; then b; else curl x; fi", When.BRANCH),
        ("if curl x; then b; fi", When.ALWAYS),
        ("a && curl x", When.BRANCH),
        ("a || curl x", When.BRANCH),
        ("for i in $some; do curl x; done", When.LOOP),
        ("while curl x; do a; done", When.LOOP),
        ("case $1 in a) curl x;; esac", When.BRANCH),
        ("f() { curl x; }", When.FUNCTION),
        ("f() { curl x; }\nf", When.ALWAYS),
        ("g() { f; }\nf() { curl x; }\ng", When.ALWAYS),
        ("exit 0\ncurl x", When.NEVER),
        ("exec a\ncurl x", When.NEVER),
        ("exec > log\ncurl x", When.ALWAYS),
        ("if a; then exit; else exit; fi\ncurl x", When.NEVER),
        ("if a; then exit; fi\ncurl x", When.BRANCH),
        ("(exit 0)\ncurl x", When.ALWAYS),
        ("f() { return; }\nf\ncurl x", When.ALWAYS),
        ("f() { exit; }\nf\ncurl x", When.NEVER),
        ("trap 'curl x' EXIT", When.BRANCH),
    ],
)
def test_when_a_command_runs(text: str, when: When) -> None:
    assert only(text).when == when


def test_guards_are_the_file_tests_around_a_command() -> None:
    [guard] = only("if [ ! -f /model ]; then curl x; fi").guards
    assert isinstance(guard, Not)
    assert isinstance(guard.of, Exists)
    assert (guard.of.path.text, guard.of.kind) == ("/model", "file")
    [guard] = only("[ -d /data ] || curl x").guards
    assert isinstance(guard, Not)
    [guard] = only("test -e /data && curl x").guards
    assert isinstance(guard, Exists)
    [guard] = only("command -v aws >/dev/null 2>&1 || curl x").guards
    assert isinstance(guard, Not)
    assert isinstance(guard.of, HasCommand)
    [guard] = only("if [[ -f /a && -f /b ]]; then curl x; fi").guards
    assert isinstance(guard, All)
    [guard] = only("[ -f /model ] && exit 0\ncurl x").guards
    assert isinstance(guard, Not)


def test_a_comparison_of_what_is_known_is_decided() -> None:
    [guard] = only('if [ "$MODE" = dev ]; then curl x; fi', environment={"MODE": "prod"}).guards
    assert guard == Known(outcome=False, source='[ "$MODE" = dev ]', variables=("MODE",))
    assert only('if [ "$MODE" = prod ]; then curl x; fi', environment={"MODE": "prod"}).when == When.ALWAYS
    [guard] = only('if [ -n "$UPDATE" ]; then curl x; fi').guards
    assert isinstance(guard, Known)
    assert (guard.outcome, guard.variables) == (False, ("UPDATE",))
    [guard] = only("case $1 in fetch) curl x;; esac", arguments=["serve"]).guards
    assert isinstance(guard, Known)
    assert not guard.outcome


def test_what_is_not_known_says_so() -> None:
    found = commands('$CMD x\neval "$CMD"\n. "$LIB"\n"$@"\neval "$(conda shell.bash hook)"').commands
    assert [bool(command.unknown) for command in found] == [False, True, True, True, True, False]
    target = only('curl "$HOST/path"').words[1]
    assert (target.text, target.variables, target.prefix) == (None, ("HOST",), "")
    assert only("curl https://h/$X").words[1].prefix == "https://h/"


def test_a_loop_over_what_is_known_is_walked_for_each() -> None:
    found = commands("for i in a b; do curl $i; done").commands
    assert [words(command) for command in found] == [["curl", "a"], ["curl", "b"]]
    files = {"/hooks/*.sh": ["/hooks/1.sh", "/hooks/2.sh"]}
    text = commands('for f in /hooks/*.sh; do . "$f"; done', globbed=files.get, sourced=lambda path: f"curl {path}")
    assert [words(command) for command in text.commands if command.name == "curl"] == [["curl", "/hooks/1.sh"], ["curl", "/hooks/2.sh"]]
    assert [command.unknown for command in commands('for f in /x/*; do "$f"; done').commands] != [""]


def test_a_sourced_file_may_be_given_arguments() -> None:
    text = commands('. /lib.sh one\ncurl "$1"', arguments=["mine"], sourced=lambda _: 'wget "$1"')
    assert [words(command) for command in text.commands[1:]] == [["wget", "one"], ["curl", "mine"]]


def test_input_that_stands_in_the_script_is_given_to_its_command() -> None:
    for text in (
        "sh <<EOF\ncurl x\nEOF",
        "sh <<'EOF'\ncurl x\nEOF",
        "echo 'curl x' | sh",
        "cat <<EOF | sh\ncurl x\nEOF",
        "sh <<< 'curl x'",
    ):
        given = only(text, "sh").here_text
        assert given is not None
        assert (given.text or "").strip() == "curl x", text


def test_a_sourced_file_runs_in_place() -> None:
    files = {"/opt/lib.sh": "URL=http://h\nfetch() { curl $URL; }\n"}
    command = only(". ./lib.sh\nfetch", directory="/opt", sourced=files.get)
    assert words(command) == ["curl", "http://h"]
    assert (command.path, command.line, command.when) == ("/opt/lib.sh", 2, When.ALWAYS)


def test_files_that_source_each_other_come_to_an_end() -> None:
    assert len(commands(". /a", sourced=lambda _: "curl x\n. /a").commands) < 50


def test_a_command_knows_its_folder_its_environment_and_its_line() -> None:
    command = only("export A=1\ncd /srv\ncd app\n\nB=2 curl x", directory="/")
    assert (command.directory, command.line) == ("/srv/app", 5)
    assert {name: value.text for name, value in command.exported} == {"A": "1", "B": "2"}


def test_a_failure_that_does_not_matter_is_tolerated() -> None:
    assert only("curl x || true").is_tolerated
    assert only("curl x || echo failed").is_tolerated
    assert not only("curl x || exit 1").is_tolerated


def test_a_part_that_is_not_valid_is_guessed_and_said() -> None:
    text = commands("if then fi ((\ncurl x\n")
    assert text.has_errors
    [command] = [command for command in text.commands if command.name == "curl"]
    assert not command.is_certain


def test_a_long_script_is_cut_between_statements() -> None:
    block = "if [ -f /x ]; then\n  echo 'some\ntext' \"don't\"\nfi\ncat <<EOF\ncurl no\nEOF\nwget y\n"
    text = commands(block * 400)
    assert not text.has_errors
    assert names(text).count("wget") == 400
    assert "curl" not in names(text)
    assert [command.line for command in text.commands if command.name == "wget"] == [8 + 8 * number for number in range(400)]


HOSTILE = {
    "brackets": "(" * 1_000_000,
    "arithmetic": "((?" * 300_000,
    "pipes": "a | " * 300_000,
    "functions": "x() <" * 200_000,
    "substitutions": "$(" * 100_000 + "a" + ")" * 100_000,
    "deep": "( " * 3000 + "a" + " )" * 3000,
    "ifs": "if " * 300_000,
    "expansions": "${a:-" * 50_000,
    "quote": '"' * 500_001,
    "null bytes": "a\0b\n" * 50_000,
    "doubling": "A=$A$A$A\n" * 3000,
    "commands": "curl a\n" * 100_000,
    "calls": "".join(f"f{number}() {{ f{number + 1}; f{number + 1}; }}\n" for number in range(60)) + "f0\n",
    "recursion": "f() { f; f; }\nf\n",
    "eval": "eval " * 20_000 + "a",
    "guards": "[ -f a ] && " * 20_000 + "b",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_either_understood_or_said_not_to_be(name: str) -> None:
    text = commands(HOSTILE[name])
    assert len(text.commands) <= 100_000
    if name not in ("deep", "doubling", "recursion"):
        assert text.has_errors or text.incomplete


def longest(text: ShellText) -> int:
    return max(len(word.text or "") for command in text.commands for word in command.words)


@pytest.mark.parametrize(
    "step", ["X=$X$X$X$X", 'X="$X$X$X$X"', "X=$(echo $X $X $X)", 'set -- "$X$X"; X="$*$*"', "echo $X$X$X$X | read Y; X=$X$X$X"]
)
def test_a_variable_that_grows_without_end_is_not_known_in_the_end(step: str) -> None:
    text = commands("X=aaaaaaaa\n" + f"{step}\n" * 60 + "curl https://$X\n")
    assert "curl" in names(text)
    assert words(next(command for command in text.commands if command.name == "curl"))[1] is None
    assert longest(text) <= 1 << 16


def test_many_long_texts_are_not_known_in_the_end() -> None:
    text = commands("X=" + "a" * 30_000 + "\n" + "".join(f"V{number}=$X$X\ncurl $V{number}\n" for number in range(3000)))
    assert sum(len(word.text or "") for command in text.commands for word in command.words) < 8 << 20
    assert text.steps > 400_000


@pytest.mark.parametrize("depth", [9, 60])
def test_files_that_are_sourced_too_deep_are_not_passed_over(depth: int) -> None:
    files = {f"/{number}": f". /{number + 1}" for number in range(depth)} | {f"/{depth}": "curl https://host"}
    text = commands(". /0", sourced=files.get)
    assert "curl" in names(text) or text.incomplete


def test_more_files_than_are_followed_are_not_passed_over() -> None:
    text = commands("".join(f". /{number}\n" for number in range(80)), sourced=lambda path: "curl x" if path == "/70" else ":")
    assert text.incomplete == "it sources more files than are followed"


def test_a_file_that_is_not_there_is_no_nesting() -> None:
    files = {f"/{number}": f". /{number + 1}" for number in range(8)}
    assert not commands(". /0", sourced=files.get).incomplete


def test_functions_that_call_each_other_too_deep_are_not_passed_over() -> None:
    text = commands("".join(f"f{number}() {{ f{number + 1}; }}\n" for number in range(30)) + "f30() { curl x; }\nf0\n")
    assert text.incomplete


def test_nul_is_passed_over_as_shells_do() -> None:
    assert words(only("cu\0rl https://host\n")) == ["curl", "https://host"]
