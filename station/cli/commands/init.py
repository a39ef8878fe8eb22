# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe init`: who issues, who works here, and their keys. Run once per station."""

from pathlib import Path

import click

from certs.record.issuer import Issuer
from phones.clock import utc_now
from station.cli import cli_text, output
from station.cli.commands.options import home_of, json_option, passphrase_option
from station.cli.passphrase import find_passphrase
from station.errors import ConfigError, FileNotWrittenError
from station.text.language import os_reason, text

LONGEST_TEXT = 200


@cli_text.command("init")
@click.option("--name", required=True, help=text("option.issuer_name"))
@click.option("--address", default="", help=text("option.issuer_address"))
@click.option("--contact", default="", help=text("option.issuer_contact"))
@click.option("--country", default="", metavar="XX", help=text("option.issuer_country"))
@click.option("--station", "station_name", default="bench-1", show_default=True, help=text("option.station_name"))
@click.option("--person", "people", multiple=True, metavar="NAME:ROLE", required=True, help=text("option.person"))
@click.option(
    "--root-folder", type=click.Path(path_type=Path, file_okay=False), default=None, help=text("option.root_folder")
)
@click.option("--under", type=click.Path(path_type=Path, file_okay=False), default=None, help=text("option.under"))
@click.option(
    "--root-passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.root_passphrase")
)
@click.option("--specimen", is_flag=True, help=text("option.specimen"))
@passphrase_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    name: str,
    address: str,
    contact: str,
    country: str,
    station_name: str,
    people: tuple[str, ...],
    root_folder: Path | None,
    under: Path | None,
    root_passphrase_file: Path | None,
    specimen: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> int:
    """Keys never overwrite keys. Exit 0, 2 when something given is wrong."""
    from certs.errors import KeyFileExistsError
    from certs.keys.authority import create_authority, save_authority
    from certs.keys.list_renewal import load_root, root_list_of
    from station.papers.keys import log_files
    from station.setup import people as company_file

    home = home_of(context).make()
    company = company_file.Company(
        issuer=Issuer(name=name, address=address, contact=contact, country=country.upper()),
        station=station_name,
        people=tuple(company_file.parse_person(each) for each in people),
    )
    _check(company.issuer)
    if under is not None and (specimen or root_folder is not None):
        raise click.UsageError(text("word.one_root"))
    passphrase, now = find_passphrase(passphrase_file, confirm=True), utc_now()
    root = under or root_folder or home.path / "root-take-this-away"
    try:
        if under is None:
            authority = create_authority(company.issuer, station_name, now=now, specimen=specimen)
        else:
            if (home.keys / "root.pem").exists():  # before the root's list is written anew for nothing
                raise KeyFileExistsError(subject="root.pem")
            above = load_root(under, find_passphrase(root_passphrase_file) if root_passphrase_file else passphrase)
            authority = create_authority(
                company.issuer, station_name, now=now, root=above, root_list=root_list_of(above, under, now=now)
            )
        save_authority(authority, home.keys, root, passphrase, new_root=under is None)
    except OSError as error:
        raise FileNotWrittenError(subject=str(home.path), cause=os_reason(error)) from error
    company_file.save(home.keys, company)
    log = log_files(home).create(passphrase)
    log.close()
    fingerprint, specimen = authority.signer().station.key_id, authority.signer().station.specimen
    if as_json:
        output.document(
            "init",
            {
                "home": str(home.path),
                "root_folder": str(root),
                "station_key_id": fingerprint,
                "specimen": specimen,
                "log": log.origin,
            },
        )
    else:
        output.message(text("word.initialised", home=home.path, key_id=fingerprint))
        if specimen:
            output.message(text("word.specimen_station"), bold=True)
        output.message(text("word.take_root_away", folder=root), bold=True)
    return 0


def _check(issuer: Issuer) -> None:
    """What X.509 and the page cannot carry is refused before keys are made. Raises: ConfigError."""
    for option, value in (("--name", issuer.name), ("--address", issuer.address), ("--contact", issuer.contact)):
        if not value.isprintable() or len(value) > LONGEST_TEXT:
            expected = text("expected.one_line", length=LONGEST_TEXT)
            raise ConfigError(subject=option, expected=expected, got=repr(value)[:80])
    if not issuer.name.strip():
        raise ConfigError(subject="--name", expected=text("expected.str"), got="")
    if issuer.country and not (len(issuer.country) == 2 and issuer.country.isascii() and issuer.country.isalpha()):
        raise ConfigError(subject="--country", expected=text("expected.country"), got=issuer.country)
