"""Python programs: the programs that they start, and the modules that they import."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.starting.case import LIBRARY, SITE, Case, broken, image, maybe, python, script, sound

MAIN = "/app/main.py"
NONE = "/app/none.py"
HELPER = {"/app/helper.py": "def mean(rows):\n    return sum(rows) / len(rows)\n"}
TRIED_FOR = "the program goes on after it"


def starts() -> list[Case]:
    """What they start."""
    return [
        broken("py-run", "subprocess.run of a missing program", python("import subprocess\n\nsubprocess.run(['/app/gone', '--x'], check=True)\n"), line=3, where=MAIN),
        broken("py-run-name", "subprocess.run of a name that PATH does not lead to", python("import subprocess\n\nsubprocess.run(['samtools', 'index', '/safe_data/a.bam'])\n"), line=3, where=MAIN),
        broken("py-check-call", "check_call of Python with a missing script", python("import subprocess\nimport sys\n\nsubprocess.check_call([sys.executable, '/app/none.py'])\n"), line=4, where=MAIN),
        broken("py-popen", "Popen", python("from subprocess import Popen\n\nPopen(['/app/gone']).wait()\n"), line=3, where=MAIN),
        broken("py-run-shell", "subprocess.run of a shell text", python("import subprocess\n\nsubprocess.run('/app/gone.sh --x', shell=True, check=True)\n"), line=3, where=MAIN),
        broken("py-run-shell-on", "subprocess.run of a shell text, unchecked", python("import subprocess\n\nsubprocess.run('/app/gone.sh --x', shell=True)\n"), "warn", line=3, where=MAIN, note=TRIED_FOR),
        broken("py-system", "os.system", python("import os\n\nos.system('/app/gone.sh')\n"), "warn", line=3, where=MAIN, note=TRIED_FOR),
        broken("py-execvp", "os.execvp", python("import os\n\nos.execvp('gone', ['gone', '--x'])\n"), line=3, where=MAIN),
        broken("py-execv-script", "os.execv of Python with a missing script", python("import os\nimport sys\n\nos.execv(sys.executable, [sys.executable, '/app/none.py'])\n"), line=4, where=MAIN),
        broken("py-function", "in a function that is called", python("import subprocess\n\n\ndef main():\n    subprocess.check_output(['/app/gone'])\n\n\nmain()\n"), line=5, where=MAIN),
        broken("py-main", "below if __name__ == '__main__'", python("import subprocess\n\n\ndef main():\n    subprocess.run(['/app/gone'], check=True)\n\n\nif __name__ == '__main__':\n    main()\n"), line=5, where=MAIN),
        broken("py-cwd", "relative to another folder", python("import subprocess\n\nsubprocess.run(['./step.sh'], cwd='/tmp', check=True)\n", {"/app/step.sh": "#!/bin/sh\necho\n"}), "undetermined", line=3, where=MAIN),
        broken("py-no-first-line", "Python starts no text without a first line", python("import subprocess\n\nsubprocess.run(['/app/step.sh'], check=True)\n", {"/app/step.sh": "echo hi\n"}), line=3, where=MAIN),
        broken("py-script-in-script", "in the script behind a shell", script("exec python3 /app/main.py\n", {MAIN: "import subprocess\n\nsubprocess.run(['/app/gone'], check=True)\n"}), line=3, where=MAIN),
        broken("py-list-variable", "in a list with a name", python("import subprocess\n\nCOMMAND = ['/app/gone', '--x']\nsubprocess.run(COMMAND, check=True)\n"), line=4, where=MAIN),
        broken("py-here-document", "in a here-document", script("python3 - <<'EOF'\nimport subprocess\nsubprocess.run(['/app/gone'], check=True)\nEOF\n"), "warn", "undetermined", line=4),
        broken("py-c", "in python3 -c", script("echo start\npython3 -c \"import subprocess; subprocess.run(['/app/gone'], check=True)\"\n"), line=3),
        broken("py-runpy", "runpy of a missing script", python("import runpy\n\nrunpy.run_path('/app/none.py')\n"), "warn", "undetermined", line=3, where=MAIN),
        maybe("py-try", "where its absence is caught", python("import subprocess\n\ntry:\n    subprocess.run(['/app/gone'], check=True)\nexcept FileNotFoundError:\n    print('without it')\n"), "pass", line=4, where=MAIN),
        maybe("py-option", "where an option is given", python("import argparse\nimport subprocess\n\nparser = argparse.ArgumentParser()\nparser.add_argument('--plot', action='store_true')\nif parser.parse_args().plot:\n    subprocess.run(['gnuplot', '/app/x.gp'], check=True)\n"), "pass", line=7, where=MAIN),
        maybe("py-for", "for each file of the data", python("import glob\nimport subprocess\n\nfor name in glob.glob('/safe_data/*.bam'):\n    subprocess.run(['samtools', 'index', name], check=True)\n"), "pass", "fail", line=5, where=MAIN),
        sound("py-which", "where it is asked for", python("import shutil\nimport subprocess\n\nif shutil.which('gnuplot'):\n    subprocess.run(['gnuplot', '/app/x.gp'])\nprint('done')\n"), "warn"),
        sound("py-not-called", "in a function that nobody calls", python("import subprocess\n\n\ndef plot():\n    subprocess.run(['gnuplot', '/app/x.gp'])\n\n\nprint('done')\n")),
        sound("py-run", "subprocess.run of what is there", python("import subprocess\n\nsubprocess.run(['sort', '/app/main.py'], check=True)\nsubprocess.run('sort /app/main.py | head -n 1', shell=True, check=True)\n")),
        sound("py-executable", "Python and a script that is there", python("import subprocess\nimport sys\n\nsubprocess.check_call([sys.executable, '/app/helper.py'])\n", HELPER)),
        sound("py-text", "a name that is mere text", python("COMMAND = 'samtools index'\nprint('run', COMMAND, ['/app/gone'])\n")),
    ]


def modules() -> list[Case]:
    """What they import."""
    return [
        broken("import", "a module that is not there", python("import lifelines\n\nprint(lifelines)\n"), "warn", line=1, where=MAIN),
        broken("import-from", "from a module that is not there", python("import json\nfrom sklearn.linear_model import LinearRegression\n\nprint(json, LinearRegression)\n"), "warn", line=2, where=MAIN),
        broken("import-submodule", "a part that the package lacks", python("import requests.sessions_of_old\n"), "warn", line=1, where=MAIN),
        broken("import-own", "an own module in another folder", python("from helper import mean\n\nprint(mean([1]))\n", {"/app/lib/helper.py": HELPER["/app/helper.py"]}), "warn", line=1, where=MAIN),
        broken("import-in-module", "in an own module", python("import helper\n\nprint(helper)\n", {"/app/helper.py": "import numpy as np\n\nprint(np)\n"}), "warn", line=1, where="/app/helper.py"),
        broken("import-relative", "a relative import in a program", python("from . import helper\n\nprint(helper)\n", HELPER), "warn", "pass", line=1, where=MAIN, note="there is no package that it could be relative to"),
        broken("import-gone-standard", "a module that this Python has no more", python("import distutils.core\n\nprint(distutils)\n"), "warn", line=1, where=MAIN),
        broken("import-gone-imp", "imp, which left Python with 3.12", python("import imp\n\nprint(imp)\n"), "warn", line=1, where=MAIN),
        broken("import-python-2", "a module of Python 2", python("import urllib2\n\nprint(urllib2)\n"), "warn", line=1, where=MAIN),
        broken("import-other-version", "a package of another Python", python("import numpy\n\nprint(numpy)\n", {"/usr/local/lib/python3.11/site-packages/numpy/__init__.py": "x = 1\n"}), "warn", line=1, where=MAIN),
        broken("import-other-extension", "an extension for another Python", python("import fast\n\nprint(fast)\n", entries=[{"path": f"{SITE}/fast.cpython-311-x86_64-linux-gnu.so", "elf": {"kind": "shared"}}]), "warn", line=1, where=MAIN),
        broken("import-user-site", "a package in another user's home", python("import numpy\n\nprint(numpy)\n", {"/root/.local/lib/python3.12/site-packages/numpy/__init__.py": "x = 1\n"}, user="1000"), "warn", line=1, where=MAIN),
        broken("import-main", "in a program below if __name__", python("if __name__ == '__main__':\n    import lifelines\n    print(lifelines)\n"), "warn", line=2, where=MAIN),
        broken("import-c", "in python3 -c", image(["python3", "-c", "import lifelines; print(lifelines)"]), "warn"),
        broken("import-console", "in a console script", image(["analyse"], {"/usr/local/bin/analyse": "#!/usr/local/bin/python3.12\nimport sys\nfrom analysis.cli import main\nsys.exit(main())\n"}), "warn", line=3, where="/usr/local/bin/analyse"),
        broken("import-behind-shell", "in the program behind a shell script", script("set -e\nexec python3 /app/main.py\n", {MAIN: "import torch\n\nprint(torch)\n"}), "warn", line=1, where=MAIN),
        broken("import-path-isolated", "the program's own folder is not on the way under -I", image(["python3", "-I", "/app/main.py"], {MAIN: "import helper\n\nprint(helper)\n", **HELPER}), "warn", line=1, where=MAIN),
        broken("import-except-other", "within try that catches something else", python("try:\n    import lifelines\nexcept KeyError:\n    lifelines = None\nprint(lifelines)\n"), "warn", line=2, where=MAIN),
        broken("import-tried-both", "two alternatives that are both missing", python("try:\n    import lifelines\nexcept ImportError:\n    import scikit_survival as lifelines\nprint(lifelines)\n"), "warn", line=4, where=MAIN, note="the line is that of either import"),
        broken("module", "python -m of a missing module", image(["python3", "-m", "analysis"])),
        broken("module-package", "python -m of a package without __main__", image(["python3", "-m", "analysis"], {"/app/analysis/__init__.py": "x = 1\n"}, working_dir="/app")),
        broken("module-elsewhere", "python -m in another folder", image(["python3", "-m", "analysis.cli"], {"/app/analysis/__init__.py": "", "/app/analysis/cli.py": "print()\n"}, working_dir="/tmp")),
        broken("folder", "a folder without __main__.py", image(["python3", "/app"], {"/app/run.py": "print()\n"})),
        maybe("import-called", "in a function that is called", python("def plot():\n    import matplotlib\n    print(matplotlib)\n\n\nplot()\n"), "pass", "fail", line=2, where=MAIN),
        maybe("import-condition", "under a condition", python("import os\n\nif os.environ.get('PLOT'):\n    import matplotlib\n    print(matplotlib)\n"), "pass", line=4, where=MAIN),
        sound("import-standard", "modules of Python itself", python("from __future__ import annotations\n\nimport _thread\nimport builtins\nimport itertools\nimport json\nimport math\nimport os.path\nimport sys\nimport time\nimport xml.etree.ElementTree as ET\nfrom collections.abc import Mapping\nfrom importlib import util\nfrom pathlib import Path\nfrom urllib.request import Request\n\nprint(ET, Mapping, Path, Request, _thread, builtins, itertools, json, math, os, sys, time, util)\n")),
        sound("import-package", "an installed package", python("import requests\nfrom requests import adapters, get\nfrom requests.adapters import HTTPAdapter\n\nprint(requests, adapters, get, HTTPAdapter)\n")),
        sound("import-own", "an own module", python("from helper import mean\n\nprint(mean([1]))\n", HELPER)),
        sound("import-own-package", "an own package with relative imports", python("from job.steps import first\n\nfirst.go()\n", {"/app/job/__init__.py": "", "/app/job/steps/__init__.py": "from .. import tools\nfrom . import first\n", "/app/job/steps/first.py": "from ..tools import echo\n\n\ndef go():\n    echo()\n", "/app/job/tools.py": "def echo():\n    print()\n"})),
        sound("import-name-of-package", "a name that a package defines", python("from job import version\n\nprint(version)\n", {"/app/job/__init__.py": "version = 1\n"})),
        sound("import-namespace", "a folder without __init__.py", python("from lab.tools import go\n\ngo()\n", {"/app/lab/tools.py": "def go():\n    print()\n"})),
        sound("import-dotted", "a module of a module of Python itself", image(["python3", "-c", "import os.path as p; print(p)"])),
        sound("import-pythonpath", "through PYTHONPATH", python("import helper\n\nprint(helper)\n", {"/opt/lib/helper.py": "x = 1\n"}, env=["PYTHONPATH=/opt/lib"])),
        sound("import-pythonpath-script", "through PYTHONPATH of a script", script("export PYTHONPATH=/opt/lib:$PYTHONPATH\nexec python3 /app/main.py\n", {MAIN: "import helper\n\nprint(helper)\n", "/opt/lib/helper.py": "x = 1\n"})),
        sound("import-sys-path", "through sys.path", python("import sys\n\nsys.path.insert(0, '/opt/lib')\nimport helper\n\nprint(helper)\n", {"/opt/lib/helper.py": "x = 1\n"})),
        sound("import-sys-path-file", "through sys.path, beside the file", python("import os\nimport sys\n\nsys.path.append(os.path.join(os.path.dirname(__file__), 'lib'))\nimport helper\n\nprint(helper)\n", {"/app/lib/helper.py": "x = 1\n"})),
        sound("import-sys-path-pathlib", "through sys.path, with pathlib", python("import sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).resolve().parent / 'lib'))\nimport helper\n\nprint(helper)\n", {"/app/lib/helper.py": "x = 1\n"})),
        sound("import-pth", "through a .pth file", python("import helper\n\nprint(helper)\n", {f"{SITE}/job.pth": "/opt/lib\n", "/opt/lib/helper.py": "x = 1\n"})),
        sound("import-user-site", "a package in root's home, for root", python("import numpy\n\nprint(numpy)\n", {"/root/.local/lib/python3.12/site-packages/numpy/__init__.py": "x = 1\n"}, env=["HOME=/root"])),
        sound("import-standard-of-image", "a module that the image adds to Python's own", python("import institute\n\nprint(institute)\n", {f"{LIBRARY}/institute.py": "x = 1\n"})),
        sound("import-bytecode", "a package of compiled bytecode alone would be another matter; its source is there", python("import tool\n\nprint(tool)\n", {f"{SITE}/tool/__init__.py": "from tool._core import x\n", f"{SITE}/tool/_core.py": "x = 1\n"})),
        sound("import-try", "within try", python("try:\n    import lifelines\nexcept ImportError:\n    lifelines = None\nprint(lifelines)\n")),
        sound("import-try-module", "within try, by its other name", python("try:\n    import ujson as json\nexcept ModuleNotFoundError:\n    import json\nprint(json)\n")),
        sound("import-try-bare", "within try that catches all", python("try:\n    import cupy\nexcept Exception:\n    cupy = None\ntry:\n    import numba\nexcept:\n    numba = None\nprint(cupy, numba)\n")),
        sound("import-suppress", "within contextlib.suppress", python("import contextlib\n\nwith contextlib.suppress(ImportError):\n    import lifelines\nprint('done')\n"), "warn"),
        sound("import-try-tuple", "within try that catches several", python("try:\n    import lifelines\nexcept (ImportError, OSError) as error:\n    print(error)\n")),
        sound("import-not-called", "in a function that nobody calls", python("def plot():\n    import matplotlib\n    return matplotlib\n\n\nprint('done')\n")),
        sound("import-type-checking", "for type checkers alone", python("from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import numpy as np\n\n\ndef mean(x: np.ndarray) -> float:\n    return 1.0\n\n\nprint(mean)\n")),
        sound("import-version", "for an older Python alone", python("import sys\n\nif sys.version_info < (3, 8):\n    import importlib_metadata\nelse:\n    import importlib\nprint('done')\n"), "warn"),
        sound("import-text", "in a text", python("'''\nimport lifelines\n'''\nprint('import lifelines')\n# import lifelines\n")),
        sound("import-after-exit", "after sys.exit", python("import sys\n\nprint('done')\nsys.exit(0)\nimport lifelines\n"), "warn"),
        sound("module", "python -m", image(["python3", "-m", "analysis.cli"], {"/app/analysis/__init__.py": "", "/app/analysis/cli.py": "print()\n"}, working_dir="/app")),
        sound("module-main", "python -m of a package", image(["python3", "-u", "-m", "analysis"], {f"{SITE}/analysis/__init__.py": "", f"{SITE}/analysis/__main__.py": "print()\n"})),
        sound("module-standard", "python -m of a module of Python itself", script("echo '{}' | python3 -m json.tool\npython3 -m site --user-site >/dev/null || true\n")),
        sound("folder", "a folder with __main__.py", image(["python3", "/app"], {"/app/__main__.py": "import helper\n\nprint(helper)\n", **HELPER})),
        sound("python-standard-input", "a program on standard input", script("python3 - a b <<'EOF'\nimport sys\nprint(sys.argv)\nEOF\necho 'print(1)' | python3\n"), "undetermined"),
        sound("python-version", "no program at all", image(["python3", "--version"])),
    ]


def all_cases() -> list[Case]:
    """All of them."""
    return [*starts(), *modules()]
