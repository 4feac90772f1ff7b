"""The option --undetermined, which ``inspect`` and ``batch`` share."""

from __future__ import annotations

import click

from imginspect.rules import Undetermined

undetermined_option = click.option(
    "--undetermined",
    type=click.Choice([str(choice) for choice in Undetermined]),
    help="Verdict if a fact is missing to decide a rule that could fail the image (default: set by the policy).",
)
