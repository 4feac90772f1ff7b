"""credentials_in: which files hold credentials, and how each is read. One line a format; the titles are what a report shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from imginspect.scan.credentials_in import lines, markup
from imginspect.scan.credentials_in import structured as documents
from imginspect.scan.credentials_in.lines import all_of, assigned, basic, hashes, in_urls, of_fields, token_alone
from imginspect.scan.credentials_in.span import SecretSpan

Format: TypeAlias = Callable[[bytes], Iterator[SecretSpan]]

_NAMED_FOR_ONE = (
    r"[\w.-]{0,60}(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|wlsaccessid|"
    r"(?:api|access|auth|account|private|signing|encryption|master|session|app|fernet)_?key)"
    r"(?:_?(?:key|value|base|prod|dev|live|\d\d?)){0,3}"
)
_CLOUD_KEYS = r"aws_secret_access_key|aws_session_token|secret_key|secret_access_key"

_DOCKER = documents.json_file("docker-login", documents.docker_logins)
_NPM = all_of(assigned("npm-configuration", r"[^\s=]{0,300}_(?:authToken|password)"), basic("npm-configuration", r"[^\s=]{0,300}_auth"))
_GOOGLE = documents.json_file("google-credentials", documents.google_credentials)
_HUGGING_FACE = token_alone("hugging-face-token-file", (b"hf_", b"api_org_"))
_TERRAFORM = documents.json_file("terraform-state", documents.terraform_state)
_CARGO = assigned("cargo-credentials", "token")
_ENVIRONMENT = assigned("environment-file", _NAMED_FOR_ONE)
_HTPASSWD = hashes("password-file")
_INDEX = in_urls("package-index-login")
_MYSQL = assigned("mysql-options", "password")
_XML = markup.xml_elements

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        ".netrc": lines.netrc,
        "_netrc": lines.netrc,
        "*.netrc": lines.netrc,
        ".docker/config.json": _DOCKER,
        ".dockercfg": _DOCKER,
        ".dockerconfigjson": _DOCKER,
        "containers/auth.json": _DOCKER,
        ".aws/credentials": assigned("aws-credentials", _CLOUD_KEYS),
        ".aws/config": assigned("aws-credentials", _CLOUD_KEYS),
        ".boto": assigned("aws-credentials", r"aws_secret_access_key|gs_secret_access_key|gs_oauth2_refresh_token"),
        ".passwd-s3fs": of_fields("s3fs-password", 1, least=2),
        ".git-credentials": in_urls("git-credentials"),
        "git/credentials": in_urls("git-credentials"),
        ".pypirc": all_of(assigned("pypi-configuration", "password"), in_urls("pypi-configuration")),
        ".npmrc": _NPM,
        "npmrc": _NPM,
        ".yarnrc.yml": assigned("npm-configuration", "npmAuthToken|npmAuthIdent"),
        ".pgpass": of_fields("postgresql-password", 4, least=5),
        ".kube/config": markup.kubeconfig,
        "kubeconfig": markup.kubeconfig,
        "admin.conf": markup.kubeconfig,
        "application_default_credentials.json": _GOOGLE,
        "service-account.json": _GOOGLE,
        "service_account.json": _GOOGLE,
        "serviceaccount.json": _GOOGLE,
        "key.json": _GOOGLE,
        "credentials.json": _GOOGLE,
        "kaggle.json": documents.json_file("kaggle-login", documents.kaggle),
        ".kaggle/access_token": token_alone("kaggle-login"),
        "huggingface/token": _HUGGING_FACE,
        ".huggingface/token": _HUGGING_FACE,
        "huggingface/stored_tokens": assigned("hugging-face-token-file", "hf_token"),
        ".my.cnf": _MYSQL,
        "my.cnf": _MYSQL,
        "debian.cnf": _MYSQL,
        ".s3cfg": assigned("s3cmd-configuration", "secret_key|gpg_passphrase|access_token"),
        "rclone.conf": assigned("rclone-configuration", r"pass(?:word2?)?|secret_access_key|token|client_secret|key|sas_url|bearer_token"),
        "gh/hosts.yml": assigned("github-command-line-login", "oauth_token"),
        "config/hub": assigned("github-command-line-login", "oauth_token"),
        "glab-cli/config.yml": assigned("gitlab-command-line-login", "token"),
        ".cargo/credentials": _CARGO,
        ".cargo/credentials.toml": _CARGO,
        "cargo/credentials": _CARGO,
        "cargo/credentials.toml": _CARGO,
        ".gem/credentials": assigned("rubygems-credentials", r":?[\w.-]{0,60}(?:api_key|rubygems)[\w.-]{0,20}"),
        "gem/credentials": assigned("rubygems-credentials", r":?[\w.-]{0,60}(?:api_key|rubygems)[\w.-]{0,20}"),
        ".bundle/config": assigned("rubygems-credentials", r"BUNDLE_[A-Z0-9_]{1,80}"),
        ".renviron": assigned("r-environment", _NAMED_FOR_ONE, "="),
        "renviron.site": assigned("r-environment", _NAMED_FOR_ONE, "="),
        ".env": _ENVIRONMENT,
        "*.env": _ENVIRONMENT,
        "etc/shadow": hashes("shadow-file"),
        "etc/shadow-": hashes("shadow-file"),
        "etc/gshadow": hashes("shadow-file"),
        ".htpasswd": _HTPASSWD,
        "htpasswd": _HTPASSWD,
        "*.htpasswd": _HTPASSWD,
        "terraform.tfstate": _TERRAFORM,
        "*.tfstate": _TERRAFORM,
        "*.tfstate.backup": _TERRAFORM,
        "credentials.tfrc.json": documents.json_file("terraform-credentials", documents.tokens_by_host),
        ".terraformrc": assigned("terraform-credentials", "token", "="),
        "credentials.xml": _XML,
        ".m2/settings.xml": _XML,
        "secrets/master.key": token_alone("jenkins-key"),
        "jenkins/secret.key": token_alone("jenkins-key"),
        "jenkins_home/secret.key": token_alone("jenkins-key"),
        "wp-config.php": markup.php_constants,
        ".condarc": in_urls("package-index-login"),
        "condarc": in_urls("package-index-login"),
        "pip.conf": _INDEX,
        ".pip/pip.conf": _INDEX,
        "pip.ini": _INDEX,
        "uv.toml": _INDEX,
        "poetry/auth.toml": assigned("package-index-login", "password|pypi-token|[\\w.-]{0,40}token"),
        "apt/sources.list": in_urls("package-index-login"),
        "apt/auth.conf": lines.netrc,
        ".vault-token": token_alone("vault-token-file"),
        ".databrickscfg": assigned("databricks-configuration", "token|password|client_secret"),
        ".snowsql/config": assigned("snowflake-configuration", "password"),
        "snowflake/connections.toml": assigned("snowflake-configuration", "password|token"),
        "gurobi.lic": assigned("gurobi-licence-secret", "wlssecret|wlsaccessid|wlstoken|csapisecret|password", "="),
        ".synapseconfig": assigned("synapse-configuration", "authtoken|apikey|password", "="),
        ".ngc/config": assigned("ngc-configuration", "apikey", "="),
        ".wgetrc": assigned("download-tool-login", "(?:http|ftp)?_?(?:password|passwd)", "="),
        ".curlrc": assigned("download-tool-login", r"(?:proxy-)?user|oauth2-bearer|pass", r"=: "),
        "secrets.toml": assigned("streamlit-secrets", _NAMED_FOR_ONE, "="),
        "master.key": token_alone("rails-key"),
        ".jupyter/jupyter_server_config.json": documents.json_file("jupyter-configuration", documents.jupyter),
    }
)
"""How to read a file, by the last parts of its path in lower case. ``*`` stands for an ending."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "aws-credentials": "AWS secret access key in a credentials file",
        "cargo-credentials": "Cargo registry token",
        "databricks-configuration": "Databricks login",
        "docker-login": "Container registry login",
        "download-tool-login": "wget or curl login",
        "environment-file": "Secret in an environment file",
        "git-credentials": "Stored git login",
        "github-command-line-login": "GitHub CLI login",
        "gitlab-command-line-login": "GitLab CLI login",
        "google-credentials": "Google Cloud credentials",
        "gurobi-licence-secret": "Gurobi licence secret",
        "hugging-face-token-file": "Stored Hugging Face token",
        "jenkins-key": "Key that decrypts Jenkins secrets",
        "jupyter-configuration": "Jupyter server password hash or token",
        "kaggle-login": "Kaggle login",
        "kubeconfig": "Kubernetes login",
        "mysql-options": "Password in a MySQL options file",
        "netrc-file": "Password in a .netrc file",
        "ngc-configuration": "NVIDIA NGC key",
        "npm-configuration": "npm login",
        "package-index-login": "Package index login in a URL",
        "password-file": "Web server password hash",
        "postgresql-password": "Password in a PostgreSQL password file",
        "pypi-configuration": "Login for uploading Python packages",
        "r-environment": "Secret in an R environment file",
        "rails-key": "Key that decrypts Rails secrets",
        "rclone-configuration": "rclone remote login",
        "rubygems-credentials": "RubyGems login",
        "s3cmd-configuration": "s3cmd secret key",
        "s3fs-password": "s3fs secret key",
        "shadow-file": "User account password hash",
        "snowflake-configuration": "Snowflake login",
        "streamlit-secrets": "Streamlit application secret",
        "synapse-configuration": "Synapse login",
        "terraform-credentials": "Terraform login",
        "terraform-state": "Secret in a Terraform state file",
        "vault-token-file": "Stored Vault token",
        "wordpress-configuration": "WordPress password or signing key",
        "xml-credentials-file": "Secret in an XML file of credentials",
    }
)
"""What a report calls each kind, by its id."""

__all__ = ["FORMATS", "TITLES", "Format", "SecretSpan"]
