"""The languages. A new one is a folder with a ``language.py`` that defines ``LANGUAGE``, and a line in ``_FOLDERS``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from imginspect.languages import unread
from imginspect.languages.interpreter import runs_itself
from imginspect.languages.language import Language, Target

_FOLDERS = (
    "shell",
    "python",
    "r",
    "julia",
)
"""Languages whose texts are read."""


def _language(folder: str) -> Language:
    language: Language = getattr(import_module(f"imginspect.languages.{folder}.language"), folder.upper())
    return language


LANGUAGES = (*(_language(folder) for folder in _FOLDERS), *unread.LANGUAGES)
"""All languages that have an interpreter here, those that are read first."""


def interpret(argv: Sequence[str]) -> Target:
    """What *argv* runs, wrappers already peeled off. An empty *argv* is a program without a name."""
    words = tuple(argv)
    name = words[0].rpartition("/")[2].lstrip("-") if words else ""
    for language in LANGUAGES:
        for interpreter in language.interpreters:
            if interpreter.names.fullmatch(name):
                return interpreter.read(language, words)
    return runs_itself(words)


def language_of_file(path: str) -> Language | None:
    """The language that the end of *path* states; None where it states none."""
    return next((language for language in LANGUAGES if path.endswith(language.suffixes)), None) if path else None


def with_calls() -> dict[str, Language]:
    """The languages whose calls the knowledge about networks can name, by the key for it."""
    return {language.call_key: language for language in LANGUAGES if language.call_key}
