# SPDX-License-Identifier: GPL-3.0-or-later
"""What the file of a paper is called and where it lies: found by a person by day, model and last digits.

    2026-11-29/2026-11-29_Pixel-9_0001_PW-0000-0000-0000-0001-certificate.pdf
    2026-11-29/withdrawn/2026-11-29_Pixel-9_0001_PW-0000-0000-0000-0001-certificate-WITHDRAWN.pdf

The name is written into the ledger with the paper and never changes there; papers of before are found under the name
they had. Where a certificate has lost its standing its file is moved, after the ledger says so: whoever finds it in the
old place may not take it for one that stands. The paper's id in it makes a name unlike every other.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from phones.durable_files import sync_folder
from station.errors import FileNotWrittenError
from station.ledger.entry import parse_time
from station.ledger.job import Job
from station.ledger.summary import JobSummary
from station.text.language import os_reason

Naming = Callable[[Job, str, str], str]
"""(job, paper's id, outcome) → the file's name, below the folder of papers."""

LONGEST_MODEL = 24
LONGEST_LOT = 40
DIGITS = 4
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


def flat(_job: Job, paper_id: str, outcome: str) -> str:
    """The id alone: what is no bench of a shop's."""
    return f"{paper_id}-{outcome}.pdf"


def in_folders(kind: str) -> Naming:
    """`kind`: "day", a folder for the day a job began; "lot", one for the lot that is stated of the phone, if one
    is; "none".
    """

    def named(job: Job, paper_id: str, outcome: str) -> str:
        day = f"{parse_time(job.opened_at).astimezone():%Y-%m-%d}"
        parts = (day, safe(job.summary.model, LONGEST_MODEL), safe(job.summary.serial[-DIGITS:], DIGITS), paper_id)
        name = "_".join(part for part in parts if part) + f"-{outcome}.pdf"
        return str(PurePosixPath(_folder(job, day), name))

    def _folder(job: Job, day: str) -> PurePosixPath:
        if job.report is not None:  # report and certificate of one job lie together, also after midnight
            return PurePosixPath(job.report.file).parent
        if kind == "none":
            return PurePosixPath()
        return PurePosixPath((safe(job.lot_now(), LONGEST_LOT) if kind == "lot" else "") or day)

    return named


def safe(text: str, most: int) -> str:
    """Only letters and digits of ASCII, joined by hyphens: no path, no command, nothing a file system refuses."""
    return _UNSAFE.sub("-", text)[:most].strip("-")


def place_of(file: str, ended: str) -> str:
    """Where that file of a certificate lies now. `ended`: "", "withdrawn" or "replaced"."""
    path = PurePosixPath(file)
    if not ended or not file:
        return file
    return str(path.parent / ended / f"{path.stem}-{ended.upper()}{path.suffix}")


def current_file(job: JobSummary) -> str:
    """The file of the job's newest paper, below the folder of papers; "" without one."""
    return place_of(job.file, job.ended if job.certificate else "")


def move_ended(folder: Path, jobs: Iterable[JobSummary]) -> None:
    """Move the files of certificates that stand no more to where they are marked. What was moved before, or was taken
    away by somebody, is left; killed at any moment, the next call does the rest. Raises: FileNotWrittenError.
    """
    for job in jobs:
        if not (job.certificate and job.ended and job.file):
            continue
        before, after = folder / job.file, folder / current_file(job)
        try:
            if not before.is_file():
                continue
            after.parent.mkdir(mode=0o700, exist_ok=True)
            before.replace(after)
            for place in {before.parent, after.parent}:
                sync_folder(place)
        except OSError as error:
            raise FileNotWrittenError(subject=str(after), cause=os_reason(error)) from error


def make_folders(folder: Path, file: str) -> None:
    """The folders that the file lies in, readable by their owner only. Raises: FileNotWrittenError."""
    place = (folder / file).parent
    if place == folder:
        return
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):  # a file system that syncs no folders
            sync_folder(folder)
    except OSError as error:
        raise FileNotWrittenError(subject=str(place), cause=os_reason(error)) from error
