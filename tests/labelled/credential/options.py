"""Credentials on command lines: options of one and two words, standard input, settings of one command."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential.case import Case, Field, clean, clean_config, found, found_in_config
from tests.labelled.credential.values import Values

OPTIONS: tuple[tuple[str, str], ...] = (
    ("two-words", "app --password {}"),
    ("one-word", "app --password={}"),
    ("prefix", "app --mysql-root-password={}"),
    ("prefix-two-words", "app --db-admin-password {} --verbose"),
    ("pass", "app --pass {}"),
    ("passwd", "app --redis-passwd={}"),
    ("pwd", "app --pwd {}"),
    ("passphrase", "gpg --batch --passphrase {} -d x.gpg"),
    ("token", "app --token {}"),
    ("token-prefix", "app --gitlab-token={}"),
    ("secret", "app --client-secret {}"),
    ("secret-prefix", "app --oauth2-proxy-client-secret={}"),
    ("api-key", "app --api-key {}"),
    ("api-key-joined", "app --apikey={}"),
    ("access-key", "app --aws-secret-access-key={}"),
    ("camel", "app --dbPassword={}"),
    ("snake", "app --admin_password={}"),
    ("dotted", "app --spring.datasource.password={}"),
    ("one-hyphen", "app -password {}"),
    ("one-hyphen-joined", "app -token={}"),
    ("java-property", "java -Dspring.datasource.password={} -jar app.jar"),
    ("java-keystore", "java -Djavax.net.ssl.keyStorePassword={} -jar app.jar"),
    ("java-api-key", "java -Dapp.apiKey={} -jar app.jar"),
    ("maven", "mvn deploy -Dpassword={}"),
    ("basic-auth", "prometheus --web.basic-auth loader:{}"),
    ("requirepass", "redis-server --requirepass {}"),
    ("mysql", "mysql -u root -p{} trial"),
    ("mongo", "mongosh -u loader -p {} mongodb://db/trial"),
    ("redis-cli", "redis-cli -h cache -a {} ping"),
    ("docker-login", "docker login -u loader -p {} registry.example.org"),
    ("sshpass", "sshpass -p {} ssh loader@files.example.org"),
    ("openssl", "openssl rsa -in a.pem -passin pass:{} -out b.pem"),
    ("keytool", "keytool -importkeystore -srckeystore a.p12 -srcstorepass {} -destkeystore b.jks"),
    ("ldapsearch", "ldapsearch -x -D cn=loader,dc=example,dc=org -w {} -b dc=example,dc=org"),
    ("smbclient", "smbclient //files/share -U loader%{} -c ls"),
    ("mount", "mount -t cifs //files/share /mnt -o username=loader,password={}"),
    ("sqlplus", "sqlplus loader/{}@//db:1521/trial @load.sql"),
    ("sqlcmd", "sqlcmd -S db -U loader -P {} -i load.sql"),
    ("psql-string", "psql 'host=db user=loader password={} dbname=trial' -f load.sql"),
    ("pgpassword", "env PGPASSWORD={} psql -h db -U loader trial"),
    ("lftp", "lftp -u loader,{} sftp://files.example.org"),
    ("unzip", "unzip -P {} data.zip"),
    ("seven-zip", "7z x -p{} data.7z"),
    ("htpasswd", "htpasswd -b -c /etc/nginx/.htpasswd loader {}"),
    ("dx", "dx login --token {} --noprojects"),
    ("helm-set", "helm install app ./chart --set auth.rootPassword={}"),
    ("kubectl-literal", "kubectl create secret generic db --from-literal=password={}"),
    ("az", "az login --service-principal -u 11111111-2222-3333-4444-555555555555 -p {} --tenant example"),
    ("jupyter", "jupyter lab --ServerApp.token={}"),
    ("jupyter-identity", "jupyter lab --IdentityProvider.token {}"),
    ("git-config", "git config --global http.extraheader 'PRIVATE-TOKEN: {}'"),
    ("pip", "pip install --extra-index-url https://ci:{}@packages.example.org/simple app"),
    ("conda", "conda config --add channels https://conda.example.org/t/{}/private"),
    ("r-remotes", "Rscript -e 'remotes::install_github(\"team/app\", auth_token = \"{}\")'"),
    ("echo-stdin", "sh -c 'echo {} | passwd --stdin loader'"),
    ("echo-chpasswd", "sh -c 'echo loader:{} | chpasswd'"),
    ("printf-sudo", "sh -c 'printf \"%s\\n\" {} | sudo -S apt-get update'"),
    ("echo-login", "sh -c 'echo \"{}\" | docker login -u loader --password-stdin registry.example.org'"),
    ("useradd", "useradd -p {} loader"),
    ("here-string", "bash -c 'kinit loader <<< {}'"),
    ("expect", "expect -c 'spawn ssh files; expect \"assword:\"; send \"{}\\r\"'"),
)
"""(id, command with a hole for the value)."""

FIELDS: tuple[Field, ...] = ("cmd", "entrypoint", "healthcheck", "history", "on_build")

CLEAN: tuple[tuple[str, str, str], ...] = (
    ("no-password", "the word behind --no-password", "psql --no-password --no-psqlrc -h db -c 'select 1'"),
    ("no-token", "the word behind --no-token", "app --no-token --no-cache-of-results --verbose-output2"),
    ("no-secret", "the word behind --no-secret", "app --no-secret --output-directory-2"),
    ("file", "files", "app --password-file /run/secrets/db --token-file=/run/secrets/token --key-file /etc/ssl/app.key"),
    ("stdin", "standard input", "docker login -u loader --password-stdin registry.example.org"),
    ("variable", "variables", "app --password $DB_PASSWORD --token=${TOKEN} --api-key \"$API_KEY\""),
    ("last", "nothing behind it", "app --verbose --password"),
    ("next-option", "an option behind it", "app --password --username loader-of-trial-data"),
    ("empty", "an empty value", "jupyter lab --NotebookApp.token= --NotebookApp.password="),
    ("empty-quoted", "an empty value", "jupyter lab --ServerApp.token='' --ServerApp.password=''"),
    ("prompt", "a prompt", "mysql -u root -p trial"),
    ("protocol", "a protocol of mysql", "mysql --protocol=socket -uroot -hlocalhost --socket=/run/mysqld/mysqld.sock"),
    ("port", "ports and paths", "mysqld -P 3306 -p /run/x.pid --plugin-dir=/usr/lib/mysql/plugin --pid-file=/run/mysqld/mysqld.pid"),
    ("print", "other options with p", "perl -pe 's/a/b/' x && mkdir -p /data/output-of-trial-2 && cp -pr /a /b && tar -pxf x.tar"),
    ("user-token", "names of tokens", "app --token-type bearer --token-name loader-2024 --secret-name db-credentials-2 --key-id rotation-2024"),
    ("java-file", "files in properties", "java -Djavax.net.ssl.keyStore=/etc/app.jks -Dpassword.file=/run/secrets/db -Dtoken.lifetime=3600s -jar app.jar"),
    ("openssl-file", "a password from a file", "openssl rsa -in a.pem -passin file:/run/secrets/pass -passout env:PASS -out b.pem"),
    ("locked", "a user without password", "adduser --disabled-password --gecos '' loader && passwd -l loader && passwd -d other"),
    ("useradd-locked", "a locked user", "useradd -p '!' -m loader && usermod -p '*' other"),
    ("echo-variable", "a variable for chpasswd", "sh -c 'echo \"loader:$PASSWORD\" | chpasswd'"),
    ("echo-words", "words for a person", "sh -c 'echo \"password: see the handbook\"; echo Enter your token'"),
    ("help", "help of an option", "app --help | grep -e --password -e --token"),
)
"""(id, title, command)."""


def all_cases() -> list[Case]:
    """All of the above: each in a field of the config, and in a start script with a value or with a variable."""
    v = Values("options")
    cases: list[Case] = []
    for number, (name, command) in enumerate(OPTIONS):
        field = FIELDS[number % 5]
        text = command.format(v.word(20 + number % 3 * 2))
        cases.append(found_in_config(f"option-{name}", "password or token", field, _prefix(field) + text, topic=f"option: {name}"))
        if number % 2:
            text = command.format(v.word(20))
            cases.append(found(f"option-{name}", "password or token", "/app/start.sh", f"#!/bin/sh\nset -e\n{text}\nexec /app/run\n", topic=f"option: {name}", place="shell script"))
        else:
            text = command.format("$APP_SECRET")
            cases.append(clean(f"option-{name}-variable", "a variable behind an option", "/app/start.sh", f"#!/bin/sh\nset -e\n{text}\nexec /app/run\n", topic="option", place="shell script"))
    for number, (name, title, command) in enumerate(CLEAN):
        field = FIELDS[(number + 1) % 5]
        cases.append(clean_config(f"option-{name}", title, field, _prefix(field) + command, topic="option"))
        cases.append(clean(f"option-{name}", title, "/app/start.sh", f"#!/bin/sh\n{command}\n", topic="option", place="shell script"))
    return cases


def _prefix(field: Field) -> str:
    return {"history": "RUN /bin/sh -c ", "on_build": "RUN "}.get(field, "")
