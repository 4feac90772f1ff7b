"""What detectors have cried over in stock images, and its siblings: none of it is a credential."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import json

from tests.labelled.credential.case import Case, clean, clean_config
from tests.labelled.credential.values import BASE62, BASE64, BASE64URL, DIGITS, LOWER, UPPER, Values

START = "/usr/local/bin/docker-entrypoint.sh"


def databases() -> list[Case]:
    """The start scripts of databases."""
    texts = (
        ("no-password", "the word behind --no-password", 'docker_process_sql() {\n\tlocal query_runner=( psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc )\n\t"${query_runner[@]}" "$@"\n}\n'),
        ("no-password-short", "the word behind -w", 'psql -U "$POSTGRES_USER" -w -X -d "$POSTGRES_DB" -c "select 1"\n'),
        ("no-login-paths", "other words behind --no-", 'mysql --no-defaults --no-auto-rehash --skip-password --skip-column-names -e "select 1"\n'),
        ("protocol", "--protocol=socket", 'mysql=( mysql --protocol=socket -uroot -hlocalhost --socket="$SOCKET" )\nmysqladmin --protocol=socket shutdown\n'),
        ("protocol-tcp", "other long options with p", "mysqldump --port=3306 --plugin-dir=/usr/lib/mysql/plugin --pager=less --prompt=trial --protocol=tcp trial\n"),
        ("identified-variable", "IDENTIFIED BY a variable", "mysql <<-EOSQL\n\tCREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD' ;\n\tALTER USER 'root'@'localhost' IDENTIFIED BY '${MYSQL_ROOT_PASSWORD}' ;\nEOSQL\n"),
        ("identified-escaped", "IDENTIFIED BY a variable", 'echo "CREATE USER \'x\' IDENTIFIED BY \'"$PASSWORD"\'" | mysql\necho "SET PASSWORD FOR \'x\' = PASSWORD(\\"${PASSWORD}\\")" | mysql\n'),
        ("identified-double", "IDENTIFIED BY a variable", 'sqlplus / as sysdba <<EOF\nALTER USER sys IDENTIFIED BY "$ORACLE_PWD";\nALTER USER system IDENTIFIED BY "${ORACLE_PASSWORD_ESCAPED//\\"/}";\nEOF\n'),
        ("with-password-variable", "WITH PASSWORD a variable", "psql <<-EOSQL\n\tCREATE ROLE app WITH LOGIN ENCRYPTED PASSWORD :'password';\n\tALTER ROLE app PASSWORD '$APP_PASSWORD';\nEOSQL\n"),
        ("error-text", "an error that lists variables", "if [ -z \"$POSTGRES_PASSWORD\" ]; then\n\tcat >&2 <<-'EOE'\n\t\tError: Database is uninitialized and superuser password is not specified.\n\t\t       You must specify POSTGRES_PASSWORD to a non-empty value for the\n\t\t       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".\n\n\t\t       You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\".\n\tEOE\n\texit 1\nfi\n"),
        ("error-list", "an error that lists variables", "mysql_error $'Database is uninitialized and password option is not specified\\n    You need to specify one of the following as an environment variable:\\n    - MYSQL_ROOT_PASSWORD\\n    - MYSQL_ALLOW_EMPTY_PASSWORD\\n    - MYSQL_RANDOM_ROOT_PASSWORD'\n"),
        ("error-both", "an error that names two variables", "echo >&2 'error: both MONGO_INITDB_ROOT_PASSWORD and MONGO_INITDB_ROOT_PASSWORD_FILE are set (but are exclusive)'\necho >&2 'error: missing MONGO_INITDB_ROOT_USERNAME or MONGO_INITDB_ROOT_PASSWORD'\n"),
        ("file-env", "variables from files", "file_env 'POSTGRES_PASSWORD'\nfile_env 'MYSQL_ROOT_PASSWORD' \"$(cat /run/secrets/x)\"\nunset MYSQL_PASSWORD MYSQL_ROOT_PASSWORD\n"),
        ("generated", "a generated password", "MYSQL_ROOT_PASSWORD=\"$(pwgen --numerals --capitalize --symbols --remove-chars=\"'\\\\\" -1 32)\"\nexport MYSQL_ROOT_PASSWORD\nmysql_note \"GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD\"\n"),
        ("pwfile", "a password over a pipe", 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\\n" "$POSTGRES_PASSWORD") "$@"\n'),
        ("mongo-js", "variables in a script", "mongo <<-EOJS\n\tdb.createUser({\n\t\tuser: $(_js_escape \"$MONGO_USER\"),\n\t\tpwd: $(_js_escape \"$MONGO_PASSWORD\"),\n\t\troles: [ { role: 'root', db: 'admin' } ]\n\t})\nEOJS\n"),
        ("pgpassword-variable", "PGPASSWORD from a variable", 'PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}" psql --host="$HOST" "$@"\nexport MYSQL_PWD=$MYSQL_ROOT_PASSWORD\nREDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping\n'),
    )
    return [clean(f"alarm-database-{name}", title, START, "#!/usr/bin/env bash\nset -Eeo pipefail\n" + text, topic="alarm: databases", place="shell script") for name, title, text in texts]


def inside() -> list[Case]:
    """Tokens' beginnings inside longer words: a boundary is missing."""
    v = Values("alarms inside")
    t = "alarm: inside a longer word"
    icons = "".join(f'<link rel="icon" href="/static/favicon-ico-{v.hex(32)}.png">\n' for _ in range(3))
    entra = [f"{v.draw(BASE64URL, 200)}{v.draw(DIGITS, 1)}8Q~{v.draw(BASE64URL, 234)}" for _ in range(2)]
    nuget = v.draw(LOWER, 20) + "oy2" + v.draw(LOWER + "234567", 60)
    return [
        clean("alarm-ico", "icons named by a digest", "/srv/www/index.html", icons, "Infracost's keys begin with ico-", topic=t, place="HTML"),
        clean("alarm-ico-manifest", "icons named by a digest", "/srv/www/manifest.json", json.dumps({"icons": [{"src": f"/touch-ico-{v.hex(32)}.png", "sizes": "96x96"}]}), topic=t, place="JSON"),
        clean("alarm-ico-favico", "icons named by a digest", "/srv/www/page.html", f'<img src="favico-{v.hex(32)}.svg">\n', topic=t, place="HTML"),
        clean("alarm-entra-blob", "a longer encoded text", "/app/blob.txt", entra[0] + "\n", "Entra's secrets have 8Q~ in them", topic=t, place="list of names"),
        clean("alarm-entra-url", "a longer address", "/srv/www/links.html", f'<a href="https://x.example.org/?d={entra[1]}">x</a>\n', topic=t, place="HTML"),
        clean("alarm-nuget", "a longer word", "/app/words.txt", nuget + "\n", topic=t, place="list of names"),
        clean("alarm-sk-css", "names of classes", "/srv/www/a.css", "".join(f".ask-{v.hex(32)} .mask-{v.draw(BASE62, 48)}{{top:0}}\n" for _ in range(3)), topic=t, place="HTML"),
        clean("alarm-akia-base64", "a longer encoded text", "/app/picture.txt", v.draw(BASE64, 40) + "AKIA" + v.draw(UPPER, 16) + v.draw(BASE64, 60) + "\n", topic=t, place="list of names"),
        clean("alarm-hf-name", "a longer name", "/app/names2.txt", f"shf_{v.draw(UPPER + LOWER, 34)}\nhf_{v.draw(LOWER, 60)}\n", topic=t, place="list of names"),
        clean("alarm-r8-name", "a longer name", "/app/names3.txt", f"layer8_{v.draw(LOWER, 37)}\nconv_r8_{v.draw(LOWER, 50)}\n", topic=t, place="list of names"),
        clean("alarm-npm-hash", "a package's digest", "/app/bun.lock", f'["left-pad@1.3.0", "", {{}}, "sha512-{v.draw(BASE64, 86)}=="]\n', topic=t, place="JSON"),
        clean("alarm-uuid-key", "ids", "/app/ids.json", json.dumps({"apiVersion": "v1", "uid": v.uuid(), "resourceKey": "rows", "etag": f'W/"{v.hex(40)}"'}), topic=t, place="JSON"),
    ]


def documented() -> list[Case]:
    """Values that issuers print in their documentation, in one piece nowhere in this source."""
    t = "alarm: documented value"
    packages = "/usr/lib/python3/dist-packages"
    hook = "https://hooks.slack.com/services/" + "T00000000/B00000000/" + "X" * 24
    return [
        clean("alarm-slack-hook", "Slack's documented webhook", f"{packages}/airflow/providers/slack/hooks/slack_webhook.py", f'"""Sends to a webhook.\n\n    {hook}\n"""\n', topic=t, place="Python source"),
        clean("alarm-slack-hook-project", "Slack's documented webhook", "/app/notify.sh", f"#!/bin/sh\n# curl -d @x {hook}\nexec /app/run\n", topic=t, place="comment"),
        clean("alarm-slack-bot", "Slack's documented token", f"{packages}/slack_sdk/web/client.py", f'client = WebClient(token="xoxb-{"1234" * 3}-{"1234" * 3}-{"x" * 24}")\n', topic=t, place="Python source"),
        clean("alarm-slack-words", "Slack's documented token", "/app/README.md", "export SLACK_BOT_TOKEN=xoxb-" + "not-a-real-token\nexport SLACK_APP_TOKEN=xapp-" + "1-your-app-token\n", topic=t, place="README"),
        clean("alarm-mongodb", "MongoDB's documented address", f"{packages}/pymongo/uri_parser.py", '"""Parses addresses such as\n\n    mongodb://myDBReader:D1fficultP%40ssw0rd@' + 'mongodb0.example.com:27017/?authSource=admin\n"""\n', "it stands in MongoDB's manual, connection strings", topic=t, place="Python source"),
        clean("alarm-mongodb-srv", "MongoDB's documented address", "/usr/lib/node_modules/mongodb/README.md", "const uri = 'mongodb+srv://<username>:<password>@<cluster-url>?retryWrites=true';\n", topic=t, place="README"),
        clean("alarm-twilio", "Twilio's documented account", f"{packages}/twilio/rest/__init__.py", "client = Client('AC" + "X" * 32 + "', 'your_auth_token')\n", topic=t, place="Python source"),
        clean("alarm-stripe-docs", "Stripe's documented key", f"{packages}/stripe/__init__.py", "# stripe.api_key = 'sk_" + "test_" + "BQokikJOvBiI2HlWgH4olfQ2'\n", "it stood in Stripe's documentation for years", topic=t, place="Python source", arguable=True),
        clean("alarm-azurite", "the storage emulator's account", f"{packages}/azure/storage/blob/_shared/base_client.py", "DEV_ACCOUNT_NAME = 'devstoreaccount1'\nDEV_ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6" + "tq/K1SZFPTOtr/KBHBeksoGMGw=='\n", "documented by Microsoft; the same in every emulator", topic=t, place="Python source", may_warn=True),
        clean("alarm-minio", "MinIO's documented account", "/usr/share/doc/minio/README.md", "mc alias set play https://play.min.io Q3AM3UQ867SPQQA43P2F " + "zuf+tfteSlswRu7BJ86wekitnifILbZam1KYY3TG\n", "the account of the public playground", topic=t, place="README", may_warn=True, arguable=True),
        clean("alarm-sqlalchemy", "an example of documentation", f"{packages}/sqlalchemy/engine/create.py", '"""Connects.\n\n    engine = create_engine("postgresql+psycopg2://scott:tiger@localhost/test")\n"""\n', "SQLAlchemy's example: loopback, and a published password", topic=t, place="Python source", may_warn=True),
        clean("alarm-celery", "an example of documentation", f"{packages}/celery/app/base.py", '"""Broker.\n\n    app = Celery(broker="amqp://guest:guest@localhost//")\n"""\n', topic=t, place="Python source", may_warn=True),
        clean("alarm-requests", "an example of documentation", f"{packages}/requests/auth.py", '"""Basic.\n\n    requests.get("https://user:pass@example.org/", auth=("user", "pass"))\n"""\n', topic=t, place="Python source"),
    ]


def templates() -> list[Case]:
    """Templates of other sorts, and names in code and pages."""
    v = Values("alarms templates")
    t = "alarm: template or name"
    firebase = "AIza" + "Sy" + v.draw(BASE64URL, 33)
    page = f'<script>\nfirebase.initializeApp({{apiKey: "{firebase}", authDomain: "trial.firebaseapp.com", projectId: "trial"}});\n</script>\n'
    return [
        clean("alarm-brace-single", "a template in braces", "/app/templates/db.ini", "user={DbUser}\npassword={DbPassword}\ntoken={Token}\n", topic=t, place="ini"),
        clean("alarm-brace-url", "a template in braces", "/app/urls.py", "URL = 'postgresql://{user}:{password}@{host}/{name}'\nAPI = 'https://{token}@git.example.org/'\n", topic=t, place="Python source"),
        clean("alarm-brace-json", "a template in braces", "/app/template.json", '{"password": "{Password}", "apiKey": "{apiKey}", "token": "{0}"}\n', topic=t, place="JSON"),
        clean("alarm-brace-csharp", "a template in braces", "/src/Url.cs", 'var url = $"https://{user}:{password}@{host}/";\nvar c = string.Format("Password={0};Token={1}", p, t);\n', topic=t, place="C# source"),
        clean("alarm-brace-header", "a template in braces", "/app/openapi.http", "Authorization: Bearer {accessToken}\nX-Api-Key: {apiKey}\n", topic=t, place="its own file"),
        clean("alarm-selector", "a selector of a page", "/srv/www/app.js", "$('#add-password').on('click', f);\n$('#token').val('');\nconst password = '#add-password';\nconst token = '.token-field';\n", topic=t, place="JavaScript source"),
        clean("alarm-selector-css", "selectors of a style sheet", "/srv/www/forms.css", "#add-password{margin:0}\n#api-key:hover{color:red}\nlabel[for=password]::after{content:':'}\n", topic=t, place="HTML"),
        clean("alarm-anchor", "anchors of a page", "/srv/www/help.html", '<a href="#reset-password">Password</a> <a href="#api-token">Token</a> <input id="password" value="">\n', topic=t, place="HTML"),
        clean("alarm-route", "routes", "/app/routes.py", "PASSWORD = '/account/password/reset'\ntoken = 'auth/token/refresh'\nsecret_url = '/secrets/list'\n", topic=t, place="Python source"),
        clean("alarm-i18n", "texts of a page", "/srv/www/en.json", json.dumps({"password": "New password", "token": "Access token", "api_key": "API key", "secret": "Shared secret (optional)"}), topic=t, place="JSON"),
        clean("alarm-firebase", "a key of a web page", "/srv/www/firebase.html", page, "Firebase's web keys are made to be public", topic=t, place="HTML", may_warn=True, arguable=True),
        clean("alarm-chrome", "a key of Chromium", "/usr/lib/chromium/chrome_paths.txt", "google_default_client_id=77185425430.apps.googleusercontent.com\ngoogle_api_key=no_api_key\n", topic=t, place="its own file"),
        clean("alarm-entropy", "names without a secret", "/app/hash.py", f"sha256 = '{v.hex(64)}'\nexpected_md5 = '{v.hex(32)}'\ncommit = '{v.hex(40)}'\n", topic=t, place="Python source"),
        clean("alarm-test-name", "words of tests", "/app/tests/test_login.py", "def test_wrong_password(client):\n    client.post('/login', data={'password': 'wrong'})\n    assert 'token' not in client.cookies\n", topic=t, place="Python source"),
        clean("alarm-r-secret", "a package's function", "/usr/lib/R/site-library/gargle/R/secret.R", "secret_encrypt_json <- function(json, path = NULL, key) {\n  key <- as_key(key)\n  token <- NULL\n}\n", topic=t, place="R source"),
        clean("alarm-jupyter-token", "a setting's description", "/usr/lib/python3/dist-packages/jupyter_server/auth/identity.py", 'token = Unicode(\n    "<generated>",\n    help="""Token used for authenticating first-time connections.\n\n    Only used when no password is enabled.""",\n)\nhashed_password = Unicode("")\n', topic=t, place="Python source"),
        clean_config("alarm-no-password", "the word behind --no-password", "healthcheck", "psql --no-password --no-psqlrc -U postgres -c 'select 1'", topic="alarm: databases"),
        clean_config("alarm-protocol", "--protocol=socket", "healthcheck", "mysqladmin --protocol=socket ping", topic="alarm: databases"),
        clean_config("alarm-identified", "IDENTIFIED BY a variable", "history", "RUN /bin/sh -c echo \"ALTER USER root IDENTIFIED BY '$MYSQL_ROOT_PASSWORD'\" > /init.sql # buildkit", topic="alarm: databases"),
        clean_config("alarm-auth-method", "a way to log in", "env", "POSTGRES_HOST_AUTH_METHOD=trust", topic="alarm: databases"),
        clean_config("alarm-gosu", "a fingerprint", "history", f"RUN /bin/sh -c set -eux; key='{v.hex(40).upper()}'; gpg --batch --keyserver keyserver.ubuntu.com --recv-keys \"$key\" # buildkit", topic="alarm: databases"),
        clean_config("alarm-gpg-keys", "fingerprints", "env", "GPG_KEYS=" + " ".join(v.hex(40).upper() for _ in range(3)), topic="alarm: databases"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return databases() + inside() + documented() + templates()
