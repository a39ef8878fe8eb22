# SPDX-License-Identifier: GPL-3.0-or-later
"""What may follow what in the log. One list of rules, asked before an entry is appended and again by every auditor."""

from typing import Protocol

from certs.log.entries import Close, Entry, Issue, Replace, Start, Withdraw
from certs.log.errors import LiveIssueError, LogRuleError


class KnownEntries(Protocol):
    """What stands in the log before the entry in question."""

    def find(self, key: str) -> int | None:
        """Index of the entry with that `entry_key`."""

    def entry(self, index: int) -> Entry | None:
        """The entry at that index, None beyond the end."""

    def starts(self, tag: str) -> int:
        """How many STARTs this phone has."""

    def issues(self, tag: str) -> tuple[int, ...]:
        """Indexes of this phone's ISSUEs."""


def entry_key(entry: Entry) -> str:
    """An entry's name, which no other entry of the log has: a job starts once, a certificate is issued once and
    ends once, by REPLACE or WITHDRAW.
    """
    match entry:
        case Start(job=job):
            return f"start {job}"
        case Close(start=start):
            return f"close {start}"
        case Issue(id=certificate_id):
            return f"issue {certificate_id}"
        case Replace(old=certificate_id) | Withdraw(id=certificate_id):
            return f"end {certificate_id}"


def live_issue(known: KnownEntries, tag: str) -> int | None:
    """Index of the phone's one certificate that still stands."""
    for index in reversed(known.issues(tag)):
        issue = known.entry(index)
        if isinstance(issue, Issue) and known.find(f"end {issue.id}") is None:
            return index
    return None


def check(entry: Entry, known: KnownEntries) -> None:
    """Raises: LogRuleError (`fault` names the rule), LiveIssueError."""
    if known.find(entry_key(entry)) is not None:
        raise LogRuleError(fault="entry_twice", got=entry_key(entry))
    check_new(entry, known)


def check_new(entry: Entry, known: KnownEntries) -> None:
    """`check` for an entry whose name is known not to stand there yet. Raises: as `check`."""
    match entry:
        case Start():
            expected = known.starts(entry.tag) + 1
            if entry.attempt != expected:
                raise LogRuleError(fault="attempt_wrong", got=f"{entry.attempt} != {expected}")
        case Close():
            _check_close(entry, known)
        case Issue():
            _check_issue(entry, known)
        case Replace():
            _check_ended(entry.old, entry.old_index, known)
            if entry.new == entry.old or known.find(f"issue {entry.new}") is not None:
                raise LogRuleError(fault="replaced_by_older", got=entry.new)
        case Withdraw():
            _check_ended(entry.id, entry.index, known)


def _check_close(entry: Close, known: KnownEntries) -> None:
    start = known.entry(entry.start)
    if not isinstance(start, Start):
        raise LogRuleError(fault="close_without_start", got=str(entry.start))
    if entry.at < start.at:
        raise LogRuleError(fault="before_its_start", got=f"close {entry.start}")
    if entry.outcome == "certificate":
        place = known.find(f"issue {entry.id}")
        issue = None if place is None else known.entry(place)
        if not isinstance(issue, Issue) or issue.start != entry.start:
            raise LogRuleError(fault="close_without_issue", got=entry.id)


def _check_issue(entry: Issue, known: KnownEntries) -> None:
    start = known.entry(entry.start)
    if not isinstance(start, Start):
        raise LogRuleError(fault="issue_without_start", got=str(entry.start))
    if start.tag != entry.tag:
        raise LogRuleError(fault="issue_of_another_phone", got=entry.id)
    if entry.at < start.at:
        raise LogRuleError(fault="before_its_start", got=entry.id)
    live = live_issue(known, entry.tag)
    if live is not None:
        standing = known.entry(live)
        raise LiveIssueError(fault="live_issue", subject=standing.id if isinstance(standing, Issue) else "")


def _check_ended(certificate_id: str, index: int, known: KnownEntries) -> None:
    issue = known.entry(index)
    if not isinstance(issue, Issue) or issue.id != certificate_id:
        raise LogRuleError(fault="ends_no_issue", got=certificate_id)
