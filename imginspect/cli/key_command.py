"""``imginspect key``: a key pair for signing evidence packs, and a key for the ids of secrets."""

from __future__ import annotations

from pathlib import Path

import click

from imginspect.cli.host_facts import PASSPHRASE, given_passphrase
from imginspect.cli.suggestions import SuggestingGroup
from imginspect.errors import UsageError


@click.group("key", cls=SuggestingGroup)
def command() -> None:
    """Create a key pair for signing evidence packs, or a key for --fingerprint-key."""


@command.command("new")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--kind", type=click.Choice(["ed25519", "ecdsa-p256"]), default="ed25519", show_default=True, help="Key type.")
@click.option("--encrypt", is_flag=True, help=f"Encrypt the private key; the passphrase is read from {PASSPHRASE} or prompted for.")
def new(file: Path, kind: str, encrypt: bool) -> None:
    """Write a new private key to FILE and its public key to FILE.pub.pem.

    Both are accessible only to the owner. Existing files are never overwritten."""
    from imginspect.evidence_pack.keys import new_key_pair
    from imginspect.host.writing import write_new

    public = file.with_name(f"{file.name}.pub.pem")
    for target in (file, public):
        if target.is_symlink() or target.exists():
            raise UsageError(f"{target} already exists: keys are never overwritten")
    pair = new_key_pair(kind, _passphrase() if encrypt else None)
    write_new(file, pair.private)
    write_new(public, pair.public)
    click.echo(f"private key: {file} (keep it secret)\npublic key:  {public} (give it to verifiers)")


@command.command("fingerprint")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def fingerprint(file: Path) -> None:
    """Write a new key for --fingerprint-key to FILE, accessible only to the owner. An existing file is never overwritten."""
    import secrets

    from imginspect.host.writing import write_new

    write_new(file, secrets.token_bytes(32))
    click.echo(f"fingerprint key: {file} (keep it secret: anyone who has it can test guesses of a credential against its id)")


def _passphrase() -> bytes:
    given = given_passphrase()
    if given is None:
        given = click.prompt("Passphrase for the new key", hide_input=True, confirmation_prompt=True, err=True).encode()
    if not given:
        raise UsageError("the passphrase is empty")
    return bytes(given)
