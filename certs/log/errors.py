# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the transparency log, below `certs.errors.CertsError`.

CertsError
└── LogError              the log's file cannot be used
    ├── LogFullError          disk full or read-only: nothing was lost, nothing more is begun
    ├── LogCorruptError       what is stored does not fit its signed checkpoint
    ├── LogExistsError        a log is never overwritten
    ├── NotInLogError         no such certificate or entry in it
    ├── LogEmptyError         there is nothing in it yet
    ├── LogKeyError           appending without the log's key, or with another one
    ├── LogRuleError          an entry would break a rule (`fault` says which); nothing was appended
    │   └── LiveIssueError        the phone has a certificate that still stands
    ├── LogReadError          bytes of a proof, note, policy, entry, tile or snapshot are not good (`fault` says why)
    ├── SourceError           a published log cannot be fetched
    └── WitnessError          a witness could not be asked, or refused
"""

from typing import ClassVar

from certs.errors import CertsError
from phones.words import say


class LogError(CertsError):
    """The log's file cannot be used."""

    code: ClassVar[str] = "log"


class LogFullError(LogError):
    """The disk is full or the place cannot be written; nothing was appended."""

    code = "log_full"


class LogCorruptError(LogError):
    """The file is no log, or what is stored does not fit its signed checkpoint."""

    code = "log_corrupt"


class LogExistsError(LogError):
    """A log stands there already; logs are never overwritten."""

    code = "log_exists"


class NotInLogError(LogError):
    """No such certificate in the log."""

    code = "not_in_log"
    exit_code = 3


class LogEmptyError(LogError):
    """Nothing was appended yet, so there is no checkpoint."""

    code = "log_empty"
    exit_code = 8


class LogKeyError(LogError):
    """Appending needs the log's own key."""

    code = "log_key"


class _FaultError(LogError):
    """With a `fault`: `log_fault.<fault>` in words.toml."""

    def __init__(self, *, fault: str, got: str = "", subject: str = "") -> None:
        self.fault = fault
        super().__init__(got=got, subject=subject, fault=fault)

    def reason(self, language: str = "en") -> str:
        """One line, with the fault's own sentence in it."""
        facts = {**self.facts, "fault": say(f"log_fault.{self.fault}", language)}
        return say(f"error.{self.code}.reason", language, **facts)


class LogRuleError(_FaultError):
    """The entry would break a rule of the log; nothing of the call was appended."""

    code = "log_rule"


class LiveIssueError(LogRuleError):
    """The phone has a certificate that is still valid. `subject`: its id."""

    code = "log_live_issue"


class LogReadError(_FaultError):
    """These bytes are not valid; nothing in them may be relied on."""

    code = "log_read"
    exit_code = 7


class SourceError(LogError):
    """A published log cannot be fetched. `subject`: from where; `got`: why."""

    code = "log_source"
    exit_code = 6


class WitnessError(_FaultError):
    """A witness could not be asked, or refused. `subject`: which; `fault`: why (`log_fault.<fault>`)."""

    code = "witness"
