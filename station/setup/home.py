# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a station keeps its things, and who may work there at one time.

config.toml   settings, written by a person
issuer.json   who signs, and the people who may act (written by `proofwipe init`)
keys/         station certificate and key, organisation and root certificates
ledger.sqlite3
log.sqlite3   the transparency log; its key, secret and policy are in keys/
papers/       certificates and reports
checks/       what `proofwipe check` measured without a job, a file a phone and shift
photos/       photos of phones that were erased, and which jobs wait for some
attestation/  roots and status list of attestations; challenges and chains of jobs that wait for one
adb/, pairing/  our private adb server's home; iPhone pair records, deleted after each job
station.log
"""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from phones.durable_files import write_over
from station.errors import FileNotWrittenError, StationBusyError
from station.text.language import os_reason

HOME_VARIABLE = "PROOFWIPE_HOME"


class _LogFile(logging.FileHandler):
    """The station's log. A full disk or a folder that was taken away costs lines of it; `logging` would put a traceback
    before a person instead.
    """

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # where the file cannot be opened, which happens at the first line
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        pass


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one station."""

    path: Path

    @property
    def config(self) -> Path:
        """Settings."""
        return self.path / "config.toml"

    @property
    def keys(self) -> Path:
        """Keys, certificates and issuer."""
        return self.path / "keys"

    @property
    def ledger(self) -> Path:
        """The ledger file."""
        return self.path / "ledger.sqlite3"

    @property
    def transparency_log(self) -> Path:
        """The transparency log: what strangers may audit."""
        return self.path / "log.sqlite3"

    @property
    def checks(self) -> Path:
        """What was measured of phones without a job."""
        return self.path / "checks"

    @property
    def papers(self) -> Path:
        """Certificates and reports."""
        return self.path / "papers"

    @property
    def photos(self) -> Path:
        """Photos of erased phones, and codes of jobs that wait for them."""
        return self.path / "photos"

    @property
    def attestation(self) -> Path:
        """Roots and status list of attestations; challenges and chains of jobs that wait for one."""
        return self.path / "attestation"

    @property
    def adb(self) -> Path:
        """Home of our private adb server."""
        return self.path / "adb"

    @property
    def pairing(self) -> Path:
        """Pair records of jobs under way."""
        return self.path / "pairing"

    @property
    def log(self) -> Path:
        """What the program says to its developers; holds no data of phones' owners."""
        return self.path / "station.log"

    def make(self) -> "Home":
        """Create the folders, readable by their owner only. Raises: FileNotWrittenError when that cannot be."""
        try:
            for folder in (self.path, self.papers, self.adb, self.pairing):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FileNotWrittenError(subject=str(self.path), cause=os_reason(error)) from error
        return self

    def start_log(self) -> None:
        """Write what goes wrong in the program itself to the log file, readable by its owner only."""
        handler = _LogFile(self.log, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(threadName)s %(message)s"))
        own = logging.getLogger("proofwipe")
        for old in list(own.handlers):
            own.removeHandler(old)
            old.close()
        own.addHandler(handler)
        own.propagate = False
        os.close(os.open(self.log, os.O_CREAT | os.O_WRONLY, 0o600))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the station for one process: two must not lead the same jobs.

        Raises: StationBusyError; FileNotWrittenError when the lock file cannot be written.
        """
        import fcntl  # here: a buyer's `verify` looks for a station's log where there is no such module

        try:
            descriptor = os.open(self.path / "station.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FileNotWrittenError(subject=str(self.path), cause=os_reason(error)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise StationBusyError(subject=str(self.path)) from error
        try:
            yield
        finally:
            os.close(descriptor)


def find_home(given: str | None) -> Home:
    """`--home`, else PROOFWIPE_HOME, else the user's data folder."""
    text = given or os.environ.get(HOME_VARIABLE)
    if text:
        return Home(Path(text).expanduser().absolute())
    from platformdirs import user_data_path

    return Home(user_data_path("proofwipe", appauthor=False))


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write to a name that somebody may have given: a file whole or as it was, a device or pipe as it stands
    (`phones.durable_files.write_over`). `data`: at once or in portions.

    Raises: FileNotWrittenError; BrokenPipeError when who reads our output has read what they wanted.
    """
    try:
        write_over(path, (data,) if isinstance(data, bytes) else data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileNotWrittenError(subject=str(path), cause=os_reason(error)) from error


def is_there(path: Path) -> bool:
    """Is there a file or folder of that name? Raises: FileNotWrittenError when the disk does not say."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise FileNotWrittenError(subject=str(path), cause=os_reason(error)) from error
    return True
