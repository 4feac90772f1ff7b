"""Files in which the clients of such services keep their keys: the forms vary, the names do not. Each sort with its decoy."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import json

from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.kinds_learning import gemini, minimax
from tests.labelled.credential.kinds_site import swarm_join
from tests.labelled.credential.values import LOWER, UPPER, Values, jwt

OWN = "its own file"


def learning() -> list[Case]:
    """Of machine learning services and of editors that use them."""
    v = Values("client files: learning")
    server = {"mcpServers": {"firecrawl": {"command": "npx", "args": ["-y", "firecrawl-mcp"], "env": {"FIRECRAWL_API_KEY": "fc-" + v.hex(32)}}}}
    asks = {"mcpServers": {"firecrawl": {"command": "npx", "env": {"FIRECRAWL_API_KEY": "${FIRECRAWL_API_KEY}"}}}, "inputs": [{"type": "promptString", "id": "key", "password": True}]}
    models = {"models": [{"title": "T", "provider": "together", "model": "m", "apiKey": "tgp_" + "v1_" + v.url(43)}]}
    proxy = "model_list:\n  - model_name: large\n    litellm_params:\n      model: deepseek/deepseek-chat\n      api_key: {}\n"
    return [
        found("client-mcp", "Firecrawl API key", "/root/.cursor/mcp.json", json.dumps(server, indent=2), topic="firecrawl", place="JSON"),
        found("client-continue", "Together API key", "/root/.continue/config.json", json.dumps(models, indent=2), topic="together", place="JSON"),
        found("client-continue-yaml", "Voyage AI API key", "/root/.continue/config.yaml", f"models:\n  - name: embed\n    provider: voyage\n    apiKey: pa-{v.url(43)}\n", topic="voyage", place="YAML"),
        found("client-gemini", "Gemini API key", "/root/.gemini/.env", f"GEMINI_API_KEY={gemini(v)}", topic="gemini-aq", place="env file"),
        found("client-streamlit", "Stability AI API key", "/app/.streamlit/secrets.toml", f'stability_key = "sk-{v.word(48)}"\n\n[connections.db]\nurl = "sqlite:///a.db"\n', topic="stability", place="TOML"),
        found("client-streamlit-password", "password", "/app/.streamlit/secrets.toml", f'[connections.trial]\ndialect = "postgresql"\nhost = "db"\nusername = "app"\npassword = "{v.word(20)}"\n', topic="streamlit", place="TOML"),
        found("client-litellm", "DeepSeek API key", "/app/litellm.yaml", proxy.format("sk-" + v.hex(32)), topic="deepseek", place="YAML"),
        found("client-litellm-master", "master key", "/app/litellm-proxy.yaml", f"general_settings:\n  master_key: sk-{v.word(24)}\n", topic="litellm", place="YAML"),
        found("client-aider", "DeepSeek API key", "/app/.aider.conf.yml", f"model: deepseek\napi-key:\n  - deepseek=sk-{v.hex(32)}\n", topic="deepseek", place="YAML"),
        found("client-minimax", "MiniMax API key", "/app/config.yaml", f'api_key: "{minimax(v)}"\napi_base: "https://api.minimax.io"\n', topic="minimax", place="YAML"),
        found("client-cursor-action", "Cursor API key", "/app/agent.yml", f"jobs:\n  agent:\n    env:\n      CURSOR_API_KEY: key_{v.hex(64)}\n", topic="cursor", place="YAML"),
        found("client-devin-curl", "Devin API key", "/app/session.sh", f"#!/bin/sh\ncurl -H 'Authorization: Bearer cog_{v.draw(LOWER + '234567', 52)}' https://api.devin.ai/v3/sessions\n", topic="devin", place="header of curl"),
        found("client-ollama-header", "Ollama cloud API key", "/app/ask.py", f"client = Client(host='https://ollama.com', headers={{'Authorization': 'Bearer {v.hex(32)}.{v.url(24)}'}})\n", topic="ollama", place="Python source"),
        clean("client-mcp-asks", "a key from the environment", "/root/.cursor/mcp.json", json.dumps(asks, indent=2), topic="firecrawl", place="JSON"),
        clean("client-litellm-environment", "a key from the environment", "/app/litellm.yaml", proxy.format("os.environ/DEEPSEEK_API_KEY"), topic="deepseek", place="YAML"),
        clean("client-litellm-none", "a server that wants no key", "/app/litellm-local.yaml", proxy.format("none").replace("deepseek/deepseek-chat", "ollama/llama3"), topic="deepseek", place="YAML"),
        clean("client-streamlit-empty", "no secrets", "/app/.streamlit/config.toml", '[server]\nheadless = true\nenableXsrfProtection = true\n\n[theme]\nprimaryColor = "#1f77b4"\n', topic="streamlit", place="TOML"),
        clean("client-local-server", "a key that a local server ignores", "/app/local.py", 'client = OpenAI(base_url="http://localhost:11434/v1", api_key="ollama")\n', "Ollama's own documentation: required, and ignored", topic="ollama", place="Python source", arguable=True),
    ]


def research() -> list[Case]:
    """Of services for research data."""
    v = Values("client files: research")
    marine = f"[credentials]\nusername = jdoe\npassword = {v.password()}\n"
    dna = {"DX_APISERVER_HOST": "api.dnanexus.com", "DX_SECURITY_CONTEXT": json.dumps({"auth_token_type": "Bearer", "auth_token": v.word(32)})}
    account = f"name: trial\nuserId: 12345\naccountId: 67890\ntoken: {v.hex(32).upper()}\nsecret: {v.base64(30)}\nusername: trial\nserver: shinyapps.io\n"
    return [
        found("client-synapse", "Synapse token", "/root/.synapseConfig", f"[authentication]\nusername = jdoe\nauthtoken = {jwt(v, {'token_type': 'PERSONAL_ACCESS_TOKEN', 'sub': '1'}, 'RS256')}\n", topic="synapse", place=OWN),
        found("client-synapse-old", "Synapse API key", "/home/user/.synapseConfig", f"[authentication]\nusername = jdoe\napikey = {v.base64(64)}\n", topic="synapse", place=OWN),
        found("client-dnanexus", "DNAnexus token", "/root/.dnanexus_config/environment.json", json.dumps(dna), topic="dnanexus", place=OWN),
        found("client-dnanexus-python", "DNAnexus token", "/app/login.py", f"import dxpy\n\ndxpy.set_security_context({{'auth_token_type': 'Bearer', 'auth_token': '{v.word(32)}'}})\n", topic="dnanexus", place="Python source"),
        found("client-ega", "EGA password", "/app/credential_file.json", json.dumps({"username": "jdoe@example.org", "password": v.password()}), topic="ega", place=OWN),
        found("client-gdc", "GDC token", "/app/gdc-user-token.2026-01-01.txt", jwt(v, {"sub": "jdoe", "aud": ["gdc"]}, "RS256"), topic="gdc", place=OWN),
        found("client-flywheel", "Flywheel API key", "/root/.config/flywheel/user.json", json.dumps({"key": f"fw.example.org:{v.word(56)}", "root": False}), topic="flywheel", place=OWN),
        found("client-openneuro", "OpenNeuro token", "/root/.openneuro", json.dumps({"url": "https://openneuro.org/", "apikey": jwt(v, {"sub": "1", "scopes": []}), "errorReporting": False}), topic="openneuro", place=OWN),
        found("client-earthengine", "Earth Engine token", "/root/.config/earthengine/credentials", json.dumps({"redirect_uri": "http://localhost:8085", "refresh_token": "1//0" + v.url(98), "scopes": []}), topic="earthengine", place=OWN),
        found("client-rsconnect", "shinyapps.io token and secret", "/home/rstudio/.config/R/rsconnect/accounts/shinyapps.io/trial.dcf", account, topic="rsconnect", place=OWN),
        found("client-rsconnect-call", "shinyapps.io token and secret", "/app/deploy.R", f"rsconnect::setAccountInfo(name = 'trial', token = '{v.hex(32).upper()}', secret = '{v.base64(30)}')\n", topic="rsconnect", place="R source"),
        found("client-marine", "Copernicus Marine password", "/root/.copernicusmarine/.copernicusmarine-credentials", base64.b64encode(marine.encode()).decode(), topic="marine", place="encoded: base64"),
        found("client-marine-env", "Copernicus Marine password", "/app/.env", f"COPERNICUSMARINE_SERVICE_USERNAME=jdoe\nCOPERNICUSMARINE_SERVICE_PASSWORD={v.password()}\n", topic="marine", place="env file"),
        found("client-zenodo", "Zenodo token", "/app/upload.py", f"r = requests.get('https://zenodo.org/api/deposit/depositions', params={{'access_token': '{v.word(60)}'}})\n", topic="zenodo", place="Python source"),
        found("client-synapse-login", "Synapse token", "/app/get.R", f"synLogin(authToken = '{jwt(v, {'sub': '2'}, 'RS256')}')\n", topic="synapse", place="R source"),
        found("client-keyring", "password", "/root/.local/share/python_keyring/keyring_pass.cfg", f"[redcap]\njdoe =\n\t{base64.b64encode(v.word(20).encode()).decode()}\n", "keyring's file without a password of its own", topic="keyring", place="encoded: base64"),
        clean("client-synapse-template", "the file as it is installed", "/root/.synapseConfig", "###########################\n# Login Credentials       #\n###########################\n#[authentication]\n#username = <username>\n#authtoken = <authtoken>\n\n[cache]\nlocation = ~/.synapseCache\n", topic="synapse", place=OWN),
        clean("client-dnanexus-none", "settings without a token", "/root/.dnanexus_config/environment.json", json.dumps({"DX_APISERVER_HOST": "api.dnanexus.com", "DX_PROJECT_CONTEXT_ID": "project-" + v.word(24), "DX_SECURITY_CONTEXT": None}), topic="dnanexus", place=OWN),
        clean("client-ega-template", "a file to be filled in", "/app/docs/credential_file.json", json.dumps({"username": "your_ega_email@example.com", "password": "your_password"}), topic="ega", place=OWN, may_warn=True),
        clean("client-flywheel-none", "settings without a key", "/root/.config/flywheel/user.json", json.dumps({"key": "", "root": False}), topic="flywheel", place=OWN),
        clean("client-rsconnect-record", "the record of a deployment", "/app/rsconnect/shinyapps.io/trial/app.dcf", f"name: app\ntitle: App\nusername: trial\naccount: trial\nserver: shinyapps.io\nbundleId: 1234567\nurl: https://trial.shinyapps.io/app/\nwhen: 1700000000.0\nasMultiple: FALSE\nlastSyncTime: {v.hex(8)}\n", topic="rsconnect", place=OWN),
        clean("client-gdc-manifest", "a manifest", "/app/gdc_manifest.txt", f"id\tfilename\tmd5\tsize\tstate\n{v.uuid()}\ta.bam\t{v.hex(32)}\t1024\treleased\n", topic="gdc", place=OWN),
        clean("client-dcf", "a package's description", "/usr/lib/R/site-library/x/DESCRIPTION", f"Package: x\nVersion: 1.0\nPackaged: 2024-01-01\nMD5sum: {v.hex(32)}\nRemoteSha: {v.hex(40)}\n", topic="rsconnect", place=OWN),
    ]


def stores() -> list[Case]:
    """Of data stores and services on site."""
    v = Values("client files: stores")
    astra = "AstraCS:" + f"{v.draw(LOWER + UPPER, 24)}:{v.hex(64)}"
    return [
        found("client-astrarc", "Astra DB token", "/root/.astrarc", f"[default]\nASTRA_DB_APPLICATION_TOKEN={astra}\n", topic="astra", place=OWN),
        found("client-apify", "Apify token", "/root/.apify/auth.json", json.dumps({"token": "apify_" + "api_" + v.word(36), "username": "jdoe", "proxy": {"password": "apify_" + "proxy_" + v.word(36)}}), topic="apify", place=OWN),
        found("client-ecctl", "Elastic Cloud key", "/root/.ecctl/config.json", json.dumps({"host": "https://api.elastic-cloud.com", "api_key": "essu_" + v.word(92), "output": "text"}), topic="elastic-cloud", place=OWN),
        found("client-clickhouse", "ClickHouse password", "/root/.clickhouse-client/config.xml", f"<config>\n  <user>loader</user>\n  <password>{v.word(20)}</password>\n  <secure>true</secure>\n</config>\n", topic="clickhouse", place="XML"),
        found("client-clickhouse-users", "ClickHouse password", "/etc/clickhouse-server/users.xml", f"<clickhouse><users><loader><password_sha256_hex>{v.hex(64)}</password_sha256_hex></loader></users></clickhouse>\n", "a fast hash without salt", topic="clickhouse", place="XML", arguable=True),
        found("client-appsettings", "Azure App Configuration key", "/opt/app/appsettings.json", json.dumps({"ConnectionStrings": {"AppConfig": f"Endpoint=https://trial.azconfig.io;Id={v.draw(LOWER, 4)};Secret={v.base64(32)}"}}, indent=2), topic="azure-app-configuration", place="JSON"),
        found("client-dtrack-curl", "Dependency-Track API key", "/app/bom.sh", f"#!/bin/sh\ncurl -X PUT https://dtrack.example.org/api/v1/bom -H 'X-Api-Key: odt_{v.word(8)}_{v.word(32)}' -d @bom.json\n", topic="dependency-track", place="header of curl"),
        found("client-swarm-terraform", "Docker Swarm join token", "/app/terraform.tfstate", json.dumps({"version": 4, "outputs": {"join": {"value": swarm_join(v)}}}), topic="swarm-join", place="JSON"),
        found("client-mailgun-curl", "Mailgun key", "/app/mail.sh", f"#!/bin/sh\ncurl -s --user 'api:{v.hex(32)}-{v.hex(8)}-{v.hex(8)}' https://api.mailgun.net/v3/example.org/messages\n", topic="mailgun", place="header of curl"),
        found("client-vault-token", "Vault token", "/root/.vault-token", "hvs." + v.url(90), topic="vault-unseal", place=OWN),
        found("client-nats-context", "NATS user seed", "/root/.config/nats/context/trial.json", json.dumps({"url": "nats://mq:4222", "user": "loader", "password": v.word(20)}), topic="nats-user", place=OWN),
        found("client-jira", "Jira Data Center token", "/root/.config/.jira/.netrc", f"machine jira.example.org login jdoe password {base64.b64encode(b'123456789012:' + v.bytes(20)).decode()}\n", topic="jira-dc", place=OWN),
        clean("client-astrarc-none", "settings without a token", "/root/.astrarc", "[default]\nASTRA_DB_ENV=PROD\nASTRA_DB_REGION=eu-west-2\n", topic="astra", place=OWN),
        clean("client-clickhouse-include", "a password from elsewhere", "/etc/clickhouse-server/users.d/loader.xml", '<clickhouse><users><loader><password from_env="CH_PASSWORD"/><networks><ip>::/0</ip></networks></loader></users></clickhouse>\n', topic="clickhouse", place="XML"),
        clean("client-appsettings-empty", "settings without a key", "/opt/app/appsettings.json", json.dumps({"ConnectionStrings": {"AppConfig": ""}, "Logging": {"LogLevel": {"Default": "Information"}}, "ApiKey": None}, indent=2), topic="azure-app-configuration", place="JSON"),
        clean("client-nats-public", "public keys of NATS", "/etc/nats/resolver.conf", "operator: /etc/nats/operator.jwt\nresolver: MEMORY\nsystem_account: AD" + v.draw(UPPER + "234567", 54) + "\n", topic="nats-account", place=OWN),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return learning() + research() + stores()
