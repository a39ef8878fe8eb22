# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the room `certs`, below `phones.errors.ProofwipeError`.

ProofwipeError
└── CertsError
├── NotCertifiableError      the job has not earned a certificate (`reason_code` says why)
├── CertificateEarnedError   a report was asked for a job that earned a certificate
├── WrongSignerError         an emulated record and a station key, or the other way round
├── RecordMalformedError     bytes that are no record document
├── EditionUnknownError      the record names an edition this program does not have
├── NoEditionError           real papers are made under a released edition only, and there is none
├── OpeningsMalformedError   bytes that are no openings.json
├── StatementMalformedError  text or bytes that are no QR statement
├── IssueError               a paper did not pass our own verifier and was not released
├── KeyFileError             a key file cannot be used
│   ├── KeyUnreadableError       missing, no rights, or not of our format
│   ├── WrongPassphraseError     it does not open with this passphrase
│   ├── KeyFileExistsError       a key is never overwritten
│   ├── RevocationListMissingError   a revocation list is missing, not ours, or out of date
│   ├── KeyRevokedError          the station's own certificate is revoked
│   ├── KeyExpiresError          the station's certificate ends soon, or has ended
│   ├── CertificateNotFoundError     no certificate of that name was issued here
│   └── TokenError               a PKCS#11 device cannot be reached or used
├── TimeStampError           the time-stamping authority does not answer, or not as RFC 3161 wants
├── TrustFileError           a pinned root cannot be read
└── VerificationError        the one error that may leave `certs.verify.verifier`: the file itself cannot be read
"""

from typing import ClassVar

from phones.errors import ProofwipeError


class CertsError(ProofwipeError):
    """Something about a paper, its keys or its trust went wrong."""

    code: ClassVar[str] = "certs"


class NotCertifiableError(CertsError):
    """The job has not earned a certificate. `reason_codes`, most telling first: `refusal.<code>` in words.toml."""

    code = "not_certifiable"
    exit_code = 7

    def __init__(self, reason_codes: tuple[str, ...]) -> None:
        self.reason_codes = reason_codes
        super().__init__(got=", ".join(reason_codes))

    @property
    def reason_code(self) -> str:
        """The most telling reason."""
        return self.reason_codes[0]


class CertificateEarnedError(CertsError):
    """A report was asked for a job that has earned a certificate; a report would say less than the truth."""

    code = "certificate_earned"


class WrongSignerError(CertsError):
    """Station keys refuse emulated records, specimen keys refuse all others."""

    code = "wrong_signer"
    exit_code = 7


class RecordMalformedError(CertsError):
    """These bytes are no record document: size, encoding, duplicate keys, spelling, unknown fields, types."""

    code = "record_malformed"
    exit_code = 7


class EditionUnknownError(CertsError):
    """The record names an edition whose law this program does not have: nothing of it can be told."""

    code = "edition_unknown"
    exit_code = 6


class NoEditionError(CertsError):
    """Real papers are made under a released edition only, and this program has none."""

    code = "no_edition"
    exit_code = 7


class OpeningsMalformedError(CertsError):
    """These bytes open nothing: size, spelling, unknown fields, types, order."""

    code = "openings_malformed"
    exit_code = 7


class StatementMalformedError(CertsError):
    """The text is no QR statement, or the bytes are no COSE_Sign1 of ours."""

    code = "statement_malformed"
    exit_code = 7


class IssueError(CertsError):
    """A finished paper did not pass our own verifier; it is not released."""

    code = "issue"


class KeyFileError(CertsError):
    """A key file cannot be used."""

    code = "key_file"


class KeyUnreadableError(KeyFileError):
    """The file is missing, may not be read, or is not an encrypted key of our format."""

    code = "key_unreadable"


class WrongPassphraseError(KeyFileError):
    """The key does not open with this passphrase."""

    code = "wrong_passphrase"


class KeyFileExistsError(KeyFileError):
    """A key or its certificate stands there already; keys are never overwritten."""

    code = "key_file_exists"


class RevocationListMissingError(KeyFileError):
    """A revocation list is missing, not signed by its authority, or out of date. `proofwipe keys crl` makes it new."""

    code = "revocation_list"


class KeyRevokedError(KeyFileError):
    """The station's own certificate is revoked: nothing it signs now would be believed."""

    code = "key_revoked"


class KeyExpiresError(KeyFileError):
    """The station's certificate ends soon (a warning), or has ended: no paper it signs would be valid."""

    code = "key_expires"


class CertificateNotFoundError(KeyFileError):
    """No station or validator of that name or key id was certified here, or more than one."""

    code = "certificate_not_found"
    exit_code = 3


class TokenError(KeyFileError):
    """A PKCS#11 device cannot be reached, or does not do what is asked."""

    code = "token"


class TimeStampError(CertsError):
    """The time-stamping authority did not answer in time, or its answer is not one to rely on."""

    code = "time_stamp"


class TrustFileError(CertsError):
    """A file that the reader pinned, or a status file, is not one: a wrong call, not an answer about a paper."""

    code = "trust_file"
    exit_code = 2


class VerificationError(CertsError):
    """The file to verify cannot be read at all. Whatever stands in it gives an answer, never this error."""

    code = "verification"
    exit_code = 6
