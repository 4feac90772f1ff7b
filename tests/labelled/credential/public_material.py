"""Public halves of keys, certificates, and words about keys."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import base64

from tests.labelled.credential import der
from tests.labelled.credential import key_forms as k
from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean
from tests.labelled.credential.mathematics import ed25519, p256, rsa
from tests.labelled.credential.values import Values, age_recipient


def public() -> list[Case]:
    """Public keys and certificates."""
    v = Values("public")
    certificate = k.pem("CERTIFICATE", k.certificate("a", v))
    ed = base64.b64encode(k.ssh_public_ed25519("root")).decode()
    old = base64.b64encode(k.ssh_public_rsa("a")).decode()
    pkcs1 = k.pem("RSA PUBLIC KEY", der.sequence(der.integer(rsa("a").modulus), der.integer(65537)))
    ec = k.pem("PUBLIC KEY", der.sequence(der.sequence(der.identifier(der.EC), der.identifier(der.P256)), der.bits(p256("a")[1])))
    parameters = k.pem("EC PARAMETERS", der.identifier(der.P256))
    dh = k.pem("DH PARAMETERS", der.sequence(der.integer(rsa("a").modulus), der.integer(2)))
    return [
        clean("public-rsa", "an RSA public key", "/app/public.pem", k.pem("PUBLIC KEY", k.public_rsa("a"))),
        clean("public-rsa-pkcs1", "an RSA public key, old form", "/app/rsa.pub.pem", pkcs1),
        clean("public-ec", "an EC public key", "/app/ec-public.pem", ec),
        clean("public-certificate", "a certificate", "/etc/ssl/certs/host.pem", certificate),
        clean("public-bundle", "many certificates", "/etc/ssl/certs/ca-certificates.crt", "".join(k.pem("CERTIFICATE", k.certificate("a", v)) for _ in range(20))),
        clean("public-der-certificate", "a certificate in DER", "/etc/ssl/certs/host.der", k.certificate("a", v)),
        clean("public-trusted", "a certificate under another label", "/etc/pki/ca.pem", k.pem("TRUSTED CERTIFICATE", k.certificate("a", v))),
        clean("public-request", "a signing request", "/app/host.csr", k.pem("CERTIFICATE REQUEST", k.request("a", v))),
        clean("public-ec-parameters", "curve parameters only", "/app/params.pem", parameters),
        clean("public-dh", "Diffie-Hellman parameters", "/etc/nginx/dhparam.pem", dh),
        clean("public-crl", "a revocation list", "/app/ca.crl", k.pem("X509 CRL", v.bytes(400))),
        clean("public-ssh-ed25519", "an SSH public key", "/root/.ssh/id_ed25519.pub", f"ssh-ed25519 {ed} builder@host\n"),
        clean("public-ssh-rsa", "an SSH public key", "/etc/ssh/ssh_host_rsa_key.pub", f"ssh-rsa {old} root@host\n"),
        clean("public-authorized", "authorized_keys", "/home/user/.ssh/authorized_keys", f'ssh-rsa {old} a@b\nno-pty,command="/bin/x" ssh-ed25519 {ed} c@d\n'),
        clean("public-known-hosts", "known_hosts", "/root/.ssh/known_hosts", f"github.com ssh-ed25519 {ed}\n|1|{v.base64(20)}|{v.base64(20)} ssh-rsa {old}\n"),
        clean("public-ssh2", "an SSH public key, RFC 4716", "/app/key.pub", f"---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"x\"\n{ed}\n---- END SSH2 PUBLIC KEY ----\n"),
        clean("public-pgp", "an OpenPGP public key", "/usr/share/keyrings/repo.asc", k.openpgp("a", secret=False)),
        clean("public-pgp-signature", "an OpenPGP signature", "/app/release.tar.gz.asc", k.pem("PGP SIGNATURE", v.bytes(310), headers="\n").replace("\n\n", "\n")),
        clean("public-pgp-message", "an encrypted message", "/app/secrets.yaml.asc", k.pem("PGP MESSAGE", v.bytes(400)), "encrypted to somebody, whose key is not here"),
        clean("public-jwk", "a public JSON Web Key", "/app/jwks.json", '{"keys":[' + k.jwk("j", private=False) + "]}"),
        clean("public-wireguard", "a WireGuard peer", "/etc/wireguard/peers.conf", f"[Peer]\nPublicKey = {v.base64(32)}\nAllowedIPs = 10.0.0.0/8\n"),
        clean("public-age", "an age recipient", "/app/.sops.yaml", f"creation_rules:\n  - age: {age_recipient(v)}\n"),
        clean("public-cosign", "a signature's public key", "/app/cosign.pub", ec),
        clean("public-minisign", "a minisign public key", "/app/minisign.pub", f"untrusted comment: minisign public key\nRW{base64.b64encode(ed25519('m')[1] + bytes(8)).decode()}\n"),
        clean("public-gpg-trust", "gpg's public keyring", "/root/.gnupg/pubring.kbx", b"\x00\x00\x00\x20\x01\x01\x00\x02KBXf" + v.bytes(400)),
    ]


def headers_only() -> list[Case]:
    """The lines of an armoured block without a key between them."""
    label = "RSA PRIVATE KEY"
    empty = f"{k.begin(label)}\n{k.end(label)}\n"
    dots = f"{k.begin(label)}\n...\n{k.end(label)}\n"
    words = f"{k.begin('PRIVATE KEY')}\nYOUR PRIVATE KEY HERE\n{k.end('PRIVATE KEY')}\n"
    crossed = f"{k.begin('OPENSSH PRIVATE KEY')}\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxxxxxxxxx\n{k.end('OPENSSH PRIVATE KEY')}\n"
    code = f"PEM_START = '{k.begin('PRIVATE KEY')}'\nPEM_END = '{k.end('PRIVATE KEY')}'\nOPENSSH = b'{k.begin('OPENSSH PRIVATE KEY')}'\n"
    test = f"def is_key(text):\n    return text.startswith('{k.begin('EC PRIVATE KEY')}') or '{k.begin('PGP PRIVATE KEY BLOCK')}' in text\n"
    documentation = f'KEY = """{k.begin(label)}\nMIIEpAIBAAKCAQEA...\n{k.end(label)}"""\n'
    return [
        clean("header-empty", "an empty block", "/app/empty.pem", empty),
        clean("header-dots", "a block of dots", "/app/README.md", f"```\n{dots}```\n"),
        clean("header-words", "a block of words", "/app/config.sample.yaml", f"key: |\n  {words.replace(chr(10), chr(10) + '  ')}\n"),
        clean("header-x", "a block of x", "/usr/share/doc/openssh/README", crossed),
        clean("header-code", "constants in code", "/usr/lib/python3/dist-packages/paramiko/pkey.py", code),
        clean("header-test", "a comparison in code", "/app/detect.py", test),
        clean("header-shortened", "a shortened key in documentation", "/app/docs/usage.md", documentation),
        clean("header-binary", "constants in a program", *s.binary("fmt", f"{k.begin('PRIVATE KEY')}\n\0{k.end('PRIVATE KEY')}")),
        clean("header-grep", "a search for keys", "/app/check.sh", f"#!/bin/sh\nif grep -rq '{k.begin(label)[:20]}' /app; then echo 'remove the key'; exit 1; fi\n"),
        clean("header-begin-only", "only the first line", "/app/cut.pem", k.begin(label) + "\n"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return public() + headers_only()
