"""What the readers of interpreters' command lines have in common: targets made of the words that are left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imginspect.languages.language import PROGRAM, Form, Language, Target
from imginspect.languages.options import grammar, scan


def runs_itself(words: tuple[str, ...]) -> Target:
    """The command *words* as a program that is no interpreter."""
    return Target(PROGRAM, Form.PROGRAM, words[0], words[1:], words[0]) if words else Target(PROGRAM, Form.PROGRAM, "", (), "")


def target(language: Language, form: Form, value: str, args: Sequence[str], words: tuple[str, ...]) -> Target:
    """What *words* run; the interpreter's options are the words before *value* and *args*."""
    own = len(words) - len(args) - (form is Form.FILE)
    return Target(language, form, value, tuple(args), words[0], words[1 : max(own, 1)])


def undecided(language: Language, words: tuple[str, ...], why: str) -> Target:
    """A command of which *why* says that nobody can tell what it runs."""
    return Target(language, Form.PROGRAM, words[0], words[1:], words[0], unknown=f"{words[0]}: {why}")


def file_or(form: Form, language: Language, rest: tuple[str, ...], words: tuple[str, ...]) -> Target:
    """The file that *rest* starts with, standard input for ``-``, else *form*."""
    if rest and rest[0] == "-":
        return target(language, Form.STDIN, "", rest[1:], words)
    if rest:
        return target(language, Form.FILE, rest[0], rest[1:], words)
    return target(language, form, "", (), words)


def plain(options: str, text_options: tuple[str, ...], file_options: tuple[str, ...] = ()) -> Callable[[Language, tuple[str, ...]], Target]:
    """A reader for an interpreter whose text or file is given by one of these options, or whose first operand is its file."""

    def read(language: Language, words: tuple[str, ...]) -> Target:
        scanned = scan(words[1:], grammar(options))
        if scanned.unknown:
            return undecided(language, words, scanned.unknown)
        texts = scanned.all(*text_options)
        if texts:
            return target(language, Form.TEXT, "\n".join(texts), scanned.rest, words)
        file = scanned.last(*file_options)
        if file is not None:
            return Target(language, Form.FILE, file, scanned.rest, words[0])
        return file_or(Form.INTERACTIVE, language, scanned.rest, words)

    return read
