"""Tokens of clouds, of the tools that run them, and of databases, each in a surrounding of its own."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, found
from tests.labelled.credential.values import (
    BASE32,
    BASE36,
    BASE62,
    BASE64,
    DIGITS,
    LOWER,
    UPPER,
    Values,
    age,
    aws_key_id,
    jwt,
    unpadded,
    wireguard,
)


def aws() -> list[Case]:
    """Amazon's keys."""
    v = Values("aws")
    secret = v.draw(BASE64, 40)
    pair = f"[default]\naws_access_key_id = {aws_key_id(v)}\naws_secret_access_key = {v.draw(BASE64, 40)}\n"
    session = f"export AWS_ACCESS_KEY_ID={aws_key_id(v, 'ASIA')}\nexport AWS_SECRET_ACCESS_KEY={v.draw(BASE64, 40)}\n"
    session += f"export AWS_SESSION_TOKEN=IQoJb3JpZ2luX2Vj{v.base64(480)}\n"
    code = f"s3 = boto3.client('s3', aws_access_key_id='{aws_key_id(v)}',\n    aws_secret_access_key='{v.draw(BASE64, 40)}')\n"
    return [
        found("aws-secret-shell", "AWS secret access key", *s.shell("AWS_SECRET_ACCESS_KEY", secret)),
        found("aws-pair-file", "AWS key pair", "/home/user/.aws/credentials", pair),
        found("aws-session", "AWS session credentials", "/app/env.sh", session),
        found("aws-boto3", "AWS key pair", "/app/upload.py", "import boto3\n\n" + code),
        found("aws-pair-crlf", "AWS key pair", "/app/.aws/credentials", pair.replace("\n", "\r\n")),
        found("aws-bedrock", "AWS Bedrock API key", *s.dotenv("AWS_BEARER_TOKEN_BEDROCK", "ABSK" + v.base64(99))),
    ]


def google() -> list[Case]:
    """Google's keys other than service accounts, which are files."""
    v = Values("google")
    return [
        found("google-api-key", "Google API key", *s.javascript("MAPS_KEY", "AIza" + v.url(35)), "a server-side Maps key; browsers' ones look alike", arguable=True),
        found("google-oauth-secret", "Google OAuth client secret", *s.as_json("CLIENT_SECRET", "GOCSPX-" + v.url(28))),
        found("google-access-token", "Google OAuth access token", *s.log("", "ya29.a0Af" + v.url(180))),
        found("google-gemini", "Google Gemini API key", *s.python("GEMINI_API_KEY", "AIza" + v.url(35))),
        found("google-hmac", "Google Cloud Storage HMAC key", "/root/.boto", f"[Credentials]\ngs_access_key_id = GOOG1E{v.draw(BASE32, 55)}\ngs_secret_access_key = {v.draw(BASE64, 40)}\n"),
    ]


def azure() -> list[Case]:
    """Microsoft's keys."""
    v = Values("azure")
    storage = f"DefaultEndpointsProtocol=https;AccountName=mydata01;AccountKey={v.base64(64)};EndpointSuffix=core.windows.net"
    bus = f"Endpoint=sb://jobs.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={v.base64(32)}"
    sas = f"https://mydata01.blob.core.windows.net/raw?sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2030-01-01T00:00:00Z&spr=https&sig={v.base64(32).replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}"
    sql = f"Server=tcp:db01.database.windows.net,1433;Initial Catalog=trial;User ID=loader;Password={v.password(16)};Encrypt=True"
    entra = v.word(3) + "8Q~" + v.url(34)
    cosmos = f"AccountEndpoint=https://mydb.documents.azure.com:443/;AccountKey={v.base64(64)};"
    return [
        found("azure-storage", "Azure storage account key", *s.yaml("AZURE_STORAGE_CONNECTION_STRING", storage)),
        found("azure-service-bus", "Azure shared access key", *s.dotenv("BUS", bus)),
        found("azure-sas", "Azure shared access signature", "/app/get.sh", f"#!/bin/bash\nazcopy copy '{sas}' /scratch --recursive\n"),
        found("azure-sql", "SQL Server password", *s.as_json("ConnectionString", sql)),
        found("azure-client-secret", "Entra ID client secret", *s.toml("CLIENT_SECRET", entra)),
        found("azure-cosmos", "Azure Cosmos DB key", *s.python("COSMOS", cosmos)),
        found("azure-openai", "Azure OpenAI key", *s.dotenv("AZURE_OPENAI_API_KEY", v.hex(32))),
        found("azure-devops", "Azure DevOps personal access token", *s.shell("AZURE_DEVOPS_EXT_PAT", v.draw(LOWER + "234567", 52))),
    ]


def clouds() -> list[Case]:
    """The other clouds and hosts."""
    v = Values("clouds")
    return [
        found("alibaba", "Alibaba Cloud key pair", "/root/.aliyun/config.json", f'{{"current":"default","profiles":[{{"name":"default","mode":"AK","access_key_id":"LTAI5t{v.word(18)}","access_key_secret":"{v.word(30)}","region_id":"cn-hangzhou"}}]}}'),
        found("tencent", "Tencent Cloud key pair", "/app/cos.py", f"secret_id = 'AKID{v.word(32)}'\nsecret_key = '{v.word(32)}'\nclient = connect(secret_id, secret_key)\n"),
        found("digitalocean-pat", "DigitalOcean token", *s.shell_quoted("DIGITALOCEAN_TOKEN", "dop_v1_" + v.hex(64))),
        found("digitalocean-oauth", "DigitalOcean OAuth token", *s.last("DO_TOKEN", "doo_v1_" + v.hex(64))),
        found("heroku", "Heroku API key", *s.compose("HEROKU_API_KEY", v.uuid()), "only its name tells it from another UUID"),
        found("heroku-new", "Heroku API key", *s.crlf("API_KEY", "HRKU-AA" + v.url(58))),
        found("linode", "Linode token", *s.dotenv("LINODE_TOKEN", v.hex(64))),
        found("cloudflare", "Cloudflare API token", *s.shell("CLOUDFLARE_API_TOKEN", v.url(40))),
        found("flyio", "Fly.io token", *s.comment("", "FlyV1 fm2_" + v.base64(240))),
        found("netlify", "Netlify token", *s.minified("token", "nfp_" + v.word(36))),
        found("vercel", "Vercel token", *s.dotenv("VERCEL_TOKEN", v.word(24))),
        found("scaleway", "Scaleway key pair", "/root/.config/scw/config.yaml", f"access_key: SCW{v.draw(UPPER + DIGITS, 17)}\nsecret_key: {v.uuid()}\ndefault_region: fr-par\n"),
        found("ibm-cloud", "IBM Cloud API key", *s.as_json("ibm_cloud_api_key", v.url(44))),
        found("yandex", "Yandex Cloud API key", *s.yaml("API_KEY", "AQVN" + v.url(35))),
        found("hetzner", "Hetzner Cloud token", *s.toml("HCLOUD_TOKEN", v.word(64))),
        found("openstack", "OpenStack password", "/root/openrc.sh", f"export OS_AUTH_URL=https://cloud.example.org:5000/v3\nexport OS_USERNAME=builder\nexport OS_PASSWORD='{v.password()}'\nexport OS_PROJECT_NAME=trial\n"),
    ]


def operations() -> list[Case]:
    """Tools that run clouds and keep secrets."""
    v = Values("operations")
    tailscale = f"tskey-auth-k{v.word(10)}CNTRL-{v.word(32)}"
    onepassword = "ops_" + "eyJ" + unpadded(v.bytes(300))
    wg = f"[Interface]\nPrivateKey = {wireguard(v)}\nAddress = 10.8.0.2/24\n\n[Peer]\nPublicKey = {v.base64(32)}\nEndpoint = vpn.example.org:51820\n"
    return [
        found("vault-service", "HashiCorp Vault token", *s.history("VAULT_TOKEN", "hvs." + v.url(95))),
        found("vault-batch", "HashiCorp Vault batch token", *s.systemd("VAULT_TOKEN", "hvb." + v.url(138))),
        found("vault-old", "HashiCorp Vault token (before 1.10)", *s.shell("VAULT_TOKEN", "s." + v.word(24))),
        found("vault-file", "HashiCorp Vault token", "/root/.vault-token", "hvs." + v.url(95)),
        found("terraform-cloud", "Terraform Cloud token", "/root/.terraform.d/credentials.tfrc.json", f'{{"credentials":{{"app.terraform.io":{{"token":"{v.word(14)}.atlasv1.{v.url(67)}"}}}}}}'),
        found("pulumi", "Pulumi token", *s.as_json("accessToken", "pul-" + v.hex(40))),
        found("doppler", "Doppler token", *s.dotenv("DOPPLER_TOKEN", "dp.st.prd." + v.word(43))),
        found("tailscale", "Tailscale auth key", *s.dockerfile("TS_AUTHKEY", tailscale)),
        found("onepassword", "1Password service account token", *s.dotenv("OP_SERVICE_ACCOUNT_TOKEN", onepassword)),
        found("age", "age identity", "/root/.config/sops/age/keys.txt", f"# created: 2024-05-01T10:00:00Z\n{age(v)}\n"),
        found("wireguard", "WireGuard private key", "/etc/wireguard/wg0.conf", wg),
        found("consul", "Consul ACL token", *s.shell("CONSUL_HTTP_TOKEN", v.uuid())),
        found("databricks", "Databricks token", "/root/.databrickscfg", f"[DEFAULT]\nhost = https://adb-1234567890123456.7.azuredatabricks.net\ntoken = dapi{v.hex(32)}\n"),
        found("databricks-source", "Databricks token", *s.notebook("DATABRICKS_TOKEN", "dapi" + v.hex(32) + "-3")),
        found("kubernetes-token", "Kubernetes service account token", "/var/run/secrets/kubernetes.io/serviceaccount/token", jwt(v, {"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:default:builder"}, "RS256")),
        found("openshift", "OpenShift OAuth token", *s.bearer("", "sha256~" + v.url(43))),
        found("infisical", "Infisical service token", *s.shell("INFISICAL_TOKEN", f"st.{v.uuid()}.{v.hex(32)}.{v.hex(32)}")),
        found("ngrok", "ngrok authtoken", "/root/.config/ngrok/ngrok.yml", f'version: "2"\nauthtoken: 2{v.word(26)}_{v.word(21)}\n'),
    ]


def databases() -> list[Case]:
    """Databases: keys, and connection strings with a password."""
    v = Values("databases")
    return [
        found("postgres-url", "PostgreSQL password", *s.shell("DATABASE_URL", f"postgresql://trial:{v.password()}@db.example.org:5432/trial")),
        found("postgres-sqlalchemy", "PostgreSQL password", *s.python("ENGINE", f"postgresql+psycopg2://app:{v.password()}@10.0.3.7/cohort")),
        found("postgres-dsn", "PostgreSQL password", *s.python("DSN", f"host=db.example.org dbname=cohort user=app password={v.password()}")),
        found("mysql-url", "MySQL password", *s.yaml("DB", f"mysql://root:{v.password()}@mysql:3306/app")),
        found("mongodb-srv", "MongoDB password", *s.javascript("MONGO", f"mongodb+srv://admin:{v.password()}@cluster0.{v.draw(BASE36, 5)}.mongodb.net/prod")),
        found("redis-url", "Redis password", *s.dotenv("REDIS_URL", f"redis://:{v.password(24)}@cache.example.org:6379/0")),
        found("amqp-url", "RabbitMQ password", *s.properties("BROKER_URL", f"amqps://worker:{v.password()}@mq.example.org/vhost")),
        found("jdbc", "SQL Server password", *s.xml("jdbc", f"jdbc:sqlserver://db.example.org:1433;databaseName=x;user=sa;password={v.password()}")),
        found("jdbc-parameters", "MySQL password", *s.properties("spring.datasource.url", f"jdbc:mysql://db.example.org/app?user=app&password={v.password()}")),
        found("odbc", "ODBC password", *s.r_script("CONN", f"Driver=ODBC Driver 18;Server=sql.example.org;Uid=loader;Pwd={v.password()};")),
        found("snowflake", "Snowflake password", "/root/.snowsql/config", f"[connections]\naccountname = xy12345.eu-west-2\nusername = LOADER\npassword = {v.password()}\n"),
        found("planetscale", "PlanetScale password", *s.dotenv("DATABASE_PASSWORD", "pscale_pw_" + v.word(43))),
        found("supabase", "Supabase access token", *s.shell("SUPABASE_ACCESS_TOKEN", "sbp_" + v.hex(40))),
        found("supabase-jwt", "Supabase service role key", *s.javascript("SERVICE_KEY", jwt(v, {"iss": "supabase", "ref": v.draw(LOWER, 20), "role": "service_role", "iat": 1700000000, "exp": 2015000000}))),
        found("neon", "Neon API key", *s.toml("NEON_API_KEY", "napi_" + v.word(64))),
        found("elastic", "Elasticsearch API key", "/app/es.py", f"es = Elasticsearch('https://es.example.org:9200', api_key='{v.base64(42)}')\n"),
        found("ldap-bind", "LDAP bind password", "/etc/nslcd.conf", f"uri ldap://ldap.example.org/\nbase dc=example,dc=org\nbinddn cn=reader,dc=example,dc=org\nbindpw {v.password()}\n"),
        found("ftp-url", "FTP password in a URL", "/app/get-data.sh", f"#!/bin/sh\nwget ftp://study:{v.password()}@ftp.example.org/raw/data.tgz\n"),
        found("proxy-url", "proxy password in a URL", "/etc/apt/apt.conf.d/95proxy", f'Acquire::http::Proxy "http://svc:{v.password()}@proxy.example.org:3128";\n'),
        found("basic-header", "HTTP basic authentication", "/app/pull.sh", f'#!/bin/sh\ncurl -u svc-reader:{v.password()} https://data.example.org/export.csv -o /scratch/x.csv\n'),
        found("smb", "SMB password", "/etc/cifs-credentials", f"username=svc-mount\npassword={v.password()}\ndomain=EXAMPLE\n"),
        found("smtp", "SMTP password", *s.yaml("SMTP_PASSWORD", v.password(16))),
        found("minio", "MinIO root password", *s.compose("MINIO_ROOT_PASSWORD", v.password(20))),
        found("plain-code", "password in source", "/app/login.py", f'import paramiko\n\nclient = paramiko.SSHClient()\nclient.connect("sftp.example.org", username="deploy", password="{v.draw(BASE62, 12)}")\n'),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return aws() + google() + azure() + clouds() + operations() + databases()
