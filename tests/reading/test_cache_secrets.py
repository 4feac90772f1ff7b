"""No byte of a cache gives a credential of an image away, nor a digest by which one could be guessed: all in it is searched, expanded."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from imginspect.batch.workers import engines
from imginspect.scan.minimal_elf import minimal_elf
from tests.caching import criteria, report, settled
from tests.image_builder import ImageBuilder, directory, file, hardlink, pax_block, raw, symlink, tar_header, whiteout
from tests.inspecting import run

pytestmark = pytest.mark.slow

TOKENS = [f"glpat-Zq7xW2mK9pL4vN8sT3{letter}{other}" for letter in "ABCDEFGHJKLM" for other in "rstu"]
PASSWORD = "kX83" + "plQz77rTvW"
PGPASS = f"db.example.org:5432:*:study:{PASSWORD}\n".encode()  # found by the name of the file alone
NETRC = f"machine db.example.org login study password {PASSWORD}\n".encode()
LARGE = b"# a comment\n" * 2000


class Planted:
    """Hands tokens out, and remembers them with the contents that hold them."""

    def __init__(self) -> None:
        self._left = list(TOKENS)
        self.secrets: list[bytes] = [PASSWORD.encode()]
        self.small: list[bytes] = []

    def token(self) -> str:
        token = self._left.pop()
        self.secrets.append(token.encode())
        return token

    def content(self, text: str, encoding: str = "utf-8") -> bytes:
        """*text* with a new token in the place of ``{}``; its digest must not be anywhere where it is small."""
        content = text.replace("{}", self.token()).encode(encoding)
        if len(content) < 1024:
            self.small.append(content)
        return content


def forms_of(secret: bytes) -> Iterator[bytes]:
    """How a secret may stand somewhere."""
    text = secret.decode()
    yield from (secret, text.encode("utf-16-le"), text.encode("utf-16-be"), secret.hex().encode(), json.dumps(text)[1:-1].encode())
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + secret)
        yield encoded[4:-4]


def expanded(data: bytes) -> Iterator[bytes]:
    """*data*, every zlib stream that begins anywhere in it, and the texts of JSON."""
    yield data
    at = data.find(b"\x78")
    while at >= 0:
        try:
            inner = zlib.decompressobj().decompress(data[at:], 1 << 26)
        except zlib.error:
            inner = b""
        if inner:
            yield inner
            yield inner.decode("utf-8", "replace").encode().decode("unicode_escape", "replace").encode("utf-8", "replace")
        at = data.find(b"\x78", at + 1)


def assert_hidden(folder: Path, planted: Planted) -> None:
    """Neither names nor contents of the files below *folder* tell anything of what was planted."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert found
    wanted = {form: secret for secret in planted.secrets for form in forms_of(secret)}
    for content in planted.small:
        for digest in (hashlib.sha256(content), hashlib.sha1(content), hashlib.md5(content)):
            wanted |= {digest.digest(): content, digest.digest()[:16]: content, digest.hexdigest()[:32].encode(): content}
    for path in found:
        for data in (path.name.encode(), *expanded(path.read_bytes())):
            for form, secret in wanted.items():
                assert form not in data, (path.name, secret)


def image(planted: Planted) -> ImageBuilder:
    """An image with a token in every place that there is."""
    token = planted.token
    small, wide = planted.content("token = {}\n"), planted.content("token = {}\n", "utf-16")
    bare, big_endian = planted.content("{}"), planted.content("{}\n", "utf-16-be")
    planted.small += [NETRC, PGPASS]
    contents = [
        directory("/app"),
        file("/app/small.cfg", small),
        file("/app/copy.txt", small),
        file("/app/bare", bare),
        file("/app/again", bare),
        file("/app/wide.txt", wide),
        file("/app/wide.copy", wide),
        file("/app/big", big_endian),
        hardlink("/app/linked", "/app/small.cfg"),
        file("/app/notes.txt", NETRC),
        file("/root/.netrc", NETRC),
        file("/app/before.txt", PGPASS),
        file("/root/.pgpass", PGPASS),
        file("/app/after.txt", PGPASS),
        file("/app/run.sh", planted.content("#!/bin/sh\nTOKEN={}\npython3 /app/main.py\n"), mode=0o755),
        file("/app/large.sh", planted.content("#!/bin/sh\nT={}\n") + LARGE, mode=0o755),
        file("/app/lib.so", minimal_elf(kind="shared") + planted.content("\0token = {}\0")),
    ]
    linking = minimal_elf(interpreter="/lib64/ld-linux-x86-64.so.2", needed=["libc.so.6", f"lib{token()}.so"], rpath=f"/opt/{token()}")
    return (
        ImageBuilder()
        .layer(*contents)
        .layer(file(f"/data/{token()}.txt", b"1"))
        .layer(file(f"/{token()}/inner/x.txt", b"1"), whiteout(f"/{token()}"))
        .layer(symlink("/link", f"/opt/{token()}"))
        .layer(file("/x", b"1", xattrs={"user.note": token()}), file("/y", b"1", xattrs={f"user.{token()}": "1"}))
        .layer(file("/app/prog", linking, mode=0o755))
        .layer(raw(pax_block({"path": f"../{token()}", "bogus": token()}) + tar_header(b"a")))
        .layer(raw(pax_block({"comment": token()}, b"g") + tar_header(b"g")))
        .layer(file("/z", b"1"), tail=b"behind " + token().encode())
        .layer(file("/deleted", small))
        .layer(whiteout("/deleted"), created_by=f"RUN |1 T={token()} /bin/sh -c make # buildkit")
        .config(
            env=[f"GITLAB_TOKEN={token()}"],
            labels={"note": token(), token(): "x"},
            entrypoint=["/app/run.sh", f"--token={token()}"],
            user="1000",
            working_dir=f"/app/{token()}",
            author=token(),
        )
        .reference(f"example.org/a/b:{token()[6:].lower()}")
    )


@pytest.mark.parametrize("compression", ["plain", "gzip"])
def test_records_of_layers_hide_credentials(compression: str, tmp_path: Path) -> None:
    planted = Planted()
    path = image(planted).save(tmp_path / "image", "oci-dir", compression)
    with settled():
        for by in (criteria(), criteria("epcc-tre")):
            report(path, tmp_path / "cache", by=by)
            report(path, tmp_path / "cache", by=by)
    assert any(entry.name.startswith("layer-") for entry in (tmp_path / "cache").iterdir())
    assert_hidden(tmp_path / "cache", planted)


def test_the_search_itself_sees_what_is_there(tmp_path: Path) -> None:
    """Else it would show nothing that it finds nothing."""
    planted = Planted()
    secret, content = planted.token(), planted.content("token = {}\n")
    for data in (
        secret.encode(),
        b"IIL1" + zlib.compress(json.dumps([secret]).encode()),
        zlib.compress(secret.encode("utf-16-le")),
        b"xx" + hashlib.sha256(content).digest(),
        zlib.compress(hashlib.sha256(content).hexdigest().encode()),
    ):
        (tmp_path / "entry").write_bytes(data)
        with pytest.raises(AssertionError):
            assert_hidden(tmp_path, planted)


@pytest.mark.parametrize("count", [1, 300])
def test_contents_of_a_second_pass_hide_credentials(count: int, tmp_path: Path) -> None:
    """What a check asks for is not always kept; where there are more credentials than are noted not all are masked: it is not cached."""
    planted = Planted()
    tokens = [f"glpat-{hashlib.sha256(b'%d' % number).hexdigest()[:20]}" for number in range(count)]
    planted.secrets += [token.encode() for token in tokens]
    script = "#!/bin/sh\n" + "".join(f"T={token}\n" for token in tokens) + "# a comment of a long script\n" * 12_000
    built = ImageBuilder().layer(file("/bin/sh", minimal_elf(), mode=0o755), file("/usr/lib/app/run.sh", script.encode(), mode=0o755))
    path = built.config(entrypoint=["/usr/lib/app/run.sh"], user="1000").save(tmp_path / "image", "oci-dir")
    by = criteria("epcc-tre")
    wanted = report(path, None, by=by)
    assert json.loads(wanted)[0]["coverage"]["second_pass_files"] == 1
    for _ in range(3):
        assert report(path, tmp_path / "cache", by=by) == wanted
    assert any(entry.name.startswith("content-") for entry in (tmp_path / "cache").iterdir()) == (count == 1)
    assert_hidden(tmp_path / "cache", planted)


def _rows(path: Path) -> Iterator[bytes]:
    """Everything in a database, as bytes."""
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f"SELECT * FROM {table}"):
                for value in row:
                    yield value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def test_what_a_run_leaves_hides_credentials(tmp_path: Path) -> None:
    """The cache with its answers, reports and names of files, and the database with all that was found."""
    planted = Planted()
    (tmp_path / "mirror").mkdir()
    image(planted).save(tmp_path / "mirror" / "one.tar", "oci")
    image(planted_again := Planted()).save(tmp_path / "mirror" / "two", "oci-dir")
    planted.secrets += planted_again.secrets
    planted.small += planted_again.small
    for number in range(2):
        with settled():
            outcome = _batch(tmp_path, f"out{number}")
        assert outcome.code in (0, 1, 3, 4), outcome.err
    kinds = {entry.name.partition("-")[0] for entry in (tmp_path / "cache").iterdir()}
    assert {"layer", "image", "report", "names"} <= kinds
    assert_hidden(tmp_path / "cache", planted)
    assert_hidden(tmp_path / "out1", planted)
    wanted = [form for secret in planted.secrets for form in forms_of(secret)]
    for value in _rows(tmp_path / "out1" / "batch.sqlite"):
        for data in expanded(value):
            assert not any(form in data for form in wanted)


def _batch(folder: Path, out: str) -> Any:
    with mock.patch.object(engines, "LocalEngine", Here):
        return run("batch", folder / "mirror", "--out", folder / out, "--cache", folder / "cache", "--jobs", "1")


class Here:
    """An engine that does all at once in this process, where the clock can be held."""

    name = "local"
    width = workers = together = 1

    def __init__(self, jobs: int) -> None:
        del jobs

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*arguments))
        return done

    def is_lost(self, error: BaseException) -> bool:
        return False

    def renew(self) -> None:
        pass

    def close(self, *, at_once: bool = False) -> None:
        pass
