# SPDX-License-Identifier: GPL-3.0-or-later
"""A station's folder of keys over the years: opening it for a shift, renewing, revoking, handing out trust.

keys/
  root.pem, root.crl                              public
  organisation.pem, organisation.crl              public
  organisation.key                                encrypted; may be carried away between its few uses
  station.pem, station.key | station-KEYID.key    the current station key (no .key file if it is in a device)
  old/station-KEYID.pem, .key                     keys before a renewal: their papers are written again with them
  validators/KEYID.pem, .key                      people who decide, each with a passphrase of their own

Whatever is written is written so that a station killed at any line finds a key that fits its certificate.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.errors import (
    CertificateNotFoundError,
    CertsError,
    KeyExpiresError,
    KeyFileError,
    KeyFileExistsError,
    KeyRevokedError,
    KeyUnreadableError,
    RevocationListMissingError,
    TimeStampError,
)
from certs.formats.dss import SecurityStore
from certs.formats.x509_facts import CertificateFacts
from certs.formats.x509_facts import read_certificate as read_facts
from certs.keys import authority, profile
from certs.keys.authority import OLD, Holder, load_station, pem, read_certificate, security_store
from certs.keys.key_files import SCRYPT_COST, portable_pem, read_key, write_key, write_new, write_over
from certs.keys.revocation_lists import (
    LARGEST_LIST,
    ORGANISATION_LIST_LIFE,
    ROOT_LIST_LIFE,
    Reason,
    RevocationList,
    RevocationListError,
    Revoked,
    next_number,
    read_list,
    write_list,
)
from certs.keys.signing import FILE_SCHEME, Signing
from certs.record.issuer import FileSigner, Issuer, Signer, Station, key_id
from certs.services import Stamper, StamperConnector

VALIDATORS = "validators"
STATION, OLD_STATION, VALIDATOR, ORGANISATION = "station", "old_station", "validator", "organisation"
_POLICY = "log-policy.txt"  # written by `transparency.files`
_RENEW_BEFORE = timedelta(days=20)
_RENEW_STATION_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One certificate issued here and how it stands. `revoked`: None unless a list names it. `path`: its PEM file."""

    kind: str
    name: str
    certificate: x509.Certificate
    path: Path
    revoked: Revoked | None = None

    @property
    def key_id(self) -> str:
        """16 hex digits naming its key."""
        return key_id(self.certificate)


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
    own = standings(folder)[0]
    if own.revoked is not None and own.revoked.at <= now:
        raise KeyRevokedError(got=f"{own.name} {own.key_id}", expected=f"{own.revoked.at:%Y-%m-%d}")
    warnings: list[CertsError] = []
    ends = own.certificate.not_valid_after_utc
    if ends - now < _RENEW_STATION_BEFORE:
        expires = KeyExpiresError(got=f"{own.name} {own.key_id}", expected=f"{ends:%Y-%m-%d}")
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
        found = x509.load_pem_x509_certificates(path.read_bytes())
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


# revocation ----------------------------------------------------------------------------------------


def list_of(folder: Path, who: str) -> RevocationList:
    """The list of "organisation" or "root". Raises: RevocationListMissingError, KeyUnreadableError."""
    return _list(folder / f"{who}.crl", read_certificate(folder / f"{who}.pem"))


def _list(path: Path, issuer: x509.Certificate) -> RevocationList:
    try:
        with path.open("rb") as file:
            return read_list(file.read(LARGEST_LIST), issuer)
    except OSError as error:
        raise RevocationListMissingError(got=f"{path.name}: {error.strerror}") from error
    except RevocationListError as error:
        raise RevocationListMissingError(got=f"{path.name}: {error}") from error


def renew_organisation_list(folder: Path, passphrase: str, *, now: datetime, more: Revoked | None = None) -> None:
    """A new list of stations and validators, 60 days, that names `more` besides. `now`: aware.

    Raises: KeyFileError, RevocationListMissingError (there, but not ours), OSError.
    """
    key = read_key(folder / "organisation.key", passphrase)
    _renew((folder / "organisation.crl",), _holder(folder, ORGANISATION, key), ORGANISATION_LIST_LIFE, now, more)


def renew_root_list(
    folder: Path, root_folder: Path, passphrase: str, *, now: datetime, more: Revoked | None = None
) -> None:
    """A new list of organisations, 365 days, with the root's key from `root_folder`, kept there too: several stations
    may have the one root, and what any of them revoked stays revoked. Raises: as above.
    """
    root = load_root(root_folder, passphrase)
    if root.certificate != read_certificate(folder / "root.pem"):
        raise KeyUnreadableError(got=f"{root_folder.name}/root.pem")
    _renew((root_folder / "root.crl", folder / "root.crl"), root, ROOT_LIST_LIFE, now, more)


def load_root(root_folder: Path, passphrase: str) -> Holder:
    """The root with its key, from where it was carried to. Raises: KeyUnreadableError, WrongPassphraseError."""
    return _holder(root_folder, "root", read_key(root_folder / "root.key", passphrase))


def root_list_of(root: Holder, root_folder: Path, *, now: datetime) -> bytes:
    """The root's list for one more station, made new in `root_folder`. Raises: RevocationListMissingError, OSError."""
    _renew((root_folder / "root.crl",), root, ROOT_LIST_LIFE, now, None)
    return (root_folder / "root.crl").read_bytes()


def _holder(folder: Path, who: str, key: ec.EllipticCurvePrivateKey) -> Holder:
    certificate = read_certificate(folder / f"{who}.pem")
    if certificate.public_key() != key.public_key():
        raise KeyUnreadableError(got=f"{who}.key, {who}.pem")
    return Holder(certificate=certificate, key=key)


def _renew(paths: tuple[Path, ...], issuer: Holder, life: timedelta, now: datetime, more: Revoked | None) -> None:
    """Write one new list to all of `paths`, naming whatever those that are there name, each with its earliest date.

    A damaged list is not replaced: it may name somebody.
    """
    known = [_list(path, issuer.certificate) for path in paths if path.exists()]
    revoked: dict[int, Revoked] = {}
    for one in (*(one for found in known for one in found.revoked), *((more,) if more else ())):
        before = revoked.get(one.serial)
        revoked[one.serial] = one if before is None or one.at < before.at else before
    data = write_list(
        issuer.certificate,
        issuer.key,
        tuple(revoked.values()),
        number=next_number(max((found.number for found in known), default=0), now),
        now=now,
        life=life,
    )
    for path in paths:
        write_over(path, data, mode=0o644)


def revoke(
    folder: Path,
    passphrase: str,
    wanted: str,
    *,
    at: datetime,
    reason: Reason,
    now: datetime,
    root_folder: Path | None = None,
) -> Standing:
    """Revoke a station or validator from `at` on (aware); what it signed before keeps standing.

    `wanted`: name or key id. With `root_folder`, whose key is then needed, also "organisation". A certificate that
    is revoked already keeps the earlier date. Raises: CertificateNotFoundError, KeyFileError, OSError.
    """
    if root_folder is not None and wanted == ORGANISATION:
        found = Standing(
            kind=ORGANISATION,
            name=ORGANISATION,
            certificate=read_certificate(folder / "organisation.pem"),
            path=folder / "organisation.pem",
        )
        renew_root_list(folder, root_folder, passphrase, now=now, more=_entry(found, at, reason))
        return found
    found = find(folder, wanted)
    renew_organisation_list(folder, passphrase, now=now, more=_entry(found, at, reason))
    return find(folder, found.key_id)


def _entry(found: Standing, at: datetime, reason: Reason) -> Revoked:
    return Revoked(serial=found.certificate.serial_number, at=at.replace(microsecond=0), reason=reason)


def find(folder: Path, wanted: str) -> Standing:
    """The one certificate of that name or key id. Raises: CertificateNotFoundError, KeyUnreadableError."""
    known = standings(folder)
    found = [one for one in known if wanted == one.key_id] or [one for one in known if wanted == one.name]
    if len(found) > 1:  # a station of several years: the current one is meant
        found = [one for one in found if one.kind == STATION] or found
    if len(found) != 1:
        names = ", ".join(f"{one.name} {one.key_id}" for one in known)
        raise CertificateNotFoundError(got=wanted, expected=names)
    return found[0]


def standings(folder: Path) -> tuple[Standing, ...]:
    """Every certificate issued here below the organisation, the current station's first. Raises: KeyUnreadableError."""
    try:
        revoked = {one.serial: one for one in list_of(folder, ORGANISATION).revoked}
    except RevocationListMissingError:
        revoked = {}
    found = []
    for kind, path in _certificate_files(folder):
        certificate = read_certificate(path)
        try:
            name = profile.common_name(certificate)
        except profile.ProfileError as error:
            raise KeyUnreadableError(got=path.name) from error
        found.append(
            Standing(
                kind=kind,
                name=name,
                certificate=certificate,
                path=path,
                revoked=revoked.get(certificate.serial_number),
            )
        )
    return tuple(found)


def _certificate_files(folder: Path) -> Iterator[tuple[str, Path]]:
    yield STATION, folder / "station.pem"
    yield from ((OLD_STATION, path) for path in sorted((folder / OLD).glob("station-*.pem")))
    yield from ((OLD_STATION, path) for path in sorted(folder.glob("station-*.pem")))  # kept so before there was old/
    yield from ((VALIDATOR, path) for path in sorted((folder / VALIDATORS).glob("*.pem")))


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
    write_over(folder / "station.pem", pem(certificate), mode=0o644)
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
    and the newest revocation lists. Raises: KeyUnreadableError, TimeStampError.
    """
    signing = signing or Signing()
    files = {"root.pem": pem(read_certificate(folder / "root.pem"))}
    for source, name in (("root.crl", "root.crl"), ("organisation.crl", "organisation.crl"), (_POLICY, "log.policy")):
        if (folder / source).is_file():
            files[name] = (folder / source).read_bytes()
    if signing.time_stamp_url:
        pinned = _pinned(folder, signing)
        files["tsa.pem"] = b"".join(pem(x509.load_der_x509_certificate(one.encoded)) for one in pinned)
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


def organisation_of(folder: Path, passphrase: str) -> Holder:
    """The organisation's certificate and key, to certify somebody with. Raises: KeyFileError."""
    return _holder(folder, ORGANISATION, read_key(folder / "organisation.key", passphrase))
