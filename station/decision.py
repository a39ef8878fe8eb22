# SPDX-License-Identifier: GPL-3.0-or-later
"""A named person's decision about a verified job: written first, then carried out, so that a crash cannot lose it."""

from station.errors import WrongStageError
from station.job import Job
from station.stages import EntryKind, Stage


def decide(job: Job, *, accept: bool, name: str, role: str, grounds: str) -> None:
    """Write the decision and go where it leads. Raises: WrongStageError when the job is not waiting for one."""
    if job.stage is not Stage.VERIFIED or job.validation is not None:
        raise WrongStageError(phone=job.id, expected=Stage.VERIFIED.value, got=job.stage.value)
    job.write(
        EntryKind.VALIDATION,
        {"decision": "accepted" if accept else "rejected", "by": name, "role": role, "grounds": grounds},
    )
    carry_out(job)


def carry_out(job: Job) -> None:
    """Go where a written decision leads; does nothing when there is none or it was carried out."""
    if job.validation is None or job.stage is not Stage.VERIFIED:
        return
    if job.validation["decision"] == "accepted":
        job.move(Stage.VALIDATED, because=[job.validation_number])
    else:
        job.move(Stage.FAILED, because=[job.write(EntryKind.FAILURE, {"reason": "rejected"})])
