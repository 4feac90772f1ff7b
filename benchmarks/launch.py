"""Runs one command and writes ``{code, wall, cpu, rss}`` of it as JSON to a file: ``python -I -S launch.py FACTS COMMAND...``.

A process of its own, because Linux counts into a child's ``ru_maxrss`` what its parent occupied when the child was made, with fork
(the copied pages) as with vfork and posix_spawn (the borrowed ones, whose high-water mark ``exec`` takes over). This launcher imports
next to nothing, so about 10 MB is the least that it can report; a benchmark with tables and JSON in it would be several times that.
Source: Linux, fs/exec.c, exec_mmap (setmax_mm_hiwater_rss).
"""

import os
import sys
import time


def main(facts: str, command: list[str]) -> None:
    """Runs *command*, waits for it, and writes what it used to *facts*."""
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    rss = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    code = os.waitstatus_to_exitcode(status)
    with open(facts, "w", encoding="ascii") as file:
        file.write(f'{{"code": {code}, "wall": {wall}, "cpu": {used.ru_utime + used.ru_stime}, "rss": {rss}}}')


main(sys.argv[1], sys.argv[2:])
