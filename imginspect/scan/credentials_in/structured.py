"""Formats of documents: JSON with secrets under known keys. The document says what is a secret, the bytes say where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from imginspect.scan.credentials_in.span import SecretSpan, is_secret_value
from imginspect.scan.validators.decoding import json_object
from imginspect.scan.validators.keys import is_pem_private_key
from imginspect.scan.validators.structures import is_basic_authorization

_MOST_SECRETS = 300
"""Values of one document that are looked for in it: more than the matches of a file that are recorded, so the search counts as stopped."""
_MOST_PLACES = 1_000
"""Places of these values; likewise more than are recorded."""
_MARK = b"\xef\xbb\xbf"
_STRING = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_SECRET_KEY = re.compile(
    r"(?:.{0,80}_)?(?:password|passwd|secret|token|api_?key|access_?key|secret_?key|private_?key(?:_pem)?|connection_string|sas)",
    re.IGNORECASE,
)
_NO_SECRET_KEY = re.compile(
    r".{0,80}(?:_id|_arn|_name|_type|_version|_url|public.{0,80}|next_token|access_key_id|token_type)|id", re.IGNORECASE
)

Found = Iterator[tuple[str, bool]]
Pick = Callable[[dict[str, Any]], Found]


def json_file(kind: str, pick: Pick) -> Callable[[bytes], Iterator[SecretSpan]]:
    """A reader of a JSON object: spans of the values that *pick* chooses, with whether each is verified."""

    def read(content: bytes) -> Iterator[SecretSpan]:
        document = json_object(content.removeprefix(_MARK), most=len(content))
        chosen = ((value, is_verified) for value, is_verified in pick(document or {}) if is_verified or _is_secret(value))
        yield from _places(kind, content, dict(islice(chosen, _MOST_SECRETS)))

    return read


def _is_secret(value: str) -> bool:
    return is_secret_value(value.encode("utf-8", "surrogatepass"))


def _places(kind: str, content: bytes, secrets: dict[str, bool]) -> Iterator[SecretSpan]:
    """Where *secrets* stand as strings of the document, however their characters are escaped there."""
    found = ((text, secrets.get(_decoded(text[1]))) for text in _STRING.finditer(content)) if secrets else iter(())
    places = (SecretSpan(kind, *text.span(1), is_verified) for text, is_verified in found if is_verified is not None)
    yield from islice(places, _MOST_PLACES)


def _decoded(text: bytes) -> str:
    """What a string of a JSON document says; nothing where it is none."""
    try:
        return str(json.loads(b'"' + text + b'"')) if b"\\" in text else text.decode("utf-8", "surrogatepass")
    except ValueError:
        return ""


def at(*keys: str) -> Pick:
    """Chooses the strings under any of *keys* at the top."""

    def pick(document: dict[str, Any]) -> Found:
        for key in keys:
            if isinstance(document.get(key), str):
                yield document[key], False

    return pick


def docker_logins(document: dict[str, Any]) -> Found:
    """Chooses logins of registries: ``auth`` in base64, and tokens of the registry or its identity service."""
    entries = document.get("auths", document)
    for entry in entries.values() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict):
            continue
        login = entry.get("auth")
        if isinstance(login, str) and is_basic_authorization(b"", login.encode("utf-8", "surrogatepass")):
            yield login, True
        for key in ("password", "identitytoken", "registrytoken"):
            if isinstance(entry.get(key), str):
                yield entry[key], False


def google_credentials(document: dict[str, Any]) -> Found:
    """Chooses the private key of a service account, or the refresh token and client secret of a user or program."""
    key = document.get("private_key")
    if document.get("type") == "service_account" and isinstance(key, str):
        text = key.encode("utf-8", "surrogatepass")
        if is_pem_private_key(text, text):
            yield key, True
    if document.get("type") == "authorized_user":
        yield from at("refresh_token", "client_secret")(document)
    for client in (document.get("installed"), document.get("web")):
        if isinstance(client, dict):
            yield from at("client_secret")(client)


def kaggle(document: dict[str, Any]) -> Found:
    """Chooses the key beside a user's name."""
    if isinstance(document.get("username"), str):
        yield from at("key")(document)


def tokens_by_host(document: dict[str, Any]) -> Found:
    """Chooses the tokens of ``credentials: {host: {token: ...}}``."""
    hosts = document.get("credentials")
    for entry in hosts.values() if isinstance(hosts, dict) else ():
        if isinstance(entry, dict) and isinstance(entry.get("token"), str):
            yield entry["token"], False


def jupyter(document: dict[str, Any]) -> Found:
    """Chooses passwords and tokens of a Jupyter server."""
    for part in ("ServerApp", "NotebookApp", "IdentityProvider", "PasswordIdentityProvider"):
        if isinstance(document.get(part), dict):
            yield from at("password", "hashed_password", "token")(document[part])


def terraform_state(document: dict[str, Any]) -> Found:
    """Chooses the attributes of resources, and sensitive outputs, that are named for secrets."""
    if "terraform_version" not in document and "lineage" not in document:
        return
    pending: list[tuple[str, Any]] = [("", document)]
    while pending:
        key, value = pending.pop()
        if isinstance(value, str):
            if _SECRET_KEY.fullmatch(key) and not _NO_SECRET_KEY.fullmatch(key) and len(value) >= 6:
                yield value, False
        else:
            pending += _inside(key, value)


def _inside(key: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(key, item) for item in value]
    if not isinstance(value, dict):
        return []
    if value.get("sensitive") is True and isinstance(value.get("value"), str):
        return [("secret", value["value"])]
    return list(value.items())
