"""Credentials in base64 and hexadecimal digits, up to two layers deep; with encoded texts that hold none."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable

from tests.labelled.credential.case import Case, clean, clean_config, found, found_in_config
from tests.labelled.credential.packing import gzipped
from tests.labelled.credential.values import Values, github

Encode = Callable[[bytes], str]


def b64(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def lines(data: bytes) -> str:
    """Base64 in lines of 76."""
    return base64.encodebytes(data).decode().rstrip()


def short_lines(data: bytes) -> str:
    """Base64 in lines of 40 that are indented."""
    text = b64(data)
    return "\n    ".join(text[at : at + 40] for at in range(0, len(text), 40))


def upper(data: bytes) -> str:
    """Hexadecimal digits in upper case."""
    return data.hex().upper()


def colons(data: bytes) -> str:
    """Hexadecimal digits with colons."""
    return data.hex(":")


def escapes(data: bytes) -> str:
    """Escapes of a text in C or Python."""
    return "".join(f"\\x{byte:02x}" for byte in data)


def wide(data: bytes) -> str:
    """Base64 of UTF-16, as PowerShell takes an encoded command."""
    return b64(data.decode().encode("utf-16-le"))


ENCODINGS: tuple[tuple[str, str, Encode], ...] = (
    ("base64", "base64", b64),
    ("base64-url", "base64", b64url),
    ("base64-lines", "base64", lines),
    ("base64-indented", "base64", short_lines),
    ("base64-wide", "base64", wide),
    ("hex", "hex", lambda d: d.hex()),
    ("hex-upper", "hex", upper),
    ("hex-colons", "hex", colons),
    ("hex-escapes", "hex", escapes),
    ("base64-base64", "base64 twice", lambda d: b64(b64(d).encode())),
    ("base64-url-base64", "base64 twice", lambda d: b64(b64url(d).encode())),
    ("base64-lines-base64", "base64 twice", lambda d: b64(lines(d).encode())),
    ("hex-base64", "hex in base64", lambda d: b64(d.hex().encode())),
    ("base64-hex", "base64 in hex", lambda d: b64(d).encode().hex()),
    ("hex-hex", "hex twice", lambda d: d.hex().encode().hex()),
    ("gzip-base64", "gzip in base64", lambda d: b64(gzipped(d))),
    ("zlib-base64", "zlib in base64", lambda d: b64(zlib.compress(d))),
    ("gzip-hex", "gzip in hex", lambda d: gzipped(d).hex()),
)
"""(id, place, how a text is encoded)."""

FILES: tuple[tuple[str, str], ...] = (
    ("/app/data.txt", "{}\n"),
    ("/app/loader.py", 'import base64\n\nDATA = """{}"""\n'),
    ("/app/settings.yaml", 'mode: batch\ndata: "{}"\n'),
)
"""(path, text with a hole) of files that hold encoded data."""

CLEAN = (
    b"password=${DB_PASSWORD}\ntoken=<your-token>\n",
    b"import os\npassword = os.environ['DB_PASSWORD']\n",
    b'{"password": {"type": "string"}, "token": null}\n',
)


def all_cases() -> list[Case]:
    """A token and a password in each encoding, and a text without either; then the usual places of base64."""
    v = Values("encoded values")
    cases = []
    for number, (name, layers, encode) in enumerate(ENCODINGS):
        place = f"encoded: {layers}"
        path, text = FILES[number % 3]
        cases.append(found(f"encoding-{name}-token", "GitHub token", path, text.format(encode(f"github_token = '{github(v, 'ghp_')}'\n".encode())), topic="encoded: token", place=place))
        path, text = FILES[(number + 1) % 3]
        cases.append(found(f"encoding-{name}-password", "password", path, text.format(encode(f"db_user=app\ndb_password={v.word(20)}\n".encode())), topic="encoded: password", place=place))
        path, text = FILES[(number + 2) % 3]
        cases.append(clean(f"encoding-{name}", "an encoded text without a credential", path, text.format(encode(CLEAN[number % 3])), topic="encoded", place=place))
    return cases + _places(v)


def _places(v: Values) -> list[Case]:
    """Where base64 usually stands."""
    t = "encoded: usual place"
    user_data = f"#!/bin/sh\nexport DB_PASSWORD={v.word(20)}\n".encode()
    command = f"$env:API_TOKEN = '{v.word(24)}'\n".encode()
    secret = "kind: Secret\napiVersion: v1\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  username: YXBw\n  password: {}\n"
    docker = json.dumps({"auths": {"registry.example.org": {"auth": b64(f"loader:{v.word(20)}".encode())}}})
    pull = "kind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {}\n"
    state = json.dumps({"outputs": {"kubeconfig": {"value": b64(f"users:\n- user:\n    token: {github(v, 'ghs_')}\n".encode())}}})
    page_token = github(v, 'ghp_')
    png = b64(b"\x89PNG\r\n\x1a\n" + v.bytes(600))
    return [
        found("encoded-kubernetes", "password", "/app/secret.yaml", secret.format(b64(v.word(20).encode())), topic=t, place="encoded: base64"),
        found("encoded-kubernetes-token", "GitHub token", "/app/secret2.yaml", "kind: Secret\ndata:\n  settings: " + b64(f"token: {github(v, 'ghp_')}".encode()) + "\n", topic=t, place="encoded: base64"),
        found("encoded-docker-config", "registry login", "/app/pull-secret.yaml", pull.format(b64(docker.encode())), topic=t, place="encoded: base64 twice"),
        found("encoded-cloud-init", "password", "/app/user-data.json", json.dumps({"UserData": b64(user_data)}), topic=t, place="encoded: base64"),
        found("encoded-cloud-init-gzip", "password", "/app/user-data.yaml", f"write_files:\n- path: /x\n  encoding: gz+b64\n  content: {b64(gzipped(user_data))}\n", topic=t, place="encoded: gzip in base64"),
        found("encoded-powershell", "token", "/app/run.ps1", f"powershell.exe -NoProfile -EncodedCommand {wide(command)}\r\n", topic=t, place="encoded: base64"),
        found("encoded-data-url", "GitHub token", "/srv/www/a.html", f'<a href="data:text/plain;base64,{b64(f"token={page_token}".encode())}">x</a>\n', topic=t, place="encoded: base64"),
        found("encoded-shell", "password", "/app/start.sh", f"#!/bin/sh\necho {b64(f'DB_PASSWORD={v.word(20)}'.encode())} | base64 -d > /app/.env\n", topic=t, place="encoded: base64"),
        found("encoded-shell-hex", "password", "/app/start2.sh", f"#!/bin/sh\necho {f'DB_PASSWORD={v.word(20)}'.encode().hex()} | xxd -r -p > /app/.env\n", topic=t, place="encoded: hex"),
        found("encoded-terraform", "GitHub token", "/app/terraform.tfstate", state, topic=t, place="encoded: base64"),
        found("encoded-header", "HTTP basic authentication", "/app/get.py", f"headers = {{'Authorization': 'Basic {b64(f'loader:{v.word(20)}'.encode())}'}}\n", topic=t, place="encoded: base64"),
        found("encoded-jupyter", "GitHub token", "/home/jovyan/a.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "metadata": {}, "attachments": {"a.txt": {"text/plain": b64(f"token {github(v, 'ghp_')}".encode())}}, "source": ["x"]}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}), topic=t, place="encoded: base64"),
        found_in_config("encoded-env", "GitHub token", "env", "SETTINGS_B64=" + b64(f"token={github(v, 'ghp_')}\n".encode()), topic=t),
        found_in_config("encoded-env-password", "password", "env", "SETTINGS_B64=" + b64(f"db_user=app\ndb_password={v.word(20)}\n".encode()), topic=t),
        found_in_config("encoded-history", "password", "history", f"RUN /bin/sh -c echo {b64(f'DB_PASSWORD={v.word(20)}'.encode())} | base64 -d > /app/.env # buildkit", topic=t),
        clean("encoded-kubernetes-empty", "a secret to be filled in", "/app/secret3.yaml", secret.format(b64(b"<password>")), topic=t, place="encoded: base64", may_warn=True),
        clean("encoded-kubernetes-none", "an empty secret", "/app/secret4.yaml", secret.format('""'), topic=t, place="encoded: base64"),
        clean("encoded-picture", "a picture in a page", "/srv/www/b.html", f'<img src="data:image/png;base64,{png}">\n', topic=t, place="encoded: base64"),
        clean("encoded-script", "a script without a secret", "/app/start3.sh", f"#!/bin/sh\necho {b64(b'export MODE=batch PASSWORD=$DB_PASSWORD')} | base64 -d | sh\n", topic=t, place="encoded: base64"),
        clean("encoded-certificate", "a digest of a certificate", "/app/pins.yaml", f"pins:\n  - sha256/{v.base64(32)}\n  - sha256/{v.base64(32)}\n", topic=t, place="encoded: base64"),
        clean_config("encoded-env", "an encoded template", "env", "SETTINGS_B64=" + b64(CLEAN[0]), topic=t),
    ]
