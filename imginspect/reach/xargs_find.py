"""The commands that ``xargs`` and ``find -exec`` run with the words and files that they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

from imginspect.languages.values import LONGEST_WORD, Value, constant, dynamic

_MOST_MADE = 500
"""Commands made of one ``xargs`` or ``find``; beyond, one with a word that is not known stands for the others, or for all."""
_MOST_WORDS = 1_000
"""Words that one command is given; one that is not known stands for the others."""
_VALUED = frozenset(
    {"-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s", "--max-args", "--max-procs", "--max-lines", "--delimiter", "--arg-file"}
)
_QUOTES = str.maketrans("", "", "'\"")
_NARROWING = frozenset({"!", "-not", "-o", "-or", "-prune", "-regex", "-path", "-wholename", "-iname", "-lname"})


def handed_on(words: Sequence[Value], given: Value | None) -> list[tuple[Value, ...]]:
    """What ``xargs`` runs: its command with the words of *given*, or with one that is not known."""
    options, command = _split(words[1:])
    if not command:
        return []
    mark = next((text[2:] or following for text, following in options if text.startswith("-I")), "")
    mark = mark or next(("{}" for text, _ in options if text.startswith(("-i", "--replace"))), "")
    text = given.text if given is not None and not any(option in ("-a", "--arg-file") for option, _ in options) else None
    if text is None or len(text) > LONGEST_WORD:
        return [_put(command, mark, dynamic("{}"))] if mark else [(*command, dynamic("…"))]
    if mark:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        more = [_put(command, mark, dynamic("{}"))] if len(lines) > _MOST_MADE else []
        return [_put(command, mark, constant(line)) for line in lines[:_MOST_MADE]] + more or [tuple(command)]
    items = text.split()
    rest = [dynamic("…")] if len(items) > _MOST_WORDS else []
    return [(*command, *(constant(item.translate(_QUOTES)) for item in items[:_MOST_WORDS]), *rest)]


def _split(words: Sequence[Value]) -> tuple[list[tuple[str, str]], list[Value]]:
    """The options, each with the word behind it, and the command."""
    options: list[tuple[str, str]] = []
    rest = list(words)
    while rest and (rest[0].text or "").startswith("-"):
        text = rest[0].text or ""
        following = rest[1].text or "" if len(rest) > 1 else ""
        options.append((text, following))
        rest = rest[2 if text in _VALUED else 1 :]
    return options, rest


def _put(command: Sequence[Value], mark: str, value: Value) -> tuple[Value, ...]:
    """*command* with *value* in place of *mark*."""
    return tuple(_filled(word, mark, value) if mark in (word.text or "") else word for word in command)


def _filled(word: Value, mark: str, value: Value) -> Value:
    text = word.text or ""
    if value.text is not None:
        return constant(text.replace(mark, value.text), lines=word.lines[:1])
    return Value(None, text, text.partition(mark)[0] + value.prefix)


def executed_by_find(words: Sequence[Value], files_below: Callable[[str], list[str] | None]) -> Iterator[tuple[Value, ...]]:
    """What ``find FOLDER … -exec COMMAND {} ;`` runs: once for each file, or once for one that is not known."""
    texts = [word.text for word in words]
    for option in ("-exec", "-execdir", "-ok", "-okdir"):
        if option not in texts:
            continue
        command = list(words[texts.index(option) + 1 :])
        ends = [number for number, word in enumerate(command) if word.text in (";", "+")]
        command = command[: ends[0]] if ends else command
        if command:
            yield from (_put(command, "{}", found) for found in _found(texts, files_below))


def _found(texts: Sequence[str | None], files_below: Callable[[str], list[str] | None]) -> list[Value]:
    """The files that ``find`` comes upon; one that is not known where that cannot be told."""
    folders = []
    for text in texts[1:]:
        if text is None or text.startswith(("-", "(", "!")):
            break
        folders.append(text)
    listed = [files_below(folder) for folder in folders or ["."]]
    start = folders[0].rstrip("/") + "/" if len(folders) == 1 and folders[0].startswith("/") else ""
    pattern = texts[texts.index("-name") + 1] if texts.count("-name") == 1 and texts[-1] != "-name" else "*"
    if pattern is None or _NARROWING & set(texts) or texts.count("-name") > 1:
        return [Value(None, "{}", start)]
    files = [file for files in listed for file in files or () if fnmatchcase(file.rpartition("/")[2], pattern)]
    if not files or len(files) > _MOST_MADE or any(files is None for files in listed):
        return [Value(None, "{}", start)]
    return [constant(file) for file in files]
