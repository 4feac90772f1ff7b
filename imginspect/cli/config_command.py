"""``imginspect config``: what the image would run."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping

import click

from imginspect.cli.masking import show_secrets_option, shown
from imginspect.cli.source import request, source_options


@click.command("config")
@source_options
@click.option("--format", "format_name", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format.")
@show_secrets_option
def command(format_name: str, show_secrets: bool, **source: object) -> None:
    """Show what the image in SOURCE runs, as which user and in which directory."""
    from imginspect.cli.image_argument import chosen_image
    from imginspect.cli.output import warn_incomplete
    from imginspect.report.image_tree import config_tree
    from imginspect.report.text import visible

    show = visible if show_secrets else shown

    with chosen_image(request(**source)) as (archive, image):  # type: ignore[arg-type]
        tree = config_tree(image.config, show)
        fields: Mapping[str, object] = {**tree}
        other = config_tree(image.other_config, show) if image.other_config else None
        problems = [*archive.problems.listed(), *image.problems]
        if format_name == "json":
            extra = {"as_read_by_exact_keys": other} if other else {}
            click.echo(json.dumps({"image_id": str(image.image_id) if image.image_id else None, **tree, **extra}, indent=2))
        else:
            _print(tree)
            if other:
                click.echo("\nSome keys in this config collide. A reader that compares keys exactly exactly sees:")
                _print({key: value for key, value in other.items() if value != fields[key]})
        warn_incomplete(tuple(f"{problem.where}: {problem.what}" for problem in problems if problem.unread))
        if any(problem.unread for problem in problems):
            raise click.exceptions.Exit(4)


def _print(tree: Mapping[str, object]) -> None:
    for key, value in tree.items():
        if value in ("", None, [], {}):
            continue
        lines = (
            [f"{name}={text}" for name, text in value.items()] if isinstance(value, dict) else value if isinstance(value, list) else [value]
        )
        click.echo(f"{key}:")
        for line in lines:
            click.echo(
                "\n".join(textwrap.wrap(str(line), 76, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False))
                or "  (empty)"
            )
