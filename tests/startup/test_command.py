"""What an interpreter is given to run."""

from __future__ import annotations

import shlex

import pytest

from imginspect.startup.interpreters import Form, interpret
from imginspect.startup.started import Language

TARGETS = [
    ("sh run.sh a b", Language.SHELL, Form.FILE, "run.sh", "a b"),
    ("/bin/bash -eux /app/run.sh", Language.SHELL, Form.FILE, "/app/run.sh", ""),
    ("bash -c 'echo hi' name x", Language.SHELL, Form.TEXT, "echo hi", "name x"),
    ("bash -lc 'echo hi'", Language.SHELL, Form.TEXT, "echo hi", ""),
    ("bash -eo pipefail -c 'echo hi'", Language.SHELL, Form.TEXT, "echo hi", ""),
    ("bash -o pipefail -O extglob --norc -c -- 'echo hi'", Language.SHELL, Form.TEXT, "echo hi", ""),
    ("bash +o posix x.sh", Language.SHELL, Form.FILE, "x.sh", ""),
    ("sh -s a", Language.SHELL, Form.STDIN, "", "a"),
    ("dash", Language.SHELL, Form.INTERACTIVE, "", ""),
    ("zsh -f x", Language.SHELL, Form.FILE, "x", ""),
    ("python x.py -c 1", Language.PYTHON, Form.FILE, "x.py", "-c 1"),
    ("python3.11 -Bu x.py", Language.PYTHON, Form.FILE, "x.py", ""),
    ("/opt/venv/bin/python3 -W ignore -X dev -m pkg.mod a", Language.PYTHON, Form.MODULE, "pkg.mod", "a"),
    ("python -um pkg a", Language.PYTHON, Form.MODULE, "pkg", "a"),
    ("python -c 'import x' -m y", Language.PYTHON, Form.TEXT, "import x", "-m y"),
    ("python -c'import x'", Language.PYTHON, Form.TEXT, "import x", ""),
    ("python - a", Language.PYTHON, Form.STDIN, "", "a"),
    ("python", Language.PYTHON, Form.INTERACTIVE, "", ""),
    ("python --version", Language.PYTHON, Form.NOTHING, "", ""),
    ("Rscript --vanilla x.R 1", Language.R, Form.FILE, "x.R", "1"),
    ("Rscript -e 'a()' -e 'b()' 1", Language.R, Form.TEXT, "a()\nb()", "1"),
    ("R -f x.R", Language.R, Form.FILE, "x.R", ""),
    ("R --no-save --file=x.R --args 1", Language.R, Form.FILE, "x.R", "1"),
    ("R CMD BATCH --no-save x.R out", Language.R, Form.FILE, "x.R", "out"),
    ("R --no-save", Language.R, Form.INTERACTIVE, "", ""),
    ("R CMD INSTALL x", Language.PROGRAM, Form.PROGRAM, "R", "CMD INSTALL x"),
    ("julia --project=/app -t 4 x.jl a", Language.JULIA, Form.FILE, "x.jl", "a"),
    ("julia --project -O3 -e 'f()'", Language.JULIA, Form.TEXT, "f()", ""),
    ("julia +1.10 x.jl", Language.JULIA, Form.FILE, "x.jl", ""),
    ("node -r ./a.js x.js --y", Language.JAVASCRIPT, Form.FILE, "x.js", "--y"),
    ("node --max-old-space-size=4096 x.js", Language.JAVASCRIPT, Form.FILE, "x.js", ""),
    ("node -e 'f()'", Language.JAVASCRIPT, Form.TEXT, "f()", ""),
    ("java -Xmx4g -Da=b -jar app.jar --x", Language.JAVA, Form.FILE, "app.jar", "--x"),
    ("java -cp /a:/b org.Main x", Language.JAVA, Form.MODULE, "org.Main", "x"),
    ("perl -w -Ilib x.pl", Language.OTHER, Form.FILE, "x.pl", ""),
    ("perl -ne 'print'", Language.OTHER, Form.TEXT, "print", ""),
    ("ruby x.rb", Language.OTHER, Form.FILE, "x.rb", ""),
    ("/app/run --x", Language.PROGRAM, Form.PROGRAM, "/app/run", "--x"),
]


@pytest.mark.parametrize(("command", "language", "form", "value", "args"), TARGETS)
def test_what_runs(command: str, language: Language, form: Form, value: str, args: str) -> None:
    target = interpret(shlex.split(command))
    assert (target.language, target.form, target.value, shlex.join(target.args)) == (language, form, value, args)
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
