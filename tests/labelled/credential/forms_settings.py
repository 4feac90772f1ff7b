"""Passwords in the forms of settings files: unquoted YAML and ini, pairs of name and value, elements of XML. Each form with its decoy."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import json

from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.values import Values

PASSWORD = "password"
UNQUOTED: tuple[tuple[str, str, str, str], ...] = (
    ("yaml-upper", "YAML", "/app/compose.yaml", "services:\n  db:\n    environment:\n      DB_PASSWORD: {}\n      DB_USER: app\n"),
    ("yaml-upper-last", "YAML", "/app/env.yaml", "MODE: batch\nREDIS_PASSWORD: {}\n"),
    ("yaml-upper-token", "YAML", "/app/cloud.yaml", "env_variables:\n  SERVICE_TOKEN: {}\n  REGION: eu-west-2\n"),
    ("yaml-camel", "YAML", "/app/application.yaml", "oauth:\n  clientId: loader\n  clientSecret: {}\n"),
    ("yaml-pascal", "YAML", "/app/appsettings.yaml", "Remote:\n  ApiKey: {}\n  Retries: 3\n"),
    ("yaml-dashed", "YAML", "/app/helm-values.yaml", "auth:\n  admin-password: {}\n  enabled: true\n"),
    ("yaml-dotted", "YAML", "/app/spring.yaml", "spring.datasource.password: {}\nspring.datasource.username: app\n"),
    ("yaml-list", "YAML", "/app/ansible.yml", "- hosts: all\n  vars:\n    - mysql_root_password: {}\n"),
    ("yaml-comment", "YAML", "/app/commented.yaml", "db_password: {}  # of the read-only user\n"),
    ("yaml-flow", "YAML", "/app/flow.yaml", "db: {{host: db.example.org, user: app, password: {}}}\n"),
    ("yaml-block", "YAML", "/app/block.yaml", "password: >-\n  {}\nuser: app\n"),
    ("yaml-quoted-key", "YAML", "/app/quoted.yaml", '"DB_PASSWORD": {}\n'),
    ("ini-camel", "ini", "/opt/app/client.ini", "[oauth]\nclientId=loader\nclientSecret={}\n"),
    ("ini-pascal", "ini", "/opt/app/remote.ini", "[Remote]\nApiKey = {}\nTimeout = 30\n"),
    ("ini-upper", "ini", "/opt/app/upper.ini", "[DATABASE]\nPASSWORD = {}\nHOST = db\n"),
    ("ini-tab", "ini", "/opt/app/tab.conf", "user\tapp\npassword\t{}\n"),
    ("ini-colon", "ini", "/opt/app/colon.cfg", "[remote]\nAccessToken: {}\n"),
    ("ini-spaces", "ini", "/opt/app/spaces.conf", "db_user     =  app\ndb_password =  {}\n"),
    ("properties-camel", "properties", "/opt/app/app.properties", "clientSecret={}\n"),
    ("properties-dotted", "properties", "/opt/app/kafka.properties", "ssl.keystore.location=/x.jks\nssl.keystore.password={}\n"),
    ("properties-jaas", "properties", "/opt/app/jaas.properties", 'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="{}";\n'),
    ("toml-bare", "TOML", "/app/config.toml", "[database]\nuser = 'app'\nPassword = '{}'\n"),
    ("toml-inline", "TOML", "/app/inline.toml", 'db = {{ user = "app", password = "{}" }}\n'),
    ("hcl", "HCL", "/app/provider.tf", 'provider "postgresql" {{\n  username = "app"\n  password = "{}"\n}}\n'),
    ("hcl-default", "HCL", "/app/variables.tf", 'variable "db_password" {{\n  type    = string\n  default = "{}"\n}}\n'),
    ("nix", "Nix", "/app/service.nix", '{{ services.app = {{ enable = true; adminPassword = "{}"; }}; }}\n'),
    ("apache", "server settings", "/etc/apache2/sites-enabled/app.conf", "<VirtualHost *:80>\n  SetEnv DB_PASSWORD {}\n</VirtualHost>\n"),
    ("nginx", "server settings", "/etc/nginx/conf.d/app.conf", 'location / {{\n  fastcgi_param DB_PASSWORD "{}";\n}}\n'),
    ("supervisor", "server settings", "/etc/supervisor/conf.d/app.conf", '[program:app]\ncommand=/app/run\nenvironment=MODE="batch",DB_PASSWORD="{}"\n'),
)
"""(id, place, path, text with a hole for the value)."""

PAIRS: tuple[tuple[str, str, str, str], ...] = (
    ("json-ecs", "JSON", "/app/task.json", '{{"environment":[{{"name":"DB_PASSWORD","value":"{}"}},{{"name":"MODE","value":"batch"}}]}}\n'),
    ("json-ecs-lines", "JSON", "/app/task-definition.json", '{{\n  "environment": [\n    {{\n      "name": "DB_PASSWORD",\n      "value": "{}"\n    }}\n  ]\n}}\n'),
    ("json-value-first", "JSON", "/app/parameters.json", '[{{"Value": "{}", "Name": "DbPassword"}}]\n'),
    ("json-key-value", "JSON", "/app/tags.json", '{{"items": [{{"key": "api_token", "value": "{}"}}]}}\n'),
    ("json-parameter", "JSON", "/app/cloudformation.json", '[{{"ParameterKey": "DBPassword", "ParameterValue": "{}"}}]\n'),
    ("json-arm", "JSON", "/app/azuredeploy.parameters.json", '{{"parameters": {{"adminPassword": {{"value": "{}"}}}}}}\n'),
    ("json-postman", "JSON", "/app/collection.json", '{{"auth": {{"type": "apikey", "apikey": [{{"key": "key", "value": "X-Api-Key"}}, {{"key": "value", "value": "{}"}}]}}}}\n'),
    ("kubernetes", "YAML", "/app/deployment.yaml", "spec:\n  containers:\n  - name: app\n    env:\n    - name: DB_PASSWORD\n      value: {}\n    - name: MODE\n      value: batch\n"),
    ("kubernetes-quoted", "YAML", "/app/job.yaml", 'env:\n- name: "API_TOKEN"\n  value: "{}"\n'),
    ("kubernetes-flow", "YAML", "/app/cronjob.yaml", "env: [{{name: API_TOKEN, value: {}}}]\n"),
    ("kubernetes-string-data", "YAML", "/app/secret.yaml", "kind: Secret\napiVersion: v1\nmetadata:\n  name: db\nstringData:\n  password: {}\n"),
    ("helm-set", "YAML", "/app/argo.yaml", "parameters:\n- name: auth.password\n  value: {}\n"),
    ("hadoop", "XML", "/etc/hadoop/core-site.xml", "<configuration>\n  <property>\n    <name>fs.s3a.secret.key</name>\n    <value>{}</value>\n  </property>\n</configuration>\n"),
    ("hadoop-line", "XML", "/etc/hive/hive-site.xml", "<configuration><property><name>javax.jdo.option.ConnectionPassword</name><value>{}</value></property></configuration>\n"),
    ("dotnet-add", "XML", "/opt/app/web.config", '<configuration>\n  <appSettings>\n    <add key="ClientSecret" value="{}" />\n  </appSettings>\n</configuration>\n'),
    ("dotnet-add-lines", "XML", "/opt/app/app.exe.config", '<appSettings>\n  <add key="SmtpPassword"\n       value="{}"/>\n</appSettings>\n'),
    ("dotnet-value-first", "XML", "/opt/app/settings.config", '<appSettings><add value="{}" key="DbPassword"/></appSettings>\n'),
    ("dotnet-connection", "XML", "/opt/app/connections.config", '<connectionStrings><add name="Db" connectionString="Server=db;Database=app;User Id=app;Password={};" /></connectionStrings>\n'),
    ("xml-element", "XML", "/opt/app/settings.xml", "<settings>\n  <db>\n    <user>app</user>\n    <password>{}</password>\n  </db>\n</settings>\n"),
    ("xml-element-lines", "XML", "/opt/app/lines.xml", "<settings>\n  <password>\n    {}\n  </password>\n</settings>\n"),
    ("xml-element-camel", "XML", "/opt/app/camel.xml", "<config><clientSecret>{}</clientSecret></config>\n"),
    ("xml-element-namespace", "XML", "/opt/app/namespace.xml", '<c:config xmlns:c="urn:x"><c:dbPassword type="string">{}</c:dbPassword></c:config>\n'),
    ("xml-attribute", "XML", "/opt/app/context.xml", '<Resource name="jdbc/db" username="app" password="{}" driverClassName="org.postgresql.Driver"/>\n'),
    ("xml-cdata", "XML", "/opt/app/cdata.xml", "<config><apiToken><![CDATA[{}]]></apiToken></config>\n"),
    ("xml-spring", "XML", "/opt/app/beans.xml", '<bean id="db"><property name="username" value="app"/><property name="password" value="{}"/></bean>\n'),
    ("xml-spring-element", "XML", "/opt/app/beans2.xml", '<property name="password">\n  <value>{}</value>\n</property>\n'),
    ("plist", "XML", "/opt/app/Info.plist", "<dict>\n\t<key>ApiToken</key>\n\t<string>{}</string>\n</dict>\n"),
    ("android", "XML", "/opt/app/strings.xml", '<resources>\n  <string name="api_token">{}</string>\n</resources>\n'),
    ("jenkins", "XML", "/opt/app/job.xml", "<hudson.model.StringParameterDefinition>\n  <name>DB_PASSWORD</name>\n  <defaultValue>{}</defaultValue>\n</hudson.model.StringParameterDefinition>\n"),
    ("toml-pair", "TOML", "/app/fly.toml", '[[env]]\nname = "DB_PASSWORD"\nvalue = "{}"\n'),
)
"""(id, place, path, text with a hole for the value) of name and value that stand apart."""

NONE = ("${DB_PASSWORD}", "{{ db_password }}", "", "<password>")
CLEAN: tuple[tuple[str, str, str, str, str], ...] = (
    ("yaml-name", "a name of a secret", "YAML", "/app/names.yaml", "DB_PASSWORD_SECRET_NAME: db-credentials\nTOKEN_URL: https://login.example.org/token\nTOKEN_LIFETIME: 3600\n"),
    ("yaml-true", "a switch", "YAML", "/app/switches.yaml", "requirePassword: true\nSHOW_PASSWORD: false\nresetPassword: yes\ntokenAuth: enabled\n"),
    ("yaml-number", "numbers", "YAML", "/app/limits.yaml", "minPassword: 12\nmaxToken: 4096\nTOKEN: 0\n"),
    ("yaml-path", "paths", "YAML", "/app/paths.yaml", "PASSWORD: /run/secrets/db_password\nprivateKey: /etc/ssl/private/app.key\nTOKEN: file:///run/secrets/token\n"),
    ("yaml-anchor", "a reference inside YAML", "YAML", "/app/anchor.yaml", "password: *db_password\nother_password: !vault db\nthird_password: !Ref DbPassword\n"),
    ("yaml-type", "types of fields", "YAML", "/app/schema.yaml", "properties:\n  Password: string\n  ApiKey: string\n  clientSecret: object\n"),
    ("ini-empty", "nothing set", "ini", "/opt/app/empty.ini", "[remote]\nApiKey =\nPassword = \nclientSecret=\"\"\n"),
    ("ini-next-line", "an empty value before another line", "ini", "/opt/app/next.ini", "[remote]\npassword =\nhost = db.example.org\n"),
    ("json-secret-key-ref", "a reference to a secret", "JSON", "/app/secrets-task.json", json.dumps({"secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:eu-west-2:123456789012:secret:db-AbCdEf"}]})),
    ("json-pair-variable", "a variable", "JSON", "/app/variable-task.json", json.dumps({"environment": [{"name": "DB_PASSWORD", "value": "${DB_PASSWORD}"}]})),
    ("json-pair-label", "labels of a form", "JSON", "/app/form.json", json.dumps([{"name": "password", "value": "Password"}, {"key": "token", "value": "Token"}])),
    ("json-pair-other", "two pairs side by side", "JSON", "/app/pairs.json", json.dumps([{"name": "DB_PASSWORD"}, {"value": "a-value-of-something-else-42"}])),
    ("kubernetes-ref", "a reference to a secret", "YAML", "/app/ref.yaml", "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n- name: MODE\n  value: production-europe-2\n"),
    ("kubernetes-mount", "a mount of a secret", "YAML", "/app/mount.yaml", "volumes:\n- name: db-password\n  secret:\n    secretName: db-credentials\n"),
    ("hadoop-provider", "a provider of secrets", "XML", "/etc/hadoop/provider.xml", "<configuration><property><name>hadoop.security.credential.provider.path</name><value>jceks://file/etc/app.jceks</value></property></configuration>\n"),
    ("hadoop-empty", "an empty value", "XML", "/etc/hadoop/empty.xml", "<property>\n  <name>fs.s3a.secret.key</name>\n  <value></value>\n</property>\n<property>\n  <name>fs.s3a.path.style.access</name>\n  <value>true</value>\n</property>\n"),
    ("dotnet-token", "a public key token", "XML", "/opt/app/binding.config", '<assemblyIdentity name="System.Memory" publicKeyToken="cc7b13ffcd2ddd51" culture="neutral" />\n'),
    ("dotnet-variable", "a variable of the deployment", "XML", "/opt/app/deploy.config", '<add key="ClientSecret" value="#{ClientSecret}" />\n<add key="DbPassword" value="__DbPassword__" />\n'),
    ("xml-description", "words about passwords", "XML", "/opt/app/help.xml", "<help>\n  <password>The password of the account, at least twelve characters.</password>\n</help>\n"),
    ("xml-empty", "an empty element", "XML", "/opt/app/empty.xml", "<settings><password></password><token/><user>app</user></settings>\n"),
    ("xml-schema", "a schema", "XML", "/opt/app/schema.xsd", '<xs:element name="password" type="xs:string" minOccurs="0"/>\n<xs:attribute name="token" use="optional"/>\n'),
    ("plist-flag", "a switch", "XML", "/opt/app/flag.plist", "<dict>\n\t<key>requirePassword</key>\n\t<true/>\n\t<key>Name</key>\n\t<string>loader-of-trial-data-2</string>\n</dict>\n"),
    ("hcl-variable", "a variable without default", "HCL", "/app/novalue.tf", 'variable "db_password" {\n  type      = string\n  sensitive = true\n}\nresource "x" "y" {\n  password = var.db_password\n}\n'),
    ("toml-env", "from the environment", "TOML", "/app/env.toml", '[database]\npassword = { env = "DB_PASSWORD" }\ntoken_file = "/run/secrets/token"\n'),
    ("apache-require", "settings of a login", "server settings", "/etc/apache2/conf-enabled/auth.conf", "AuthType Basic\nAuthUserFile /etc/apache2/.htpasswd\nAuthBasicProvider file\nRequire valid-user\n"),
)


def all_cases() -> list[Case]:
    """All of the above; the values have between 12 and 24 characters."""
    v = Values("forms of settings")
    cases = []
    for number, (name, place, path, text) in enumerate((*UNQUOTED, *PAIRS)):
        value = v.word(12 + number % 5 * 3) if number % 2 else v.password(16)
        cases.append(found(f"form-{name}", PASSWORD, path, text.format(value), topic="settings: " + ("pair" if (name, place, path, text) in PAIRS else "unquoted"), place=place))
    for number, (name, place, path, text) in enumerate((*UNQUOTED[::2], *PAIRS[::3])):
        cases.append(clean(f"form-{name}-none", f"{NONE[number % 4] or 'nothing'} in place of a password", path, text.format(NONE[number % 4]), topic="settings: unquoted", place=place, may_warn="<" in NONE[number % 4]))
    cases += [clean(f"form-{name}", title, path, text, topic="settings: pair", place=place) for name, title, place, path, text in CLEAN]
    return cases
