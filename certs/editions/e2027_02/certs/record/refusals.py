# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job gets a report and no certificate: one list of questions to a record, asked when it is written
and again by every verifier. Each code has a sentence `reason.<code>`.
"""

from datetime import datetime

from certs.editions.e2027_02.certs.record.device_facts import values
from certs.editions.e2027_02.certs.record.schema import RecordDocument
from certs.editions.e2027_02.phones.evidence import Evidence, Moment
from certs.editions.e2027_02.phones.identity import is_identified

CERTIFIABLE_STAGES = ("VERIFIED", "VALIDATED", "CERTIFIED")
SOFTWARE_NAMES = frozenset(
    (
        "proofwipe",
        "software",
        "system",
        "automatic",
        "auto",
        "automatically",
        "robot",
        "station",
        "none",
        "软件",
        "系统",
        "自动",
        "程序",
        "机器人",
    )
)
"""Nobody of these names is a person; validation is a person's."""
_OF_A_FAILURE = {
    "interrupted": "interrupted",
    "blocked": "blocked",
    "rejected": "rejected_by_person",
    "not_verified": "erase_not_verified",
}
"""What the station's own reason for ending a job says in our words; every other is `station_failed`."""
_CORRECTED = "operator.correction"  # an answer of a person that replaced another, after the work
_OF_THE_ERASE = frozenset(
    f"statement.{name}" for name in ("setup_screen", "owner_account", "activation_owner", "signed_out", "recovery_wipe")
)
_METHODS = ("none", "clear", "purge")
_BEFORE = (Moment.BEFORE, Moment.COMMAND)


def refusals(document: RecordDocument) -> tuple[str, ...]:
    """Codes of everything that stands between this record and a certificate, most telling first."""
    found = (
        *_of_the_job(document),
        *_of_the_erase(document),
        *_of_the_phone(document),
        *_of_the_times(document),
        *_of_the_policy(document),
    )
    return tuple(dict.fromkeys(found))


def _of_the_job(document: RecordDocument) -> tuple[str, ...]:
    job = document.job
    found = []
    if job.failure:
        found.append(_OF_A_FAILURE.get(job.failure, "station_failed"))
    if job.problems:
        found.append("blocked")
    if job.stage not in CERTIFIABLE_STAGES:
        found.append("stage_not_reached")
    return tuple(found)


def _of_the_erase(document: RecordDocument) -> tuple[str, ...]:
    erase = document.erase
    found = []
    if erase.verdict != "passed" or erase.level not in ("E2", "E3") or erase.final_reset not in ("same", "stated"):
        found.append("erase_not_verified")
    if erase.same_phone != "passed":
        found.append("phone_not_the_same")
    if not erase.method.startswith(f"{document.device.platform}_"):
        found.append("method_of_another_platform")
    return tuple(found)


def _of_the_phone(document: RecordDocument) -> tuple[str, ...]:
    """Every identifier and name on the paper was read from the phone before it was erased."""
    device = document.device
    stated = {
        **device.reading,
        "product.maker": device.maker,
        "product.model": device.model,
        "product.marketing_name": device.marketing_name,
    }
    read = all(text in values(document.evidence, name, _BEFORE) for name, text in stated.items() if text)
    on_one_port = all(piece.port == document.job.port for piece in document.evidence)
    return () if read and on_one_port and is_identified(device.reading) else ("identity_not_in_evidence",)


def _is_correction(piece: Evidence) -> bool:
    """An answer about the phone's condition, given anew; no other evidence may come after the end of the work."""
    return (
        piece.asked == _CORRECTED
        and piece.link == "operator"
        and all(name.startswith("statement.") and name not in _OF_THE_ERASE for name in piece.values)
    )


def _of_the_times(document: RecordDocument) -> tuple[str, ...]:
    """Opened, then evidence piece by piece, then finished, then corrected answers, then issued; to the second, as the
    record has them.
    """
    moments = [
        _time(document.job.opened_at),
        *(piece.at.replace(microsecond=0) for piece in document.evidence if not _is_correction(piece)),
        _time(document.job.finished_at),
        *(piece.at.replace(microsecond=0) for piece in document.evidence if _is_correction(piece)),
        _time(document.issued_at),
    ]
    return () if moments == sorted(moments) else ("times_out_of_order",)


def _of_the_policy(document: RecordDocument) -> tuple[str, ...]:
    found = []
    reached = _METHODS.index(document.erase.claims.nist_method)
    # An erase that is not verified claims nothing: that is refused as such, not as a weak method.
    if document.erase.verdict == "passed" and reached < _METHODS.index(document.policy.minimum_nist):
        found.append("policy_not_met")
    validation = document.validation
    if validation.decision == "rejected":
        found.append("rejected_by_person")
    elif validation.decision == "accepted":
        if not is_person(validation.by) or not _validated_in_time(document):
            found.append("validated_by_nobody")
        if validation.by.strip().casefold() == document.performed_by.name.strip().casefold():
            found.append("validated_by_performer")
    elif validation.decision == "awaiting" or document.policy.require_validation:
        found.append("awaiting_validation")
    return tuple(found)


def is_person(name: str) -> bool:
    """Is this a name a person can have, as far as a program can tell?"""
    return bool(name.strip()) and name.strip().casefold() not in SOFTWARE_NAMES


def _validated_in_time(document: RecordDocument) -> bool:
    at = document.validation.at
    return bool(at) and _time(document.job.opened_at) <= _time(at) <= _time(document.issued_at)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def title_of(document: RecordDocument, reasons: tuple[str, ...]) -> str:
    """What a paper with these refusals is called: the record's `outcome.title`.

    "blocked" promises that nothing was erased, so it is said only when no erase was even commanded.
    """
    if not reasons:
        return "certificate"
    nothing_begun = document.erase.level == "none"
    for reason, title in (
        ("interrupted", "interrupted"),
        ("rejected_by_person", "rejected"),
        ("blocked", "blocked" if nothing_begun else "failed"),
        ("station_failed", "failed"),
    ):
        if reason in reasons:
            return title
    return "awaiting_validation" if reasons == ("awaiting_validation",) else "not_verified"
