"""Scripts in the working directory that nothing starts: what they certainly lack is a warning, and nothing else is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, file, program
from tests.inspecting import report_of

BASE = (program("/bin/sh"), program("/usr/bin/server"))
SCRIPT = "#!/bin/sh\ncd /root/src\n./job\n"


def findings(tmp_path: Path, path: str, script: str = SCRIPT, working_dir: str = "/src", step: str = "COPY src /src", *more: Any) -> Any:
    """What TRE-ENT-002 and -003 find on an image that starts a program, with *script* at *path*, put there by *step*."""
    built = ImageBuilder().layer(*BASE).layer(file(path, script.encode(), mode=0o755), *more, created_by=step)
    report = report_of(built.config(cmd=["/usr/bin/server"], working_dir=working_dir).save(tmp_path / "image.tar", "oci"))
    results = [result for result in report["results"] if result["rule"] in ("TRE-ENT-002", "TRE-ENT-003")]
    assert "fail" not in {result["verdict"] for result in results}
    return [finding for result in results for finding in result["findings"]]


@pytest.mark.parametrize(
    "step",
    [
        "COPY src /src",
        "COPY run.sh /src/run.sh # buildkit",
        "ADD src/run.sh /src/",
        "/bin/sh -c #(nop) COPY file:0123 in /src/run.sh ",
    ],
)
def test_what_a_script_would_not_find_is_a_warning_with_its_condition(step: str, tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, "/src/run.sh", step=step)
    assert finding["verdict"] == "warn"
    assert "only if /src/run.sh is run: cd /root/src: /root/src does not exist" in finding["message"]
    assert (finding["evidence"][0]["path"], finding["evidence"][0]["line"]) == ("/src/run.sh", 2)


@pytest.mark.parametrize(
    ("path", "script", "working_dir", "step"),
    [
        ("/src/run.sh", SCRIPT, "/", "COPY src /src"),
        ("/src/run.sh", SCRIPT, "/srv", "COPY src /src"),
        ("/src/deep/run.sh", SCRIPT, "/src", "COPY src /src"),
        ("/src/run.sh", SCRIPT, "/src", "RUN /bin/sh -c ./run.sh"),
        ("/src/run.sh", "#!/bin/sh\nset -e\ndocker build .\n", "/src", "COPY src /src"),
        ("/src/run.sh", "#!/bin/sh\ncd ../dist\n", "/src", "COPY src /src"),
        ("/src/run.sh", "#!/bin/sh\nmkdir -p /out\ncd /out\n", "/src", "COPY src /src"),
        ("/src/run.sh", "#!/bin/sh\n[ -d /root/src ] && cd /root/src\n", "/src", "COPY src /src"),
        ("/src/run.py", "#!/usr/bin/python3\nopen('/root/src')\n", "/src", "COPY src /src"),
        ("/src/run.sh", "cd /root/src\n", "/src", "COPY src /src"),
    ],
)
def test_nothing_is_said_of_other_scripts(path: str, script: str, working_dir: str, step: str, tmp_path: Path) -> None:
    assert findings(tmp_path, path, script, working_dir, step) == []


def test_what_such_a_script_would_fetch_is_not_what_the_image_starts(tmp_path: Path) -> None:
    entries = (*BASE, program("/usr/bin/curl"))
    built = (
        ImageBuilder()
        .layer(*entries)
        .layer(file("/src/run.sh", b"#!/bin/sh\ncurl https://example.org\n", mode=0o755), created_by="COPY . .")
    )
    report = report_of(built.config(cmd=["/usr/bin/curl", "--version"], working_dir="/src").save(tmp_path / "image.tar", "oci"))
    assert [finding for result in report["results"] if result["rule"] == "TRE-NET-001" for finding in result["findings"]] == []
