"""Values that are written with escapes, and values at the very end of a file. A reader of the format sees one and the same password."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from urllib.parse import quote

from tests.labelled.credential.case import Case, clean, clean_config, found, found_in_config
from tests.labelled.credential.values import Values

ESCAPED: tuple[tuple[str, str, str, str], ...] = (
    ("json-ampersand", "JSON", "/app/a.json", '{{"db_password":"{0}\\u0026{1}"}}\n'),
    ("json-slash", "JSON", "/app/b.json", '{{"apiToken": "{0}\\/{1}"}}\n'),
    ("json-first", "JSON", "/app/c.json", '{{"password": "\\u003c{0}{1}"}}\n'),
    ("json-quote", "JSON", "/app/d.json", '{{"password": "{0}\\"{1}"}}\n'),
    ("json-backslash", "JSON", "/app/e.json", '{{"password": "{0}\\\\{1}"}}\n'),
    ("json-name", "JSON", "/app/f.json", '{{"db\\u005fpassword": "{0}{1}"}}\n'),
    ("json-all", "JSON", "/app/g.json", '{{"password": "\\u004b\\u0071{0}{1}"}}\n'),
    ("json-in-json", "JSON", "/app/h.json", '{{"settings": "{{\\"password\\":\\"{0}{1}\\"}}"}}\n'),
    ("json-in-json-twice", "JSON", "/app/i.json", '{{"a": "{{\\"b\\":\\"{{\\\\\\"token\\\\\\":\\\\\\"{0}{1}\\\\\\"}}\\"}}"}}\n'),
    ("json-in-python", "Python source", "/app/j.py", "settings = '{{\\'password\\': \\'{0}{1}\\'}}'\n"),
    ("yaml-ampersand", "YAML", "/app/a.yaml", 'db_password: "{0}\\u0026{1}"\n'),
    ("yaml-slash", "YAML", "/app/b.yaml", 'api_token: "{0}\\/{1}"\n'),
    ("yaml-hex", "YAML", "/app/c.yaml", 'password: "{0}\\x21{1}"\n'),
    ("yaml-quote", "YAML", "/app/d.yaml", "password: '{0}''{1}'\n"),
    ("yaml-hash", "YAML", "/app/e.yaml", 'password: "{0}#{1}"\n'),
    ("yaml-folded", "YAML", "/app/f.yaml", 'password: "{0}\\\n  {1}"\n'),
    ("properties-unicode", "properties", "/opt/app/a.properties", "db.password={0}\\u0026{1}\n"),
    ("properties-equal", "properties", "/opt/app/b.properties", "db.password={0}\\={1}\n"),
    ("properties-continued", "properties", "/opt/app/c.properties", "db.password={0}\\\n    {1}\n"),
    ("xml-entity", "XML", "/opt/app/a.xml", "<db><password>{0}&amp;{1}</password></db>\n"),
    ("xml-number", "XML", "/opt/app/b.xml", '<db password="{0}&#33;{1}"/>\n'),
    ("shell-single", "shell script", "/app/a.sh", "#!/bin/sh\nexport DB_PASSWORD='{0}'\"'\"'{1}'\n"),
    ("shell-backslash", "shell script", "/app/b.sh", "#!/bin/sh\nexport DB_PASSWORD={0}\\&{1}\n"),
    ("shell-joined", "shell script", "/app/c.sh", "#!/bin/sh\nexport DB_PASSWORD=\"{0}\"'{1}'\n"),
    ("shell-dollar", "shell script", "/app/d.sh", "#!/bin/bash\nexport DB_PASSWORD=$'{0}\\x26{1}'\n"),
    ("shell-continued", "shell script", "/app/e.sh", "#!/bin/sh\napp \\\n  --user app \\\n  --password \\\n  {0}{1}\n"),
    ("python-hex", "Python source", "/app/a.py", "db_password = '{0}\\x26{1}'\n"),
    ("python-joined", "Python source", "/app/b.py", "db_password = '{0}' '{1}'\n"),
    ("python-added", "Python source", "/app/c.py", "db_password = '{0}' + '{1}'\n"),
    ("python-lines", "Python source", "/app/d.py", "db_password = (\n    '{0}'\n    '{1}'\n)\n"),
    ("javascript-unicode", "JavaScript source", "/srv/a.js", "const dbPassword = '{0}\\u0026{1}';\n"),
    ("url-percent", "URL", "/app/a.env", "DATABASE_URL=postgresql://app:{0}%26{1}@db/trial\n"),
    ("url-percent-at", "URL", "/app/b.env", "DATABASE_URL=postgresql://app:{0}%40{1}@db/trial\n"),
    ("url-plus", "URL", "/app/a.conf", "query = user=app&password={0}+{1}\n"),
    ("toml-unicode", "TOML", "/app/a.toml", 'password = "{0}\\u0026{1}"\n'),
    ("dotenv-quotes", "env file", "/app/c.env", 'DB_PASSWORD="{0}\\"{1}"\n'),
    ("dotenv-dollar", "env file", "/app/d.env", "DB_PASSWORD={0}\\$\\${1}\n"),
    ("compose-dollar", "compose file", "/app/docker-compose.yml", "services:\n  db:\n    environment:\n      DB_PASSWORD: {0}$${1}\n"),
    ("sql-quote", "SQL", "/app/a.sql", "ALTER USER app PASSWORD '{0}''{1}';\n"),
)
"""(id, place, path, text with holes for the two halves of the value)."""

AT_THE_END: tuple[tuple[str, str, str, str], ...] = (
    ("yaml", "YAML", "/app/c.txt", "password: {}"),
    ("yaml-only", "YAML", "/app/only.yaml", "DB_PASSWORD: {}"),
    ("ini", "ini", "/opt/app/c.ini", "[db]\npassword = {}"),
    ("ini-tight", "ini", "/opt/app/d.ini", "[db]\npassword={}"),
    ("dotenv", "env file", "/app/.env", "API_TOKEN={}"),
    ("dotenv-lower", "env file", "/app/lower.env", "token={}"),
    ("properties", "properties", "/opt/app/d.properties", "client.secret={}"),
    ("shell", "shell script", "/app/f.sh", "#!/bin/sh\nexport DB_PASSWORD={}"),
    ("netrc", "its own file", "/root/.netrc", "machine data.example.org login app password {}"),
    ("pgpass", "its own file", "/root/.pgpass", "db:5432:trial:app:{}"),
    ("option", "shell script", "/app/g.sh", "#!/bin/sh\napp --password {}"),
    ("option-joined", "shell script", "/app/h.sh", "#!/bin/sh\napp --api-token={}"),
    ("url", "URL", "/app/url.txt", "https://api.example.org/x?api_key={}"),
    ("header", "header of curl", "/app/headers.txt", "X-Api-Key: {}"),
    ("bearer", "header of curl", "/app/authorization.txt", "Authorization: Bearer {}"),
    ("toml", "TOML", "/app/b.toml", 'token = "{}"'),
    ("csv", "CSV", "/app/users.csv", "user,password\nana,{}"),
    ("carriage-return", "ini", "/opt/app/e.ini", "[db]\r\npassword={}\r"),
    ("zero", "ini", "/opt/app/f.conf", "password={}\0"),
)
"""(id, place, path, text with a hole for the value) of files without a last line end."""

CLEAN: tuple[tuple[str, str, str, str, str], ...] = (
    ("json-words", "escaped words", "JSON", "/app/z.json", '{"password": "Password\\u2026", "token": "Jeton d\\u0027acc\\u00e8s"}\n'),
    ("json-variable", "an escaped template", "JSON", "/app/y.json", '{"password": "\\u003cpassword\\u003e", "token": "\\u0024{TOKEN}"}\n'),
    ("json-schema-in-json", "a schema inside JSON", "JSON", "/app/x.json", '{"schema": "{\\"password\\":{\\"type\\":\\"string\\"},\\"token\\":null}"}\n'),
    ("yaml-escaped", "an escaped template", "YAML", "/app/z.yaml", 'password: "\\x3cpassword\\x3e"\ntoken: "\\u0024\\u007bTOKEN\\u007d"\n'),
    ("xml-escaped", "an escaped template", "XML", "/opt/app/z.xml", "<db><password>&lt;password&gt;</password><token>&#36;{TOKEN}</token></db>\n"),
    ("url-escaped", "an escaped template", "URL", "/app/z.env", "DATABASE_URL=postgresql://%3Cuser%3E:%3Cpassword%3E@db/trial\n"),
    ("python-joined-names", "names put together", "Python source", "/app/z.py", "db_password = 'db' + '_' + 'password'\ntoken_name = 'to' 'ken'\n"),
    ("end-name", "a name at the end", "YAML", "/app/end.yaml", "user: app\npassword:"),
    ("end-equal", "a name at the end", "env file", "/app/end.env", "USER=app\nDB_PASSWORD="),
    ("end-option", "an option at the end", "shell script", "/app/end.sh", "#!/bin/sh\nexec app --password"),
    ("end-variable", "a variable at the end", "YAML", "/app/end2.yaml", "password: ${DB_PASSWORD}"),
    ("end-header", "a variable at the end", "header of curl", "/app/end3.txt", "Authorization: Bearer $TOKEN"),
)
"""(id, title, place, path, text)."""


def all_cases() -> list[Case]:
    """All of the above."""
    v = Values("escapes")
    cases = [found(f"escape-{name}", "password or token", path, text.format(v.word(10), v.word(10)), topic=f"escape: {name.partition('-')[0]}", place=place) for name, place, path, text in ESCAPED]
    cases += [found(f"end-{name}", "password or token", path, text.format(v.word(20)), topic="no last line end", place=place) for name, place, path, text in AT_THE_END]
    cases += [clean(f"escape-{name}", title, path, text, topic="escape", place=place) for name, title, place, path, text in CLEAN]
    inner = '{{"db_password":"{0}\\u0026{1}"}}'
    cases += [
        found_in_config("escape-json-label", "password", "labels", "org.example.settings=" + inner.format(v.word(10), v.word(10)), topic="escape: json"),
        found_in_config("escape-json-env", "password", "env", "SETTINGS=" + inner.format(v.word(10), v.word(10)), topic="escape: json"),
        found_in_config("escape-json-argument", "password", "cmd", "app --settings '" + inner.format(v.word(10), v.word(10)) + "'", topic="escape: json"),
        found_in_config("escape-quoted-env", "password", "env", f"APP_ARGS=--user 'app' --password '{v.word(20)}'", topic="escape: shell"),
        found_in_config("escape-shell-env", "password", "env", f"JAVA_OPTS=-Xmx1g -Ddb.password={v.word(20)}", topic="escape: shell"),
        found_in_config("escape-encoded-query", "password", "env", "CALLBACK=https://x.example.org/?next=" + quote(f"https://y.example.org/?password={v.word(20)}", safe=""), topic="escape: url"),
        found_in_config("escape-history-quoted", "password", "history", f"RUN /bin/sh -c printf '%s' \"DB_PASSWORD=\\\"{v.word(20)}\\\"\" > /app/.env # buildkit", topic="escape: shell"),
        clean_config("escape-json-label", "an escaped template", "labels", 'org.example.settings={"db_password":"\\u003cpassword\\u003e"}', topic="escape"),
        clean_config("escape-encoded-query", "an escaped template", "env", "CALLBACK=https://x.example.org/?next=https%3A%2F%2Fy.example.org%2F%3Fpassword%3D%24PASSWORD", topic="escape"),
    ]
    return cases
