"""History as builders write it, from Dockerfile instructions."""

from __future__ import annotations

from typing import Any

STYLES = ("raw", "buildkit", "legacy", "buildah")
EPOCH = "1970-01-01T00:00:00Z"
_LAYERED = ("COPY", "ADD", "WORKDIR")


def history_entries(steps: tuple[dict[str, Any], ...], style: str) -> list[dict[str, Any]]:
    """*steps* in one of STYLES; build arguments stand before every later RUN, as all three builders write them."""
    if style not in STYLES:
        raise ValueError(f"history style {style!r} is none of {', '.join(STYLES)}")
    if style == "raw":
        return [{"created": EPOCH, **step} for step in steps]
    arguments: list[str] = []
    entries = []
    for step in steps:
        keyword, _, rest = _instruction(step["created_by"]).partition(" ")
        entry = {"created": EPOCH, "created_by": _created_by(style, keyword, rest, arguments)}
        if style == "buildkit":
            entry["comment"] = "buildkit.dockerfile.v0"
        entries.append({**entry, **{key: value for key, value in step.items() if key != "created_by"}})
        if keyword == "ARG" and "=" in rest:
            arguments.append(rest)
    if style == "buildah" and entries:
        entries[-1].setdefault("comment", "FROM 154546008a8b")
    return entries


def _instruction(created_by: str) -> str:
    """The Dockerfile instruction in what BuildKit writes."""
    text = created_by.removesuffix(" # buildkit")
    return "RUN " + text.removeprefix("RUN /bin/sh -c ") if text.startswith("RUN /bin/sh -c ") else text


def _created_by(style: str, keyword: str, rest: str, arguments: list[str]) -> str:
    if keyword == "RUN":
        shell = f"|{len(arguments)} {' '.join(arguments)} /bin/sh -c {rest}" if arguments else f"/bin/sh -c {rest}"
        return f"RUN {shell} # buildkit" if style == "buildkit" else shell
    if style == "buildkit":
        return f"{keyword} {rest}" + (" # buildkit" if keyword in {"COPY", "ADD"} else "")
    gap = "  " if style == "legacy" and keyword not in _LAYERED else " "
    return f"/bin/sh -c #(nop){gap}{keyword} {rest}" + (" " if keyword in {"COPY", "ADD"} else "")
