"""Python programs of the length that research images have: analyses, training runs, small servers."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.networking.case import Case, fetches, installs, python, script, sound

COHORT = '''\
"""Survival of the cohort.

Data come from https://data.example.org/cohort (apply there); this program reads the copy in /safe_data.
"""

import argparse
import json
from pathlib import Path

import pandas as pd


def read(folder: Path) -> pd.DataFrame:
    frames = [pd.read_csv(path) for path in sorted(folder.glob("*.csv"))]
    return pd.concat(frames, ignore_index=True)


def summarise(data: pd.DataFrame) -> dict[str, float]:
    result = {"n": len(data), "mean_age": float(data["age"].mean())}
    for name, group in data.groupby("arm"):
        result[f"deaths_{name}"] = int(group["died"].sum())
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", type=Path, default=Path("/safe_data"))
    parser.add_argument("--output", type=Path, default=Path("/safe_outputs"))
    options = parser.parse_args()
    result = summarise(read(options.input))
    (options.output / "summary.json").write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
'''

COHORT_FETCHING = COHORT.replace(
    "    return pd.concat(frames, ignore_index=True)\n",
    '    frames.append(pd.read_csv("https://data.example.org/reference/life-table.csv"))\n    return pd.concat(frames, ignore_index=True)\n',
)

CLIENT = '''\
"""A client of the study's server."""

import logging
import time

import requests

logger = logging.getLogger(__name__)


class Client:
    """Fetches pages of records."""

    def __init__(self, base: str, retries: int = 3) -> None:
        self.base = base.rstrip("/")
        self.retries = retries
        self.session = requests.Session()

    def page(self, number: int) -> list[dict]:
        for attempt in range(self.retries):
            try:
                answer = self.session.get(f"{self.base}/records", params={"page": number}, timeout=30)
                answer.raise_for_status()
                return answer.json()
            except requests.RequestException as error:
                logger.warning("attempt %d: %s", attempt, error)
                time.sleep(2**attempt)
        raise SystemExit("the server does not answer")


def main() -> None:
    client = Client("BASE")
    number = 0
    while records := client.page(number):
        print(len(records))
        number += 1


if __name__ == "__main__":
    main()
'''

TRAIN = '''\
import os
import random
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "1"))
DATA = Path(os.environ.get("DATA", "/safe_data"))
OUTPUT = Path("/safe_outputs")


class Model(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def load() -> TensorDataset:
    return TensorDataset(*torch.load(DATA / "train.pt"))


def train(model: nn.Module, loader: DataLoader, epochs: int) -> None:
    optimiser = torch.optim.Adam(model.parameters())
    for epoch in range(epochs):
        for x, y in loader:
            optimiser.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimiser.step()
        print(epoch, float(loss))


if __name__ == "__main__":
    random.seed(SEED)
    torch.manual_seed(SEED)
    model = Model(16)
    train(model, DataLoader(load(), batch_size=32, shuffle=True), 10)
    torch.save(model.state_dict(), OUTPUT / "model.pt")
'''

TRAIN_FETCHING = TRAIN.replace("    model = Model(16)\n", '    model = torch.hub.load("example/zoo", "resnet18", pretrained=True)\n')

TRAIN_REPORTING = TRAIN.replace("        print(epoch, float(loss))\n", '        report(epoch, float(loss))\n').replace(
    "def load() -> TensorDataset:\n",
    "def report(epoch: int, loss: float) -> None:\n    import urllib.request\n\n    body = f'{{\"epoch\": {epoch}, \"loss\": {loss}}}'.encode()\n"
    '    urllib.request.urlopen(urllib.request.Request("https://track.example.org/api/log", data=body))\n\n\ndef load() -> TensorDataset:\n',
)

SERVER = '''\
"""A small server around the model: answers on /predict."""

import json
import pickle
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL_PATH = "/opt/model/model.pkl"


class Handler(BaseHTTPRequestHandler):
    model = None

    def do_GET(self) -> None:
        self.answer({"status": "ok", "documentation": "https://example.org/docs"})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer({"prediction": float(self.model.predict([request["features"]])[0])})

    def answer(self, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    with open(MODEL_PATH, "rb") as file:
        Handler.model = pickle.load(file)
    ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()


if __name__ == "__main__":
    main()
'''

SERVER_PROXY = SERVER.replace(
    '        self.answer({"prediction": float(self.model.predict([request["features"]])[0])})\n',
    '        connection = http.client.HTTPSConnection("predict.example.org", timeout=10)\n'
    '        connection.request("POST", "/v1", json.dumps(request))\n'
    '        self.answer(json.loads(connection.getresponse().read()))\n',
).replace("import json\n", "import http.client\nimport json\n")

WORKFLOW = '''\
"""Runs the steps of the analysis, each in a process of its own."""

import logging
import shlex
import subprocess
import sys
from pathlib import Path

STEPS = [
    ("convert", "python3 /app/steps/convert.py --in /safe_data --out /scratch"),
    ("sort", "sort -k1,1 -o /scratch/sorted.tsv /scratch/table.tsv"),
    ("report", "python3 /app/steps/report.py --in /scratch --out /safe_outputs"),
]

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


def run(name: str, command: str) -> None:
    logging.info("step %s: %s", name, command)
    result = subprocess.run(shlex.split(command), capture_output=True, text=True)
    Path(f"/scratch/{name}.log").write_text(result.stdout + result.stderr)
    if result.returncode:
        logging.error("step %s failed; see the log", name)
        sys.exit(result.returncode)


def main() -> None:
    for name, command in STEPS:
        run(name, command)
    logging.info("done")


if __name__ == "__main__":
    main()
'''

WORKFLOW_FETCHING = WORKFLOW.replace("STEPS = [\n", 'STEPS = [\n    ("get", "wget -q -P /scratch https://data.example.org/table.tsv.gz"),\n')

BUCKET = '''\
"""Copies inputs from object storage, runs the model, copies results back."""

import os
import sys
from pathlib import Path

import boto3
from botocore.config import Config

BUCKET = os.environ.get("BUCKET", "study-inputs")
WORK = Path("/scratch/work")


def client():
    return boto3.client("s3", config=Config(retries={"max_attempts": 5}))


def fetch(prefix: str) -> list[Path]:
    s3 = client()
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
        for item in page.get("Contents", []):
            target = WORK / item["Key"]
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(BUCKET, item["Key"], str(target))
            found.append(target)
    return found


def main(prefix: str) -> None:
    files = fetch(prefix)
    print(f"{len(files)} files")
    for path in files:
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "raw/")
'''

TERMS = '''\
"""Maps free text to terms of an ontology, offline."""

import csv
import re
import sys
from functools import lru_cache
from pathlib import Path

ONTOLOGY = Path("/opt/ontology/terms.tsv")
SERVER = "https://terms.example.org/api"  # where terms.tsv was taken from
URL = re.compile(r"https?://\\S+")


@lru_cache(maxsize=1)
def terms() -> dict[str, str]:
    with ONTOLOGY.open(newline="") as file:
        return {row["label"].lower(): row["iri"] for row in csv.DictReader(file, delimiter="\\t")}


def clean(text: str) -> str:
    return URL.sub(" ", text).strip().lower()


def lookup(text: str) -> list[str]:
    session = terms()
    words = clean(text).split()
    return [session.get(word, "") for word in words if session.get(word)]


def main() -> int:
    requests = [line for line in sys.stdin if line.strip()]
    for request in requests:
        print("\\t".join(lookup(request)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
'''

TERMS_FALLBACK = TERMS.replace(
    "    return [session.get(word, \"\") for word in words if session.get(word)]\n",
    "    return [session.get(word) or ask(word) for word in words]\n\n\n"
    "def ask(word: str) -> str:\n    with urllib.request.urlopen(f\"{SERVER}/search?q={word}\") as answer:\n        return answer.read().decode()\n",
).replace("import sys\n", "import sys\nimport urllib.request\n")

HELPERS = '''\
"""Helpers of the analysis."""

import hashlib
import os
import shutil
from pathlib import Path
from urllib.request import urlopen

CACHE = Path(os.environ.get("CACHE", "/scratch/cache"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cached(name: str) -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    return CACHE / name


def download(url: str, name: str) -> Path:
    target = cached(name)
    if not target.exists():
        with urlopen(url) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
    return target


def copy_results(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)
'''

USES_HELPERS = '''\
"""The analysis."""

import sys
from pathlib import Path

from helpers import copy_results, digest

INPUT = Path("/safe_data")
OUTPUT = Path("/safe_outputs")


def check(folder: Path) -> dict[str, str]:
    return {path.name: digest(path) for path in sorted(folder.iterdir()) if path.is_file()}


def main() -> int:
    digests = check(INPUT)
    for name, value in digests.items():
        print(value, name)
    if not digests:
        print("no input", file=sys.stderr)
        return 1
    copy_results(INPUT, Path("/scratch/in"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
'''

USES_DOWNLOAD = USES_HELPERS.replace("import copy_results, digest", "import copy_results, digest, download").replace(
    '    copy_results(INPUT, Path("/scratch/in"))\n',
    '    copy_results(INPUT, Path("/scratch/in"))\n    print(digest(download("https://data.example.org/atlas.nii", "atlas.nii")))\n',
)

BOOTSTRAP = '''\
"""Makes sure that everything is there, then runs the analysis."""

import importlib.util
import subprocess
import sys

REQUIRED = {"numpy": "numpy", "sklearn": "scikit-learn", "lifelines": "lifelines"}


def missing() -> list[str]:
    return [package for module, package in REQUIRED.items() if importlib.util.find_spec(module) is None]


def install(packages: list[str]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", *packages]
    print("running:", " ".join(command))
    subprocess.run(command, check=True)


def main() -> None:
    packages = missing()
    if packages:
        install(packages)
    subprocess.run([sys.executable, "/app/analysis.py", *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
'''

BOOTSTRAP_CHECKING = BOOTSTRAP.replace("        install(packages)\n", '        sys.exit(f"not in this image: {packages}; pip install them at build time")\n').replace(
    """def install(packages: list[str]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", *packages]
    print("running:", " ".join(command))
    subprocess.run(command, check=True)


""",
    "",
)

ASYNC = '''\
import asyncio
import json
from pathlib import Path

import aiohttp

TERMS = ["hypertension", "diabetes", "asthma"]
LIMIT = asyncio.Semaphore(4)


async def one(session: aiohttp.ClientSession, term: str) -> dict:
    async with LIMIT, session.get("https://terms.example.org/search", params={"q": term}) as answer:
        answer.raise_for_status()
        return {"term": term, "hits": await answer.json()}


async def main() -> None:
    async with aiohttp.ClientSession() as session:
        results = await asyncio.gather(*(one(session, term) for term in TERMS))
    Path("/safe_outputs/terms.json").write_text(json.dumps(results))


if __name__ == "__main__":
    asyncio.run(main())
'''

ASYNC_LOCAL = '''\
import asyncio
import json
from pathlib import Path

QUEUE_SIZE = 100


async def reader(queue: asyncio.Queue) -> None:
    for path in sorted(Path("/safe_data").glob("*.json")):
        await queue.put(json.loads(path.read_text()))
    await queue.put(None)


async def writer(queue: asyncio.Queue) -> None:
    with Path("/safe_outputs/all.jsonl").open("w") as file:
        while (record := await queue.get()) is not None:
            file.write(json.dumps({"id": record.get("id"), "url": record.get("url")}) + "\\n")


async def main() -> None:
    queue: asyncio.Queue = asyncio.Queue(QUEUE_SIZE)
    await asyncio.gather(reader(queue), writer(queue))


if __name__ == "__main__":
    asyncio.run(main())
'''

STEPS = {"/app/steps/convert.py": "print('convert')\n", "/app/steps/report.py": "print('report')\n"}
ANALYSIS = {"/app/analysis.py": "print('analysis')\n"}


def all_cases() -> list[Case]:
    """The programs above as what the image starts."""
    local, remote = CLIENT.replace("BASE", "http://localhost:8080/api"), CLIENT.replace("BASE", "https://study.example.org/api")
    return [
        sound("long-py-cohort", "an analysis of local tables", python(COHORT)),
        fetches("long-py-cohort", "an analysis that reads one table from an address", python(COHORT_FETCHING)),
        fetches("long-py-client", "a client class", python(remote), "warn", "undetermined"),
        sound("long-py-client", "a client class of a local server", python(local), "warn", "undetermined", note="the address goes through a constructor"),
        sound("long-py-train", "training on local data", python(TRAIN)),
        fetches("long-py-train-hub", "training from a fetched model", python(TRAIN_FETCHING), "undetermined"),
        fetches("long-py-train-report", "training that reports elsewhere", python(TRAIN_REPORTING)),
        sound("long-py-server", "a server around a model", python(SERVER, files={"/opt/model/model.pkl": "x"})),
        fetches("long-py-server", "a server that asks another one", python(SERVER_PROXY), "warn", note="called by the server's library"),
        sound("long-py-workflow", "local steps", python(WORKFLOW, files=STEPS), "undetermined"),
        fetches("long-py-workflow", "a step is wget", python(WORKFLOW_FETCHING, files=STEPS), "warn", "undetermined"),
        fetches("long-py-bucket", "object storage", python(BUCKET)),
        sound("long-py-terms", "names like those of a client", python(TERMS)),
        fetches("long-py-terms", "asks a server for unknown words", python(TERMS_FALLBACK), "warn"),
        sound("long-py-helpers", "a helper that nobody calls", python(USES_HELPERS, files={"/app/helpers.py": HELPERS}), "warn"),
        fetches("long-py-helpers", "a helper that is called", python(USES_DOWNLOAD, files={"/app/helpers.py": HELPERS})),
        installs("long-py-bootstrap", "missing packages are installed", python(BOOTSTRAP, files=ANALYSIS), "warn"),
        sound("long-py-bootstrap", "missing packages are reported", python(BOOTSTRAP_CHECKING, files=ANALYSIS)),
        fetches("long-py-async", "asynchronous requests", python(ASYNC)),
        sound("long-py-async", "asynchronous reading of files", python(ASYNC_LOCAL)),
        sound("long-py-unstarted", "fetching programs beside the one that is started", python(COHORT, files={"/app/scripts/client.py": remote, "/app/scripts/bucket.py": BUCKET})),
        fetches("long-py-by-shell", "a shell script starts the client", script("set -e\ncd /app\npython3 client.py\n", files={"/app/client.py": remote}), "warn", "undetermined"),
    ]
