# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a phone to leave its port, to come back, and to answer; all of it kept as evidence.

That a phone leaves and returns proves nothing (a pulled cable does the same). It says when to look.
An absence shorter than the bench's limit is a flicker of the cable; some phones reboot twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from phones.evidence import Moment
from phones.link import Question
from phones.port import Presence, Sighting
from phones.witness import Answer
from wipe.method import StepContext

_LONGEST_PAUSE_S = 5.0
_SEQUENCE_KEPT = 24


@dataclass(slots=True, kw_only=True)
class PortWatch:
    """What was seen of a port: did the phone leave, for how long at most (seconds), did something come back."""

    needed_s: float
    left: bool = False
    longest_s: float = 0.0
    absent_since: float | None = None
    sequence: list[str] = field(default_factory=list)

    def note(self, sighting: Sighting, now: float) -> None:
        """One peek at the port at `now` (monotonic seconds)."""
        if not self.sequence or self.sequence[-1] != sighting.presence.value:
            self.sequence.append(sighting.presence.value)
            del self.sequence[:-_SEQUENCE_KEPT]
        if sighting.presence is Presence.ABSENT and self.absent_since is None:
            self.absent_since = now
        if self.absent_since is not None:
            self.longest_s = max(self.longest_s, now - self.absent_since)
            self.left = self.left or self.longest_s >= self.needed_s
        if sighting.presence is not Presence.ABSENT:
            self.absent_since = None


def watch_port(
    context: StepContext,
    *,
    asked: str,
    moment: Moment,
    back: Callable[[Sighting], bool],
    leave_s: float,
    was: Presence | None = None,
) -> Sighting:
    """Watch until the phone has left and `back` says it is back, and keep what was seen (`port.*`).

    `leave_s`: how long to wait for it to leave; then it is back, or not, as it stands. A phone that
    answers `back` in another presence than `was` has rebooted, seen leaving or not (a station that
    resumes may have missed it). What was seen and kept before a crash is not waited for again.
    Raises: BenchError.
    """
    if _was_seen(context, asked, moment):
        return context.phone.peek()
    clock, deadlines = context.clock, context.deadlines
    watch = PortWatch(needed_s=deadlines.absent_at_least_s)
    start = clock.monotonic()
    while True:
        sighting, now = context.phone.peek(), clock.monotonic()
        watch.note(sighting, now)
        here = sighting.presence is not Presence.ABSENT
        if here and back(sighting) and (watch.left or (was is not None and sighting.presence is not was)):
            break
        patience = leave_s if not watch.left and watch.absent_since is None else leave_s + deadlines.return_s
        if now - start >= patience:
            break
        clock.sleep(deadlines.poll_s)
    return _keep(context, watch, sighting, asked=asked, moment=moment)


def _was_seen(context: StepContext, asked: str, moment: Moment) -> bool:
    return any(
        piece.moment is moment and piece.asked == asked and piece.values.get("port.came_back") == "yes"
        for piece in context.evidence
    )


def _keep(context: StepContext, watch: PortWatch, sighting: Sighting, *, asked: str, moment: Moment) -> Sighting:
    came_back = watch.left and sighting.presence is not Presence.ABSENT
    context.phone.record_sighting(
        asked,
        sighting,
        moment,
        {
            "port.left": "yes" if watch.left else "no",
            "port.came_back": "yes" if came_back else "no",
            "port.absent_s": str(int(watch.longest_s)),
            "port.absent_needed_s": str(int(watch.needed_s)),
            "port.sequence": ",".join(watch.sequence),
        },
    )
    return sighting


def ask_until(
    context: StepContext,
    ask: Callable[[], Question],
    moment: Moment,
    *,
    accept: Callable[[Answer], bool],
    within_s: float,
) -> Answer:
    """Ask again, with growing pauses, until `accept` or the time is over; the last answer either way.

    A phone that leaves meanwhile (it reboots twice) is waited for. Raises: BenchError.
    """
    clock = context.clock
    give_up, pause = clock.monotonic() + within_s, context.deadlines.poll_s
    while True:
        answer = context.phone.ask(ask(), moment)
        if accept(answer) or clock.monotonic() >= give_up:
            return answer
        clock.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)
        while context.phone.peek().presence is Presence.ABSENT and clock.monotonic() < give_up:
            clock.sleep(context.deadlines.poll_s)


def answered(answer: Answer) -> bool:
    """Any answer in the documented shape will do."""
    return answer.answered
