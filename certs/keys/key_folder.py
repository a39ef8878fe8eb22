# SPDX-License-Identifier: GPL-3.0-or-later
"""A station's folder of keys over the years: opening it for a shift, renewing, handing out trust.

keys/
  root.pem, root.crl                              public
  organisation.pem, organisation.crl              public
  organisation.key                                encrypted; may be carried away between its few uses
  station.pem, station.key | station-KEYID.key    the current station key (no .key file if it is in a device)
  old/station-KEYID.pem, .key                     keys before a renewal: their papers are written again with them
  validators/KEYID.pem, .key                      people who decide, each with a passphrase of their own

Whatever is written is written so that a station killed at any line finds a key that fits its certificate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from certs.errors import (
    CertsError,
    KeyExpiresError,
    KeyFileError,
    KeyFileExistsError,
    KeyRevokedError,
    RevocationListMissingError,
    TimeStampError,
)
from certs.formats.dss import SecurityStore
from certs.formats.x509_facts import CertificateFacts
from certs.formats.x509_facts import read_certificate as read_facts
from certs.keys import authority
from certs.keys.authority import OLD, Holder, load_station, pem, read_certificate, security_store
from certs.keys.certificate_statuses import OLD_STATION, STATION, VALIDATOR, VALIDATORS, certificate_statuses, find
from certs.keys.key_files import SCRYPT_COST, portable_pem, read_key, write_key, write_new
from certs.keys.list_renewal import ORGANISATION, list_of, organisation_of, renew_organisation_list
from certs.keys.revocation_lists import LARGEST_LIST
from certs.keys.signing import FILE_SCHEME, Signing
from certs.record.issuer import FileSigner, Issuer, Signer, Station, key_id
from certs.services import Stamper, StamperConnector
from phones.durable_files import write_over
from phones.given_files import read_given

_POLICY = "log-policy.txt"  # written by `transparency.files`
_RENEW_BEFORE = timedelta(days=20)
FOR_CODES = "for-codes"
"""Folder of trust files that only a QR code alone needs; `verify --trust FOLDER` does not look into it."""
_RENEW_STATION_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenKeys:
    """What papers are signed with. `store`: None when a revocation list is missing; then papers carry none.

    `stamper`: the time-stamping authority, None without one or while it does not answer. `signer_of`: the signer for
    the key id of an earlier key of the station. `warnings`: what the person should know, each with its reason and
    hint; the work goes on.
    """

    signer: Signer
    signer_of: Callable[[str], Signer]
    store: SecurityStore | None
    stamper: Stamper | None = None
    warnings: tuple[CertsError, ...] = ()


def open_keys(
    folder: Path,
    passphrase: str,
    *,
    now: datetime,
    signing: Signing | None = None,
    pin: str | None = None,
    connect: StamperConnector | None = None,
    renew: bool = True,
) -> OpenKeys:
    """Open the station for work at `now` (aware), renewing the organisation's list when its key is at hand.

    `renew` False: nothing is written. `pin`: of the device, when the key is in one; the passphrase if None.
    `connect`: how a time-stamping authority is reached; without it none is asked.
    Raises: KeyRevokedError, KeyExpiresError, other KeyFileErrors, WrongSignerError.
    """
    signing = signing or Signing()
    signer = open_signer(folder, passphrase, signing=signing, pin=pin)
    own = certificate_statuses(folder)[0]
    if own.revoked is not None and own.revoked.at <= now:
        raise KeyRevokedError(subject=f"{own.name} {own.key_id}", since=f"{own.revoked.at:%Y-%m-%d}")
    warnings: list[CertsError] = []
    ends = own.certificate.not_valid_after_utc
    if ends - now < _RENEW_STATION_BEFORE:
        expires = KeyExpiresError(subject=f"{own.name} {own.key_id}", ends=f"{ends:%Y-%m-%d}")
        if ends <= now:  # better said now than when a phone is erased and its paper refused
            raise expires
        warnings.append(expires)
    try:
        if renew and _must_renew(folder, now):
            renew_organisation_list(folder, passphrase, now=now)
    except (KeyFileError, OSError):
        pass  # the organisation's key may be elsewhere; whether the list still speaks for today is asked below
    store, stamper = None, None
    try:
        store = security_store(folder, at=now)
    except RevocationListMissingError as error:
        warnings.append(error)
    try:
        stamper = _stamper(folder, signing, connect)
    except TimeStampError as error:
        warnings.append(error)

    def signer_of(key_id: str) -> Signer:
        return open_signer(folder, passphrase, signing=signing, pin=pin, key_id=key_id)

    return OpenKeys(signer=signer, signer_of=signer_of, store=store, stamper=stamper, warnings=tuple(warnings))


def _must_renew(folder: Path, now: datetime) -> bool:
    path = folder / "organisation.crl"
    return not path.exists() or list_of(folder, ORGANISATION).renew_by - now < _RENEW_BEFORE


def _stamper(folder: Path, signing: Signing, connect: StamperConnector | None) -> Stamper | None:
    if not signing.time_stamp_url or connect is None:
        return None
    return connect(signing.time_stamp_url, _pinned(folder, signing), timeout_s=signing.time_stamp_s)


def _pinned(folder: Path, signing: Signing) -> tuple[CertificateFacts, ...]:
    """The time-stamping authority's root. Raises: TimeStampError."""
    path = folder.parent / signing.time_stamp_root
    try:
        found = x509.load_pem_x509_certificates(read_given(path, LARGEST_LIST))
        return tuple(read_facts(each.public_bytes(serialization.Encoding.DER)) for each in found)
    except (OSError, ValueError) as error:
        raise TimeStampError(got=f"time_stamp_root: {path.name}") from error


def open_signer(
    folder: Path, passphrase: str, *, signing: Signing | None = None, pin: str | None = None, key_id: str = ""
) -> Signer:
    """The station's signer, or that of an earlier key of it (`key_id`), from its file or its device.

    Raises: KeyUnreadableError, WrongPassphraseError, WrongSignerError, TokenError.
    """
    signing = signing or Signing()
    station = load_station(folder, key_id)
    path = authority.key_file_of(station, folder, None if signing.in_token else _keys(folder, signing))
    current = station.key_id == load_station(folder).key_id
    if signing.in_token and (current or not path.exists()):
        from certs.keys.tokens import open_signer as open_token  # noqa: PLC0415 - only a station with a device has it

        return open_token(signing.station_key, station, passphrase if pin is None else pin)
    return FileSigner(station, read_key(path, passphrase))


def _keys(folder: Path, signing: Signing) -> Path:
    return folder / signing.station_key.removeprefix(FILE_SCHEME)


# renewal -------------------------------------------------------------------------------------------


def renew_station(
    folder: Path,
    passphrase: str,
    issuer: Issuer,
    station_name: str,
    *,
    now: datetime,
    cost: int = SCRYPT_COST,
    signing: Signing | None = None,
    pin: str | None = None,
) -> Station:
    """Give the station a new key and certificate for a year; the old ones go to `old/`, to write its papers again.

    The new key is made where `signing` says, which is how a station moves into a device.
    Raises: KeyFileError, OSError.
    """
    signing = signing or Signing()
    organisation = organisation_of(folder, passphrase)
    old, place = load_station(folder), folder if signing.in_token else _keys(folder, signing)
    if signing.in_token:
        from certs.keys.tokens import create_key  # noqa: PLC0415 - only a station with a device has it

        public = create_key(signing.station_key, passphrase if pin is None else pin)
        certificate = authority.certify_station(organisation, issuer, station_name, public, now=now)
    else:
        made = authority.create_station(organisation, issuer, station_name, now=now)
        certificate = made.certificate
        write_key(place / f"station-{key_id(certificate)}.key", made.key, passphrase, cost=cost)
    (folder / OLD).mkdir(mode=0o700, exist_ok=True)
    old_key = authority.key_file_of(old, folder, place)
    _keep(folder / OLD / f"station-{old.key_id}.pem", pem(old.certificate), mode=0o644)
    if old_key.exists():
        _keep(folder / OLD / f"station-{old.key_id}.key", old_key.read_bytes(), mode=0o600)
    write_over(folder / "station.pem", (pem(certificate),), mode=0o644)
    if old_key.parent in (folder, place):
        old_key.unlink(missing_ok=True)
    return load_station(folder)


def _keep(path: Path, data: bytes, *, mode: int) -> None:
    """Write unless an earlier try, which was broken off, has written the very same."""
    try:
        write_new(path, data, mode=mode)
    except KeyFileExistsError:
        if path.read_bytes() != data:
            raise


# validators ----------------------------------------------------------------------------------------


def save_validator(folder: Path, validator: Holder, passphrase: str, *, cost: int = SCRYPT_COST) -> Path:
    """Write a validator's key, under their own passphrase, and certificate; the key's file, which they may carry away
    together with the `.pem` beside it. Raises: KeyFileExistsError, OSError.
    """
    place = folder / VALIDATORS
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{key_id(validator.certificate)}.key"
    write_key(path, validator.key, passphrase, cost=cost)
    write_new(path.with_suffix(".pem"), pem(validator.certificate), mode=0o644)
    return path


# copies for others ---------------------------------------------------------------------------------


def trust_files(folder: Path, signing: Signing | None = None) -> dict[str, bytes]:
    """What a buyer pins, as files for one folder: root, log policy if there is a log, time-stamp root if there is one,
    and the newest revocation lists; below `for-codes/` the certificates between root and paper, which a PDF carries
    and a QR code alone does not: nothing there is pinned. Raises: KeyUnreadableError, TimeStampError.
    """
    signing = signing or Signing()
    files = {"root.pem": pem(read_certificate(folder / "root.pem"))}
    for source, name in (("root.crl", "root.crl"), ("organisation.crl", "organisation.crl"), (_POLICY, "log.policy")):
        if (folder / source).is_file():
            files[name] = (folder / source).read_bytes()
    if signing.time_stamp_url:
        pinned = _pinned(folder, signing)
        files["tsa.pem"] = b"".join(pem(x509.load_der_x509_certificate(one.encoded)) for one in pinned)
    files[f"{FOR_CODES}/organisation.pem"] = pem(read_certificate(folder / "organisation.pem"))
    for one in certificate_statuses(folder):
        if one.kind in (STATION, OLD_STATION):
            files[f"{FOR_CODES}/station-{one.key_id}.pem"] = pem(one.certificate)
    return files


def export_key(folder: Path, passphrase: str, wanted: str, new_passphrase: str, target: Path) -> None:
    """Write a key again so that OpenSSL reads it, for recovery: weaker against guessing, see `key_files`.

    `wanted`: "organisation", or name or key id of a station or validator whose key is in a file here.
    Raises: CertificateNotFoundError, KeyFileError, OSError.
    """
    if wanted == ORGANISATION:
        path = folder / "organisation.key"
    else:
        found = find(folder, wanted)
        path = found.path.with_suffix(".key")
        if found.kind != VALIDATOR:
            path = authority.key_file_of(load_station(folder, found.key_id), folder)
    write_new(target, portable_pem(read_key(path, passphrase), new_passphrase), mode=0o600)
