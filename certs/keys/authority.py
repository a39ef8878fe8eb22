# SPDX-License-Identifier: GPL-3.0-or-later
"""Who certifies the stations: root -> organisation -> station, from the first certificate on.

The root's key is needed once a decade and lives in a folder of its own, to be carried away. The
organisation's key is needed once a year, for the next station certificate. The station's signs papers.
Specimen authorities are marked in every certificate (`certs.keys.profile`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.errors import KeyFileExistsError, KeyUnreadableError, RevocationListMissingError
from certs.formats import chain
from certs.formats.dss import SecurityStore
from certs.keys import profile
from certs.keys.key_files import SCRYPT_COST, read_key, write_key, write_new
from certs.keys.revocation_lists import (
    LARGEST_LIST,
    ORGANISATION_LIST_LIFE,
    ROOT_LIST_LIFE,
    RevocationListError,
    next_number,
    read_list,
    write_list,
)
from certs.record.issuer import FileSigner, Issuer, Station, TrialSigner
from phones.given_files import read_given
from phones.words import say

ROOT_LIFE = timedelta(days=3652)
ORGANISATION_LIFE = timedelta(days=3652)
STATION_LIFE = timedelta(days=365)
VALIDATOR_LIFE = timedelta(days=365)
_CLOCK_SKEW = timedelta(minutes=5)
OLD = "old"
"""Folder beside the current key, for those that were renewed: their papers may have to be written again."""
NO_ANSWER_URL = "http://crl.proofwipe.invalid/organisation.crl"
"""Stands where a revocation list would be found; readers only want the field to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A certificate together with its private key, in memory."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A whole chain, in memory, as made by `create_authority`. The lists: revocation lists, DER."""

    root: Holder
    organisation: Holder
    station: Holder
    station_name: str
    root_list: bytes
    organisation_list: bytes

    def signer(self) -> FileSigner:
        """What the station signs with."""
        return FileSigner(self._names(), self.station.key)

    def trial_signer(self) -> TrialSigner:
        """The same key, to try the law in work with."""
        return TrialSigner(self._names(), self.station.key)

    def _names(self) -> Station:
        return Station(
            name=self.station_name,
            certificate=self.station.certificate,
            organisation=self.organisation.certificate,
            root=self.root.certificate,
        )

    def security_store(self) -> SecurityStore:
        """What papers of this chain carry for their readers."""
        return _store(self.organisation.certificate, self.root.certificate, self.root_list, self.organisation_list)


def create_authority(
    issuer: Issuer,
    station_name: str,
    *,
    now: datetime,
    specimen: bool = False,
    crl_url: str = NO_ANSWER_URL,
    root: Holder | None = None,
    root_list: bytes = b"",
) -> Authority:
    """Root, organisation and station for an issuer, all keys fresh, and empty revocation lists. `now`: aware.

    With `root`, and the newest list it signed, the organisation is certified by that one; `specimen` follows it.
    """
    above = root or create_root(issuer, now=now, specimen=specimen)
    organisation = create_organisation(above, issuer, now=now, crl_url=crl_url)
    station = create_station(organisation, issuer, station_name, now=now, crl_url=crl_url)
    number = next_number(0, now)
    return Authority(
        root=above,
        organisation=organisation,
        station=station,
        station_name=station_name,
        root_list=root_list
        or write_list(above.certificate, above.key, (), number=number, now=now, life=ROOT_LIST_LIFE),
        organisation_list=write_list(
            organisation.certificate, organisation.key, (), number=number, now=now, life=ORGANISATION_LIST_LIFE
        ),
    )


def create_root(issuer: Issuer, *, now: datetime, specimen: bool) -> Holder:
    """A self-signed root, ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(issuer, "Root", specimen=specimen)
    builder = _builder(name, key.public_key(), now, ROOT_LIFE, specimen=specimen).issuer_name(name)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    builder = builder.add_extension(profile.authority_usage(), critical=True)
    return Holder(certificate=_signed(builder, key, key.public_key()), key=key)


def create_organisation(root: Holder, issuer: Issuer, *, now: datetime, crl_url: str = NO_ANSWER_URL) -> Holder:
    """The organisation's certificate under `root`, ten years; a specimen if the root is."""
    specimen = profile.is_specimen(root.certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(issuer, "Organisation", specimen=specimen)
    builder = _below(root, name, key.public_key(), now=now, life=ORGANISATION_LIFE, crl_url=crl_url)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(profile.authority_usage(), critical=True)
    return Holder(certificate=_signed(builder, root.key, root.key.public_key()), key=key)


def create_station(
    organisation: Holder,
    issuer: Issuer,
    station_name: str,
    *,
    now: datetime,
    crl_url: str = NO_ANSWER_URL,
    life: timedelta = STATION_LIFE,
) -> Holder:
    """A station's key and certificate under `organisation`, at most a year; a specimen if the organisation is."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certify_station(
        organisation, issuer, station_name, key.public_key(), now=now, crl_url=crl_url, life=life
    )
    return Holder(certificate=certificate, key=key)


def certify_station(
    organisation: Holder,
    issuer: Issuer,
    station_name: str,
    key: ec.EllipticCurvePublicKey,
    *,
    now: datetime,
    crl_url: str = NO_ANSWER_URL,
    life: timedelta = STATION_LIFE,
) -> x509.Certificate:
    """A certificate for a station's key, wherever its private half lies, at most a year."""
    specimen = profile.is_specimen(organisation.certificate)
    name = _name(issuer, station_name, specimen=specimen)
    builder = _below(organisation, name, key, now=now, life=min(life, STATION_LIFE), crl_url=crl_url)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(profile.station_usage(), critical=True)
    builder = builder.add_extension(profile.station_uses(specimen=specimen), critical=False)
    return _signed(builder, organisation.key, organisation.key.public_key())


def create_validator(
    organisation: Holder,
    issuer: Issuer,
    person: str,
    *,
    now: datetime,
    crl_url: str = NO_ANSWER_URL,
    life: timedelta = VALIDATOR_LIFE,
) -> Holder:
    """A key and certificate with which `person` decides, at most a year; a specimen if the organisation is."""
    specimen = profile.is_specimen(organisation.certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(issuer, person, specimen=specimen)
    builder = _below(organisation, name, key.public_key(), now=now, life=min(life, VALIDATOR_LIFE), crl_url=crl_url)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(profile.validator_usage(), critical=True)
    builder = builder.add_extension(profile.validator_uses(specimen=specimen), critical=False)
    return Holder(certificate=_signed(builder, organisation.key, organisation.key.public_key()), key=key)


def _name(issuer: Issuer, common: str, *, specimen: bool) -> x509.Name:
    attributes = []
    if issuer.country:
        attributes.append(x509.NameAttribute(x509.NameOID.COUNTRY_NAME, issuer.country))
    organisation = chain.subject_organisation(issuer.name, specimen=specimen)
    attributes.append(x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organisation))
    attributes.append(x509.NameAttribute(x509.NameOID.COMMON_NAME, common[: chain.LONGEST_NAME].strip()))
    return x509.Name(attributes)


def _builder(
    name: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta, *, specimen: bool
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now - _CLOCK_SKEW + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(profile.policies(specimen=specimen), critical=False)
    )


def _below(
    above: Holder, name: x509.Name, key: ec.EllipticCurvePublicKey, *, now: datetime, life: timedelta, crl_url: str
) -> x509.CertificateBuilder:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
    builder = _builder(name, key, now, life, specimen=profile.is_specimen(above.certificate))
    builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.issuer_name(above.certificate.subject)


def _signed(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, above: ec.EllipticCurvePublicKey
) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(above)
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def save_authority(
    authority: Authority,
    folder: Path,
    root_folder: Path,
    passphrase: str,
    *,
    cost: int = SCRYPT_COST,
    new_root: bool = True,
) -> None:
    """Write the chain: certificates (PEM, public), revocation lists (DER) and keys (encrypted, 0600).

    `folder` gets root.pem/.crl, organisation.pem/.key/.crl, station.pem/.key; `root_folder` gets root.pem/.key/.crl
    and a note on how to keep them (`READ-ME.txt`), unless the root is one that lies there already.
    Nothing is written, and no folder made, if any of the files exists. Raises: KeyFileExistsError, OSError.
    """
    certificates = {
        folder / "organisation.pem": authority.organisation,
        folder / "station.pem": authority.station,
    }
    if new_root:
        certificates[root_folder / "root.pem"] = authority.root
    public = {
        folder / "root.pem": pem(authority.root.certificate),
        folder / "root.crl": authority.root_list,
        folder / "organisation.crl": authority.organisation_list,
    }
    if new_root:
        public |= {root_folder / "root.crl": authority.root_list, root_folder / "READ-ME.txt": _backup_hint()}
    for path in (*certificates, *(path.with_suffix(".key") for path in certificates), *public):
        if path.exists():
            raise KeyFileExistsError(subject=path.name)
    for place in (folder, root_folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path, holder in certificates.items():
        write_key(path.with_suffix(".key"), holder.key, passphrase, cost=cost)
        public[path] = pem(holder.certificate)
    for path, data in public.items():
        write_new(path, data, mode=0o644)


def _backup_hint() -> bytes:
    return (say("hint.root_backup", "en") + "\n\n" + say("hint.root_backup", "zh") + "\n").encode()


def load_station(folder: Path, key_id: str = "") -> Station:
    """The public half of the station in `folder`, or of an earlier key of it, named by its key id.

    Raises: KeyUnreadableError.
    """
    organisation, root = read_certificate(folder / "organisation.pem"), read_certificate(folder / "root.pem")
    for path in (folder / "station.pem", folder / OLD / f"station-{key_id}.pem", folder / f"station-{key_id}.pem"):
        if key_id and not path.exists():
            continue
        certificate = read_certificate(path)
        try:
            name = profile.common_name(certificate)
        except profile.ProfileError as error:
            raise KeyUnreadableError(subject=path.name) from error
        station = Station(name=name, certificate=certificate, organisation=organisation, root=root)
        if key_id in ("", station.key_id):
            return station
    raise KeyUnreadableError(subject=f"station-{key_id}.pem")


def key_file_of(station: Station, folder: Path, keys: Path | None = None) -> Path:
    """Where a station's private key is, if it is in a file: the current one or one kept since it was renewed.

    `keys`: another folder than the certificates', where private keys lie.
    """
    place, own = keys or folder, f"station-{station.key_id}.key"
    for path in (place / own, place / OLD / own, folder / OLD / own):
        if path.exists():
            return path
    return place / "station.key"


def load_signer(folder: Path, passphrase: str, key_id: str = "") -> FileSigner:
    """The station's signer, or that of an earlier key of it, for the papers it signed.

    Raises: KeyUnreadableError, WrongPassphraseError, WrongSignerError.
    """
    station = load_station(folder, key_id)
    return FileSigner(station, read_key(key_file_of(station, folder), passphrase))


def security_store(folder: Path, *, at: datetime | None = None) -> SecurityStore:
    """Chain and revocation lists for papers of the station in `folder`, always in the same order:
    organisation, root; the root's list, the organisation's.

    `at`: aware; the lists must speak for that moment. None: whatever they speak for.
    Raises: RevocationListMissingError (not there, not ours, out of date), KeyUnreadableError.
    """
    organisation, root = read_certificate(folder / "organisation.pem"), read_certificate(folder / "root.pem")
    lists = []
    for name, issuer in (("root.crl", root), ("organisation.crl", organisation)):
        data = _read_bounded(folder / name)
        try:
            found = read_list(data, issuer)
        except RevocationListError as error:
            raise RevocationListMissingError(subject=name, got=str(error)) from error
        if at is not None and not found.is_current(at):
            raise RevocationListMissingError(subject=name, got=f"{found.renew_by:%Y-%m-%d}")
        lists.append(data)
    return _store(organisation, root, *lists)


def _store(organisation: x509.Certificate, root: x509.Certificate, *lists: bytes) -> SecurityStore:
    encoded = tuple(each.public_bytes(serialization.Encoding.DER) for each in (organisation, root))
    return SecurityStore(certificates=encoded, revocation_lists=lists)


def _read_bounded(path: Path) -> bytes:
    try:
        return read_given(path, LARGEST_LIST)
    except OSError as error:
        raise RevocationListMissingError(subject=path.name, got=error.strerror or "") from error


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def read_certificate(path: Path) -> x509.Certificate:
    """The one certificate in a PEM file. Raises: KeyUnreadableError."""
    try:
        return x509.load_pem_x509_certificate(read_given(path, LARGEST_LIST))
    except OSError as error:
        raise KeyUnreadableError(subject=path.name, got=error.strerror or "") from error
    except ValueError as error:
        raise KeyUnreadableError(subject=path.name) from error
