"""Programs that start what their own files name, and where the programs of packages are."""

from __future__ import annotations

import re
from collections.abc import Sequence

IS_IN_A_BIN = re.compile(r"/s?bin/[^/]+\Z|/(?:site|dist)-packages/|/lib/")
"""Where a program of a well-known name is taken for that well-known program."""

_STARTERS = frozenset(
    {"supervisord", "circusd", "runsvdir", "runit", "svscan", "s6-svscan", "systemd", "init", "cron", "crond", "honcho", "foreman", "make"}
    | {"snakemake", "nextflow", "airflow", "dagster", "prefect", "luigi", "shiny-server", "rserver", "run-parts", "cromwell", "toil"}
    | {"quarto", "npm", "yarn", "pnpm", "npx", "dotnet", "Rserve", "ansible-playbook", "tmux", "screen", "parallel", "procd", "monit"}
    | {
        "cargo",
        "go",
        "bundle",
        "bundler",
        "dvc",
        "mvn",
        "gradle",
        "sbt",
        "docker",
        "podman",
        "apptainer",
        "singularity",
        "kubectl",
        "ollama",
    }
)
"""Programs that run further programs or scripts which their own files name; these are not followed."""
_TELLING = frozenset({"--version", "-version", "-V", "-v", "--help", "-h", "help", "version"})
"""First words with which a program only tells something about itself."""
_LISTING = frozenset({"ls", "list", "config", "cache", "root", "prefix", "bin", "why", "explain", "la", "ll"})
_QUIET = {
    **dict.fromkeys(("npm", "yarn", "pnpm"), _LISTING),
    "cargo": frozenset({"metadata", "tree", "clean", "fmt"}),
    "go": frozenset({"env", "fmt"}),
    "dvc": frozenset({"status", "list", "diff", "config", "remote"}),
    **dict.fromkeys(("bundle", "bundler"), frozenset({"list", "config", "show", "info"})),
    "docker": frozenset({"images", "ps", "info"}),
}


def starts_others(name: str, words: Sequence[str]) -> bool:
    """Whether the program *name*, given *words*, starts what its own files name."""
    if name not in _STARTERS:
        return False
    first = next((word for word in words if not word.startswith("-") or word in _TELLING), "")
    return first not in _TELLING and first not in _QUIET.get(name, ())
