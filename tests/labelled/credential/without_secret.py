"""Files that often hold a credential and here hold none, and code that asks for one somewhere else."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import json

from tests.labelled.credential.case import Case, clean
from tests.labelled.credential.values import NPM_HOST, Values


def files() -> list[Case]:
    """The usual files without a secret in them."""
    v = Values("without")
    kube = "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://10.0.0.1\n  name: c\nusers:\n- name: me\n  user:\n    exec:\n      command: kubelogin\n"
    state = {"version": 4, "terraform_version": "1.7.0", "resources": [{"type": "null_resource", "instances": [{"attributes": {"id": v.draw("123456789", 18)}}]}]}
    return [
        clean("file-shadow-locked", "locked accounts", "/etc/shadow", "root:*:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\nbin:*:19700:0:99999:7:::\n"),
        clean("file-shadow-bang", "locked accounts", "/etc/shadow", "root:!:19700:0:99999:7:::\napp:!!:19700::::::\n_apt:!*:19700::::::\n"),
        clean("file-gshadow", "groups", "/etc/gshadow", "root:*::\nsudo:*::user\nusers:!::\n"),
        clean("file-passwd", "accounts", "/etc/passwd", "root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n"),
        clean("file-docker-helper", "a login helper", "/root/.docker/config.json", json.dumps({"credsStore": "ecr-login", "auths": {"registry.example.org": {}}})),
        clean("file-docker-empty", "no logins", "/root/.docker/config.json", json.dumps({"auths": {}, "HttpHeaders": {"User-Agent": "Docker-Client/24.0"}})),
        clean("file-npmrc", "npm settings", "/root/.npmrc", f"registry=https://{NPM_HOST}/\nfund=false\naudit=false\n"),
        clean("file-npmrc-variable", "npm token from the environment", "/app/.npmrc", f"//{NPM_HOST}/:_authToken=${{NPM_TOKEN}}\n"),
        clean("file-pip-conf", "pip settings", "/etc/pip.conf", "[global]\nindex-url = https://packages.example.org/simple\nno-cache-dir = true\n"),
        clean("file-pypirc", "pypirc without password", "/root/.pypirc", "[distutils]\nindex-servers = main\n[main]\nusername = __token__\n"),
        clean("file-netrc-empty", "an empty netrc", "/root/.netrc", "# machine example.org login me password ...\n"),
        clean("file-gitconfig", "git settings", "/root/.gitconfig", "[user]\n\tname = Jane Doe\n\temail = jane@example.org\n[credential]\n\thelper = cache --timeout=3600\n"),
        clean("file-git-remote", "a plain remote", "/app/.git/config", '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://github.com/example/app.git\n'),
        clean("file-aws-config", "AWS settings", "/root/.aws/config", "[default]\nregion = eu-west-2\noutput = json\n[profile x]\nrole_arn = arn:aws:iam::123456789012:role/x\ncredential_source = EcsContainer\n"),
        clean("file-aws-sso", "AWS sign-on settings", "/root/.aws/config", "[profile study]\nsso_start_url = https://example.awsapps.com/start\nsso_account_id = 123456789012\nsso_role_name = Reader\n"),
        clean("file-env-example", "an example environment", "/app/.env.example", "DB_HOST=localhost\nDB_USER=app\nDB_PASSWORD=\nAPI_KEY=\nSECRET_KEY=replace-me\n"),
        clean("file-my-cnf", "MySQL settings", "/etc/mysql/my.cnf", "[mysqld]\nuser = mysql\nport = 3306\n# password = secret\n[client]\nport = 3306\n"),
        clean("file-kube-exec", "kubeconfig with a helper", "/root/.kube/config", kube),
        clean("file-tfstate", "Terraform's state without secrets", "/app/terraform.tfstate", json.dumps(state, indent=2)),
        clean("file-rclone", "rclone without password", "/root/.config/rclone/rclone.conf", "[local]\ntype = alias\nremote = /safe_data\n\n[s3]\ntype = s3\nprovider = AWS\nenv_auth = true\n"),
        clean("file-renviron", "R's environment", "/usr/lib/R/etc/Renviron", "R_PLATFORM=x86_64-pc-linux-gnu\nR_PAPERSIZE=a4\nR_LIBS_SITE=/usr/local/lib/R/site-library\nEDITOR=vi\n"),
        clean("file-condarc", "conda settings", "/root/.condarc", "channels:\n  - conda-forge\nssl_verify: true\nchannel_priority: strict\n"),
        clean("file-ssh-config", "ssh settings", "/root/.ssh/config", "Host cluster\n  HostName login.example.org\n  User jdoe\n  IdentityFile ~/.ssh/id_ed25519\n"),
        clean("file-sshd-config", "ssh server settings", "/etc/ssh/sshd_config", "PasswordAuthentication no\nPermitEmptyPasswords no\nPubkeyAuthentication yes\n#PermitRootLogin prohibit-password\n"),
        clean("file-pam", "password rules", "/etc/pam.d/common-password", "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword\trequisite\tpam_deny.so\n"),
        clean("file-login-defs", "password rules", "/etc/login.defs", "PASS_MAX_DAYS 99999\nENCRYPT_METHOD SHA512\nUMASK 022\n"),
        clean("file-wordpress-sample", "WordPress's sample", "/var/www/html/wp-config-sample.php", "<?php\ndefine( 'DB_USER', 'username_here' );\ndefine( 'DB_PASSWORD', 'password_here' );\ndefine( 'AUTH_KEY', 'put your unique phrase here' );\n"),
        clean("file-gitlab-ci", "a pipeline", "/app/.gitlab-ci.yml", "build:\n  script:\n    - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY\n    - make\n"),
        clean("file-actions", "a workflow", "/app/.github/workflows/ci.yml", "jobs:\n  build:\n    steps:\n      - uses: docker/login-action@v3\n        with:\n          username: ${{ github.actor }}\n          password: ${{ secrets.GITHUB_TOKEN }}\n"),
        clean("file-gurobi", "a node-locked licence", "/opt/gurobi/gurobi.lic", f"TYPE=NODE\nVERSION=11\nHOSTNAME=host\nHOSTID={v.hex(8)}\nEXPIRATION=2030-01-01\nKEY={v.hex(8).upper()}\nCKSUM=12345\n", "a licence file, which the image must carry; no account can be entered with it", arguable=True),
        clean("file-vault-ansible", "an Ansible vault", "/app/group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n" + "\n".join(v.hex(80) for _ in range(6)) + "\n", "encrypted; its password is not here", arguable=True),
        clean("file-jupyter-config", "Jupyter's settings, commented out", "/root/.jupyter/jupyter_server_config.py", "# c.ServerApp.password = ''\n# c.ServerApp.token = '<generated>'\nc.ServerApp.ip = '0.0.0.0'\nc.IdentityProvider.token = ''\n"),
        clean("file-sealed", "a sealed secret", "/app/sealed.yaml", f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: Ag{v.base64(500)}\n", "only the cluster can open it"),
        clean("file-my-hosts", "GitHub command line settings", "/root/.config/gh/config.yml", "git_protocol: https\neditor:\nprompt: enabled\naliases:\n    co: pr checkout\n"),
    ]


CODE: tuple[tuple[str, str, str, str], ...] = (
    ("environ", "from the environment", "/app/a.py", "import os\n\nTOKEN = os.environ['TOKEN']\nPASSWORD = os.getenv('DB_PASSWORD')\napi_key = os.environ.get('API_KEY', '')\n"),
    ("getpass", "asked for", "/app/b.py", "from getpass import getpass\n\npassword = getpass('Password: ')\ntoken = input('API token: ')\n"),
    ("file", "from a file", "/app/c.py", "from pathlib import Path\n\nsecret = Path('/run/secrets/db_password').read_text().strip()\n"),
    ("keyring", "from the keyring", "/app/d.py", "import keyring\n\npassword = keyring.get_password('system', 'username')\n"),
    ("settings", "from settings", "/app/e.py", "api_key = settings.API_KEY\npassword = config['database']['password']\nclient = Client(token=args.token, password=password)\n"),
    ("generated", "generated", "/app/f.py", "import secrets\n\ntoken = secrets.token_urlsafe(32)\npassword = ''.join(secrets.choice(ALPHABET) for _ in range(20))\nsecret_key = os.urandom(24)\n"),
    ("signature", "a signature with defaults", "/app/g.py", "def connect(host, user=None, password=None, token='', api_key=None):\n    self.password = password\n    self._token = token or self._default_token()\n"),
    ("annotations", "annotations", "/app/h.py", "class Settings(BaseSettings):\n    password: str\n    api_key: SecretStr | None = None\n    secret_key: str = Field(..., env='SECRET_KEY')\n"),
    ("argparse", "options", "/app/i.py", "parser.add_argument('--password', help='password of the database')\nparser.add_argument('--token', default=None, metavar='TOKEN')\n"),
    ("regex", "patterns", "/app/j.py", "PASSWORD = re.compile(r'password\\s*=\\s*(\\S+)')\nTOKEN_RE = r'[A-Za-z0-9_\\-]{40}'\n"),
    ("field-name", "names of fields", "/app/k.py", "PASSWORD_FIELD = 'user_password'\nTOKEN_HEADER = 'X-Auth-Token'\nSECRET_NAME = 'database-credentials'\napi_key_header = 'Ocp-Apim-Subscription-Key'\n"),
    ("shell-read", "read in a shell", "/app/l.sh", "#!/bin/sh\nread -rs -p 'Password: ' PASSWORD\nexport TOKEN=\"$(cat /run/secrets/token)\"\nPASSWORD=`pass show db`\n"),
    ("shell-default", "checked in a shell", "/app/m.sh", "#!/bin/sh\n: \"${GITHUB_TOKEN:?set GITHUB_TOKEN}\"\nif [ -z \"$DB_PASSWORD\" ]; then echo 'password= is missing' >&2; exit 1; fi\n"),
    ("shell-generate", "generated in a shell", "/app/n.sh", "#!/bin/sh\nPASSWORD=$(openssl rand -hex 24)\nTOKEN=$(uuidgen)\nSECRET=$(head -c 32 /dev/urandom | base64)\n"),
    ("curl-variable", "a header with a variable", "/app/o.sh", "#!/bin/sh\ncurl -H \"Authorization: Bearer ${TOKEN}\" -u \"$USER:$PASSWORD\" https://api.example.org/\n"),
    ("r-getenv", "from R's environment", "/app/p.R", "token <- Sys.getenv('GITHUB_PAT')\ncon <- dbConnect(odbc(), pwd = rstudioapi::askForPassword('Database password'))\n"),
    ("js-env", "from Node's environment", "/srv/q.js", "const token = process.env.TOKEN;\nconst password = config.get('db.password');\nmodule.exports = { apiKey: process.env.API_KEY };\n"),
    ("java-property", "from Java's properties", "/src/R.java", "String password = System.getProperty(\"db.password\");\nprivate static final String PASSWORD_KEY = \"spring.datasource.password\";\n"),
    ("go-env", "from Go's environment", "/src/s.go", "token := os.Getenv(\"GITHUB_TOKEN\")\npassword := flag.String(\"password\", \"\", \"database password\")\n"),
    ("julia-env", "from Julia's environment", "/app/t.jl", "token = ENV[\"API_TOKEN\"]\npassword = Base.getpass(\"Password\")\n"),
    ("assertion", "a comparison", "/app/test_u.py", "assert user.check_password('wrong') is False\nassert token != ''\nassert mask('password=hunter') == 'password=******'\n"),
    ("f-string", "put together", "/app/v.py", "url = f'postgresql://{user}:{password}@{host}/{name}'\nheaders = {'Authorization': f'Bearer {token}'}\n"),
    ("format-string", "put together the old way", "/app/w.py", "url = 'mysql://%s:%s@%s/%s' % (user, password, host, name)\nheader = 'token {}'.format(token)\n"),
    ("docstring", "a docstring", "/usr/lib/python3/dist-packages/requests/auth.py", 'def f():\n    """Call with user and password.\n\n    >>> requests.get("https://user:pass@example.org/")\n    >>> auth=("user", "pass")\n    """\n'),
    ("url-docs", "documentation of URLs", "/usr/lib/python3/dist-packages/sqlalchemy/engine/url.py", "# postgresql+pg8000://dbuser:kx%40jj5%2Fg@pghost10/appdb\n# scott:tiger is the usual example: postgresql://scott:tiger@localhost/test\n"),
    ("curl-man", "a manual page", "/usr/share/man/man1/curl.1", ".IP \"-u, --user <user:password>\"\nExample:\n.nf\n curl -u user:secret https://example.com\n"),
    ("sql", "a query", "/app/x.sql", "SELECT id, password_hash, token_expires FROM users WHERE api_key = $1;\nALTER TABLE users ADD COLUMN password VARCHAR(255) NOT NULL;\n"),
    ("jinja", "a template", "/app/templates/db.conf.j2", "user={{ db_user }}\npassword={{ db_password }}\ntoken={% if token %}{{ token }}{% endif %}\n"),
    ("envsubst", "a template", "/app/conf.template", "user=${DB_USER}\npassword=${DB_PASSWORD}\n"),
    ("makefile", "a makefile", "/app/Makefile", "publish:\n\ttwine upload -u __token__ -p $(PYPI_TOKEN) dist/*\n\tcurl -u $(USER):$(PASSWORD) $(URL)\n"),
    ("schema", "a schema", "/app/schema.json", '{"properties": {"password": {"type": "string", "minLength": 12}, "token": {"type": "string", "pattern": "^[a-z0-9]{32}$"}}}\n'),
    ("graphql", "a schema", "/app/schema.graphql", "type Mutation {\n  login(email: String!, password: String!): Token\n  resetPassword(token: String!, newPassword: String!): Boolean\n}\n"),
)
"""(id, where the secret comes from, path, text) of code that has none in it."""


def code() -> list[Case]:
    """Code that gets its secrets elsewhere."""
    return [clean(f"code-{name}", f"a secret {where}", path, text) for name, where, path, text in CODE]


def all_cases() -> list[Case]:
    """All of the above."""
    return files() + code()
