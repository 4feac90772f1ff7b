"""``imginspect startup``: what runs when a container starts, as a tree."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import click

from imginspect.cli import completion
from imginspect.cli.source import request, source_options
from imginspect.network.start_tree import StartNode, StartNodeKind

_LABELS = {
    StartNodeKind.CONTACT: "network: ",
    StartNodeKind.NOT_ANALYSED: "unknown: ",
    StartNodeKind.PROBLEM: "problem: ",
    StartNodeKind.CONDITION: "only searched: ",
}
_SHAPES = {
    StartNodeKind.CONTACT: "octagon",
    StartNodeKind.PROBLEM: "octagon",
    StartNodeKind.NOT_ANALYSED: "diamond",
    StartNodeKind.CONDITION: "diamond",
}


@click.command("startup")
@source_options
@click.option("--policy", default="epcc-tre", show_default=True, shell_complete=completion.policies, help="Name or file of the policy.")
@click.option(
    "--format", "format_name", type=click.Choice(["tree", "json", "dot"]), default="tree", show_default=True, help="Output format."
)
def command(policy: str, format_name: str, **source: object) -> None:
    """Show what runs when a container of the image in SOURCE starts: scripts, their lines, commands, and what they lead to.

    Commands and calls that contact another machine are marked, and so is everything that fails or
    could not be analysed. Nothing is executed.
    """
    from imginspect.cli.cache_folder import user_cache
    from imginspect.cli.image_argument import chosen_image
    from imginspect.cli.masking import shown
    from imginspect.cli.output import warn_incomplete
    from imginspect.inspection.criteria import load_criteria
    from imginspect.inspection.judgement import facts_of
    from imginspect.layer.content_spool import ContentSpool
    from imginspect.network.start_tree import start_tree
    from imginspect.reading.read_image import read_image

    criteria = load_criteria(policy, cache=user_cache())
    with chosen_image(request(**source)) as (archive, image), ContentSpool(archive.tmp_dir) as spool:  # type: ignore[arg-type]
        reading = read_image(archive, image, criteria.matcher, criteria.retention(), spool)
        (context, _), _ = facts_of(reading, criteria)
        tree = start_tree(context.startup, context.network)
        gaps = tuple(dict.fromkeys(f"{problem.where}: {problem.what}" for problem in reading.problems if problem.unread))
    if format_name == "json":
        click.echo(json.dumps(_as_json(tree, shown), indent=2))
    else:
        for line in _as_dot(tree, shown) if format_name == "dot" else _as_lines(tree, shown):
            click.echo(line)
    warn_incomplete(gaps)
    if gaps:
        raise click.exceptions.Exit(4)


def _as_json(node: StartNode, shown: Callable[[str], str]) -> dict[str, Any]:
    """Trees are as deep as chains of scripts, which are bounded."""
    return {
        "kind": node.kind.value,
        "line": shown(node.line),
        "text": shown(node.text),
        "note": shown(node.note),
        "children": [_as_json(child, shown) for child in node.children],
    }


def _label(node: StartNode, shown: Callable[[str], str]) -> str:
    note = f"  [{shown(node.note)}]" if node.note else ""
    line = f"{shown(node.line)}: " if node.line else ""
    return f"{line}{_LABELS.get(node.kind, '')}{shown(node.text)}{note}"


def _as_lines(node: StartNode, shown: Callable[[str], str], before: str = "") -> Iterator[str]:
    if not before:
        yield _label(node, shown)
    for number, child in enumerate(node.children):
        is_last = number == len(node.children) - 1
        yield f"{before}{'`-- ' if is_last else '|-- '}{_label(child, shown)}"
        yield from _as_lines(child, shown, before + ("    " if is_last else "|   ")) if child.children else ()


def _as_dot(tree: StartNode, shown: Callable[[str], str]) -> Iterator[str]:
    """The tree for Graphviz."""
    yield "digraph startup {"
    yield "  rankdir=LR; node [shape=box, fontname=monospace];"
    todo, made = [(tree, -1)], 0
    while todo:
        node, parent = todo.pop()
        label = _label(node, shown).replace("\\", "\\\\").replace('"', '\\"')
        yield f'  n{made} [label="{label}"' + (f", shape={_SHAPES[node.kind]}" if node.kind in _SHAPES else "") + "];"
        if parent >= 0:
            yield f"  n{parent} -> n{made};"
        todo += [(child, made) for child in reversed(node.children)]
        made += 1
    yield "}"
