"""shell: which commands a shell script would run, on what conditions and with which words. tree-sitter's one door."""

from imginspect.languages.shell.commands import Failure, ShellCommand, ShellText, When
from imginspect.languages.shell.walker import commands

__all__ = ["Failure", "ShellCommand", "ShellText", "When", "commands"]
