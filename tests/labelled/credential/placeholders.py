"""Placeholders, published examples and spoiled tokens: what stands where a credential would."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean
from tests.labelled.credential.kinds import NAMED_PLACES, PLACES, Surrounding
from tests.labelled.credential.values import UPPER, Values, github, gitlab_routable, grafana, spoiled

EVERYWHERE: tuple[tuple[str, str, str, Surrounding], ...] = (
    ("angle", "API_KEY", "<your-api-key>", s.dotenv),
    ("angle-token", "GITHUB_TOKEN", "<YOUR_GITHUB_TOKEN>", s.shell_quoted),
    ("changeme", "DB_PASSWORD", "changeme", s.compose),
    ("change-this", "SECRET_KEY", "change-this-before-deployment", s.yaml),
    ("your-password", "PASSWORD", "your_password_here", s.ini),
    ("your-token", "HF_TOKEN", "your_huggingface_token", s.python),
    ("insert", "OPENAI_API_KEY", "INSERT_YOUR_KEY_HERE", s.notebook),
    ("stars", "PASSWORD", "********", s.log),
    ("dots", "API_KEY", "sk-...", s.comment),
    ("dots-github", "GITHUB_TOKEN", "ghp_...", s.python),
    ("redacted", "TOKEN", "[REDACTED]", s.log),
    ("hidden", "AWS_SECRET_ACCESS_KEY", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", s.ini),
    ("github-x", "GITHUB_TOKEN", "ghp_" + "x" * 36, s.shell),
    ("github-capital-x", "TOKEN", "ghp_" + "X" * 36, s.yaml),
    ("hf-x", "HF_TOKEN", "hf_" + "x" * 34, s.dockerfile),
    ("slack-x", "SLACK_TOKEN", "xoxb-" + "your-token", s.javascript),
    ("openai-your", "OPENAI_API_KEY", "sk-" + "your-openai-api-key", s.dotenv),
    ("zeros", "WANDB_API_KEY", "0" * 40, s.shell),
    ("none", "API_TOKEN", "None", s.yaml),
    ("null", "PASSWORD", "null", s.yaml),
    ("todo", "SECRET", "TODO", s.toml),
    ("example-word", "CLIENT_SECRET", "example-client-secret", s.as_json),
    ("dummy", "API_KEY", "dummy", s.python),
    ("test-key", "API_KEY", "test-api-key", s.python),
    ("fake", "TOKEN", "fake_token_for_tests", s.python_call),
    ("variable", "TOKEN", "${TOKEN}", s.yaml),
    ("variable-plain", "PASSWORD", "$DB_PASSWORD", s.shell),
    ("variable-default", "PASSWORD", "${DB_PASSWORD:?must be set}", s.compose),
    ("mustache", "PASSWORD", "{{ vault_db_password }}", s.yaml),
    ("helm", "PASSWORD", "{{ .Values.db.password | quote }}", s.yaml),
    ("erb", "SECRET_KEY_BASE", '<%= ENV["SECRET_KEY_BASE"] %>', s.yaml),
    ("percent", "PASSWORD", "%DB_PASSWORD%", s.xml),
    ("actions", "TOKEN", "${{ secrets.GITHUB_TOKEN }}", s.yaml),
    ("at-signs", "PASSWORD", "@DB_PASSWORD@", s.properties),
    ("format", "PASSWORD", "%(password)s", s.ini),
    ("vault-reference", "PASSWORD", "vault:secret/data/db#password", s.yaml),
    ("aws-reference", "PASSWORD", "arn:aws:secretsmanager:eu-west-2:123456789012:secret:db-AbCdEf", s.dotenv),
    ("op-reference", "TOKEN", "op://infrastructure/ci/token", s.dotenv),
    ("gcp-reference", "API_KEY", "projects/123/secrets/api-key/versions/latest", s.yaml),
    ("url-placeholder", "DATABASE_URL", "postgresql://user:password@localhost:5432/dbname", s.comment),
    ("url-angle", "DATABASE_URL", "postgresql://<user>:<password>@<host>/<db>", s.dotenv),
    ("url-variables", "DATABASE_URL", "postgresql://${DB_USER}:${DB_PASSWORD}@db/app", s.compose),
    ("url-no-password", "DATABASE_URL", "postgresql://app@db.example.org/app", s.python),
    ("url-stars", "URL", "https://user:***@git.example.org/x.git", s.log),
    ("bearer-variable", "TOKEN", "$API_TOKEN", s.bearer),
    ("bearer-angle", "TOKEN", "<token>", s.bearer),
    ("empty", "PASSWORD", "", s.dotenv),
    ("empty-quoted", "API_KEY", "", s.shell_quoted),
    ("empty-python", "SECRET_KEY", "", s.python),
    ("stripe-doc", "STRIPE_KEY", "sk_" + "test_" + "..." , s.comment),
    ("telegram-doc", "TOKEN", "<bot-id>:<token>", s.python_call),
)
"""(id, name, value, surrounding) of placeholders."""


def words() -> list[Case]:
    """Words and templates in a value's place."""
    return [
        clean(f"placeholder-{name}", f"placeholder {value or '(empty)'}", *place(key, value), may_warn=_may_warn(value, place))
        for name, key, value, place in EVERYWHERE
    ]


def _may_warn(value: str, place: Surrounding) -> bool:
    """Whether *value*, being no variable and no address, stands where it may well be the real password."""
    return PLACES[place.__name__] in NAMED_PLACES and bool(value) and not value.startswith(("$", "{{")) and ":" not in value


def published() -> list[Case]:
    """Values that issuers print in their documentation."""
    key, secret = "AKIA" + "IOSFODNN7EXAMPLE", "wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"
    readme = f"# Usage\n\n```ini\n[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n```\n"
    jwt_io = ".".join(("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ", "SflKxwRJSMeKKF2QT4fw" + "pMeJf36POk6yJV_adQssw5c"))
    packages = "/usr/lib/python3/dist-packages"
    return [
        clean("published-aws-readme", "AWS's documented pair in a README", f"{packages}/boto/README.md", readme),
        clean("published-aws-code", "AWS's documented key in a docstring", f"{packages}/botocore/credentials.py", f'def load():\n    """Read a file such as\n\n    aws_access_key_id = {key}\n    aws_secret_access_key = {secret}\n    """\n'),
        clean("published-aws-cli-help", "AWS's documented key in help", "/usr/share/doc/awscli/examples/configure.rst", f"  $ aws configure\n  AWS Access Key ID [None]: {key}\n  AWS Secret Access Key [None]: {secret}\n"),
        clean("published-jwt", "the token on jwt.io's first page", "/usr/lib/node_modules/jsonwebtoken/README.md", f"```js\nvar decoded = jwt.verify('{jwt_io}', secret);\n```\n", "known to everybody; its form is a real one's", arguable=True),
        clean("published-azurite", "the storage emulator's well-known account", "/app/docker-compose.yml", "services:\n  app:\n    environment:\n      - STORAGE=UseDevelopmentStorage=true\n"),
        clean("published-basic", "RFC 7617's example", "/usr/share/doc/http/basic.txt", "Authorization: Basic " + "QWxhZGRpbjpv" + "cGVuIHNlc2FtZQ==\n", "Aladdin's open sesame"),
        clean("published-oauth", "an example of a protocol's text", "/usr/share/doc/oauth/README", "Authorization: Bearer mF_9.B5f-4.1JqM\n", "RFC 6750's example"),
        clean("published-gh-manual", "manual page with a shortened token", "/usr/share/man/man1/gh-auth-login.1", '.SH EXAMPLES\n$ gh auth login --with-token < mytoken.txt\n.B GH_TOKEN\nlike ghp_abc...\n'),
        clean("published-slack-doc", "Slack's documented webhook", f"{packages}/slack_sdk/webhook/README.md", "url = 'https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'\n"),
        clean("published-twilio-doc", "a documented account id", f"{packages}/twilio/README.md", "client = Client('ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX', 'your_auth_token')\n"),
    ]


def wrong_checksum() -> list[Case]:
    """Tokens of the right form with a wrong checksum: no issuer ever gave them out."""
    v = Values("spoiled")
    note = "its own checksum says that it is none"
    routable = spoiled(gitlab_routable(v))
    return [
        clean("checksum-ghp", "ghp_ with a wrong checksum", *s.shell("GITHUB_TOKEN", spoiled(github(v, "ghp_"))), note=note),
        clean("checksum-gho", "gho_ with a wrong checksum", *s.python("TOKEN", spoiled(github(v, "gho_"))), note=note),
        clean("checksum-ghs", "ghs_ with a wrong checksum", *s.log("", spoiled(github(v, "ghs_"))), note=note),
        clean("checksum-ghu", "ghu_ with a wrong checksum", *s.comment("", spoiled(github(v, "ghu_"))), note=note),
        clean("checksum-npm", "npm_ with a wrong checksum", *s.as_json("value", spoiled(github(v, "npm_"))), note=note),
        clean("checksum-ghp-doc", "a made-up token in documentation", "/app/README.md", "Set the token:\n\n    export GITHUB_TOKEN=" + "ghp_" + "abcdefghijklmnopqrstuvwxyzABCD012345" + "\n"),
        clean("checksum-grafana", "glsa_ with a wrong checksum", *s.comment("", spoiled(grafana(v))), note=note),
        clean("checksum-gitlab", "a routable token with a wrong checksum", *s.log("", routable), note="the old form has no checksum and no dot", arguable=True),
        clean("checksum-short", "too short for a token", *s.comment("", "ghp_" + v.word(20))),
        clean("checksum-short-aws", "too short for a key id", *s.comment("", "AKIA" + v.draw(UPPER, 8))),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return words() + published() + wrong_checksum()
