"""``imginspect schema``: the JSON Schema of the JSON report, or of the results of a batch run."""

from __future__ import annotations

import click


@click.command("schema")
@click.option("--batch", is_flag=True, help="Print the schema of results.json, the results of a batch run.")
def command(batch: bool) -> None:
    """Print the JSON Schema of the JSON report."""
    from imginspect.batch.summary import json_format as batch_form
    from imginspect.report import json_format

    click.echo((batch_form if batch else json_format).schema(), nl=False)
