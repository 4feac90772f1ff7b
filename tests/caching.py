"""Images inspected with a cache of layers and without, and what the reports say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from imginspect.archive import Access, identity, open_archive
from imginspect.host.cache import Cache
from imginspect.image import Choice
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.library import inspect_source
from imginspect.layer import LayerJob, read_layers
from imginspect.limits import Limits
from imginspect.reading import cached_layers
from imginspect.reading.given import Given
from imginspect.report.tree import report_tree
from tests.image_builder import ImageBuilder, directory, file, hardlink, symlink, whiteout

BOUND = 1 << 30
TOKEN = "glpat-" + "Zq7xW2mK9pL4vN8sT3yB"
SCRIPT = b"#!/bin/sh\nexec python3 /app/main.py\n"
LAYERS = (
    [directory("/app"), file("/etc/os-release", b"ID=debian\n"), file("/usr/bin/sh", b"\x7fELF" + bytes(60), mode=0o4755)],
    [file("/app/run.sh", SCRIPT, mode=0o755), file("/app/main.py", b"import os\n" * 400), symlink("/run", "app/run.sh")],
    [whiteout("/etc/os-release"), hardlink("/app/again", "/app/run.sh"), file(b"/\xff".decode("utf-8", "surrogateescape"), b"1")],
)
IMAGE = ImageBuilder().layer(*LAYERS[0]).layer(*LAYERS[1]).layer(*LAYERS[2]).config(entrypoint=["/app/run.sh"], user="1000")


@cache
def criteria(policy: str = "generic") -> Criteria:
    """The criteria of a policy, loaded once."""
    return load_criteria(policy)


def report(path: Path, folder: Path | None, limits: Sequence[str] = (), by: Criteria | None = None) -> str:
    """The JSON report on every image at *path*, its filesystem included; layers come through the cache in *folder*."""
    access = Access(Limits().with_settings(list(limits)), folder.parent if folder else None)
    stored = Cache(folder, BOUND) if folder is not None else None
    reports = inspect_source(
        lambda: open_archive(path, access), Choice(), by or criteria(), what=Given(path.name), every=True, cache=stored
    )
    return json.dumps([report_tree(item, with_filesystem=True) for item in reports], indent=1)


@contextmanager
def settled() -> Iterator[None]:
    """Files count as long unchanged, however new they are."""
    with mock.patch.object(identity, "_GRANULARITY", -(1 << 62)):
        yield


@contextmanager
def reads() -> Iterator[list[LayerJob]]:
    """Notes the layers that are read while it lasts, but for those that are only hashed."""
    real = read_layers
    noted: list[LayerJob] = []

    def note(jobs: Sequence[LayerJob], *others: Any, **options: Any) -> Any:
        noted.extend(jobs)
        return real(jobs, *others, **options)

    with mock.patch.object(cached_layers, "read_layers", note):
        yield noted


def assert_same(path: Path, folder: Path, limits: Sequence[str] = (), by: Criteria | None = None) -> int:
    """No report on the image at *path* depends on the cache in *folder*, empty or filled; how many layers were read in the last run."""
    wanted = report(path, None, limits, by)
    assert report(path, folder, limits, by) == wanted
    assert report(path, folder, limits, by) == wanted
    with settled():
        assert report(path, folder, limits, by) == wanted  # notes what the files are
        with reads() as noted:
            assert report(path, folder, limits, by) == wanted
    return len(noted)
