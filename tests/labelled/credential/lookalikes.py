"""Digests, identifiers, encoded media, minified code and names that look like credentials to a careless eye."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import json

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean
from tests.labelled.credential.values import BASE62, BASE64, BASE64URL, DIGITS, LOWER, UPPER, Values, unpadded


def digests() -> list[Case]:
    """Hashes of public things, and identifiers."""
    v = Values("digests")
    packages = {"name": "app", "lockfileVersion": 3, "packages": {f"node_modules/p{n}": {"version": f"1.{n}.0", "integrity": f"sha512-{v.base64(64)}"} for n in range(40)}}
    poetry = "".join(f'[[package]]\nname = "p{n}"\nversion = "1.{n}"\nfiles = [\n    {{file = "p{n}-1.{n}-py3-none-any.whl", hash = "sha256:{v.hex(64)}"}},\n]\n\n' for n in range(20))
    record = "".join(f"numpy/core/m{n}.py,sha256={unpadded(v.bytes(32))},{1000 + n}\n" for n in range(30))
    sums = "".join(f"{v.hex(32)}  usr/share/doc/p{n}/copyright\n" for n in range(30))
    go_sum = "".join(f"github.com/example/m{n} v1.{n}.0 h1:{v.base64(32)}\ngithub.com/example/m{n} v1.{n}.0/go.mod h1:{v.base64(32)}\n" for n in range(20))
    cargo = "".join(f'[[package]]\nname = "c{n}"\nversion = "0.{n}.1"\nchecksum = "{v.hex(64)}"\n\n' for n in range(20))
    return [
        clean("digest-git-head", "a git commit", "/app/.git/HEAD", v.hex(40) + "\n"),
        clean("digest-git-packed", "git references", "/app/.git/packed-refs", "# pack-refs with: peeled fully-peeled sorted\n" + "".join(f"{v.hex(40)} refs/tags/v1.{n}\n" for n in range(20))),
        clean("digest-version-py", "a version file with a commit", "/usr/lib/python3/dist-packages/torch/version.py", f"__version__ = '2.4.0'\ngit_version = '{v.hex(40)}'\ncuda = '12.1'\n"),
        clean("digest-sha256sums", "checksums", "/app/SHA256SUMS", "".join(f"{v.hex(64)}  file{n}.bin\n" for n in range(10))),
        clean("digest-md5sums", "a Debian package's checksums", "/var/lib/dpkg/info/coreutils.md5sums", sums),
        clean("digest-record", "a wheel's RECORD", "/usr/lib/python3/dist-packages/numpy-1.26.4.dist-info/RECORD", record),
        clean("digest-package-lock", "package-lock.json", "/app/package-lock.json", json.dumps(packages, indent=2)),
        clean("digest-yarn-lock", "yarn.lock", "/app/yarn.lock", "".join(f'p{n}@^1.0.0:\n  version "1.{n}.0"\n  integrity sha512-{v.base64(64)}\n\n' for n in range(20))),
        clean("digest-poetry-lock", "poetry.lock", "/app/poetry.lock", poetry),
        clean("digest-requirements", "requirements with hashes", "/app/requirements.txt", "".join(f"p{n}==1.{n} \\\n    --hash=sha256:{v.hex(64)}\n" for n in range(10))),
        clean("digest-go-sum", "go.sum", "/src/go.sum", go_sum),
        clean("digest-cargo-lock", "Cargo.lock", "/src/Cargo.lock", cargo),
        clean("digest-conda-meta", "a conda package's record", "/opt/conda/conda-meta/numpy-1.26.4-py312h_0.json", json.dumps({"name": "numpy", "md5": v.hex(32), "sha256": v.hex(64), "build": "py312h_0", "url": "https://packages.example.org/numpy.conda"})),
        clean("digest-renv-lock", "renv.lock", "/app/renv.lock", json.dumps({"Packages": {f"p{n}": {"Package": f"p{n}", "Version": "1.0", "Hash": v.hex(32)} for n in range(10)}}, indent=2)),
        clean("digest-image", "images by digest", *s.compose("BASE", "example/python@sha256:" + v.hex(64))),
        clean("digest-etag", "an entity tag", *s.as_json("etag", v.hex(64))),
        clean("digest-uuid", "UUIDs", "/etc/fstab", f"UUID={v.uuid()} / ext4 defaults 0 1\nUUID={v.uuid()} swap swap defaults 0 0\n"),
        clean("digest-machine-id", "machine id", "/etc/machine-id", v.hex(32) + "\n"),
        clean("digest-guid", "GUIDs in a project file", "/src/app.sln", "".join(f'Project("{{{v.uuid().upper()}}}") = "p{n}", "p{n}.csproj", "{{{v.uuid().upper()}}}"\n' for n in range(5))),
        clean("digest-sri", "subresource integrity", "/srv/www/index.html", f'<script src="app.js" integrity="sha384-{v.base64(48)}" crossorigin="anonymous"></script>\n'),
        clean("digest-csp", "a policy with hashes", "/srv/www/_headers", f"Content-Security-Policy: script-src 'sha256-{v.base64(32)}'\n"),
        clean("digest-gpg-fingerprint", "fingerprint of a signing key", "/app/Dockerfile", f"FROM debian:12\nENV GPG_KEY {v.hex(40).upper()}\nRUN gpg --recv-keys $GPG_KEY\n"),
        clean("digest-pyc", "compiled Python with a hash in it", "/app/__pycache__/m.cpython-312.pyc", b"\xcb\x0d\x0d\x0a" + bytes(12) + b"\xe3" + bytes(20) + b"\xda\x40" + v.hex(64).encode()),
        clean("digest-cache-key", "cache keys", *s.yaml("cache_key", "deps-" + v.hex(40))),
        clean("digest-doi", "identifiers of papers and ORCID", "/app/CITATION.cff", "cff-version: 1.2.0\ndoi: 10.5281/zenodo.1234567\nauthors:\n- orcid: https://orcid.org/0000-0002-1825-0097\n"),
        clean("digest-model", "names of model files by hash", "/models/index.json", json.dumps({"weights": {f"layer.{n}": f"blobs/{v.hex(64)}" for n in range(10)}})),
        clean("digest-hash-function", "test vectors of a hash", "/app/test_hash.py", f"VECTORS = [\n    ('abc', '{v.hex(64)}'),\n    ('', '{v.hex(64)}'),\n]\n"),
    ]


def encoded() -> list[Case]:
    """Encoded media and minified code."""
    v = Values("encoded")
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + v.bytes(1500)).decode()
    font = base64.b64encode(b"wOF2" + v.bytes(2000)).decode()
    book = {"cells": [{"cell_type": "code", "source": ["plt.plot(x)"], "outputs": [{"data": {"image/png": png}, "output_type": "display_data", "metadata": {}}], "metadata": {}, "execution_count": 1}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    mangled = "".join(f"{v.draw(LOWER, 1)}.{v.draw(LOWER, 2)}=function({v.draw(LOWER, 1)}){{return {v.draw(BASE62, 6)}_({v.draw(DIGITS, 3)})}};" for _ in range(800))
    map_file = {"version": 3, "sources": ["a.js"], "mappings": ";".join(v.draw(BASE64, 40) for _ in range(60))}
    dna = "".join(f">seq{n}\n{v.draw('ACGT', 70)}\n{v.draw('ACGT', 70)}\n" for n in range(20))
    protein = "".join(f">sp|P{v.draw(DIGITS, 5)}|X_HUMAN\n{v.draw('ACDEFGHIKLMNPQRSTVWY', 60)}\n" for _ in range(20))
    smiles = "".join(f"{v.draw('CNOcn1()=', 40)}\n" for _ in range(20))
    return [
        clean("encoded-png-css", "an image in a style sheet", "/srv/www/style.css", f".logo{{background:url(data:image/png;base64,{png})}}\n"),
        clean("encoded-font", "a font in a style sheet", "/srv/www/fonts.css", f"@font-face{{font-family:x;src:url(data:font/woff2;base64,{font})}}\n"),
        clean("encoded-notebook", "a notebook's picture", "/home/jovyan/plot.ipynb", json.dumps(book)),
        clean("encoded-minified", "minified script", "/srv/www/bundle.js", "!function(){" + mangled + "}();"),
        clean("encoded-source-map", "a source map", "/srv/www/bundle.js.map", json.dumps(map_file)),
        clean("encoded-random", "random bytes", "/app/model.bin", v.bytes(20000)),
        clean("encoded-base64-lines", "a mail attachment", "/app/mail.eml", "Content-Transfer-Encoding: base64\n\n" + "\n".join(v.base64(57) for _ in range(40)) + "\n"),
        clean("encoded-python-blob", "data in Python source", "/usr/lib/python3/dist-packages/x/_data.py", f"import base64, zlib\n\nDATA = zlib.decompress(base64.b85decode('{v.draw(BASE62, 400)}'))\n", "a table that a package carries"),
        clean("encoded-dna", "sequences", "/app/test/reads.fasta", dna),
        clean("encoded-protein", "proteins", "/app/test/proteins.fasta", protein),
        clean("encoded-smiles", "molecules", "/app/test/molecules.smi", smiles),
        clean("encoded-vocabulary", "a tokenizer's vocabulary", "/models/vocab.json", json.dumps({v.draw(BASE62, 1 + n % 9): n for n in range(800)}), "full of odd words, some starting like tokens"),
        clean("encoded-merges", "a tokenizer's special tokens", "/models/tokenizer_config.json", json.dumps({"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "model_max_length": 512})),
        clean("encoded-svg", "a drawing's path", "/srv/www/logo.svg", '<svg><path d="M' + "".join(f"{v.random.uniform(0, 100):.2f},{v.random.uniform(0, 100):.2f}L" for _ in range(200)) + '0,0"/></svg>'),
    ]


def words() -> list[Case]:
    """Names and words that begin or read like tokens."""
    v = Values("words")
    project_words = "from sklearn import svm\n# install sk-learn first: pip install scikit-learn\nsk_live_updates = False\nsk_test_size = 0.2\n"
    return [
        clean("word-sk-learn", "sk-learn", "/app/train.py", project_words),
        clean("word-task", "words with sk- inside", "/srv/www/board.css", ".task-management-board-container{}.risk-assessment-overview-panel-1{}.disk-usage-statistics-wrapper{}\n"),
        clean("word-ghp", "ghp_ in names", "/app/geo.py", "ghp_radius = 3\n\n\ndef ghp_to_xyz(ghp_points, ghp_frame):\n    return ghp_points @ ghp_frame\n"),
        clean("word-hf", "hf_ in names", "/app/hf.py", "from transformers import AutoModel\n\nhf_model_name_or_path = 'bert-base-uncased'\nhf_transformers_cache_directory_setting = '/models'\n"),
        clean("word-npm", "npm_ variables", "/app/build.sh", "#!/bin/sh\necho $npm_package_version $npm_config_registry $npm_lifecycle_event_and_other_details_here\n"),
        clean("word-glpat", "glpat- in a pattern", "/app/scan.py", "import re\n\nGITLAB = re.compile(r'glpat-[0-9a-zA-Z_\\-]{20}')\nGITHUB = re.compile(r'ghp_[0-9A-Za-z]{36}')\nAWS = re.compile(r'AKIA[0-9A-Z]{16}')\n", "a scanner's own patterns"),
        clean("word-akia", "AKIA in a word", "/app/names.txt", "SLOVAKIA\nCZECHOSLOVAKIAREPUBLIC\nAKIANE\n"),
        clean("word-aiza", "AIza in encoded data", "/app/data.txt", v.draw(BASE64, 60) + "AIza" + v.draw(BASE64, 500) + "\n", "in the middle of 560 characters of base64"),
        clean("word-password-prose", "prose", "/usr/share/doc/app/README", "The password must have at least twelve characters. Password: see your administrator. Your API key is secret.\n"),
        clean("word-token-class", "a lexer", "/app/lexer.py", "TOKEN_STRING = 'STRING'\nTOKEN_IDENTIFIER = 'IDENTIFIER'\ntoken = 'left_parenthesis'\nnext_token = tokens[position]\n"),
        clean("word-secret-name", "names of Kubernetes secrets", "/app/deployment.yaml", "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-credentials\n      key: password\n"),
        clean("word-label", "labels of a form", "/srv/app/locale/en.json", json.dumps({"password": "Password", "confirm_password": "Confirm password", "api_key": "API key", "forgot_password": "Forgot your password?"})),
        clean("word-locale", "labels in another language", "/srv/app/locale/de.properties", "login.password=Passwort\nlogin.password.hint=Mindestens zwölf Zeichen\nlogin.token=Zugangsschlüssel\n"),
        clean("word-form", "a form", "/srv/www/login.html", '<input type="password" name="password" id="password" placeholder="Enter your password" autocomplete="current-password">\n'),
        clean("word-api-doc", "an interface description", "/srv/openapi.yaml", "components:\n  securitySchemes:\n    api_key:\n      type: apiKey\n      name: X-API-Key\n      in: header\n    bearer:\n      type: http\n      scheme: bearer\n"),
        clean("word-error", "messages", "/app/errors.py", "INVALID_TOKEN = 'The token is invalid or has expired'\nWRONG_PASSWORD = 'wrong password'\nMISSING_API_KEY = 'api_key_missing'\n"),
        clean("word-keyboard", "keys of a keyboard and of mappings", "/app/keys.py", "key = 'ArrowLeft'\nKEY_ENTER = 'Enter'\nprimary_key = 'patient_id'\nsort_key = 'created_at'\nforeign_key = 'visit_identifier'\n"),
        clean("word-stop-token", "model settings", "/app/llm.yaml", "max_new_tokens: 512\nstop_token: '<|endoftext|>'\ntoken_type_ids: true\nmask_token: '[MASK]'\n"),
        clean("word-camel", "long names", "/src/Main.java", "class AbstractSingletonProxyFactoryBeanTokenCredentialPasswordProvider {\n  String passwordEncoderFactoryBeanName = \"delegatingPasswordEncoder\";\n}\n"),
        clean("word-c-header", "constants of a C header", "/usr/include/x/auth.h", "#define AUTH_PASSWORD_MAX 64\n#define AUTH_TOKEN_PREFIX \"tok\"\nextern const char *auth_secret_name;\n"),
        clean("word-jwt-shaped", "three parts that are no JSON", *s.comment("", f"eyJ{v.draw(BASE64URL, 30)}.eyJ{v.draw(BASE64URL, 40)}.{v.draw(BASE64URL, 43)}"), note="the first two parts decode to no JSON"),
        clean("word-dotted", "a dotted name", "/app/log.txt", f"com.example.{v.draw(LOWER, 20)}.{v.draw(LOWER, 30)}.{v.draw(LOWER, 20)}\n"),
        clean("word-version", "a long version", "/app/VERSION", f"1.2.3-rc.1+build.{v.hex(12)}\n"),
        clean("word-s3", "a bucket's address", *s.dotenv("BUCKET", "s3://trial-data-eu-west-2/raw/2024/05/01/part-00001.parquet")),
        clean("word-ids", "public identifiers of AWS", *s.yaml("role", "arn:aws:iam::123456789012:role/" + v.word(20))),
        clean("word-google-client", "a Google client id", *s.javascript("CLIENT_ID", f"{v.draw('123456789', 12)}-{v.draw(LOWER + DIGITS, 32)}.apps.googleusercontent.com"), note="public by design"),
        clean("word-sentry-dsn", "a Sentry address", *s.javascript("dsn", f"https://{v.hex(32)}@o{v.draw('123456789', 6)}.ingest.sentry.io/{v.draw('123456789', 7)}"), note="has only the public key, meant to be in pages sent to everybody", arguable=True),
        clean("word-stripe-public", "a Stripe publishable key", *s.javascript("key", "pk_" + "live_51" + v.word(97)), note="made to be public"),
        clean("word-mapbox-public", "a Mapbox public token", *s.javascript("key", "pk." + unpadded(b'{"u":"example","a":"' + v.draw(LOWER + DIGITS, 25).encode() + b'"}') + "." + v.url(22)), note="made to be public"),
        clean("word-firebase-id", "public parts of a Firebase setting", *s.as_json("appId", f"1:{v.draw('123456789', 12)}:web:{v.hex(22)}")),
        clean("word-analytics", "measurement ids", "/srv/www/index.html", f"<script>gtag('config', 'G-{v.draw(UPPER + DIGITS, 10)}');</script>\n"),
        clean("word-recaptcha", "a reCAPTCHA site key", "/srv/www/form.html", f'<div class="g-recaptcha" data-sitekey="6L{v.url(38)}"></div>\n', "the site key is public, the secret key is another"),
        clean("word-posthog-public", "a PostHog project key", *s.javascript("posthog", "phc_" + v.word(43)), note="made to be public"),
        clean("word-supabase-anon", "a Supabase publishable key", *s.javascript("key", "sb_" + "publishable_" + v.url(31)), note="made to be public"),
        clean("word-email", "addresses with an at sign", "/app/CONTRIBUTORS", "Jane Doe <jane:doe@example.org>\nhttps://example.org/@user/path:with@signs\nssh://git@github.com/example/app.git\n"),
        clean("word-npm-scope", "a scoped package in a URL", "/app/package.json", '{"dependencies":{"@scope/pkg":"git+ssh://git@git.example.org/scope/pkg.git#v1.0"}}\n'),
        clean("word-docker-digest", "an image reference", *s.yaml("image", f"registry.example.org:5000/team/app:1.2@sha256:{v.hex(64)}")),
        clean("word-salt-shaker", "numbers", "/app/data/table.csv", "id,value\n" + "".join(f"{v.draw(DIGITS, 12)},{v.draw(DIGITS, 16)}\n" for _ in range(50))),
        clean("word-patient-ids", "pseudonyms", "/app/test/ids.csv", "chi_hash\n" + "".join(v.hex(64) + "\n" for _ in range(20)), "personal data perhaps, credentials no"),
        clean("word-random-seed", "a long seed", *s.python("SEED", v.draw(DIGITS, 32))),
        clean("word-public-hex", "colours and magic numbers", "/app/theme.py", "PRIMARY = '#1f77b4'\nMAGIC = 0xdeadbeefcafebabe\nPOLYNOMIAL = '0x04C11DB7EDB88320'\n"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return digests() + encoded() + words()
