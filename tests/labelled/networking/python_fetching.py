"""Python that fetches, under all the names that imports can give."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import SITE, Case, fetches, image, python, script

URL = "https://data.example.org/model.bin"


def libraries() -> list[Case]:
    """Which library, and by which name."""
    return [
        fetches("py-requests", "requests.get", python(f"import requests\n\nr = requests.get('{URL}', timeout=10)\nprint(len(r.content))\n")),
        fetches("py-requests-alias", "import requests as r", python(f"import requests as r\n\nprint(r.post('{URL}', json={{}}).status_code)\n")),
        fetches("py-requests-from", "from requests import get", python(f"from requests import get as fetch\n\nfetch('{URL}')\n")),
        fetches("py-requests-session", "a session", python(f"import requests\n\nsession = requests.Session()\nsession.headers['X'] = '1'\nprint(session.get('{URL}').text)\n")),
        fetches("py-requests-with", "a session in a with", python(f"import requests\n\nwith requests.Session() as s:\n    print(s.get('{URL}').text)\n")),
        fetches("py-requests-request", "requests.request", python(f"import requests\n\nrequests.request('GET', '{URL}')\n")),
        fetches("py-requests-attribute", "a session in an attribute", python(f"import requests\n\n\nclass Client:\n    def __init__(self):\n        self.session = requests.Session()\n\n    def load(self):\n        return self.session.get('{URL}').json()\n\n\nprint(Client().load())\n"), "warn"),
        fetches("py-urlopen", "urllib.request.urlopen", python(f"import urllib.request\n\nwith urllib.request.urlopen('{URL}') as f:\n    print(f.read(10))\n")),
        fetches("py-urlopen-alias", "urlopen as u", python(f"from urllib.request import urlopen as u\n\nprint(u('{URL}').status)\n")),
        fetches("py-urlretrieve", "urlretrieve", python(f"from urllib import request\n\nrequest.urlretrieve('{URL}', '/scratch/m')\n")),
        fetches("py-request-object", "a Request object", python(f"from urllib.request import Request, urlopen\n\nrequest = Request('{URL}', headers={{'A': 'b'}})\nprint(urlopen(request).read())\n")),
        fetches("py-opener", "an opener", python(f"import urllib.request\n\nopener = urllib.request.build_opener()\nopener.open('{URL}')\n")),
        fetches("py-http-client", "http.client", python("import http.client\n\nc = http.client.HTTPSConnection('data.example.org')\nc.request('GET', '/x')\nprint(c.getresponse().status)\n")),
        fetches("py-socket", "a socket", python("import socket\n\ns = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\ns.connect(('data.example.org', 80))\ns.sendall(b'x')\n")),
        fetches("py-create-connection", "socket.create_connection", python("import socket\n\nwith socket.create_connection(('198.51.100.4', 443), timeout=3) as s:\n    s.recv(1)\n")),
        fetches("py-httpx", "httpx", python(f"import httpx\n\nwith httpx.Client() as client:\n    print(client.get('{URL}'))\n")),
        fetches("py-aiohttp", "aiohttp", python(f"import asyncio\n\nimport aiohttp\n\n\nasync def main():\n    async with aiohttp.ClientSession() as session:\n        async with session.get('{URL}') as r:\n            print(await r.text())\n\n\nasyncio.run(main())\n")),
        fetches("py-urllib3", "urllib3", python(f"import urllib3\n\nhttp = urllib3.PoolManager()\nprint(http.request('GET', '{URL}').status)\n")),
        fetches("py-ftplib", "ftplib", python("from ftplib import FTP\n\nftp = FTP('ftp.example.org')\nftp.login()\nftp.retrbinary('RETR x', print)\n")),
        fetches("py-smtplib", "smtplib", python("import smtplib\n\nwith smtplib.SMTP('smtp.example.org', 587) as s:\n    s.sendmail('a@example.org', ['b@example.org'], 'done')\n")),
        fetches("py-paramiko", "paramiko", python("import paramiko\n\nclient = paramiko.SSHClient()\nclient.connect('files.example.org', username='x')\nclient.open_sftp().get('/a', '/scratch/a')\n")),
        fetches("py-boto3", "boto3", python("import boto3\n\ns3 = boto3.client('s3')\ns3.download_file('bucket', 'model.bin', '/scratch/model.bin')\n")),
        fetches("py-boto3-resource", "boto3's resource", python("import boto3\n\nboto3.resource('s3').Bucket('b').download_file('k', '/scratch/k')\n")),
        fetches("py-gcs", "google.cloud.storage", python("from google.cloud import storage\n\nclient = storage.Client()\nclient.bucket('b').blob('k').download_to_filename('/scratch/k')\n")),
        fetches("py-pandas-url", "pandas.read_csv of a URL", python("import pandas as pd\n\ndf = pd.read_csv('https://data.example.org/cohort.csv')\nprint(df.head())\n")),
        fetches("py-wget", "the wget module", python(f"import wget\n\nwget.download('{URL}', '/scratch/m')\n")),
        fetches("py-torch-url", "load_state_dict_from_url", python(f"import torch\n\nstate = torch.hub.load_state_dict_from_url('{URL}')\n"), "undetermined"),
        fetches("py-nltk", "nltk.download", python("import nltk\n\nnltk.download('punkt')\n")),
        fetches("py-psycopg", "a database on another host", python("import psycopg2\n\nc = psycopg2.connect(host='db.example.org', dbname='x')\nc.cursor().execute('select 1')\n")),
        fetches("py-star-import", "a star import", python(f"from urllib.request import *\n\nurlopen('{URL}')\n")),
        fetches("py-inner-import", "an import within a function", python(f"def load():\n    import requests\n\n    return requests.get('{URL}').content\n\n\nprint(len(load()))\n")),
        fetches("py-getattr", "getattr", python(f"import requests\n\nprint(getattr(requests, 'get')('{URL}'))\n"), "warn", "undetermined"),
        fetches("py-dunder-import", "importlib.import_module", python(f"import importlib\n\nr = importlib.import_module('requests')\nr.get('{URL}')\n"), "warn", "undetermined"),
    ]


def programs() -> list[Case]:
    """Programs and scripts that Python starts."""
    return [
        fetches("py-run-curl", "subprocess.run with a list", python(f"import subprocess\n\nsubprocess.run(['curl', '-fsSLO', '{URL}'], check=True)\n")),
        fetches("py-check-call", "check_call under another name", python(f"from subprocess import check_call as cc\n\ncc(('wget', '-q', '{URL}'))\n")),
        fetches("py-popen-shell", "Popen with a shell", python(f"import subprocess as sp\n\nsp.Popen('curl -s {URL} | tar xz', shell=True).wait()\n")),
        fetches("py-os-system", "os.system", python(f"import os\n\nos.system('wget {URL} -P /scratch')\n")),
        fetches("py-os-exec", "os.execvp", python(f"import os\n\nos.execvp('curl', ['curl', '-O', '{URL}'])\n")),
        fetches("py-variable-list", "a command built in variables", python(f"import subprocess\n\nurl = '{URL}'\ncommand = ['git', 'clone', url, '/scratch/x']\nsubprocess.check_output(command)\n")),
        fetches("py-runs-shell-script", "a shell script that Python starts", python("import subprocess\n\nsubprocess.run(['bash', '/app/get.sh'], check=True)\n", files={"/app/get.sh": f"#!/bin/bash\ncurl -O {URL}\n"})),
        fetches("py-runs-python", "a Python script that Python starts", python("import subprocess\nimport sys\n\nsubprocess.run([sys.executable, '/app/get.py'])\n", files={"/app/get.py": f"import requests\n\nrequests.get('{URL}')\n"})),
        fetches("py-c", "python -c as the entrypoint", image(["python3", "-c", f"import urllib.request as q; q.urlopen('{URL}')"])),
        fetches("py-c-semicolons", "python -c with several statements", script(f"python3 -uc 'import requests; r = requests.get(\"{URL}\"); print(r.status_code)'\n")),
        fetches("py-executable", "an executable Python script", image(["/app/fetch"], {"/app/fetch": f"#!/usr/bin/env python3\nimport requests\n\nrequests.get('{URL}')\n"})),
        fetches("py-options", "python with options", image(["python3", "-u", "-X", "dev", "-W", "ignore", "/app/main.py", "--fast"], {"/app/main.py": f"import requests\n\nrequests.get('{URL}')\n"})),
        fetches("py-versioned", "by the interpreter's other name", image(["/usr/bin/env", "python"], {"/app/main.py": f"import requests\n\nrequests.get('{URL}')\n"}, cmd=["main.py"], working_dir="/app")),
        fetches("py-directory", "a directory with __main__.py", image(["python3", "/app"], {"/app/__main__.py": f"import requests\n\nrequests.get('{URL}')\n"})),
    ]


def modules() -> list[Case]:
    """Modules of the image's own."""
    return [
        fetches("py-module-top", "an imported module's top level", python("import settings\n\nprint(settings.VALUE)\n", files={"/app/settings.py": f"import requests\n\nVALUE = requests.get('{URL}').text\n"})),
        fetches("py-module-function", "a function of an imported module", python("from helpers import load_model\n\nmodel = load_model()\n", files={"/app/helpers.py": f"import urllib.request\n\n\ndef load_model():\n    return urllib.request.urlopen('{URL}').read()\n"})),
        fetches("py-module-alias", "an imported module by another name", python("import helpers as h\n\n\ndef main():\n    h.prepare()\n\n\nif __name__ == '__main__':\n    main()\n", files={"/app/helpers.py": f"import os\n\n\ndef prepare():\n    os.system('wget {URL}')\n"})),
        fetches("py-package", "a package of the image's own", python("from pipeline.io import fetch\n\nfetch('x')\n", files={"/app/pipeline/__init__.py": "", "/app/pipeline/io.py": f"import requests\n\n\ndef fetch(name):\n    return requests.get('{URL}')\n"})),
        fetches("py-relative", "a relative import", image(["python3", "-m", "pipeline"], {"/app/pipeline/__init__.py": "", "/app/pipeline/__main__.py": "from .io import fetch\n\nfetch()\n", "/app/pipeline/io.py": f"import requests\n\n\ndef fetch():\n    return requests.get('{URL}')\n"}, working_dir="/app")),
        fetches("py-m-module", "python -m with a module of the image's own", image(["python3", "-m", "job"], {"/srv/job.py": f"import requests\n\nrequests.get('{URL}')\n"}, working_dir="/srv")),
        fetches("py-pythonpath", "a module found through PYTHONPATH", python("import extra\n\nextra.go()\n", files={"/opt/lib/extra.py": f"import requests\n\n\ndef go():\n    requests.get('{URL}')\n"}, env=["PYTHONPATH=/opt/lib"]), "undetermined"),
        fetches("py-two-levels", "a module imported by an imported module", python("import first\n\nfirst.go()\n", files={"/app/first.py": "import second\n\n\ndef go():\n    second.go()\n", "/app/second.py": f"import requests\n\n\ndef go():\n    requests.get('{URL}')\n"}), "warn", "undetermined", note="beyond one level: saying that it was not followed is right, a pass is not"),
        fetches("py-console-script", "a console script of an own package", image(["own-tool"], {"/usr/local/bin/own-tool": "#!/usr/local/bin/python3\nimport sys\nfrom own_tool.cli import main\nif __name__ == '__main__':\n    sys.exit(main())\n", f"{SITE}/own_tool/__init__.py": "", f"{SITE}/own_tool/cli.py": f"import requests\n\n\ndef main():\n    print(requests.get('{URL}').text)\n    return 0\n"}), "warn", "undetermined", note="what the entrypoint calls lies among the packages"),
    ]


def flow() -> list[Case]:
    """How the call is reached."""
    return [
        fetches("py-main-guard", "below the main guard", python(f"import requests\n\n\ndef main():\n    data = requests.get('{URL}').content\n    print(len(data))\n\n\nif __name__ == '__main__':\n    main()\n")),
        fetches("py-method", "a method of an object that is made and used", python(f"import requests\n\n\nclass Loader:\n    def run(self):\n        return requests.get('{URL}')\n\n\nLoader().run()\n"), "warn"),
        fetches("py-in-expression", "within an expression", python(f"import requests\n\nvalues = [len(requests.get(u).text) for u in ['{URL}']]\n"), "undetermined"),
        fetches("py-lambda", "within a lambda that is mapped", python(f"import requests\n\nprint(list(map(lambda u: requests.get(u).text, ['{URL}'])))\n"), "warn", "undetermined"),
        fetches("py-decorated", "within a decorated function that is called", python(f"import functools\n\nimport requests\n\n\n@functools.lru_cache\ndef load():\n    return requests.get('{URL}').text\n\n\nprint(load())\n")),
        fetches("py-thread", "in a thread", python(f"import threading\n\nimport requests\n\n\ndef load():\n    requests.get('{URL}')\n\n\nthreading.Thread(target=load).start()\n"), "warn"),
        fetches("py-argument-branch", "in a branch on an argument", python(f"import argparse\n\nimport requests\n\np = argparse.ArgumentParser()\np.add_argument('--update', action='store_true')\na = p.parse_args()\nif a.update:\n    requests.get('{URL}')\n"), "warn"),
        fetches("py-url-argument", "the URL is an argument", python("import sys\n\nimport requests\n\nprint(requests.get(sys.argv[1]).text)\n"), "warn", "undetermined"),
        fetches("py-url-constant", "the URL is a constant elsewhere", python("import requests\n\nBASE = 'https://data.example.org'\nPATH = BASE + '/v1/items'\n\n\ndef items():\n    return requests.get(PATH).json()\n\n\nprint(items())\n")),
        fetches("py-f-string", "the URL is put together", python("import requests\n\nhost = 'data.example.org'\nfor n in range(3):\n    requests.get(f'https://{host}/part-{n}')\n")),
        fetches("py-try", "within try", python(f"import requests\n\ntry:\n    text = requests.get('{URL}', timeout=5).text\nexcept requests.RequestException:\n    text = ''\nprint(text)\n"), "warn"),
        fetches("py-finally", "within finally", python(f"import requests\n\ntry:\n    print(1 / 2)\nfinally:\n    requests.post('{URL}', json={{'done': True}})\n")),
        fetches("py-while", "within a loop", python(f"import time\n\nimport requests\n\nwhile True:\n    requests.get('{URL}')\n    time.sleep(60)\n")),
        fetches("py-walrus", "within a condition", python(f"import requests\n\nif (r := requests.get('{URL}')).ok:\n    print(r.text)\n")),
        fetches("py-crlf", "Windows line ends", python(f"import requests\r\n\r\nif True:\r\n    requests.get('{URL}')\r\n")),
        fetches("py-non-ascii", "another encoding", python(f"# -*- coding: utf-8 -*-\n# Größe: naïve café\nimport requests\n\nrequests.get('{URL}')\n")),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return libraries() + programs() + modules() + flow()
