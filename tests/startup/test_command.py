"""What an interpreter is given to run."""

from __future__ import annotations

import shlex

import pytest

from imginspect.languages.language import Form
from imginspect.languages.registry import interpret

TARGETS = [
    ("sh run.sh a b", "shell", Form.FILE, "run.sh", "a b"),
    ("/bin/bash -eux /app/run.sh", "shell", Form.FILE, "/app/run.sh", ""),
    ("bash -c 'echo hi' name x", "shell", Form.TEXT, "echo hi", "name x"),
    ("bash -lc 'echo hi'", "shell", Form.TEXT, "echo hi", ""),
    ("bash -eo pipefail -c 'echo hi'", "shell", Form.TEXT, "echo hi", ""),
    ("bash -o pipefail -O extglob --norc -c -- 'echo hi'", "shell", Form.TEXT, "echo hi", ""),
    ("bash +o posix x.sh", "shell", Form.FILE, "x.sh", ""),
    ("sh -s a", "shell", Form.STDIN, "", "a"),
    ("dash", "shell", Form.INTERACTIVE, "", ""),
    ("zsh -f x", "shell", Form.FILE, "x", ""),
    ("python x.py -c 1", "python", Form.FILE, "x.py", "-c 1"),
    ("python3.11 -Bu x.py", "python", Form.FILE, "x.py", ""),
    ("/opt/venv/bin/python3 -W ignore -X dev -m pkg.mod a", "python", Form.MODULE, "pkg.mod", "a"),
    ("python -um pkg a", "python", Form.MODULE, "pkg", "a"),
    ("python -c 'import x' -m y", "python", Form.TEXT, "import x", "-m y"),
    ("python -c'import x'", "python", Form.TEXT, "import x", ""),
    ("python - a", "python", Form.STDIN, "", "a"),
    ("python", "python", Form.INTERACTIVE, "", ""),
    ("python --version", "python", Form.NOTHING, "", ""),
    ("Rscript --vanilla x.R 1", "r", Form.FILE, "x.R", "1"),
    ("Rscript -e 'a()' -e 'b()' 1", "r", Form.TEXT, "a()\nb()", "1"),
    ("R -f x.R", "r", Form.FILE, "x.R", ""),
    ("R --no-save --file=x.R --args 1", "r", Form.FILE, "x.R", "1"),
    ("R CMD BATCH --no-save x.R out", "r", Form.FILE, "x.R", "out"),
    ("R --no-save", "r", Form.INTERACTIVE, "", ""),
    ("R CMD INSTALL x", "program", Form.PROGRAM, "R", "CMD INSTALL x"),
    ("julia --project=/app -t 4 x.jl a", "julia", Form.FILE, "x.jl", "a"),
    ("julia --project -O3 -e 'f()'", "julia", Form.TEXT, "f()", ""),
    ("julia +1.10 x.jl", "julia", Form.FILE, "x.jl", ""),
    ("node -r ./a.js x.js --y", "javascript", Form.FILE, "x.js", "--y"),
    ("node --max-old-space-size=4096 x.js", "javascript", Form.FILE, "x.js", ""),
    ("node -e 'f()'", "javascript", Form.TEXT, "f()", ""),
    ("java -Xmx4g -Da=b -jar app.jar --x", "java", Form.FILE, "app.jar", "--x"),
    ("java -cp /a:/b org.Main x", "java", Form.MODULE, "org.Main", "x"),
    ("perl -w -Ilib x.pl", "perl", Form.FILE, "x.pl", ""),
    ("perl -ne 'print'", "perl", Form.TEXT, "print", ""),
    ("ruby x.rb", "ruby", Form.FILE, "x.rb", ""),
    ("/app/run --x", "program", Form.PROGRAM, "/app/run", "--x"),
]


@pytest.mark.parametrize(("command", "language", "form", "value", "args"), TARGETS)
def test_what_runs(command: str, language: str, form: Form, value: str, args: str) -> None:
    target = interpret(shlex.split(command))
    assert (target.language.id, target.form, target.value, shlex.join(target.args)) == (language, form, value, args)
    assert not target.unknown


@pytest.mark.parametrize(
    "command",
    [
        "bash -c",
        "bash --unheard-of x",
        "python -Y x.py",
        "python -m",
        "node --unheard-of 3 x.js",
        "julia --unheard-of x.jl",
        "java @args -jar x",
    ],
)
def test_what_cannot_be_told_says_why(command: str) -> None:
    target = interpret(shlex.split(command))
    assert target.unknown
    assert target.form is Form.PROGRAM


def test_what_a_shell_reads_before_its_text() -> None:
    target = interpret(["bash", "--rcfile", "/etc/rc", "-ic", "x"])
    assert (target.startup, target.is_login) == (("/etc/rc",), False)
    assert interpret(["bash", "-l", "x"]).is_login


def test_no_words() -> None:
    assert interpret([]).form is Form.PROGRAM
