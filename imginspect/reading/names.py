"""Credentials in what a layer says of its entries besides their contents: names, targets of links, values of extended attributes.

Names of users and groups, and records that have no meaning for a tar's reader, are not kept by the pass and not searched.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from imginspect.layer.index import Entry, LayerIndex
from imginspect.reading.documents import DocumentMatch, DocumentSearch
from imginspect.scan.matcher import Matcher, MatchSpan

_BLOCK = 1 << 20
"""Bytes of names that are searched at once."""
_MOST = 500
"""Names of a block that are searched one by one; any more are told as not searched."""
_NAME = "the name of an entry"
_TARGET = "the target of a link"
_ATTRIBUTE = "an extended attribute"


def search_names(layers: Sequence[LayerIndex], matcher: Matcher) -> DocumentSearch:
    """What the names of all layers hold: each credential once for each layer, with the first entry that has it.

    Of more than 500 suspicious names in a mebibyte of them the rest is not looked at, and that is said.
    """
    found: list[DocumentMatch] = []
    values: list[bytes] = []
    stopped: list[str] = []
    for number, index in enumerate(layers):
        if index.has_plain_names:
            continue
        matches, is_whole = _in_layer(number, index.entries, matcher)
        found += matches.values()
        values += [value for _, value in matches]
        stopped += [] if is_whole else [f"the names in layer {number}"]
    return DocumentSearch(tuple(found), tuple(stopped), tuple(value.decode("utf-8", "replace") for value in values))


def has_plain_strings(index: LayerIndex, matcher: Matcher) -> bool:
    """Whether no string that *index* has of its layer, contents apart, contains a credential."""
    if index.has_plain_names:
        return True
    found, is_whole = _in_layer(0, index.entries, matcher)
    if found or not is_whole:
        return False
    texts = [index.reason, *(text or "" for item in index.problems for text in (item.what, item.path, item.expected, item.found))]
    texts += [text for elf in index.elf.values() for text in (elf.interpreter, *elf.needed, *elf.rpath, *elf.runpath)]
    return not any(matcher.find(text)[0] for block in _blocks(map(_encoded, dict.fromkeys(texts))) for text in _suspects(block, matcher)[1])


def _in_layer(number: int, entries: Sequence[Entry], matcher: Matcher) -> tuple[dict[tuple[str, bytes], DocumentMatch], bool]:
    """The matches, and whether all was searched. All texts are joined to find the few that are looked at one by one."""
    suspects: dict[bytes, list[MatchSpan]] = {}
    is_whole = True
    for block in _blocks(_texts(entries)):
        is_searched, texts = _suspects(block, matcher)
        is_whole = is_whole and is_searched
        for text in texts[:_MOST]:
            spans, is_searched = matcher.find(text)
            is_whole = is_whole and is_searched
            if spans:
                suspects[text] = spans
        is_whole = is_whole and len(texts) <= _MOST
    if not suspects:
        return {}, is_whole
    found: dict[tuple[str, bytes], DocumentMatch] = {}
    for entry in entries:
        for what, text in _texts_of(entry):
            for span in suspects.get(text, ()):
                key = (what, text[span.secret_start : span.secret_end])
                if key not in found:
                    named = matcher.secret_id(text, span)
                    found[key] = DocumentMatch(
                        span.kind, span.is_verified, "", layer_index=number, path=entry.path, name_of=what, secret_id=named
                    )
    return found, is_whole


def _texts(entries: Sequence[Entry]) -> Iterator[bytes]:
    """Everything that is searched, folders once."""
    for text in dict.fromkeys(entry.parent for entry in entries):
        yield _encoded(text)
    for entry in entries:
        yield _encoded(entry.name)
        if entry.link or entry.extra:
            yield from (text for what, text in _texts_of(entry) if what != _NAME)


def _texts_of(entry: Entry) -> Iterator[tuple[str, bytes]]:
    yield _NAME, _encoded(entry.parent)
    yield _NAME, _encoded(entry.name)
    if entry.link:
        yield _TARGET, _encoded(entry.link)
    if entry.extra:
        for key, value in entry.extra.xattrs:
            yield _ATTRIBUTE, _encoded(f"{key}=") + value


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _blocks(texts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """*texts* in lists of about a mebibyte."""
    block: list[bytes] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text) + 1
        if size >= _BLOCK:
            yield block
            block, size = [], 0
    yield block


def _suspects(block: list[bytes], matcher: Matcher) -> tuple[bool, list[bytes]]:
    """Whether all of *block* was searched, and those of it in which something seems to be when they stand beside each other."""
    spans, is_whole = matcher.find(b"\n".join(block))
    if not spans:
        return is_whole, []
    ends = list(accumulate(len(text) + 1 for text in block))
    touched: dict[bytes, None] = {}
    for span in spans:
        for at in range(bisect_right(ends, span.start), min(bisect_right(ends, span.end) + 1, len(block))):
            touched[block[at]] = None
    return is_whole, list(touched)
