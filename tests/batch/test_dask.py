"""Dask: schedulers and workers that are real processes give the answer of local ones, whatever dies, and nothing is left behind."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from imginspect.batch.run.schedule import DIED
from imginspect.batch.workers import engines
from tests.batch.clusters import PATIENCE, Cluster, Spoken, answer, begun, events, worker_processes
from tests.inspecting import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed"),
]
PRELOADS = {
    "nothing": "",
    "no imginspect": "import sys\nfor name in [n for n in sys.modules if n.startswith('imginspect')]: del sys.modules[name]\n"
    "sys.modules['imginspect'] = None\n",
    "another version": "from imginspect.batch.workers import task_transport\ntask_transport.program_digest = lambda: 'another'\n",
    "other rules": "from imginspect.batch.workers import worker_config\nworker_config._digest = lambda *of: 'another'\n",
    "deadly": "import os\nfrom imginspect.batch.workers import work\njudge = vars(work).setdefault('judge', work.judge_image)\n"
    "def judge_image(setup, plan, *more):\n    if 'lib/app5:1' in plan.references: os._exit(1)\n    return judge(setup, plan, *more)\n"
    "judge_image.__module__, judge_image.__qualname__ = judge.__module__, 'judge_image'\nwork.judge_image = judge_image\n",
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler, which gives up on a task after the second worker that dies at it."""
    made = Cluster(tmp_path)
    yield made
    made.close()


def on(cluster: Cluster, images: Path, folder: Path, *options: str) -> Spoken:
    """A run that a cluster works at."""
    where = ("--out", folder / "out", "--cache", folder / "cache")
    return begun(images, *where, "--engine", "dask", "--scheduler", cluster.address, *options)


def preload(folder: Path, name: str) -> tuple[str, str]:
    path = folder / "preload.py"
    path.write_text(PRELOADS[name])
    return "--preload", str(path)


@pytest.mark.parametrize(
    "workers", [("--nworkers", "2", "--nthreads", "1"), ("--nthreads", "4", "--no-nanny")], ids=["processes", "threads"]
)
def test_workers_say_what_local_processes_do(
    workers: tuple[str, ...], cluster: Cluster, images: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    cluster.add(*workers)
    for state in ("cold", "warm"):
        asked = begun(images, "--out", tmp_path / state, "--cache", tmp_path / "cache", "--engine", "dask", "--scheduler", cluster.address)
        assert asked.ended() == (1, "")
        assert answer(tmp_path / state) == expected


@pytest.mark.parametrize("nanny", [True, False], ids=["with a nanny", "without"])
def test_a_worker_that_is_killed_changes_nothing(
    nanny: bool,
    cluster: Cluster,
    images: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
) -> None:
    both = [cluster.add("--nthreads", "1", *([] if nanny else ["--no-nanny"])) for _ in range(2)]
    asked = on(cluster, images, tmp_path)
    asked.until('"image"')
    (victim,) = worker_processes(both[0]) if nanny else [both[0].process.pid]
    os.kill(victim, signal.SIGKILL)
    assert asked.ended() == (1, "")
    assert answer(tmp_path / "out") == expected


def test_an_image_that_kills_every_worker_is_one_row(cluster: Cluster, images: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    cluster.add("--nworkers", "2", "--nthreads", "1", *preload(tmp_path, "deadly"))
    asked = on(cluster, images, tmp_path)
    assert asked.ended() == (1, "")
    reasons = {event["references"][0]: event["reason"] for event in events(asked) if event["event"] == "image"}
    assert [name for name, reason in reasons.items() if DIED in reason] == ["lib/app5:1"]
    differ = {name for name, content in answer(tmp_path / "out").items() if expected.get(name) != content}
    assert len([name for name in differ if name.endswith(".json") and name.startswith("reports/")]) == 1


@pytest.mark.parametrize("name", ["no imginspect", "another version", "other rules"])
def test_a_worker_with_another_program_judges_nothing(name: str, cluster: Cluster, images: Path, tmp_path: Path) -> None:
    cluster.add("--nthreads", "1", "--no-nanny", *preload(tmp_path, name))
    asked = on(cluster, images, tmp_path)
    code, said = asked.ended()
    assert code == 2
    assert said.startswith("imginspect: a worker has ")
    assert said.count("\n") == 1
    assert not [event for event in events(asked) if event["event"] == "image"]


def test_a_run_waits_for_its_first_worker_and_says_so(cluster: Cluster, images: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    where = ("--out", tmp_path / "out", "--cache", tmp_path / "cache", "--engine", "dask", "--scheduler", cluster.address)
    asked = begun(images, *where, stream="stderr")
    asked.until(f"waiting for workers of the Dask cluster at {cluster.address}")
    cluster.add("--nthreads", "1", "--no-nanny")
    assert asked.ended()[0] == 1
    assert answer(tmp_path / "out") == expected


def test_an_interrupt_ends_a_run_at_once_and_resume_goes_on(
    cluster: Cluster, images: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    cluster.add("--nthreads", "1", "--no-nanny")
    asked = on(cluster, images, tmp_path)
    asked.until('"image"')
    asked.process.send_signal(signal.SIGINT)
    began = time.monotonic()
    code, said = asked.ended()
    assert (code, said.strip()) == (130, "imginspect: interrupted")
    assert time.monotonic() - began < PATIENCE / 4
    assert on(cluster, images, tmp_path, "--resume").ended() == (1, "")
    assert answer(tmp_path / "out") == expected


def test_a_scheduler_that_goes_ends_the_run_and_another_engine_goes_on(
    cluster: Cluster, images: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    cluster.add("--nthreads", "1", "--no-nanny")
    asked = on(cluster, images, tmp_path)
    asked.until('"image"')
    cluster.stop_scheduler()
    gone = f"imginspect: the Dask scheduler at {cluster.address} has gone away; completed work is kept: continue with --resume\n"
    assert asked.ended() == (2, gone)
    where = ("--out", tmp_path / "out", "--cache", tmp_path / "cache")
    assert run("batch", "--policy", "generic", "-q", "-j", "1", images, *where, "--resume").code == 1
    assert answer(tmp_path / "out") == expected


def test_the_width_follows_the_workers(cluster: Cluster) -> None:
    first = cluster.add("--nthreads", "3", "--no-nanny")
    with mock.patch.object(engines, "_FRESH", 0.0):
        engine = engines.DaskEngine(cluster.address)
        try:
            assert (engine.workers, engine.width) == (3, 6)
            cluster.add("--nthreads", "2", "--no-nanny")
            assert (engine.workers, engine.width) == (5, 10)
            first.kill()
            end = time.monotonic() + PATIENCE
            while engine.workers != 2:
                assert time.monotonic() < end
            assert engine.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)
        finally:
            engine.close()


# -- reaching a scheduler --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("tcp://127.0.0.1:9", "cannot connect to a Dask scheduler at tcp://127.0.0.1:9: "),
        ("127.0.0.1", "--scheduler 127.0.0.1: expected tcp://HOST:PORT or tls://HOST:PORT"),
        ("tcp://127.0.0.1", "--scheduler tcp://127.0.0.1: expected tcp://HOST:PORT or tls://HOST:PORT"),
        ("tls://127.0.0.1:9", "--scheduler tls://… needs --tls-ca, and --tls-ca needs --scheduler tls://…"),
    ],
)
def test_a_scheduler_that_is_not_there_is_a_usage_error(address: str, complaint: str, images: Path, tmp_path: Path) -> None:
    with mock.patch.object(engines, "_PATIENCE", 1.0):
        outcome = run("batch", images, "--out", tmp_path / "out", "--cache", tmp_path / "cache", "--engine", "dask", "--scheduler", address)
    assert outcome.code == 2
    assert outcome.err.startswith(f"imginspect: {complaint}")
    assert outcome.err.count("\n") == 1


class Files:
    """The files of TLS: an authority, and a certificate of it for this machine."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.ca, self.certificate, self.key = (folder / name for name in ("ca.pem", "certificate.pem", "key.pem"))
        authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        issuer = _name("authority")
        self.ca.write_bytes(_certificate(authority, authority, issuer, issuer, is_authority=True))
        self.certificate.write_bytes(_certificate(own, authority, _name("cluster"), issuer, is_authority=False))
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.key.write_bytes(own.private_bytes(*plain))

    def of_dask(self) -> tuple[str, ...]:
        return ("--tls-ca-file", str(self.ca), "--tls-cert", str(self.certificate), "--tls-key", str(self.key))

    def of_imginspect(self) -> tuple[str, ...]:
        return ("--tls-ca", str(self.ca), "--tls-cert", str(self.certificate), "--tls-key", str(self.key))


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _certificate(
    key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, *, is_authority: bool
) -> bytes:
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(identifier(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier(signer.public_key())), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return built.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_tls_from_end_to_end_and_a_wrong_authority_is_refused(images: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    files, others = Files(tmp_path / "tls"), Files(tmp_path / "others")
    cluster = Cluster(tmp_path, *files.of_dask(), scheme="tls")
    try:
        cluster.add("--nthreads", "1", "--no-nanny")
        assert on(cluster, images, tmp_path, *files.of_imginspect()).ended() == (1, "")
        assert answer(tmp_path / "out") == expected
        for name, wrong in {
            "another authority": others.of_imginspect(),
            "no certificate": ("--tls-ca", str(files.ca)),
            "no authority": ("--tls-ca", str(files.key)),
        }.items():
            where = ("--out", tmp_path / "none", "--cache", tmp_path / "cache", "--engine", "dask", "--scheduler", cluster.address)
            with mock.patch.object(engines, "_PATIENCE", 2.0):
                outcome = run("batch", images, *where, *wrong)
            assert outcome.code == 2, name
            assert outcome.err.startswith(f"imginspect: cannot connect to a Dask scheduler at {cluster.address}: "), name
            assert outcome.err.count("\n") == 1, name
    finally:
        cluster.close()
