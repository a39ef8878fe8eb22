# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is asked of a phone without leaving evidence.

Steps never see a bare link or port: they are handed a `WitnessedPort`, which asks, takes the
allow-listed values, commits the identifiers, writes the evidence to the journal, and only then answers.

What is done hundreds of times alike, as a fill does file by file, is kept as sums (`carry_out_in_series`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from phones.allowed import allowed
from phones.cleaning import spelled_serial, unspelled
from phones.clock import Clock
from phones.commitment import commit
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError
from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.link import Link, Question
from phones.long_act import Act, ActEnd, ActOutcome, ActProgress, begin, follow
from phones.port import Port, Sighting
from phones.shared_numbers import set_aside
from phones.signs import NOT_MEASURED

_OF_END: Mapping[ActEnd, Outcome] = MappingProxyType(
    {
        ActEnd.DONE: Outcome.ANSWERED,
        ActEnd.REFUSED: Outcome.REFUSED,
        ActEnd.CANCELLED: Outcome.SILENT,
        ActEnd.LOST: Outcome.LOST,
        ActEnd.TIMED_OUT: Outcome.SILENT,
        ActEnd.MALFORMED: Outcome.MALFORMED,
    }
)
SUMMED_AT_MOST = 50
"""So many of a series make one piece of evidence: what a crash leaves uncounted is less than that. A phone of 1 TB has
about a thousand files of 1 GiB a pass."""
_WENT_WELL: tuple[Mapping[str, str], ...] = ({}, {"command.exit_code": "0"})
"""An answer that says no more than this is one of a sum; whatever else is said is kept whole."""
BROWSER = "browser."
Journal = Callable[[Evidence], None]
"""Where evidence goes before anyone reads it; the station's ledger, durably."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a step gets back. `values` are in clear and live in memory only; `evidence` is what is kept."""

    outcome: Outcome
    values: Mapping[str, str]
    evidence: Evidence

    @property
    def answered(self) -> bool:
        """True only if the phone answered in the documented shape."""
        return self.outcome is Outcome.ANSWERED


class Witness:
    """Turns exchanges, looks at the port and statements of people into numbered evidence of one job."""

    def __init__(
        self,
        *,
        clock: Clock,
        journal: Journal,
        salt: bytes,
        next_number: int = 1,
        known_as_shared: Callable[[Mapping[str, str]], Collection[str]] = lambda _values: (),
    ) -> None:
        """`known_as_shared`: names of values whose numbers are known to be those of other phones too."""
        self._known_as_shared = known_as_shared
        self._clock = clock
        self._journal = journal
        self._salt = salt
        self._next_number = next_number

    def record(
        self, *, moment: Moment, port: str, link: str, asked: str, outcome: Outcome, values: Mapping[str, str]
    ) -> Answer:
        """Keep `values` (in clear; identifiers are committed here) as one piece of evidence, less the numbers that many
        phones share.
        """
        own = set_aside(values, self._known_as_shared(values))
        admitted = {name: allowed(name).admit(text) for name, text in own.items()}
        kept = {name: self._commit(name, text) for name, text in admitted.items()}
        evidence = Evidence(
            number=self._next_number,
            at=self._clock.now(),
            moment=moment,
            port=port,
            link=link,
            asked=asked,
            outcome=outcome,
            values=kept,
            digest=digest_of(kept),
        )
        self._next_number += 1
        self._journal(evidence)
        return Answer(outcome=outcome, values=admitted, evidence=evidence)

    def _commit(self, name: str, text: str) -> str:
        label = allowed(name).identifier
        return commit(label, text, self._salt) if label and text != "malformed" else text


@runtime_checkable
class ListeningPort(Protocol):
    """A port that makes a recording (phones.recordings.record): it is told how to read what it has just carried."""

    def question_finished(self, question: Question) -> None:
        """The exchange that has just ended, well or not, belonged to `question`."""


class WitnessedPort:
    """A port whose every exchange, look and statement leaves evidence. Not shared between threads."""

    def __init__(self, port: Port, witness: Witness, *, before_exchange: Callable[[], None] | None = None) -> None:
        self._port = port
        self._listener = port if isinstance(port, ListeningPort) else None
        self._witness = witness
        self._link: Link | None = None
        self._before_exchange = before_exchange
        self._uncounted: dict[tuple[str, Moment], int] = {}
        self.path = port.path
        self.emulated = port.emulated

    def ask(self, question: Question, moment: Moment) -> Answer:
        """One exchange with whatever hangs on the port now. A phone's failure is an answer, not an exception.

        Raises: BenchError when the host side is gone.
        """
        outcome, values, link_name = self._asked(question)
        return self._record(moment=moment, link=link_name, asked=question.name, outcome=outcome, values=values)

    def ask_in_series(self, question: Question, moment: Moment) -> Outcome:
        """The same for a question that is asked over and over and whose answer tells nothing that is kept: kept in
        sums, as `carry_out_in_series` says. Raises: BenchError when the host side is gone.
        """
        outcome, values, link_name = self._asked(question)
        self._count(question.name, moment, link_name, outcome, values)
        return outcome

    def _asked(self, question: Question) -> tuple[Outcome, Mapping[str, str], str]:
        try:
            return self._exchange(question)
        finally:
            if self._listener is not None:
                self._listener.question_finished(question)

    def _exchange(self, question: Question) -> tuple[Outcome, Mapping[str, str], str]:
        name = "none"
        if self._before_exchange is not None:
            self._before_exchange()
        try:
            if self._link is None:
                self._link = self._port.open()
            name = self._link.name
            reply = self._link.exchange(question.request, timeout_s=question.timeout_s)
            return Outcome.ANSWERED, question.read(reply), name
        except PhoneRefusedError as error:
            self.close_link()
            return Outcome.REFUSED, _refusal(error), name
        except PhoneSilentError as error:
            self.close_link()
            return Outcome.SILENT, _refusal(error), name
        except PhoneLostError as error:
            self.close_link()
            return Outcome.LOST, _refusal(error), name
        except PhoneError as error:
            self.close_link()
            return Outcome.MALFORMED, _refusal(error), name

    def carry_out(
        self,
        act: Act,
        moment: Moment,
        *,
        clock: Clock,
        tell: Callable[[ActProgress], None] = lambda _progress: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[Answer, ActEnd]:
        """One long act with whatever hangs on the port now, never begun a second time. That it has begun is kept as a
        fact of the bench, and how it ended as the answer; its progress is not kept. Whoever must know of it before
        anything is sent writes it ahead, as the station does with every step that acts.

        Raises: BenchError when the host side is gone.
        """

        def begun() -> None:
            self.record_host_fact("host.act_begun", {"host.step": act.question.name}, Moment.BEFORE)

        end, values, name = self._carried(act, begun, clock=clock, tell=tell, is_cancelled=is_cancelled)
        answer = self._record(moment=moment, link=name, asked=act.question.name, outcome=_OF_END[end], values=values)
        return answer, end

    def watch(
        self,
        act: Act,
        moment: Moment,
        *,
        clock: Clock,
        heard: Callable[[], Mapping[str, str]],
        is_over: Callable[[], bool],
    ) -> Answer:
        """Listen to a line that tells until the bench lets go of it, when `is_over` says so: then `heard` is what is
        kept, and nothing on the way is. A line that ends otherwise has told nothing: `heard` is not asked. Changes
        nothing on the phone, so its begin is not kept. Raises: BenchError when the host side is gone.
        """
        end, values, name = self._carried(act, lambda: None, clock=clock, tell=lambda _: None, is_cancelled=is_over)
        outcome = _OF_END[end]
        if end is ActEnd.CANCELLED:
            outcome, values = Outcome.ANSWERED, heard()
        return self._record(moment=moment, link=name, asked=act.question.name, outcome=outcome, values=values)

    def carry_out_in_series(
        self, act: Act, moment: Moment, *, clock: Clock, tell: Callable[[ActProgress], None] = lambda _progress: None
    ) -> ActEnd:
        """One long act of very many alike, after which the step keeps the sum of what they did.

        Kept as a piece of its own: that a run of them has begun (`host.act_begun`), and each that did not go well or
        said anything but exit code 0. Those that went well are counted, and their number is kept (`host.acts`) before
        whatever is kept next, and after `SUMMED_AT_MOST` at the latest. So nothing goes unmentioned, and a crash loses
        a count, never the fact. Raises: BenchError when the host side is gone.
        """
        name = act.question.name

        def begun() -> None:
            if (name, moment) not in self._uncounted:
                self.record_host_fact("host.act_begun", {"host.step": name}, moment)

        end, values, link_name = self._carried(act, begun, clock=clock, tell=tell)
        self._count(name, moment, link_name, _OF_END[end], values)
        return end

    def _carried(
        self,
        act: Act,
        begun: Callable[[], None],
        *,
        clock: Clock,
        tell: Callable[[ActProgress], None],
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[ActEnd, Mapping[str, str], str]:
        question = act.question
        name, values, outcome = "none", dict[str, str](), ActOutcome(end=ActEnd.LOST)
        if self._before_exchange is not None:
            self._before_exchange()
        try:
            if self._link is None:
                self._link = self._port.open()
            name = self._link.name
            running = begin(self._link, question.request, timeout_s=question.timeout_s)
            begun()
            outcome = follow(running, act, clock=clock, tell=tell, is_cancelled=is_cancelled)
            values = dict(question.read(outcome.reply)) if outcome.reply is not None else {}
        except PhoneError as error:
            outcome = ActOutcome.of_error(error)
        finally:
            if isinstance(self._port, ListeningPort):
                self._port.question_finished(question)
        if outcome.end is not ActEnd.DONE:
            self.close_link()
        if outcome.error is not None:
            values = _refusal(outcome.error)
        return outcome.end, values, name

    def _count(self, asked: str, moment: Moment, link: str, outcome: Outcome, values: Mapping[str, str]) -> None:
        """One of a series: counted, or kept when there is anything to say of it."""
        if outcome is not Outcome.ANSWERED or values not in _WENT_WELL:
            self._record(moment=moment, link=link, asked=asked, outcome=outcome, values=values)
            return
        count = self._uncounted.get((asked, moment), 0) + 1
        self._uncounted[asked, moment] = count
        if count >= SUMMED_AT_MOST:
            self._keep_sums()

    def _keep_sums(self) -> None:
        for (asked, moment), count in tuple(self._uncounted.items()):
            self._witness.record(
                moment=moment,
                port=self.path,
                link="host",
                asked="host.acts",
                outcome=Outcome.ANSWERED,
                values={"host.step": asked, "host.acts": str(count)},
            )
            del self._uncounted[asked, moment]

    def _record(self, *, moment: Moment, link: str, asked: str, outcome: Outcome, values: Mapping[str, str]) -> Answer:
        """Keep a piece, and before it what was counted so far."""
        self._keep_sums()
        return self._witness.record(
            moment=moment, port=self.path, link=link, asked=asked, outcome=outcome, values=values
        )

    def peek(self) -> Sighting:
        """Look at the port without keeping evidence; for waiting loops. Raises: BenchError."""
        return self._port.look()

    def record_sighting(
        self, asked: str, sighting: Sighting, moment: Moment, more: Mapping[str, str] | None = None
    ) -> Answer:
        """Keep what a look at the port showed, with what a waiting loop measured (`port.*` values)."""
        values = {"port.presence": sighting.presence.value, **(more or {})}
        if sighting.usb_serial:
            values["port.usb_serial"] = spelled_serial(
                unspelled(sighting.usb_serial)
            )  # as readers spell the phone's own
        if sighting.interfaces:
            values["port.interfaces"] = ",".join(sighting.interfaces)
        if sighting.vendor_id:
            values["port.vendor_product"] = f"{sighting.vendor_id:04x}:{sighting.product_id:04x}"
        return self._record(moment=moment, link="usb", asked=asked, outcome=Outcome.ANSWERED, values=values)

    def keep_statement(self, asked: str, values: Mapping[str, str], moment: Moment) -> Answer:
        """Keep a person's answer; its names begin with `statement.`."""
        return self._record(moment=moment, link="operator", asked=asked, outcome=Outcome.ANSWERED, values=values)

    def keep_claim(self, asked: str, values: Mapping[str, str], moment: Moment) -> Answer:
        """Keep what a page in the phone's own browser says (`browser.*`, and that it could not measure one of these);
        nothing else may come that way.
        """
        own = {name: text for name, text in values.items() if name.removeprefix(NOT_MEASURED).startswith(BROWSER)}
        return self._record(moment=moment, link="browser", asked=asked, outcome=Outcome.ANSWERED, values=own)

    def record_host_fact(self, asked: str, values: Mapping[str, str], moment: Moment) -> Answer:
        """Keep something the bench itself knows (`host.*`)."""
        return self._record(moment=moment, link="host", asked=asked, outcome=Outcome.ANSWERED, values=values)

    def close_link(self) -> None:
        """Close the link; the next question opens what is there then."""
        if self._link is not None:
            self._link.close()
            self._link = None


def _refusal(error: PhoneError) -> dict[str, str]:
    """What was said, if anything was."""
    values = {"command.refusal": error.reason_code} if isinstance(error, PhoneRefusedError) else {}
    return values | ({"command.refusal_word": error.word} if error.word else {})


def values_of(evidence: Iterable[Evidence], moment: Moment, name: str) -> tuple[str, ...]:
    """All texts kept under `name` at `moment`, in order; only from exchanges that were answered."""
    return tuple(
        piece.values[name]
        for piece in evidence
        if piece.moment is moment and piece.outcome is Outcome.ANSWERED and name in piece.values
    )
