"""``.ci/wheelhouse``: its options, whose machine conditions are judged for, and, where there is a network, an install without one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parent.parent / ".ci" / "wheelhouse"


@pytest.fixture(scope="module")
def wheelhouse() -> ModuleType:
    loader = SourceFileLoader("wheelhouse", str(SCRIPT))
    module = ModuleType("wheelhouse")
    module.__file__ = str(SCRIPT)
    exec(compile(loader.get_data(str(SCRIPT)), str(SCRIPT), "exec"), module.__dict__)
    return module


def wheel(folder: Path, name: str, *requires: str) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {text}" for text in requires)]
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n\nRequires-Dist: not-a-header\n")
    return path


def test_options(wheelhouse: ModuleType, tmp_path: Path) -> None:
    options = wheelhouse.arguments(["--platform", "linux-aarch64", "--python", "3.12", str(tmp_path / "new")])
    assert (options.platform, options.python, options.folder) == ("linux-aarch64", "3.12", tmp_path / "new")
    own = wheelhouse.arguments([str(tmp_path)])
    assert own.python == f"3.{sys.version_info.minor}"
    assert own.platform in wheelhouse.MACHINES


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ([], "DIR"),
        (["--platform", "windows", "new"], "invalid choice"),
        (["--python", "3.10", "new"], "expected 3.11 or later"),
        (["--python", "2.7", "new"], "expected 3.11 or later"),
        (["--python", "3.12.1", "new"], "expected 3.11 or later"),
        (["--python", "311", "new"], "expected 3.11 or later"),
        (["full"], "not an empty folder"),
        (["full/file"], "not an empty folder"),
        (["new", "more"], "unrecognized arguments"),
    ],
)
def test_wrong_options_are_refused(options: list[str], what: str, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    done = subprocess.run([sys.executable, SCRIPT, *options], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert what in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


@pytest.mark.parametrize(
    ("machine", "python", "expected"),
    [
        ("x86_64", "3.11", ["plain", "intel", "older"]),
        ("aarch64", "3.14", ["plain", "arm"]),
        ("aarch64", "3.13", ["plain", "arm", "older"]),
    ],
)
def test_conditions_are_judged_for_the_machine_that_is_meant(
    machine: str, python: str, expected: list[str], wheelhouse: ModuleType, tmp_path: Path
) -> None:
    path = wheel(
        tmp_path,
        "thing",
        "plain>=1",
        "intel; platform_machine == 'x86_64'",
        "arm; platform_machine == 'aarch64'",
        "older>=2; python_version < '3.14'",
        "elsewhere; platform_system == 'Windows' or sys_platform == 'darwin'",
        "tests; extra == 'test'",
    )
    environment = wheelhouse.target_environment(machine, python)
    assert [item.name for item in wheelhouse.requirements_of(path, environment, frozenset())] == expected
    assert [item.name for item in wheelhouse.requirements_of(path, environment, frozenset({"test"}))] == [*expected, "tests"]


def test_what_is_required_is_followed_to_its_end_and_taken_once(
    wheelhouse: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"one": ["two", "three[more]"], "two": ["three>=1"], "three": ["one", "four; extra == 'more'"], "four": []}
    asked = []

    def download(requirement: object, options: object, folder: Path) -> Path:
        del options
        name = requirement.name  # type: ignore[attr-defined]
        asked.append(name)
        return wheel(folder, name, *there[name])

    monkeypatch.setattr(wheelhouse, "own_wheel", lambda folder: wheel(folder, "imginspect", "one"))
    monkeypatch.setattr(wheelhouse, "download", download)
    wheelhouse.fill(wheelhouse.arguments([str(tmp_path / "new")]), tmp_path)
    assert asked == ["one", "two", "three", "four"]
    there["three"] = ["two>=2"]
    with pytest.raises(wheelhouse.Failed, match=r"two 1\.0 was taken, but two>=2"):
        wheelhouse.fill(wheelhouse.arguments([str(tmp_path / "new")]), tmp_path)


def test_sums_are_as_sha256sum_reads_them(wheelhouse: ModuleType, tmp_path: Path) -> None:
    paths = [wheel(tmp_path, name) for name in ("b", "a")]
    wheelhouse.describe(tmp_path)
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert lines == [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(paths)]
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path).returncode == 0
    assert "--no-index --find-links . imginspect" in (tmp_path / "INSTALL.txt").read_text()


# -- with a network --------------------------------------------------------------------------------------------------


def _quiet(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **more)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def without_network() -> list[str]:
    """The start of a command that runs another with no network."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and _quiet(*command, "true").returncode == 0:
            return command
    pytest.skip("a command cannot be cut off from the network here")


@pytest.fixture
def index(tmp_path: Path) -> None:
    """Skips where pip finds nothing to download."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--timeout", "10", "--retries", "0", "click"]
    if _quiet(*command, "--dest", tmp_path / "probe").returncode:
        pytest.skip("there is no package index to be reached")


@pytest.mark.oracle
@pytest.mark.usefixtures("index")
def test_what_is_carried_in_installs_and_runs_without_network(without_network: list[str], tmp_path: Path) -> None:
    made = _quiet(sys.executable, SCRIPT, tmp_path / "wheels")
    assert made.returncode == 0, made.stderr
    _quiet(sys.executable, "-m", "venv", tmp_path / "venv")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    clean["PATH"] = f"{tmp_path / 'venv' / 'bin'}:{clean['PATH']}"
    command = (tmp_path / "wheels" / "INSTALL.txt").read_text()
    installed = _quiet(*without_network, "sh", "-c", command, cwd=tmp_path / "wheels", env=clean)
    assert installed.returncode == 0, installed.stderr
    demo = _quiet(*without_network, "imginspect", "demo", cwd=tmp_path, env=clean)
    assert demo.returncode == 0, demo.stderr
    assert demo.stdout.startswith("FAIL  imginspect-demo:1")


@pytest.mark.oracle
@pytest.mark.usefixtures("index")
def test_there_is_a_wheel_of_everything_for_the_other_platform(tmp_path: Path) -> None:
    made = _quiet(sys.executable, SCRIPT, "--platform", "linux-aarch64", "--python", "3.12", tmp_path / "wheels")
    assert made.returncode == 0, made.stderr
    names = [path.name for path in (tmp_path / "wheels").glob("*.whl")]
    assert not [name for name in names if "x86_64" in name]
    assert [name for name in names if "aarch64" in name]
