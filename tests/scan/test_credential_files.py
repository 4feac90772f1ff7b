"""Credential files: found by structure, the span is the secret and nothing else, and what holds none is silent."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.scan.credential_files import MOST_BYTES, TITLES, WANTED_NAMES, credential_file, is_credential_file_name, is_read_whole
from imginspect.scan.credentials_in import FORMATS

SECRET = "q7Vx2" + "Lm9Tz4Kd"
LONG = SECRET + "wB6Yn3Rc8Hf1Gp5Js0Xe2Ua"
LOGIN = base64.b64encode(f"lab:{SECRET}".encode()).decode()
DER = base64.encodebytes(b"\x30\x81\x80" + bytes(range(128))).decode()
PEM = f"-----BEGIN PRIVATE KEY-----\n{DER}-----END PRIVATE KEY-----\n"
PEM_64 = base64.b64encode(PEM.encode()).decode()
HASH = "$6$" + "saltsalt" + "$" + "aB3dE5gH7jK9" * 7
USER = json.dumps({"type": "authorized_user", "refresh_token": SECRET})
STATE = json.dumps({"lineage": "x", "resources": [{"instances": [{"attributes": {"admin_password": SECRET}}]}]})
TERRAFORM = json.dumps({"credentials": {"app.terraform.io": {"token": SECRET}}})
HF = "hf_" + SECRET + "aB3dE5gH7jK9mN1pQ2rS4"

HOLDING = [
    ("netrc-file", "root/.netrc", f"machine files.internal.test\n  login lab\n  password {SECRET}\n", SECRET),
    ("netrc-file", "_netrc", f"machine a login lab password {SECRET}", SECRET),
    ("netrc-file", "etc/apt/auth.conf", f"machine deb.internal.test login lab password {SECRET}\n", SECRET),
    ("docker-login", "root/.docker/config.json", json.dumps({"auths": {"ghcr.io": {"auth": LOGIN}}}), LOGIN),
    ("docker-login", ".dockercfg", json.dumps({"ghcr.io": {"auth": LOGIN, "email": "a@b"}}), LOGIN),
    ("docker-login", "run/containers/auth.json", json.dumps({"auths": {"q": {"identitytoken": SECRET}}}), SECRET),
    ("aws-credentials", "root/.aws/credentials", f"[default]\naws_access_key_id = AK\naws_secret_access_key = {SECRET}\n", SECRET),
    ("git-credentials", "root/.git-credentials", f"https://lab:{SECRET}@git.internal.test\n", SECRET),
    ("pypi-configuration", ".pypirc", f"[pypi]\nusername = __token__\npassword = {SECRET}\n", SECRET),
    ("npm-configuration", ".npmrc", f"//npm.internal.test/:_authToken={SECRET}\n", SECRET),
    ("npm-configuration", ".npmrc", f"//npm.internal.test/:_password={SECRET}\n", SECRET),
    ("npm-configuration", ".npmrc", f"//npm.internal.test/:_auth={LOGIN}\n", LOGIN),
    ("postgresql-password", ".pgpass", f"db:5432:*:lab:{SECRET}\n", SECRET),
    ("kubeconfig", ".kube/config", f"kind: Config\nusers:\n- name: lab\n  user:\n    token: {SECRET}\n", SECRET),
    ("kubeconfig", ".kube/config", f"users:\n- name: lab\n  user:\n    client-key-data: {PEM_64}\n", PEM_64),
    ("google-credentials", "gcloud/application_default_credentials.json", USER, SECRET),
    ("google-credentials", "key.json", json.dumps({"type": "service_account", "private_key": PEM}), json.dumps(PEM)[1:-1]),
    ("kaggle-login", ".kaggle/kaggle.json", json.dumps({"username": "lab", "key": SECRET}), SECRET),
    ("hugging-face-token-file", "root/.cache/huggingface/token", HF, HF),
    ("hugging-face-token-file", ".huggingface/token", HF + "\n", HF),
    ("mysql-options", ".my.cnf", f'[client]\nuser=lab\npassword="{SECRET}"\n', SECRET),
    ("s3cmd-configuration", ".s3cfg", f"[default]\naccess_key = AK\nsecret_key = {SECRET}\n", SECRET),
    ("rclone-configuration", "rclone/rclone.conf", f"[lab]\ntype = s3\nsecret_access_key = {SECRET}\n", SECRET),
    ("github-command-line-login", ".config/gh/hosts.yml", f"github.com:\n    user: lab\n    oauth_token: {SECRET}\n", SECRET),
    ("cargo-credentials", ".cargo/credentials.toml", f'[registry]\ntoken = "{SECRET}"\n', SECRET),
    ("rubygems-credentials", ".gem/credentials", f"---\n:rubygems_api_key: {SECRET}\n", SECRET),
    ("r-environment", "home/lab/.Renviron", f"GITHUB_PAT_TOKEN={SECRET}\nR_LIBS=/usr/lib/R\n", SECRET),
    ("environment-file", "app/.env", f"DEBUG=1\nexport DB_PASSWORD='{SECRET}'  # production\n", SECRET),
    ("environment-file", "app/.env.production", f"SECRET_KEY={SECRET}\n", SECRET),
    ("environment-file", "app/lab.env", f"API_KEY={SECRET}\r\n", SECRET),
    ("shadow-file", "etc/shadow", f"root:{HASH}:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n", HASH),
    ("shadow-file", "etc/shadow", f"lab:!{HASH}:19000::::::\n", HASH),
    ("password-file", ".htpasswd", f"lab:$apr1$saltsalt${'aB3dE5gH7jK9' * 2}\n", f"$apr1$saltsalt${'aB3dE5gH7jK9' * 2}"),
    ("terraform-state", "terraform.tfstate", STATE, SECRET),
    ("terraform-state", "lab.tfstate", json.dumps({"lineage": "x", "outputs": {"a": {"sensitive": True, "value": SECRET}}}), SECRET),
    ("terraform-credentials", ".terraform.d/credentials.tfrc.json", TERRAFORM, SECRET),
    ("xml-credentials-file", "credentials.xml", f"<com.cloudbees.plugins.credentials.X><password>{SECRET}</password></com.x>", SECRET),
    ("xml-credentials-file", ".m2/settings.xml", f"<settings><server><password>{SECRET}</password></server></settings>", SECRET),
    ("jenkins-key", "var/jenkins_home/secret.key", LONG, LONG),
    ("wordpress-configuration", "wp-config.php", f"<?php\ndefine( 'DB_PASSWORD', '{SECRET}' );\n", SECRET),
    ("package-index-login", "etc/pip.conf", f"[global]\nindex-url = https://lab:{SECRET}@pkgs.internal.test/simple\n", SECRET),
    ("package-index-login", ".condarc", f"channels:\n  - https://lab:{SECRET}@conda.internal.test/\n", SECRET),
    ("vault-token-file", ".vault-token", LONG + "\n", LONG),
    ("gurobi-licence-secret", "opt/gurobi/gurobi.lic", f"WLSACCESSID={SECRET}\n", SECRET),
    ("jupyter-configuration", ".jupyter/jupyter_server_config.json", json.dumps({"ServerApp": {"password": SECRET}}), SECRET),
]  # fmt: skip

EMPTY = [
    (".netrc", "machine files.internal.test login lab password changeme"),
    (".netrc", "# the word password alone is no entry\n"),
    (".docker/config.json", '{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}'),
    (".docker/config.json", '{"auths": {"ghcr.io": {"auth": "dXNlcm5hbWU6cGFzc3dvcmQ="}}}'),
    (".docker/config.json", "{" * 5000),
    (".aws/credentials", "[default]\naws_secret_access_key =\n"),
    (".aws/credentials", "[default]\n# aws_secret_access_key = " + SECRET + "\n"),
    (".git-credentials", "https://git.internal.test/lab\n"),
    (".npmrc", "//npm.internal.test/:_authToken=${NPM_TOKEN}\nregistry=https://npm.internal.test/\n"),
    (".npmrc", "//npm.internal.test/:_auth=not-base64-of-a-login\n"),
    (".pgpass", "# hostname:port:database:username:password\n"),
    (".kube/config", "kind: Config\nusers:\n- name: lab\n  user:\n    exec:\n      command: aws\n"),
    (".kube/config", f"colours:\n  token: {SECRET}\n"),
    ("key.json", json.dumps({"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"})),
    ("key.json", json.dumps({"kty": "RSA", "private_key": PEM})),
    ("kaggle.json", json.dumps({"key": SECRET})),
    ("huggingface/token", "your token here"),
    (".env", "DB_PASSWORD=\nAPI_KEY=${API_KEY}\nSECRET_FILE=/run/secrets/a\nTOKEN_TTL=3600\nPASSWORD=<password>\nDEBUG_TOKEN=true\n"),
    (".env.example", f"DB_PASSWORD={SECRET}\n"),
    ("etc/shadow", "root:*:19000:0:99999:7:::\nlab:!:19000:0:99999:7:::\nold:!!:1::::::\nnone::1::::::\n"),
    ("terraform.tfstate", json.dumps({"lineage": "x", "resources": [{"attributes": {"secret_id": SECRET, "public_key": SECRET}}]})),
    ("terraform.tfstate", json.dumps({"resources": [{"attributes": {"admin_password": SECRET}}]})),
    ("credentials.xml", f"<html><password>{SECRET}</password></html>"),
    (".m2/settings.xml", "<settings><server><password>${env.PW}</password></server></settings>"),
    ("wp-config.php", "define( 'DB_PASSWORD', 'password_here' );\ndefine( 'AUTH_KEY', 'put your unique phrase here' );"),
    (
        "pip.conf",
        "[global]\nindex-url = https://${USER}:${PASS}@pkgs.internal.test/simple\nextra-index-url = https://pkgs.internal.test/\n",
    ),
    ("gurobi.lic", "# Gurobi\nTOKENSERVER=licence.internal.test\n"),
    ("notes.txt", f"password = {SECRET}\n"),
]


@pytest.mark.parametrize(("kind", "name", "text", "secret"), HOLDING, ids=[f"{row[0]}-{row[1]}" for row in HOLDING])
def test_the_secret_and_nothing_else_is_spanned(kind: str, name: str, text: str, secret: str) -> None:
    content = text.encode()
    spans = credential_file(name, content)
    assert [(span.kind, content[span.start : span.end].decode()) for span in spans] == [(kind, secret)]


@pytest.mark.parametrize(("name", "text"), EMPTY, ids=[f"{number}-{row[0]}" for number, row in enumerate(EMPTY)])
def test_a_file_without_a_secret_is_silent(name: str, text: str) -> None:
    assert credential_file(name, text.encode()) == ()


@pytest.mark.parametrize("value", ["", "changeme", "${SECRET}", "$SECRET", "<secret>", "xxxxxxxxxxxx", "/run/secrets/lab", "your_secret"])
@pytest.mark.parametrize("row", [row for row in HOLDING if row[3] == SECRET], ids=lambda row: f"{row[0]}-{row[1]}")
def test_a_placeholder_in_its_place_is_silent(row: tuple[str, str, str, str], value: str) -> None:
    _, name, text, _ = row
    assert credential_file(name, text.replace(SECRET, value).encode()) == ()


def test_every_kind_has_a_title_and_every_title_is_used() -> None:
    assert {row[0] for row in HOLDING} <= set(TITLES)
    seen: set[str] = set()
    for name in FORMATS:
        path = name.replace("*", "lab")
        assert is_credential_file_name(f"/home/lab/{path}")
        for _, _, text, _ in HOLDING:
            seen.update(span.kind for span in credential_file(path, text.encode()))
    assert seen <= set(TITLES)


def test_structure_that_was_checked_is_called_verified() -> None:
    verified = {row[1]: credential_file(row[1], row[2].encode())[0].is_verified for row in HOLDING}
    assert verified["root/.docker/config.json"]
    assert verified["key.json"]
    assert verified["etc/shadow"]
    assert not verified["app/.env"]


@pytest.mark.parametrize(
    ("path", "is_wanted"),
    [
        ("/root/.docker/config.json", True),
        ("/app/config.json", False),
        ("/root/.cache/huggingface/token", True),
        ("/app/token", False),
        ("/ETC/SHADOW", True),
        ("/app/.env.local", True),
        ("/app/.env.example", False),
        ("/infra/lab.tfstate.backup", True),
        ("/home/lab/.Renviron", True),
        ("/", False),
        ("", False),
    ],
)
def test_which_files_are_kept(path: str, is_wanted: bool) -> None:
    assert is_credential_file_name(path) is is_wanted


def test_wanted_names_are_last_names_in_lower_case() -> None:
    assert {".netrc", "config.json", "shadow", ".renviron", "kaggle.json", "token"} <= WANTED_NAMES
    assert all(name == name.lower() and "/" not in name and "*" not in name for name in WANTED_NAMES)


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=400))
def test_no_bytes_make_a_reader_raise(name: str, content: bytes) -> None:
    assert isinstance(credential_file(name.replace("*", "lab"), content), tuple)


@given(st.sampled_from(HOLDING), st.data())
def test_no_damage_makes_a_reader_raise_and_spans_stay_inside(row: tuple[str, str, str, str], data: st.DataObject) -> None:
    content = bytearray(row[2].encode())
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    for span in credential_file(row[1], bytes(content)):
        assert 0 <= span.start < span.end <= len(content)


@pytest.mark.parametrize(
    "piece", [b"token", b"password = ", b'{"a":', b"https://a:b", b"<token>", b"\n", b"machine a ", b"x:", b"  token: "]
)
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_large_hostile_file_takes_steps_in_proportion(name: str, piece: bytes) -> None:
    assert isinstance(credential_file(name.replace("*", "lab"), piece * (60_000 // len(piece))), tuple)


@pytest.mark.parametrize(
    "written", [r"p\u0026" + SECRET, r"p\u0026\u003c" + SECRET + r"\/x\"", "p&" + SECRET + r"\/", r"\u00e9" + SECRET, "é" + SECRET]
)
def test_a_json_string_is_found_however_it_is_escaped(written: str) -> None:
    content = STATE.replace(f'"{SECRET}"', f'"{written}"').encode()
    (span,) = credential_file("infra/terraform.tfstate", content)
    assert content[span.start : span.end] == written.encode()


def test_a_mark_before_a_json_document_hides_nothing() -> None:
    content = b"\xef\xbb\xbf" + json.dumps({"auths": {"ghcr.io": {"auth": LOGIN}}}).encode()
    assert [content[span.start : span.end] for span in credential_file(".docker/config.json", content)] == [LOGIN.encode()]


def test_placeholders_before_a_secret_do_not_use_up_what_is_looked_at() -> None:
    attributes = [{"attributes": {"password": f"changeme{number}"}} for number in range(1000)]
    state = {"lineage": "x", "resources": [{"attributes": {"password": SECRET}}, *attributes]}
    assert len(credential_file("terraform.tfstate", json.dumps(state).encode())) == 1


def test_a_large_state_is_read_to_its_end() -> None:
    attributes = [{"attributes": {"name": f"{number:060}"}} for number in range(30_000)]
    state = json.dumps({"lineage": "x", "resources": [{"attributes": {"password": SECRET}}, *attributes]}).encode()
    assert 2 << 20 < len(state) < MOST_BYTES
    assert len(credential_file("terraform.tfstate", state)) == 1
    assert is_read_whole(state)


def test_what_is_longer_than_is_read_says_so() -> None:
    assert not is_read_whole(b" " * (MOST_BYTES + 1))
    assert not is_read_whole(b"\n" * 200_001)
