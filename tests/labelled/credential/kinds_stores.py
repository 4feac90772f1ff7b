"""Keys of data stores in the cloud, and kinds of value that no name announces."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.kinds import Decoy, Kind, placeholder, rows
from tests.labelled.credential.values import BASE36, BASE62, DIGITS, LOWER, UPPER, Values, unpadded

CRYPT = "./" + BASE62


def discord(v: Values) -> str:
    """The bot's number in base64, a time and a signature. Source: discord.com/developers, reference, authentication."""
    number = v.draw("123456789", 1) + v.draw(DIGITS, 17)
    return f"{unpadded(number.encode())}.{v.url(6)}.{v.url(38)}"


def bcrypt(v: Values) -> str:
    """22 characters of salt and 31 of digest. Source: the manual page crypt(5)."""
    return "$2b$12$" + v.draw(CRYPT, 21) + v.draw(".Oeu", 1) + v.draw(CRYPT, 31)


def sha512crypt(v: Values) -> str:
    """16 characters of salt and 86 of digest. Source: the manual page crypt(5)."""
    return f"$6${v.draw(CRYPT, 16)}${v.draw(CRYPT, 86)}"


KINDS: tuple[Kind, ...] = (
    # Source: clickhouse.com/docs, cloud, API keys
    Kind("clickhouse", "ClickHouse Cloud key", "CLICKHOUSE_CLOUD_SECRET", lambda v: "4b1d" + v.word(38), (s.dotenv, s.yaml, s.comment), (
        placeholder("your-key-secret", s.dotenv),
        Decoy("digest", "a digest that begins like it", s.words, lambda v: "4b1d" + v.hex(60)),
    )),
    # Source: cockroachlabs.com/docs, cloud, managing access
    Kind("cockroach", "CockroachDB Cloud key", "COCKROACH_API_KEY", lambda v: f"CCDB1_{v.word(22)}_{v.word(40)}", (s.dotenv, s.as_json, s.comment), (
        placeholder("CCDB1_your_secret_key", s.dotenv),
        Decoy("short", "only the key's number", s.words, lambda v: f"CCDB1_{v.word(22)}"),
    )),
    # Source: docs.datastax.com, Astra DB, application tokens
    Kind("astra", "Astra DB token", "ASTRA_DB_APPLICATION_TOKEN", lambda v: "AstraCS:" + f"{v.draw(LOWER + UPPER, 24)}:{v.hex(64)}", (s.dotenv, s.python, s.yaml, s.comment), (
        placeholder("AstraCS:...", s.dotenv),
        Decoy("client", "a client's number", s.words, lambda v: "AstraCS:" + v.draw(LOWER, 4)),
    )),
    # Source: elastic.co/docs, Elastic Cloud API keys
    Kind("elastic-cloud", "Elastic Cloud key", "EC_API_KEY", lambda v: "essu_" + v.word(92), (s.dotenv, s.yaml, s.bearer), (
        placeholder("essu_your_key", s.yaml),
        Decoy("inside", "a module's name", s.words, "tessu_mod_and_messu_webapp_are_names_of_other_projects_of_the_same_authors_1"),
    )),
    # Source: learn.microsoft.com, Azure App Configuration, connection strings
    Kind("azure-app-configuration", "Azure App Configuration key", "APP_CONFIGURATION", lambda v: f"Endpoint=https://trial.azconfig.io;Id={v.draw(LOWER, 4)};Secret={v.base64(32)}", (s.dotenv, s.python, s.as_json), (
        placeholder("Endpoint=https://trial.azconfig.io;Id=<id>;Secret=<secret>", s.dotenv),
        Decoy("endpoint", "an address only", s.python, "Endpoint=https://trial.azconfig.io"),
    )),
    # Source: docs.aws.amazon.com, AppSync, API keys: da2- and 26 lower-case letters and digits
    Kind("appsync", "AWS AppSync key", "APPSYNC_API_KEY", lambda v: "da2-" + v.draw(BASE36, 26), (s.dotenv, s.javascript, s.as_json, s.comment), (
        placeholder("da2-xxxxxxxxxxxxxxxxxxxxxxxxxx", s.dotenv),
        Decoy("uuid", "UUIDs with that part", s.words, lambda v: f"{v.hex(8)}-{v.hex(4)}-4da2-9{v.hex(3)}-{v.hex(12)}"),
    )),
    # Source: docs.apify.com, API, authentication
    Kind("apify", "Apify token", "APIFY_TOKEN", lambda v: "apify_" + "api_" + v.word(36), (s.dotenv, s.javascript, s.url_parameter, s.comment), (
        placeholder("apify_api_your_token", s.dotenv),
        Decoy("name", "names of functions", s.words, "apify_api_client_for_the_second_generation_of_actors"),
    )),
    # Source: documentation.mailgun.com, API keys: the present form, in three parts
    Kind("mailgun", "Mailgun key", "MAILGUN_KEY", lambda v: f"{v.hex(32)}-{v.hex(8)}-{v.hex(8)}", (s.dotenv, s.comment, s.log), (
        placeholder("your-mailgun-key", s.dotenv),
        Decoy("build", "files of a build with digests", s.words, lambda v: f"chunk-{v.hex(32)}-{v.hex(8)}.js"),
    )),
    Kind("mailgun-old", "Mailgun key", "MAILGUN_KEY", lambda v: "key-" + v.hex(32), (s.comment, s.python), (
        Decoy("inside", "a cache's keys", s.words, lambda v: "monkey-" + v.hex(32)),
    )),
    Kind("discord-bot", "Discord bot token", "BOT", discord, (s.comment, s.log, s.alone, s.dotenv), (
        placeholder("your.bot.token", s.dotenv),
        Decoy("dotted", "a name in three parts", s.words, lambda v: f"{v.draw(LOWER, 24)}.{v.draw(LOWER, 6)}.{v.draw(LOWER, 38)}"),
    )),
    Kind("bcrypt", "password hash", "USERS", bcrypt, (s.sql, s.csv, s.python, s.comment), (
        Decoy("shortened", "a shortened hash", s.comment, "$2b$12$..."),
        Decoy("pattern", "a pattern for hashes", s.python, r"^\\$2[aby]\\$\\d\\d\\$[./A-Za-z0-9]{53}$"),
    ), env=False),
    Kind("crypt", "password hash", "USERS", sha512crypt, (s.sql, s.yaml, s.comment), (
        Decoy("shortened", "a shortened hash", s.comment, "$6$salt$..."),
        Decoy("variable", "a hash from a variable", s.yaml, "{{ admin_password_hash }}"),
    ), env=False),
)


def files() -> list[Case]:
    """Files and pairs of these stores."""
    v = Values("stores files")
    packages = "/usr/lib/python3/dist-packages"
    sts = f"export ALIBABA_CLOUD_ACCESS_KEY_ID=STS.{v.word(25)}\nexport ALIBABA_CLOUD_ACCESS_KEY_SECRET={v.word(44)}\nexport ALIBABA_CLOUD_SECURITY_TOKEN=CAIS{v.draw(BASE62, 300)}\n"
    oss = f"[Credentials]\nlanguage=EN\nendpoint=oss-eu-central-1.aliyuncs.com\naccessKeyID=STS.{v.word(25)}\naccessKeySecret={v.word(44)}\nstsToken=CAIS{v.draw(BASE62, 300)}\n"
    call = f"import oss2\n\nauth = oss2.StsAuth('STS.{v.word(25)}', '{v.word(44)}', 'CAIS{v.draw(BASE62, 300)}')\n"
    vector = "$2a$05$" + "CCCCCCCCCCCCCCCCCCCCC." + "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    return [
        # Source: alibabacloud.com/help, Security Token Service
        found("stores-sts-env", "Alibaba STS keys", "/app/sts.sh", "#!/bin/sh\n" + sts + "exec python3 /app/main.py\n", topic="alibaba-sts", place="shell script"),
        found("stores-sts-ossutil", "Alibaba STS keys", "/root/.ossutilconfig", oss, topic="alibaba-sts", place="its own file"),
        found("stores-sts-call", "Alibaba STS keys", "/app/oss.py", call, topic="alibaba-sts", place="Python source"),
        clean("stores-sts-api", "calls of the service", "/app/actions.txt", "STS.AssumeRole\nSTS.GetCallerIdentity\nSTS.AssumeRoleWithSAML\n", topic="alibaba-sts", place="list of names"),
        clean("stores-sts-docs", "keys to be filled in", "/app/README.md", "```ini\naccessKeyID=STS.yourAccessKeyId\naccessKeySecret=yourAccessKeySecret\nstsToken=yourSecurityToken\n```\n", topic="alibaba-sts", place="README"),
        found("stores-appsync-amplify", "AWS AppSync key", "/srv/app/aws-exports.js", f'const awsmobile = {{\n    "aws_appsync_graphqlEndpoint": "https://x.appsync-api.eu-west-2.amazonaws.com/graphql",\n    "aws_appsync_apiKey": "da2-{v.draw(BASE36, 26)}"\n}};\nexport default awsmobile;\n', topic="appsync", place="JavaScript source"),
        found("stores-clickhouse-curl", "ClickHouse Cloud key", "/app/usage.sh", f"#!/bin/sh\ncurl --user '{v.word(20)}:4b1d{v.word(38)}' https://api.clickhouse.cloud/v1/organizations\n", topic="clickhouse", place="shell script"),
        found("stores-bcrypt-yaml", "password hash", "/opt/app/users.yaml", f"users:\n  - name: admin\n    hash: {bcrypt(v)}\n    role: admin\n", topic="bcrypt", place="YAML"),
        found("stores-bcrypt-compose", "password hash", "/app/docker-compose.yml", "services:\n  proxy:\n    labels:\n      - traefik.http.middlewares.auth.basicauth.users=admin:" + bcrypt(v).replace("$", "$$") + "\n", "the doubled signs are compose's", topic="bcrypt", place="compose file"),
        clean("stores-bcrypt-vector", "a published test vector", f"{packages}/passlib/tests/test_handlers_bcrypt.py", f"KNOWN = [\n    ('U*U*U', '{vector}'),\n]\n", "it stands in the source of crypt_blowfish; the password is in the line", topic="bcrypt", place="Python source", may_warn=True, arguable=True),
        clean("stores-mailgun-integrity", "digests with dashes", "/srv/www/assets.json", f'{{"app.js": "/static/app-{v.hex(32)}-{v.hex(8)}.js"}}\n', topic="mailgun", place="JSON"),
        clean("stores-discord-jwt", "three parts of a version", "/app/VERSION", f"{v.draw(DIGITS, 10)}.{v.draw(DIGITS, 6)}.{v.hex(40)}\n", topic="discord-bot", place="its own file"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return [case for kind in KINDS for case in rows(kind)] + files()
