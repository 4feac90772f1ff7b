"""Files that tools keep their credentials in, as these tools write them."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import json

from tests.labelled.credential import key_forms
from tests.labelled.credential.case import Case, found
from tests.labelled.credential.values import BASE62, BASE64, NPM_HOST, Values, aws_key_id, basic, github, jwt, pypi

CRYPT = "./" + BASE62


def home() -> list[Case]:
    """Those in home directories."""
    v = Values("home files")
    docker = {"auths": {"ghcr.io": {"auth": basic("jdoe", github(v, "ghp_"))}}}
    identity = {"auths": {"example.azurecr.io": {"auth": basic("00000000-0000-0000-0000-000000000000", ""), "identitytoken": jwt(v, {"grant_type": "refresh_token", "aud": "example"}, "RS256")}}}
    kaggle = json.dumps({"username": "jdoe", "key": v.hex(32)})
    return [
        found("netrc", "password in .netrc", "/root/.netrc", f"machine data.example.org\n  login jdoe\n  password {v.password()}\n"),
        found("netrc-line", "token in .netrc", "/home/user/.netrc", f"machine api.wandb.ai login user password {v.hex(40)}\n"),
        found("netrc-windows", "password in _netrc", "/app/_netrc", f"machine git.example.org login bot password {v.password()}\r\n"),
        found("docker-config", "registry login", "/root/.docker/config.json", json.dumps(docker, indent=1)),
        found("docker-identity", "registry identity token", "/root/.docker/config.json", json.dumps(identity)),
        found("docker-old", "registry login (old form)", "/root/.dockercfg", json.dumps({"https://registry.example.org/v1/": {"auth": basic("ci", v.password()), "email": "ci@example.org"}})),
        found("podman-auth", "registry login of Podman", "/run/containers/0/auth.json", json.dumps({"auths": {"quay.example.org": {"auth": basic("ci+robot", v.word(64))}}})),
        found("aws-file", "AWS credentials file", "/root/.aws/credentials", f"[default]\naws_access_key_id={aws_key_id(v)}\naws_secret_access_key={v.draw(BASE64, 40)}\n\n[study]\nrole_arn=arn:aws:iam::123456789012:role/x\nsource_profile=default\n"),
        found("git-credentials", "git credentials", "/root/.git-credentials", f"https://jdoe:{github(v, 'ghp_')}@github.com\n"),
        found("git-credentials-password", "git credentials", "/home/user/.git-credentials", f"https://jdoe:{v.password()}@git.example.org\n"),
        found("gitconfig-insteadof", "token in git's configuration", "/root/.gitconfig", f'[url "https://oauth2:{v.url(26)}@git.example.org/"]\n\tinsteadOf = https://git.example.org/\n'),
        found("pypirc", "upload token in .pypirc", "/root/.pypirc", f"[distutils]\nindex-servers = main\n\n[main]\nusername = __token__\npassword = {pypi(v)}\n"),
        found("pypirc-password", "password in .pypirc", "/home/user/.pypirc", f"[internal]\nrepository: https://packages.example.org/\nusername: jdoe\npassword: {v.password()}\n"),
        found("npmrc", "npm token in .npmrc", "/root/.npmrc", f"//{NPM_HOST}/:_authToken={github(v, 'npm_')}\n"),
        found("npmrc-old", "npm token in .npmrc", "/app/.npmrc", f"registry=https://npm.example.org/\n//npm.example.org/:_authToken={v.uuid()}\nalways-auth=true\n"),
        found("npmrc-basic", "npm password in .npmrc", "/root/.npmrc", f"_auth={basic('ci', v.password())}\nemail=ci@example.org\n"),
        found("yarnrc", "token in .yarnrc.yml", "/app/.yarnrc.yml", f'npmRegistryServer: "https://npm.example.org"\nnpmAuthToken: "{v.uuid()}"\n'),
        found("pgpass", "PostgreSQL password in .pgpass", "/root/.pgpass", f"db.example.org:5432:trial:app:{v.password()}\n"),
        found("my-cnf", "MySQL password in .my.cnf", "/root/.my.cnf", f"[client]\nuser=root\npassword={v.password()}\nhost=db\n"),
        found("s3cfg", "AWS keys in .s3cfg", "/root/.s3cfg", f"[default]\naccess_key = {aws_key_id(v)}\nbucket_location = US\nsecret_key = {v.draw(BASE64, 40)}\nuse_https = True\n"),
        found("rclone", "rclone's obscured password", "/root/.config/rclone/rclone.conf", f"[nas]\ntype = sftp\nhost = nas.example.org\nuser = jdoe\npass = {v.url(38)}\n", "obscured, which rclone itself undoes"),
        found("rclone-token", "rclone's OAuth token", "/root/.config/rclone/rclone.conf", "[drive]\ntype = drive\ntoken = " + json.dumps({"access_token": "ya29." + v.url(160), "token_type": "Bearer", "refresh_token": "1//0" + v.url(98)}) + "\n"),
        found("kaggle", "Kaggle key", "/root/.kaggle/kaggle.json", kaggle),
        found("renviron", "GitHub token in .Renviron", "/home/rstudio/.Renviron", f"R_LIBS_USER=~/R\nGITHUB_PAT={github(v, 'ghp_')}\n"),
        found("renviron-site", "password in Renviron.site", "/usr/lib/R/etc/Renviron.site", f"DB_USER=app\nDB_PASSWORD={v.password()}\n"),
        found("rprofile", "password in .Rprofile", "/home/rstudio/.Rprofile", f'options(repos = c(CRAN = "https://packages.example.org"))\nSys.setenv(DB_PASSWORD = "{v.password()}")\n'),
        found("hf-token-file", "Hugging Face token file", "/root/.cache/huggingface/token", "hf_" + v.draw(BASE62[10:], 34)),
        found("hf-old-file", "Hugging Face token file (old place)", "/root/.huggingface/token", "hf_" + v.draw(BASE62[10:], 34) + "\n"),
        found("gh-hosts", "GitHub command line login", "/root/.config/gh/hosts.yml", f"github.com:\n    user: jdoe\n    oauth_token: {github(v, 'gho_')}\n    git_protocol: https\n"),
        found("glab", "GitLab command line login", "/root/.config/glab-cli/config.yml", f"hosts:\n    gitlab.com:\n        token: glpat-{v.url(20)}\n        api_protocol: https\n"),
        found("cargo", "crates.io token file", "/root/.cargo/credentials.toml", f'[registry]\ntoken = "cio{v.word(32)}"\n'),
        found("gem", "RubyGems credentials", "/root/.gem/credentials", f"---\n:rubygems_api_key: rubygems_{v.hex(48)}\n"),
        found("gem-old", "RubyGems credentials (old form)", "/root/.gem/credentials", f"---\n:rubygems_api_key: {v.hex(32)}\n"),
        found("composer", "Composer login", "/root/.composer/auth.json", json.dumps({"http-basic": {"repo.example.org": {"username": "ci", "password": v.password()}}, "github-oauth": {"github.com": github(v, "gho_")}})),
        found("maven", "Maven server password", "/root/.m2/settings.xml", f"<settings><servers><server><id>nexus</id><username>ci</username><password>{v.password()}</password></server></servers></settings>\n"),
        found("gradle", "Gradle properties", "/root/.gradle/gradle.properties", f"org.gradle.daemon=false\nnexusUsername=ci\nnexusPassword={v.password()}\n"),
        found("wandb-settings", "Weights & Biases login", "/home/jovyan/.netrc", f"machine api.wandb.ai\n  login user\n  password {v.hex(40)}\n"),
        found("azure-profile", "Azure command line tokens", "/root/.azure/msal_token_cache.json", json.dumps({"RefreshToken": {"x": {"credential_type": "RefreshToken", "secret": "0.A" + v.url(600)}}})),
        found("bash-history", "password on a command line", "/root/.bash_history", f"cd /app\nmysql -u root -p{v.word(14)} -h db < dump.sql\nexit\n"),
        found("python-history", "key in Python's history", "/root/.python_history", f"import openai\nopenai.api_key = 'sk-{v.word(20)}T3BlbkFJ{v.word(20)}'\nexit()\n"),
    ]


def system() -> list[Case]:
    """Those of machines, services and applications."""
    v = Values("system files")
    shadow = f"root:$6${v.draw(CRYPT, 16)}${v.draw(CRYPT, 86)}:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\n"
    yescrypt = f"root:*:19700:0:99999:7:::\nanalyst:$y$j9T${v.draw(CRYPT, 22)}${v.draw(CRYPT, 43)}:19800:0:99999:7:::\n"
    account = {
        "type": "service_account",
        "project_id": "trial-1234",
        "private_key_id": v.hex(40),
        "private_key": key_forms.pem("PRIVATE KEY", key_forms.pkcs8_rsa("a")),
        "client_email": "loader@trial-1234.iam.gserviceaccount.com",
        "client_id": "1" + v.draw("0123456789", 20),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    default = {"client_id": f"{v.draw('123456789', 12)}.apps.googleusercontent.com", "client_secret": "d-" + v.url(22), "refresh_token": "1//0" + v.url(98), "type": "authorized_user"}
    kube = f"apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: https://10.0.0.1:6443\nusers:\n- name: admin\n  user:\n    client-certificate-data: {base64.b64encode(key_forms.pem('CERTIFICATE', key_forms.certificate('a', v)).encode()).decode()}\n    client-key-data: {base64.b64encode(key_forms.pem('RSA PRIVATE KEY', key_forms.pkcs1('a')).encode()).decode()}\n"
    kube_token = f"apiVersion: v1\nkind: Config\nusers:\n- name: sa\n  user:\n    token: {jwt(v, {'sub': 'system:serviceaccount:ci:deployer'}, 'RS256')}\n"
    state = {"version": 4, "terraform_version": "1.7.0", "resources": [{"type": "aws_db_instance", "name": "db", "instances": [{"attributes": {"username": "app", "password": v.password(20), "engine": "postgres"}}]}]}
    wordpress = f"<?php\ndefine( 'DB_NAME', 'wp' );\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '{v.password()}' );\ndefine( 'DB_HOST', 'db' );\ndefine( 'AUTH_KEY', '{v.draw(BASE64 + '!@#$%^&*()', 64)}' );\n"
    django = f"DATABASES = {{\n    'default': {{\n        'ENGINE': 'django.db.backends.postgresql',\n        'NAME': 'app',\n        'USER': 'app',\n        'PASSWORD': '{v.password()}',\n        'HOST': 'db',\n    }}\n}}\n"
    jenkins = f"<?xml version='1.1' encoding='UTF-8'?>\n<com.cloudbees.plugins.credentials.SystemCredentialsProvider>\n<username>deploy</username>\n<password>{{{v.base64(48)}}}</password>\n</com.cloudbees.plugins.credentials.SystemCredentialsProvider>\n"
    dataverse = f"DATAVERSE_SERVER=https://data.example.org\nDATAVERSE_KEY={v.uuid()}\n"
    return [
        found("shadow", "password hash", "/etc/shadow", shadow, "a hash can be guessed from; the same in every container"),
        found("shadow-yescrypt", "password hash", "/etc/shadow", yescrypt),
        found("shadow-backup", "password hash in a backup", "/etc/shadow-", shadow.replace("root", "ubuntu")),
        found("shadow-md5", "password hash of an old kind", "/etc/shadow", f"admin:$1${v.draw(CRYPT, 8)}${v.draw(CRYPT, 22)}:18000:0:99999:7:::\n"),
        found("htpasswd", "web server password hash", "/etc/nginx/.htpasswd", f"admin:$apr1${v.draw(CRYPT, 8)}${v.draw(CRYPT, 22)}\n"),
        found("htpasswd-bcrypt", "web server password hash", "/etc/apache2/.htpasswd", f"admin:$2y$05${v.draw(CRYPT, 53)}\n"),
        found("jupyter-hash", "Jupyter password hash", "/home/jovyan/.jupyter/jupyter_server_config.json", json.dumps({"IdentityProvider": {"hashed_password": f"argon2:$argon2id$v=19$m=10240,t=10,p=8${v.draw(BASE64, 22)}${v.draw(BASE64, 43)}"}}), "a slow hash of an unknown password", arguable=True),
        found("jupyter-token", "Jupyter token", "/etc/jupyter/jupyter_server_config.py", f"c = get_config()\nc.ServerApp.token = '{v.hex(48)}'\nc.ServerApp.ip = '0.0.0.0'\n"),
        found("service-account", "Google service account", "/app/credentials.json", json.dumps(account, indent=2)),
        found("service-account-home", "Google service account", "/home/user/trial-1234-0a1b2c3d4e5f.json", json.dumps(account)),
        found("gcloud-default", "Google application default credentials", "/root/.config/gcloud/application_default_credentials.json", json.dumps(default, indent=2)),
        found("kubeconfig", "Kubernetes client key", "/root/.kube/config", kube),
        found("kubeconfig-token", "Kubernetes token", "/app/kubeconfig.yaml", kube_token),
        found("tfstate", "password in Terraform's state", "/app/infra/terraform.tfstate", json.dumps(state, indent=2)),
        found("tfvars", "password in Terraform's variables", "/app/infra/prod.auto.tfvars", f'region = "eu-west-2"\ndb_password = "{v.password()}"\n'),
        found("wordpress", "database password", "/var/www/html/wp-config.php", wordpress),
        found("django", "database password", "/app/site/settings.py", django),
        found("jenkins", "Jenkins credentials", "/var/jenkins_home/credentials.xml", jenkins, "encrypted under a key that lies beside it"),
        found("dotenv", "several settings", "/app/.env", f"APP_ENV=production\nDB_HOST=db\nDB_PASSWORD={v.password()}\nMAIL_DRIVER=smtp\n"),
        found("dotenv-export", "several settings", "/srv/.env.local", f'export MONGO_PASS="{v.password()}"\nexport MONGO_USER="app"\n'),
        found("dataverse", "Dataverse token", "/home/rstudio/.Renviron", dataverse),
        found("wpa", "wireless passphrase", "/etc/wpa_supplicant/wpa_supplicant.conf", f'network={{\n  ssid="lab"\n  psk="{v.password()}"\n}}\n'),
        found("msmtp", "mail password", "/etc/msmtprc", f"account default\nhost smtp.example.org\nuser robot@example.org\npassword {v.password()}\n"),
        found("filezilla", "FTP password in base64", "/root/.config/filezilla/sitemanager.xml", f'<FileZilla3><Servers><Server><Host>ftp.example.org</Host><User>x</User><Pass encoding="base64">{base64.b64encode(v.password().encode()).decode()}</Pass></Server></Servers></FileZilla3>\n'),
        found("odbc-ini", "database password", "/etc/odbc.ini", f"[cohort]\nDriver = PostgreSQL\nServername = db.example.org\nUserName = app\nPassword = {v.password()}\n"),
        found("tomcat", "Tomcat user", "/usr/local/tomcat/conf/tomcat-users.xml", f'<tomcat-users>\n  <role rolename="manager-gui"/>\n  <user username="admin" password="{v.password()}" roles="manager-gui"/>\n</tomcat-users>\n'),
        found("vscode", "token in an editor's settings", "/root/.vscode-server/data/User/settings.json", json.dumps({"editor.fontSize": 14, "github.token": github(v, "ghp_")})),
        found("sqlcmd", "SQL user with password", "/docker-entrypoint-initdb.d/init.sql", f"CREATE USER app WITH ENCRYPTED PASSWORD '{v.password()}';\nGRANT ALL ON DATABASE app TO app;\n"),
        found("rstudio-conf", "rstudio password in a start script", "/etc/cont-init.d/userconf", f"#!/bin/bash\necho 'rstudio:{v.password()}' | chpasswd\n"),
        found("vnc", "VNC password in a start script", "/opt/start-vnc.sh", f'#!/bin/sh\nmkdir -p ~/.vnc\necho "{v.word(8)}" | vncpasswd -f > ~/.vnc/passwd\n'),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return home() + system()
