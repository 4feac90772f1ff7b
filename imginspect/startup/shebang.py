"""Shebang: the first line of a script as Linux reads it.

Source: fs/binfmt_script.c. The kernel looks at 256 bytes; what follows the interpreter is one argument, blanks and all; nothing is cut
off at a carriage return. Before Linux 5.1 it looked at 128 bytes.
"""

from __future__ import annotations

from typing import NamedTuple

BUFFER = 256
"""Bytes of a first line that Linux reads since 5.1 (BINPRM_BUF_SIZE)."""
_OLD_BUFFER = 128
"""Bytes that it read before."""
_BOMS = {b"\xef\xbb\xbf": "a UTF-8 byte order mark", b"\xff\xfe": "a UTF-16 byte order mark", b"\xfe\xff": "a UTF-16 byte order mark"}


class Shebang(NamedTuple):
    """*interpreter* and its one *argument* (empty for none) as the kernel passes them.

    *error* says why the kernel refuses the file; *doubt* why it may not do what was meant.
    """

    interpreter: str
    argument: str
    error: str = ""
    doubt: str = ""

    @property
    def has_carriage_return(self) -> bool:
        """Whether the line ends as on Windows."""
        return (self.argument or self.interpreter).endswith("\r")


def parse_shebang(head: bytes) -> Shebang | None:
    """The first line of a file that starts with ``#!``; None for any other file. *head* holds its first 256 bytes, or all of it."""
    if not head.startswith(b"#!"):
        return None
    buffer = head[2:BUFFER]
    line, newline, _ = buffer.partition(b"\n")
    is_cut = not newline and len(head) >= BUFFER
    words = line.strip(b" \t").partition(b"\0")[0]
    if not words:
        return Shebang("", "", error="its first line names no interpreter after #!")
    end = next((at for at, byte in enumerate(words) if byte in b" \t"), len(words))
    interpreter, argument = words[:end].decode("utf-8", "surrogateescape"), words[end:].strip(b" \t").decode("utf-8", "surrogateescape")
    if is_cut and end == len(words) and not line.endswith((b" ", b"\t")):
        return Shebang(interpreter, "", error=f"the interpreter path in its first line exceeds the {BUFFER} bytes that Linux reads")
    doubt = ""
    if is_cut:
        doubt = f"its first line exceeds the {BUFFER} bytes that Linux reads: the rest is cut off"
    elif len(line) + 2 >= _OLD_BUFFER:
        doubt = f"its first line exceeds the {_OLD_BUFFER} bytes that Linux before 5.1 reads"
    return Shebang(interpreter, argument, doubt=doubt)


def hidden_shebang(head: bytes) -> str:
    """Why a file with a ``#!`` near its start is no script to Linux; the empty string where there is nothing of the kind."""
    for mark, name in _BOMS.items():
        if head.startswith(mark):
            return f"it starts with {name}, so Linux does not see the #! after it" if b"#" in head[:8] else f"it starts with {name}"
    if head.lstrip()[:2] == b"#!":
        return "blanks or empty lines precede its #!, so Linux does not see it"
    return ""
