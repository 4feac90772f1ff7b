"""Tokens of services that an organisation runs itself."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import json

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean, found
from tests.labelled.credential.kinds import Decoy, Kind, placeholder, rows
from tests.labelled.credential.values import BASE36, DIGITS, Values, base36


def data_center(v: Values) -> str:
    """An access token of Jira or Confluence Data Center: base64 of its number, a colon and 20 bytes. Source: Atlassian, personal access tokens."""
    return base64.b64encode(f"{v.draw(DIGITS, 12)}:".encode() + v.bytes(20)).decode()


def swarm_join(v: Values) -> str:
    """The digest of the cluster's certificate and the secret to join it, in base 36. Source: moby/swarmkit, ca/config.go."""
    digest, secret = int.from_bytes(v.bytes(32), "big"), int.from_bytes(v.bytes(16), "big")
    return f"SWMTKN-1-{base36(digest, 50)}-{base36(secret, 25)}"


def swarm_unlock(v: Values) -> str:
    """32 bytes in base64 without padding. Source: moby/swarmkit, manager/encryption."""
    return "SWMKEY-1-" + v.base64(32).rstrip("=")


def crc16(data: bytes) -> int:
    """The CRC-16 of XMODEM."""
    check = 0
    for byte in data:
        check ^= byte << 8
        for _ in range(8):
            check = (check << 1 ^ 0x1021 if check & 0x8000 else check << 1) & 0xFFFF
    return check


def nats_seed(v: Values, role: int = 20 << 3) -> str:
    """A seed of NATS: its role, 32 bytes and a checksum in base 32; ``SU`` begins a user's. Source: nats-io/nkeys, README and strkey."""
    raw = bytes([18 << 3 | role >> 5, (role & 31) << 3]) + v.bytes(32)
    return base64.b32encode(raw + crc16(raw).to_bytes(2, "little")).decode().rstrip("=")


def nats_public(v: Values) -> str:
    """The public half of a user's key."""
    raw = bytes([20 << 3]) + v.bytes(32)
    return base64.b32encode(raw + crc16(raw).to_bytes(2, "little")).decode().rstrip("=")


KINDS: tuple[Kind, ...] = (
    # Source: Atlassian, Bitbucket Data Center, HTTP access tokens
    Kind("bitbucket-dc", "Bitbucket Data Center token", "BITBUCKET_TOKEN", lambda v: "BBDC-" + data_center(v), (s.dotenv, s.bearer, s.yaml, s.comment), (
        placeholder("BBDC-your-token", s.dotenv),
        Decoy("issue", "numbers of issues", s.words, "BBDC-10442"),
    )),
    Kind("jira-dc", "Jira Data Center token", "JIRA_TOKEN", data_center, (s.dotenv, s.bearer, s.python), (
        placeholder("<your-jira-pat>", s.python),
        Decoy("digest", "a digest in base64", s.words, lambda v: "sha256-" + v.base64(32)),
    )),
    Kind("confluence-dc", "Confluence Data Center token", "CONFLUENCE_PAT", data_center, (s.dotenv, s.yaml), (
        placeholder("your-confluence-pat", s.dotenv),
    )),
    # Source: docs.portainer.io, API access: ptr_ and 32 bytes in base64
    Kind("portainer", "Portainer access token", "PORTAINER_TOKEN", lambda v: "ptr_" + v.base64(32), (s.dotenv, s.shell_quoted, s.as_json, s.comment), (
        placeholder("ptr_your_access_token", s.shell_quoted),
        Decoy("name", "names in C", s.words, "ptr_to_the_next_element_of_the_list_of_free_blocks"),
    )),
    # Source: docs.dependencytrack.org, REST API: the old form, and since 4.13 with a public part
    Kind("dependency-track-old", "Dependency-Track API key", "DTRACK_API_KEY", lambda v: "odt_" + v.word(32), (s.dotenv, s.comment), (
        placeholder("odt_xxxxxxxx", s.dotenv),
    )),
    Kind("dependency-track", "Dependency-Track API key", "DTRACK_API_KEY", lambda v: f"odt_{v.word(8)}_{v.word(32)}", (s.dotenv, s.yaml, s.as_json), (
        Decoy("name", "names of text documents", s.words, "odt_document_of_the_second_meeting"),
        Decoy("public", "only the public part", s.words, lambda v: f"odt_{v.word(8)}"),
    )),
    Kind("swarm-join", "Docker Swarm join token", "SWARM_TOKEN", swarm_join, (s.dotenv, s.shell, s.comment), (
        placeholder("SWMTKN-1-...", s.shell),
        Decoy("digest", "only the certificate's digest", s.words, lambda v: "SWMTKN-1-" + v.draw(BASE36, 50)),
    )),
    Kind("swarm-unlock", "Docker Swarm unlock key", "SWARM_UNLOCK_KEY", swarm_unlock, (s.dotenv, s.comment), (
        placeholder("SWMKEY-1-xxxx", s.dotenv),
        Decoy("short", "too short for a key", s.words, "SWMKEY-1-first"),
    )),
    Kind("nats-user", "NATS user seed", "NATS_NKEY_SEED", nats_seed, (s.dotenv, s.comment, s.yaml), (
        placeholder("SU...", s.yaml),
        Decoy("public", "a public key of NATS", s.yaml, nats_public, name="nkey"),
        Decoy("checksum", "a long word in upper case", s.words, lambda v: "SU" + v.draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 56)),
    )),
    Kind("nats-account", "NATS account seed", "NATS_ACCOUNT_SEED", lambda v: nats_seed(v, 0), (s.dotenv, s.log), (
        Decoy("short", "too short for a seed", s.words, lambda v: "SA" + v.draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20)),
    )),
)


def files() -> list[Case]:
    """Files and command lines of these services."""
    v = Values("site files")
    shares = [v.base64(33) for _ in range(3)]
    printed = "".join(f"Unseal Key {n}: {share}\n" for n, share in enumerate(shares, 1)) + f"\nInitial Root Token: hvs.{v.word(24)}\n"
    init = {"unseal_keys_b64": shares, "unseal_keys_hex": [base64.b64decode(share).hex() for share in shares], "unseal_shares": 3, "unseal_threshold": 2, "root_token": "hvs." + v.word(24)}
    only = {"keys": [v.hex(66)], "keys_base64": [v.base64(33)]}
    creds = f"-----BEGIN NATS USER JWT-----\n{v.url(60)}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n{nats_seed(v)}\n------END USER NKEY SEED------\n"
    return [
        # Source: developer.hashicorp.com, Vault, "operator init": with a threshold each share is 33 bytes
        found("site-vault-init", "Vault unseal keys", "/root/vault-init.txt", printed, topic="vault-unseal", place="its own file"),
        found("site-vault-json", "Vault unseal keys", "/vault/init.json", json.dumps(init, indent=2), topic="vault-unseal", place="JSON"),
        found("site-vault-keys", "Vault unseal keys", "/vault/keys.json", json.dumps(only), topic="vault-unseal", place="JSON"),
        found("site-vault-unseal", "Vault unseal key", "/vault/unseal.sh", f"#!/bin/sh\nvault operator unseal {v.base64(33)}\n", topic="vault-unseal", place="shell script"),
        clean("site-vault-status", "the state of a vault", "/vault/status.txt", "Key                Value\n---                -----\nSeal Type          shamir\nSealed             true\nTotal Shares       5\nThreshold          3\nUnseal Progress    0/3\nUnseal Nonce       n/a\n", topic="vault-unseal", place="log"),
        clean("site-vault-variable", "a key from the environment", "/vault/safe.sh", '#!/bin/sh\nvault operator unseal "$VAULT_UNSEAL_KEY"\n', topic="vault-unseal", place="shell script"),
        found("site-nats-creds", "NATS user seed", "/app/user.creds", creds, topic="nats-user", place="its own file"),
        found("site-nats-conf", "NATS password", "/etc/nats/nats.conf", f'authorization {{\n  user: loader\n  password: "{v.password()}"\n}}\n', topic="nats-user", place="its own file"),
        found("site-swarm-command", "Docker Swarm join token", "/app/join.sh", f"#!/bin/sh\ndocker swarm join --token {swarm_join(v)} 10.0.0.2:2377\n", topic="swarm-join", place="option"),
        found("site-portainer-header", "Portainer access token", "/app/list.sh", f"#!/bin/sh\ncurl -H 'X-API-Key: ptr_{v.base64(32)}' https://portainer.example.org/api/stacks\n", topic="portainer", place="header of curl"),
        found("site-bitbucket-url", "Bitbucket Data Center token", "/app/.git/config", f'[remote "origin"]\n\turl = https://x-token-auth:BBDC-{data_center(v).replace("/", "%2F").replace("+", "%2B")}@git.example.org/scm/tre/app.git\n', topic="bitbucket-dc", place="URL"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return [case for kind in KINDS for case in rows(kind)] + files()
