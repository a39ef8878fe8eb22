# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session is put together from: how bench, papers and log are opened, whence secrets and numbers come."""

import secrets as chance
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certs.errors import CertsError
from station.ledger.job import new_job_id
from station.papers.keys import open_log, open_paper_issuer
from station.papers.paper_issuer import PaperIssuer
from station.session.bench import PhoneBench
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings

if TYPE_CHECKING:
    from station.papers.job_log import JobLog

BenchOpener = Callable[[], AbstractContextManager[PhoneBench]]
PapersOpener = Callable[[Callable[[CertsError], None]], AbstractContextManager[PaperIssuer]]
"""Opens the paper issuer; is given whom to tell of what is missing but not needed."""
LogOpener = Callable[[], AbstractContextManager["JobLog | None"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """`passphrase`: called when keys are opened, not before. `pin`: of a key device, if it has one of its own."""

    passphrase: Callable[[], str]
    pin: str | None = None


def random_hex() -> str:
    """32 fresh random hex digits."""
    return chance.token_hex(16)


def random_salt() -> bytes:
    """16 fresh random bytes."""
    return chance.token_bytes(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """What a session draws by chance; tests give numbers that are the same each time."""

    job_id: Callable[[], str] = new_job_id
    salt: Callable[[], bytes] = random_salt
    mark: Callable[[], str] = random_hex
    question_id: Callable[[], str] = random_hex


@contextmanager
def own_papers(
    home: Home, settings: Settings, secrets: Secrets | None, warn: Callable[[CertsError], None]
) -> Iterator[PaperIssuer]:
    """The station's own papers. Raises: what `station.papers.keys.open_paper_issuer` raises."""
    given = _must_have(secrets)
    issuer = load_company(home.keys).issuer
    with open_paper_issuer(home, settings, issuer, given.passphrase(), pin=given.pin, warn=warn) as papers:
        yield papers


@contextmanager
def own_log(home: Home, settings: Settings, secrets: Secrets | None) -> "Iterator[JobLog | None]":
    """The station's own transparency log, without its signing key. Raises: LogMissingError, LogError."""
    from certs.keys.authority import load_station

    passphrase = _must_have(secrets).passphrase() if settings.log != "none" else ""
    with open_log(home, settings, passphrase, station=load_station(home.keys).key_id) as log:
        yield log


def _must_have(secrets: Secrets | None) -> Secrets:
    if secrets is None:
        raise TypeError("a session that signs is opened with secrets")
    return secrets
