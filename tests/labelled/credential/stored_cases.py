"""Credentials in git's stores, compiled Python, databases of SQLite, notebooks, pictures and documents; with texts that hold none."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import json
from collections.abc import Callable

from tests.labelled.credential import git_store as g
from tests.labelled.credential import key_forms
from tests.labelled.credential import packing as p
from tests.labelled.credential.bytecode import Code, Constant, module
from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.records import database
from tests.labelled.credential.values import Values, aws_key_id, github

SAFE = b'import os\n\nBASE = "/app"\ntoken = os.environ["GITHUB_TOKEN"]\npassword = os.environ["DB_PASSWORD"]\n\n\ndef main():\n    run(BASE, token)\n'
README = b"# Loader\n\nSet GITHUB_TOKEN and DB_PASSWORD before the start.\n"
Store = Callable[[list[g.Object]], p.Members]


def _repository(name: str, issuer: str, objects: list[g.Object], store: Store, place: str, *, expected: bool = True, folder: str = "/app/.git", note: str = "") -> Case:
    """The case of a repository: its first stored file is the case's own, the others lie beside it."""
    newest = [each for each in objects if each.kind == "commit"][-1]
    first, *others = store(objects)
    beside = (*others, *g.head(newest, folder))
    if expected:
        return found(f"git-{name}", issuer, *first, note, topic="git", place=f"packed: {place}", beside=beside)
    return clean(f"git-{name}", issuer, *first, note, topic="git", place=f"packed: {place}", beside=beside)


def _history(old: bytes, new: bytes, path: str = "settings.py", message: str = "Read the token from the environment") -> list[g.Object]:
    """Objects of two commits: a file that has *old* and then *new*, which a pack keeps whole."""
    after, before = g.blob(new), g.blob(old)
    one, two = g.tree({path: before}), g.tree({path: after, "README": g.blob(README)})
    first = g.commit(one, "First")
    objects = [after, before, g.blob(README), one, two, first, g.commit(two, message, first)]
    return list({each.name: each for each in objects}.values())


def _as_delta(objects: list[g.Object], *, named: bool = False) -> list[g.Object]:
    """*objects*, the second stored as a difference of the first, as git packs an older version."""
    newest, older, *rest = objects
    return [newest, g.blob(older.data, newest, named=named), *rest]


def git() -> list[Case]:
    """Repositories that were copied into the image, the secret being in the work tree no longer."""
    v = Values("git")

    def token() -> bytes:
        return SAFE.replace(b'os.environ["GITHUB_TOKEN"]', f'"{github(v, "ghp_")}"'.encode())

    def password() -> bytes:
        return SAFE.replace(b'os.environ["DB_PASSWORD"]', f'"{v.word(20)}"'.encode())

    def env() -> bytes:
        return f"MODE=batch\nDB_USER=app\nDB_PASSWORD={v.word(20)}\nTZ=Europe/London\n".encode()

    halves = (v.word(10), v.word(10), v.word(10))
    two_values = [f"MODE=batch\nDB_PASSWORD={halves[0]}{half}\nTZ=Europe/London\n".encode() for half in halves[1:]]
    bare = "/srv/repositories/app.git"

    def bare_loose(objects: list[g.Object]) -> p.Members:
        return g.loose(objects[1:2] + objects[:1] + objects[2:], bare)

    def loose(objects: list[g.Object]) -> p.Members:
        return g.loose(objects[1:2] + objects[:1] + objects[2:])

    key = key_forms.pem("PRIVATE KEY", key_forms.pkcs8_rsa("a")).encode()
    said = _history(SAFE + b"#\n", SAFE, message=f"Deploy with {github(v, 'ghp_')}")
    tagged = _history(SAFE + b"# a\n", SAFE)
    tagged.insert(0, g.tag(tagged[-1], "v1", f"Released with password={v.word(20)}"))
    dangling = [*_history(SAFE + b"# b\n", SAFE), g.blob(token())]
    bundled = _as_delta(_history(token(), SAFE))
    safe = _history(SAFE + b"# c\n", SAFE)
    template = _history(b"DB_PASSWORD=<password>\nTOKEN=\n", b"DB_PASSWORD=${DB_PASSWORD}\n", ".env.example")
    return [
        _repository("loose-token", "GitHub token", _history(token(), SAFE), loose, "git object"),
        _repository("loose-password", "password", _history(password(), SAFE), loose, "git object"),
        _repository("loose-env", "password", _history(env(), b"MODE=batch\n", ".env"), loose, "git object"),
        _repository("loose-key", "RSA private key", _history(key, README, "tls.key"), loose, "git object"),
        _repository("loose-bare", "GitHub token", _history(token(), SAFE), bare_loose, "git object", folder=bare),
        _repository("loose-message", "GitHub token", said, lambda objects: g.loose(objects[::-1]), "git object"),
        _repository("loose-dangling", "GitHub token", dangling, lambda objects: g.loose(objects[::-1]), "git object", note="nothing refers to it any more"),
        _repository("pack-token", "GitHub token", _history(token(), SAFE), g.packed_files, "git pack"),
        _repository("pack-password", "password", _history(password(), SAFE), g.packed_files, "git pack"),
        _repository("pack-env", "password", _history(env(), b"MODE=batch\n", ".env"), g.packed_files, "git pack"),
        _repository("pack-key", "RSA private key", _history(key, README, "tls.key"), g.packed_files, "git pack"),
        _repository("pack-message", "GitHub token", _history(SAFE + b"# d\n", SAFE, message=f"Use {github(v, 'ghp_')}"), g.packed_files, "git pack"),
        _repository("pack-tag", "password", tagged, g.packed_files, "git pack"),
        _repository("pack-bare", "GitHub token", _history(token(), SAFE), lambda objects: g.packed_files(objects, bare), "git pack", folder=bare),
        _repository("pack-delta-token", "GitHub token", _as_delta(_history(token(), SAFE)), g.packed_files, "git pack with deltas"),
        _repository("pack-delta-password", "password", _as_delta(_history(password(), SAFE)), g.packed_files, "git pack with deltas", note="the name is copied from the newer version, the value is not"),
        _repository("pack-delta-env", "password", _as_delta(_history(env(), env(), ".env")), g.packed_files, "git pack with deltas"),
        _repository("pack-delta-named", "GitHub token", _as_delta(_history(token(), SAFE), named=True), g.packed_files, "git pack with deltas"),
        _repository("pack-delta-halves", "password", _as_delta(_history(two_values[0], two_values[1], ".env")), g.packed_files, "git pack with deltas", note="two values that begin alike"),
        found("git-bundle", "GitHub token", "/app/app.bundle", g.bundle(bundled[-1], bundled), topic="git", place="packed: git bundle"),
        found("git-pack-alone", "GitHub token", "/app/.git/objects/pack/tmp_pack_a1b2c3", g.pack(_history(token(), SAFE)), "left by an interrupted fetch", topic="git", place="packed: git pack"),
        found("git-fetch-head", "password in a URL", "/app/.git/FETCH_HEAD", f"{v.hex(40)}\t\tbranch 'main' of https://loader:{v.word(20)}@git.example.org/team/app\n", topic="git", place="its own file"),
        found("git-reflog", "password in a URL", "/app/.git/logs/HEAD", f"{'0' * 40} {v.hex(40)} Jane Doe <jane@example.org> 1700000000 +0000\tclone: from https://oauth2:{v.word(20)}@git.example.org/team/app.git\n", topic="git", place="its own file"),
        found("git-module", "password in a URL", "/app/.git/modules/lib/config", f'[remote "origin"]\n\turl = https://loader:{v.word(20)}@git.example.org/team/lib.git\n', topic="git", place="its own file"),
        found("git-in-tar", "GitHub token", "/app/app-backup.tar.gz", p.gzipped(p.tarred(tuple((path.lstrip("/"), data) for path, data in loose(_history(token(), SAFE))))), topic="git", place="packed: tar"),
        found("git-in-zip", "password", "/app/app-backup.zip", p.zipped(tuple((path.lstrip("/"), data) for path, data in g.packed_files(_as_delta(_history(password(), SAFE))))), topic="git", place="packed: zip"),
        _repository("loose-safe", "a repository without a secret", safe, loose, "git object", expected=False),
        _repository("pack-safe", "a repository without a secret", safe, g.packed_files, "git pack", expected=False),
        _repository("pack-delta-safe", "a repository without a secret", _as_delta(safe), g.packed_files, "git pack with deltas", expected=False),
        _repository("loose-template", "a template in a repository", template, loose, "git object", expected=False),
        _repository("pack-template", "a template in a repository", _as_delta(template), g.packed_files, "git pack with deltas", expected=False),
        clean("git-pack-broken", "a pack that is cut", "/app/.git/objects/pack/tmp_pack_d4e5f6", g.pack(safe)[:90], topic="git", place="packed: git pack"),
        clean("git-reflog-safe", "a reflog", "/app/.git/logs/refs/heads/main", f"{v.hex(40)} {v.hex(40)} Jane Doe <jane@example.org> 1700000000 +0000\tcommit: Add token handling\n", topic="git", place="its own file"),
    ]


def compiled() -> list[Case]:
    """Modules of Python without their source. Structured values stand alone; a password needs the name that it is set under."""
    v = Values("compiled")
    place = "packed: compiled Python"

    def case(name: str, issuer: str, constants: tuple[Constant, ...], names: tuple[str, ...] = ("TOKEN",), version: tuple[int, int] = (3, 12), *, note: str = "") -> Case:
        path = f"/app/__pycache__/settings.cpython-{version[0]}{version[1]}.pyc"
        return found(f"pyc-{name}", issuer, path, module(Code("<module>", constants, names), version), note, topic="compiled Python", place=place, arguable=bool(note))

    def ghp() -> str:
        return github(v, "ghp_")

    aws = aws_key_id(v)
    key = key_forms.pem("PRIVATE KEY", key_forms.pkcs8_rsa("a"))
    texts = (("pyc-names", "names and lengths", ("password", "token", None, "db_password", "Authorization"), ("password", "TOKEN")),
             ("pyc-patterns", "a scanner's patterns", ("ghp_[0-9A-Za-z]{36}", "AKIA[0-9A-Z]{16}", None), ("GITHUB", "AWS")),
             ("pyc-digests", "digests", (v.hex(64), v.hex(40), None), ("sha256", "commit")),
             ("pyc-template", "an address to be filled in", ("postgresql://{}:{}@{}/{}", "postgresql://user:password@localhost/db", None), ("URL",)))
    cases = [
        case("constant", "GitHub token", (ghp(), None)),
        case("constant-311", "GitHub token", (ghp(), None), version=(3, 11)),
        case("constant-38", "GitHub token", (ghp(), None), version=(3, 8)),
        case("next-to-letter", "GitHub token", ("requests", ghp(), "main", None), ("requests", "TOKEN", "main")),
        case("function", "GitHub token", (Code("login", (None, ghp()), ("client",)), "login", None), ("login",)),
        case("nested", "GitHub token", (Code("C", ("C", Code("m", (None, ("user", ghp())))), ("m",)), None), ("C",)),
        case("tuple", "GitHub token", (("loader", ghp()), None)),
        case("bytes", "GitHub token", (ghp().encode(), None)),
        case("long-text", "GitHub token", ("x" * 300 + "\n" + ghp() + "\n" + "y" * 50, None)),
        case("accent", "GitHub token", ("clé : " + ghp(), None)),
        case("aws", "AWS key id and secret", (aws, v.base64(30), None), ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
        case("slack", "Slack bot token", ("xoxb-" + f"{v.draw('123456789', 12)}-{v.draw('123456789', 12)}-{v.word(24)}", None)),
        case("huggingface", "Hugging Face token", ("hf_" + v.draw("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34), "model", None)),
        case("url", "password in a URL", (f"postgresql://app:{v.word(20)}@db.example.org/trial", None), ("URL",)),
        case("odbc", "database password", (f"DSN=cohort;UID=loader;PWD={v.word(20)}", None), ("CONNECTION",)),
        case("private-key", "RSA private key", (key, None), ("KEY",)),
        case("header", "token in a header", ("Authorization", f"Bearer {v.word(40)}", None), ("headers",)),
        case("password-name", "password", (v.word(20), None), ("DB_PASSWORD",), note="only the order of names and constants tells"),
        case("password-keyword", "password", ("db", v.word(20), ("host", "password"), None), ("connect",), note="only the order of names and constants tells"),
        found("pyc-legacy-place", "GitHub token", "/opt/app/settings.pyc", module(Code("<module>", (ghp(), None), ("TOKEN",))), topic="compiled Python", place=place),
        found("pyc-in-zip", "GitHub token", "/app/app.zip", p.zipped((("settings.pyc", module(Code("<module>", (ghp(), None), ("TOKEN",)))),)), topic="compiled Python", place="packed: zip"),
    ]
    return cases + [clean(name, title, "/app/__pycache__/m.cpython-312.pyc", module(Code("<module>", constants, names)), topic="compiled Python", place=place) for name, title, constants, names in texts]


def databases() -> list[Case]:
    """Databases of SQLite."""
    v = Values("databases")
    place, topic = "packed: SQLite", "SQLite"

    def case(name: str, issuer: str, table: str, values: tuple[object, ...], path: str = "/app/app.sqlite3", encoding: str = "UTF-8", *more: str) -> Case:
        into = table.split()[2]
        insert = f"INSERT INTO {into} VALUES ({','.join('?' * len(values))})"
        data = database([table, *more], [(insert, values)], encoding=encoding)
        return found(f"sqlite-{name}", issuer, path, data, topic=topic, place=place)

    def ghp() -> str:
        return github(v, "ghp_")

    deleted = database(["CREATE TABLE t (a TEXT)", f"INSERT INTO t VALUES ('{ghp()}')", "INSERT INTO t VALUES ('x')", "DELETE FROM t WHERE rowid = 1"])
    clean_tables = (
        ("schema", "a schema", database(["CREATE TABLE user (id INTEGER, password TEXT NOT NULL, token TEXT)"])),
        ("empty-values", "empty values", database(["CREATE TABLE user (password TEXT, token TEXT)"], [("INSERT INTO user VALUES (?, ?)", ("", None))])),
        ("numbers", "numbers", database(["CREATE TABLE t (token_count INTEGER, pass REAL)"], [("INSERT INTO t VALUES (?, ?)", (4096, 0.93))])),
        ("digests", "digests", database(["CREATE TABLE file (path TEXT, sha256 TEXT)"], [("INSERT INTO file VALUES (?, ?)", (f"/p{n}", v.hex(64))) for n in range(5)])),
        ("labels", "texts of a page", database(["CREATE TABLE message (name TEXT, text TEXT)"], [("INSERT INTO message VALUES (?, ?)", ("password", "Password")), ("INSERT INTO message VALUES (?, ?)", ("token", "Your token"))])),
    )
    return [
        case("token", "GitHub token", "CREATE TABLE account (name TEXT, token TEXT)", ("loader", ghp())),
        case("before-text", "GitHub token", "CREATE TABLE account (token TEXT, name TEXT)", (ghp(), "loader")),
        case("between-texts", "GitHub token", "CREATE TABLE t (a TEXT, b TEXT, c TEXT)", ("abc", ghp(), "def")),
        case("neutral-column", "GitHub token", "CREATE TABLE note (body TEXT)", (f"for the demo: {ghp()}",)),
        case("blob", "GitHub token", "CREATE TABLE t (a BLOB)", (ghp().encode(),)),
        case("password-column", "password", "CREATE TABLE connection (conn_id TEXT, host TEXT, login TEXT, password TEXT)", ("trial", "db.example.org", "app", v.word(20)), "/opt/airflow/airflow.db"),
        case("pair", "password", "CREATE TABLE setting (name TEXT, value TEXT)", ("smtp_password", v.word(20))),
        case("url", "password in a URL", "CREATE TABLE remote (url TEXT)", (f"postgresql://app:{v.word(20)}@db.example.org/trial",)),
        case("history", "Hugging Face token", "CREATE TABLE history (session INTEGER, line INTEGER, source TEXT)", (1, 2, "login(token='hf_" + v.draw("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34) + "')"), "/root/.ipython/profile_default/history.sqlite"),
        case("history-password", "password", "CREATE TABLE history (session INTEGER, line INTEGER, source TEXT)", (1, 3, f"conn = connect(user='app', password='{v.word(20)}')"), "/root/.ipython/profile_default/history2.sqlite"),
        case("overflow", "GitHub token", "CREATE TABLE t (a TEXT)", ("nothing of note " * 200 + ghp() + " nothing of note" * 100,)),
        case("overflow-split", "GitHub token", "CREATE TABLE t (a TEXT)", ("n" * 4995 + " " + ghp() + " " + "m" * 900,)),
        case("utf16", "GitHub token", "CREATE TABLE t (a TEXT)", (ghp(),), "/app/wide.db", "UTF-16le"),
        case("utf16-big", "GitHub token", "CREATE TABLE t (a TEXT)", (ghp(),), "/app/wide-big.db", "UTF-16be"),
        case("no-suffix", "GitHub token", "CREATE TABLE t (a TEXT)", (ghp(),), "/app/state"),
        case("index", "GitHub token", "CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT) WITHOUT ROWID", (ghp(), "loader")),
        case("json", "password", "CREATE TABLE t (document TEXT)", (json.dumps({"db": {"password": v.word(20)}}),)),
        found("sqlite-deleted", "GitHub token", "/app/old.db", deleted, "the row is gone, its bytes are not", topic=topic, place=place),
        found("sqlite-gzip", "GitHub token", "/app/backup.db.gz", p.gzipped(database(["CREATE TABLE t (a TEXT)"], [("INSERT INTO t VALUES (?)", (ghp(),))])), topic=topic, place="packed: gzip"),
        *(clean(f"sqlite-{name}", title, "/app/clean.db", data, topic=topic, place=place) for name, title, data in clean_tables),
    ]


def documents() -> list[Case]:
    """Outputs of notebooks, texts in pictures, a document."""
    v = Values("documents")
    note = "packed: picture"

    def ghp() -> str:
        return github(v, "ghp_")

    def notebook(name: str, issuer: str, output: dict[str, object]) -> Case:
        cell = {"cell_type": "code", "source": ["run()"], "outputs": [output], "metadata": {}, "execution_count": 1}
        book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        return found(f"notebook-{name}", issuer, f"/home/jovyan/{name}.ipynb", json.dumps(book, indent=1), topic="notebook's output", place="encoded: notebook's output")

    traceback = ["\x1b[0;31mHTTPError\x1b[0m: 401 for url: https://api.example.org/x?api_key=" + v.word(32), "\x1b[0;32m----> 1\x1b[0;31m run()\x1b[0m"]
    workflow = json.dumps({"5": {"class_type": "Loader", "inputs": {"api_token": v.word(32)}}})
    cell = {"cell_type": "code", "source": ["print(token)"], "outputs": [{"output_type": "stream", "name": "stdout", "text": ["token: ********\n", "password=<hidden>\n"]}], "metadata": {}, "execution_count": 1}
    safe = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return [
        notebook("stream", "GitHub token", {"output_type": "stream", "name": "stdout", "text": ["signed in with\n", ghp() + "\n"]}),
        notebook("stream-text", "password", {"output_type": "stream", "name": "stdout", "text": f"user=app\npassword={v.word(20)}\n"}),
        notebook("result", "GitHub token", {"output_type": "execute_result", "data": {"text/plain": [f"'{ghp()}'"]}, "metadata": {}, "execution_count": 1}),
        notebook("result-dict", "password", {"output_type": "execute_result", "data": {"text/plain": f"{{'host': 'db', 'password': '{v.word(20)}'}}"}, "metadata": {}, "execution_count": 1}),
        notebook("html", "password", {"output_type": "display_data", "data": {"text/html": f"<table><tr><td>password</td><td>{v.word(20)}</td></tr></table>"}, "metadata": {}}),
        notebook("json", "token", {"output_type": "display_data", "data": {"application/json": {"access_token": v.word(40)}}, "metadata": {}}),
        notebook("error", "API key in a URL", {"output_type": "error", "ename": "HTTPError", "evalue": "401", "traceback": traceback}),
        notebook("environment", "token", {"output_type": "execute_result", "data": {"text/plain": ["environ{'PATH': '/bin',\n", f"        'HF_TOKEN': '{v.word(37)}',\n", "        'HOME': '/root'}"]}, "metadata": {}, "execution_count": 1}),
        clean("notebook-output", "masked outputs", "/home/jovyan/clean.ipynb", json.dumps(safe), topic="notebook's output", place="encoded: notebook's output"),
        found("png-text", "GitHub token", "/app/a.png", p.png((p.text_chunk("Comment", f"token={ghp()}"),)), topic="picture", place=note),
        found("png-compressed", "GitHub token", "/app/b.png", p.png((p.compressed_chunk("Comment", f"token={ghp()}"),)), topic="picture", place=note),
        found("png-international", "token", "/app/c.png", p.png((p.international_chunk("prompt", workflow, compressed=False),)), topic="picture", place=note),
        found("png-international-compressed", "token", "/app/d.png", p.png((p.international_chunk("workflow", workflow, compressed=True),)), topic="picture", place=note),
        found("png-behind", "GitHub token", "/app/e.png", p.png(()) + f"\ntoken={ghp()}\n".encode(), "behind the picture's end", topic="picture", place=note),
        clean("png-software", "a picture's texts", "/app/f.png", p.png((p.text_chunk("Software", "Matplotlib version3.9.2, https://matplotlib.org/"), p.compressed_chunk("Comment", "password and token of the form"))), topic="picture", place=note),
        clean("png-none", "a picture", "/app/g.png", p.png(()), topic="picture", place=note),
        found("pdf-stream", "GitHub token", "/app/handbook.pdf", p.pdf(f"BT /F1 9 Tf (export GITHUB_TOKEN={ghp()}) Tj ET".encode()), topic="document", place="packed: PDF"),
        clean("pdf-words", "a document", "/app/guide.pdf", p.pdf(b"BT /F1 9 Tf (Your password: see the letter) Tj ET"), topic="document", place="packed: PDF"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return git() + compiled() + databases() + documents()
