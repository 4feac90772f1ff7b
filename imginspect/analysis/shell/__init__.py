"""shell: which commands a shell script would run, on what conditions and with which words. tree-sitter's one door."""

from imginspect.analysis.shell.model import Command, Failure, ShellText, When
from imginspect.analysis.shell.walker import commands

__all__ = ["Command", "Failure", "ShellText", "When", "commands"]
