"""Groups of commands that suggest what may have been meant where there is no such command or option."""

from __future__ import annotations

import os

import click

_OTHER_WORDS = {
    "scan": "inspect",
    "check": "inspect",
    "analyse": "inspect",
    "analyze": "inspect",
    "audit": "inspect",
    "report": "inspect",
    "test": "inspect",
    "list": "images",
    "tags": "images",
    "info": "config",
    "layers": "history",
    "search": "find",
    "grep": "find",
    "show": "cat",
    "dir": "ls",
    "keys": "key",
    "policy": "rules",
    "convert": "render",
    "help": "--help",
    "version": "--version",
    "new": "key new",
}
"""What other tools call it."""
_ARCHIVE_MARKS = (".tar", ".oci", ".tgz", ":", "/")


class SuggestingGroup(click.Group):
    """A group of commands that answers a mistyped one with a suggestion."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Raises: click.UsageError - there is no such command; it says which ones there are that look alike"""
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"No such command {name!r}.{self._suggestion(ctx, name)}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Raises: click.NoSuchOption - it says that a command's options stand after the command"""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            hint = f"{error.message} Put the options of a command after it: {ctx.command_path} COMMAND {error.option_name} …"
            raise click.NoSuchOption(error.option_name, hint, ctx=ctx) from error

    def _suggestion(self, ctx: click.Context, name: str) -> str:
        commands = self.list_commands(ctx)
        if ctx.parent is None and name.lower() in _OTHER_WORDS:
            return f" Did you mean {_OTHER_WORDS[name.lower()]}?"
        from difflib import get_close_matches  # few runs need it

        near = get_close_matches(name.lower(), commands, n=3, cutoff=0.6)
        if near:
            return f" Did you mean {' or '.join(near)}?"
        if ctx.parent is None and (any(mark in name for mark in _ARCHIVE_MARKS) or os.path.exists(name)):
            return f" To inspect an image: {ctx.command_path} inspect {name}"
        return f" Commands: {', '.join(commands)}."
