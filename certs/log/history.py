# SPDX-License-Identifier: GPL-3.0-or-later
"""A log replayed in memory, entry by entry, by somebody who has nothing but its leaves."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from certs.log import merkle, rules
from certs.log.entries import Close, Entry, Issue, Replace, Start, Withdraw, read_entry
from certs.log.errors import LogReadError, LogRuleError
from phones.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A certificate's standing. `reason`, `at`: of its end; `by`: the id that replaced it."""

    state: Literal["live", "withdrawn", "replaced"]
    reason: str = ""
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An entry that breaks a rule. `fault`: `log_fault.<fault>`; `got`: what was in its way."""

    index: int
    fault: str
    got: str = ""


class History:
    """`rules.KnownEntries`, fed with leaves. What breaks a rule is kept in `faults` and replay goes on."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._entries: list[Entry | None] = []
        self._named: dict[str, int] = {}
        self._starts: dict[str, int] = {}
        self._issues: dict[str, list[int]] = {}
        self._frontier: list[bytes] = []
        self.latest: datetime | None = None  # the youngest entry's time

    @classmethod
    def replay(cls, leaves: Iterable[bytes]) -> "History":
        """All leaves, from the first."""
        history = cls()
        for leaf in leaves:
            history.add(leaf)
        return history

    @property
    def size(self) -> int:
        """Entries so far."""
        return len(self._entries)

    @property
    def root(self) -> bytes:
        """Root of the tree over them."""
        return merkle.fold(self._frontier)

    def add(self, leaf: bytes) -> list[bytes]:
        """The next leaf; returns the hashes of the nodes it completes. Never raises: what is wrong becomes a fault."""
        index = self.size
        try:
            entry: Entry | None = read_entry(leaf)
        except LogReadError as error:
            entry = None
            self.faults.append(Fault(index=index, fault=error.fault, got=str(error.facts["got"])))
        if entry is not None:
            try:
                rules.check(entry, self)
            except LogRuleError as error:
                self.faults.append(Fault(index=index, fault=error.fault, got=str(error.facts["got"])))
        completed = merkle.grow(self._frontier, index, merkle.leaf_hash(leaf))
        self._entries.append(entry)
        if entry is not None:
            self._named.setdefault(rules.entry_key(entry), index)
            self.latest = entry.at if self.latest is None else max(self.latest, entry.at)
            if isinstance(entry, Start):
                self._starts[entry.tag] = self._starts.get(entry.tag, 0) + 1
            elif isinstance(entry, Issue):
                self._issues.setdefault(entry.tag, []).append(index)
        return completed

    def find(self, key: str) -> int | None:
        """As `rules.KnownEntries`."""
        return self._named.get(key)

    def entry(self, index: int) -> Entry | None:
        """As `rules.KnownEntries`."""
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def starts(self, tag: str) -> int:
        """As `rules.KnownEntries`."""
        return self._starts.get(tag, 0)

    def issues(self, tag: str) -> tuple[int, ...]:
        """As `rules.KnownEntries`."""
        return tuple(self._issues.get(tag, ()))

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """All readable entries with their indexes."""
        return ((index, entry) for index, entry in enumerate(self._entries) if entry is not None)

    def open_starts(self) -> tuple[int, ...]:
        """STARTs without a CLOSE."""
        return tuple(
            index for index, entry in self.entries() if isinstance(entry, Start) and f"close {index}" not in self._named
        )

    def later_failures(self, tag: str, start: int) -> tuple[int, ...]:
        """STARTs of this phone behind entry `start` that have not ended with a certificate: a report, or no end."""
        later = (
            index
            for index in range(start + 1, self.size)
            if isinstance(entry := self._entries[index], Start) and entry.tag == tag
        )
        return tuple(index for index in later if not self._is_certified(index))

    def _is_certified(self, start: int) -> bool:
        end = self.entry(self._named.get(f"close {start}", -1))
        return isinstance(end, Close) and end.outcome == "certificate"

    def unfinished_replacements(self) -> tuple[int, ...]:
        """REPLACEs whose new certificate was never issued."""
        return tuple(
            index
            for index, entry in self.entries()
            if isinstance(entry, Replace) and f"issue {entry.new}" not in self._named
        )

    def status_of(self, certificate_id: str) -> Status | None:
        """The certificate's standing, None when it was not issued here."""
        if f"issue {certificate_id}" not in self._named:
            return None
        end = self.entry(self._named.get(f"end {certificate_id}", -1))
        match end:
            case Withdraw():
                return Status(state="withdrawn", reason=end.reason, at=end.at)
            case Replace():
                return Status(state="replaced", reason=end.reason, at=end.at, by=end.new)
        return Status(state="live")

    def counts(self) -> dict[str, int]:
        """How many entries there are of each kind."""
        kinds = (Start, Close, Issue, Replace, Withdraw)
        found = dict.fromkeys((kind.type for kind in kinds), 0)
        for _, entry in self.entries():
            found[entry.type] += 1
        return found
