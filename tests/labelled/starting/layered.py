"""What a later layer does to a file that is started: replaced, hidden, linked, made again."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from tests.labelled.starting.case import SITE, Case, broken, image, script, sound

RUN = {"/app/run.sh": "#!/bin/sh\necho run\n"}
MAIN = {"/app/main.py": "import helper\n\nprint(helper)\n", "/app/helper.py": "x = 1\n"}
STEP = {"/app/step.sh": "#!/bin/sh\necho step\n"}
START = ["/app/run.sh"]


def held(path: str, text: str = "#!/bin/sh\necho\n", mode: int = 0o755, **more: Any) -> dict[str, Any]:
    return {"path": path, "text": text, "mode": mode, **more}


def link(path: str, target: str) -> dict[str, Any]:
    return {"path": path, "kind": "symlink", "target": target}


def hard(path: str, target: str) -> dict[str, Any]:
    return {"path": path, "kind": "hardlink", "target": target, "mode": 0o755}


def gone(path: str) -> dict[str, Any]:
    return {"path": path, "kind": "whiteout"}


def opaque(path: str) -> dict[str, Any]:
    return {"path": path, "kind": "opaque"}


def folder(path: str, mode: int = 0o755) -> dict[str, Any]:
    return {"path": path, "mode": mode}


REFUSED = "umoci follows a hard link into a lower layer; podman with overlay refuses the image"
LINKED: list[dict[str, Any]] = [folder("/data/"), folder("/data/real/"), held("/data/real/run.sh"), link("/m", "/data/real")]


def hidden() -> list[Case]:
    """Whiteouts and opaque markers."""
    return [
        broken("layer-whiteout", "deleted", image(START, RUN, later=[[gone("/app/run.sh")]])),
        sound("layer-whiteout-again", "deleted and made again", image(START, RUN, later=[[gone("/app/run.sh")], [held("/app/run.sh")]])),
        broken("layer-whiteout-folder", "its folder deleted", image(START, RUN, later=[[gone("/app")]])),
        broken("layer-whiteout-folder-again", "its folder deleted and made again for something else", image(START, RUN, later=[[gone("/app")], [held("/app/other.sh")]])),
        sound("layer-whiteout-other", "a file of a longer name deleted", image(START, RUN, later=[[gone("/app/run.sh.bak")]])),
        broken("layer-opaque", "its folder made anew", image(START, RUN, later=[[folder("/app/"), opaque("/app/")]])),
        sound("layer-opaque-with", "its folder made anew with it", image(START, RUN, later=[[folder("/app/"), opaque("/app/"), held("/app/run.sh")]])),
        sound("layer-opaque-last", "its folder made anew with it, the marker last", image(START, RUN, later=[[folder("/app/"), held("/app/run.sh"), opaque("/app/")]])),
        broken("layer-opaque-deep", "a folder above made anew", image(["/app/bin/run.sh"], {"/app/bin/run.sh": "#!/bin/sh\n"}, later=[[folder("/app/"), opaque("/app/"), folder("/app/bin/")]])),
        broken("layer-interpreter", "the interpreter deleted", image(START, RUN, later=[[gone("/bin/dash")]])),
        broken("layer-interpreter-link", "the interpreter's name deleted", image(START, RUN, later=[[gone("/bin/sh")]])),
        sound("layer-interpreter-other", "the interpreter is another one then", image(START, RUN, later=[[gone("/bin/dash"), gone("/bin/sh")], [link("/bin/sh", "bash")]])),
        broken("layer-second", "the second script deleted", script("exec /app/step.sh\n", STEP, later=[[gone("/app/step.sh")]]), line=2),
        broken("layer-settings", "the settings deleted", script("set -e\n. /app/job.env\necho\n", {"/app/job.env": "A=1\n"}, later=[[gone("/app/job.env")]]), line=3),
        broken("layer-module", "an own module deleted", image(["python3", "/app/main.py"], MAIN, later=[[gone("/app/helper.py")]]), "warn", line=1, where="/app/main.py"),
        sound("layer-module-again", "an own module replaced by a package", image(["python3", "/app/main.py"], MAIN, later=[[gone("/app/helper.py"), held("/app/helper/__init__.py", "x = 2\n", 0o644)]])),
        broken("layer-package", "an installed package deleted", script("exec python3 -c 'import requests'\n", later=[[gone(f"{SITE}/requests")]]), "warn", line=2),
    ]


def replaced() -> list[Case]:
    """One kind of thing in the place of another."""
    return [
        broken("layer-mode", "no more to be run", image(START, RUN, later=[[held("/app/run.sh", mode=0o644)]])),
        broken("layer-folder-mode", "its folder closed to the user", image(START, RUN, user="1000", later=[[folder("/app/", 0o700)]])),
        sound("layer-folder-mode-open", "its folder opened to the user", image(START, RUN, entries=[folder("/app/", 0o700)], user="1000", later=[[folder("/app/")]])),
        broken("layer-file-by-folder", "a folder in its place", image(START, RUN, later=[[gone("/app/run.sh")], [folder("/app/run.sh/")]])),
        broken("layer-file-by-link", "a link into nothing in its place", image(START, RUN, later=[[link("/app/run.sh", "/opt/run.sh")]])),
        sound("layer-file-by-good-link", "a link to another script in its place", image(START, {**RUN, **STEP}, later=[[link("/app/run.sh", "step.sh")]])),
        sound("layer-link-by-file", "a script in the place of a link into nothing", image(START, entries=[link("/app/run.sh", "/opt/run.sh")], later=[[held("/app/run.sh")]])),
        sound("layer-link-by-folder", "a folder in the place of a link: what the link led to stays", image(["/data/real/run.sh"], entries=LINKED, later=[[folder("/m/"), opaque("/m/")]])),
        broken("layer-link-by-folder-inside", "a folder in the place of a link: what the link led to is not in it", image(["/m/run.sh"], entries=LINKED, later=[[folder("/m/"), opaque("/m/")]])),
        broken("layer-link-by-plain-folder", "the same without a marker", image(["/m/run.sh"], entries=LINKED, later=[[folder("/m/")]])),
        sound("layer-link-by-plain-folder-target", "the same, and what the link led to", image(["/data/real/run.sh"], entries=LINKED, later=[[folder("/m/")]])),
        sound("layer-link-whiteout-target", "the link deleted: what it led to stays", image(["/data/real/run.sh"], entries=LINKED, later=[[gone("/m")]])),
        broken("layer-target-whiteout", "what the link leads to deleted", image(["/m/run.sh"], entries=LINKED, later=[[gone("/data/real")]])),
        sound("layer-folder-by-link", "a link in the place of a folder", image(["/old/run.sh"], {**RUN, "/old/other": "x\n"}, later=[[gone("/old")], [link("/old", "/app")]])),
        broken("layer-folder-by-link-gone", "a link in the place of its folder, which leads elsewhere", image(["/old/run.sh"], {"/old/run.sh": "#!/bin/sh\n", "/app/x": "x\n"}, later=[[gone("/old")], [link("/old", "/app")]])),
        sound("layer-through-link", "put there through a link", image(START, {"/app/x": "x\n"}, entries=[link("/ln", "app")], later=[[held("/ln/run.sh")]])),
        broken("layer-python-link", "Python's name leads to a version that is not there", image(["python3", "-c", "print(1)"], later=[[link("/usr/local/bin/python3", "python3.13")]])),
    ]


def linked() -> list[Case]:
    """Hard links."""
    return [
        sound("layer-hard-link", "a hard link to a script of a lower layer", image(["/usr/local/bin/job"], RUN, later=[[hard("/usr/local/bin/job", "/app/run.sh")]]), "warn", "undetermined", note=REFUSED),
        sound("layer-hard-link-stays", "a hard link stays where its other name is deleted", image(["/usr/local/bin/job"], RUN, later=[[hard("/usr/local/bin/job", "/app/run.sh")], [gone("/app/run.sh")]]), "warn", "undetermined", note=REFUSED),
        broken("layer-hard-link-deleted", "a hard link deleted", image(["/usr/local/bin/job"], RUN, later=[[hard("/usr/local/bin/job", "/app/run.sh")], [gone("/usr/local/bin/job")]])),
        broken("layer-hard-link-mode", "a hard link whose own header takes the right to run from both names", image(START, RUN, entries=[{**hard("/app/job", "/app/run.sh"), "mode": 0o644}]), "warn", "undetermined", note="podman puts the mode on both names, umoci does not", tried=False),
        sound("layer-hard-link-old", "a hard link keeps the text that it had", image(["/usr/local/bin/job"], RUN, later=[[hard("/usr/local/bin/job", "/app/run.sh")], [held("/app/run.sh", "#!/bin/gone\n")]]), "warn", "undetermined", note=REFUSED),
    ]


def all_cases() -> list[Case]:
    """All of them."""
    return [*hidden(), *replaced(), *linked()]
