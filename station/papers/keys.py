# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens what papers are made with: the station's keys, its transparency log, its time-stamping authority."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from certs.errors import CertsError
from certs.record.issuer import Issuer
from phones.clock import SystemClock, utc_now
from station.errors import LogMissingError
from station.setup.home import Home
from station.setup.settings import Settings

if TYPE_CHECKING:
    from station.papers.job_log import JobLog
    from station.papers.paper_issuer import PaperIssuer
    from transparency.files import LogFiles


def log_files(home: Home) -> "LogFiles":
    """Where this station's transparency log is, or would be."""
    from transparency.files import LogFiles

    return LogFiles(log=home.transparency_log, keys=home.keys)


@contextmanager
def open_paper_issuer(
    home: Home,
    settings: Settings,
    issuer: Issuer,
    passphrase: str,
    *,
    pin: str | None = None,
    warn: Callable[[CertsError], None] = lambda _error: None,
    renew: bool = True,
) -> "Iterator[PaperIssuer]":
    """The paper issuer of a session. `warn` is told of what is missing but not needed, and the work goes on.

    `renew` False: revocation lists are taken as they are, nothing is written to the keys.

    Raises: KeyFileError, WrongSignerError, NoEditionError, LogMissingError, LogError, SchemeError.
    """
    from certs import editions
    from certs.keys.key_folder import open_keys
    from grading.schemes import load as load_scheme
    from station.papers.paper_issuer import PaperIssuer
    from station.papers.paper_names import in_folders
    from transparency.time_stamping import connect

    keys = open_keys(
        home.keys, passphrase, now=utc_now(), signing=settings.signing, pin=pin, connect=connect, renew=renew
    )
    for warning in keys.warnings:
        warn(warning)
    if settings.scheme:
        load_scheme(settings.scheme)
    with open_log(home, settings, passphrase, station=keys.signer.station.key_id) as log:
        yield PaperIssuer(
            issuer=issuer,
            signer=keys.signer,
            scheme=settings.scheme,
            edition=editions.for_papers(specimen=keys.signer.station.specimen),
            folder=home.papers,
            naming=in_folders(settings.paper_folder),
            clock=SystemClock(),
            log=log,
            store=keys.store,
            stamper=keys.stamper,
            signer_of=keys.signer_of,
            warn=warn,
        )


@contextmanager
def open_log(home: Home, settings: Settings, passphrase: str, *, station: str) -> "Iterator[JobLog | None]":
    """The transparency log, for appending; None when the settings say there is none.

    Raises: LogMissingError when it is not there or its key is not, LogError, WrongPassphraseError.
    """
    if settings.log == "none":
        yield None
        return
    from certs.errors import KeyUnreadableError
    from station.papers.job_log import JobLog

    files = log_files(home)
    if not files.log.is_file():
        raise LogMissingError(subject=str(files.log))
    try:
        secret, log = files.read_secret(), files.open(passphrase)
    except KeyUnreadableError as error:
        raise LogMissingError(subject=error.subject) from error
    try:
        yield JobLog(log=log, secret=secret, station=station)
    finally:
        log.close()
