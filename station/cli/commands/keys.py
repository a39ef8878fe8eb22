# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe keys`: what this station signs with and for how long, who may decide, and what is revoked since when."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.clock import utc_now
from station.cli import cli_text, output
from station.cli.commands.options import Decorator, config_option, home_of, json_option, passphrase_option, settings_of
from station.cli.output import is_terminal
from station.cli.passphrase import PIN_VARIABLE, find_passphrase
from station.errors import ConfigError, FileNotWrittenError
from station.text.language import os_reason, text

if TYPE_CHECKING:
    from certs.keys.certificate_statuses import CertificateStatus
    from station.setup.home import Home

REASONS = ("key-compromise", "superseded", "stopped", "person-left")
LONGEST_PERSON = 64
"""What a certificate can carry as a name."""
VALIDATOR_VARIABLE, EXPORT_VARIABLE = "PROOFWIPE_VALIDATOR_PASSPHRASE", "PROOFWIPE_EXPORT_PASSPHRASE"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@cli_text.group("keys")
def command() -> None:
    """Station keys and certificates."""


def root_folder_option() -> Decorator:
    """`--root-folder FOLDER`: where the root's key was carried to."""
    return click.option(
        "--root-folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help=text("option.root_key_folder"),
    )


@command.command("show", help=text("help.keys_show"))
@json_option()
@click.pass_context
def show(context: click.Context, as_json: bool) -> int:
    """Issuer, station, key id, validity, fingerprint of the root, every certificate and list. Exit 0."""
    from cryptography.hazmat.primitives import hashes

    from certs.errors import RevocationListMissingError
    from certs.keys.authority import load_station, read_certificate
    from certs.keys.certificate_statuses import certificate_statuses
    from certs.keys.list_renewal import list_of
    from station.setup.people import load

    home = home_of(context)
    company = load(home.keys)
    station = load_station(home.keys)
    root = read_certificate(home.keys / "root.pem")
    facts: dict[str, object] = {
        "issuer": company.issuer.name,
        "station": station.name,
        "key_id": station.key_id,
        "valid_until": station.certificate.not_valid_after_utc.strftime(_TIME),
        "root_sha256": root.fingerprint(hashes.SHA256()).hex(),
        "root_file": str(home.keys / "root.pem"),
        "people": [f"{one.name} ({one.role})" for one in company.people],
    }
    issued = [_standing(one) for one in certificate_statuses(home.keys)]
    lists = {}
    for who in ("organisation", "root"):
        try:
            lists[who] = list_of(home.keys, who).renew_by.strftime(_TIME)
        except RevocationListMissingError:
            lists[who] = ""
    if as_json:
        output.document("keys", {**facts, "certificates": issued, "revocation_lists": lists})
        return 0
    rows = [[text(f"view.{name}"), _line(name, value)] for name, value in facts.items()]
    for who, until in lists.items():
        rows.append([text(f"view.{who}_list"), until or text("word.list_missing")])
    output.table([text("view.what"), text("view.value")], rows)
    click.echo()
    output.table(
        [text(f"view.{name}") for name in ("certificate", "name", "key_id", "valid_until", "revoked")],
        [
            [
                text(f"view.kind_{one['kind']}"),
                *(str(one[name]) for name in ("name", "key_id", "valid_until")),
                str(one["revoked"] or "—"),
            ]
            for one in issued
        ],
    )
    return 0


def _standing(one: "CertificateStatus") -> Mapping[str, object]:
    revoked = "" if one.revoked is None else one.revoked.at.strftime(_TIME)
    return {
        "kind": one.kind,
        "name": one.name,
        "key_id": one.key_id,
        "valid_until": one.certificate.not_valid_after_utc.strftime(_TIME),
        "revoked": revoked,
        "reason": "" if one.revoked is None else one.revoked.reason.value,
    }


def _line(name: str, value: object) -> str:
    if name == "root_sha256":  # people read it to each other
        return " ".join(str(value)[start : start + 4] for start in range(0, 64, 4))
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


@command.command("check", help=text("help.keys_check"))
@passphrase_option()
@config_option()
@click.pass_context
def check(context: click.Context, passphrase_file: Path | None, config: Path | None) -> int:
    """Does the key open with this passphrase, and do key and certificate belong together? Exit 0 or 1."""
    from certs.keys.key_folder import open_signer

    home = home_of(context)
    signing = settings_of(home, config).signing
    signer = open_signer(home.keys, find_passphrase(passphrase_file), signing=signing, pin=os.environ.get(PIN_VARIABLE))
    output.message(text("word.key_opens", key_id=signer.station.key_id))
    return 0


@command.command("renew", help=text("help.keys_renew"))
@passphrase_option()
@config_option()
@click.pass_context
def renew(context: click.Context, passphrase_file: Path | None, config: Path | None) -> int:
    """A new station key for a year, where `station_key` of the settings says; old ones go to `old/`. Exit 0."""
    from certs.keys.key_folder import renew_station
    from station.setup.people import load

    home = home_of(context)
    company = load(home.keys)
    signing, passphrase = settings_of(home, config).signing, find_passphrase(passphrase_file)
    with home.locked(), _disk(home):
        station = renew_station(
            home.keys,
            passphrase,
            company.issuer,
            company.station,
            now=utc_now(),
            signing=signing,
            pin=os.environ.get(PIN_VARIABLE),
        )
    output.message(text("word.key_renewed", key_id=station.key_id))
    return 0


@command.command("crl", help=text("help.keys_crl"))
@root_folder_option()
@passphrase_option()
@click.pass_context
def crl(context: click.Context, root_folder: Path | None, passphrase_file: Path | None) -> int:
    """New revocation lists: the organisation's; with `--root-folder` the root's, and only that. Exit 0."""
    from certs.keys.list_renewal import list_of, renew_organisation_list, renew_root_list

    home = home_of(context)
    passphrase, now = find_passphrase(passphrase_file), utc_now()
    with home.locked(), _disk(home):
        if root_folder is not None:
            renew_root_list(home.keys, root_folder, passphrase, now=now)
        else:
            renew_organisation_list(home.keys, passphrase, now=now)
    made = list_of(home.keys, "organisation" if root_folder is None else "root")
    output.message(text("word.list_made", until=made.renew_by.strftime("%Y-%m-%d"), count=len(made.revoked)))
    return 0


@command.command("revoke", help=text("help.keys_revoke"))
@click.argument("who", metavar="NAME|KEY-ID")
@click.option("--at", "since", required=True, metavar="DATE", help=text("option.revoked_at"))
@click.option("--reason", type=click.Choice(REASONS), required=True, help=text("option.revoked_reason"))
@root_folder_option()
@passphrase_option()
@click.pass_context
def revoke(
    context: click.Context, who: str, since: str, reason: str, root_folder: Path | None, passphrase_file: Path | None
) -> int:
    """Papers and decisions signed from that date on fail; those before it stand if their time is proven. Exit 0."""
    from certs.keys.certificate_statuses import revoke as revoke_certificate
    from certs.keys.revocation_lists import Reason

    home = home_of(context)
    now = utc_now()
    at, passphrase = _moment(since, now), find_passphrase(passphrase_file)
    with home.locked(), _disk(home):
        found = revoke_certificate(
            home.keys,
            passphrase,
            who,
            at=at,
            reason=Reason(reason),
            now=now,
            root_folder=root_folder,
        )
    effective = at if found.revoked is None else found.revoked.at
    output.message(text("word.revoked", name=found.name, key_id=found.key_id, at=effective.strftime(_TIME)), bold=True)
    return 0


def _moment(given: str, now: datetime) -> datetime:
    """A date or time as typed, UTC unless it says otherwise, not in the future. Raises: ConfigError."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError as error:
        raise ConfigError(subject="--at", expected=text("expected.past_time"), got=given) from error
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if at > now or at.year < 2000:
        raise ConfigError(subject="--at", expected=text("expected.past_time"), got=given)
    return at


@command.command("validator", help=text("help.keys_validator"))
@click.argument("name", metavar="NAME")
@click.option(
    "--key-passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.new_key_passphrase")
)
@passphrase_option()
@json_option()
@click.pass_context
def validator(
    context: click.Context, name: str, key_passphrase_file: Path | None, passphrase_file: Path | None, as_json: bool
) -> int:
    """A key and certificate with which a person decides, a year, under a passphrase of their own. Exit 0."""
    from certs.keys.authority import create_validator
    from certs.keys.key_folder import save_validator
    from certs.keys.list_renewal import organisation_of
    from station.setup.people import load, with_validator

    home = home_of(context)
    company = load(home.keys)
    if not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_PERSON:
        raise ConfigError(
            subject="NAME", expected=text("expected.one_line", length=LONGEST_PERSON), got=repr(name)[:80]
        )
    name = name.strip()
    organisation = organisation_of(home.keys, find_passphrase(passphrase_file))
    own = _new_passphrase(key_passphrase_file, VALIDATOR_VARIABLE, "ask.validator_passphrase")
    with home.locked(), _disk(home):
        holder = create_validator(organisation, company.issuer, name, now=utc_now())
        path = save_validator(home.keys, holder, own)
        with_validator(home.keys, name)
    if as_json:
        output.document("validator", {"name": name, "key_id": path.stem, "key_file": str(path)})
    else:
        output.message(text("word.validator_made", name=name, file=path))
    return 0


@command.command("export", help=text("help.keys_export"))
@click.argument("who", metavar="NAME|KEY-ID|organisation")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help=text("option.export_to")
)
@click.option(
    "--key-passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.new_key_passphrase")
)
@passphrase_option()
@click.pass_context
def export(
    context: click.Context, who: str, target: Path, key_passphrase_file: Path | None, passphrase_file: Path | None
) -> int:
    """A copy of a private key that OpenSSL reads, for recovery. Exit 0."""
    from certs.keys.key_folder import export_key

    home = home_of(context)
    passphrase = find_passphrase(passphrase_file)
    new = _new_passphrase(key_passphrase_file, EXPORT_VARIABLE, "ask.export_passphrase")
    with _disk(home):
        export_key(home.keys, passphrase, who, new, target)
    output.message(text("word.key_exported", file=target), bold=True)
    return 0


@command.command("export-trust", help=text("help.keys_export_trust"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@config_option()
@click.pass_context
def export_trust(context: click.Context, folder: Path, config: Path | None) -> int:
    """What buyers pin: root, log policy, time-stamp root, newest revocation lists; `verify --trust FOLDER`. Exit 0."""
    from certs.keys.key_folder import trust_files
    from station.setup.home import write_whole

    home = home_of(context)
    files = trust_files(home.keys, settings_of(home, config).signing)
    with _disk(home):
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_whole(folder / name, data)
    output.message(text("word.trust_exported", folder=folder, files=", ".join(files)))
    return 0


@contextmanager
def _disk(home: "Home") -> Iterator[None]:
    """A disk that is full or read-only, as one of our errors."""
    try:
        yield
    except OSError as error:
        raise FileNotWrittenError(subject=str(home.path), cause=os_reason(error)) from error


def _new_passphrase(file: Path | None, variable: str, question: str) -> str:
    """A passphrase for a key that is written now: from its own file or variable, or typed twice; never the station's.

    Raises: ConfigError.
    """
    if file is not None:
        return find_passphrase(file)
    if given := os.environ.get(variable):
        return given
    if not is_terminal():
        raise ConfigError(subject="passphrase", expected=f"--key-passphrase-file, {variable}", got="")
    typed = str(click.prompt(text(question), hide_input=True, err=True))
    if typed != str(click.prompt(text("ask.passphrase_again"), hide_input=True, err=True)):
        raise ConfigError(subject="passphrase", expected=text("expected.same_twice"), got="")
    return typed
