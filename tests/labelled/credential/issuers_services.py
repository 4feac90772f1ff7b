"""Tokens of messaging, payment, monitoring and office services, and signed tokens without an issuer of their own."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, found
from tests.labelled.credential.values import BASE62, BASE64URL, DIGITS, LOWER, UPPER, Values, basic, grafana, jwt, unpadded


def messaging() -> list[Case]:
    """Chat, mail and telephones."""
    v = Values("messaging")

    def number(count: int) -> str:
        return v.draw("123456789", 1) + v.draw(DIGITS, count - 1)

    return [
        found("slack-bot", "Slack bot token", *s.dotenv("SLACK_TOKEN", f"xoxb-{number(12)}-{number(13)}-{v.word(24)}")),
        found("slack-user", "Slack user token", *s.python("SLACK", f"xoxp-{number(12)}-{number(12)}-{number(13)}-{v.hex(32)}")),
        found("slack-app", "Slack app token", *s.yaml("app_token", f"xapp-1-A{v.draw(UPPER + DIGITS, 10)}-{number(13)}-{v.hex(64)}")),
        found("slack-webhook", "Slack webhook", *s.shell("HOOK", f"https://hooks.slack.com/services/T{v.draw(UPPER + DIGITS, 10)}/B{v.draw(UPPER + DIGITS, 10)}/{v.word(24)}")),
        found("discord-bot", "Discord bot token", *s.javascript("token", f"{unpadded(number(18).encode())}.{v.url(6)}.{v.url(38)}")),
        found("discord-webhook", "Discord webhook", *s.as_json("hook", f"https://discord.com/api/webhooks/{number(19)}/{v.url(68)}")),
        found("telegram", "Telegram bot token", *s.python_call("token", f"{number(10)}:AA{v.url(33)}")),
        found("teams-webhook", "Teams webhook", *s.yaml("webhook", f"https://example.webhook.office.com/webhookb2/{v.uuid()}@{v.uuid()}/IncomingWebhook/{v.hex(32)}/{v.uuid()}")),
        found("twilio", "Twilio auth token", "/app/sms.py", f'from twilio.rest import Client\n\naccount_sid = "AC{v.hex(32)}"\nauth_token = "{v.hex(32)}"\nclient = Client(account_sid, auth_token)\n'),
        found("twilio-key", "Twilio API key", "/app/.env.production", f"TWILIO_API_KEY=SK{v.hex(32)}\nTWILIO_API_SECRET={v.word(32)}\n"),
        found("sendgrid", "SendGrid key", *s.properties("MAIL_KEY", f"SG.{v.url(22)}.{v.url(43)}")),
        found("mailgun", "Mailgun key", *s.php("mailgun_secret", "key-" + v.hex(32))),
        found("mailchimp", "Mailchimp key", *s.php("mailchimp_key", v.hex(32) + "-us12")),
        found("brevo", "Brevo key", *s.dotenv("MAIL", f"xkeysib-{v.hex(64)}-{v.word(16)}")),
        found("resend", "Resend key", *s.javascript("RESEND_API_KEY", f"re_{v.word(8)}_{v.word(24)}")),
    ]


def commerce() -> list[Case]:
    """Payment and shops."""
    v = Values("commerce")
    return [
        found("stripe", "Stripe secret key", *s.dotenv("STRIPE_SECRET_KEY", "sk_" + "live_51" + v.word(97))),
        found("stripe-short", "Stripe secret key", *s.minified("k", "sk_" + "live_" + v.word(24))),
        found("stripe-restricted", "Stripe restricted key", *s.as_json("key", "rk_" + "live_51" + v.word(97))),
        found("stripe-webhook", "Stripe webhook secret", *s.shell("ENDPOINT_SECRET", "whsec_" + v.word(32))),
        found("stripe-test", "Stripe test-mode secret key", *s.python("STRIPE_KEY", "sk_" + "test_51" + v.word(97)), "opens the test mode of a real account", arguable=True),
        found("square", "Square access token", *s.yaml("token", "EAAAE" + v.url(59))),
        found("square-secret", "Square OAuth secret", *s.python("SECRET", "sq0csp-" + v.url(43))),
        found("shopify", "Shopify access token", *s.bearer("", "shpat_" + v.hex(32))),
        found("braintree", "Braintree access token", *s.php("token", f"access_token$production${v.draw(LOWER + DIGITS, 16)}${v.hex(32)}")),
        found("razorpay", "Razorpay key pair", "/srv/pay.js", f"new Razorpay({{ key_id: 'rzp_live_{v.word(14)}', key_secret: '{v.word(24)}' }});\n"),
    ]


def monitoring() -> list[Case]:
    """Monitoring and analytics."""
    v = Values("monitoring")
    cloud = base64.b64encode(f'{{"o":"12345","n":"writer","k":"{v.base64(24)}","m":{{"r":"prod-eu-west-2"}}}}'.encode()).decode()
    return [
        found("datadog", "Datadog API key", *s.dotenv("DD_API_KEY", v.hex(32))),
        found("datadog-agent", "Datadog API key", "/etc/datadog-agent/datadog.yaml", f"api_key: {v.hex(32)}\nsite: datadoghq.eu\n"),
        found("newrelic", "New Relic user key", *s.shell("NEW_RELIC_API_KEY", "NRAK-" + v.draw(UPPER + DIGITS, 27))),
        found("grafana", "Grafana service account token", *s.ini("TOKEN", grafana(v))),
        found("grafana-cloud", "Grafana Cloud token", *s.yaml("password", "glc_" + cloud)),
        found("sentry", "Sentry user token", "/root/.sentryclirc", f"[auth]\ntoken=sntryu_{v.hex(64)}\n"),
        found("honeycomb", "Honeycomb ingest key", *s.systemd("HONEYCOMB_KEY", "hcaik_01" + v.draw(LOWER + DIGITS, 56))),
        found("dynatrace", "Dynatrace token", *s.last("DT_TOKEN", f"dt0c01.{v.draw(UPPER + '234567', 24)}.{v.draw(UPPER + '234567', 64)}")),
        found("posthog", "PostHog personal key", *s.javascript("key", "phx_" + v.word(43))),
        found("splunk", "Splunk HEC token", "/app/ship.sh", f'#!/bin/sh\ncurl https://splunk.example.org:8088/services/collector -H "Authorization: Splunk {v.uuid()}" -d @/app/event.json\n'),
        found("influx", "InfluxDB token", *s.toml("INFLUX_TOKEN", v.base64(64))),
        found("pagerduty", "PagerDuty key", *s.shell_quoted("PAGERDUTY_API_KEY", "u+" + v.url(18))),
    ]


def office() -> list[Case]:
    """Documents, issues, identities, maps, research data."""
    v = Values("office")
    mapbox = "sk." + unpadded(f'{{"u":"example","a":"{v.draw(LOWER + DIGITS, 25)}"}}'.encode()) + "." + v.url(22)
    return [
        found("notion", "Notion token", *s.python("NOTION", "ntn_" + v.draw(DIGITS, 11) + v.word(35))),
        found("airtable", "Airtable token", *s.r_script("AIRTABLE", f"pat{v.word(14)}.{v.hex(64)}")),
        found("linear", "Linear key", *s.go_source("KEY", "lin_api_" + v.word(40))),
        found("figma", "Figma token", *s.comment("", "figd_" + v.url(40))),
        found("postman", "Postman key", *s.as_json("key", f"PMAK-{v.hex(24)}-{v.hex(34)}")),
        found("dropbox", "Dropbox token", *s.bearer("", "sl." + v.url(135))),
        found("facebook", "Facebook access token", *s.php("token", "EAA" + v.word(180))),
        found("twitter", "X bearer token", *s.python("BEARER", "A" * 22 + v.word(36) + "%3D" + v.word(50))),
        found("mapbox", "Mapbox secret token", *s.javascript("token", mapbox)),
        found("okta", "Okta API token", "/app/okta.sh", f'#!/bin/sh\ncurl -H "Authorization: SSWS 00{v.url(40)}" https://example.okta.com/api/v1/users\n'),
        found("launchdarkly", "LaunchDarkly API key", *s.shell("LAUNCHDARKLY_ACCESS_TOKEN", "api-" + v.uuid())),
        found("dbt", "dbt Cloud token", *s.yaml("token", "dbtc_" + v.url(43))),
        found("contentful", "Contentful token", *s.xml("token", "CFPAT-" + v.url(43))),
        found("zenodo", "Zenodo token", *s.shell("ZENODO_TOKEN", v.word(60))),
        found("redcap", "REDCap API token", *s.r_script("REDCAP_API_TOKEN", v.draw(DIGITS + "ABCDEF", 32)), "opens study data: the kind a research image leaks"),
        found("osf", "OSF token", *s.notebook("OSF_TOKEN", v.word(70))),
        found("synapse", "Synapse token", "/root/.synapseConfig", f"[authentication]\nusername = jdoe\nauthtoken = {jwt(v, {'access': {'scope': ['view', 'download']}, 'sub': '3400000', 'token_type': 'PERSONAL_ACCESS_TOKEN'}, 'RS256')}\n"),
        found("gurobi", "Gurobi WLS secret", "/opt/gurobi/gurobi.lic", f"# Gurobi WLS license file\nWLSACCESSID={v.uuid()}\nWLSSECRET={v.uuid()}\nLICENSEID=123456\n", "the guidance names it"),
    ]


def unnamed() -> list[Case]:
    """Signed tokens and passwords that no issuer's prefix gives away."""
    v = Values("unnamed")
    claims: dict[str, object] = {"sub": "1000017", "name": "builder", "iat": 1714560000, "exp": 2029920000}
    encoded = base64.b64encode(f"password={v.password()}".encode()).decode()
    kube_secret = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  password: {base64.b64encode(v.password().encode()).decode()}\n"
    return [
        found("jwt-hs256", "JSON Web Token", *s.bearer("", jwt(v, claims))),
        found("jwt-rs256", "JSON Web Token", *s.as_json("id_token", jwt(v, {**claims, "aud": "api"}, "RS256"))),
        found("jwt-crlf", "JSON Web Token", *s.crlf("token", jwt(v, claims))),
        found("basic-authorisation", "HTTP basic authentication", "/app/request.http", f"GET /export HTTP/1.1\nHost: data.example.org\nAuthorization: Basic {basic('reader', v.password())}\n\n"),
        found("generic-api-key", "API key", *s.yaml("API_KEY", v.word(32))),
        found("generic-secret", "client secret", *s.dotenv("CLIENT_SECRET", v.word(40))),
        found("generic-hex", "secret key", *s.python("SECRET_KEY", v.hex(64))),
        found("django-key", "Django secret key", "/app/project/settings.py", f"DEBUG = False\nSECRET_KEY = '{v.draw(LOWER + DIGITS + '!@$%^&*(-_=+)', 50)}'\nALLOWED_HOSTS = []\n"),
        found("flask-key", "Flask secret key", "/app/web.py", f"from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = '{v.hex(48)}'\n"),
        found("url-userinfo", "password in a URL", "/app/sources.list", f"deb https://reader:{v.password()}@apt.example.org/debian bookworm main\n"),
        found("sshpass", "password on a command line", "/app/sync.sh", f"#!/bin/bash\nsshpass -p '{v.password()}' rsync -a data@files.example.org:/in/ /scratch/in/\n"),
        found("password-yaml", "password", "/app/application.yml", f"spring:\n  datasource:\n    url: jdbc:postgresql://db/app\n    username: app\n    password: {v.password()}\n"),
        found("kubernetes-secret", "Kubernetes secret", "/app/deploy/secret.yaml", kube_secret),
        found("base64-hidden", "password in base64", *s.python_call("blob", encoded), "whoever decodes it reads password=…", arguable=True),
        found("weak-password", "weak but set password", "/app/db.sh", "#!/bin/sh\nexport PGPASSWORD=" + "Edinburgh" + "2023!\npsql -h db.example.org -U app -c 'select 1'\n", "a person's password; low entropy"),
        found("hub-cookie", "JupyterHub cookie secret", "/srv/jupyterhub/jupyterhub_cookie_secret", v.hex(64) + "\n", "only the file's name tells"),
        found("rails-master", "Rails master key", "/app/config/master.key", v.hex(32), "only the file's name tells"),
        found("long-line", "API key", "/app/data/settings.json", '{"items":[' + ",".join(f'{{"id":{n}}}' for n in range(3000)) + f'],"secret_key":"{v.draw(BASE62, 40)}"}}'),
        found("url-safe-session", "session secret", *s.compose("SESSION_SECRET", v.draw(BASE64URL, 43) + "A")),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return messaging() + commerce() + monitoring() + office() + unnamed()
