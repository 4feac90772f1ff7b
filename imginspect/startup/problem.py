"""LaunchProblem: one reason why a start fails, may fail, or could not be judged; with the files that show it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from imginspect.filesystem import Hidden, Node


class Kind(StrEnum):
    """What is wrong."""

    NO_COMMAND = "no command"
    NOT_FOUND = "not found"
    NO_FILE = "no file"
    LINK_LOOP = "link loop"
    NO_PERMISSION = "no permission"
    BELOW_MOUNT = "below a mount"
    BAD_FORMAT = "bad format"
    BAD_SHEBANG = "bad first line"
    NO_INTERPRETER = "no interpreter"
    WRONG_ARCHITECTURE = "wrong architecture"
    NO_LOADER = "no loader"
    NO_LIBRARY = "no library"
    BAD_USER = "bad user"
    BAD_WORKING_DIR = "bad working directory"
    BAD_ENVIRONMENT = "bad environment"
    NO_APPLET = "no applet"
    ARRAY_TEXT = "array as shell text"
    NOT_EXPANDED = "not expanded"
    NO_MODULE = "no module"
    NOT_FOLLOWED = "not followed"
    NOT_READ = "not read"
    OTHER = "other"


class Certainty(StrEnum):
    """How sure it is that the start fails."""

    FAILS = "fails"
    DEPENDS = "depends on how it is run"
    UNKNOWN = "not known"
    UNREAD = "not known, because a file was not read"


class Concern(StrEnum):
    """What fails: starting the program, or the program with the script, module or text that it is given."""

    START = "start"
    SCRIPT = "script"


class LaunchProblem(NamedTuple):
    """*text* is for people. *nodes* are the files that show it, *gone* what was there before a later layer took it away.

    *config_field* is where the config asks for it (``Entrypoint[0]``); *line* counts from 1 in the first of *nodes*.
    """

    kind: Kind
    certainty: Certainty
    text: str
    concern: Concern = Concern.START
    nodes: tuple[Node, ...] = ()
    gone: tuple[Hidden, ...] = ()
    config_field: str | None = None
    line: int | None = None
    expected: str | None = None
    found: str | None = None
    missing: str = ""
    """The path, or the name of a program, that is not there; empty for other problems."""
