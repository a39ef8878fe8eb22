# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to a buyer: one of three, the phone, one thing to do. Command and offline page both say it from here.

It judges nothing: it is read off an answer of `certs.verify.verifier`, or of `certs.verify.code_alone` for a QR code.
What is not said here stays behind `-v` and the page's fold; no good answer hides a danger or what was not looked up.
"""

from collections.abc import Mapping
from enum import StrEnum

from certs.verify.verification import Answer, PhoneOnPaper, Verification
from phones.frozen import dataclass
from phones.verdict import Verdict
from phones.words import say


class PlainAnswer(StrEnum):
    """What a buyer is told. The two of a code are the best that a code without its PDF can get."""

    GENUINE = "genuine"
    THIS_PHONE = "genuine_this_phone"
    CODE_GENUINE = "code_genuine"
    CODE_THIS_PHONE = "code_genuine_this_phone"
    DO_NOT_RELY = "do_not_rely"

    @property
    def is_good(self) -> bool:
        """Is it any other than "do not rely on it"?"""
        return self is not PlainAnswer.DO_NOT_RELY


class Why(StrEnum):
    """Why it must not be relied on. Those of `WHY_YET` can still become good: something is missing."""

    CHANGED = "changed"
    NOT_GENUINE = "not_genuine"
    CLOCK = "clock"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    OTHER_PHONE = "other_phone"
    OTHER_PHONE_REPORT = "other_phone_report"
    REPORT = "report"
    SPECIMEN = "specimen"
    NO_ROOT = "no_root"
    CANNOT_TELL = "cannot_tell"
    WRAPPED = "wrapped"
    NO_PAPER = "no_paper"
    NOT_CHECKED = "not_checked"


WHY_YET = frozenset({Why.NO_ROOT, Why.CANNOT_TELL, Why.WRAPPED, Why.NOT_CHECKED})

_CHANGED = ("E_STRUCTURE", "E_COVERAGE", "E_PADDING", "E_TAMPERED", "E_TIMESTAMP")
_WHY_NOT_VALID: Mapping[str, Why] = {
    **dict.fromkeys(_CHANGED, Why.CHANGED),
    "E_FUTURE": Why.CLOCK,
    "E_REVOKED": Why.REVOKED,
    "E_WITHDRAWN": Why.WITHDRAWN,
    "E_SUPERSEDED": Why.REPLACED,
    "E_DEVICE": Why.OTHER_PHONE,
}
"""All others are NOT_GENUINE."""
_WHY_CANNOT_TELL: Mapping[str, Why] = {
    "E_UNTRUSTED": Why.NO_ROOT,
    "P_NO_STATION": Why.NO_ROOT,
    **dict.fromkeys(("E_EDITION_UNKNOWN", "E_RULES_UNKNOWN", "E_LOG_UNKNOWN", "E_UNLOGGED"), Why.CANNOT_TELL),
    **dict.fromkeys(("E_HOLDS_PDF", "E_ARCHIVE", "E_EMAIL", "E_ENCRYPTED"), Why.WRAPPED),
}
"""All others are files of another kind: NO_PAPER (`certs.verify.other_files`)."""

DANGERS = frozenset({"W_LATER_JOB"})
"""Warnings that a buyer must see beside the best answer, and can do something about."""
GAPS = ("W_NO_STATUS", "W_STATUS_STALE", "W_NO_REVOCATION")
"""What can be looked up and was not: said beside a good answer as what it is, in a line that accuses nobody."""


_SEPARATOR = {"en": ", ", "zh": "、"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """One answer. `code`: the verifier's own, "" for a good answer and where it would accuse a
    stranger's file. `phone`: what the paper is about; None where
    nothing that it says may be shown. `dangers`, `gaps`: codes to show beside a good answer; `folded`: how many more
    warnings there are. `says`, `to_do`: keys of the sentence and of the one thing to do.
    """

    answer: PlainAnswer
    why: Why | None = None
    code: str = ""
    phone: PhoneOnPaper | None = None
    dangers: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    folded: int = 0
    says: str
    to_do: str

    def headline(self, language: str = "en") -> str:
        """The answer itself, a few words."""
        return say(f"plain.{self.why or self.answer}", language)

    def sentence(self, language: str = "en") -> str:
        """What that means, or why."""
        return say(self.says, language, numbers=numbers_of(self.phone, language) if self.phone else "")

    def next_step(self, language: str = "en") -> str:
        """The one thing to do."""
        return say(self.to_do, language)

    def not_looked_up(self, language: str = "en") -> str:
        """One line that names the gaps; "" without any."""
        if not self.gaps:
            return ""
        named = _SEPARATOR[language].join(say(f"plain_gap.{code}", language) for code in self.gaps)
        return say("plain_says.not_looked_up", language, what=named)

    def to_json(self, language: str = "en") -> dict[str, object]:
        """Plain JSON types; `answer` and `why` are fixed words, the rest is for people."""
        return {
            "answer": self.answer.value,
            "why": self.why.value if self.why else "",
            "headline": self.headline(language),
            "sentence": self.sentence(language),
            "next": self.next_step(language),
            "phone": self.phone.to_json() if self.phone else None,
        }


def numbers_of(phone: PhoneOnPaper, language: str = "en") -> str:
    """The last characters of the numbers that the page shows: "IMEI …3809, serial number …Q1MN"."""
    shown = [
        say(f"plain_number.{'imei' if name.startswith('imei') else name}", language, last4=last_four)
        for name, last_four in sorted(phone.last_four.items(), key=lambda each: not each[0].startswith("imei"))
        if last_four
    ]
    return _SEPARATOR[language].join(shown) or say("plain_number.none", language)


def plain_of(found: Verification) -> Plain:
    """What a buyer is told of a paper."""
    if found.answer is Answer.VALID:
        return _good(found)
    why = _why(found)
    code = why.name if why in (Why.REPORT, Why.SPECIMEN) else found.code
    says, to_do = f"verify.{code}", f"next.{code}"
    if found.foreign:
        says, to_do = "plain_says.foreign_pdf", "plain_next.foreign_pdf"
    elif found.code == "E_STRUCTURE":
        says = "plain_says.changed_pdf"
    elif why is Why.NO_ROOT:
        says = "plain_says.no_root"
    elif why in (Why.OTHER_PHONE, Why.OTHER_PHONE_REPORT):
        says = f"plain_says.{why}"
    elif why is Why.REPORT and found.answer is not Answer.REPORT:
        says = "plain_says.report_of_nobody"
    return Plain(
        answer=PlainAnswer.DO_NOT_RELY,
        why=why,
        code="" if found.foreign else found.code,
        phone=found.phone,
        says=says,
        to_do=to_do,
        folded=len(found.warnings),
    )


def plain_of_code(answer: str, code: str, *, same_phone: bool | None, is_report: bool = False) -> Plain:
    """What a buyer is told of a QR code without its PDF, from the words of `certs.verify.code_alone`."""
    if answer == "CODE GENUINE" and not is_report:
        best = PlainAnswer.CODE_THIS_PHONE if same_phone else PlainAnswer.CODE_GENUINE
        return Plain(answer=best, says="code_alone.CODE_GENUINE", to_do=f"plain_next.{best}")
    if answer == "NOT VALID":
        why = _WHY_NOT_VALID.get(code, Why.CHANGED if code == "E_QR" else Why.NOT_GENUINE)
        why = Why.OTHER_PHONE_REPORT if why is Why.OTHER_PHONE and is_report else why
    elif answer == "SPECIMEN":
        why = Why.SPECIMEN
    elif is_report:
        why = Why.REPORT
    else:
        why = _WHY_CANNOT_TELL.get(code, Why.CANNOT_TELL)
    said = why.name if why in (Why.REPORT, Why.SPECIMEN) else code
    return Plain(
        answer=PlainAnswer.DO_NOT_RELY, why=why, code=code, says=f"code_alone.{said}", to_do=f"code_alone_next.{said}"
    )


def not_checked() -> Plain:
    """A name under which nothing could be looked at."""
    return Plain(
        answer=PlainAnswer.DO_NOT_RELY,
        why=Why.NOT_CHECKED,
        says="plain_says.not_checked",
        to_do="plain_next.not_checked",
    )


def _good(found: Verification) -> Plain:
    compared = any(check.name == "device" and check.verdict is Verdict.PASSED for check in found.checks)
    best = PlainAnswer.THIS_PHONE if compared else PlainAnswer.GENUINE
    dangers = tuple(code for code in found.warnings if code in DANGERS)
    gaps = tuple(code for code in GAPS if code in found.warnings)
    return Plain(
        answer=best,
        phone=found.phone,
        dangers=dangers,
        gaps=gaps,
        folded=len(found.warnings) - len(dangers) - len(gaps),
        says="verify.VALID",
        to_do=f"plain_next.{best}",
    )


def _why(found: Verification) -> Why:
    kind = found.phone.kind if found.phone else ""
    if found.answer is Answer.SPECIMEN or kind == "specimen":
        return Why.SPECIMEN
    if found.foreign:
        return Why.NO_PAPER
    if found.answer is Answer.NOT_VALID:
        why = _WHY_NOT_VALID.get(found.code, Why.NOT_GENUINE)
        return Why.OTHER_PHONE_REPORT if why is Why.OTHER_PHONE and kind == "report" else why
    if found.answer is Answer.REPORT or kind == "report":
        return Why.REPORT
    return _WHY_CANNOT_TELL.get(found.code, Why.NO_PAPER)
