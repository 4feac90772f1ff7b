"""How the commands show strings of an image: credentials masked, unless they are asked for, then what could mislead escaped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import click

from imginspect.report.text import inert, visible

if TYPE_CHECKING:
    from imginspect.scan.redaction import Redactor

Shown: TypeAlias = Callable[[str], str]

show_secrets_option = click.option("--show-secrets", is_flag=True, help="Show credentials instead of masking them.")


def shown(text: str) -> str:
    """*text* with credentials masked and what could mislead a reader, or a CI system that reads its log, escaped."""
    return inert(visible(_redactor().masked(text)))


@cache
def _redactor() -> Redactor:
    from imginspect.cli.cache_folder import user_cache
    from imginspect.rules.folder import rules_folder
    from imginspect.rules.loading import load
    from imginspect.scan.matcher import Matcher
    from imginspect.scan.redaction import Redactor

    cache = user_cache()
    return Redactor(Matcher(load([rules_folder()], cache=cache).knowledge.patterns, cache=cache))
