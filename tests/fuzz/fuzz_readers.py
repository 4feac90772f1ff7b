"""A coverage-guided fuzz target for all readers: any bytes give a Report or an ImgInspectError, and nothing else.

``python tests/fuzz/make_corpus.py CORPUS && python tests/fuzz/fuzz_readers.py -runs=20000 CORPUS`` (needs atheris; libFuzzer's options
apply). Without atheris the entry point ``examine`` is still of use: test_mutations.py calls it.
"""

from __future__ import annotations

import io
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if TYPE_CHECKING:
    from imginspect.inspection.criteria import Criteria
    from imginspect.limits import Limits
    from imginspect.report import Report

BLOCK = 512


@cache
def small_limits() -> Limits:
    """Limits low enough that no input takes long."""
    from imginspect.limits import Limits

    return Limits(
        entries=2_000, layers=20, header_bytes=16 << 10, extension_headers=8, json_bytes=64 << 10, documents_bytes=1 << 20, json_depth=32,
        manifests=50, index_depth=4, members=500, expanded_bytes=4 << 20, spool_bytes=4 << 20, zstd_window_log=20, kept_bytes=64 << 10,
        problems=20,
    )  # fmt: skip


@cache
def _criteria() -> Criteria:
    from imginspect.inspection.criteria import load_criteria

    return load_criteria()


def examine(data: bytes) -> list[Report]:
    """The reports on every image of the archive *data*; none where it is refused with an ImgInspectError.

    Raises: AssertionError - a check crashed, or a report holds what a terminal would act on; whatever else is raised is a fault
    """
    from imginspect.archive import Access, open_archive
    from imginspect.errors import ImgInspectError
    from imginspect.image import list_images
    from imginspect.inspection.inspect import inspect
    from imginspect.report import json_format, terminal
    from imginspect.report.tree import report_tree

    reports = []
    try:
        with open_archive(io.BytesIO(data), Access(small_limits())) as archive:
            listing = list_images(archive)
            reports = [inspect(archive, image, listing, _criteria()) for image in listing.images[:3]]
    except ImgInspectError as error:
        if not str(error):
            raise AssertionError(f"{type(error).__name__} without a message") from error
    for report in reports:
        assert not any("crashed" in result.reason for result in report.results), [result.reason for result in report.results]
        assert json_format.render([report_tree(report)]).isascii()
        assert not [character for character in terminal.render([report_tree(report)]) if not character.isprintable() and character != "\n"]
    return reports


def repaired(data: bytes) -> bytes:
    """*data* with the checksums of its tar headers set right, those of plain tars inside it too: mutations get past the first header."""
    tar = bytearray(data)
    _repair(tar, 0, len(tar), 2)
    return bytes(tar)


def _repair(tar: bytearray, at: int, end: int, depth: int) -> None:
    while at + BLOCK <= end:
        block = tar[at : at + BLOCK]
        if not any(block):
            return
        if block[257:262] != b"ustar":
            return
        block[148:156] = b" " * 8
        tar[at + 148 : at + 156] = b"%06o\0 " % sum(block)
        digits = bytes(block[124:136]).strip(b" \0")
        size = int(digits, 8) if digits and not digits.translate(None, b"01234567") else 0
        at += BLOCK
        if depth > 1 and size >= BLOCK:
            _repair(tar, at, min(end, at + size), depth - 1)
        at += size + -size % BLOCK


def main() -> None:
    """Fuzz until libFuzzer's options say stop, or something is found."""
    import atheris

    with atheris.instrument_imports(include=["imginspect"]):
        import imginspect.cli.inspect_command  # noqa: F401 - brings in all that reads
        from imginspect.archive import open_archive  # noqa: F401
        from imginspect.inspection.inspect import inspect  # noqa: F401

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        mutated: bytes = atheris.Mutate(data, max_size)
        return repaired(mutated) if seed % 4 else mutated

    atheris.Setup(sys.argv, lambda data: examine(data) and None, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
