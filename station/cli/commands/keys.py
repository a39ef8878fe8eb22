# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe keys`: what this station signs with and for how long, who may decide, and what is revoked since when."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from certs.verify.root_words import BITS, root_words
from phones.clock import utc_now
from station.cli import cli_text, output
from station.cli.commands.options import Decorator, config_option, home_of, json_option, passphrase_option, settings_of
from station.cli.passphrase import PIN_VARIABLE, VALIDATOR_VARIABLE, find_passphrase, new_passphrase
from station.errors import ConfigError, FileNotWrittenError
from station.text.language import current, os_reason, text

if TYPE_CHECKING:
    from certs.keys.certificate_statuses import CertificateStatus
    from station.documents.setup import CertificateIssued
    from station.setup.home import Home

REASONS = ("key-compromise", "superseded", "stopped", "person-left")
LONGEST_PERSON = 64
"""What a certificate can carry as a name."""
EXPORT_VARIABLE = "PROOFWIPE_EXPORT_PASSPHRASE"
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
    from certs.errors import RevocationListMissingError
    from certs.keys.authority import load_station
    from certs.keys.certificate_statuses import certificate_statuses
    from certs.keys.list_renewal import list_of
    from station.setup.people import load

    home = home_of(context)
    company = load(home.keys)
    station = load_station(home.keys)
    root = _root_sha256(home)
    facts: dict[str, object] = {
        "issuer": company.issuer.name,
        "station": station.name,
        "key_id": station.key_id,
        "valid_until": station.certificate.not_valid_after_utc.strftime(_TIME),
        "root_words": " ".join(root_words(root, "en")),
        "root_sha256": root,
        "root_file": str(home.keys / "root.pem"),
        "people": [f"{one.name} ({one.role})" for one in company.people],
    }
    statuses = tuple(certificate_statuses(home.keys))
    until: dict[str, datetime | None] = {}
    for who in ("organisation", "root"):
        try:
            until[who] = list_of(home.keys, who).renew_by
        except RevocationListMissingError:
            until[who] = None
    if as_json:
        from station.documents import setup

        output.tell(
            setup.KeysTold(
                issuer=company.issuer.name,
                station=station.name,
                key_id=station.key_id,
                valid_until=station.certificate.not_valid_after_utc,
                root_sha256=root,
                root_words=" ".join(root_words(root, "en")),
                root_path=str(home.keys / "root.pem"),
                people=tuple(setup.PersonNamed(person=one.name, role=one.role) for one in company.people),
                certificates=tuple(_told(one) for one in statuses),
                revocation_lists=setup.ListsRenewed(organisation=until["organisation"], root_list=until["root"]),
            )
        )
        return 0
    if current() != "en":
        facts["root_words"] = f"{' '.join(root_words(root, current()))} ({facts['root_words']})"
    rows = [[text(f"view.{name}"), _line(name, value)] for name, value in facts.items()]
    for who, renewed in until.items():
        shown = text("word.list_missing") if renewed is None else renewed.strftime(_TIME)
        rows.append([text(f"view.{who}_list"), shown])
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
            for one in map(_standing, statuses)
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


def _told(one: "CertificateStatus") -> "CertificateIssued":
    from station.documents.setup import CertificateIssued

    return CertificateIssued(
        kind=one.kind,
        holder=one.name,
        key_id=one.key_id,
        valid_until=one.certificate.not_valid_after_utc,
        revoked_at=None if one.revoked is None else one.revoked.at,
        revoked_because=None if one.revoked is None else one.revoked.reason.value,
    )


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


@command.command("roots", help=text("help.keys_roots"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=text("option.roots_out"))
@passphrase_option()
@click.pass_context
def roots(context: click.Context, file: Path, out: Path, passphrase_file: Path | None) -> int:
    """A set of attestation roots, signed by the organisation for its stations. Exit 0, 3 for what is no set."""
    from certs.keys.attestation_roots import sign_roots
    from phones.attestation.der import MalformedError
    from phones.attestation.roots import LONGEST_FILE_BYTES, read_root_set
    from station.setup.attestation_desk import AttestationFileError, given_file
    from station.setup.home import write_whole

    content = given_file(file, LONGEST_FILE_BYTES)
    try:
        found = read_root_set(content)  # before a passphrase is asked for
        signed = sign_roots(home_of(context).keys, find_passphrase(passphrase_file), content)
    except MalformedError as error:
        raise AttestationFileError(subject=str(file), got=str(error)) from error
    write_whole(out, signed)
    output.message(text("word.roots_signed", version=found.version, date=found.date.isoformat(), file=out))
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
    own = new_passphrase(
        key_passphrase_file,
        variable=VALIDATOR_VARIABLE,
        question="ask.validator_passphrase",
        option="--key-passphrase-file",
        names=(name, company.issuer.name),
    )
    with home.locked(), _disk(home):
        holder = create_validator(organisation, company.issuer, name, now=utc_now())
        path = save_validator(home.keys, holder, own)
        with_validator(home.keys, name)
    if as_json:
        from station.documents.setup import ValidatorMade

        output.tell(ValidatorMade(person=name, key_id=path.stem, path=str(path)))
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
    new = new_passphrase(
        key_passphrase_file,
        variable=EXPORT_VARIABLE,
        question="ask.export_passphrase",
        option="--key-passphrase-file",
    )
    with _disk(home):
        export_key(home.keys, passphrase, who, new, target)
    output.message(text("word.key_exported", file=target), bold=True)
    return 0


@command.command("export-trust", help=text("help.keys_export_trust"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--well-known", type=click.Path(path_type=Path, file_okay=False), default=None, help=text("option.well_known")
)
@config_option()
@click.pass_context
def export_trust(context: click.Context, folder: Path | None, well_known: Path | None, config: Path | None) -> int:
    """What buyers pin: root, log policy, time-stamp root, newest revocation lists; `verify --trust FOLDER`. Exit 0."""
    from certs.keys.authority import load_station
    from certs.keys.key_folder import trust_files
    from station.setup.people import load
    from station.setup.well_known import well_known_files

    if folder is None and well_known is None:
        raise ConfigError(subject="FOLDER", expected=text("expected.trust_folder"), got="")
    home = home_of(context)
    files = trust_files(home.keys, settings_of(home, config).signing)
    root = _root_sha256(home)
    if folder is not None:
        _write_folder(home, folder, files)
        output.message(text("word.trust_exported", folder=folder, files=", ".join(files)))
    if well_known is not None:
        issuer, specimen = load(home.keys).issuer, load_station(home.keys).specimen
        published = well_known_files(files, issuer, root, specimen=specimen, now=utc_now())
        _write_folder(home, well_known, published)
        output.message(text("word.well_known_written", folder=well_known, files=", ".join(published)))
        if specimen:
            output.message(text("well_known.specimen"), bold=True)
    words, chinese = (" ".join(root_words(root, language)) for language in ("en", "zh"))
    output.message(text("word.root_words", bits=BITS, words=words, chinese=chinese), bold=True)
    return 0


def _write_folder(home: "Home", folder: Path, files: Mapping[str, bytes]) -> None:
    """Raises: FileNotWrittenError."""
    from station.setup.home import write_whole

    for name, data in files.items():
        with _disk(home):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, data)


def _root_sha256(home: "Home") -> str:
    """In hexadecimal. Raises: KeyUnreadableError."""
    from cryptography.hazmat.primitives import hashes

    from certs.keys.authority import read_certificate

    return read_certificate(home.keys / "root.pem").fingerprint(hashes.SHA256()).hex()


@contextmanager
def _disk(home: "Home") -> Iterator[None]:
    """A disk that is full or read-only, as one of our errors."""
    try:
        yield
    except OSError as error:
        raise FileNotWrittenError(subject=str(home.path), cause=os_reason(error)) from error
