# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper that the disk does not take, whenever it fails: the job waits for its paper and gets it later."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certs.issue import Paper
from certs.record.facts import Person
from certs.record.issuer import Signer
from certs.record.record import Record
from station.errors import FileNotWrittenError
from station.ledger.stages import Stage
from station.session.events import Event, JobEnded
from station.session.session import Session
from station.setup.home import write_whole
from station.setup.settings import Settings
from station.work.worker import Progress
from tests.support import lives
from tests.support.one_phone import OnePhone

CALLS = ("stat", "open", "fsync", "replace")
REASONS = (errno.ENOSPC, errno.EROFS)
PDF = b"%PDF-1.7 a paper"
VALIDATOR = Person(name="Vera", role="validator")


class Disk:
    """What the system calls of the folder of papers do: the one with number `bad` fails, or each one from it on.

    An `open` for writing stands for two: it is refused, and, at the next number, what is then written does not fit.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.bad = 0
        self.reason = errno.ENOSPC
        self.calls = 0
        self._descriptors: set[int] = set()
        for name in CALLS:
            monkeypatch.setattr(os, name, self._call(name, getattr(os, name)))

    def _call(self, name: str, real: Any) -> Any:
        def call(place: Any, *arguments: Any, **options: Any) -> Any:
            if not self.bad or not self._is_ours(place):
                return real(place, *arguments, **options)
            self._count()
            if name != "open":
                return real(place, *arguments, **options)
            writes = bool(arguments and arguments[0] & os.O_WRONLY)
            if writes and self._is_next_bad():
                return real("/dev/full", os.O_WRONLY)
            descriptor: int = real(place, *arguments, **options)
            self._descriptors.add(descriptor)
            return descriptor

        return call

    def _is_ours(self, place: Any) -> bool:
        if isinstance(place, int):
            return place in self._descriptors
        return self.folder in (Path(place), Path(place).parent)

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.bad:
            raise OSError(self.reason, os.strerror(self.reason), str(self.folder))

    def _is_next_bad(self) -> bool:
        self.calls += 1
        return self.calls == self.bad

    @contextmanager
    def fails(self, bad: int, reason: int) -> Iterator[None]:
        self.bad, self.reason, self.calls = bad, reason, 0
        try:
            yield
        finally:
            self.bad = 0
            self._descriptors.clear()


def paper_of_few_bytes(record: Record, statement: bytes, _signer: Signer, **_attached: object) -> Paper:
    return Paper(pdf=PDF, record=record.data, statement=statement)


class Station:
    """One phone, a folder of papers that may be full, and what the worker told."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        folder.mkdir()
        self.papers = folder / "papers"
        self.papers.mkdir()
        self.phone = OnePhone(folder, lives.IPHONE, settings=settings)
        self.phone.papers = replace(
            self.phone.papers, folder=self.papers, publish=write_whole, draw_and_sign=paper_of_few_bytes
        )
        self.told: list[str] = []
        self.ended: list[JobEnded] = []

    def notice(self, session: Session, event: Event) -> None:
        self.phone.hands.notice(session, event)
        if isinstance(event, Progress):
            self.told.append(event.key)
        if isinstance(event, JobEnded):
            self.ended.append(event)

    def session(self) -> Session:
        return self.phone.session(self.notice)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: errno.errorcode[reason])
def test_a_paper_that_cannot_be_written_is_made_later_and_its_job_is_found_until_then(
    reason: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(tmp_path, monkeypatch)
    bad = 0
    while True:
        bad += 1
        station = Station(tmp_path / str(bad), lives.SETTINGS)
        disk.folder = station.papers
        with station.session() as session:
            with disk.fails(bad, reason):
                (job,) = session.start(station.phone.port.look(), by=lives.TESTER).jobs
                session.wait()
            if disk.calls < bad:
                assert job.stage is Stage.CERTIFIED
                break
            assert (job.stage, station.told[-1]) == (Stage.VERIFIED, "no_paper"), bad
            assert [each.paper for each in station.ended] == [""], "no client is told of a file that is not there"
            assert [each.id for each in session.jobs.unfinished()] == [job.id]
            assert session.busy == ()
            (again,) = session.resume()
            assert (again.stage, station.told[-1]) == (Stage.CERTIFIED, "done"), bad
            assert again.certificate == job.certificate
            assert [path.read_bytes() for path in station.papers.iterdir()] == [PDF]
            assert station.ended[-1].paper == next(station.papers.iterdir()).name
    assert bad > 6, "looked for, opened, written, synced, put in place, and the folder synced"


def test_a_decision_whose_paper_cannot_be_written_says_so_and_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(tmp_path, monkeypatch)
    bad = 0
    while True:
        bad += 1
        station = Station(tmp_path / str(bad), lives.VALIDATED)
        disk.folder = station.papers
        with station.session() as session:
            (job,) = session.start(station.phone.port.look(), by=lives.TESTER).jobs
            session.wait()
            with disk.fails(bad, errno.ENOSPC):
                try:
                    session.decide(job.id, accept=True, by=VALIDATOR)
                except FileNotWrittenError:
                    pass
                else:
                    break
            assert [each.id for each in session.jobs.unfinished()] == [job.id]
            (again,) = session.resume()
            assert again.stage is Stage.CERTIFIED
            assert sorted(path.name for path in station.papers.iterdir()) == sorted(again_files(session, job.id))
    assert bad > 6


def again_files(session: Session, job_id: str) -> list[str]:
    job = session.jobs.by_id(job_id)
    assert job.certificate is not None
    return [job.certificate.file]
