"""History: which build step made which layer, as the legacy builder, BuildKit, buildah and others write it."""

from __future__ import annotations

import re

from imginspect.oci.config import HistoryEntry

_KEYWORDS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD"}
    | {"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_NOP = re.compile(r"\A(?:\|\d+ .*?)?/bin/(?:ba)?sh -c #\(nop\)\s+", re.DOTALL)
_RUN = re.compile(r"\A(?:RUN )?(?P<args>\|\d+ .*?)?/bin/(?:ba)?sh -c (?P<command>.*)\Z", re.DOTALL)


def instruction(created_by: str) -> str:
    """*created_by* as the Dockerfile instruction it came from, where a known builder wrote it; else as it is.

    The legacy builder and buildah write ``/bin/sh -c #(nop) COPY …`` and ``/bin/sh -c command`` (behind ``|1 NAME=value`` where
    build arguments are set), BuildKit writes ``RUN /bin/sh -c command # buildkit``.
    """
    text = created_by.strip().removesuffix("# buildkit").rstrip()
    without_nop = _NOP.sub("", text)
    if without_nop != text:
        return without_nop.strip()
    match = _RUN.match(text)
    if match:
        arguments = (match["args"] or "").strip()
        return f"RUN {arguments + ' ' if arguments else ''}{match['command'].strip()}"
    return text


def keyword(created_by: str) -> str:
    """The Dockerfile keyword of a step (``RUN``, ``COPY``), or the empty string where none can be told."""
    first = instruction(created_by).partition(" ")[0].upper()
    return first if first in _KEYWORDS else ""


def match_layers(history: tuple[HistoryEntry, ...], layer_count: int) -> list[int | None] | None:
    """For each history entry the index of its layer (None for an empty one); None altogether where they do not add up.

    Source: OCI image-spec, config.md, "history": entries are in the order of the layers, those with empty_layer have none.
    """
    if sum(1 for entry in history if not entry.empty_layer) != layer_count:
        return None
    matched: list[int | None] = []
    index = 0
    for entry in history:
        matched.append(None if entry.empty_layer else index)
        index += not entry.empty_layer
    return matched
