"""Rows of a run for the tests of its database and of its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from imginspect.batch.store import database
from imginspect.batch.store.contents import encode
from imginspect.batch.store.database import Database
from imginspect.batch.values.plans import FindingRow, ImageRow, LayerContents, LayerRow, ResultRow, RuleRow, Skipped

RUN = {
    "tool_version": "1.0", "policy": "epcc-tre", "policy_sha256": "ab" * 32, "rules_sha256": "cd" * 32, "criteria": "ef" * 32,
    "fail_on": "high", "strict": "no", "undetermined": "undecided", "options": "{}", "report_forms": "json html",
}  # fmt: skip
RULES = [
    RuleRow(
        "TRE-NET-001",
        "Nothing is fetched when the container starts",
        "high",
        "Fetch it when the image is built.",
        "Something is fetched when the container starts",
        "Undecided whether anything is fetched",
        "network",
    ),
    RuleRow(
        "TRE-PRM-001",
        "No program gains rights",
        "low",
        "Take the setuid bit away.",
        "A program gains rights",
        "Undecided whether a program gains rights",
        "other",
    ),
    RuleRow(
        "TRE-SEC-002",
        "No credentials are in the image",
        "critical",
        "Revoke it, and build the image without it.",
        "Credentials are in the image",
        "Undecided whether credentials are in the image",
        "disclosure",
    ),
]


def digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def sha(content: bytes) -> bytes:
    return sha256(content).digest()


def layer(name: str, created_by: str = "", chain: str = "") -> LayerRow:
    return LayerRow(digest(f"blob {name}"), digest(name), digest(f"chain {chain or name}"), 1_000, created_by or f"COPY {name} /")


def finding(rule: str = "TRE-SEC-002", place: str = "/etc/key.pem", in_layer: str = "base", **parts: object) -> FindingRow:
    made = FindingRow(
        rule=rule, verdict="fail", severity="critical", fails_image=True, confidence="high", message=f"a private key in {place}",
        fingerprint=sha256(f"{rule}{place}".encode()).hexdigest()[:32], place=place, state="visible", layer=digest(f"blob {in_layer}"),
        diff_id=digest(in_layer),
    )  # fmt: skip
    return made._replace(**parts)  # type: ignore[arg-type]


def image(name: str, layers: Sequence[LayerRow] = (), findings: Iterable[FindingRow] = (), **parts: object) -> ImageRow:
    """A row called *name*: it fails where a finding counts."""
    found = tuple(findings)
    worst = {item.rule: item for item in sorted(found, key=lambda item: item.fails_image)}
    results = [ResultRow(item.rule, item.verdict, item.severity, item.fails_image) for item in worst.values()]
    results += [ResultRow(rule.id, "pass", rule.severity, False) for rule in RULES if rule.id not in worst]
    fails = any(item.fails_image for item in found)
    made = ImageRow(
        key=sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:32],
        references=(name,),
        source=f"mirror/{name}.tar",
        platform="linux/amd64",
        manifest_digest=digest(f"manifest {name}"),
        image_id=digest(f"config {name}"),
        verdict="fail" if fails else "pass",
        reason="1 rule of severity high or worse failed" if fails else "every rule that applies is met",
        results=tuple(results),
        findings=found,
        layers=tuple(layers),
        report=sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:8],
        report_sha256="12" * 32,
    )
    return made._replace(**parts)  # type: ignore[arg-type]


BASE, MIDDLE, TOP = layer("base", "FROM scratch"), layer("middle"), layer("top")
KEY = finding()
SETUID = finding("TRE-PRM-001", "/bin/su", "base", verdict="warn", severity="low", fails_image=False, message="/bin/su is setuid root")
ROWS = [
    image("registry.example.org/base:1", [BASE], [KEY, SETUID]),
    image("registry.example.org/app:1", [BASE, MIDDLE], [KEY, SETUID]),
    image("registry.example.org/app:2", [BASE, MIDDLE, TOP], [KEY._replace(state="deleted by layer 2"), SETUID]),
    image("registry.example.org/other:1", [layer("else")], references=("registry.example.org/other:1", "registry.example.org/other:new")),
    image("registry.example.org/half:1", [layer("half")], verdict="incomplete", reason="not everything could be read: layer 0: cut off"),
    image("mirror/broken.tar", [], [], references=(), source="mirror/broken.tar", platform="", manifest_digest="", image_id="", results=(),
          verdict="not-inspected", reason="it is no image", report="", report_sha256=""),
]  # fmt: skip
KEY_FILE, SU_FILE = b"a private key" * 100, b"su"
CONTENTS: list[LayerContents] = [
    encode(BASE.diff_id, [("/", None), ("/etc/", None), ("/etc/key.pem", sha(KEY_FILE)), ("/bin/su", sha(SU_FILE))]),
    encode(MIDDLE.diff_id, [("/app/", None), ("/app/copy.pem", sha(KEY_FILE)), ("/app/run.py", sha(b"run"))]),
    encode(TOP.diff_id, [("-/etc/key.pem", None), ("/app/run.py", sha(b"run 2"))]),
    encode(digest("else"), [("/else", sha(b"else"))]),
]  # fmt: skip
PASSED_OVER = [Skipped("mirror/notes.txt", "it is a text"), Skipped("mirror/chart", "it is a Helm chart")]


def filled(folder: Path, rows: Iterable[ImageRow] = ROWS, run: dict[str, str] | None = None) -> Database:
    """A finished run's database, still open."""
    made = database.create(folder, RUN if run is None else run, RULES)
    for row in rows:
        made.add(row, [item for item in CONTENTS if not made.has_contents(item.digest)], seconds=len(row.key) / 7)
    made.add_skipped(PASSED_OVER)
    made.finish()
    return made
