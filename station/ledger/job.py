# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of one phone on this bench. Its stage is its last move; a retry is a new job.

A `Job` is the ledger entries that bear its id, read back in order: nothing about a job lives anywhere
else, so a station that was killed knows as much as one that was not.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from certs.record.facts import LogPlace
from certs.record.sealing import Opening
from phones.evidence import Evidence
from phones.identity import PhoneIdentity
from phones.port import Platform
from station.errors import OutOfOrderError
from station.ledger.ledger import Entry, Ledger
from station.ledger.stages import MOVES, EntryKind, Stage


def new_job_id() -> str:
    """Eight letters and digits, easy to type: 40 random bits, Crockford base 32."""
    return "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))


@dataclass(slots=True)
class Job:
    """One job, kept in step with the ledger: every fact is appended there before it is known here."""

    ledger: Ledger
    id: str
    stage: Stage = Stage.SEEN
    opened: Mapping[str, object] = field(default_factory=dict)
    opened_at: str = ""
    last_at: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    identity: PhoneIdentity | None = None
    attempt: int = 1
    method: str = ""
    mark: str = ""
    steps_begun: list[str] = field(default_factory=list)
    steps_done: dict[str, int] = field(default_factory=dict)  # step → number of the entry that says so
    problems: tuple[str, ...] = ()
    failure: str = ""
    validation: Mapping[str, object] | None = None
    validation_number: int = 0
    certificate: Mapping[str, object] | None = None
    report: Mapping[str, object] | None = None
    log: LogPlace | None = None  # where its START stands in the transparency log
    log_anchor: Mapping[str, object] | None = None
    logged: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # paper's id → where its entry stands
    printed: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # paper's id → what it carries besides
    handed_out: frozenset[str] = frozenset()  # ids of papers whose file was written
    openings: tuple[Opening, ...] | None = None
    ended: Mapping[str, object] | None = None  # how its certificate was replaced or withdrawn
    finished_at: str = ""
    report_is_last: bool = True  # False: the job has failed since, and its report does not say so yet
    _kinds: dict[int, EntryKind] = field(default_factory=dict)

    @classmethod
    def open(cls, ledger: Ledger, *, job_id: str, facts: Mapping[str, object]) -> "Job":
        """A new job at SEEN. `facts`: port, slot, platform, emulated, attempt, salt, policy, performed_by."""
        job = cls(ledger=ledger, id=job_id)
        job.write(EntryKind.JOB_OPENED, facts)
        return job

    @classmethod
    def load(cls, ledger: Ledger, job_id: str) -> "Job | None":
        """The job as the ledger tells it, or None when there is no such job."""
        job = cls(ledger=ledger, id=job_id)
        for entry in ledger.entries(job_id):
            job._take(entry)
        return job if job._kinds else None

    def write(self, kind: EntryKind, payload: Mapping[str, object]) -> int:
        """Append a fact; returns its number, to be cited by a move."""
        if kind is EntryKind.MOVE:
            raise OutOfOrderError(expected="Job.move", got="write of a move")
        entry = self.ledger.append(kind, self.id, payload)
        self._take(entry)
        return entry.number

    def keep(self, piece: Evidence) -> None:
        """Append a piece of evidence: the Witness's journal."""
        self.write(EntryKind.EVIDENCE, piece.to_json())

    def move(self, to: Stage, *, because: Iterable[int]) -> None:
        """Go to another stage, citing entries of this job that stand for it.

        Raises: OutOfOrderError when the table has no such move or no cited entry is of a kind it asks for.
        """
        wanted = MOVES.get((self.stage, to))
        cited = tuple(because)
        if wanted is None:
            raise OutOfOrderError(phone=self.id, expected=f"a move the table allows from {self.stage}", got=to)
        if not any(self._kinds.get(number) in wanted for number in cited):
            raise OutOfOrderError(
                phone=self.id, expected=f"one of {', '.join(wanted)}", got=f"entries {list(cited)} for {to}"
            )
        if to is Stage.VALIDATED and (self.validation or {}).get("decision") != "accepted":
            raise OutOfOrderError(phone=self.id, expected="an accepted validation", got="none")
        entry = self.ledger.append(
            EntryKind.MOVE, self.id, {"from": self.stage.value, "to": to.value, "because": list(cited)}
        )
        self._take(entry)

    @property
    def platform(self) -> Platform:
        """Which family the phone belongs to."""
        return Platform(str(self.opened["platform"]))

    @property
    def port(self) -> str:
        """The port path the job was opened on."""
        return str(self.opened["port"])

    @property
    def salt(self) -> bytes:
        """The job's commitment salt."""
        return bytes.fromhex(str(self.opened["salt"]))

    @property
    def next_evidence_number(self) -> int:
        """Evidence is numbered from 1 within a job, across restarts."""
        return len(self.evidence) + 1

    def _take(self, entry: Entry) -> None:
        self._kinds[entry.number] = entry.kind
        self.last_at = entry.at
        payload = entry.payload
        if entry.kind in _WORK and payload.get("reason") != "rejected":  # a decision changes nothing of the work
            self.finished_at = entry.at
        match entry.kind:
            case EntryKind.JOB_OPENED:
                self.opened, self.opened_at = payload, entry.at
            case EntryKind.EVIDENCE:
                self.evidence.append(Evidence.from_json(payload))
            case EntryKind.IDENTITY:
                phone = payload["phone"]
                if isinstance(phone, Mapping):
                    self.identity = PhoneIdentity(**{name: str(text) for name, text in phone.items()})
                self.attempt = int(str(payload["attempt"]))
            case EntryKind.PROBLEMS:
                self.problems = tuple(str(code) for code in _list(payload.get("codes")))
            case EntryKind.METHOD:
                self.method, self.mark = str(payload["method"]), str(payload["mark"])
                self.problems, self.steps_begun, self.steps_done = (), [], {}
            case EntryKind.STEP_BEGUN | EntryKind.ABOUT_TO_ERASE:
                self.steps_begun.append(str(payload["step"]))
            case EntryKind.STEP_DONE:
                self.steps_done[str(payload["step"])] = entry.number
            case EntryKind.FAILURE:
                self.failure = str(payload["reason"])
                self.report_is_last = False
            case EntryKind.VALIDATION:
                self.validation, self.validation_number = {"at": entry.at, **payload}, entry.number
            case EntryKind.CERTIFICATE:
                self.certificate = payload
            case EntryKind.REPORT:
                self.report, self.report_is_last = payload, True
            case EntryKind.MOVE:
                self.stage = Stage(str(payload["to"]))
            case EntryKind.LOG_ANCHOR:
                self.log_anchor = payload
            case EntryKind.LOG_START:
                self._take_start(payload)
            case EntryKind.LOGGED | EntryKind.PRINTED | EntryKind.HANDED_OUT:
                self._take_paper(entry.kind, payload)
            case EntryKind.OPENINGS:
                rows = [row for row in _list(payload.get("openings")) if isinstance(row, Mapping)]
                self.openings = tuple(
                    Opening(name=str(row["name"]), salt=bytes.fromhex(str(row["salt"])), value=str(row["value"]))
                    for row in rows
                )
            case EntryKind.REPLACED | EntryKind.WITHDRAWN:
                self.ended = {**payload, "kind": entry.kind.value, "at": entry.at}
            case _:
                pass  # kept for the chain; everything they say can be computed again

    def _take_paper(self, kind: EntryKind, payload: Mapping[str, object]) -> None:
        paper = str(payload["id"])
        if kind is EntryKind.LOGGED:
            self.logged = {**self.logged, paper: payload}
        elif kind is EntryKind.PRINTED:
            self.printed = {**self.printed, paper: payload}
        else:
            self.handed_out |= {paper}

    def _take_start(self, payload: Mapping[str, object]) -> None:
        anchor = (self.log_anchor or {}).get("anchor")
        self.attempt = int(str(payload["attempt"]))
        self.log = LogPlace(
            origin=str(payload["origin"]),
            device_tag=str(payload["tag"]),
            start=int(str(payload["start"])),
            attempt=self.attempt,
            anchor=tuple(str(line) for line in _list(anchor)),
        )


_WORK = (EntryKind.EVIDENCE, EntryKind.VERDICT, EntryKind.FAILURE)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def parse_time(text: str) -> datetime:
    """The inverse of `station.ledger.ledger.timestamp`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
