# SPDX-License-Identifier: GPL-3.0-or-later
"""How a command failed, as one line."""

from dataclasses import dataclass
from typing import ClassVar

from station.documents.document import Document


@dataclass(frozen=True, kw_only=True)
class Failure(Document):
    """A command ended without doing what was asked. One line on stdout, whatever was asked for: --json or --jsonl."""

    NAME: ClassVar[str] = "error"

    code: str
    sentence: str
    next_step: str | None
    exit_code: int
    details: str | None
