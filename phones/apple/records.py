# SPDX-License-Identifier: GPL-3.0-or-later
"""The pair records of phones on this bench: one folder of ours, readable by us alone, gone after the job.

A record holds the private keys with which a phone trusts this computer. pymobiledevice3 writes it for all
to read and hands a copy to usbmuxd; we do neither. Two records may be held per phone: `current`, with
which we talk, and `kept`, the one from before the erase, which the trust test shows to the erased phone.
Only a record with which a session was really opened is ever written.
"""

import contextlib
import plistlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from phones.cleaning import clean
from phones.durable_files import write_over
from phones.errors import BenchError, PhoneError, ReplyMalformedError
from phones.given_files import read_given

_LARGEST_RECORD = 1024 * 1024
_UDID = re.compile(r"[0-9a-f]{24,40}")
_OWNER_ONLY = 0o700
_OWNER_ONLY_FILE = 0o600


TLS_SUFFIX = ".tls"
"""Files the Apple driver makes for the length of a TLS handshake; a crash may leave one."""


class PairRecordStoreError(BenchError):
    """The folder of pair records cannot be read or written."""

    code = "pair_record_store"


class PairRecordMissingError(PhoneError):
    """There is no record of this job from before the erase, so trust cannot be tested."""

    code = "pair_record_missing"


class PairRecords:
    """The folder. Safe for several phones at once; one phone's records are used by one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises: PairRecordStoreError when the folder cannot be made ours."""
        self.folder = folder
        with _store(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY)
            folder.chmod(_OWNER_ONLY)
            for leftover in (*folder.glob(f"*{TLS_SUFFIX}"), *folder.glob(".*.current.*")):
                leftover.unlink(missing_ok=True)

    def current(self, udid: str) -> dict[str, Any] | None:
        """The record we talk with now, or None. Raises: PairRecordStoreError."""
        return self._read(self._path(udid, "current"))

    def from_before_erase(self, udid: str) -> dict[str, Any]:
        """The kept record, or the current one while nothing was paired since the job began.

        Raises: PairRecordMissingError, PairRecordStoreError.
        """
        record = self._read(self._path(udid, "kept")) or self.current(udid)
        if record is None:
            raise PairRecordMissingError(subject=clean(udid), step="trust test")
        return record

    def begin_job(self, udid: str) -> None:
        """Drop what an earlier job kept: only a record of this job may be refused in its trust test.
        Raises: PairRecordStoreError.
        """
        self._remove(self._path(udid, "kept"))

    def save_from_before_erase(self, udid: str) -> None:
        """Move the current record aside for the trust test, unless one is kept already.
        Raises: PairRecordStoreError.
        """
        current, kept = self._path(udid, "current"), self._path(udid, "kept")
        with _store(self.folder):
            if current.exists() and not kept.exists():
                current.replace(kept)

    def write(self, udid: str, record: Mapping[str, Any]) -> None:
        """Make `record` the current one, whole or not at all, 0600 from its first byte.
        Raises: PairRecordStoreError.
        """
        path = self._path(udid, "current")
        with _store(self.folder):
            write_over(path, (plistlib.dumps(dict(record)),), mode=_OWNER_ONLY_FILE)

    def forget(self, udid: str) -> None:
        """Delete every record of this phone. Raises: PairRecordStoreError."""
        for which in ("current", "kept"):
            path = self._path(udid, which)
            self._remove(path)
            for unfinished in self.folder.glob(f".{path.name}.*"):  # of a station that was killed while it wrote
                self._remove(unfinished)

    def _path(self, udid: str, which: str) -> Path:
        name = udid.replace("-", "").lower()
        if not _UDID.fullmatch(name):
            raise ReplyMalformedError(subject=clean(udid), step="pair record", expected="a UDID", got=clean(udid))
        return self.folder / f"{name}.{which}"

    def _read(self, path: Path) -> dict[str, Any] | None:
        with _store(self.folder):
            try:
                record = plistlib.loads(read_given(path, _LARGEST_RECORD))
            except FileNotFoundError:
                return None
            except (ExpatError, ValueError, TypeError, LookupError, AttributeError) as error:
                raise PairRecordStoreError(
                    subject=str(self.folder), step=path.name, expected="a property list", got="other bytes"
                ) from error
        if not isinstance(record, dict):
            raise PairRecordStoreError(
                subject=str(self.folder), step=path.name, expected="a dictionary", got="something else"
            )
        return record

    def _remove(self, path: Path) -> None:
        with _store(self.folder):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _store(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PairRecordStoreError(
            step="pair record",
            expected="a folder of ours",
            got=clean(error.strerror or "error"),
            subject=str(folder),
        ) from error
