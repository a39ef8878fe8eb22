# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this paper what it says it is? An ordered list of checks; the first that fails is the answer.

Bytes first: structure, coverage, container, signature and issuer are judged without any PDF parser. Then our
own strict reader takes out record and statement, everything derived is computed again, the page is drawn again and
compared, and log, time and revocation are asked. An issuer nobody pinned is a doubt, not a failure: it is remembered
while the other checks look for something worse. SPECIMEN and REPORT are said only of papers that pass every check.
docs/certificate.md describes each check for people who write another verifier.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from certs.errors import VerificationError
from certs.formats import pdf_signature
from certs.verify import checks_record, checks_seal, checks_time
from certs.verify.case import CLOCK_TOLERANCE, CannotGoOn, Case, Failed, Inconclusive
from certs.verify.trust import Trust
from certs.verify.verification import Answer, Check, PhoneOnPaper, Seal, Summary, Verification
from phones.cleaning import clean
from phones.clock import utc_now
from phones.given_files import read_given
from phones.verdict import Verdict

if TYPE_CHECKING:
    from certs.log.reading import Snapshot
    from certs.record.record import Record

__all__ = ["CHECKS", "CLOCK_TOLERANCE", "seal", "verify", "verify_file"]

Checks = tuple[tuple[str, Callable[[Case], str | None]], ...]


def verify_file(
    path: Path, trust: Trust, *, imei: str | None = None, at: datetime | None = None, status: "Snapshot | None" = None
) -> Verification:
    """`verify` for a file on disk. Raises: VerificationError when it cannot be read."""
    try:
        data = read_given(path, pdf_signature.LARGEST_FILE + 1)
    except OSError as error:
        raise VerificationError(subject=clean(path.name), got=error.strerror or "") from error
    return verify(data, trust, imei=imei, at=at, status=status)


def verify(
    data: bytes,
    trust: Trust,
    *,
    imei: str | None = None,
    at: datetime | None = None,
    status: "Snapshot | None" = None,
    drawn: bytes = b"",
    made: "Record | None" = None,
) -> Verification:
    """Judge the bytes of a paper.

    `imei`: IMEI or serial number of the phone in hand, as typed; None to leave that question open.
    `at`: aware; the moment for which the answer is given, now by default. `status`: an exported log
    (`Trust.status`). `drawn`: for an issuer who looks at its own work: the unsigned paper it drew a moment ago, which
    spares drawing it again; `made`: likewise the record it made it from, whose bytes were read and computed again when
    it was made (if the paper holds other bytes, these are judged); never anything that came with the paper. Never
    raises, whatever the bytes are.
    """
    case = Case(
        data=data, trust=trust, identifier=imei or "", at=at or utc_now(), status=status, drawn=drawn, made=made
    )
    checks, failed = _made(case, CHECKS)
    if failed:
        # Whoever typed a digit wrong can see so from the paper's last four; they stand on its page.
        phone = PhoneOnPaper.of(case) if failed == "E_DEVICE" else None
        foreign = checks[-1].name in BEFORE_THE_SIGNER and _is_foreign(data)
        return Verification(
            answer=Answer.NOT_VALID, code=failed, checks=checks, phone=phone, foreign=foreign, at=case.at
        )
    return _all_passed(case, checks)


def seal(data: bytes, trust: Trust) -> Seal:
    """Only the seal: bytes, signature and issuer, more than a thousand times a second. What the paper says, and when
    it was made, is not looked at; so this never says that a certificate is valid. Never raises.
    """
    case = Case(data=data, trust=trust, identifier="", at=utc_now())
    checks, failed = _made(case, CHECKS[:SEAL_CHECKS])
    doubts = [check.code for check in checks if check.code]
    verdict = Verdict.FAILED if failed else (Verdict.INDETERMINATE if doubts else Verdict.PASSED)
    if not failed and case.root is None:
        verdict = Verdict.INDETERMINATE  # a specimen
    return Seal(verdict=verdict, code=failed or (doubts[0] if doubts else ""), checks=checks)


def _made(case: Case, wanted: Iterable[tuple[str, Callable[[Case], str | None]]]) -> tuple[tuple[Check, ...], str]:
    """The checks up to the first that fails, and its code or ""; or up to one after which nothing can be asked."""
    checks: list[Check] = []
    for name, check in wanted:
        try:
            made = check(case)
        except Inconclusive as doubt:
            checks.append(Check(name=name, verdict=Verdict.INDETERMINATE, code=doubt.code, detail=clean(doubt.detail)))
            if isinstance(doubt, CannotGoOn):
                return tuple(checks), ""
        except Failed as failure:
            checks.append(Check(name=name, verdict=Verdict.FAILED, code=failure.code, detail=clean(failure.detail)))
            return tuple(checks), failure.code
        else:
            verdict = Verdict.PASSED if made is None else Verdict.INDETERMINATE
            checks.append(Check(name=name, verdict=verdict, detail=made or ""))
    return tuple(checks), ""


def _is_foreign(data: bytes) -> bool:
    from certs.verify.other_files import is_foreign_pdf  # noqa: PLC0415 - no good paper waits for it

    return is_foreign_pdf(data)


def _all_passed(case: Case, checks: tuple[Check, ...]) -> Verification:
    doubts = [check.code for check in checks if check.code]
    if len(checks) < len(CHECKS):
        return Verification(answer=Answer.CANNOT_TELL, code=doubts[0], checks=checks, at=case.at)
    facts = case.record.facts
    if doubts:
        answer = Answer.CANNOT_TELL
    elif facts.is_report:
        answer = Answer.REPORT
        case.warnings += ["W_SPECIMEN"] if facts.emulated else []
    elif facts.emulated:
        answer = Answer.SPECIMEN
    else:
        answer = Answer.VALID
    return Verification(
        answer=answer,
        code=doubts[0] if doubts else "",
        checks=checks,
        warnings=tuple(case.warnings),
        summary=Summary.of(case),
        phone=PhoneOnPaper.of(case),
        at=case.at,
    )


CHECKS: Checks = (
    ("structure", checks_seal.structure),
    ("coverage", checks_seal.coverage),
    ("container", checks_seal.container),
    ("integrity", checks_seal.integrity),
    ("chain", checks_seal.certificates),
    ("trust", checks_seal.trusted),
    ("attachments", checks_record.attachments),
    ("edition", checks_record.edition),
    ("issuer", checks_record.signed_by_who_it_says),
    ("specimen", checks_record.specimen_marked),
    ("time", checks_record.in_time),
    ("rules", checks_record.recomputed),
    ("statement", checks_record.statement),
    ("page", checks_record.page),
    ("time-stamp", checks_time.time_stamped),
    ("log", checks_time.logged),
    ("bounds", checks_time.in_bounds),
    ("revocation", checks_time.not_revoked),
    ("validation", checks_record.validation),
    ("openings", checks_record.opened),
    ("status", checks_time.not_withdrawn),
    ("device", checks_record.device),
)
"""The checks in their order: name and function."""
SEAL_CHECKS = 6
"""How many of them `seal` makes."""
BEFORE_THE_SIGNER = frozenset({"structure", "coverage", "container"})
"""What fails here may be a PDF of anybody, signed or not; behind them stands one of our signatures."""
