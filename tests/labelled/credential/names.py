"""Names of variables that say what their value is, in each way of joining words, and names that only look so."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential.case import Case, clean, clean_config, found, found_in_config
from tests.labelled.credential.values import Values

WORDS = (
    "password", "passwd", "pass", "pw", "pwd", "passphrase", "secret", "token", "pat", "api key", "access key", "signing key",
    "encryption key", "master key", "private key", "secret key", "auth key", "credentials", "basic auth",
)
"""What such a name ends in."""
BEFORE = ("trial", "db", "mysql root", "smtp", "jwt", "study data")
"""What stands before it."""
PAIRED = frozenset({"credentials", "basic auth"})
"""Whose value is a user and a password."""


def snake(words: str) -> str:
    """``trial_api_key``."""
    return words.replace(" ", "_")


def upper(words: str) -> str:
    """``TRIAL_API_KEY``."""
    return snake(words).upper()


def dashed(words: str) -> str:
    """``trial-api-key``."""
    return words.replace(" ", "-")


def dotted(words: str) -> str:
    """``trial.api.key``."""
    return words.replace(" ", ".")


def camel(words: str) -> str:
    """``trialApiKey``."""
    first, *rest = words.split()
    return first + "".join(word.title() for word in rest)


def pascal(words: str) -> str:
    """``TrialApiKey``."""
    return words.title().replace(" ", "")


STYLES = (
    ("upper", upper, "env file", "/app/.env", "MODE=batch\n{}={}\n"),
    ("snake", snake, "Python source", "/app/settings.py", "MODE = 'batch'\n{} = '{}'\n"),
    ("dashed", dashed, "YAML", "/app/values.yaml", "mode: batch\n{}: {}\n"),
    ("dotted", dotted, "properties", "/opt/app/application.properties", "server.port=8080\n{}={}\n"),
    ("camel", camel, "JSON", "/app/settings.json", '{{"mode": "batch", "{}": "{}"}}\n'),
    ("pascal", pascal, "ini", "/opt/app/app.ini", "[app]\nMode = batch\n{} = {}\n"),
)
"""(id, how words are joined, place, path, text with holes for name and value)."""

OTHERS: tuple[tuple[str, str], ...] = (
    ("working-directory", "PWD=/app\nOLDPWD=/root\n"),
    ("file", "DB_PASSWORD_FILE=/run/secrets/db\nTOKEN_PATH=/run/secrets/token\nSECRET_DIR=/run/secrets\nSSH_KEY_FILE=/root/.ssh/id_ed25519\n"),
    ("address", "TOKEN_ENDPOINT=https://login.example.org/oauth2/v2.0/token\nPASSWORD_RESET_URL=https://login.example.org/reset\n"),
    ("counts", "PASS_COUNT=3\nMAX_NEW_TOKENS=4096\nSECRET_LENGTH=32\nPASSWORD_MIN_LENGTH=12\nTOKEN_EXPIRY_SECONDS=3600\n"),
    ("switches", "REQUIRE_PASSWORD=true\nUSE_TOKEN=no\nALLOW_EMPTY_PASSWORD=yes\nHIDE_SECRET=on\nBASIC_AUTH=false\nBYPASS=true\n"),
    ("kinds", "TOKEN_TYPE=bearer\nPASSWORD_HASHER=argon2\nKEY_ALGORITHM=RS256\nSECRET_BACKEND=vault-on-site-2\n"),
    ("names", "API_KEY_HEADER=X-Api-Key\nSECRET_NAME=db-credentials-2024\nTOKEN_COOKIE_NAME=session_token\nPASSWORD_FIELD=user_password\n"),
    ("keys", "SORT_KEY=created_at\nPRIMARY_KEY=patient_id\nPARTITION_KEY=site_2024\nFOREIGN_KEY=visit_identifier\nHOT_KEY=ctrl-alt-k\n"),
    ("public", "PUBLIC_KEY=ssh-ed25519\nKEY_ID=2024-05-rotation\nACCESS_KEY_ID_NAME=loader-1\nCLIENT_ID=trial-loader-2024\n"),
    ("words", "COMPASS=north-by-north-west\nPATH_PATTERN=/safe_data/*.csv\nKEYBOARD=gb-extd\nTOKENIZER=bert-base-uncased\n"),
    ("passes", "TESTS_PASS=yes\nLOW_PASS=0.25\nHIGH_PASS=40.5\nSECOND_PASS=enabled\n"),
    ("null", "DB_PASSWORD=\nAPI_TOKEN=null\nSECRET=none\nPASSPHRASE=nil\nAUTH_KEY=undefined\n"),
)
"""(id, settings whose names look like those of credentials)."""

CODE: tuple[tuple[str, str, str], ...] = (
    ("plot", "/app/plot.R", "barplot(x, pw = 12, pass = 2)\npar(key = 'topleft', pat = 3)\nggsave('a.pdf', width = 7)\n"),
    ("pattern", "/app/pat.py", "pat = r'\\d{4}-\\d{2}-\\d{2}'\npats = {'date': pat}\nlow_pass = 'butterworth'\nband_pass = [0.5, 40]\n"),
    ("sections", "/app/pass.py", "first_pass = 'count the words of each document'\nsecond_pass = \"merge the counts\"\npassing = 'ok'\n"),
    ("json-fields", "/app/columns.json", '{"primaryKey": "patientId", "sortKey": "createdAt", "tokenType": "bearer", "passRate": 0.93, "secretary": "J. Doe-Smith"}\n'),
    ("yaml-fields", "/app/fields.yaml", "partition-key: site-2024\nsecret-name: db-credentials\nprivate-key-path: /etc/ssl/private/app.key\ntoken-lifetime: 3600s\npassword-policy: strong\n"),
    ("properties-messages", "/opt/app/messages.properties", "error.password=Wrong password, try again.\nlabel.token=Token (see your profile)\nhint.secret=Keep it secret!\n"),
    ("java-bean", "/src/Bean.java", 'String passwordEncoderBeanName = "delegatingPasswordEncoder";\nString tokenStore = "jdbcTokenStore2";\nString accessKeyHeader = "X-Access-Key";\n'),
    ("css", "/srv/www/a.css", ".password{color:red}\n#add-password{display:none}\ninput[name=token]{width:20em}\n.secret-key::before{content:\"key\"}\n"),
)
"""(id, path, source whose names look like those of credentials)."""


def all_cases() -> list[Case]:
    """Each word joined in two styles, and one more time in the Env; then the other names."""
    v = Values("names")
    cases = []
    for number, word in enumerate(WORDS):
        words = f"{BEFORE[number % len(BEFORE)]} {word}"
        for style, join, place, path, text in (STYLES[number % 6], STYLES[(number + 2) % 6], STYLES[(number + 3) % 6]):
            value = _value(v, word, number)
            cases.append(found(f"name-{word.replace(' ', '-')}-{style}", word, path, text.format(join(words), value), topic=f"name: {word}", place=place))
        style, join = (("upper", upper), ("camel", camel), ("dotted", dotted))[number % 3]
        cases.append(found_in_config(f"name-{word.replace(' ', '-')}-{style}", word, "env", f"{join(words)}={_value(v, word, number)}", topic=f"name: {word}"))
    cases.append(found_in_config("name-alone-lower", "password", "env", "password=" + v.word(20), topic="name: password"))
    cases.append(found_in_config("name-alone-upper", "password", "env", "PASSWORD=" + v.word(20), topic="name: password"))
    cases.append(found_in_config("name-label-key", "password", "labels", "db.password=" + v.word(20), topic="name: password"))
    cases.append(found_in_config("name-label-camel", "client secret", "labels", "org.example.clientSecret=" + v.word(24), topic="name: secret"))
    cases += [clean(f"name-{name}", f"names: {text.partition('=')[0]} and its like", "/app/.env", text, topic="other names", place="env file") for name, text in OTHERS]
    cases += [clean(f"name-code-{name}", "names in source", path, text, topic="other names", place="source") for name, path, text in CODE]
    for name, text in OTHERS:
        cases += [clean_config(f"name-{name}-{number}", f"the name {line.partition('=')[0]}", "env", line, topic="other names") for number, line in enumerate(text.splitlines()[:2], 1)]
    return cases


def _value(v: Values, word: str, number: int) -> str:
    value = v.word(20 + number % 4 * 4)
    return f"loader:{value}" if word in PAIRED else value
