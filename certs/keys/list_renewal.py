# SPDX-License-Identifier: GPL-3.0-or-later
"""The revocation lists of a key folder: read, and written anew with the key of whoever they speak for.

What any list that is there names stays named, with its earliest date; a damaged list is never replaced.
"""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certs.errors import (
    KeyUnreadableError,
    RevocationListMissingError,
)
from certs.keys.authority import Holder, read_certificate
from certs.keys.key_files import read_key
from certs.keys.revocation_lists import (
    LARGEST_LIST,
    ORGANISATION_LIST_LIFE,
    ROOT_LIST_LIFE,
    RevocationList,
    RevocationListError,
    Revoked,
    next_number,
    read_list,
    write_list,
)
from phones.durable_files import write_over
from phones.given_files import read_given

ORGANISATION = "organisation"


def list_of(folder: Path, who: str) -> RevocationList:
    """The list of "organisation" or "root". Raises: RevocationListMissingError, KeyUnreadableError."""
    return _list(folder / f"{who}.crl", read_certificate(folder / f"{who}.pem"))


def _list(path: Path, issuer: x509.Certificate) -> RevocationList:
    try:
        return read_list(read_given(path, LARGEST_LIST), issuer)
    except OSError as error:
        raise RevocationListMissingError(subject=f"{path.name}: {error.strerror}") from error
    except RevocationListError as error:
        raise RevocationListMissingError(subject=f"{path.name}: {error}") from error


def renew_organisation_list(folder: Path, passphrase: str, *, now: datetime, more: Revoked | None = None) -> None:
    """A new list of stations and validators, 60 days, that names `more` besides. `now`: aware.

    Raises: KeyFileError, RevocationListMissingError (there, but not ours), OSError.
    """
    key = read_key(folder / "organisation.key", passphrase)
    _renew((folder / "organisation.crl",), holder_of(folder, ORGANISATION, key), ORGANISATION_LIST_LIFE, now, more)


def renew_root_list(
    folder: Path, root_folder: Path, passphrase: str, *, now: datetime, more: Revoked | None = None
) -> None:
    """A new list of organisations, 365 days, with the root's key from `root_folder`, kept there too: several stations
    may have the one root, and what any of them revoked stays revoked. Raises: as above.
    """
    root = load_root(root_folder, passphrase)
    if root.certificate != read_certificate(folder / "root.pem"):
        raise KeyUnreadableError(subject=f"{root_folder.name}/root.pem")
    _renew((root_folder / "root.crl", folder / "root.crl"), root, ROOT_LIST_LIFE, now, more)


def load_root(root_folder: Path, passphrase: str) -> Holder:
    """The root with its key, from where it was carried to. Raises: KeyUnreadableError, WrongPassphraseError."""
    return holder_of(root_folder, "root", read_key(root_folder / "root.key", passphrase))


def root_list_of(root: Holder, root_folder: Path, *, now: datetime) -> bytes:
    """The root's list for one more station, made new in `root_folder`. Raises: RevocationListMissingError, OSError."""
    _renew((root_folder / "root.crl",), root, ROOT_LIST_LIFE, now, None)
    return (root_folder / "root.crl").read_bytes()


def holder_of(folder: Path, who: str, key: ec.EllipticCurvePrivateKey) -> Holder:
    """A certificate of the folder with its key. Raises: KeyUnreadableError when they do not belong together."""
    certificate = read_certificate(folder / f"{who}.pem")
    if certificate.public_key() != key.public_key():
        raise KeyUnreadableError(subject=f"{who}.key, {who}.pem")
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
        write_over(path, (data,), mode=0o644)


def organisation_of(folder: Path, passphrase: str) -> Holder:
    """The organisation's certificate and key, to certify somebody with. Raises: KeyFileError."""
    return holder_of(folder, ORGANISATION, read_key(folder / "organisation.key", passphrase))
