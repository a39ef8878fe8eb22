# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a job's challenge is handed out and the chain that answers it handed in, and what chains are judged against.

attestation/              below the station's folder, readable by its owner only
  roots.json              a renewed set of roots, signed by this station's organisation
  status.json             Google's status list, unchanged
  status.fetched          the day it was fetched, as a person said
  JOB.challenge           the challenge of a job that waits for a chain
  JOB.chain               the chain that was handed in for it, or nothing: there will be none

Everything is written whole or not at all; a set or a list never goes back in time.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from certs.errors import CertsError
from phones.attestation.certificates import LONGEST_CHAIN_BYTES, read_certificate
from phones.attestation.der import MalformedError
from phones.attestation.grounds import EARLIEST_ZONE
from phones.attestation.roots import RootSet, shipped
from phones.attestation.signed_roots import LONGEST_SIGNED_BYTES, SignedRoots, read_signed_roots
from phones.attestation.status_list import LONGEST_LIST_BYTES, StatusList, read_status_list
from phones.durable_files import write_over
from phones.errors import ProofwipeError
from phones.given_files import read_given

_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]{0,63}")
_ROOTS, _LIST, _FETCHED = "roots.json", "status.json", "status.fetched"
_LONGEST_NAME = 64


class AttestationFileError(ProofwipeError):
    """A set of roots, a status list or a chain cannot be used."""

    code = "attestation_file"
    exit_code = 3


class OlderAttestationFileError(ProofwipeError):
    """A set or a list that is older than the one that is here."""

    code = "attestation_file_older"
    exit_code = 4


class NobodyWaitsError(ProofwipeError):
    """No job of that name waits for a chain."""

    code = "attestation_not_awaited"
    exit_code = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a chain is judged against today. `signed`: the file `roots` came from, b"" for the program's own set."""

    roots: RootSet
    signed: bytes = b""
    statuses: StatusList | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationDesk:
    """The files in `folder`. `organisation`: the file of the organisation's certificate, whose sets are taken."""

    folder: Path
    organisation: Path

    # what chains are judged against ------------------------------------------------------------------

    def held(self) -> Held:
        """The newer of the program's set and the renewed one, and the list, if there is one.

        Raises: AttestationFileError for a file that is there and cannot be used: without it nobody could tell, which
        must not look like a good answer under an older set.
        """
        data = self._read(_ROOTS, LONGEST_SIGNED_BYTES)
        own = shipped()
        renewed = self._signed(data, self.folder / _ROOTS) if data else None
        statuses = self._statuses()
        if renewed is None or _age(renewed.roots) <= _age(own):
            return Held(roots=own, statuses=statuses)
        return Held(roots=renewed.roots, signed=data, statuses=statuses)

    def renew_roots(self, file: Path) -> RootSet:
        """Take a set that this organisation signed, unless one that is here is as new or newer.

        Raises: AttestationFileError, OlderAttestationFileError.
        """
        data = given_file(file, LONGEST_SIGNED_BYTES)
        new, here = self._signed(data, file).roots, self.held().roots
        if new.version <= here.version or new.date < here.date:
            raise OlderAttestationFileError(subject=str(file), cause=f"{here.version}, {here.date.isoformat()}")
        self._write(_ROOTS, data)
        return new

    def renew_list(self, file: Path, fetched: date, *, today: date) -> StatusList:
        """Take a status list, unless the one that is here was fetched later. `today`: UTC. Raises: as above, also for a
        day to come: such a list would never grow too old, and keep every true one out.
        """
        if fetched > today + EARLIEST_ZONE:
            raise AttestationFileError(subject=str(file), got=fetched.isoformat())
        found = read_list(file, fetched)
        here = self._statuses()
        if here is not None and found.as_of < here.as_of:
            raise OlderAttestationFileError(subject=str(file), cause=here.as_of.date().isoformat())
        # The day goes first and names its list: after a crash between the two there is a list of another digest, none.
        self._write(_FETCHED, f"{fetched.isoformat()} {found.digest}\n".encode())
        self._write(_LIST, given_file(file, LONGEST_LIST_BYTES))
        return found

    def _signed(self, data: bytes, file: Path) -> SignedRoots:
        from cryptography.hazmat.primitives.serialization import Encoding

        from certs.keys import authority

        try:
            found = read_signed_roots(data)
            own = read_certificate(authority.read_certificate(self.organisation).public_bytes(Encoding.DER)).public_key
        except (MalformedError, CertsError) as error:
            raise AttestationFileError(subject=str(file), got=str(error)[:80]) from error
        if found.signer != hashlib.sha256(own).hexdigest():
            raise AttestationFileError(subject=str(file), got="signed by another organisation")
        return found

    def _statuses(self) -> StatusList | None:
        """None without a list, and after a crash between the writing of its day and its own."""
        noted, data = self._read(_FETCHED, 128).split(), self._read(_LIST, LONGEST_LIST_BYTES)
        if len(noted) != 2 or hashlib.sha256(data).hexdigest().encode() != noted[1]:
            return None
        try:
            return read_status_list(data, as_of=_midnight(date.fromisoformat(noted[0].decode())))
        except ValueError as error:
            raise AttestationFileError(subject=str(self.folder / _LIST), got=str(error)[:80]) from error

    # what a job waits for ----------------------------------------------------------------------------

    def ask(self, job: str, nonce: str) -> None:
        """Put the challenge where `challenge` finds it. Raises: OSError."""
        self._write(f"{job}.challenge", f"{nonce}\n".encode())

    def challenge(self, job: str) -> str:
        """The challenge of a job that waits. Raises: NobodyWaitsError."""
        found = self._read(f"{job}.challenge", _LONGEST_NAME + 1) if _JOB.fullmatch(job) else b""
        if not found:
            raise NobodyWaitsError(subject=job)
        return found.decode("ascii", "replace").strip()

    def hand_in(self, job: str, chain: bytes) -> None:
        """Give the job its chain; b"" says that there will be none. Raises: NobodyWaitsError, OSError."""
        self.challenge(job)
        self._write(f"{job}.chain", chain)

    def handed_in(self, job: str) -> bytes | None:
        """What was handed in; None for nothing yet."""
        if not (self.folder / f"{job}.chain").is_file():
            return None
        return self._read(f"{job}.chain", LONGEST_CHAIN_BYTES)

    def forget(self, job: str) -> None:
        """The job waits no longer."""
        for ending in ("challenge", "chain"):
            (self.folder / f"{job}.{ending}").unlink(missing_ok=True)

    # files -------------------------------------------------------------------------------------------

    def _read(self, name: str, most: int) -> bytes:
        """Bytes of a file of ours; b"" where there is none, and one byte more than may be for what is too long."""
        try:
            return read_given(self.folder / name, most + 1)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise AttestationFileError(subject=str(self.folder / name), got=error.strerror or "") from error

    def _write(self, name: str, data: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_over(self.folder / name, (data,), mode=0o600)


def read_list(file: Path, fetched: date) -> StatusList:
    """A status list as of the first moment of the day: a list of that evening would only know more.

    Raises: AttestationFileError.
    """
    try:
        return read_status_list(given_file(file, LONGEST_LIST_BYTES), as_of=_midnight(fetched))
    except MalformedError as error:
        raise AttestationFileError(subject=str(file), got=str(error)) from error


def given_file(file: Path, most: int) -> bytes:
    """A file that somebody named, and one byte more than may be of what is too long. Raises: AttestationFileError."""
    try:
        return read_given(file, most + 1)
    except OSError as error:
        raise AttestationFileError(subject=str(file), got=error.strerror or str(error)) from error


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _age(roots: RootSet) -> tuple[date, int]:
    return roots.date, roots.version
