# SPDX-License-Identifier: GPL-3.0-or-later
"""One golden paper and what must be answered to it."""

from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

DEFAULT_AT = "2028-06-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`answer`, `code`: with `trust` (names of files), `status`, `imei`, at `at`. `without_root`: without any trust.
    `warnings`: which must be among those given.
    """

    data: bytes
    answer: str
    code: str = ""
    without_root: str = "NOT VALID"
    trust: tuple[str, ...] = ("root.pem",)
    status: str = ""
    imei: str = ""
    at: str = DEFAULT_AT
    warnings: tuple[str, ...] = ()

    def expected(self) -> dict[str, Any]:
        """As expected.json has it; what is as usual is left out."""
        told: dict[str, Any] = {"answer": self.answer, "code": self.code, "answer_without_root": self.without_root}
        if self.trust != ("root.pem",):
            told["trust"] = list(self.trust)
        for name in ("status", "imei"):
            if getattr(self, name):
                told[name] = getattr(self, name)
        if self.at != DEFAULT_AT:
            told["at"] = self.at
        if self.warnings:
            told["warnings"] = list(self.warnings)
        return told


class Circumstances(TypedDict, total=False):
    """With what, and when, the paper is verified; see Case."""

    trust: tuple[str, ...]
    status: str
    imei: str
    at: str


def good(
    data: bytes,
    *warnings: str,
    answer: str = "VALID",
    without_root: str = "CANNOT TELL",
    **more: Unpack[Circumstances],
) -> Case:
    """One that passes."""
    return Case(data=data, answer=answer, without_root=without_root, warnings=warnings, **more)


def bad(data: bytes, code: str, *, without_root: str = "NOT VALID", **more: Unpack[Circumstances]) -> Case:
    """One that does not, with or without trust unless told otherwise."""
    return Case(data=data, answer="NOT VALID", code=code, without_root=without_root, **more)


def unclear(data: bytes, code: str, *, without_root: str = "CANNOT TELL", **more: Unpack[Circumstances]) -> Case:
    """One of which it cannot be told."""
    return Case(data=data, answer="CANNOT TELL", code=code, without_root=without_root, **more)
