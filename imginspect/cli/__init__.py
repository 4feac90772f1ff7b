"""The command line: options, files, colours, exit codes. Each command has a file of its own, imported when it is called."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from imginspect.cli import settings, streams
from imginspect.cli.suggestions import SuggestingGroup
from imginspect.cli.termination import Terminated
from imginspect.errors import ImgInspectError, RuleError, RunAborted, UsageError, describe
from imginspect.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

_COMMANDS = {
    "inspect": "Inspect an image and report what is in it.",
    "batch": "Inspect all images of a mirror, each layer once.",
    "images": "List the images, references and platforms of an archive.",
    "config": "Show what the image runs, as which user and in which directory.",
    "history": "Show the build steps with their layers, sizes and wasted bytes.",
    "ls": "List files of the image.",
    "cat": "Print a file of the image unchanged.",
    "find": "Find files of the image by name.",
    "startup": "Show what runs when a container starts, as a tree.",
    "packages": "List the packages that the image states, with version, licence and layer.",
    "owner": "Show which package a file of the image belongs to.",
    "query": "Ask a batch run which images hold a file, layer, finding, credential or base.",
    "verify": "Verify an evidence pack, alone or against the archive.",
    "key": "Create a key pair for signing evidence packs.",
    "rules": "List, show and test the rules.",
    "render": "Convert a saved JSON report to other formats.",
    "schema": "Print the JSON Schema of the JSON report.",
    "demo": "Build a small image with known faults and inspect it.",
}
EXIT_USAGE = 2
EXIT_NOT_INSPECTED = 3
EXIT_UNEXPECTED = 70
"""An error in the program itself; sysexits.h calls it EX_SOFTWARE."""
EXIT_NOBODY_READS = 141
"""As a shell says that SIGPIPE ended a program."""


class Asked:
    """What was asked of the command line as a whole."""

    debug = False


class _NobodyReads(Exception):
    """Whoever read our output has seen enough."""


def _note_debug(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    del parameter
    if value:
        context.ensure_object(Asked).debug = True


def _path(name: str) -> Path:
    from pathlib import Path  # takes a tenth of the time of --version

    return Path(name)


def _read_config(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Takes defaults from the config file asked for; before the command also from the usual one, of all commands."""
    del parameter
    is_first = context.parent is None
    path = _path(value) if value else (settings.usual_config() if is_first else None)
    if path is None or context.resilient_parsing:
        return
    from imginspect.cli.config_file import read_config

    defaults = read_config(path, list(_COMMANDS), commands, context.find_root())
    context.default_map = defaults if is_first else defaults.get(context.info_name or "", {})


_CONFIG_OPTION: dict[str, Any] = {
    "type": click.Path(),
    "metavar": "FILE",
    "is_eager": True,
    "expose_value": False,
    "callback": _read_config,
}
_CONFIG = click.Option(["--config"], help="Read defaults of options from this YAML file.", **_CONFIG_OPTION)
_DEBUG = click.Option(["--debug"], is_flag=True, expose_value=False, hidden=True, callback=_note_debug)


class _Commands(SuggestingGroup):
    """Imports a command's module when the command is asked for: starting up stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"imginspect.cli.{cmd_name}_command").command
        if _DEBUG not in command.params:  # it may stand before the command or after it, and so may --config
            settings.add_variables(command, cmd_name)
            command.params += [_CONFIG, _DEBUG]
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, left = super().resolve_command(ctx, args)
        if name is not None and command is not None and not ctx.resilient_parsing:
            settings.check_variables(command, name)
        return name, command, left

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
@click.option(
    "--config",
    envvar=settings.CONFIG_VARIABLE,
    show_envvar=True,
    help="Read defaults of options from this YAML file (default: config.yaml in ~/.config/imginspect, if it exists).",
    **_CONFIG_OPTION,
)
@click.option("--debug", is_flag=True, expose_value=False, callback=_note_debug, help="Show the traceback of an unexpected error.")
def commands() -> None:
    """Inspects container images from exported archives: docker save, OCI layouts, dir: trees, registry storage.

    No daemon, no root, no network; nothing of the image is executed or unpacked.

    \b
    First steps: export an image with one of these, then inspect it.
      docker save -o app.tar app:1
      podman save -o app.tar app:1
      skopeo copy docker://app:1 docker-archive:app.tar:app:1
      imginspect inspect app.tar

    Options are taken from the command line, else from variables such as IMGINSPECT_INSPECT_POLICY, else from the
    config file, which has a section for each command, such as "inspect: {policy: our-tre.yaml, strict: true}".

    \b
    Completion (also zsh_source and fish_source):
      eval "$(_IMGINSPECT_COMPLETE=bash_source imginspect)"

    Exit codes: 0 pass, 1 fail, 2 usage error, 3 not inspected, 4 incomplete, 5 undecided,
    70 unexpected error.
    """


def main() -> NoReturn:
    """The ``imginspect`` command: every error becomes one line, never a traceback, and only a failed image ends with 1."""
    streams.prepare()
    asked = Asked()
    try:
        code = _outcome(asked)
    except Exception as error:  # noqa: BLE001 - the last resort: the exit code of an error of ours must not be that of a failed image
        code = _unexpected(error, with_traceback=asked.debug)
    _leave(code)


def _outcome(asked: Asked) -> int:
    """The exit code of the command that the arguments ask for."""
    try:
        # without standalone mode click gives back the code of an Exit instead of raising it
        code = commands.main(prog_name="imginspect", standalone_mode=False, obj=asked)
    except SystemExit as error:
        code = error.code
    except (click.Abort, KeyboardInterrupt) as error:
        streams.say("imginspect: interrupted")
        return 143 if isinstance(error.__cause__, Terminated) else 130  # as a shell says it
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return EXIT_USAGE
    except RuleError as error:
        complain(describe(error), of_image=False)
        return EXIT_USAGE
    except (UsageError, RunAborted) as error:
        complain(describe(error))
        return EXIT_USAGE
    except (ImgInspectError, MemoryError, RecursionError) as error:
        complain(describe(error))
        return EXIT_NOT_INSPECTED
    except (_NobodyReads, BrokenPipeError):
        streams.drop(sys.stdout)  # nothing is to be flushed to the pipe any more
        return EXIT_NOBODY_READS
    except OSError as error:
        streams.say(f"imginspect: {error.filename or ''}{': ' if error.filename else ''}{error.strerror or describe(error)}")
        return EXIT_USAGE
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception, *, with_traceback: bool) -> int:
    """Says that there is a mistake in the program; gives the exit code."""
    import traceback

    lines = [line for part in traceback.format_exception(error) for line in part.splitlines()] if with_traceback else []
    hint = "" if with_traceback else "; --debug shows the traceback"
    name = type(error).__name__
    try:
        for line in (*lines, f"unexpected error ({' '.join(f'{name}: {error}'.split())}), please report it{hint}"):
            complain(line)
    except Exception:  # noqa: BLE001 - nothing can be masked, so nothing of the image is shown
        streams.say(f"imginspect: unexpected error ({name}), please report it{hint}")
    return EXIT_UNEXPECTED


def complain(text: str, *, of_image: bool = True) -> None:
    """One line (or, for a list to choose from, a few) on standard error; what is *of_image* may hold its strings, which are masked."""
    from imginspect.cli.masking import shown
    from imginspect.report.text import visible

    show = shown if of_image else visible

    # only a list to choose from has more than one line: a line feed in a name does not make one
    streams.say("imginspect: " + "\n  ".join(show(line) for line in text.split("\n  ")))


def _leave(code: int) -> NoReturn:
    streams.is_flushed(sys.stderr)
    sys.exit(code if streams.is_flushed(sys.stdout) else EXIT_USAGE)
