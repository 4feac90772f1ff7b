"""Paragraphs of ``Name: value`` fields, as dpkg, apk and R write them."""

from __future__ import annotations

from collections.abc import Iterator


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """The fields of each paragraph; lines that begin with a blank go on with the field before, joined by line breaks."""
    fields: dict[str, list[str]] = {}
    name = ""
    for line in text.split("\n"):
        if not line.strip():
            if fields:
                yield _joined(fields)
            fields, name = {}, ""
        elif line[0] in " \t":
            if name:
                fields[name].append(line.strip())
        else:
            name, colon, value = line.partition(":")
            if colon:
                fields[name] = [value.strip()]
            else:
                name = ""
    if fields:
        yield _joined(fields)


def _joined(fields: dict[str, list[str]]) -> dict[str, str]:
    return {name: "\n".join(lines) for name, lines in fields.items()}
