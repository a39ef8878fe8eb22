# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs a list shows: one frozen value, and how it is asked of the read model's rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from station.ledger.entry import timestamp
from station.ledger.stages import Stage

LONGEST_SEARCH = 200
_SHORTEST_TRIGRAM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """What a job must be to be listed; all of it at once, and nothing asks for nothing.

    `text`: stands in its number, slot, model, the phone's numbers, its papers or its people. `since`, `until`: the job
    was opened then or after, and before. `operator`, `model`: a part of the name, in any case. `reason`: a code that
    kept it from a certificate, in whole. `open`: not finished. `awaiting`: erased, and nobody has decided yet.
    `ended`: "withdrawn" or "replaced". `asset_tag`, `lot`: as a whole, in any case of ASCII letters.
    """

    text: str = ""
    open: bool = False
    awaiting: bool = False
    stages: tuple[Stage, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    operator: str = ""
    model: str = ""
    reason: str = ""
    ended: str = ""
    asset_tag: str = ""
    lot: str = ""

    def condition(self, *, searched: bool) -> tuple[str, tuple[str, ...]]:
        """SQL for the rows, and its values. `searched`: is there an index of words?"""
        parts, values = ["1"], list[str]()

        def add(part: str, *given: str) -> None:
            parts.append(part)
            values.extend(given)

        if self.open:
            add("open")
        if self.awaiting:
            add("awaiting")
        if self.stages:
            add(f"stage IN ({', '.join('?' * len(self.stages))})", *(stage.value for stage in self.stages))
        if self.since is not None:
            add("opened_at >= ?", timestamp(self.since.astimezone(UTC)))
        if self.until is not None:
            add("opened_at < ?", timestamp(self.until.astimezone(UTC)))
        for column, part in (("operator", self.operator), ("model", self.model)):
            if part:
                add(f"{column} LIKE ? ESCAPE '\\'", f"%{_escaped(part)}%")
        if self.reason:
            add("reasons LIKE ? ESCAPE '\\'", f"% {_escaped(self.reason)} %")
        if self.ended:
            add("ended = ?", self.ended)
        for column, whole in (("asset_tag", self.asset_tag), ("lot", self.lot)):
            if whole:
                add(f"{column} = ? AND {column} <> ''", whole)
        self._add_text(add, searched=searched)
        return " AND ".join(parts), tuple(values)

    def _add_text(self, add: Callable[..., None], *, searched: bool) -> None:
        text = self.text.strip()[:LONGEST_SEARCH]
        if any("\0" in each for each in (self.text, self.operator, self.model, self.reason, self.asset_tag, self.lot)):
            add("0")  # SQLite would end the question there; no word of ours holds one
        elif len(text) >= _SHORTEST_TRIGRAM and searched:
            add("number IN (SELECT rowid FROM view_words WHERE view_words MATCH ?)", _phrase(text))
        elif text:
            add("words LIKE ? ESCAPE '\\'", f"%{_escaped(text)}%")


def _phrase(text: str) -> str:
    """The text as FTS5 takes it: one string, with nothing in it that is a command."""
    return '"' + text.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
