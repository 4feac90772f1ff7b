"""Credentials in an image's config, and what looks like them there."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential.case import Case, clean_config, found_in_config
from tests.labelled.credential.values import BASE64, LOWER, UPPER, Values, aws_key_id, github, jwt


def positives() -> list[Case]:
    """Credentials."""
    v = Values("config")
    url = f"https://build:{v.password()}@git.example.org/private.git"
    return [
        found_in_config("env-github", "GitHub token", "env", "GITHUB_TOKEN=" + github(v, "ghp_")),
        found_in_config("env-aws", "AWS secret access key", "env", "AWS_SECRET_ACCESS_KEY=" + v.draw(BASE64, 40)),
        found_in_config("env-hf", "Hugging Face token", "env", "HF_TOKEN=hf_" + v.draw(UPPER + LOWER, 34)),
        found_in_config("env-database", "PostgreSQL password", "env", f"DATABASE_URL=postgres://app:{v.password()}@db/app"),
        found_in_config("env-password", "password", "env", "RSTUDIO_PASSWORD=" + v.password()),
        found_in_config("env-wandb", "Weights & Biases key", "env", "WANDB_API_KEY=" + v.hex(40)),
        found_in_config("env-proxy", "proxy password", "env", f"https_proxy=http://svc:{v.password()}@proxy.example.org:3128"),
        found_in_config("env-openai", "OpenAI key", "env", f"OPENAI_API_KEY=sk-{v.word(20)}T3BlbkFJ{v.word(20)}"),
        found_in_config("env-pip-index", "package index password", "env", f"PIP_EXTRA_INDEX_URL=https://ci:{v.password(20)}@packages.example.org/simple"),
        found_in_config("env-jwt", "JSON Web Token", "env", "SESSION=" + jwt(v, {"sub": "1", "exp": 2029920000})),
        found_in_config("env-datadog", "Datadog key", "env", "DD_API_KEY=" + v.hex(32)),
        found_in_config("env-wls", "Gurobi WLS secret", "env", "GRB_WLSSECRET=" + v.uuid()),
        found_in_config("env-django", "Django secret key", "env", "DJANGO_SECRET_KEY=" + v.word(50)),
        found_in_config("label-token", "GitLab token", "labels", "org.example.deploy-token=glpat-" + v.url(20)),
        found_in_config("label-url", "password in a URL", "labels", f"org.opencontainers.image.source={url}"),
        found_in_config("cmd-flag", "password on the command line", "cmd", f"mysqld-exporter --user=root --password={v.password()}"),
        found_in_config("cmd-jupyter", "Jupyter token", "cmd", f"jupyter lab --ip=0.0.0.0 --NotebookApp.token={v.hex(48)}"),
        found_in_config("cmd-shell", "Anthropic key", "cmd", f"/bin/sh -c 'ANTHROPIC_API_KEY=sk-ant-api03-{v.url(93)}AA exec python /app/main.py'"),
        found_in_config("entrypoint-header", "bearer token", "entrypoint", f"curl -H 'Authorization: Bearer {github(v, 'ghs_')}' https://api.example.org/run"),
        found_in_config("entrypoint-redis", "Redis password", "entrypoint", f"redis-server --requirepass {v.password(20)}"),
        found_in_config("healthcheck", "HTTP basic authentication", "healthcheck", f"curl -fsS -u admin:{v.password()} http://localhost:8080/health || exit 1"),
        found_in_config("healthcheck-mysql", "MySQL password", "healthcheck", f"mysqladmin ping -uroot -p{v.word(16)}"),
        found_in_config("onbuild", "npm token", "on_build", f"RUN npm config set //npm.example.org/:_authToken {github(v, 'npm_')}"),
        found_in_config("onbuild-env", "password", "on_build", "ENV DB_PASSWORD=" + v.password()),
        found_in_config("history-build-arg", "GitHub token", "history", f"|1 GITHUB_TOKEN={github(v, 'ghp_')} /bin/sh -c pip install git+https://$GITHUB_TOKEN@github.com/example/private.git"),
        found_in_config("history-build-args", "password", "history", f"|3 VERSION=1.2.0 NEXUS_PASSWORD={v.password()} USER=ci /bin/sh -c ./fetch.sh # buildkit"),
        found_in_config("history-arg", "npm token", "history", "ARG NPM_TOKEN=" + github(v, "npm_")),
        found_in_config("history-clone", "password in a URL", "history", f"RUN /bin/sh -c git clone {url} /app # buildkit"),
        found_in_config("history-wget", "password on the command line", "history", f"/bin/sh -c wget --user=study --password={v.password()} https://data.example.org/x.tgz"),
        found_in_config("history-chpasswd", "root's password", "history", f"RUN /bin/sh -c echo 'root:{v.password()}' | chpasswd # buildkit"),
        found_in_config("history-aws", "AWS key pair", "history", f"|2 AWS_ACCESS_KEY_ID={aws_key_id(v)} AWS_SECRET_ACCESS_KEY={v.draw(BASE64, 40)} /bin/sh -c aws s3 cp s3://bucket/x /x"),
        found_in_config("history-env", "Redis password", "history", f"ENV REDIS_PASSWORD={v.password()}"),
        found_in_config("history-env-old", "password", "history", f"/bin/sh -c #(nop)  ENV ADMIN_PASSWORD={v.password()}"),
        found_in_config("env-default-password", "weak but set password", "env", "POSTGRES_PASSWORD=" + "post" + "gres", "a default that lets everyone in", arguable=True),
    ]


def negatives() -> list[Case]:
    """What is none."""
    v = Values("clean config")
    return [
        clean_config("env-path", "the usual PATH", "env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        clean_config("env-gpg-key", "fingerprint of a signing key (python images)", "env", "GPG_KEY=" + v.hex(40).upper(), "public: whose signature the build verified"),
        clean_config("env-sha256", "checksum of a download", "env", "PYTHON_GET_PIP_SHA256=" + v.hex(64)),
        clean_config("env-empty", "empty password", "env", "MYSQL_ROOT_PASSWORD="),
        clean_config("env-file", "where the secret will be", "env", "POSTGRES_PASSWORD_FILE=/run/secrets/db"),
        clean_config("env-allow", "a switch", "env", "MYSQL_ALLOW_EMPTY_PASSWORD=yes"),
        clean_config("env-placeholder", "placeholder", "env", "API_KEY=changeme", "a word that stands for a value to be set", may_warn=True),
        clean_config("env-token-url", "address that gives tokens", "env", "TOKEN_URL=https://login.example.org/oauth2/token"),
        clean_config("env-tokenizers", "a switch of tokenizers", "env", "TOKENIZERS_PARALLELISM=false"),
        clean_config("env-nvidia", "driver requirement", "env", "NVIDIA_REQUIRE_CUDA=cuda>=12.2 brand=tesla,driver>=470,driver<471"),
        clean_config("env-commit", "a commit", "env", "GIT_COMMIT=" + v.hex(40)),
        clean_config("env-key-path", "path of a key", "env", "SSL_KEY_FILE=/etc/ssl/private/server.key"),
        clean_config("env-digest", "digest of a base image", "env", "BASE_DIGEST=sha256:" + v.hex(64)),
        clean_config("env-public-url", "URL without user", "env", "CRAN=https://packages.example.org/cran/latest"),
        clean_config("env-disable", "a switch", "env", "DISABLE_AUTH=true"),
        clean_config("env-max-tokens", "a number of tokens", "env", "MAX_TOKENS=4096"),
        clean_config("label-revision", "revision", "labels", "org.opencontainers.image.revision=" + v.hex(40)),
        clean_config("label-digest", "digest of the base", "labels", "org.opencontainers.image.base.digest=sha256:" + v.hex(64)),
        clean_config("label-source", "source", "labels", "org.opencontainers.image.source=https://github.com/example/app"),
        clean_config("label-mail", "maintainer", "labels", "maintainer=Jane Doe <jane@example.org>"),
        clean_config("cmd-password-file", "password from a file", "cmd", "server --password-file /safe_data/password"),
        clean_config("cmd-variable", "password from the environment", "cmd", "/bin/sh -c 'exec server --password=\"$DB_PASSWORD\"'"),
        clean_config("cmd-no-token", "no token (open server)", "cmd", "jupyter lab --ip=0.0.0.0 --NotebookApp.token="),
        clean_config("entrypoint-plain", "a program", "entrypoint", "/usr/bin/tini -- /app/run.sh --token-file /safe_data/token"),
        clean_config("healthcheck-plain", "a check", "healthcheck", "curl -fsS http://localhost:8080/health || exit 1"),
        clean_config("healthcheck-variable", "a check with a variable", "healthcheck", 'mysqladmin ping -uroot -p"$MYSQL_ROOT_PASSWORD"'),
        clean_config("history-secret-mount", "the right way: a secret mount", "history", "RUN --mount=type=secret,id=github_token /bin/sh -c GITHUB_TOKEN=$(cat /run/secrets/github_token) ./fetch.sh # buildkit"),
        clean_config("history-arg", "an argument without value", "history", "ARG GITHUB_TOKEN"),
        clean_config("history-empty-arg", "an argument left empty", "history", "|2 GITHUB_TOKEN= VERSION=1.0 /bin/sh -c ./build.sh # buildkit"),
        clean_config("history-copy", "checksums of BuildKit", "history", f"/bin/sh -c #(nop) COPY dir:{v.hex(64)} in /app "),
        clean_config("history-add", "checksum of a base", "history", f"/bin/sh -c #(nop) ADD file:{v.hex(64)} in / "),
        clean_config("history-sha", "verifying a download", "history", f'RUN /bin/sh -c echo "{v.hex(64)}  tini" | sha256sum -c - # buildkit'),
        clean_config("history-gpg", "receiving a public key", "history", f"RUN /bin/sh -c gpg --batch --keyserver hkps://keys.example.org --recv-keys {v.hex(40).upper()} # buildkit"),
        clean_config("history-useradd", "a user without password", "history", "RUN /bin/sh -c adduser --disabled-password --gecos '' app # buildkit"),
        clean_config("onbuild-copy", "a copy", "on_build", "COPY requirements.txt /app/"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return positives() + negatives()
