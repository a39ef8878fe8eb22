# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe init`: who issues, who works here, and their keys. Run once per station."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from certs.record.issuer import Issuer
from phones.clock import utc_now
from phones.errors import ProofwipeError
from station.cli import cli_text, output
from station.cli.commands.options import home_of, json_option, passphrase_option
from station.cli.output import is_terminal
from station.cli.passphrase import VARIABLE, find_passphrase, new_passphrase
from station.errors import ConfigError, FileNotWrittenError, StationExistsError
from station.text.language import os_reason, text

if TYPE_CHECKING:
    from station.setup.home import Home

LONGEST_TEXT = 200


@cli_text.command("init")
@click.option("--name", required=True, help=text("option.issuer_name"))
@click.option("--address", default=None, help=text("option.issuer_address"))
@click.option("--contact", default=None, help=text("option.issuer_contact"))
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
    address: str | None,
    contact: str | None,
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

    home = home_of(context)
    _must_be_free(home)
    if under is not None and (specimen or root_folder is not None):
        raise click.UsageError(text("word.one_root"))
    people_given = tuple(company_file.parse_person(each) for each in people)
    _check(Issuer(name=name, address=address or "", contact=contact or "", country=country.upper()))
    ask = is_terminal() and not as_json
    issuer = Issuer(
        name=name,
        address=_asked("address", address, ask=ask),
        contact=_asked("contact", contact, ask=ask),
        country=country.upper(),
    )
    company = company_file.Company(issuer=issuer, station=station_name, people=people_given)
    if under is not None and not (under / "root.key").is_file():  # before anything is asked for in vain
        load_root(under, "")
    names = (name, station_name, *(one.name for one in people_given))
    passphrase = new_passphrase(passphrase_file, variable=VARIABLE, question="ask.new_passphrase", names=names)
    now = utc_now()
    home.make()
    root = under or root_folder or home.path / "root-take-this-away"
    try:
        if under is None:
            authority = create_authority(company.issuer, station_name, now=now, specimen=specimen)
        else:
            if (home.keys / "root.pem").exists():  # before the root's list is written anew for nothing
                raise KeyFileExistsError(subject="root.pem")
            above = load_root(under, _passphrase_of_root(under, root_passphrase_file, passphrase_file, passphrase))
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
        from station.documents.setup import StationMade

        output.tell(
            StationMade(
                home=str(home.path),
                root_folder=str(root),
                key_id=fingerprint,
                specimen=specimen,
                origin=log.origin,
            )
        )
    else:
        output.message(text("word.initialised", home=home.path, key_id=fingerprint))
        if specimen:
            output.message(text("word.specimen_station"), bold=True)
        output.message(text("word.take_root_away", folder=root), bold=True)
    return 0


def _must_be_free(home: "Home") -> None:
    """There is no station in this folder. Raises: StationExistsError, before anything is asked for."""
    from certs.errors import CertsError
    from certs.keys.authority import read_certificate
    from station.setup import people as company_file

    path = home.keys / "organisation.pem"
    if not path.exists() and not (home.keys / "issuer.json").exists():
        return
    owner = since = "—"
    with suppress(ProofwipeError):
        owner = company_file.load(home.keys).issuer.name
    with suppress(CertsError, OSError):
        since = f"{read_certificate(path).not_valid_before_utc:%Y-%m-%d}"
    raise StationExistsError(subject=str(home.path), owner=owner, since=since)


def _passphrase_of_root(under: Path, root_file: Path | None, file: Path | None, passphrase: str) -> str:
    """From its own file; else the station's, where that is in a file; else from the environment or a person."""
    if root_file is None and file is not None:
        return passphrase
    return find_passphrase(root_file, key=under / "root.key", question="ask.root_passphrase")


def _asked(what: str, given: str | None, *, ask: bool) -> str:
    """What papers need and was not given: asked for at a terminal. Left empty, it is said what that costs."""
    if given is None and ask:
        while True:
            given = str(click.prompt(text(f"ask.{what}"), default="", show_default=False, err=True)).strip()
            if _is_line(given):
                break
            output.message(text("word.one_line", length=LONGEST_TEXT))
    if not given:
        output.message(f"! {text(f'word.no_{what}')}")
    return given or ""


def _is_line(value: str) -> bool:
    return value.isprintable() and len(value) <= LONGEST_TEXT


def _check(issuer: Issuer) -> None:
    """What X.509 and the page cannot carry is refused before keys are made. Raises: ConfigError."""
    for option, value in (("--name", issuer.name), ("--address", issuer.address), ("--contact", issuer.contact)):
        if not _is_line(value):
            expected = text("expected.one_line", length=LONGEST_TEXT)
            raise ConfigError(subject=option, expected=expected, got=repr(value)[:80])
    if not issuer.name.strip():
        raise ConfigError(subject="--name", expected=text("expected.str"), got="")
    if issuer.country and not (len(issuer.country) == 2 and issuer.country.isascii() and issuer.country.isalpha()):
        raise ConfigError(subject="--country", expected=text("expected.country"), got=issuer.country)
