"""The command line: options, files, colours, exit codes. Each command has a file of its own, imported when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from imginspect import __version__
from imginspect.cli.termination import Terminated
from imginspect.errors import ImgInspectError, RuleError, RunEnded, UsageError, describe

_COMMANDS = {
    "inspect": "Inspect an image and report what is in it.",
    "batch": "Inspect all images of a mirror, each layer once.",
    "images": "List the images, references and platforms of an archive.",
    "config": "Show what the image would run, as whom and where.",
    "history": "Show the build steps with their layers, sizes and wasted bytes.",
    "ls": "List files of the image.",
    "cat": "Print a file of the image, as it is.",
    "find": "Find files of the image by name.",
    "query": "Ask a batch run which images hold a file, layer, finding, credential or base.",
    "verify": "Verify an evidence pack, alone or against the archive.",
    "key": "Make a key pair for signing evidence packs.",
    "rules": "List, show and test the rules.",
    "render": "Write a filed JSON report in other forms.",
    "schema": "Print the JSON Schema of the JSON report.",
    "demo": "Build a small image with known faults and inspect it.",
}
EXIT_USAGE = 2
EXIT_NOT_INSPECTED = 3


class _NobodyReads(Exception):
    """Whoever read our output has seen enough."""


class _Commands(click.Group):
    """Imports a command's module when the command is asked for: starting up stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"imginspect.cli.{cmd_name}_command").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:  # click would take it for an error of ours and exit with 1, which says: fail
            raise _NobodyReads from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="imginspect")
def commands() -> None:
    """Inspects container images from exported archives: docker save, OCI layouts, dir: trees, registry storage.

    No daemon, no root, no network; nothing of the image is executed or unpacked.

    Exit codes: 0 pass, 1 fail, 2 usage error, 3 not inspected, 4 incomplete.
    """


def main() -> NoReturn:
    """The ``imginspect`` command: every error becomes one line, never a traceback."""
    try:
        # without standalone mode click gives back the code of an Exit instead of raising it
        code = commands.main(prog_name="imginspect", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        _leave(EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt) as error:
        click.echo("imginspect: interrupted", err=True)
        _leave(143 if isinstance(error.__cause__, Terminated) else 130)  # as a shell says it
    except click.ClickException as error:
        error.show()
        _leave(EXIT_USAGE)
    except RuleError as error:
        complain(describe(error), of_image=False)
        _leave(EXIT_USAGE)
    except (UsageError, RunEnded) as error:
        complain(describe(error))
        _leave(EXIT_USAGE)
    except (ImgInspectError, MemoryError, RecursionError) as error:
        complain(describe(error))
        _leave(EXIT_NOT_INSPECTED)
    except (_NobodyReads, BrokenPipeError):
        # nothing is to be flushed to the pipe any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(141)
    except OSError as error:
        click.echo(f"imginspect: {error.filename or ''}{': ' if error.filename else ''}{error.strerror}", err=True)
        _leave(EXIT_USAGE)
    _leave(code if isinstance(code, int) else 0)


def complain(text: str, *, of_image: bool = True) -> None:
    """One line (or, for a list to choose from, a few) on standard error; what is *of_image* may hold its strings, which are masked."""
    from imginspect.cli.shown import shown
    from imginspect.report.text import visible

    show = shown if of_image else visible

    # only a list to choose from has more than one line: a line feed in a name does not make one
    click.echo("imginspect: " + "\n  ".join(show(line) for line in text.split("\n  ")), err=True)


def _leave(code: int) -> NoReturn:
    sys.exit(code)
