"""The samples that render a document: quarto-jupyter and quarto-r."""

from __future__ import annotations

from tests.builder.entries import Entry, directory, symlink
from tests.builder.epcc.parts import (
    ROOTFS,
    SBIN,
    based,
    compiled,
    copied,
    package,
    python,
    run,
    system,
    text,
)
from tests.builder.image import ImageBuilder

QUARTO = """\
#!/usr/bin/env bash
set -e

here="$(dirname "$(readlink -f "$0")")"
share="$(cd "$here/../share" && pwd)"
export QUARTO_DENO="$here/tools/deno"
export QUARTO_SHARE_PATH="$share"
"$QUARTO_DENO" run --no-config --cached-only --allow-all "$here/quarto.js" "$@"
"""


def _quarto_base(*more: Entry) -> list[Entry]:
    return [
        text("/opt/quarto/bin/quarto", QUARTO, 0o755),
        text("/opt/quarto/bin/quarto.js", "await main(Deno.args);\n"),
        compiled("/opt/quarto/bin/tools/deno"),
        directory("/opt/quarto/share"),
        symlink("/usr/local/bin/quarto", "/opt/quarto/bin/quarto"),
        compiled("/usr/bin/readlink"),
        *more,
    ]


def _tinytex() -> list[Entry]:
    folder = "/quarto/.TinyTeX"
    return [
        compiled(f"{folder}/bin/x86_64-linux/xetex"),
        symlink(f"{folder}/bin/x86_64-linux/xelatex", "xetex"),
        text(f"{folder}/tlpkg/texlive.tlpdb", "name 00texlive.installation\ncategory TLCore\n"),
    ]


def _rendering(document: str, content: str, *more: Entry) -> list[Entry]:
    script = f'#!/bin/bash\n\nquarto render {document} --to pdf --output-dir "/safe_outputs"\n'
    return [directory("/src"), text(f"/src/{document}", content), text("/src/run_quarto.sh", script), *more]


def quarto_jupyter() -> ImageBuilder:
    """quarto-jupyter: a notebook rendered to PDF; the three directories are not made, and the source folder is open to everybody."""
    cell = (
        '{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["import numpy as np\\n", "np.arange(3)"]}'
    )
    notebook = f'{{"cells": [{cell}], "metadata": {{"kernelspec": {{"name": "python3"}}}}, "nbformat": 4, "nbformat_minor": 5}}\n'
    site = "/usr/lib/python3/dist-packages"
    modules = [*python("/usr", "3.10"), *package(site, "numpy", "BSD-3-Clause", __init__="def arange(n):\n    return n\n")]
    return based(
        [system("ubuntu", "22.04"), _quarto_base(), [directory("/quarto"), *modules], _tinytex(), _rendering("hello.ipynb", notebook),
         [directory("/src", mode=0o777)]],
        [ROOTFS, run("tar -xzf quarto.tar.gz"), run("apt-get update && apt-get install -y jupyter && apt-get clean"),
         run("quarto install tinytex"), copied("src/", "/src/"), run("chmod a+rwx .")],
        cmd=["/bin/bash", "run_quarto.sh"], working_dir="/src", env=[f"PATH={SBIN}:/quarto/.TinyTeX/bin/x86_64-linux", "HOME=/quarto"],
    ).reference("quarto-jupyter:latest")  # fmt: skip


def quarto_r() -> ImageBuilder:
    """quarto-r: a document with R rendered to PDF, with packages of R and of TeX that were installed at build time."""
    document = "---\ntitle: Hello\nformat: pdf\n---\n\n```{r}\nlibrary(ggplot2)\nqplot(1:3, 1:3)\n```\n"
    program = [compiled("/usr/bin/R"), compiled("/usr/bin/Rscript"), compiled("/usr/bin/gcc")]
    packages = [
        text("/usr/local/lib/R/site-library/ggplot2/DESCRIPTION", "Package: ggplot2\nVersion: 3.5.1\nLicense: MIT + file LICENSE\n"),
        text("/usr/local/lib/R/site-library/ggplot2/R/ggplot2", "qplot <- function(x, y) NULL\n"),
    ]
    return based(
        [system("ubuntu", "22.04"), _quarto_base(), [directory("/quarto"), *program], packages, _tinytex(),
         _rendering("hello.qmd", document), [directory("/src", mode=0o777)]],
        [ROOTFS, run("tar -xzf quarto.tar.gz"), run("apt-get update && apt-get install -y r-base-dev && apt-get clean"),
         run("Rscript -e 'install.packages(\"ggplot2\")'"), run("tlmgr install booktabs"), copied("src/", "/src/"), run("chmod a+rwx .")],
        cmd=["/bin/bash", "run_quarto.sh"], working_dir="/src", env=[f"PATH={SBIN}:/quarto/.TinyTeX/bin/x86_64-linux", "HOME=/quarto"],
    ).reference("quarto-r:latest")  # fmt: skip
