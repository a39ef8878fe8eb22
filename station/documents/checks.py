# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that was measured without a job: every check with its limit."""

from dataclasses import dataclass
from typing import ClassVar, Self

from grading.report import CheckResult
from station.documents.document import Document
from station.text.language import text


@dataclass(frozen=True, kw_only=True)
class CheckMeasured:
    """One check. `check_outcome`: pass, fail, indeterminate, not_tested or not_applicable; only pass is a pass."""

    check: str
    sentence: str
    weight: str
    limit: str
    measured: str
    check_outcome: str
    source: str

    @classmethod
    def of(cls, found: CheckResult) -> Self:
        """As it was held against its limit."""
        return cls(
            check=found.name,
            sentence=text(f"check.{found.name}"),
            weight=found.weight,
            limit=found.limit,
            measured=found.measured,
            check_outcome=found.outcome.value,
            source=found.source,
        )


@dataclass(frozen=True, kw_only=True)
class PhoneChecked(Document):
    """What `proofwipe check` measured. `file`: what it can be gone on with. No grade: that needs a verified erase."""

    NAME: ClassVar[str] = "check"

    slot: str
    port: str
    scheme: str
    scheme_version: str
    scheme_sha256: str
    profile: str
    file: str
    checks: tuple[CheckMeasured, ...]
