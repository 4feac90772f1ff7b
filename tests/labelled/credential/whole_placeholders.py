"""Values that are placeholders as a whole, and passwords in which the words of placeholders merely stand.

In an env file, the Env, a credential file or a login option a placeholder may be the real password: a warning there is fair, a failure not.
"""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential.case import Case, clean, clean_config, found, found_in_config

WHOLE = (
    "changeme", "change_me", "CHANGE-ME", "changeit", "<password>", "<your password>", "your-password-here", "YOUR_PASSWORD", "yourpassword",
    "${DB_PASSWORD}", "$DB_PASSWORD", "{{ db_password }}", "{DbPassword}", "%DB_PASSWORD%", "@DB_PASSWORD@", "#{DbPassword}", "__PASSWORD__",
    "********", "xxxxxxxx", "XXXXXXXXXXXXXXXX", "....", "password", "example", "placeholder", "replace-me", "REPLACE_WITH_PASSWORD", "insert-password-here",
    "todo", "TBD", "dummy", "redacted", "[REDACTED]", "none", "null", "undefined", "not-set", "enter_your_password", "put-your-token-here", "my-secret-password",
    "<insert token>", "sample", "test", "secret", "0000000000000000", "...", "(hidden)", "vault:db/password", "ENC[...]",
)
"""Whole placeholders and templates."""

AMBIGUOUS = frozenset({"password", "example", "sample", "test", "secret", "dummy"})
"""Words that may well be a lazy password in source; as an example in documentation they are none."""

REAL = (
    "Qwerty2024!Study", "sample-Kq93xz-db", "We-meet-here-2024!", "MyExampleP4ss!", "Test-Driven-1987!", "xxKq72-example.db9", "Replace_Tyres_4u!",
    "dummy7Lw-wagon", "YourTurn!88-blue", "insert-Coin-1983x", "Default2Honesty!", "secretGarden#1911", "Password-Kw93!zt", "fakeNews@2016kq",
    "todo-List-77-Pqx", "none-Of-It-4417z", "enter-Sandman-91!", "changeme-no-9Kx2q", "here-be-dragons-14", "MyTokenRing-1985", "admin-of-Kq72-north",
    "nullIsland-0N0E-kw", "the.quick.Fox.4711", "placeholderKw93zq", "hidden-Valley-88qz", "x7-redacted-Lw93", "Sample!Size=240kq", "foobar-Lw72-north9",
)
"""Passwords that a person invents, with the words of placeholders inside."""

PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("dotenv", "env file", "/app/.env", "DB_USER=app\nDB_PASSWORD={}\n"),
    ("pgpass", "its own file", "/root/.pgpass", "db.example.org:5432:trial:app:{}\n"),
    ("compose", "compose file", "/app/docker-compose.yml", "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: '{}'\n"),
    ("netrc", "its own file", "/root/.netrc", "machine data.example.org login app password {}\n"),
    ("my-cnf", "its own file", "/root/.my.cnf", "[client]\nuser=app\npassword={}\n"),
    ("option", "shell script", "/app/start.sh", "#!/bin/sh\nexec app --user app --password '{}'\n"),
)
"""(id, place, path, text with a hole) of the named places."""

ELSEWHERE: tuple[tuple[str, str, str, str], ...] = (
    ("python", "Python source", "/app/settings.py", "password = '{}'\n"),
    ("readme", "README", "/app/README.md", "Set it in the file:\n\n    password: {}\n"),
    ("javascript", "JavaScript source", "/srv/app.js", "const password = '{}';\n"),
    ("docstring", "Python source", "/app/client.py", 'def login(password):\n    """Log in.\n\n    >>> login(password="{}")\n    """\n'),
    ("comment", "comment", "/app/run.sh", "#!/bin/sh\n# export DB_PASSWORD={}\nexec /app/run\n"),
)
"""(id, place, path, text with a hole) of places where a placeholder is only that."""


def all_cases() -> list[Case]:
    """Each placeholder in one named place, in the Env or elsewhere; each password in one place and in the Env."""
    cases: list[Case] = []
    for number, text in enumerate(WHOLE):
        title = f"placeholder {text}"
        name, place, path, content = PLACES[number % 6]
        cases.append(clean(f"whole-{number:02}-{name}", title, path, content.format(text), topic="whole placeholder", place=place, may_warn=True))
        name, place, path, content = ELSEWHERE[1 if text in AMBIGUOUS else number % 5]
        cases.append(clean(f"whole-{number:02}-{name}", title, path, content.format(text), topic="whole placeholder", place=place))
        if number % 2:
            cases.append(clean_config(f"whole-{number:02}", title, "env", f"POSTGRES_PASSWORD={text}", topic="whole placeholder", may_warn=True))
    for number, text in enumerate(REAL):
        name, place, path, content = PLACES[number % 6]
        cases.append(found(f"whole-{number:02}-{name}", "password", path, content.format(text), topic="password with such a word", place=place))
        cases.append(found_in_config(f"whole-{number:02}", "password", "env", f"POSTGRES_PASSWORD={text}", topic="password with such a word"))
        if number % 3 == 0:
            cases.append(found_in_config(f"whole-{number:02}-option", "password", "cmd", f"app --password '{text}'", topic="password with such a word"))
    return cases
