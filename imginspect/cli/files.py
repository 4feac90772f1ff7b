"""How the commands that list files show them: as lines for people, or as one JSON object a line."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from typing import Any, TypeVar

import click

from imginspect.cli.masking import shown
from imginspect.filesystem import Hidden, Node

F = TypeVar("F", bound=Callable[..., Any])
_TYPE_BITS = {
    "file": stat.S_IFREG,
    "hardlink": stat.S_IFREG,
    "directory": stat.S_IFDIR,
    "symlink": stat.S_IFLNK,
    "character-device": stat.S_IFCHR,
    "block-device": stat.S_IFBLK,
    "fifo": stat.S_IFIFO,
}
_FORMATS = ("table", "ndjson")


def listing_options(function: F) -> F:
    """The options of commands that list files."""
    options = (
        click.option("--all-layers", is_flag=True, help="Include files that later layers overwrote or deleted."),
        click.option(
            "--format",
            "format_name",
            type=click.Choice(_FORMATS),
            default="table",
            show_default=True,
            help="Output format: a table, or one JSON object per line.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def printer(format_name: str, *, with_state: bool) -> Callable[[Node | Hidden], None]:
    """Prints a node, visible or hidden, in the format asked for; *with_state* says whether it is visible and who hid it."""
    show = _as_json if format_name == "ndjson" else _as_line
    return lambda item: click.echo(show(item, with_state))


def _as_json(item: Node | Hidden, with_state: bool) -> str:
    node = item.node if isinstance(item, Hidden) else item
    tree: dict[str, object] = {
        "path": shown(node.path),
        "type": shown(node.kind),
        "mode": f"{node.mode:04o}",
        "uid": node.uid,
        "gid": node.gid,
        "size": node.size,
        "link_target": shown(node.link_target) if node.link_target else None,
        "sha256": node.sha256,
        "layer": node.layer_index,
    }
    if node.extra is not None and node.extra.device is not None:
        tree["device"] = list(node.extra.device)
    if node.extra is not None and node.extra.xattrs:
        tree["xattrs"] = {shown(key): value.hex() for key, value in node.extra.xattrs}
    if with_state:
        tree["state"] = item.state if isinstance(item, Hidden) else "visible"
        tree["hidden_by_layer"] = item.by_layer if isinstance(item, Hidden) else None
    return json.dumps(tree)


def _as_line(item: Node | Hidden, with_state: bool) -> str:
    node = item.node if isinstance(item, Hidden) else item
    mode = stat.filemode(_TYPE_BITS.get(node.kind, 0) | node.mode)
    size = f"{node.extra.device[0]},{node.extra.device[1]}" if node.extra and node.extra.device else str(node.size)
    target = ""
    if node.link_target:
        target = f" -> {shown(node.link_target)}" if node.kind == "symlink" else f" (hard link to {shown(node.link_target)})"
    state = ""
    if with_state:
        state = f"  [{item.state} by layer {item.by_layer}]" if isinstance(item, Hidden) else ""
    return f"{mode} {node.uid}:{node.gid:<5} {size:>11}  layer {node.layer_index:<3} {shown(node.path)}{target}{state}"
