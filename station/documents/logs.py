# SPDX-License-Identifier: GPL-3.0-or-later
"""Transparency logs: the station's own, and what others do with one."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from certs.log.history import Fault, History
from certs.log.proofs import check_note
from phones.words import has
from station.documents.document import Document, known
from station.text.language import text
from transparency.files import LogFiles


@dataclass(frozen=True, kw_only=True)
class LogMade(Document):
    """`log init`."""

    NAME: ClassVar[str] = "log-init"

    origin: str
    log_key: str
    policy_path: str


@dataclass(frozen=True, kw_only=True)
class LogTold(Document):
    """`log status`."""

    NAME: ClassVar[str] = "log-status"

    origin: str
    log_key: str
    size: int
    root: str
    counts: Mapping[str, int]
    open_starts: tuple[int, ...]
    witnesses: tuple[str, ...]
    cosigned_at: tuple[datetime, ...]
    quorum: str | None
    policy_path: str

    @classmethod
    def of(cls, files: LogFiles) -> Self:
        """The log as it stands; its newest checkpoint is checked against what is stored. Raises: LogError."""
        with closing(files.open()) as log:
            note = log.checkpoint()
            history = History.replay(log.leaves())
            policy = files.read_policy()
            checked = check_note(note, policy, demand_quorum=False) if note else None
            return cls(
                origin=log.origin,
                log_key=str(log.public),
                size=history.size,
                root=history.root.hex(),
                counts=history.counts(),
                open_starts=tuple(history.open_starts()),
                witnesses=tuple(checked.witnesses) if checked else (),
                cosigned_at=tuple(checked.cosigned_at) if checked else (),
                quorum=None if policy.quorum == "none" else policy.quorum,
                policy_path=str(files.policy),
            )


@dataclass(frozen=True, kw_only=True)
class LogExported(Document):
    """`log export`: tiles into a folder, one file for verifiers, or both."""

    NAME: ClassVar[str] = "log-export"

    origin: str
    folder: str | None
    size: int | None
    root: str | None
    snapshot_path: str | None
    snapshot_size: int | None
    snapshot_root: str | None


@dataclass(frozen=True, kw_only=True)
class WitnessReply:
    """What one witness answered: a line that signs, or a fault."""

    witness: str
    fault: str | None
    line: str | None


@dataclass(frozen=True, kw_only=True)
class WitnessesAsked(Document):
    """`log cosign`."""

    NAME: ClassVar[str] = "log-cosign"

    replies: tuple[WitnessReply, ...]


@dataclass(frozen=True, kw_only=True)
class LogProof(Document):
    """`log prove`."""

    NAME: ClassVar[str] = "log-proof"

    paper: str
    log_index: int
    proof: str


@dataclass(frozen=True, kw_only=True)
class EntryFault:
    """A rule of logs that is broken. `index` null: by the log as a whole."""

    index: int | None
    fault: str
    got: str | None
    sentence: str | None

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """From an audit."""
        key = f"log_fault.{fault.fault}"
        return cls(
            index=fault.index if fault.index >= 0 else None,
            fault=fault.fault,
            got=known(fault.got),
            sentence=text(key) if has(key) else None,
        )


@dataclass(frozen=True, kw_only=True)
class LogAudited(Document):
    """`log audit`."""

    NAME: ClassVar[str] = "log-audit"

    verdict: str
    origin: str
    size: int
    faults: tuple[EntryFault, ...]
    doubts: tuple[EntryFault, ...]
    counts: Mapping[str, int]
    open_starts: tuple[int, ...]
    unfinished_replacements: tuple[int, ...]
    witnesses: tuple[str, ...]
    cosigned_at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class WitnessMade(Document):
    """`log witness --new`."""

    NAME: ClassVar[str] = "log-witness"

    witness: str
    witness_key: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class LogCosigned(Document):
    """`log witness --once`."""

    NAME: ClassVar[str] = "log-cosigned"

    origin: str
    size: int
    line: str | None
    fault: str | None


@dataclass(frozen=True, kw_only=True)
class LogServing(Document):
    """`log serve` and `log witness`: the address, as soon as it answers."""

    NAME: ClassVar[str] = "log-serving"

    url: str
    origin: str
