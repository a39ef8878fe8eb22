# SPDX-License-Identifier: GPL-3.0-or-later
"""A validator at work: a person, their key and the certificate the organisation gave them for it.

`certs.keys.authority` makes the certificate, `certs.record.validation` checks what is signed here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.editions.interface import TIME_FORMAT
from certs.errors import KeyUnreadableError, WrongSignerError
from certs.formats.chain import ChainError, check_validator
from certs.formats.ecdsa import with_smaller_s
from certs.keys import profile
from certs.keys.key_files import read_key
from certs.keys.revocation_lists import LARGEST_LIST
from certs.record.facts import Person, Validation
from certs.record.issuer import public_bytes
from certs.record.validation import subject
from phones.given_files import read_given


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """A person who decides, with their certificate and private key, in memory."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def name(self) -> str:
        """The person, as their certificate names them."""
        return profile.common_name(self.certificate)

    def decide(self, content: str, *, accept: bool, role: str, at: datetime, grounds: str) -> Validation:
        """Sign a decision about a record. `content`: what the person looked at (`RecordReading.content_digest`);
        `at`: aware, kept to the second.
        """
        decision = "accepted" if accept else "rejected"
        moment = at.astimezone(UTC).replace(microsecond=0)
        signed = subject(
            content,
            decision=decision,
            by=self.name,
            role=role,
            at=moment.strftime(TIME_FORMAT),
            grounds=grounds,
        )
        return Validation(
            decision=decision,
            by=Person(name=self.name, role=role),
            at=moment,
            grounds=grounds,
            certificate=self.certificate.public_bytes(serialization.Encoding.DER),
            signature=with_smaller_s(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        )


def load_validator(key_file: Path, passphrase: str, organisation: x509.Certificate) -> Validator:
    """A validator from their key file and the certificate beside it.

    Raises: KeyUnreadableError, WrongPassphraseError, WrongSignerError (not of this organisation, not that key).
    """
    beside = key_file.with_suffix(".pem")
    try:
        certificate = x509.load_pem_x509_certificate(read_given(beside, LARGEST_LIST))
        check_validator(profile.facts_of(certificate), profile.facts_of(organisation))
    except OSError as error:
        raise KeyUnreadableError(subject=beside.name, got=error.strerror or "") from error
    except ChainError as error:
        raise WrongSignerError(expected="a validator of this organisation", got=str(error)) from error
    except profile.HOSTILE as error:
        raise KeyUnreadableError(subject=beside.name) from error
    key = read_key(key_file, passphrase)
    ours = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if ours != public_bytes(certificate):
        raise WrongSignerError(expected=beside.name, got="another key")
    return Validator(certificate=certificate, key=key)
