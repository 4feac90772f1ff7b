"""Credentials in requests: query strings, form data, headers and addresses, as scripts send them. Each form with its decoy."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential.case import Case, clean, clean_config, found, found_in_config
from tests.labelled.credential.values import Values, basic

SHELL = "/app/fetch.sh"
QUERIES: tuple[tuple[str, str], ...] = (
    ("api-key", "curl 'https://api.example.org/v1/items?api_key={}'"),
    ("api-key-later", 'curl "https://api.example.org/v1/items?format=csv&apikey={}&page=2"'),
    ("access-token", "wget -q 'https://api.example.org/me?access_token={}'"),
    ("token", "curl -s https://api.example.org/export?token={} -o out.csv"),
    ("password", "curl 'https://api.example.org/login?user=app&password={}'"),
    ("pwd", "curl 'https://api.example.org/login?user=app&pwd={}'"),
    ("client-secret", "curl 'https://login.example.org/token?client_id=loader&client_secret={}'"),
    ("key", "curl 'https://maps.example.org/json?address=x&key={}'"),
    ("signature", "curl 'https://example.blob.core.windows.net/c/b?sv=2023-11-03&se=2030-01-01&sr=b&sp=r&sig={}%3D'"),
    ("private-token", "curl 'https://git.example.org/api/v4/projects?private_token={}'"),
    ("entity", "lynx 'https://api.example.org/x?a=1&amp;api_key={}'"),
)
"""(id, command with a hole for the value) of query strings."""

FORMS: tuple[tuple[str, str], ...] = (
    ("data", "curl -d 'user=app&password={}' https://api.example.org/login"),
    ("data-quoted", 'curl --data "grant_type=password&password={}&username=app" https://login.example.org/token'),
    ("data-urlencode", "curl --data-urlencode 'password={}' https://api.example.org/login"),
    ("data-raw", "curl --data-raw 'token={}&content=record' https://api.example.org/"),
    ("form", "curl -F token={} -F file=@x.csv https://api.example.org/upload"),
    ("form-quoted", "curl --form 'api_token={}' https://api.example.org/upload"),
    ("form-string", "curl --form-string password={} https://api.example.org/upload"),
    ("json", "curl -H 'Content-Type: application/json' -d '{{\"username\":\"app\",\"password\":\"{}\"}}' https://api.example.org/login"),
    ("json-escaped", 'curl -d "{{\\"client_secret\\":\\"{}\\"}}" https://login.example.org/token'),
    ("json-option", "curl --json '{{\"token\": \"{}\"}}' https://api.example.org/"),
    ("post-data", "wget --post-data='user=app&password={}' https://api.example.org/login"),
    ("httpie", "http POST api.example.org/login user=app password={}"),
    ("client-credentials", "curl -d client_id=loader -d client_secret={} -d grant_type=client_credentials https://login.example.org/token"),
)
"""(id, command with a hole for the value) of form data."""

HEADERS: tuple[tuple[str, str], ...] = (
    ("api-key", "curl -H 'X-Api-Key: {}' https://api.example.org/"),
    ("api-key-no-space", "curl -H 'X-API-Key:{}' https://api.example.org/"),
    ("auth-token", 'curl --header "X-Auth-Token: {}" https://api.example.org/'),
    ("private-token", "curl -H 'PRIVATE-TOKEN: {}' https://git.example.org/api/v4/user"),
    ("authorization-token", "curl -H 'Authorization: Token {}' https://api.example.org/"),
    ("authorization-small", "curl -H 'authorization: token {}' https://api.example.org/"),
    ("authorization-api-key", "curl -H 'Authorization: ApiKey {}' https://es.example.org/_search"),
    ("authorization-bare", "curl -H 'Authorization: {}' https://api.example.org/"),
    ("bearer", 'curl -H "Authorization: Bearer {}" https://api.example.org/'),
    ("bearer-oauth2", "curl --oauth2-bearer {} https://api.example.org/"),
    ("vault", "curl -H 'X-Vault-Token: {}' https://vault.example.org/v1/secret/data/db"),
    ("subscription", "curl -H 'Ocp-Apim-Subscription-Key: {}' https://api.example.org/"),
    ("key-query", "curl -H 'apikey: {}' https://api.example.org/"),
    ("user", "curl -u app:{} https://api.example.org/"),
    ("user-long", "curl --user 'app:{}' https://api.example.org/"),
    ("user-joined", "curl -uapp:{} https://api.example.org/"),
    ("proxy-user", "curl -x proxy:3128 --proxy-user app:{} https://api.example.org/"),
    ("dataverse", "curl -H X-Dataverse-key:{} https://data.example.org/api/datasets"),
    ("wget", "wget --header='X-Api-Key: {}' https://api.example.org/x.csv"),
    ("cookie", "curl -H 'Cookie: session_token={}' https://api.example.org/"),
)
"""(id, command with a hole for the value) of headers and logins."""

ADDRESSES: tuple[tuple[str, str], ...] = (
    ("token-at-host", "https://{}@git.example.net/team/app.git"),
    ("user-password", "https://loader:{}@git.example.net/team/app.git"),
    ("oauth2", "https://oauth2:{}@git.example.net/team/app.git"),
    ("token-x-oauth", "https://{}:x-oauth-basic@github.com/team/app.git"),
    ("empty-user", "redis://:{}@cache:6379/0"),
    ("redis-query", "redis://cache.example.org:6379/0?password={}"),
    ("rediss-query", "rediss://cache:6380?db=1&password={}"),
    ("postgres", "postgresql://app:{}@db.example.org:5432/trial"),
    ("postgres-query", "postgresql:///trial?host=/var/run/postgresql&user=app&password={}"),
    ("sqlalchemy-driver", "mysql+pymysql://app:{}@db/trial?charset=utf8mb4"),
    ("mssql-odbc", "mssql+pyodbc://app:{}@db/trial?driver=ODBC+Driver+18+for+SQL+Server"),
    ("odbc-connect", "mssql+pyodbc:///?odbc_connect=Driver%3D%7BODBC%7D%3BUID%3Dapp%3BPWD%3D{}"),
    ("mongodb", "mongodb+srv://app:{}@cluster0.example.net/trial?retryWrites=true"),
    ("jdbc-oracle", "jdbc:oracle:thin:app/{}@//db.example.org:1521/trial"),
    ("jdbc-oracle-sid", "jdbc:oracle:thin:app/{}@db.example.org:1521:trial"),
    ("jdbc-postgres", "jdbc:postgresql://db.example.org/trial?user=app&password={}"),
    ("jdbc-sqlserver", "jdbc:sqlserver://db.example.org:1433;databaseName=trial;user=app;password={};encrypt=true"),
    ("jdbc-db2", "jdbc:db2://db.example.org:50000/trial:user=app;password={};"),
    ("jdbc-mysql", "jdbc:mysql://db/trial?user=app&useSSL=true&password={}"),
    ("oracle", "oracle+cx_oracle://app:{}@db:1521/?service_name=trial"),
    ("snowflake", "snowflake://app:{}@account/trial/public"),
    ("amqps", "amqps://app:{}@mq.example.org/jobs"),
    ("ftp", "ftp://app:{}@files.example.org/in"),
    ("sftp", "sftp://app:{}@files.example.org:22/in"),
    ("smb", "smb://DOMAIN;app:{}@files.example.org/share"),
    ("proxy", "http://app:{}@proxy.example.org:3128"),
    ("smtp", "smtp://robot%40example.org:{}@mail.example.org:587"),
    ("s3", "s3://app:{}@store.example.org/bucket"),
    ("neo4j", "bolt://neo4j:{}@graph:7687"),
    ("clickhouse", "clickhouse://app:{}@ch:9000/trial"),
)
"""(id, address with a hole for the value)."""

CLEAN: tuple[tuple[str, str, str], ...] = (
    ("query-variable", "a variable in a query", "curl \"https://api.example.org/items?api_key=$API_KEY&token=${TOKEN}\""),
    ("query-placeholder", "a key to be filled in", "# curl 'https://api.example.org/items?api_key=YOUR_API_KEY&token=<token>'"),
    ("query-page", "a token of a page", "curl 'https://api.example.org/items?page_token=2&sort_key=date&primary_key=id'"),
    ("query-switch", "switches in a query", "curl 'https://api.example.org/items?token=true&password=required&key=name'"),
    ("data-variable", "a variable in form data", 'curl -d "user=app&password=$PASSWORD" -F token="$TOKEN" https://api.example.org/login'),
    ("data-file", "form data from a file", "curl -d @/run/secrets/login -F token=@/run/secrets/token -F 'password=<pw.txt' https://api.example.org/login"),
    ("data-empty", "nothing in form data", "curl -d 'user=app&password=' https://api.example.org/login"),
    ("data-json", "a variable in JSON", "curl -d '{\"password\":\"'\"$PASSWORD\"'\"}' https://api.example.org/login"),
    ("header-variable", "a variable in a header", 'curl -H "X-Api-Key: $API_KEY" -H "Authorization: Bearer $(cat /run/secrets/token)" https://api.example.org/'),
    ("header-file", "headers from a file", "curl -H @/run/secrets/headers -K /run/secrets/curl.conf https://api.example.org/"),
    ("header-type", "other headers", "curl -H 'Accept: application/json' -H 'X-Request-Id: 7d1f0c1e2b' -H 'If-None-Match: \"5d8c72a5edda8\"' https://api.example.org/"),
    ("header-placeholder", "headers to be filled in", "# curl -H 'X-Api-Key: <key>' -H 'Authorization: Bearer YOUR_TOKEN' https://api.example.org/"),
    ("user-variable", "a login from variables", 'curl -u "$USER:$PASSWORD" --proxy-user "$PROXY_USER:$PROXY_PASSWORD" https://api.example.org/'),
    ("user-asks", "a login that asks", "curl -u app https://api.example.org/ && curl -u app: https://api.example.org/"),
    ("user-netrc", "a login from netrc", "curl --netrc-file /run/secrets/netrc https://api.example.org/"),
)
"""(id, title, command)."""

CLEAN_ADDRESSES: tuple[tuple[str, str, str], ...] = (
    ("user-only", "a user and no password", "ssh://git@git.example.net/team/app.git"),
    ("user-at-https", "a user and no password", "https://git@github.com/team/app.git"),
    ("jdbc-oracle", "an address without login", "jdbc:oracle:thin:@//db.example.org:1521/trial"),
    ("jdbc-variables", "variables in an address", "jdbc:postgresql://db/trial?user=${DB_USER}&password=${DB_PASSWORD}"),
    ("redis-no-password", "an address without login", "redis://cache:6379/0?db=1&timeout=5"),
    ("template", "an address to be filled in", "postgresql://<user>:<password>@<host>/<database>"),
    ("ipv6", "an address with colons", "http://[2001:db8::7]:8080/a:b@c"),
    ("scoped", "a package with a scope", "https://npm.example.org/@scope:name/-/name-1.0.0.tgz"),
    ("port", "a port before an at sign", "https://registry.example.org:5000/app@sha256:0011223344556677"),
    ("stars", "a masked password", "postgresql://app:****@db.example.org/trial"),
    ("percent-s", "a pattern", "mysql://%s:%s@%s:%d/%s"),
)
"""(id, title, address)."""


def all_cases() -> list[Case]:
    """All of the above."""
    v = Values("forms of requests")
    script = "#!/bin/sh\nset -e\n{}\n"
    cases = []
    for place, table in (("URL", QUERIES), ("form data of curl", FORMS), ("header of curl", HEADERS)):
        topic = {"URL": "query string", "form data of curl": "form data", "header of curl": "header"}[place]
        for number, (name, command) in enumerate(table):
            value = v.word(20 + number % 3 * 6)
            cases.append(found(f"request-{topic.replace(' ', '-')}-{name}", "token or password", SHELL, script.format(command.format(value)), topic=topic, place=place))
            if number % 3 == 0:
                text = command.format("${API_TOKEN}").replace("'", '"')
                cases.append(clean(f"request-{topic.replace(' ', '-')}-{name}-variable", "a variable in a request", SHELL, script.format(text), topic="request", place=place))
    for number, (name, address) in enumerate(ADDRESSES):
        text = address.format(v.word(16))
        if number % 3:
            cases.append(found(f"request-address-{name}", "password in an address", "/app/settings.conf", f"retries = 3\nurl = {text}\n", topic="address", place="URL"))
        else:
            cases.append(found_in_config(f"request-address-{name}", "password in an address", "env", f"SERVICE_URL={text}", topic="address"))
    login = basic("app", v.password())
    cases.append(found("request-header-basic", "HTTP basic authentication", SHELL, script.format(f"curl -H 'Authorization: Basic {login}' https://api.example.org/"), topic="header", place="header of curl"))
    cases.append(found("request-header-python", "token in a header", "/app/get.py", f"import requests\n\nheaders = {{'X-Api-Key': '{v.word(32)}', 'Accept': 'text/csv'}}\n", topic="header", place="Python source"))
    cases.append(found("request-header-r", "token in a header", "/app/get.R", f'r <- httr::GET(url, httr::add_headers("X-Api-Key" = "{v.word(32)}"))\n', topic="header", place="R source"))
    cases.append(found("request-header-http", "token in a header", "/app/test.http", f"GET https://api.example.org/v1 HTTP/1.1\nAuthorization: Bearer {v.word(40)}\n", topic="header", place="its own file"))
    cases += [clean(f"request-{name}", title, SHELL, script.format(command), topic="request", place="shell script") for name, title, command in CLEAN]
    for number, (name, title, address) in enumerate(CLEAN_ADDRESSES):
        if number % 2:
            cases.append(clean(f"request-address-{name}", title, "/app/settings.conf", f"url = {address}\n", topic="address", place="URL"))
        else:
            cases.append(clean_config(f"request-address-{name}", title, "env", f"SERVICE_URL={address}", topic="address"))
    return cases
