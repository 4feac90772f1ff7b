"""The samples that run a program in a language: python-generic, julia and octave."""

from __future__ import annotations

from tests.builder.entries import directory
from tests.builder.epcc.parts import (
    MKDIR,
    MOUNTS,
    ROOTFS,
    SBIN,
    based,
    compiled,
    copied,
    library,
    package,
    packaged,
    python,
    run,
    system,
    text,
)
from tests.builder.image import ImageBuilder

HELLO = """\
#!/usr/bin/env python3
import numpy as np


def main():
    values = np.arange(10)
    print("Hello, world:", values.mean())


if __name__ == "__main__":
    main()
"""


def python_generic() -> ImageBuilder:
    """python-generic: a Python script in /bin, and numpy in root's home."""
    site = "/root/.local/lib/python3.12/site-packages"
    numpy = [
        *package(site, "numpy", "BSD-3-Clause", __init__="from numpy._core import arange\n", _core="def arange(n):\n    return n\n"),
        library(f"{site}/numpy/_multiarray_umath.cpython-312-x86_64-linux-gnu.so"),
    ]
    return (
        based(
            [system("debian", "11"), python("/usr/local", "3.12"), MOUNTS, numpy, [text("/usr/bin/hello-world.py", HELLO, 0o755)]],
            [ROOTFS, run("make install"), MKDIR, run("pip install --user numpy"), "ADD hello-world.py /bin # buildkit"],
            user="root",
            entrypoint=["/bin/hello-world.py"],
            env=[f"PATH=/usr/local/bin:{SBIN}", "LANG=C.UTF-8", "PYTHON_VERSION=3.12.8"],
        )
        .empty_layer("USER root")
        .reference("python-generic:latest")
    )


JULIA_ENTRYPOINT = """\
#!/bin/sh
set -e

# an option alone is one of julia
if [ "${1#-}" != "$1" ]; then
    set -- julia "$@"
fi

exec "$@"
"""
JULIA_PLOT = """\
using Plots

x = range(0, 2pi, length = 100)
plot(x, sin.(x))
savefig("/safe_outputs/plot_example.png")
"""


def julia() -> ImageBuilder:
    """julia: a shell script that runs a Julia program with packages that were installed at build time."""
    base = [
        compiled("/usr/local/julia/bin/julia"),
        library("/usr/local/julia/lib/libjulia.so.1"),
        text("/usr/local/bin/docker-entrypoint.sh", JULIA_ENTRYPOINT, 0o755),
    ]
    source = [
        text("/test/install_packages.jl", 'import Pkg\nPkg.add("Plots")\n', 0o755),
        text("/test/plot_example.jl", JULIA_PLOT, 0o755),
        text("/test/run_test.sh", "#!/bin/bash\n\njulia plot_example.jl\n", 0o755),
    ]
    depot = "/root/.julia/packages/Plots/Ab3dE"
    packages = [
        text(f"{depot}/Project.toml", 'name = "Plots"\nversion = "1.40.0"\n'),
        text(f"{depot}/src/Plots.jl", "module Plots\nplot(x, y) = nothing\nsavefig(name) = nothing\nend\n"),
    ]
    return based(
        [system("debian", "12"), base, [*MOUNTS, directory("/test")], source, packages],
        [ROOTFS, run("tar -xzf julia.tar.gz"), run("mkdir /safe_data /safe_outputs /scratch /test"), copied("src/", "/test/"),
         run("julia install_packages.jl")],
        entrypoint=["docker-entrypoint.sh"], cmd=["/bin/bash", "run_test.sh"], working_dir="/test",
        env=[f"PATH=/usr/local/julia/bin:{SBIN}", "JULIA_PATH=/usr/local/julia", "JULIA_VERSION=1.11.3"],
    ).reference("julia:latest")  # fmt: skip


def octave() -> ImageBuilder:
    """octave: a shell script that runs an Octave program."""
    plot = "x = linspace(0, 2*pi, 100);\nh = figure('visible', 'off');\nplot(x, sin(x));\nprint(h, '/safe_outputs/plot.png', '-dpng');\n"
    source = [
        text("/src/plot_example.m", plot, 0o755),
        text("/src/run_octave.sh", "#!/bin/bash\n\noctave --no-gui plot_example.m\n", 0o755),
    ]
    programs = ("/usr/bin/octave", "/usr/bin/octave-cli")
    return based(
        [system("ubuntu", "22.04"), [*map(compiled, programs), *packaged("octave", *programs)], MOUNTS, source],
        [ROOTFS, run("apt-get update && apt-get install -y octave"), MKDIR, copied("src/", "/src/")],
        cmd=["/bin/bash", "run_octave.sh"], working_dir="/src", env=[f"PATH={SBIN}"],
    ).reference("octave:latest")  # fmt: skip
