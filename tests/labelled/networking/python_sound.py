"""Python that fetches nothing, though the words are there."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import SITE, Case, image, python, script, sound

URL = "https://data.example.org/model.bin"


def words() -> list[Case]:
    """Names, texts and imports without a call."""
    return [
        sound("py-import-only", "import requests without a call", python("import requests\n\nprint(requests.__version__)\n")),
        sound("py-from-import-only", "an imported name that is never used", python("from urllib.request import urlopen  # noqa\nimport socket\n\nprint('ok')\n")),
        sound("py-variable-named", "requests as a variable", python("requests = {'get': 1, 'pending': []}\nprint(requests.get('get'))\nfor request in requests:\n    print(request)\n")),
        sound("py-parameter-named", "requests as a parameter", python("def handle(requests):\n    return [requests.get(k) for k in ('a', 'b')]\n\n\nprint(handle({'a': 1}))\n")),
        sound("py-own-class", "an own class with get", python("class Session:\n    def get(self, key):\n        return self.__dict__.get(key)\n\n\nsession = Session()\nprint(session.get('x'))\n")),
        sound("py-urllib-parse", "urllib.parse", python(f"from urllib.parse import quote, urlparse\nimport urllib.parse\n\nprint(urlparse('{URL}').netloc, quote('a b'), urllib.parse.urljoin('{URL}', 'x'))\n")),
        sound("py-docstring", "in a docstring", python(f'"""Runs the model.\n\nGet it first:\n\n    import requests\n    requests.get("{URL}")\n"""\n\nprint("ok")\n')),
        sound("py-comment", "in comments", python(f"# requests.get('{URL}')\n# os.system('wget {URL}')\nprint('ok')\n")),
        sound("py-string", "in a text that is printed", python(f"print(\"run: curl -O {URL}\")\nHELP = 'subprocess.run([\"wget\", \"{URL}\"])'\n")),
        sound("py-url-constant", "an address that is only written down", python(f"HOMEPAGE = '{URL}'\nNAMESPACE = 'http://www.w3.org/2000/svg'\nprint(HOMEPAGE, NAMESPACE)\n")),
        sound("py-xml-namespace", "namespaces of XML", python("import xml.etree.ElementTree as ET\n\nET.register_namespace('', 'http://www.w3.org/2000/svg')\nprint(ET.fromstring('<a xmlns=\"http://example.org/x\"/>').tag)\n")),
        sound("py-exception-only", "only the exceptions", python("import socket\nfrom urllib.error import URLError\n\ntry:\n    print(1)\nexcept (URLError, socket.timeout):\n    pass\n")),
        sound("py-type-only", "only in annotations", python("from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import requests\n\n\ndef show(r: requests.Response) -> None:\n    print(r)\n")),
        sound("py-fallback-import", "an import that may be missing", python("try:\n    import requests\nexcept ImportError:\n    requests = None\nprint(requests is None)\n")),
        sound("py-function-not-called", "in a function that nobody calls", python(f"import requests\n\n\ndef update():\n    return requests.get('{URL}')\n\n\nprint('offline')\n"), "warn"),
        sound("py-method-not-called", "in a method that nobody calls", python(f"import requests\n\n\nclass Model:\n    def download(self):\n        requests.get('{URL}')\n\n    def run(self):\n        return 1\n\n\nprint(Model().run())\n"), "warn"),
        sound("py-constant-false", "behind if False", python(f"import requests\n\nDEBUG = False\nif False:\n    requests.get('{URL}')\nprint(DEBUG)\n"), "warn"),
        sound("py-after-exit", "after sys.exit", python(f"import sys\n\nimport requests\n\nprint('ok')\nsys.exit(0)\nrequests.get('{URL}')\n"), "warn"),
        sound("py-mock", "an own requests module", python("import requests\n\nprint(requests.get('x'))\n", files={"/app/requests.py": "def get(name):\n    return f'offline: {name}'\n"}), "warn", "undetermined", note="the directory of the script comes first: the package is shadowed"),
    ]


def elsewhere() -> list[Case]:
    """In what is not run."""
    return [
        sound("py-module-unused-function", "an imported module's function that nobody calls", python("from helpers import mean\n\nprint(mean([1, 2]))\n", files={"/app/helpers.py": f"import requests\n\n\ndef mean(v):\n    return sum(v) / len(v)\n\n\ndef download():\n    return requests.get('{URL}')\n"}), "warn"),
        sound("py-module-guard", "below an imported module's main guard", python("import helpers\n\nprint(helpers.ONE)\n", files={"/app/helpers.py": f"import requests\n\nONE = 1\n\nif __name__ == '__main__':\n    requests.get('{URL}')\n"})),
        sound("py-module-not-imported", "a module that nobody imports", python("print('ok')\n", files={"/app/download.py": f"import requests\n\nrequests.get('{URL}')\n"})),
        sound("py-tests-directory", "a test directory", python("print('ok')\n", files={"/app/tests/__init__.py": "", "/app/tests/test_api.py": f"import requests\n\n\ndef test_api():\n    assert requests.get('{URL}').ok\n"})),
        sound("py-site-packages", "an installed package's own code", python("import pandas as pd\n\nprint(pd.read_csv('/safe_data/cohort.csv').describe())\n")),
        sound("py-site-packages-many", "a package that has a downloader nobody calls", python("from toolkit import core\n\nprint(core.run())\n", files={f"{SITE}/toolkit/__init__.py": "", f"{SITE}/toolkit/core.py": "def run():\n    return 1\n", f"{SITE}/toolkit/download.py": f"import requests\n\nrequests.get('{URL}')\n"})),
        sound("py-setup", "setup.py", python("print('ok')\n", files={"/app/setup.py": f"from setuptools import setup\nimport urllib.request\n\nurllib.request.urlopen('{URL}')\nsetup(name='x')\n"})),
        sound("py-notebook", "a notebook that nobody runs", python("print('ok')\n", files={"/app/explore.ipynb": '{"cells": [{"cell_type": "code", "source": ["import requests\\n", "requests.get(\'' + URL + '\')"], "metadata": {}, "outputs": [], "execution_count": null}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'})),
        sound("py-conftest", "files for developers", python("print('ok')\n", files={"/app/conftest.py": f"import requests\nrequests.get('{URL}')\n", "/app/docs/conf.py": "import requests\n", "/app/noxfile.py": "import nox\n"})),
    ]


def harmless() -> list[Case]:
    """Calls that reach no other host."""
    return [
        sound("py-loopback", "requests to the loopback", python("import requests\n\nprint(requests.get('http://127.0.0.1:8000/predict').json())\nrequests.post('http://localhost:8000/x', json={})\n")),
        sound("py-loopback-v6", "requests to [::1]", python("import urllib.request\n\nprint(urllib.request.urlopen('http://[::1]:8000/').read())\n")),
        sound("py-loopback-socket", "a socket to the loopback", python("import socket\n\ns = socket.create_connection(('localhost', 5000))\ns.sendall(b'x')\n")),
        sound("py-loopback-constant", "the loopback in a constant", python("import requests\n\nSERVER = 'http://localhost:11434'\n\n\ndef ask(text):\n    return requests.post(f'{SERVER}/api/generate', json={'prompt': text}).json()\n\n\nprint(ask('x'))\n")),
        sound("py-unix-socket", "a Unix socket", python("import socket\n\ns = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\ns.connect('/run/app.sock')\n")),
        sound("py-socketpair", "a pair of sockets", python("import socket\n\na, b = socket.socketpair()\na.sendall(b'x')\nprint(b.recv(1), socket.gethostname())\n")),
        sound("py-server", "a socket that listens", python("import socket\n\ns = socket.socket()\ns.bind(('0.0.0.0', 8000))\ns.listen()\nwhile True:\n    c, _ = s.accept()\n    c.close()\n")),
        sound("py-flask", "a web server", python("from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef index():\n    return request.args.get('x', 'ok')\n\n\napp.run(host='0.0.0.0', port=8080)\n")),
        sound("py-http-server", "http.server", python("from http.server import HTTPServer, SimpleHTTPRequestHandler\n\nHTTPServer(('', 8000), SimpleHTTPRequestHandler).serve_forever()\n")),
        sound("py-file-url", "a file address", python("import urllib.request\n\nprint(urllib.request.urlopen('file:///safe_data/x.txt').read())\n"), "warn"),
        sound("py-run-local", "local programs", python("import subprocess\n\nsubprocess.run(['samtools', 'sort', '-o', '/scratch/x.bam', '/safe_data/x.bam'], check=True)\nsubprocess.run('sort /scratch/a | uniq -c', shell=True)\n"), "undetermined"),
        sound("py-run-version", "curl --version", python("import subprocess\n\nprint(subprocess.run(['curl', '--version'], capture_output=True).stdout)\n")),
        sound("py-run-git", "git rev-parse", python("import subprocess\n\nprint(subprocess.check_output(['git', '-C', '/app', 'rev-parse', 'HEAD']))\n")),
        sound("py-which", "shutil.which", python("import shutil\n\nprint(shutil.which('curl'), shutil.which('wget'))\n")),
        sound("py-dict-get", "many other gets", python("import os\nimport queue\n\nq = queue.Queue()\nq.put({'url': 1})\nprint(q.get(), os.environ.get('HOME'), {}.get('requests'))\nsession = {}\nsession.get('post')\n")),
        sound("py-pandas-local", "pandas on local files", python("import sys\n\nimport pandas as pd\n\ndf = pd.read_csv('/safe_data/a.csv')\npd.read_json('/safe_data/b.json').to_csv('/safe_outputs/c.csv')\nprint(df.get('x'), sys.argv)\n")),
        sound("py-sqlite", "a local database", python("import sqlite3\n\nc = sqlite3.connect('/scratch/x.db')\nc.execute('create table t (a)')\n")),
        sound("py-regex", "a pattern for addresses", python("import re\n\nURL = re.compile(r'https?://[^\\s]+')\nprint(URL.findall(open('/safe_data/notes.txt').read()))\n")),
        sound("py-c-print", "python -c", script(f"python3 -c \"print('curl {URL}')\"\npython3 -c 'import sys; print(sys.version)'\n")),
        sound("py-executable", "an executable Python script", image(["/app/tool"], {"/app/tool": "#!/usr/bin/env python3\nprint(sum(range(10)))\n"})),
        sound("py-multiprocessing", "processes of its own", python("from multiprocessing import Pool\n\n\ndef square(n):\n    return n * n\n\n\nif __name__ == '__main__':\n    with Pool(2) as pool:\n        print(pool.map(square, range(9)))\n")),
        sound("py-open-url-name", "an own function called urlopen", python("def urlopen(path):\n    with open(path) as f:\n        return f.read()\n\n\nprint(urlopen('/safe_data/x'))\n")),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return words() + elsewhere() + harmless()
