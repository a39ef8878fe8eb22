# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe keys`: what this station signs with, for how long, and its renewal."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station import output, spoken
from station.commands.options import home_of, json_option, passphrase_option
from station.language import text
from station.passphrase import find_passphrase
from station.spoken import os_reason

if TYPE_CHECKING:
    from cryptography import x509


@spoken.group("keys")
def command() -> None:
    """Station keys and certificates."""


@command.command("show", help=text("help.keys_show"))
@json_option()
@click.pass_context
def show(context: click.Context, as_json: bool) -> int:
    """Issuer, station, key id, validity, fingerprint of the root. Exit 0."""
    from cryptography.hazmat.primitives import hashes

    from certs.authority import load_station
    from station.people import load

    home = home_of(context)
    company = load(home.keys)
    station = load_station(home.keys)
    root = _root(home.keys / "root.pem")
    facts = {
        "issuer": company.issuer.name, "station": station.name, "key_id": station.key_id,
        "valid_until": station.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "root_sha256": root.fingerprint(hashes.SHA256()).hex(), "root_file": str(home.keys / "root.pem"),
        "people": [f"{one.name} ({one.role})" for one in company.people],
    }
    if as_json:
        output.document("keys", facts)
    else:
        output.table([text("view.what"), text("view.value")], [[name, _line(value)] for name, value in facts.items()])
    return 0


@command.command("check", help=text("help.keys_check"))
@passphrase_option()
@click.pass_context
def check(context: click.Context, passphrase_file: Path | None) -> int:
    """Does the key open with this passphrase, and do key and certificate belong together? Exit 0 or 1."""
    from certs.authority import load_signer

    signer = load_signer(home_of(context).keys, find_passphrase(passphrase_file))
    output.words(text("word.key_opens", key_id=signer.station.key_id))
    return 0


@command.command("renew", help=text("help.keys_renew"))
@passphrase_option()
@click.pass_context
def renew(context: click.Context, passphrase_file: Path | None) -> int:
    """A new station key for a year; the old files are kept beside it. Exit 0."""
    from certs.authority import load_station, renew_station
    from station.people import load

    home = home_of(context)
    company = load(home.keys)
    with home.claimed():
        renew_station(
            home.keys, find_passphrase(passphrase_file), company.issuer, company.station, now=datetime.now(UTC)
        )
    output.words(text("word.key_renewed", key_id=load_station(home.keys).key_id))
    return 0


def _root(path: Path) -> "x509.Certificate":
    from cryptography import x509

    from certs.errors import KeyUnreadableError

    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise KeyUnreadableError(got=f"{path.name}: {os_reason(error)}") from error
    except ValueError as error:
        raise KeyUnreadableError(got=path.name) from error


def _line(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
