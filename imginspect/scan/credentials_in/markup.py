"""Formats that write keys differently: XML elements, PHP constants, R and YAML settings. No parser: what is looked for is small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imginspect.scan.credentials_in.span import SecretSpan, span_of
from imginspect.scan.validators.decoding import from_base64
from imginspect.scan.validators.keys import is_pem_private_key

_XML = re.compile(rb"<(password|passphrase|privateKey|secret|secretBytes|apiToken|token)>([^<>]{3,20000})</\1>")
_XML_START = re.compile(rb"<(?:com\.cloudbees\.plugins\.credentials|hudson\.|java\.util|settings|server)")
_PHP = re.compile(
    rb"define\(\s{0,8}['\"](?:DB_PASSWORD|(?:SECURE_AUTH|LOGGED_IN|AUTH|NONCE)_(?:KEY|SALT))['\"]\s{0,8},\s{0,8}['\"]([^'\"\r\n]{3,200})['\"]"
)
_KUBE_VALUE = re.compile(rb"[ \t-]{0,40}(client-key-data|token|password|id-token|refresh-token):[ \t]{1,4}[\"']?([^\s\"'#]{4,20000})")
_KUBE_START = re.compile(rb"(?:^|\n)(?:kind:[ \t]*[\"']?Config|clusters:|users:|current-context:)")


def xml_elements(content: bytes) -> Iterator[SecretSpan]:
    """Values of elements that are named for secrets: credentials.xml of Jenkins, settings.xml of Maven."""
    if _XML_START.search(content):
        for found in _XML.finditer(content):
            if not found[2].startswith(b"${"):
                yield from span_of("xml-credentials-file", content, *found.span(2))


def php_constants(content: bytes) -> Iterator[SecretSpan]:
    """The database's password and the signing keys of WordPress."""
    for found in _PHP.finditer(content):
        if found[1].lower() not in (b"put your unique phrase here", b"password_here"):
            yield from span_of("wordpress-configuration", content, *found.span(1))


def kubeconfig(content: bytes) -> Iterator[SecretSpan]:
    """Keys, tokens and passwords of a kubeconfig's users; a key is verified."""
    if not _KUBE_START.search(content):
        return
    for found in _KUBE_VALUE.finditer(content):
        key = from_base64(found[2]) if found[1] == b"client-key-data" else None
        if key is not None and is_pem_private_key(key, key):
            yield SecretSpan("kubeconfig", *found.span(2), is_verified=True)
        elif found[1] != b"client-key-data":
            yield from span_of("kubeconfig", content, *found.span(2))
