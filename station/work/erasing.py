# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the erase, one after the other: one that acts is never begun a second time, whatever became of it."""

from dataclasses import replace

from station.ledger.job_events import AboutToErase, StepBegun, StepDone
from station.ledger.stages import Stage
from station.work.case import Case
from wipe.method import EraseMethod, Step, StepContext
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.plan import OverwritePlan
from wipe.secret import secret_of


class Erasing:
    """Of one job."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._job = case.job
        self._context = case.context
        self._phone = case.phone

    def first_step_after_crash(self) -> int:
        """The first step to run: an acting step that was begun is never begun again."""
        steps = self._case.method().steps
        names = [step.name for step in steps]
        last = max(names.index(name) for name in self._job.steps_begun)
        done = steps[last].name in self._job.steps_done
        following = last + 1 if done or steps[last].acts else last
        if following < len(steps) and steps[following].acts and not steps[following - 1].acts:
            return following - 1  # look once more who hangs there before anything is done to it
        return following

    def run(self, method: EraseMethod, first: int) -> None:
        """Every step of the method from that one on. Raises: StepFailed, BenchError, LedgerError."""
        scene = StepContext(
            phone=self._phone,
            clock=self._context.clock,
            operator=self._context.operator,
            deadlines=self._context.settings.deadlines,
            limits=self._context.settings.limits,
            mark=self._job.mark,
            secret=secret_of(self._job.salt, self._job.mark),
            draw=self._context.random_hex,
            evidence=self._job.evidence,
            overwrite=self._overwriting(),
            progress=self._case.tell,
            act_progress=lambda act: self._case.tell(self._case.doing, act=act),
        )
        place = first
        while place < len(method.steps):
            if not self._case.has_acted() and self._case.waited_while_held():
                place = first  # from the beginning: another may hang there by now
                self._case.must_be_the_phone(self._phone.peek())
            self._case.stop_if_given_up()
            step = method.steps[place]
            self._begin(step, method)
            step.run(scene)
            number = self._job.write(StepDone(step=step.name))
            self.reach(step, number)
            place += 1

    def _overwriting(self) -> OverwritePlan:
        wanted = self._context.settings.overwrite
        passes = max(1, self._context.settings.passes)  # one, too, where a method that overwrites was asked for by name
        return replace(self._context.overwrite, passes=passes, earlier=Pattern(wanted.earlier))

    def _begin(self, step: Step, method: EraseMethod) -> None:
        if not step.acts:
            self._job.write(StepBegun(step=step.name))
            return
        self._case.must_be_the_phone(self._phone.peek())  # a person may have been asked since, with the phone in hand
        number = self._job.write(
            AboutToErase(step=step.name, method=method.name, attempt=self._job.attempt, nonce=self._job.mark)
        )
        if self._job.stage is Stage.READY:
            self._job.move(Stage.ERASING, because=[number])
            self._case.tell("erasing")

    def reach(self, step: Step, number: int) -> None:
        """The stage that the step leads to, if the job is not there yet."""
        if step.reaches == "returned" and self._job.stage is Stage.ERASING:
            self._job.move(Stage.RETURNED, because=[number])
            self._case.tell("returned")
