"""Databases that the real package managers wrote: rpm's own, made here, and apk's in the real images."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from imginspect.packages.owners import ClaimState, Owners
from tests.views import text, view_of

SPEC = """\
Name: tool
Version: 1.0
Release: 3
Epoch: 2
Summary: a tool
License: MIT
BuildArch: noarch
%description
a tool
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc
printf tool > %{buildroot}/usr/bin/tool
printf conf > %{buildroot}/etc/tool.conf
%files
/usr/bin/tool
%config /etc/tool.conf
"""


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("rpmbuild") is None, reason="rpm is not installed")
def test_the_database_that_rpm_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "tool.spec").write_text(SPEC, "utf-8")
    define = ["--define", f"_topdir {tmp_path}/build"]
    subprocess.run(["rpmbuild", "-bb", "--quiet", *define, tmp_path / "tool.spec"], check=True, capture_output=True)
    [package] = (tmp_path / "build" / "RPMS").rglob("*.rpm")
    install = ["rpm", "--root", str(tmp_path / "root"), "--define", "_db_backend sqlite", "--define", "_dbpath /var/lib/rpm"]
    subprocess.run([*install, "-i", "--justdb", "--nodeps", "--noscripts", package], check=True, capture_output=True)
    content = (tmp_path / "root/var/lib/rpm/rpmdb.sqlite").read_bytes()
    view = view_of(
        [
            {"path": "/var/lib/rpm/rpmdb.sqlite", "base64": base64.b64encode(content).decode()},
            text("/usr/bin/tool", "tool"),
            text("/etc/tool.conf", "changed"),
        ]
    )
    owners = Owners(view)
    assert [(package.name, package.version, package.licence) for package in owners.packages] == [("tool", "2:1.0-3", "MIT")]
    states = {path: owner.state for path in ("/usr/bin/tool", "/etc/tool.conf") if (node := view.find(path)) and (owner := owners.of(node))}
    assert states == {"/usr/bin/tool": ClaimState.UNMODIFIED, "/etc/tool.conf": ClaimState.MODIFIED}
