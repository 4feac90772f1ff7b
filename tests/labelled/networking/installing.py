"""Installing packages at run time, and what only looks like it."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import Case, image, installs, local_install, python, script, shell


def faulty() -> list[Case]:
    """From a repository."""
    return [
        installs("pip", "pip install", script("pip install --quiet pandas==2.2.0\nexec python3 -c 'print(1)'\n")),
        installs("pip-requirements", "pip install -r", script("pip install -r /app/requirements.txt\n", files={"/app/requirements.txt": "numpy\n"})),
        installs("pip3-user", "pip3 install --user", script("pip3 install --user --upgrade scanpy\n")),
        installs("python-m-pip", "python -m pip install", script("python3 -m pip install -U pip setuptools\n")),
        installs("python-m-pip-entrypoint", "python -m pip as the entrypoint", image(["python3", "-m", "pip", "install", "numpy"])),
        installs("pip-git", "pip install from git", script("pip install git+https://github.com/example/tool.git@main\n")),
        installs("pip-options-first", "pip with options before the command", script("pip --no-cache-dir --disable-pip-version-check install lifelines\n")),
        installs("pip-index", "pip with an index of one's own", script("pip install -i https://packages.example.org/simple tool\n")),
        installs("pip-and", "pip after &&", shell("cd /app && pip install -q tool && python3 main.py")),
        installs("pip-editable", "pip install -e", script("pip install -e /app\n", files={"/app/pyproject.toml": "[project]\nname = 'x'\nversion = '1'\ndependencies = ['numpy']\n"}), "warn"),
        installs("pip-function", "pip in a function that is called", script("ensure() { python3 -c \"import $1\" 2>/dev/null || pip install \"$1\"; }\nensure polars\n"), "warn"),
        installs("pip-if-missing", "pip when an import fails", script("python3 -c 'import polars' || pip install polars\n"), "warn", note="polars is not in the image"),
        installs("uv", "uv pip install", script("uv pip install --system numpy\n")),
        installs("pipx", "pipx install", script("pipx install ruff\n")),
        installs("poetry", "poetry install", script("cd /app\npoetry install --no-interaction\n")),
        installs("conda", "conda install", script("#!/bin/bash\nsource /opt/conda/etc/profile.d/conda.sh || true\nconda install -y -c bioconda samtools\n"), "undetermined"),
        installs("mamba", "mamba env create", script("mamba env create -y -f /app/environment.yml\n", files={"/app/environment.yml": "name: x\ndependencies: [python]\n"})),
        installs("micromamba", "micromamba install", script("micromamba install -y -n base -c conda-forge r-base\n")),
        installs("apt-get", "apt-get install", script("apt-get update && apt-get install -y --no-install-recommends r-base\n")),
        installs("apt-update", "apt-get update alone", script("apt-get update -qq\n"), "warn"),
        installs("apt-env", "apt-get behind an assignment", script("DEBIAN_FRONTEND=noninteractive apt-get -y -qq install curl >/dev/null 2>&1\n")),
        installs("sudo-apt", "apt behind sudo", script("sudo apt install -y jq\n")),
        installs("apk", "apk add", script("apk add --no-cache bash\n")),
        installs("dnf", "dnf install", script("dnf install -y gcc || yum -y install gcc\n")),
        installs("npm", "npm install", script("cd /app && npm install --omit=dev && node index.js\n")),
        installs("npm-ci", "npm ci", script("npm ci --prefix /app\n")),
        installs("yarn", "yarn", script("cd /app\nyarn install --frozen-lockfile\n")),
        installs("gem", "gem and bundle", script("gem install bundler\nbundle install\n")),
        installs("cargo", "cargo install", script("cargo install ripgrep\n")),
        installs("go", "go install", script("go install example.org/tool@latest\n")),
        installs("cpan", "cpanm", script("cpanm JSON::XS\n")),
        installs("r-e", "install.packages in Rscript -e", script("Rscript -e 'install.packages(\"survival\", repos = \"https://packages.example.org/cran\")'\n")),
        installs("r-script", "install.packages in an R script", image(["Rscript", "/app/run.R"], {"/app/run.R": "if (!requireNamespace('survival', quietly = TRUE)) {\n  install.packages('survival')\n}\nlibrary(survival)\n"}), "warn"),
        installs("r-bioconductor", "BiocManager::install", script("Rscript -e 'BiocManager::install(c(\"DESeq2\", \"limma\"), ask = FALSE)'\n")),
        installs("r-github", "remotes::install_github", script("R -q -e 'remotes::install_github(\"example/tool\")'\n")),
        installs("r-renv", "renv::restore", script("Rscript -e 'renv::restore()'\n"), "warn"),
        installs("r-pak", "pak::pkg_install", script("Rscript -e 'pak::pkg_install(\"dplyr\")'\n")),
        installs("julia", "Pkg.add", script("julia -e 'using Pkg; Pkg.add(\"DataFrames\")'\n")),
        installs("julia-instantiate", "Pkg.instantiate", image(["julia", "--project=/app", "-e", "import Pkg; Pkg.instantiate(); include(\"/app/main.jl\")"])),
        installs("python-subprocess", "pip in subprocess", python("import subprocess\nimport sys\n\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'numpy'])\n")),
        installs("python-os-system", "pip in os.system", python("import os\n\nos.system('pip install --quiet lifelines')\nimport lifelines\n")),
        installs("python-try-import", "pip when an import fails", python("try:\n    import lifelines\nexcept ImportError:\n    import subprocess\n\n    subprocess.run(['pip', 'install', 'lifelines'], check=True)\n    import lifelines\n"), "warn", note="lifelines is not in the image"),
        installs("python-pip-main", "pip's own function", python("from pip._internal import main as pipmain\n\npipmain(['install', 'numpy'])\n"), "warn"),
        installs("requirements-from-safe-data", "what the data directory asks for", script("if [ -f /safe_data/requirements.txt ]; then\n  pip install -r /safe_data/requirements.txt\nfi\nexec python3 /app/main.py\n", files={"/app/main.py": "print(1)\n"}), "warn"),
        installs("loop", "in a loop", script("for p in numpy scipy; do\n  pip install \"$p\"\ndone\n")),
        installs("background", "in a pipeline", script("pip install tool 2>&1 | tee /scratch/pip.log\n")),
        installs("xargs", "through xargs", script("cut -d= -f1 /app/requirements.txt | xargs -n1 pip install\n", files={"/app/requirements.txt": "numpy==1\n"})),
        installs("absolute", "by absolute path", script("/opt/venv/bin/pip install tool\n/opt/conda/bin/conda install -y tool\n")),
        installs("second-script", "second script", script("/app/setup.sh\npython3 -c 'print(1)'\n", files={"/app/setup.sh": "#!/bin/sh\nset -e\npip install --upgrade tool\n"})),
    ]


def harmless() -> list[Case]:
    """From nowhere, or not at all."""
    return [
        local_install("pip-version", "pip --version", script("pip --version\npip list\npip freeze > /scratch/versions\npip show numpy\npip check\n")),
        local_install("pip-no-index", "pip from wheels in the image", script("pip install --no-index --find-links /wheels tool\n", files={"/wheels/tool-1.0-py3-none-any.whl": "x"})),
        local_install("pip-no-index-env", "pip told by ENV to use no index", script("pip install tool\n", files={"/wheels/tool-1.0-py3-none-any.whl": "x"}, env=["PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheels"]), "warn", note="ENV switches the index off"),
        local_install("pip-no-deps", "one wheel without its dependencies", script("pip install --no-deps /wheels/tool-1.0-py3-none-any.whl\n", files={"/wheels/tool-1.0-py3-none-any.whl": "x"}), "warn"),
        local_install("pip-uninstall", "pip uninstall and cache", script("pip uninstall -y tool\npip cache purge\npip config list\npip help install\n")),
        local_install("pip-comment", "in comments and echo", script("# pip install tool\necho 'pip install tool first' >&2\n")),
        local_install("pip-here-document", "in a here-document", script("cat <<EOF\nTo extend this image:\n  pip install tool\n  apt-get install tool\nEOF\n")),
        local_install("pip-function-not-called", "in a function that nobody calls", script("extend() { pip install \"$@\"; }\necho ok\n"), "warn"),
        local_install("pip-dry", "a file that is called like it", script("cat /app/pip-install.log\nls /app/apt-get\n", files={"/app/pip-install.log": "x\n", "/app/apt-get": "x\n"})),
        local_install("installed-at-build", "at build time", image(["python3", "/app/main.py"], {"/app/main.py": "print(1)\n"}, history=["RUN /bin/sh -c apt-get update && apt-get install -y gcc", "RUN /bin/sh -c pip install -r requirements.txt # buildkit"])),
        local_install("apt-clean", "apt-get clean", script("apt-get clean\nrm -rf /var/lib/apt/lists/*\napt-cache policy || true\napt list --installed\n")),
        local_install("apt-remove", "apt-get remove", script("apt-get remove -y gcc\ndpkg -l | head\ndpkg-query -W\n"), "warn"),
        local_install("dpkg-local", "dpkg -i of a file in the image", script("dpkg -i /opt/tool.deb\n", files={"/opt/tool.deb": "x"}), "warn"),
        local_install("apk-info", "apk info", script("apk info -v\napk --version\n")),
        local_install("conda-run", "conda run", image(["conda", "run", "--no-capture-output", "-n", "job", "python", "/app/main.py"], {"/app/main.py": "print(1)\n", "/opt/conda/envs/job/bin/": ""}, env=["PATH=/opt/conda/bin:/usr/local/bin:/usr/bin:/bin"]), "undetermined"),
        local_install("conda-activate", "conda activate", script("#!/bin/bash\neval \"$(conda shell.bash hook)\"\nconda activate job\nconda list\nexec python3 /app/main.py\n", files={"/app/main.py": "print(1)\n"}), "undetermined"),
        local_install("conda-offline", "conda install --offline", script("conda install -y --offline /opt/pkgs/tool.conda\n", files={"/opt/pkgs/tool.conda": "x"}), "warn"),
        local_install("npm-start", "npm start", script("cd /app\nnpm start\n", files={"/app/package.json": '{"name": "x", "scripts": {"start": "node index.js"}}\n', "/app/index.js": "console.log(1)\n"}), "undetermined"),
        local_install("npm-version", "npm --version", script("npm --version\nnpm ls --depth 0\nnode --version\n")),
        local_install("r-library", "library and installed.packages", image(["Rscript", "/app/a.R"], {"/app/a.R": "# install.packages('survival')\nlibrary(stats)\nprint(installed.packages()[, 'Version'])\nrequireNamespace('utils')\n"}), "undetermined"),
        local_install("r-cmd-install", "R CMD INSTALL of a file", script("R CMD INSTALL /opt/tool_1.0.tar.gz\n", files={"/opt/tool_1.0.tar.gz": "x"}), "warn"),
        local_install("r-local", "install.packages of a file", script("Rscript -e 'install.packages(\"/opt/tool_1.0.tar.gz\", repos = NULL, type = \"source\")'\n", files={"/opt/tool_1.0.tar.gz": "x"}), "warn"),
        local_install("julia-using", "using a package", script("julia --project=/app -e 'using Statistics; println(mean([1, 2]))'\n")),
        local_install("julia-status", "Pkg.status", script("julia -e 'using Pkg; Pkg.status()'\n"), "warn"),
        local_install("python-metadata", "importlib.metadata", python("from importlib.metadata import version\n\nprint(version('requests'))\nINSTALL = 'pip install requests'\n")),
        local_install("python-string", "a hint in a message", python("try:\n    import lifelines\nexcept ImportError as error:\n    raise SystemExit('please run: pip install lifelines') from error\n")),
        local_install("python-list", "pip list from Python", python("import subprocess\nimport sys\n\nprint(subprocess.check_output([sys.executable, '-m', 'pip', 'list']))\n")),
        local_install("install-command", "the install program", script("install -d -m 755 /scratch/out\ninstall -m 644 /app/a /scratch/out/\n", files={"/app/a": "x"})),
        local_install("make-install", "names of targets and directories", script("make -n install\nls /opt/install /opt/pip\n")),
        local_install("installer-not-started", "in a script that nobody starts", script("echo ok\n", files={"/app/install.sh": "#!/bin/sh\npip install tool\napt-get install -y tool\n"})),
        local_install("setup-file", "requirements that nobody installs", script("echo ok\n", files={"/app/requirements.txt": "numpy\n", "/app/environment.yml": "name: x\n", "/app/postBuild": "pip install x\n"})),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return faulty() + harmless()
