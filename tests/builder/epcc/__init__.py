"""EPCC's seven public sample images in miniature: the same users, paths, steps, commands and files, on stand-ins for their bases.

Programs are ELF headers that need the C library. Scripts have the commands of the originals and none of their text.
"""

from __future__ import annotations

from tests.builder.epcc.languages import julia, octave, python_generic
from tests.builder.epcc.postgres import postgres
from tests.builder.epcc.quarto import quarto_jupyter, quarto_r
from tests.builder.epcc.rocker import rocker

__all__ = ["SAMPLES"]

SAMPLES = {
    "python-generic": python_generic, "julia": julia, "octave": octave, "postgres": postgres, "quarto-jupyter": quarto_jupyter,
    "quarto-r": quarto_r, "rocker": rocker,
}  # fmt: skip
