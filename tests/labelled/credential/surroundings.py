"""Where a value may stand: each function gives the path and the bytes of a plausible file in which *name* is set to *value*."""

from __future__ import annotations

import json
from typing import TypeAlias

Place: TypeAlias = tuple[str, bytes]


def shell(name: str, value: str) -> Place:
    """A start script that exports it."""
    return "/app/start.sh", f"#!/bin/sh\nset -eu\n\n# settings of the job\nexport {name}={value}\nexec python3 /app/main.py\n".encode()


def shell_quoted(name: str, value: str) -> Place:
    """A profile fragment with quotes."""
    return "/etc/profile.d/job.sh", f'export PATH="/opt/tool/bin:$PATH"\nexport {name}="{value}"\n'.encode()


def dotenv(name: str, value: str) -> Place:
    """A .env file."""
    return "/app/.env", f"DEBUG=false\nLOG_LEVEL=info\n{name}={value}\nTZ=Europe/London\n".encode()


def yaml(name: str, value: str) -> Place:
    """A settings file in YAML."""
    text = f"service:\n  name: pipeline\n  retries: 3\n  {name.lower()}: {value}\nlogging:\n  level: info\n"
    return "/app/config/settings.yaml", text.encode()


def as_json(name: str, value: str) -> Place:
    """A settings file in JSON."""
    return "/app/config.json", json.dumps({"version": 2, "endpoint": "https://api.example.org/v1", name.lower(): value}, indent=2).encode()


def ini(name: str, value: str) -> Place:
    """A settings file with sections."""
    return "/etc/pipeline/pipeline.ini", f"[general]\nworkers = 4\n\n[remote]\n{name.lower()} = {value}\ntimeout = 30\n".encode()


def toml(name: str, value: str) -> Place:
    """A settings file in TOML."""
    return "/app/settings.toml", f'[default]\nretries = 2\n{name.lower()} = "{value}"\n'.encode()


def python(name: str, value: str) -> Place:
    """Python source with it as a constant."""
    text = f'"""Settings."""\n\nimport os\n\nBASE = os.path.dirname(__file__)\n{name} = "{value}"\n\nHEADERS = {{"X": {name}}}\n'
    return "/app/settings.py", text.encode()


def python_call(name: str, value: str) -> Place:
    """Python source that passes it to a call."""
    return (
        "/app/client.py",
        f"from vendor import Client\n\nclient = Client({name.lower()}='{value}', timeout=30)\nprint(client.ping())\n".encode(),
    )


def r_script(name: str, value: str) -> Place:
    """An R script."""
    return "/app/analysis.R", f'library(httr)\nSys.setenv({name} = "{value}")\nresult <- run_analysis()\n'.encode()


def notebook(name: str, value: str) -> Place:
    """A Jupyter notebook with it in a cell."""
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": []}
    source = ["import os\n", f'os.environ["{name}"] = "{value}"\n']
    book = {"cells": [{**cell, "source": source}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return "/home/jovyan/work/analysis.ipynb", json.dumps(book, indent=1).encode()


def javascript(name: str, value: str) -> Place:
    """JavaScript source."""
    return "/srv/app/index.js", f"const http = require('http');\nconst {name} = '{value}';\nmodule.exports = {{ {name} }};\n".encode()


def xml(name: str, value: str) -> Place:
    """An XML settings file."""
    text = f'<?xml version="1.0"?>\n<configuration>\n  <add key="{name}" value="{value}"/>\n</configuration>\n'
    return "/opt/app/app.config", text.encode()


def properties(name: str, value: str) -> Place:
    """Java properties."""
    return "/opt/app/application.properties", f"server.port=8080\n{name.lower().replace('_', '.')}={value}\n".encode()


def dockerfile(name: str, value: str) -> Place:
    """A Dockerfile that was copied into the image."""
    text = f"FROM python:3.12-slim\nARG VERSION=1\nENV {name}={value}\nCOPY . /app\nCMD python /app/main.py\n"
    return "/app/Dockerfile", text.encode()


def bearer(_: str, value: str) -> Place:
    """A script that sends it with curl."""
    text = f'#!/bin/sh\ncurl -sS -H "Authorization: Bearer {value}" -H "Accept: application/json" https://api.example.org/v1/items\n'
    return "/usr/local/bin/fetch-items", text.encode()


def history(name: str, value: str) -> Place:
    """Somebody's shell history."""
    return "/root/.bash_history", f"ls -la\ncd /app\nexport {name}={value}\nmake publish\nexit\n".encode()


def log(_: str, value: str) -> Place:
    """A log that shows it."""
    text = f"2024-05-01T10:11:12Z INFO start\n2024-05-01T10:11:13Z DEBUG request authorization={value} status=200\n"
    return "/var/log/build.log", text.encode()


def comment(_: str, value: str) -> Place:
    """A comment in source."""
    return "/app/main.py", f"# TODO: remove before release, used while testing: {value}\n\n\ndef main():\n    pass\n".encode()


def first(_: str, value: str) -> Place:
    """Right at the start of a file."""
    return "/app/token", f"{value}\nsecond line\n".encode()


def last(name: str, value: str) -> Place:
    """Right at the end of a file that ends in no newline."""
    return "/app/job.env", f"MODE=batch\n{name}={value}".encode()


def alone(_: str, value: str) -> Place:
    """The file has it and nothing else."""
    return "/run/secrets/api_token", value.encode()


def crlf(name: str, value: str) -> Place:
    """Windows line ends."""
    return "/app/settings.ini", f"[api]\r\nname=job\r\n{name.lower()}={value}\r\nretries=2\r\n".encode()


def utf16(name: str, value: str) -> Place:
    """UTF-16, little endian, with a byte order mark: what PowerShell writes."""
    return "/app/settings.ps1", b"\xff\xfe" + f'$ErrorActionPreference = "Stop"\r\n$env:{name} = "{value}"\r\n'.encode("utf-16-le")


def utf16_big(name: str, value: str) -> Place:
    """UTF-16, big endian, with a byte order mark."""
    return "/app/export.txt", b"\xfe\xff" + f"{name}={value}\r\n".encode("utf-16-be")


def minified(name: str, value: str) -> Place:
    """One long line of minified script."""
    noise = "".join(f"function f{n}(a,b){{return a*{n}+b}}var v{n}=f{n}(1,2);" for n in range(400))
    return "/srv/www/static/app.min.js", f'!function(){{{noise}var c={{"{name}":"{value}"}};{noise}}}();'.encode()


def twice(name: str, value: str) -> Place:
    """The same value in two places of one file."""
    middle = "".join(f"option_{n} = {n}\n" for n in range(30))
    return "/app/twice.conf", f"{name} = {value}\n{middle}{name}_BACKUP = {value}\n".encode()


def binary(name: str, value: str) -> Place:
    """Strings inside a compiled program."""
    head = b"\x7fELF\x02\x01\x01" + bytes(57) + bytes(range(256)) * 8
    return "/usr/local/bin/agent", head + f"usage: agent\0{name}={value}\0cannot open %s\0".encode() + bytes(range(255, -1, -1)) * 8


def pyc(_: str, value: str) -> Place:
    """A constant in compiled Python (its string form: type code, length, characters)."""
    body = b"\xda" + bytes([len(value)]) + value.encode() if len(value) < 256 else b"a" + len(value).to_bytes(4, "little") + value.encode()
    return "/app/__pycache__/settings.cpython-312.pyc", b"\xcb\x0d\x0d\x0a" + bytes(12) + b"\xe3" + bytes(20) + body + b"\xda\x05TOKEN"


def systemd(name: str, value: str) -> Place:
    """A unit file."""
    text = f'[Unit]\nDescription=Job\n\n[Service]\nEnvironment="{name}={value}"\nExecStart=/usr/bin/job\n'
    return "/etc/systemd/system/job.service", text.encode()


def compose(name: str, value: str) -> Place:
    """A compose file."""
    text = f"services:\n  web:\n    image: example/web:1\n    environment:\n      - {name}={value}\n      - MODE=production\n"
    return "/app/docker-compose.yml", text.encode()


def go_source(name: str, value: str) -> Place:
    """Go source."""
    return "/src/main.go", f'package main\n\nconst {name.title().replace("_", "")} = "{value}"\n\nfunc main() {{}}\n'.encode()


def php(name: str, value: str) -> Place:
    """PHP source."""
    return "/var/www/html/config.php", f"<?php\nreturn [\n    '{name.lower()}' => '{value}',\n    'debug' => false,\n];\n".encode()


def url_parameter(name: str, value: str) -> Place:
    """A parameter of a URL."""
    return "/app/report.sh", f'#!/bin/sh\nwget -q "https://api.example.org/v1/export?format=csv&{name.lower()}={value}"\n'.encode()


def renviron(name: str, value: str) -> Place:
    """R's environment file of a user."""
    return "/home/rstudio/.Renviron", f"R_LIBS_USER=~/R/library\n{name}={value}\n".encode()


def readme(name: str, value: str) -> Place:
    """Documentation that says how it is set."""
    return "/app/README.md", f"# Loader\n\nSet the key before the first run:\n\n    export {name}={value}\n\nThen run `make`.\n".encode()


def words(_: str, value: str) -> Place:
    """A list of names of objects, one a line."""
    return "/app/objects.txt", f"part-0001\n{value}\npart-0003\n".encode()


def csv(name: str, value: str) -> Place:
    """A table whose header has the name, not quoted."""
    return "/app/accounts.csv", f"id,site,{name.lower()}\n1,north,{value}\n".encode()


def sql(name: str, value: str) -> Place:
    """Rows for a database."""
    text = f"CREATE TABLE account (id INTEGER, {name.lower()} TEXT);\nINSERT INTO account VALUES (1, '{value}');\n"
    return "/app/seed.sql", text.encode()
