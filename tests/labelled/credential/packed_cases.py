"""Credentials in compressed files and archives, up to four deep; in each also a text that holds none."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import bz2
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable

from tests.labelled.credential import key_forms
from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.packing import gzipped, gzipped_named, r_strings, tarred, zipped, zstandard
from tests.labelled.credential.values import BASE64, Values, aws_key_id, basic, github

Wrap = Callable[[bytes], bytes]
ELF = b"\x7fELF\x02\x01\x01" + bytes(57) + bytes(range(256)) * 4
SHEBANG = b"#!/usr/bin/env python3\n"
MAKESELF = b"#!/bin/sh\n# This script was generated using Makeself\nsize=1\ntail -n +6 \"$0\" | tar xz -C /opt\nexit 0\n"
SHEET = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'


SETTINGS = (
    b"# Settings of the loader. The job reads its input below /safe_data, checks each table against the data dictionary,\n"
    b"# and writes what may leave below /safe_outputs. Nothing is kept between two runs, and no network is used.\n"
    b"input = '/safe_data/visits.csv'\noutput = '/safe_outputs/summary.csv'\nworkers = 4\nretries = 3\ntimeout = 30\nlevel = 'info'\n"
    b"columns = ['patient', 'site', 'visit', 'weight', 'height', 'systolic', 'diastolic', 'smoker', 'cohort']\n"
)
"""What stands before the value: a text that is too short is stored as it is by some formats."""


def stream(data: bytes) -> bytes:
    """A file of the old program lzma."""
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


def late(data: bytes) -> bytes:
    """*data* behind 300 kB of other text, compressed."""
    return gzipped(b"nothing of note on this line\n" * 10_000 + data)


def two_members(data: bytes) -> bytes:
    """Two gzip files joined: a reader must go on after the first."""
    return gzipped(b"first part\n") + gzipped(data)


def two_frames(data: bytes) -> bytes:
    """A frame of zstd that is to be skipped, and two others."""
    return b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstandard(b"first part\n") + zstandard(data)


CONTAINERS: tuple[tuple[str, str, str, Wrap], ...] = (
    ("gzip", "gzip", "/app/dump.sql.gz", gzipped),
    ("gzip-named", "gzip", "/app/settings.gz", lambda d: gzipped_named(d, "settings.py")),
    ("gzip-no-suffix", "gzip", "/app/backup", gzipped),
    ("gzip-members", "gzip", "/var/log/app.log.1.gz", two_members),
    ("gzip-late", "gzip", "/app/late.txt.gz", late),
    ("bzip2", "bzip2", "/app/settings.bz2", bz2.compress),
    ("bzip2-no-suffix", "bzip2", "/app/blob2", bz2.compress),
    ("xz", "xz", "/app/settings.xz", lzma.compress),
    ("xz-streams", "xz", "/app/joined.xz", lambda d: lzma.compress(b"first part\n") + lzma.compress(d)),
    ("lzma-alone", "lzma", "/app/settings.lzma", stream),
    ("zstd", "zstd", "/app/settings.zst", zstandard),
    ("zstd-frames", "zstd", "/app/frames.zst", two_frames),
    ("zlib", "zlib", "/app/settings.zz", zlib.compress),
    ("zlib-fast", "zlib", "/app/cache.bin", lambda d: zlib.compress(d, 1)),
    ("zip", "zip", "/app/bundle.zip", lambda d: zipped((("settings.py", d),))),
    ("zip-stored", "zip", "/app/stored.zip", lambda d: zipped((("settings.py", d),), method=zipfile.ZIP_STORED)),
    ("zip-streamed", "zip", "/app/streamed.zip", lambda d: zipped((("README", b"x"), ("conf/.env", d)), streamed=True)),
    ("zip-bzip2", "zip", "/app/bzip2.zip", lambda d: zipped((("settings.py", d),), method=zipfile.ZIP_BZIP2)),
    ("zip-lzma", "zip", "/app/lzma.zip", lambda d: zipped((("settings.py", d),), method=zipfile.ZIP_LZMA)),
    ("zip-no-suffix", "zip", "/app/bundle", lambda d: zipped((("settings.py", d),))),
    ("zipapp", "zip behind a prefix", "/app/tool.pyz", lambda d: SHEBANG + zipped((("__main__.py", b"import settings\n"), ("settings.py", d)))),
    ("pex", "zip behind a prefix", "/app/tool.pex", lambda d: b"#!/usr/bin/env python3.12\n" + zipped((("PEX-INFO", b"{}"), ("app/settings.py", d)))),
    ("self-extracting", "zip behind a prefix", "/app/setup.exe", lambda d: ELF + zipped((("settings.py", d),))),
    ("wheel", "wheel", "/app/loader-1.0-py3-none-any.whl", lambda d: zipped((("loader/settings.py", d), ("loader-1.0.dist-info/METADATA", b"Name: loader\nVersion: 1.0\n")))),
    ("egg", "zip", "/app/loader-1.0-py3.12.egg", lambda d: zipped((("EGG-INFO/PKG-INFO", b"Name: loader\n"), ("loader/settings.py", d)))),
    ("jar", "jar", "/opt/app/app.jar", lambda d: zipped((("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"), ("application.properties", d)))),
    ("xlsx", "zip", "/app/accounts.xlsx", lambda d: zipped((("[Content_Types].xml", b"<Types/>"), ("xl/sharedStrings.xml", SHEET % d)))),
    ("tar", "tar", "/app/site.tar", lambda d: tarred((("site/settings.py", d),))),
    ("tar-gzip", "tar", "/app/app-1.0.tar.gz", lambda d: gzipped(tarred((("app-1.0/PKG-INFO", b"Name: app\n"), ("app-1.0/settings.py", d))))),
    ("tar-bzip2", "tar", "/app/pkg-1.0-0.tar.bz2", lambda d: bz2.compress(tarred((("info/index.json", b"{}"), ("lib/settings.py", d))))),
    ("tar-xz", "tar", "/app/app.tar.xz", lambda d: lzma.compress(tarred((("settings.py", d),)))),
    ("tar-zstd", "tar", "/app/app.tar.zst", lambda d: zstandard(tarred((("settings.py", d),)))),
    ("makeself", "tar behind a prefix", "/app/install.run", lambda d: MAKESELF + gzipped(tarred((("settings.py", d),)))),
    ("r-workspace", "R workspace", "/home/rstudio/.RData", lambda d: gzipped(r_strings((("settings", d),)))),
    ("r-workspace-xz", "R workspace", "/app/model.rda", lambda d: lzma.compress(r_strings((("settings", d),)))),
    ("conda", "conda package", "/opt/pkgs/app-1.0-0.conda", lambda d: zipped((("metadata.json", b"{}"), ("pkg-app-1.0-0.tar.zst", zstandard(tarred((("etc/settings.py", d),))))), method=zipfile.ZIP_STORED)),
    ("image", "tar", "/app/image.tar", lambda d: tarred((("manifest.json", b"[]"), ("layer.tar", tarred((("app/.env", d),)))))),
    ("war", "jar", "/opt/app/app.war", lambda d: zipped((("WEB-INF/lib/inner.jar", zipped((("application.properties", d),))),), method=zipfile.ZIP_STORED)),
    ("two-deep-tar-zip", "two deep", "/app/two.tar.gz", lambda d: gzipped(tarred((("inner.zip", zipped((("settings.py", d),))),)))),
    ("two-deep-zip-gzip", "two deep", "/app/two.zip", lambda d: zipped((("dump.sql.gz", gzipped(d)),))),
    ("two-deep-gzip-gzip", "two deep", "/app/twice.gz", lambda d: gzipped(gzipped(d))),
    ("three-deep-zips", "three deep", "/app/three.zip", lambda d: zipped((("a.zip", zipped((("b.zip", zipped((("settings.py", d),))),))),))),
    ("three-deep-mixed", "three deep", "/app/three.tar.xz", lambda d: lzma.compress(tarred((("w-1-py3-none-any.whl", zipped((("data/x.bz2", bz2.compress(d)),))),)))),
    ("four-deep-zips", "four deep", "/app/four.zip", lambda d: zipped((("a.zip", zipped((("b.zip", zipped((("c.zip", zipped((("settings.py", d),))),))),))),))),
    ("four-deep-mixed", "four deep", "/app/four.zst", lambda d: zstandard(zipped((("a.gz", gzipped(tarred((("settings.py", d),)))),)))),
)
"""(id, place, path, how a text is packed). Archives inside archives count, and so do compressed streams around them."""

CLEAN = (
    b"import os\n\npassword = os.environ['DB_PASSWORD']\ntoken = os.getenv('GITHUB_TOKEN')\n",
    b"DB_PASSWORD=${DB_PASSWORD}\nTOKEN=\n",
    b"export GITHUB_TOKEN=ghp_...\nexport API_KEY=<your-api-key>\n",
    b"{\"password\": {\"type\": \"string\"}, \"token\": null}\n",
)


def all_cases() -> list[Case]:
    """A token and a password in each container, and a text without either."""
    v = Values("packed")
    cases = []
    for number, (name, container, path, wrap) in enumerate(CONTAINERS):
        place = f"packed: {container}"
        cases.append(found(f"packed-{name}-token", "GitHub token", path, wrap(SETTINGS + f"github_token = '{github(v, 'ghp_')}'\n".encode()), topic="packed: token", place=place))
        cases.append(found(f"packed-{name}-password", "password", path, wrap(SETTINGS + f"db_user=app\ndb_password={v.word(20)}\n".encode()), topic="packed: password", place=place))
        cases.append(clean(f"packed-{name}", "a packed text without a credential", path, wrap(SETTINGS + CLEAN[number % 4] + name.encode() + b"\n"), topic="packed", place=place))
    return cases + _others(v)


def _others(v: Values) -> list[Case]:
    """Other kinds in a few containers, and what only looks packed."""
    key = key_forms.pem("PRIVATE KEY", key_forms.pkcs8_rsa("a")).encode()
    aws = f"[default]\naws_access_key_id = {aws_key_id(v)}\naws_secret_access_key = {v.draw(BASE64, 40)}\n".encode()
    docker = json.dumps({"auths": {"ghcr.io": {"auth": basic("john", v.word(20))}}}).encode()
    return [
        found("packed-key-tar", "RSA private key", "/app/home.tar.gz", gzipped(tarred(((".ssh/id_rsa", key),))), topic="packed: key", place="packed: tar"),
        found("packed-key-zip", "RSA private key", "/app/certs.zip", zipped((("tls.key", key),)), topic="packed: key", place="packed: zip"),
        found("packed-aws-tar", "AWS credentials file", "/app/backup.tar.bz2", bz2.compress(tarred((("root/.aws/credentials", aws),))), topic="packed: file", place="packed: tar"),
        found("packed-docker-zip", "registry login", "/app/config.zip", zipped(((".docker/config.json", docker),)), topic="packed: file", place="packed: zip"),
        found("packed-netrc-zip", "password in .netrc", "/app/dotfiles.zip", zipped(((".netrc", f"machine h login u password {v.password()}\n".encode()),)), topic="packed: file", place="packed: zip"),
        found("packed-second-member", "GitHub token", "/app/many.zip", zipped((*((f"m{n}.txt", b"nothing\n") for n in range(60)), ("last.py", f"T = '{github(v, 'ghp_')}'\n".encode()))), topic="packed: token", place="packed: zip"),
        found("packed-zip-comment", "GitHub token", "/app/comment.zip", zipped((("a.txt", b"x"),))[:-2] + (40).to_bytes(2, "little") + github(v, "ghp_").encode(), topic="packed: token", place="packed: zip"),
        clean("packed-random-gz", "a cut gzip file", "/app/cut.gz", gzipped(v.bytes(900))[:500], topic="packed", place="packed: gzip"),
        clean("packed-random-zip", "bytes that begin like a zip archive", "/app/false.zip", b"PK\x03\x04" + v.bytes(900), topic="packed", place="packed: zip"),
        clean("packed-random", "random bytes, compressed", "/app/weights.zst", zstandard(v.bytes(6000)), topic="packed", place="packed: zstd"),
        clean("packed-checksums", "digests, compressed", "/app/sums.gz", gzipped("".join(f"{v.hex(64)}  part-{n}\n" for n in range(40)).encode()), topic="packed", place="packed: gzip"),
    ]
