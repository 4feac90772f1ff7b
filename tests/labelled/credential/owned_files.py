"""Files that a package's own records list: examples in them are information, and a record excuses nothing else.

An example has a host that is loopback, private, ``example.*`` or one word, and a password that is published as one or is the user's name.
It is one only where the file has the digest that its package recorded, below the package's own place.
"""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import hashlib

from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.values import Values, github, unpadded

SITE = "/usr/local/lib/python3.12/site-packages"
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("loopback-published", 'engine = create_engine("postgresql://scott:tiger@localhost/test")'),
    ("loopback-user", 'URL = "postgresql+psycopg2://postgres:postgres@127.0.0.1:5432/pandas"'),
    ("loopback-ipv6", 'URL = "mysql://root:password@[::1]/test"'),
    ("one-word", 'BROKER = "amqp://guest:guest@rabbitmq:5672//"'),
    ("one-word-service", 'URL = "postgresql://airflow:airflow@postgres/airflow"'),
    ("example-host", 'requests.get("https://user:password@example.com/")'),
    ("example-subdomain", 'requests.get("https://admin:admin@api.example.org/v1")'),
    ("private", 'DSN = "mssql://sa:sa@10.0.0.5/master"'),
    ("template", 'URL = "postgresql://{user}:{password}@{host}/{name}"'),
)
"""(id, a line of source) of examples."""


def record(files: tuple[tuple[str, bytes], ...], *more: str) -> tuple[tuple[str, bytes], ...]:
    """The files of an installed package's records, which list *files* with their digests."""
    info = f"{SITE}/loader-1.0.dist-info"
    lines = [f"{path.removeprefix(SITE + '/')},sha256={unpadded(hashlib.sha256(data).digest())},{len(data)}" for path, data in files]
    listed = "\n".join([*lines, *more, "loader-1.0.dist-info/METADATA,,", "loader-1.0.dist-info/RECORD,,"]) + "\n"
    return (f"{info}/RECORD", listed.encode()), (f"{info}/METADATA", b"Metadata-Version: 2.1\nName: loader\nVersion: 1.0\n"), (f"{info}/INSTALLER", b"pip\n")


def debian(path: str, data: bytes, package: str = "loader") -> tuple[tuple[str, bytes], ...]:
    """The files of dpkg's database, which list one file with its digest."""
    info = f"/var/lib/dpkg/info/{package}"
    status = f"Package: {package}\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0-1\nMaintainer: Jane Doe <jane@example.org>\nDescription: loads\n"
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return ("/var/lib/dpkg/status", status.encode()), (f"{info}.list", f"/.\n{path}\n".encode()), (f"{info}.md5sums", f"{digest}  {path.lstrip('/')}\n".encode())


def source(line: str) -> bytes:
    """A module whose docstring has *line*."""
    return f'"""Connects.\n\n    {line}\n"""\n\n\ndef connect(url):\n    return url\n'.encode()


def examples() -> list[Case]:
    """Examples in files that are as their package recorded them."""
    cases = []
    for number, (name, line) in enumerate(EXAMPLES):
        path, data = f"{SITE}/loader/engine.py", source(line)
        cases.append(clean(f"owned-{name}", "an example in a package's own file", path, data, topic="example in a package", place="package's file", beside=record(((path, data),))))
        if number % 2 == 0:
            path, data = "/usr/share/doc/loader/examples/connect.py", source(line)
            cases.append(clean(f"owned-debian-{name}", "an example in a package's own file", path, data, topic="example in a package", place="package's file", beside=debian(path, data)))
    return cases


def others() -> list[Case]:
    """What a record does not excuse."""
    v = Values("owned")
    topic, place = "credential in a package", "package's file"
    path = f"{SITE}/loader/engine.py"
    token = source(f'client = Client("{github(v, "ghp_")}")')
    host = source(f'URL = "postgresql://loader:{v.word(20)}@db.trial-unit.ac.uk/visits"')
    strong = source(f'URL = "postgresql://loader:{v.word(20)}@localhost/visits"')
    changed = source(f'URL = "postgresql://loader:{v.word(20)}@db2.trial-unit.ac.uk/visits"')
    example = source(EXAMPLES[0][1])
    project = f'DB_USER = "app"\nDB_PASSWORD = "{v.word(20)}"\n'.encode()
    claimed = f"../../../../../app/settings.py,sha256={unpadded(hashlib.sha256(project).digest())},{len(project)}"
    script = f"#!/bin/sh\nexport DB_PASSWORD={v.word(20)}\nexec /app/run\n".encode()
    documentation = "/usr/share/doc/loader/examples/connect.py"
    return [
        found("owned-token", "GitHub token", path, token, topic=topic, place=place, beside=record(((path, token),))),
        found("owned-host", "database password", path, host, topic=topic, place=place, beside=record(((path, host),))),
        found("owned-strong", "database password", path, strong, topic=topic, place=place, beside=record(((path, strong),))),
        found("owned-modified", "database password", path, changed, "the file is not as its package recorded it", topic=topic, place=place, beside=record(((path, example),))),
        found("owned-outside", "database password", "/app/settings.py", project, "a record that claims a file outside its own place", topic=topic, place=place, beside=record(((path, example),), claimed)),
        found("owned-debian-token", "GitHub token", documentation, token, topic=topic, place=place, beside=debian(documentation, token)),
        found("owned-debian-modified", "database password", documentation, changed, "the file is not as its package recorded it", topic=topic, place=place, beside=debian(documentation, example)),
        found("owned-nobody", "password", "/usr/bin/start-loader", script, "no package lists it", topic=topic, place=place, beside=debian(documentation, example)),
        found("owned-nobody-share", "password", "/usr/share/loader/start.sh", script + b"# 2\n", "no package lists it", topic=topic, place=place, beside=debian(documentation, example)),
        found("owned-nobody-etc", "password", "/etc/loader/env.sh", script + b"# 3\n", "no package lists it", topic=topic, place=place, beside=debian(documentation, example)),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return examples() + others()
