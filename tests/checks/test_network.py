"""The network rules on small images: what fails, what warns, what is left open, and what must not be flagged."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.checks.result import CheckResult
from imginspect.examples.sample import build
from tests.fuzz.fuzz_readers import examine
from tests.views import debian, folder, program, script, static, text

Layer = list[dict[str, Any]]


def result(rule: str, *layers: Layer, history: list[str] | None = None, **config: Any) -> CheckResult:
    """The result of *rule* on an image of a Debian-like base and these layers."""
    steps = history or ["RUN base", *(f"COPY layer-{number} / # buildkit" for number in range(len(layers)))]
    [report] = examine(build({"layers": [debian(), *layers], "config": config, "history": steps}))
    return next(result for result in report.results if result.rule.id == rule)


def shell(content: str, *more: dict[str, Any], rule: str = "TRE-NET-001", **config: Any) -> CheckResult:
    """The result on an image whose entrypoint is a shell script."""
    layer = [script("/entrypoint.sh", "#!/bin/bash\n" + content), *more]
    return result(rule, layer, **{"entrypoint": ["/entrypoint.sh"], **config})


def python(content: str, *more: dict[str, Any], rule: str = "TRE-NET-001", **config: Any) -> CheckResult:
    """The result on an image whose entrypoint is a Python script."""
    return result(
        rule, [text("/app/main.py", content), *more], **{"entrypoint": ["python3", "/app/main.py"], "working_dir": "/app", **config}
    )


GET = "import requests\nrequests.get('https://example.org/x')\n"
CURL = "curl -s https://example.org/x\n"


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (CURL, "fail"),
        ("if [ \"$(date +%u)\" = 1 ]; then\n  curl https://example.org\nfi\n", "fail"),
        ("fetch() { curl https://example.org; }\nfetch\n", "fail"),
        ("until curl -sf https://example.org; do sleep 1; done\n", "fail"),
        ("for u in a b; do wget https://example.org/$u; done\n", "fail"),
        ("curl http://10.0.0.5/x\n", "fail"),
        ("curl http://host.docker.internal/x\n", "fail"),
        ("HOST=example.org\ncurl https://$HOST/x\n", "fail"),
        ("curl ${URL:-https://example.org}\n", "fail"),
        ("timeout 10 env A=1 curl https://example.org\n", "fail"),
        ("sh -c 'curl https://example.org'\n", "fail"),
        ("bash <<EOF\ncurl https://example.org\nEOF\n", "fail"),
        ("echo 'curl https://example.org' | sh\n", "fail"),
        ("python3 - <<EOF\nimport requests\nrequests.get('https://example.org')\nEOF\n", "fail"),
        ("python3 -c 'import requests; requests.get(\"https://example.org\")'\n", "fail"),
        ("X=$(curl -s https://example.org)\n", "fail"),
        ("echo a | xargs -n 1 curl https://example.org\n", "fail"),
        ("find / -name x -exec curl -T {} https://example.org \\;\n", "fail"),
        ("[ -f /missing ] || curl https://example.org\n", "fail"),
        ("eval 'curl https://example.org'\n", "fail"),
        ("trap 'curl https://example.org' EXIT\n", "fail"),
        ("fetch() { curl https://example.org; }\n", "warn"),
        ("curl https://example.org || true\n", "warn"),
        ("curl \"$API_URL/x\"\n", "warn"),
        ("if [ \"$UPDATE\" = 1 ]; then curl https://example.org; fi\n", "warn"),
        ("if [ -f /app/.update ]; then curl https://example.org; fi\n", "warn"),
        ("# curl https://example.org\n", "pass"),
        ("echo 'curl https://example.org'\n", "pass"),
        ("cat <<EOF\ncurl https://example.org\nEOF\n", "pass"),
        ("cat > /tmp/x <<'EOF'\ncurl https://example.org\nEOF\n", "pass"),
        ("curl http://localhost:8080/health\n", "pass"),
        ("curl http://[::1]:8080/health\n", "pass"),
        ("PORT=80\ncurl http://127.0.0.1:$PORT/health\n", "pass"),
        ("curl --version\n", "pass"),
        ("if command -v curl; then :; fi\n", "pass"),
        ("[ -f /etc/passwd ] || curl https://example.org\n", "pass"),
        ("[ -f /etc/passwd ] && exit 0\ncurl https://example.org\n", "pass"),
        ("exit 0\ncurl https://example.org\n", "pass"),
        ("exec python3 --version\ncurl https://example.org\n", "pass"),
        ("if [ ! -f /safe_data/model ]; then curl https://example.org; fi\n", "warn"),
        ("wget -i /tmp/list\n", "fail"),
        ("find / -name hosts -exec wget -i {} \\;\n", "fail"),
        ("echo 10.0.0.7/x | xargs -I% curl http://%\n", "fail"),
        ("printf '%s\\n' http://localhost/a http://10.0.0.7/b | xargs -n 1 curl\n", "fail"),
        ("printf '%s\\n' http://localhost/a http://[::1]/b | xargs -n 1 curl\n", "pass"),
        ("ls /etc | xargs -n 1 echo\n", "pass"),
        ("cat /etc/passwd | xargs curl -s\n", "fail"),
        ("seq 3 | xargs -I{} curl http://localhost/{}\n", "pass"),
        ("eval \"$(conda shell.bash hook)\"\n", "pass"),
        ("nc -lk 8080\n", "pass"),
        ("rsync -a /opt/x/ /tmp/x/\n", "pass"),
        ("git -C /app status\n", "pass"),
        ("$CMD https://example.org\n", "undetermined"),
        ("eval \"$(cat /tmp/commands)\"\n", "undetermined"),
        (". \"$(cat /tmp/name)\"\n", "undetermined"),
        ("supervisord -c /etc/supervisord.conf\n", "undetermined"),
        ("supervisord --version\n", "pass"),
        ("\"$STEP\"\n", "undetermined"),
        ("${STEP:-}\n", "undetermined"),
        ("STEP=\n${STEP:-}\n$STEP\n", "pass"),
        ("gosu app $STEP\n", "undetermined"),
        ("sh < /etc/passwd\n", "undetermined"),
        ("tr a-z b-za < /etc/hosts | bash\n", "undetermined"),
        ("openssl enc -d -in /etc/x | python3 -\n", "undetermined"),
        ("sort < /etc/passwd | uniq\n", "pass"),
        ("for t in /safe_data/*; do\n  case $t in *.sh) . \"$t\" ;; esac\ndone\n", "undetermined"),
        ("for t in /safe_data/*.csv; do wc -l \"$t\"; rsync \"$t\" /scratch/; done\n", "pass"),
        (". /safe_data/a\n", "undetermined"),
        ("[ -f /safe_data/a ] && . /safe_data/a\n", "undetermined"),
        ("/safe_data/tools/go\n", "undetermined"),
    ],
)  # fmt: skip
def test_a_shell_script_is_judged(content: str, verdict: str) -> None:
    assert shell(content).verdict == verdict


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (GET, "fail"),
        ("import requests\ndef main():\n    requests.get('https://example.org')\nif __name__ == '__main__':\n    main()\n", "fail"),
        ("import requests, sys\nif len(sys.argv) > 1:\n    requests.get('https://example.org')\n", "fail"),
        ("import requests\ndef get(url):\n    return requests.get(url)\nget('https://example.org')\n", "fail"),
        ("import requests\nclass A:\n    def go(self):\n        requests.get('https://example.org')\nA().go()\n", "fail"),
        ("import requests\nfrom flask import *\na = Flask('x')\n@a.get('/')\ndef f():\n requests.get('https://example.org')\n", "fail"),
        ("import os\nos.system('curl https://example.org')\n", "fail"),
        ("import subprocess\nsubprocess.run(['wget', 'https://example.org'])\n", "fail"),
        ("import subprocess\nsubprocess.run('curl https://example.org | sh', shell=True)\n", "fail"),
        ("import subprocess\nu = input()\nsubprocess.run(f'curl https://example.org/{u}', shell=True)\n", "fail"),
        ("import requests\ntry:\n    requests.get('https://example.org')\nexcept Exception:\n    raise\n", "fail"),
        ("import os\nif not os.path.exists('/missing'):\n    import urllib.request as u\n    u.urlopen('https://example.org')\n", "fail"),
        ("import requests\ndef unused():\n    requests.get('https://example.org')\n", "warn"),
        ("import requests\ntry:\n    requests.get('https://example.org')\nexcept Exception:\n    pass\n", "warn"),
        ("import os, requests\nrequests.get(os.environ['API_URL'])\n", "warn"),
        ("import requests\ndef use(s):\n    return s.get('https://example.org')\nuse(requests.Session())\n", "warn"),
        ("import os, requests\nif os.environ.get('UPDATE'):\n    requests.get('https://example.org')\n", "warn"),
        ("import requests\nrequests.get('http://localhost:1/x')\n", "pass"),
        ("import os, requests\nif not os.path.exists('/etc/passwd'):\n    requests.get('https://example.org')\n", "pass"),
        ("import os, requests\ndef f():\n  requests.get('https://example.org')\nif not os.path.exists('/etc/passwd'):\n    f()\n", "pass"),
        ("import os, requests\nif not os.path.exists('/safe_data/m'):\n    requests.get('https://example.org')\n", "warn"),
        ("import requests\nlist(map(requests.get, ['http://localhost/', 'https://example.org']))\n", "fail"),
        ("import requests\nlist(map(requests.head, ['http://localhost/', 'http://[::1]/']))\n", "pass"),
        ("import requests, threading\nthreading.Thread(target=requests.get, args=('https://example.org',)).start()\n", "fail"),
        ("import requests, threading\nthreading.Thread(target=requests.get, args=('http://localhost',)).start()\n", "pass"),
        ("import functools, requests\nget = functools.partial(requests.get, timeout=1)\nget('https://example.org')\n", "fail"),
        ("import functools, requests\nget = functools.partial(requests.get, timeout=1)\nget('http://localhost/')\n", "pass"),
        ("import os\nos.environ['X'] = '1'\nlist(map(os.system, ['curl https://example.org']))\n", "fail"),
        ("import httpx\nvars(httpx)['post']('https://example.org')\n", "fail"),
        ("import httpx, sys\ngetattr(httpx, sys.argv[1])('https://example.org')\n", "warn"),
        ("import math, sys\nprint(getattr(math, sys.argv[1])(2))\n", "pass"),
        ("import requests\nprint(isinstance(1, requests.Session))\n", "pass"),
        ("import requests\nfor port in ('http://localhost:1/', 'http://localhost:2/'):\n    requests.get(port)\n", "pass"),
        ("import requests\nfor u in ['http://localhost:1/', 'http://example.org/']:\n    requests.get(u)\n", "fail"),
        ("import requests\nURLS = ['http://localhost:1/', 'http://[::1]/']\nfor u in URLS:\n    requests.get(u)\n", "fail"),
        ("import requests\nURLS = ['http://localhost:1/', 'http://localhost:2/']\nfor u in URLS:\n    requests.get(u)\n", "pass"),
        ("import requests\nU = ['http://localhost:1/']\ndef add(u):\n U.insert(0, u)\nadd('x')\nfor u in U:\n requests.get(u)\n", "fail"),
        ("import requests\nurls = ['http://localhost:1/']\nurls.append('http://b')\nfor u in urls:\n    requests.get(u)\n", "fail"),
        ("import requests\ns = requests.Session()\ns.post('http://localhost')\ns.close()\n", "pass"),
        ("import requests\ns = requests.Session()\ns.post('http://localhost')\nother(s)\n", "warn"),
        ("import requests\ns = requests.Session()\ns.close()\n", "warn"),
        ("import requests\ns = requests.Session()\ns.get('http://localhost')\ns.get('http://example.org')\n", "fail"),
        ("import socket\ns = socket.socket(family=socket.AF_UNIX)\ns.connect(path())\n", "pass"),
        ("import socket\ns = socket.socket(socket.AF_INET)\ns.connect(('db', 5432))\n", "fail"),
        ("from transformers import AutoModel\nAutoModel.from_pretrained('weights')\n", "fail"),
        ("import sys\nfrom transformers import AutoModel\nAutoModel.from_pretrained(sys.argv[1])\n", "warn"),
        ("import importlib, os\nimportlib.import_module(os.environ['PLUGIN'])\n", "undetermined"),
        ("import importlib, sys\nimportlib.import_module('scipy.' + sys.argv[1])\n", "pass"),
        ("import http.server\nhttp.server.HTTPServer(('0.0.0.0', 8000), None).serve_forever()\n", "pass"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n", "pass"),
        ("x = 'requests.get(\"https://example.org\")'\n", "pass"),
        ("import pandas as pd\npd.read_csv('/safe_data/x.csv')\n", "pass"),
        ("import subprocess\nsubprocess.run(['ls', '-l'])\n", "pass"),
        ("import subprocess, sys\nsubprocess.run(sys.argv[1:])\n", "undetermined"),
        ("print 'python 2'\n", "undetermined"),
    ],
)  # fmt: skip
def test_a_python_program_is_judged(content: str, verdict: str) -> None:
    assert python(content).verdict == verdict


def test_a_script_that_the_entrypoint_runs_is_looked_into() -> None:
    found = shell("/app/a.sh\n", script("/app/a.sh", "#!/bin/sh\nset -e\n" + CURL))
    assert found.verdict == "fail"
    [finding] = found.findings
    assert finding.message.startswith("Entrypoint[0] /entrypoint.sh, line 2 runs /app/a.sh, line 3: curl -s https://example.org/x")
    assert (finding.evidence[0].path, finding.evidence[0].line, finding.evidence[0].layer_index) == ("/app/a.sh", 3, 1)


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ("cd /app\n./a.sh\n", [script("/app/a.sh", "#!/bin/sh\n" + CURL)]),
        (". /app/lib.sh\nfetch\n", [text("/app/lib.sh", "fetch() { curl https://example.org; }\n")]),
        ("source \"$(dirname \"$0\")/app/lib.sh\"\n", [text("/app/lib.sh", CURL)]),
        ("exec python3 /app/main.py\n", [text("/app/main.py", GET)]),
        ("cd /app && exec python3 -m tool\n", [text("/app/tool/__init__.py", ""), text("/app/tool/__main__.py", GET)]),
        ("export PYTHONPATH=/lib2\nexec python3 /app/main.py\n", [text("/app/main.py", "import helper\n"), text("/lib2/helper.py", GET)]),
        ("exec \"$@\"\n", [script("/app/run", "#!/bin/sh\n" + CURL)]),
        ("set -- /app/run \"$@\"\nexec \"$@\"\n", [script("/app/run", "#!/bin/sh\n" + CURL)]),
        ("exec gosu app /app/run\n", [script("/app/run", "#!/usr/bin/env bash\n" + CURL)]),
        ("/app/run &\nwait\n", [script("/app/run", "#!/usr/local/bin/python3\n" + GET)]),
    ],
)  # fmt: skip
def test_what_a_script_starts_is_followed(content: str, more: Layer) -> None:
    assert shell(content, *more, cmd=["/app/run"]).verdict == "fail"


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ("import helper\n", [text("/app/helper.py", GET)]),
        ("from pkg.sub import thing\n", [text("/app/pkg/__init__.py", ""), text("/app/pkg/sub.py", GET)]),
        ("from pkg import sub\n", [text("/app/pkg/__init__.py", GET), text("/app/pkg/sub.py", "")]),
        ("import pkg\n", [text("/app/pkg/__init__.py", "from . import sub\n"), text("/app/pkg/sub.py", GET)]),
        ("import helper\nhelper.go()\n", [text("/app/helper.py", "import requests\ndef go():\n    requests.get('https://example.org')\n")]),
        ("import subprocess\nsubprocess.run(['/app/a.sh'])\n", [script("/app/a.sh", "#!/bin/sh\n" + CURL)]),
    ],
)  # fmt: skip
def test_what_a_program_imports_or_starts_is_followed(content: str, more: Layer) -> None:
    assert python(content, *more).verdict == "fail"


def test_a_function_of_a_module_that_is_not_called_is_a_warning() -> None:
    helper = text("/app/helper.py", "import requests\ndef go():\n    requests.get('https://example.org')\n")
    assert python("import helper\n", helper).verdict == "warn"
    main = text("/app/helper.py", "import requests\nif __name__ == '__main__':\n    requests.get('https://example.org')\n")
    assert python("import helper\n", main).verdict == "pass"


def test_package_code_is_never_a_finding() -> None:
    package = text("/usr/local/lib/python3.12/site-packages/pkg/__init__.py", GET)
    image = [[package], [text("/app/main.py", "import pkg\n")]]
    history = ["RUN base", "RUN pip install pkg", "COPY main.py /app/"]
    found = result("TRE-NET-001", *image, history=history, entrypoint=["python3", "/app/main.py"])
    assert found.verdict == "pass"
    tool = script("/usr/bin/tool", "#!/bin/sh\n" + CURL)
    called = [script("/entrypoint.sh", "#!/bin/sh\ntool\n")]
    assert result("TRE-NET-001", [tool], called, history=history, entrypoint=["/entrypoint.sh"]).verdict == "pass"
    assert result("TRE-NET-001", [tool], history=history[:2], entrypoint=["/usr/bin/tool"]).verdict == "fail", (
        "it is itself what is started"
    )


def test_a_project_that_was_installed_by_pip_is_still_the_projects() -> None:
    site = "/usr/local/lib/python3.12/site-packages"
    files = [
        text(f"{site}/mine/__init__.py", ""),
        text(f"{site}/mine/cli.py", "import requests\ndef main():\n    requests.get('https://example.org')\n"),
        text(f"{site}/mine-1.0.dist-info/direct_url.json", '{"url": "file:///src", "dir_info": {}}'),
        script("/usr/local/bin/mine", "#!/usr/local/bin/python3.12\nimport sys\nfrom mine.cli import main\nsys.exit(main())\n"),
    ]
    assert result("TRE-NET-001", files, history=["RUN base", "RUN pip install ."], entrypoint=["mine"]).verdict == "fail"


def test_a_server_loads_the_projects_module() -> None:
    gunicorn = script("/usr/local/bin/gunicorn", "#!/usr/local/bin/python3.12\nfrom gunicorn.app import run\nrun()\n")
    app = [text("/srv/web/__init__.py", ""), text("/srv/web/app.py", GET)]
    history = ["RUN base", "RUN pip install gunicorn", "COPY . /srv"]
    found = result("TRE-NET-001", [gunicorn], app, history=history, entrypoint=["gunicorn", "-w", "2", "web.app:app"], working_dir="/srv")
    assert found.verdict == "fail"


def test_programs_that_cannot_be_looked_into() -> None:
    assert result("TRE-NET-001", [static("/app/server")], entrypoint=["/app/server"]).verdict == "undetermined"
    assert shell("exec /app/server\n", static("/app/server")).verdict == "undetermined"
    found = result("TRE-NET-001", [program("/usr/sbin/nginx")], history=["RUN base", "RUN apt-get install -y nginx"], entrypoint=["nginx"])
    assert found.verdict == "pass"
    assert "nginx" in found.conditions[0]
    assert result("TRE-NET-001", [], entrypoint=["/bin/bash"]).verdict == "pass"
    assert result("TRE-NET-001", [], entrypoint=["python3"]).verdict == "pass"
    node = [static("/usr/local/bin/node"), text("/app/server.js", "fetch('https://example.org')")]
    assert result("TRE-NET-001", node, entrypoint=["node", "/app/server.js"]).verdict == "undetermined"
    julia = [static("/usr/local/bin/julia"), text("/app/run.jl", 'using Pkg\nPkg.add("CSV")\n')]
    assert result("TRE-NET-002", julia, entrypoint=["julia", "/app/run.jl"]).verdict == "fail"


def test_code_that_is_supplied_at_run_time_is_left_open() -> None:
    found = result("TRE-NET-001", [folder("/safe_data")], entrypoint=["python3", "/safe_data/run.py"])
    assert (found.verdict, found.due_to_unread) == ("undetermined", False)
    assert "/safe_data/run.py is supplied at run time" in found.reason
    helper = result("TRE-NET-001", [text("/app/a.R", 'source("/safe_data/b.R")\n')], entrypoint=["Rscript", "/app/a.R"])
    assert helper.verdict == "undetermined"


def test_data_that_is_supplied_at_run_time_is_a_condition() -> None:
    found = shell("[ -f /safe_data/m ] || curl https://example.org\n")
    assert found.verdict == "warn"
    assert "/safe_data/m exists" in found.conditions[0]
    assert "which only the environment can supply" in found.findings[0].message


def test_a_directory_that_is_in_the_image_is_no_public_name() -> None:
    content = "from transformers import AutoModel\nAutoModel.from_pretrained('weights')\n"
    assert python(content, text("/app/weights/config.json", "{}")).verdict == "pass"
    assert python(content, env=["HF_HUB_OFFLINE=1", "PATH=/usr/local/bin:/usr/bin"]).verdict == "pass"


def test_files_that_list_addresses_are_read() -> None:
    local, away = text("/app/here.txt", "http://localhost:8000/a\n"), text("/app/there.txt", "http://localhost/a\nhttps://example.org/b\n")
    assert shell("wget -q -i /app/here.txt\n", local).verdict == "pass"
    assert shell("wget -q --input-file=/app/there.txt\n", away).verdict == "fail"
    assert shell("cd /app && find . -name '*e.txt' -type f -exec wget -i {} +\n", local).verdict == "pass"
    assert shell("find /app -name 'h*.txt' -exec wget -i {} +\n", local, away).verdict == "pass"
    assert shell("find /app -name '*.txt' -exec wget -i {} +\n", local, away).verdict == "fail"
    assert shell("find /app -name '*.sh' -exec sh {} \\;\n", script("/app/a.sh", "#!/bin/sh\n" + CURL)).verdict == "fail"
    assert shell("find /app -name '*.sh' -exec {} \\;\n", script("/app/a.sh", "#!/bin/sh\ntrue\n")).verdict == "pass"


PIP = "#!/usr/local/bin/python3.12\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ("pip --version\npip list --format json\npip uninstall -y x\npip cache dir\n", "pass"),
        ("pip install --no-index --find-links /w x\n", "pass"),
        ("pip install x\n", "fail"),
        ("/opt/venv/bin/conda list\n/opt/venv/bin/conda info\n", "pass"),
        ("/opt/venv/bin/conda install x\n", "fail"),
        ("npm --version\nnpm ls\n", "pass"),
        ("npm start\n", "undetermined"),
        ("bundle exec rake\n", "undetermined"),
        ("bundle config\n", "pass"),
        ("/app/bin/pip list\n", "undetermined"),
    ],
)
def test_well_known_programs_are_judged_by_their_words(content: str, verdict: str) -> None:
    tools = [script("/usr/local/bin/pip", PIP), static("/opt/venv/bin/conda"), text("/opt/venv/pyvenv.cfg"), static("/usr/local/bin/npm")]
    files = [*tools, static("/usr/local/bin/bundle")]
    own = [script("/entrypoint.sh", "#!/bin/bash\n" + content), script("/app/bin/pip", "#!/usr/bin/ruby\nx\n")]
    history = ["RUN base", "RUN apt-get install -y tools", "COPY . / # buildkit"]
    assert result("TRE-NET-002", files, own, history=history, entrypoint=["/entrypoint.sh"]).verdict == verdict


def test_a_script_of_the_project_with_a_well_known_name_is_read_all_the_same() -> None:
    assert shell("curl\n", script("/usr/local/bin/curl", "#!/bin/sh\nwget https://example.org\n")).verdict == "fail"


def test_a_module_of_the_project_comes_before_the_package_of_its_name() -> None:
    own = text("/app/httpx.py", "def get(name):\n    return name\n")
    content = "import httpx\nhttpx.get('https://example.org')\n"
    assert python(content, own).verdict == "pass"
    assert python(content, text("/app/other/httpx.py", "x = 1\n")).verdict == "fail"
    assert python(content, text("/app/httpx.py", GET)).verdict == "fail", "what it does itself counts"
    assert python("import requests\n" + content + GET, own).verdict == "fail"


def test_models_that_are_fetched_are_network_access_and_packages_only_where_pip_installs_them() -> None:
    for content, packages in (("import nltk\nnltk.download('x')\n", "pass"), ("import spacy\nspacy.cli.download('x')\n", "fail")):
        assert python(content).verdict == "fail"
        assert python(content, rule="TRE-NET-002").verdict == packages


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ("pip install pandas\n", "fail"),
        ("python3 -m pip install pandas\n", "fail"),
        ("if [ -f /app/requirements.txt ]; then pip install -r /app/requirements.txt; fi\n", "warn"),
        ("apt-get update\napt-get install -y jq\n", "fail"),
        ("command -v python3 || apt-get install -y python3\n", "pass"),
        ("pip --version\n", "pass"),
        ("export PIP_NO_INDEX=1\npip install x\n", "pass"),
        ("Rscript -e 'install.packages(\"dplyr\")'\n", "fail"),
        ("curl https://example.org\n", "pass"),
    ],
)  # fmt: skip
def test_package_repositories_have_a_rule_of_their_own(content: str, verdict: str) -> None:
    assert shell(content, rule="TRE-NET-002").verdict == verdict


def test_a_notebook_that_is_executed_is_read() -> None:
    cells = (
        '{"cells": [{"cell_type": "markdown", "source": ["!pip install a"]}, {"cell_type": "code", "source": ["!pip install b\\n", "1"]}]}'
    )
    found = result("TRE-NET-002", [text("/app/n.ipynb", cells)], entrypoint=["papermill", "/app/n.ipynb", "/tmp/o.ipynb"])
    assert found.verdict == "fail"


def test_an_image_that_starts_nothing_is_not_judged() -> None:
    assert result("TRE-NET-001", []).verdict == "not-applicable"
    assert result("TRE-NET-001", [], cmd=["/bin/sh", "-c", "curl https://example.org"]).verdict == "fail"


def test_the_same_place_is_one_finding_however_often_it_is_reached() -> None:
    found = shell("/app/a.sh\n/app/a.sh 1\nfor i in 1 2; do /app/a.sh $i; done\n", script("/app/a.sh", "#!/bin/sh\n" + CURL))
    assert len(found.findings) == 1


HOOKS = """
log() { echo "$@"; }
if [ $# -eq 0 ]; then
    cmd=( bash )
else
    cmd=( "$@" )
fi
for hook in /usr/local/bin/hooks.d/*; do
    [ -e "$hook" ] || continue
    case "$hook" in
        *.sh) log "sourcing $hook"; . "$hook" ;;
        *) if [ -x "$hook" ]; then "$hook"; else log "ignored $hook"; fi ;;
    esac
done
if [ "$(id -u)" = 0 ]; then
    unset OLD
    exec sudo --preserve-env --user "$NB_USER" PATH="$PATH" "${cmd[@]}"
fi
exec "${cmd[@]}"
"""


def test_an_entrypoint_with_hooks_passes_while_they_are_harmless() -> None:
    assert shell(HOOKS, cmd=["python3"]).verdict == "pass"
    assert shell(HOOKS, script("/usr/local/bin/hooks.d/10-a.sh", "echo hello\n"), cmd=["python3"]).verdict == "pass"
    assert shell(HOOKS, script("/usr/local/bin/hooks.d/10-a.sh", CURL), cmd=["python3"]).verdict == "fail"
    assert shell(HOOKS, script("/usr/local/bin/hooks.d/20-b", "#!/bin/sh\n" + CURL), cmd=["python3"]).verdict == "fail"
    assert shell(HOOKS, cmd=["curl", "https://example.org"]).verdict == "fail"


DATABASE = """
set -e
if [ "${1:0:1}" = '-' ]; then
    set -- postgres "$@"
fi
if [ "$1" = 'postgres' ] && [ "$(id -u)" = '0' ]; then
    mkdir -p "$PGDATA"
    chown -R postgres "$PGDATA" 2>/dev/null || :
    exec gosu app "$BASH_SOURCE" "$@"
fi
if [ "$1" = 'postgres' ]; then
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        eval "initdb --username=postgres $POSTGRES_INITDB_ARGS"
        psql=( psql -v ON_ERROR_STOP=1 )
        "${psql[@]}" --username postgres <<-EOSQL
            CREATE DATABASE x;
        EOSQL
        for f in /docker-entrypoint-initdb.d/*; do
            case "$f" in
                *.sh) . "$f" ;;
                *.sql) "${psql[@]}" -f "$f" ;;
            esac
        done
    fi
fi
exec "$@"
"""


def test_an_entrypoint_that_starts_itself_again_as_another_user_passes() -> None:
    server = program("/usr/lib/postgresql/bin/postgres")
    assert shell(DATABASE, server, cmd=["postgres"], env=["PGDATA=/data", "PATH=/usr/bin:/usr/local/bin"]).verdict == "pass"
    hook = text("/docker-entrypoint-initdb.d/a.sh", CURL)
    assert shell(DATABASE, server, hook, cmd=["postgres"], env=["PGDATA=/data", "PATH=/usr/bin:/usr/local/bin"]).verdict in ("fail", "warn")


def test_a_command_that_is_put_together_element_by_element() -> None:
    content = "import os, sys\ncommand = []\nif os.environ.get('X') == 'yes':\n    command.append('run-one')\ncommand.append('/app/a.sh')\n"
    content += "command += sys.argv[1:]\nos.execvp(command[0], command)\n"
    assert python(content, script("/app/a.sh", "#!/bin/sh\n" + CURL)).verdict == "fail"
    assert python(content, script("/app/a.sh", "#!/bin/sh\necho hello\n")).verdict == "pass"


def test_what_is_missing_or_was_not_read_is_left_open() -> None:
    assert result("TRE-NET-001", [], entrypoint=["/missing.sh"]).verdict == "undetermined"
    assert result("TRE-NET-001", [], entrypoint=["python3", "/missing.py"]).verdict == "undetermined"
    assert shell("/app/made-later.sh\n").verdict == "undetermined"
    assert shell("python3 /app/made-later.py\n").verdict == "undetermined"
    assert shell("[ -f /app/made-later.sh ] && /app/made-later.sh\n").verdict == "pass"
    large = "#!/bin/bash\n" + ("# " + "x" * 97 + "\n") * 30_000
    found = result("TRE-NET-001", [script("/entrypoint.sh", large)], entrypoint=["/entrypoint.sh"])
    assert (found.verdict, found.due_to_unread) == ("undetermined", True)


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ("import runpy\nrunpy.run_path('/app/other.py')\n", "fail"),
        ("import importlib\nimportlib.import_module('other')\n", "fail"),
        ("exec(open('/app/other.py').read())\n", "undetermined"),
        ("exec('x = 1')\n", "pass"),
    ],
)
def test_other_ways_to_run_a_file_are_known(content: str, verdict: str) -> None:
    assert python(content, text("/app/other.py", GET)).verdict == verdict


# -- whom, and what ------------------------------------------------------------------------------------------------------


def _only(found: CheckResult) -> str:
    [finding] = found.findings
    return finding.message


@pytest.mark.parametrize(
    ("content", "end"),
    [
        ("Rscript -e 'install.packages(\"survminer\")'\n", "installed (package survminer)"),
        ("Rscript -e 'remotes::install_github(\"team/project\")'\n", "installed (package team/project)"),
        ("Rscript -e 'install_url(\"https://example.org/p.tar.gz\")'\n", "installed, contacting example.org"),
        ("julia -e 'Pkg.add(\"CSV\")'\n", "installed (package CSV)"),
    ],
)
def test_a_package_is_no_host(content: str, end: str) -> None:
    assert _only(shell(content, rule="TRE-NET-002")).endswith(end)


@pytest.mark.parametrize(
    ("content", "end"),
    [
        ("curl example.org\n", "contacting example.org"),
        ("curl server/x\n", "contacting server"),
        ("gdown 1AbCdEf\n", "fetches a URL"),
        ("http GET example.org\n", "fetches a URL"),
        ("dig +short example.org\n", "ftp)"),
        ("ssh me@login.example.org\n", "contacting login.example.org"),
        ("Rscript -e 'getGEO(\"GSE1\")'\n", "from another machine"),
        ('Rscript -e \'download.file("https://example.org/x", "x")\'\n', "contacting example.org"),
    ],
)
def test_a_host_is_what_stands_where_a_host_belongs(content: str, end: str) -> None:
    assert _only(shell(content)).endswith(end)


@pytest.mark.parametrize(
    ("content", "end"),
    [
        ("from transformers import AutoModel\nAutoModel.from_pretrained('team/name')\n", "(model team/name)"),
        ("import torch\ntorch.hub.load('pytorch/vision', 'resnet18')\n", "(model pytorch/vision)"),
        ("import kagglehub\nkagglehub.dataset_download('team/name')\n", "(dataset team/name)"),
        ("import nltk\nnltk.download('punkt')\n", "(resource punkt)"),
        ("import psycopg2\npsycopg2.connect('host=db.example.org dbname=x')\n", "contacting db.example.org"),
        ("import psycopg2\npsycopg2.connect(host='db', dbname='x')\n", "contacting db"),
        ("import cx_Oracle\ncx_Oracle.connect('scott', 'tiger', 'h/s')\n", "to another machine"),
        ("import pymysql\npymysql.connect('db')\n", "contacting db"),
        ("import redis\nredis.Redis('cache')\n", "contacting cache"),
        ("import wandb\nwandb.init('project')\n", "download library"),
    ],
)
def test_what_a_python_call_names(content: str, end: str) -> None:
    assert _only(python(content)).endswith(end)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("import requests\nx = requests.get('https://example.org')\nprocess(x)\n", [2]),
        ("import requests\ndef f():\n  return requests.get('https://example.org')\ny = f()\nprocess(y)\n", [3]),
        ("import requests\nclass A:\n  def __init__(self):\n    self.d = requests.get('https://x.org')\n    process(self.d)\nA()\n", [4]),
        ("from transformers import AutoModel, Trainer\nm = AutoModel.from_pretrained('a/b')\nTrainer(model=m)\n", [2]),
        ("import requests\nmap(requests.get, ['https://example.org'])\n", [2]),
        ("import requests\nf = requests.get\npool.map(f, ['https://example.org'])\n", [3]),
        ("import requests\ns = requests.Session()\npool.map(s.get, ['https://example.org'])\n", [3]),
    ],
)
def test_a_value_that_is_handed_on_is_no_second_finding(content: str, lines: list[int]) -> None:
    assert [finding.evidence[0].line for finding in python(content).findings] == lines


def test_seventy_lines_are_seventy_findings() -> None:
    found = shell("".join(f"curl https://h{number}.example.org\n" for number in range(70)) + "curl https://same.example.org\n" * 70)
    assert [finding.evidence[0].line for finding in found.findings] == list(range(2, 142))


def test_conditions_that_are_left_out_are_counted() -> None:
    files = [text(f"/app/{number}.R", "x <- 1\n") for number in range(60)]
    found = shell("".join(f"Rscript /app/{number}.R\n" for number in range(60)), *files)
    assert len(found.conditions) == 51
    assert found.conditions[-1] == "and 10 more conditions"
