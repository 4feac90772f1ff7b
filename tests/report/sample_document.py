"""A document with something in every part, and a bigger one, for the tests of the forms."""

from __future__ import annotations

from imginspect import __version__
from imginspect.report.document import (
    SCHEMA_VERSION,
    EvidencePart,
    FindingPart,
    LayerPlace,
    ReportDocument,
    ResultPart,
    RowKind,
    TreeRow,
)

_SHA = "ab" * 32


def place(index: int = 1) -> LayerPlace:
    return {"index": index, "digest": f"sha256:{_SHA}", "diff_id": f"sha256:{'cd' * 32}", "created_by": "COPY . /app"}


def evidence(path: str | None = "/app/run.sh", line: int | None = 2, **parts: object) -> EvidencePart:
    made: EvidencePart = {
        "path": path, "config_field": None, "archive_member": None, "line": line, "layer": place(), "state": "visible", "hidden_by": None,
        "file_sha256": _SHA, "file_type": "Bourne-Again shell script", "size": 62, "excerpt": "curl https://example.org/model.bin",
        "context": [{"line": 1, "text": "#!/bin/bash"}, {"line": 2, "text": "curl https://example.org/model.bin"},
                    {"line": 3, "text": "exec python3 /app/run.py"}],
        "expected": None, "actual": None, "secret_id": None,
    }  # fmt: skip
    made.update(parts)  # type: ignore[typeddict-item]
    return made


def finding(rule: str = "TRE-NET-001", verdict: str = "fail", **parts: object) -> FindingPart:
    made: FindingPart = {
        "rule": rule, "verdict": verdict, "severity": "high", "confidence": "high",  # type: ignore[typeddict-item]
        "message": "/app/run.sh fetches https://example.org/model.bin with curl when the container starts", "fingerprint": "0f" * 16,
        "remediation": "",
        "evidence": [evidence()],
    }  # fmt: skip
    made.update(parts)  # type: ignore[typeddict-item]
    return made


def result(rule: str = "TRE-NET-001", verdict: str = "fail", findings: list[FindingPart] | None = None, **parts: object) -> ResultPart:
    made: ResultPart = {
        "rule": rule, "title": "Nothing is fetched when the container starts", "verdict": verdict,  # type: ignore[typeddict-item]
        "severity": "high", "fails_image": verdict == "fail", "reason": "", "conditions": [],
        "rationale": "A container in the environment has no network; what it fetches at its start is not there.",
        "remediation": "Fetch the file when the image is built, or ask for it in /safe_data.",
        "outcome_title": str(parts.get("title", "Nothing is fetched when the container starts")), "harm": "other",
        "references": [{"title": "Using containers in the TRE", "section": "Network", "level": "must", "quote": "no network access"}],
        "findings": [finding(rule, verdict)] if findings is None else findings,
    }  # fmt: skip
    made.update(parts)  # type: ignore[typeddict-item]
    return made


def row(path: str, kind: RowKind = "file", **parts: object) -> TreeRow:
    made: TreeRow = {"path": path, "kind": kind, "mode": "0644", "owner": "0:0", "size": 10, "layer": 1, "files": 1, "target": "",
                     "sha256": _SHA if kind == "file" else None}  # fmt: skip
    made.update(parts)  # type: ignore[typeddict-item]
    return made


def sample_document(**parts: object) -> ReportDocument:
    """A failed image with a warning, a pass with a condition and one that does not apply."""
    passed = result("TRE-DIR-001", "pass", [], title="The mount directories are there", conditions=["the data is in /safe_data/x"])
    warned = result("TRE-PRM-001", "warn", [finding("TRE-PRM-001", "warn", message="/bin/su is setuid root", severity="low")],
                    title="No program gains rights", severity="low")  # fmt: skip
    unused = result("TRE-LIC-001", "not-applicable", [], title="No licence server is named", reason="no software asks for a licence")
    made: ReportDocument = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "imginspect", "version": __version__},
        "inspected_by": None,
        "inspected_on": None,
        "verdict": "fail",
        "exit_code": 1,
        "reason": "1 rule of severity high or worse failed: TRE-NET-001",
        "policy": {
            "id": "epcc-tre", "title": "A Trusted Research Environment", "sha256": _SHA, "fail_on": "high", "strict": False,
            "undetermined": "undecided",
            "rules_sha256": _SHA, "mount_directories": [{"path": "/safe_data", "role": "data", "purpose": "the project's data"}],
            "changed_severities": {"TRE-PRM-001": "medium"}, "skipped": {},
        },
        "image": {
            "references": ["registry.example.org/team/app:1.0"], "image_id": f"sha256:{_SHA}", "manifest_digest": f"sha256:{'ef' * 32}",
            "platform": "linux/amd64", "archive_layout": "OCI layout", "other_images": [], "layers": 2,
            "base": {"name": "docker.io/library/debian:12", "digest": f"sha256:{'0a' * 32}"},
            "config": {
                "os": "linux", "architecture": "amd64", "variant": "", "created": "2024-05-01T10:00:00Z", "author": "", "user": "app",
                "env": ["PATH=/usr/bin"], "entrypoint": ["/app/run.sh"], "cmd": [], "working_dir": "/app", "shell": [], "stop_signal": "",
                "healthcheck": None, "volumes": [], "exposed_ports": ["8080/tcp"], "labels": {"org.example": "x"}, "on_build": [],
                "unread_fields": [],
            },
        },
        "chain_of_custody": [
            {"role": "archive", "name": "the archive as given", "layer": None, "status": "computed", "digest": f"sha256:{_SHA}",
             "expected": None, "size": 10240, "expected_size": None},
            {"role": "layer", "name": "blobs/sha256/x", "layer": 0, "status": "mismatch", "digest": f"sha256:{_SHA}",
             "expected": f"sha256:{'12' * 32}", "size": 5120, "expected_size": 5120},
        ],
        "results": [passed, unused, result(), warned],
        "layers": [
            {"index": 0, "created_by": "FROM scratch", "created": "2024-05-01T09:00:00Z", "digest": f"sha256:{_SHA}",
             "diff_id": f"sha256:{'cd' * 32}", "compression": "gzip", "status": "read", "stored_bytes": 30_000_000,
             "expanded_bytes": 80_000_000, "files": 4000, "file_bytes": 78_000_000, "wasted_bytes": 1_000_000},
            {"index": 1, "created_by": "COPY . /app", "created": "2024-05-01T10:00:00Z", "digest": f"sha256:{_SHA}",
             "diff_id": f"sha256:{'cd' * 32}", "compression": "gzip", "status": "read", "stored_bytes": 2_000, "expanded_bytes": 10_240,
             "files": 2, "file_bytes": 120, "wasted_bytes": 0},
        ],
        "history": [
            {"created": "2024-05-01T09:00:00Z", "created_by": "FROM scratch", "comment": "", "layer": 0},
            {"created": "2024-05-01T10:00:00Z", "created_by": "ENV PATH=/usr/bin", "comment": "", "layer": None},
            {"created": "2024-05-01T10:00:00Z", "created_by": "COPY . /app", "comment": "buildkit", "layer": 1},
        ],
        "startup": {
            "command": ["/app/run.sh"], "user": "app", "working_dir": "/app", "steps": ["/app/run.sh is run by /bin/bash"], "problems": [],
            "conditions": [],
            "programs": [
                {"language": "shell", "path": "/app/run.sh", "config_field": None, "line": None, "layer": 1,
                 "chain": ["ENTRYPOINT /app/run.sh"], "not_analysed": ""},
                {"language": "python", "path": "/app/run.py", "config_field": None, "line": None, "layer": 1,
                 "chain": ["ENTRYPOINT /app/run.sh", "/app/run.sh, line 3: python3 /app/run.py"], "not_analysed": ""},
            ],
        },
        "licences": [
            {"kind": "packages", "name": "Python package", "detail": "MIT (2), not stated (1)", "path": None, "count": 3},
            {"kind": "file", "name": "FlexNet licence", "detail": "server 27000@host", "path": "/opt/app/license.lic", "count": 1},
        ],
        "filesystem": {
            "rows": [
                row("/", "directory", mode="0755", files=4002, size=78_000_120, layer=0),
                row("/app", "directory", mode="0755", files=2, size=120),
                row("/app/run.py"),
                row("/app/run.sh", mode="0755", size=62),
                row("/app/latest", "symlink", target="run.py", sha256=None),
                row("/usr/lib/python3.12", "folded-package", mode="0755", files=4000, size=78_000_000, layer=0),
            ],
            "files": 4002,
            "bytes": 78_000_120,
        },
        "coverage": {
            "complete": True, "gaps": [], "archive_bytes": 10240, "bytes_by_use": {"layers of this image": 9000},
            "layers": [
                {"index": number, "status": "read", "reason": "", "compression": "gzip", "stored_bytes": 5120, "expanded_bytes": 10240,
                 "entries": 9, "files": 4, "file_bytes": 300, "files_not_read": 0, "trailing_bytes": 0, "packed_files": 0}
                for number in range(2)
            ],
            "unreferenced_files": [], "visible_nodes": 12, "hidden_nodes": 1, "second_pass_files": 0,
        },
        "problems": [],
        "questions": [{"id": "ig-approval", "question": "Has Information Governance approved the software?", "why": "An image shows what "
                       "is installed, not whether it was agreed."}],
    }  # fmt: skip
    made.update(parts)  # type: ignore[typeddict-item]
    return made


def large_document(findings: int = 2_000, files: int = 100_000) -> ReportDocument:
    """An image of *files* files and *findings* findings, as large as the limits on the forms are stated for."""
    made = [
        finding("TRE-SEC-002", "fail", message=f"a private key in /app/key{number}.pem", fingerprint=f"{number:032x}",
                evidence=[evidence(f"/app/src/package{number % 50}/key{number}.pem", number % 400 + 2) for _ in range(2)])
        for number in range(findings)
    ]  # fmt: skip
    shown = min(files, 5_000)
    rows = [row("/", "directory", files=files), row("/app", "directory", files=shown), row("/app/src", "directory", files=shown)]
    for folder in range(50):
        rows.append(row(f"/app/src/package{folder:02}", "directory", files=100))
        rows += [row(f"/app/src/package{folder:02}/key{number:04}.pem", size=number) for number in range(shown // 50)]
    rows += [row(f"/usr/lib/python3/dist-packages/p{number:04}", "folded-package", files=95) for number in range(1_000)]
    document = sample_document(results=[result("TRE-SEC-002", "fail", made, title="No credentials are in the image"), result()])
    document["filesystem"] = {"rows": rows, "files": files, "bytes": 10 * files}
    return document
