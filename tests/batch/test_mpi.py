"""MPI: the ranks of a job give the answer of local processes, and a job that was killed is gone on with by any engine."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from imginspect.batch.workers import engines
from tests.batch.clusters import PATIENCE, Spoken, answer, begun
from tests.inspecting import run

pytestmark = pytest.mark.slow


def _launcher() -> str | None:
    """mpiexec: that of this environment, or the system's."""
    return shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which("mpiexec")


def _mpi() -> tuple[str, ...]:
    """What begins three ranks; empty where that is not possible here."""
    launcher = _launcher()
    if launcher is None or importlib.util.find_spec("mpi4py") is None:
        return ()
    two = [launcher, "-n", "2", sys.executable, "-c", "from mpi4py.MPI import COMM_WORLD as world; assert world.size == 2"]
    tried = subprocess.run(two, capture_output=True, timeout=PATIENCE, env={**os.environ, **ENVIRONMENT})
    return (launcher, "-n", "3", sys.executable, "-m", "mpi4py.futures") if tried.returncode == 0 else ()


ENVIRONMENT = {  # Open MPI by itself wants no root, and as many processors as ranks
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_ALLOW_RUN_AS_ROOT": "1",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}
MPI = _mpi()
needs_mpi = pytest.mark.skipif(not MPI, reason="there is no mpi4py with an MPI that it works with")


def on_ranks(images: Path, folder: Path, *options: str) -> Spoken:
    where = ("--out", folder / "out", "--cache", folder / "cache")
    return begun(images, *where, "--engine", "mpi", *options, before=MPI, environment=ENVIRONMENT)


@needs_mpi
def test_ranks_say_what_local_processes_do_and_the_exit_code_comes_through(
    images: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    assert on_ranks(images, tmp_path).ended()[0] == 1
    assert answer(tmp_path / "out") == expected
    facts = json.loads((tmp_path / "out/run.json").read_text())
    assert (facts["engine"], facts["workers"]) == ("mpi", 2)


@needs_mpi
@pytest.mark.parametrize("engine", ["mpi", "local"])
def test_a_job_that_was_killed_is_gone_on_with(engine: str, images: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    job = on_ranks(images, tmp_path)
    job.until('"image"')
    job.kill()
    done = job.said["stdout"].count('"image"')
    if engine == "mpi":
        again = on_ranks(images, tmp_path, "--resume")
        assert again.ended()[0] == 1
    else:
        again = begun(images, "--out", tmp_path / "out", "--cache", tmp_path / "cache", "--resume", "-j", "1")
        assert again.ended()[0] == 1
    assert again.said["stdout"].count('"image"') <= 24 - done
    assert answer(tmp_path / "out") == expected


@needs_mpi
def test_an_error_ends_the_job(images: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/batch.sqlite").write_bytes(b"something else")
    job = on_ranks(images, tmp_path, "--resume")
    code, said = job.ended()
    assert code == 2
    assert "imginspect: " in said
    assert "Traceback" not in said


@needs_mpi
def test_a_request_to_end_ends_the_job(images: Path, tmp_path: Path) -> None:
    job = on_ranks(images, tmp_path)
    job.until('"image"')
    job.process.send_signal(signal.SIGTERM)
    assert job.ended()[0] != 0
    assert begun(images, "--out", tmp_path / "out", "--cache", tmp_path / "cache", "--resume", "-j", "1").ended()[0] == 1


@needs_mpi
def test_a_run_that_is_begun_without_the_launcher_says_how_to_begin(images: Path, tmp_path: Path) -> None:
    code, said = begun(images, "--out", tmp_path / "out", "--engine", "mpi").ended()
    assert code == 2
    assert said == "imginspect: start --engine mpi like this: mpiexec -n N python -m mpi4py.futures -m imginspect batch …\n"


@pytest.mark.parametrize(("engine", "package"), [("mpi", "mpi4py"), ("dask", "distributed")])
def test_a_package_that_is_missing_is_named(engine: str, package: str, images: Path, tmp_path: Path) -> None:
    with mock.patch.object(engines, "import_module", side_effect=ImportError("there is none")):
        options = ("--scheduler", "tcp://127.0.0.1:9") if engine == "dask" else ()
        outcome = run("batch", images, "--out", tmp_path / "out", "--engine", engine, *options)
    assert outcome.code == 2
    assert f"--engine {engine} needs the package {package}" in outcome.err
    assert f"pip install 'imginspect[{engine}]'" in outcome.err
