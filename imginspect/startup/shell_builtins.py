"""The commands that a shell runs itself, without a file."""

from __future__ import annotations

_TEXT = (
    ". : [ alias bg break builtin cd command continue declare dirs echo eval exec exit export false fg getopts hash help history "
    "jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test "
    "time times trap true type typeset ulimit umask unalias unset wait"
)
BUILTINS = frozenset(_TEXT.split())
