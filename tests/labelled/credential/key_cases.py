"""Private keys in all their forms and hiding places."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64
import json

from tests.labelled.credential import key_forms as k
from tests.labelled.credential.case import Case, found
from tests.labelled.credential.values import Values


def files() -> list[Case]:
    """Files that are a private key."""
    v = Values("keys")
    return [
        found("key-rsa-pkcs1", "RSA private key", "/etc/ssl/private/server.key", k.pem("RSA PRIVATE KEY", k.pkcs1("a"))),
        found("key-rsa-pkcs8", "RSA private key", "/app/certs/tls.key", k.pem("PRIVATE KEY", k.pkcs8_rsa("a"))),
        found("key-rsa-old-size", "RSA private key of 1024 bits", "/app/old.pem", k.pem("RSA PRIVATE KEY", k.pkcs1("old", 1024))),
        found("key-ec-sec1", "EC private key", "/app/jwt-signing.pem", k.pem("EC PRIVATE KEY", k.sec1("a"))),
        found("key-ec-pkcs8", "EC private key", "/app/AuthKey_ABC123DEFG.p8", k.pem("PRIVATE KEY", k.pkcs8_ec("b"))),
        found("key-ed25519-pkcs8", "Ed25519 private key", "/app/signing.pem", k.pem("PRIVATE KEY", k.pkcs8_ed25519("a"))),
        found("key-dsa", "DSA private key", "/root/.ssh/id_dsa", k.pem("DSA PRIVATE KEY", k.dsa_traditional("a"))),
        found("key-encrypted-pkcs8", "encrypted private key", "/app/certs/key.pem", k.pem("ENCRYPTED PRIVATE KEY", k.pkcs8_encrypted(v)), "behind a passphrase, which may be guessed"),
        found("key-encrypted-old", "encrypted RSA private key", "/app/certs/old.key", k.encrypted_traditional(v), "behind a passphrase, which may be guessed"),
        found("key-openssh-ed25519", "OpenSSH private key", "/root/.ssh/id_ed25519", k.openssh_ed25519("root")),
        found("key-openssh-rsa", "OpenSSH private key", "/home/user/.ssh/deploy", k.openssh_rsa("a")),
        found("key-openssh-encrypted", "encrypted OpenSSH private key", "/root/.ssh/id_work", k.openssh_encrypted("a"), "behind a passphrase"),
        found("key-host", "SSH host key", "/etc/ssh/ssh_host_ed25519_key", k.openssh_ed25519("host"), "baked into an image, every container has the same host key"),
        found("key-putty", "PuTTY private key", "/home/user/key.ppk", k.putty("p")),
        found("key-pgp", "OpenPGP private key", "/app/release-key.asc", k.openpgp("a", secret=True)),
        found("key-gpg-agent", "OpenPGP private key of gpg-agent", f"/root/.gnupg/private-keys-v1.d/{v.hex(40).upper()}.key", k.gpg_agent_key("a")),
        found("key-jwk", "JSON Web Key, private", "/app/jwk.json", k.jwk("j", private=True)),
        found("key-der", "RSA private key in DER", "/etc/ssl/private/server.der", k.pkcs8_rsa("a"), "binary: no header to look for"),
        found("key-crlf", "RSA private key", "/app/win.key", k.pem("RSA PRIVATE KEY", k.pkcs1("a")).replace("\n", "\r\n")),
        found("key-no-newline", "EC private key", "/app/tight.pem", k.pem("EC PRIVATE KEY", k.sec1("t")).rstrip("\n")),
        found("key-utf16", "EC private key", "/app/exported.pem", b"\xff\xfe" + k.pem("PRIVATE KEY", k.pkcs8_ec("u")).encode("utf-16-le")),
    ]


def inside() -> list[Case]:
    """Private keys inside other files."""
    v = Values("keys inside")
    block = k.pem("PRIVATE KEY", k.pkcs8_ec("inside"))
    rsa = k.pem("RSA PRIVATE KEY", k.pkcs1("a"))
    indented = "".join(f"    {line}\n" for line in rsa.splitlines())
    bundle = k.pem("CERTIFICATE", k.certificate("a", v)) + k.pem("PRIVATE KEY", k.pkcs8_rsa("a"))
    encoded = base64.b64encode(rsa.encode()).decode()
    kubernetes = f"apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: tls\ndata:\n  tls.key: {encoded}\n"
    return [
        found("key-json-escaped", "EC private key", "/app/config/keys.json", json.dumps({"alg": "ES256", "private_key": block})),
        found("key-yaml-block", "RSA private key", "/app/values.yaml", f"tls:\n  enabled: true\n  key: |\n{indented}"),
        found("key-python", "EC private key", "/app/signer.py", f'import jwt\n\nKEY = """{block}"""\n\n\ndef sign(claims):\n    return jwt.encode(claims, KEY, "ES256")\n'),
        found("key-heredoc", "OpenSSH private key", "/app/setup.sh", f"#!/bin/sh\nmkdir -p ~/.ssh\ncat > ~/.ssh/id_ed25519 <<'EOF'\n{k.openssh_ed25519('setup')}EOF\nchmod 600 ~/.ssh/id_ed25519\n"),
        found("key-dotenv", "EC private key", "/app/.env", 'MODE=prod\nJWT_KEY="' + block.replace("\n", "\\n") + '"\n'),
        found("key-bundle", "RSA private key after a certificate", "/etc/ssl/haproxy.pem", bundle),
        found("key-base64", "RSA private key in base64", "/app/tls-secret.yaml", kubernetes),
        found("key-openvpn", "RSA private key", "/etc/openvpn/client.ovpn", f"client\ndev tun\nremote vpn.example.org 1194\n<ca>\n{k.pem('CERTIFICATE', k.certificate('a', v))}</ca>\n<key>\n{rsa}</key>\n"),
        found("key-second", "second of two blocks", "/app/pair.pem", k.pem("PUBLIC KEY", k.public_rsa("a")) + rsa),
        found("key-late", "EC private key after long text", "/app/notes.txt", "nothing of note on this line\n" * 3000 + block),
        found("key-tests", "private key among a package's tests", "/usr/lib/python3.12/site-packages/tornado/test/test.key", k.pem("PRIVATE KEY", k.pkcs8_rsa("a")), "a package's own test key: structurally a key, of no use to anybody", arguable=True),
        found("key-terraform-state", "RSA private key", "/app/terraform.tfstate", json.dumps({"version": 4, "resources": [{"type": "tls_private_key", "instances": [{"attributes": {"private_key_pem": rsa}}]}]})),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return files() + inside()
