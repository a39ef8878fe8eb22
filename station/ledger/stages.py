# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone's life on the bench: one table of allowed moves, and what each move must be able to show.

    SEEN → IDENTIFIED → READY → ERASING → RETURNED → VERIFIED → (VALIDATED) → CERTIFIED
              ↑↓ BLOCKED (a human can fix it)          any → FAILED (final)

A move cites ledger entries of its own job. Which kinds count is part of the table, so a stage can
never be reached without the fact that stands for it having been written first.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a job stands; always the target of its last move."""

    SEEN = "SEEN"
    IDENTIFIED = "IDENTIFIED"
    BLOCKED = "BLOCKED"
    READY = "READY"
    ERASING = "ERASING"
    RETURNED = "RETURNED"
    VERIFIED = "VERIFIED"
    VALIDATED = "VALIDATED"
    CERTIFIED = "CERTIFIED"
    FAILED = "FAILED"

    @property
    def final(self) -> bool:
        """No move leads on from here."""
        return self in (Stage.CERTIFIED, Stage.FAILED)


class EntryKind(StrEnum):
    """What a ledger entry says. Values are stable: they are hashed into ledgers."""

    JOB_OPENED = "job_opened"
    EVIDENCE = "evidence"
    IDENTITY = "identity"
    PROBLEMS = "problems"
    METHOD = "method"
    STEP_BEGUN = "step_begun"
    ABOUT_TO_ERASE = "about_to_erase"
    STEP_DONE = "step_done"
    VERDICT = "verdict"
    CORRECTED = "corrected"  # an answer about the phone's condition, in place of one that was a slip
    VALIDATION = "validation"
    FAILURE = "failure"
    CERTIFICATE = "certificate"
    REPORT = "report"
    MOVE = "move"
    RESUMED = "resumed"
    LOG_ANCHOR = "log_anchor"  # what the transparency log was before the job's START is appended
    LOG_START = "log_start"  # where that START stands
    LOGGED = "logged"  # where the paper's own entry stands
    PRINTED = "printed"  # what the paper carries besides: its log proof and the revocation lists of that day
    HANDED_OUT = "handed_out"  # the paper's file is there
    OPENINGS = "openings"  # sealed fields of the job's papers, with their salts
    REPLACED = "replaced"  # another certificate took the place of this job's
    WITHDRAWN = "withdrawn"  # this job's certificate no longer stands
    SAMPLE = "sample"  # of no job: a period's population, written before its sample can be known
    SAMPLE_DRAWN = "sample_drawn"
    SAMPLE_RESULT = "sample_result"
    CHECKPOINT = "checkpoint"  # of no job: the station's signature over all entries before
    STATED = "stated"  # asset tag, lot and the like; of no job while the phone has none
    LOT = "lot"  # of no job: what a lot should hold, and whether it is open


_FAIL = (EntryKind.FAILURE,)

MOVES: Mapping[tuple[Stage, Stage], tuple[EntryKind, ...]] = MappingProxyType(
    {
        (Stage.SEEN, Stage.IDENTIFIED): (EntryKind.IDENTITY,),
        (Stage.SEEN, Stage.BLOCKED): (EntryKind.PROBLEMS,),
        (Stage.SEEN, Stage.FAILED): _FAIL,
        (Stage.IDENTIFIED, Stage.READY): (EntryKind.METHOD,),
        (Stage.IDENTIFIED, Stage.BLOCKED): (EntryKind.PROBLEMS,),
        (Stage.IDENTIFIED, Stage.FAILED): _FAIL,
        (Stage.BLOCKED, Stage.IDENTIFIED): (EntryKind.IDENTITY,),
        (Stage.BLOCKED, Stage.FAILED): _FAIL,
        (Stage.READY, Stage.BLOCKED): (EntryKind.PROBLEMS,),
        (Stage.READY, Stage.ERASING): (EntryKind.ABOUT_TO_ERASE,),
        (Stage.READY, Stage.FAILED): _FAIL,
        (Stage.ERASING, Stage.RETURNED): (EntryKind.STEP_DONE,),
        (Stage.ERASING, Stage.FAILED): _FAIL,
        (Stage.RETURNED, Stage.VERIFIED): (EntryKind.VERDICT,),
        (Stage.RETURNED, Stage.FAILED): _FAIL,
        (Stage.VERIFIED, Stage.VALIDATED): (EntryKind.VALIDATION,),
        (Stage.VERIFIED, Stage.CERTIFIED): (EntryKind.CERTIFICATE,),
        (Stage.VERIFIED, Stage.FAILED): _FAIL,
        (Stage.VALIDATED, Stage.CERTIFIED): (EntryKind.CERTIFICATE,),
        (Stage.VALIDATED, Stage.FAILED): _FAIL,
    }
)
"""(from, to) → kinds of entries of which the move must cite at least one."""
