"""The summary of a run, made from its database alone: a page, a table, a document and a test report. Each yields its text in pieces."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from imginspect.batch.store.connection import complaints
from imginspect.batch.store.database import Database
from imginspect.batch.summary import csv_format, html_format, json_format, junit_format
from imginspect.host.writing import FOLDER, replace_file

FILES: dict[str, Callable[[Database], Iterator[str]]] = {
    "index.html": html_format.render,
    "results.csv": csv_format.render,
    "results.json": json_format.render,
    "results.xml": junit_format.render,
}
"""The files of a summary, with the function that writes each."""


def write_answer(database: Database, folder: Path) -> None:
    """Writes the answer's files into *folder*, each whole or not at all. The run is to be finished before.

    Raises: NoRoom, UsageError
    """
    for name, render in FILES.items():
        with complaints(folder / name):
            descriptor = os.open(folder, FOLDER)
            try:
                replace_file(descriptor, name, (piece.encode("utf-8", "backslashreplace") for piece in render(database)))
            finally:
                os.close(descriptor)
