# SPDX-License-Identifier: GPL-3.0-or-later
"""Being with the phone: through a pulled cable, asked who it is on every new link, neither hot nor empty."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phones.android.battery import battery, battery_level
from phones.android.script import Part, script, split
from phones.evidence import Moment, Outcome
from phones.link import Effect, Question, Reply, ShellLine
from phones.long_act import Act, ActEnd, ActProgress
from phones.port import Presence
from phones.witness import Answer
from wipe.method import StepContext, StepFailed
from wipe.overwrite.plan import OverwritePlan
from wipe.steps.android_looks import ask_state

MOMENT = Moment.BETWEEN
TRIES = 3
MOST_STOPS = 150
"""So many acts of one pass, or of one read-back, that do not end well: the rest is not tried. Each leaves up to six
pieces of evidence; three passes and a read-back then still fit into a record (certs.record.schema)."""
_MOST_VAIN_LOOKS = 20
"""After so many unanswered looks at the battery nobody looks any more; such a phone is written to all the same."""
_LOOK_S = 60.0
_CHARGING = ("status: 2", "status: 5")  # BatteryManager: charging, full


def be_there(context: StepContext, moment: Moment = MOMENT) -> None:
    """Wait until a phone with a shell is on the port, and ask who it is. A cable that was pulled is waited for as long
    as a person has time. `moment`: of the evidence. Raises: StepFailed never_returned, another_phone, no_full_shell.
    """
    clock = context.clock
    give_up = clock.monotonic() + context.deadlines.person_s
    while True:
        if context.phone.peek().presence is not Presence.ADB_DEVICE:
            context.phone.close_link()
            context.progress("overwrite_waiting")
            _await_shell(context, give_up)
        try:
            ask_state(context, moment)
        except StepFailed as stop:
            here = context.phone.peek().presence is Presence.ADB_DEVICE
            if stop.reason != "no_full_shell" or here or clock.monotonic() >= give_up:
                raise
        else:
            return


def _await_shell(context: StepContext, give_up: float) -> None:
    while context.phone.peek().presence is not Presence.ADB_DEVICE:
        if context.clock.monotonic() >= give_up:
            raise StepFailed("never_returned")
        context.clock.sleep(context.deadlines.poll_s)


def ask(context: StepContext, question: Callable[[], Question], moment: Moment = MOMENT) -> Answer:
    """Ask what only looks or may be done twice; over a lost link again, once the phone is there again."""
    for _ in range(TRIES - 1):
        answer = context.phone.ask(question(), moment)
        if answer.answered:
            return answer
        be_there(context, moment)
    return context.phone.ask(question(), moment)


def _look(context: StepContext, question: Callable[[], Question], moment: Moment) -> bool:
    """The same for a look that is had every few minutes and of which nothing is kept but how often: was it answered?"""
    for _ in range(TRIES - 1):
        if context.phone.ask_in_series(question(), moment) is Outcome.ANSWERED:
            return True
        be_there(context, moment)
    return context.phone.ask_in_series(question(), moment) is Outcome.ANSWERED


@dataclass(slots=True, kw_only=True)
class Pace:
    """Bytes carried over many acts, told as one: `expected` in all, `done` before this act."""

    context: StepContext
    key: str  # of `progress.<key>`
    expected: int
    done: int = 0
    started: float = 0.0
    first: int = 0
    moment: Moment = MOMENT

    def begin(self) -> None:
        """From here on the rate is counted."""
        self.started, self.first = self.context.clock.monotonic(), self.done
        self.context.progress(self.key)

    def carry(self, act: Act) -> ActEnd:
        """One act. What it carries is told with what was before."""
        before = self.done

        def tell(progress: ActProgress) -> None:
            self.done = before + progress.carried
            self.context.act_progress(self._now())

        return self.context.phone.carry_out_in_series(act, self.moment, clock=self.context.clock, tell=tell)

    def at(self, done: int) -> None:
        """So much is done, as far as anybody knows."""
        self.done = done
        self.context.act_progress(self._now())

    def _now(self) -> ActProgress:
        return ActProgress(
            carried=max(0, self.done - self.first),
            seconds=self.context.clock.monotonic() - self.started,
            percent=min(100, self.done * 100 // self.expected) if self.expected else None,
            left=max(0, self.expected - self.done),
        )


@dataclass(slots=True)
class _Battery:
    """What the battery says; None where it says nothing."""

    level: int | None = None
    temperature_dc: int | None = None
    is_charging: bool = False


@dataclass(slots=True)
class Comfort:
    """Looks at battery and heat now and then, and waits while the phone is too hot or too empty to be written to."""

    context: StepContext
    plan: OverwritePlan
    looked_at: float | None = None
    vain_looks: int = 0
    moment: Moment = MOMENT

    def wait(self) -> bool:
        """False when the phone stayed too hot or too empty for as long as a person has time. A phone that does not tell
        is written to. Raises: StepFailed.
        """
        clock = self.context.clock
        if self.looked_at is not None and clock.monotonic() - self.looked_at < self.plan.look_each_s:
            return True
        if self.vain_looks >= _MOST_VAIN_LOOKS:
            return True
        give_up = clock.monotonic() + self.context.deadlines.person_s
        while not self._is_well():
            if clock.monotonic() >= give_up:
                return False
            self.context.progress("overwrite_pausing")
            clock.sleep(self.plan.pause_s)
        self.looked_at = clock.monotonic()
        return True

    def _is_well(self) -> bool:
        found = _Battery()
        if not _look(self.context, lambda: _battery_question(self.context.draw(), found), self.moment):
            self.vain_looks += 1
        hot = found.temperature_dc is not None and found.temperature_dc >= self.plan.hottest_dc
        empty = found.level is not None and found.level < self.plan.lowest_percent and not found.is_charging
        return not hot and not empty


def _battery_question(marker: str, found: _Battery) -> Question:
    """Nothing of it is kept: a battery warm from our own writing says nothing about the phone that is graded."""
    parts = (Part(name="battery", command="dumpsys battery"),)

    def read(reply: Reply) -> Mapping[str, str]:
        text = split(reply, parts, marker)["battery"].text
        values = battery({"battery": text}) | battery_level(text)
        found.level = _number(values.get("battery.level", ""))
        found.temperature_dc = _number(values.get("battery.temperature_dc", ""))
        found.is_charging = any(line.strip() in _CHARGING for line in text.split("\n"))
        return {}

    return Question(
        name="overwrite.battery",
        effect=Effect.READS,
        request=ShellLine(line=script(parts, marker)),
        read=read,
        timeout_s=_LOOK_S,
    )


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,4}", text) else None
