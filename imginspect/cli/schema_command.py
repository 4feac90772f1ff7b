"""``imginspect schema``: the JSON Schema of the JSON report."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the JSON report."""
    from imginspect.report import json_form

    click.echo(json_form.schema(), nl=False)
