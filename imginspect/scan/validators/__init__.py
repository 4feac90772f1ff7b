"""validators: predicates on a match, by the name that a kind of credential gives them. Pure, bounded, and silent on any bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from imginspect.scan.validators import checksums, code, keys, placeholders, structures

Validator: TypeAlias = Callable[[bytes, bytes], bool]
"""Whether (the whole match, its secret part) is acceptable."""

VALIDATORS: Mapping[str, Validator] = MappingProxyType(
    {
        "age-bech32": checksums.is_age_identity,
        "aws-access-key-id": structures.is_aws_access_key_id,
        "base64-16-bytes": structures.is_base64_of(16),
        "base64-32-bytes": structures.is_base64_of(32),
        "base64-64-bytes": structures.is_base64_of(64),
        "basic-authorization": structures.is_basic_authorization,
        "crc32-base62": checksums.has_crc32_in_base62,
        "crc32-grafana": checksums.has_grafana_crc32,
        "discord-token": structures.is_discord_token,
        "embedded-json": structures.has_embedded_json,
        "jwt": structures.is_signed_jwt,
        "mixed-characters": placeholders.has_mixed_characters,
        "not-code": code.is_no_code,
        "not-name": code.is_no_name,
        "not-option": code.is_no_option,
        "not-placeholder": placeholders.is_no_placeholder,
        "not-reference": code.is_no_reference,
        "pem-private-key": keys.is_pem_private_key,
        "pgp-private-key": keys.is_pgp_private_key,
        "putty-private-key": keys.is_putty_private_key,
        "pypi-macaroon": structures.is_macaroon,
        "url-password": placeholders.is_url_password,
    }
)

__all__ = ["VALIDATORS", "Validator"]
