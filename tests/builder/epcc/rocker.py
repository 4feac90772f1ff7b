"""The sample that is RStudio."""

from __future__ import annotations

from imginspect.scan.minimal_elf import minimal_elf
from tests.builder.entries import directory, file
from tests.builder.epcc.parts import (
    MOUNTS,
    ROOTFS,
    SBIN,
    based,
    compiled,
    copied,
    packaged,
    run,
    system,
    text,
)
from tests.builder.image import ImageBuilder

S6_INIT = """\
#!/bin/execlineb -S0

/bin/if { /bin/s6-mkdir -p /var/run/s6 }
/etc/s6/init/init-stage1 $@
"""
RSTUDIO_RUN = """\
#!/usr/bin/with-contenv bash
exec /usr/lib/rstudio-server/bin/rserver --server-daemonize 0
"""


def rocker() -> ImageBuilder:
    """rocker: RStudio below s6, and a script beside the source that changes into a folder that is not there."""
    s6 = [
        text("/init", S6_INIT, 0o755),
        *(file(f"/usr/bin/{name}", minimal_elf(), mode=0o755) for name in ("execlineb", "if", "s6-mkdir", "s6-svscan", "with-contenv")),
        text("/etc/s6/init/init-stage1", "#!/bin/execlineb -S0\ns6-svscan -t0 /var/run/s6/services\n", 0o755),
        text("/etc/services.d/rstudio/run", RSTUDIO_RUN, 0o755),
    ]
    server = [
        compiled("/usr/lib/rstudio-server/bin/rserver"),
        *packaged("rstudio-server", "/usr/lib/rstudio-server/bin/rserver"),
        compiled("/usr/local/bin/R"),
        compiled("/usr/local/bin/Rscript"),
        compiled("/usr/local/bin/r"),
    ]
    source = [
        text("/rstudio/src/install_packages.R", 'install.packages("ggplot2")\n'),
        text("/rstudio/src/plot_example.R", 'library(ggplot2)\nggsave("/safe_outputs/plot.png", qplot(1:3, 1:3))\n'),
        text("/rstudio/src/run_test.sh", "#!/bin/bash\n\ncd /root/src\nRscript plot_example.R\n", 0o755),
    ]
    packages = [
        text("/usr/local/lib/R/site-library/ggplot2/DESCRIPTION", "Package: ggplot2\nVersion: 3.5.1\nLicense: MIT + file LICENSE\n")
    ]
    return based(
        [system("ubuntu", "24.04", "rstudio:x:1000:1000::/home/rstudio:/bin/bash"), s6, server,
         [*MOUNTS, directory("/rstudio"), directory("/rstudio/src")], source, packages],
        [ROOTFS, run("/rocker_scripts/install_s6init.sh"), run("/rocker_scripts/install_rstudio.sh"),
         run("mkdir /safe_data /safe_outputs /scratch && mkdir -p /rstudio/src"), copied("src/", "/rstudio/src/"),
         run("r install_packages.R")],
        cmd=["/init"], working_dir="/rstudio/src", exposed_ports=["8787/tcp"], env=[f"PATH={SBIN}", "R_HOME=/usr/local/lib/R"],
    ).reference("rocker:latest")  # fmt: skip
