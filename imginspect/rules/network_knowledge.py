"""NetworkKnowledge: the commands and calls that use the network, as data. Recognising them in code is done elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from imginspect.languages.language import ReadAs
from imginspect.languages.registry import LANGUAGES
from imginspect.rules.collection import collect
from imginspect.rules.rule import ReferenceLevel, RuleReference, Severity, parse_severity
from imginspect.rules.yaml_file import Mapping

FOLDER = Path("knowledge", "network")
_CALL_KEYS = {language.call_key: language.id for language in LANGUAGES if language.call_key}
_SNIPPETS = tuple(language.id for language in LANGUAGES if language.read_as is not ReadAs.UNREAD)
_ID = re.compile(r"kb-[a-z0-9]+(?:-[a-z0-9]+)*")
_TARGETS = ("url", "urls", "host", "address", "remote", "repository", "none")
_MEANINGS = ("url", "host", "package", "model", "dataset", "resource")
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*")


class CommandMatch(NamedTuple):
    """A command of a shell: one of *names* (``*`` stands for anything), and, where there are *subcommands*, one of these behind it.

    *options* take a value and may come before the subcommand. One of *harmless* among the words, or one of *settings* (``NAME=value``)
    in the environment, makes it a command that fetches nothing. *target* says how it names whom it contacts: ``url``, ``host`` (its
    first operand), ``remote`` (only a word such as ``host:path`` or a URL makes it reach for the network), ``urls`` (only a URL does),
    ``address`` (only an address as socat writes it does, ``TCP:HOST:PORT``),
    ``repository`` (its first operand is a URL, a path, or a name that stands for one), or ``none``. *files* are options whose value is
    a file with the addresses. With all of *local_with* among its words, operands that end in one of *local_endings* are files that need
    no other machine.
    """

    names: tuple[str, ...]
    subcommands: tuple[tuple[str, ...], ...] = ()
    options: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    target: str = "none"
    files: tuple[str, ...] = ()
    local_with: tuple[str, ...] = ()
    local_endings: tuple[str, ...] = ()


class CallMatch(NamedTuple):
    """A call in *language* of one of *names*, dotted and without aliases (``*`` stands for anything).

    *argument* is the number of the argument that names whom it contacts, *keywords* are its names. *only_urls*: a call with anything
    but a URL there stays in the image. *only_names*: so does one with a path there, or the name of a directory that is found.
    *harmless* are arguments (``local_files_only=True``) that make it fetch nothing, and without one of *needed* it fetches nothing
    either. *means* says what that argument is: a ``url`` (the default: a host is only what stands in one), a ``host``, or the name of a
    ``package``, ``model``, ``dataset`` or other ``resource``. *is_client*: it makes a client, whose use may not be recognised, and
    contacts no machine itself. *is_local_by_default*: without that argument it stays on this machine.
    """

    language: str
    names: tuple[str, ...]
    argument: int = 0
    keywords: tuple[str, ...] = ()
    only_urls: bool = False
    only_names: bool = False
    needed: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    is_client: bool = False
    is_local_by_default: bool = False
    means: str = "url"


class Snippet(NamedTuple):
    """An example: a *text* in *language*."""

    language: str
    text: str


class KnowledgeEntry(NamedTuple):
    """One thing that is known to reach for the network; it belongs to each of the rules *rules*."""

    id: str
    rules: tuple[str, ...]
    title: str
    severity: Severity
    commands: tuple[CommandMatch, ...]
    calls: tuple[CallMatch, ...]
    rationale: str
    remediation: str
    references: tuple[RuleReference, ...]
    flag: tuple[Snippet, ...]
    passing: tuple[Snippet, ...]
    file: str
    line: int


class NetworkKnowledge(NamedTuple):
    """Entries in order of their ids. *digest* is the sha256 of their files' contents."""

    entries: tuple[KnowledgeEntry, ...]
    digest: str

    def get(self, entry_id: str) -> KnowledgeEntry | None:
        """The entry *entry_id*, or None."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)


def load_network_knowledge(folders: Sequence[Path]) -> NetworkKnowledge:
    """All entries in ``knowledge/network`` of *folders*; a folder may have none.

    Raises: RuleError - a faulty file, or two entries with one id
    """
    return NetworkKnowledge(*collect(folders, FOLDER, "entries", _entry, "rationale", "remediation", "references"))


def _entry(item: Mapping, file: Mapping) -> KnowledgeEntry:
    item.allow("id", "rule", "title", "severity", "match", "rationale", "remediation", "references", "examples")
    entry_id = item.text("id")
    if not _ID.fullmatch(entry_id):
        raise item.place_of("id").error(f"id: expected kb- and lower-case words joined by hyphens, found {entry_id!r}")
    commands, calls = _matches(item)
    examples = item.mapping("examples")
    if examples is None or not examples.mappings("flag") or not examples.mappings("pass"):
        raise item.place.error(f"{entry_id}: 'examples' needs at least one to flag and one to pass")
    examples.allow("flag", "pass")
    references = (item if "references" in item else file).mappings("references")
    return KnowledgeEntry(
        id=entry_id,
        rules=item.texts("rule") if isinstance(item.plain("rule"), list) else (item.text("rule"),),
        title=item.text("title"),
        severity=parse_severity(item, "severity", "high"),
        commands=commands,
        calls=calls,
        rationale=(item if "rationale" in item else file).text("rationale"),
        remediation=(item if "remediation" in item else file).text("remediation"),
        references=tuple(_reference(reference) for reference in references),
        flag=tuple(_snippet(example) for example in examples.mappings("flag")),
        passing=tuple(_snippet(example) for example in examples.mappings("pass")),
        file=item.place.file,
        line=item.place.line,
    )


def _matches(item: Mapping) -> tuple[tuple[CommandMatch, ...], tuple[CallMatch, ...]]:
    commands: list[CommandMatch] = []
    calls: list[CallMatch] = []
    for match in item.mappings("match"):
        match.allow("sh_command", *_CALL_KEYS)
        for key, language in _CALL_KEYS.items():
            call = match.mapping(key)
            if call is not None:
                calls.append(_call(call, language))
        command = match.mapping("sh_command")
        if command is not None:
            commands.append(_command(command))
    if not commands and not calls:
        raise item.place_of("match").error(f"match: expected a list with sh_command or a call, one of {', '.join(_CALL_KEYS)}")
    return tuple(commands), tuple(calls)


def _command(mapping: Mapping) -> CommandMatch:
    mapping.allow("name", "subcommands", "options", "harmless", "settings", "target", "files", "local_with", "local_endings")
    target = mapping.text("target", "none")
    if target not in _TARGETS:
        raise mapping.place_of("target").error(f"target: expected one of {', '.join(_TARGETS)}, found {target!r}")
    return CommandMatch(
        names=_names(mapping),
        subcommands=tuple(tuple(words.split()) for words in mapping.texts("subcommands")),
        options=mapping.texts("options"),
        harmless=mapping.texts("harmless"),
        settings=_settings(mapping),
        target=target,
        files=mapping.texts("files"),
        local_with=mapping.texts("local_with"),
        local_endings=mapping.texts("local_endings"),
    )


def _call(mapping: Mapping, language: str) -> CallMatch:
    mapping.allow(
        "name", "argument", "keywords", "only_urls", "only_names", "needed", "harmless", "settings", "is_client", "is_local_by_default",
        "means",
    )  # fmt: skip
    means = mapping.text("means", "url")
    if means not in _MEANINGS:
        raise mapping.place_of("means").error(f"means: expected one of {', '.join(_MEANINGS)}, found {means!r}")
    return CallMatch(
        language=language,
        names=_names(mapping),
        argument=mapping.number("argument", 0, most=20),
        keywords=mapping.texts("keywords"),
        only_urls=mapping.truth("only_urls"),
        only_names=mapping.truth("only_names"),
        needed=mapping.texts("needed"),
        harmless=mapping.texts("harmless"),
        settings=_settings(mapping),
        is_client=mapping.truth("is_client"),
        is_local_by_default=mapping.truth("is_local_by_default"),
        means=means,
    )


def _names(mapping: Mapping) -> tuple[str, ...]:
    names = mapping.texts("name")
    if not names:
        raise mapping.place_of("name").error("name: expected a list of names")
    return names


def _settings(mapping: Mapping) -> tuple[str, ...]:
    settings = mapping.texts("settings")
    for setting in settings:
        if not _SETTING.fullmatch(setting):
            raise mapping.place_of("settings").error(f"settings: expected NAME=value, found {setting!r}")
    return settings


def _reference(mapping: Mapping) -> RuleReference:
    mapping.allow("title", "section", "quote", "level")
    level = mapping.text("level", "info")
    if level not in list(ReferenceLevel):
        raise mapping.place_of("level").error(f"level: expected must, should or info, found {level!r}")
    return RuleReference(mapping.text("title"), mapping.text("section", ""), mapping.text("quote", ""), ReferenceLevel(level))


def _snippet(mapping: Mapping) -> Snippet:
    mapping.allow(*_SNIPPETS)
    languages = mapping.keys()
    if len(languages) != 1:
        raise mapping.place.error(f"expected one of {', '.join(_SNIPPETS)}, with the code as its value")
    return Snippet(languages[0], mapping.text(languages[0]))
