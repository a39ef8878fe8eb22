# SPDX-License-Identifier: GPL-3.0-or-later
"""One phone's way from plug to paper, in one thread, written ahead to the ledger at every turn.

Reads top to bottom: before → steps → what a person saw → judgement → paper. A worker started on a job that was
interrupted resumes by inspecting the phone: a step that acts is never begun a second time. What each part does stands
in a module of its own: `getting_ready`, `erasing`, `looking`; what they share is a `case`.
"""

import logging

from certs.errors import CertsError
from phones.errors import BenchError, ProofwipeError
from phones.evidence import Moment
from phones.port import Port
from phones.verdict import Verdict
from station.errors import LedgerError
from station.ledger.checkpoints import sign_if_due
from station.ledger.job import Job
from station.ledger.job_events import JobFailed, JobJudged, JobResumed
from station.ledger.stages import Stage
from station.papers.decision import apply
from station.work.case import Case, WorkerContext
from station.work.erasing import Erasing
from station.work.getting_ready import GettingReady
from station.work.looking import Looking
from station.work.progress import Progress
from wipe.method import StepFailed

__all__ = ["Progress", "Worker", "WorkerContext"]

log = logging.getLogger("proofwipe.worker")


class Worker:
    """Takes one job to its end. Not reusable."""

    def __init__(self, job: Job, port: Port, context: WorkerContext, *, resumed: bool = False) -> None:
        """`resumed`: the job was left by an earlier run of the station."""
        self._case = Case(job, port, context)
        self._job = self._case.job
        self._context = self._case.context
        self._phone = self._case.phone
        self._resumed = resumed
        self._ready = GettingReady(self._case)
        self._erase = Erasing(self._case)
        self._look = Looking(self._case)

    def run(self) -> Job:
        """Work until the job has its paper. Raises: LedgerError when nothing can be written any more."""
        try:
            apply(self._job)
            if not self._job.summary.work_is_over:
                self._to_verdict()
        except LedgerError:
            raise
        except StepFailed as stop:
            self._fail(stop.reason)
        except BenchError as error:
            self._fail(error.code)
        except Exception:  # the outermost edge of a worker: FAILED, with the traceback kept in the log
            log.exception("job %s", self._job.id)
            self._fail("internal")
        finally:
            self._phone.close_link()
            self._forget()
        self._paper()
        self._vouch()
        return self._job

    def _forget(self) -> None:
        """Give up what lets us into the phone, before the paper: a station killed in between does it again.
        A job that is to be resumed keeps its pair records: its trust test needs them.
        """
        if not self._job.summary.work_is_over:
            return
        try:
            self._case.port.forget(self._job.identity.number("udid") if self._job.identity is not None else "")
        except BenchError as error:
            log.warning("job %s: pair records: %s", self._job.id, error.code)

    def _to_verdict(self) -> None:
        self._look.take_no_photos()
        if self._phone.emulated != self._job.opened.emulated:
            raise StepFailed("another_bench")  # the configuration changed since: nothing here is that phone
        if self._resumed and not self._case.has_acted() and not self._is_bound():
            raise StepFailed("interrupted")  # nobody can say which phone was meant
        if self._case.has_acted():
            self._job.write(JobResumed(stage=self._job.stage))
            self._phone.record_host_fact("host.resumed", {"host.resumed": "yes"}, Moment.RETURN)
            method, first = self._case.method(), self._erase.first_step_after_crash()
            for step in method.steps[:first]:
                if step.name in self._job.steps_done:
                    self._erase.reach(step, self._job.steps_done[step.name])
        else:
            method, first = self._ready.method(), 0
            if self._look.check(Moment.BEFORE):
                method = self._ready.method()  # hands were at the phone since: who hangs there now is asked anew
        self._erase.run(method, first)
        self._look.attest()
        self._look.check(Moment.FINAL)
        self._look.ask_operator()
        self._judge()

    def _is_bound(self) -> bool:
        """Does the job say which phone it is about?"""
        opened = self._job.opened
        return self._job.identity is not None or bool(opened.usb_serial or opened.bound)

    def _judge(self) -> None:
        found = self._context.paper_issuer.judge(self._job)
        verdict = Verdict(found.verdict)
        number = self._job.write(JobJudged(verdict=verdict, level=found.level, reasons=found.reasons))
        if verdict is not Verdict.PASSED:
            raise StepFailed(found.reasons[0] if found.reasons else "not_verified")
        self._job.move(Stage.VERIFIED, because=[number])
        self._case.tell("verified")

    def _fail(self, reason: str) -> None:
        if self._job.stage.final:
            return
        by = self._context.given_up_by() if reason == "abandoned" else None
        number = self._job.write(JobFailed(reason=reason, by=by))
        self._job.move(Stage.FAILED, because=[number])
        self._case.tell("failed")

    def _paper(self) -> None:
        """The paper, or, when it cannot be made, a job that stays open until one can (`process --resume`)."""
        try:
            self._context.paper_issuer.issue_for(self._job)
        except LedgerError:
            raise
        except (ProofwipeError, OSError):  # a key's file, a socket of the stamper: none of it ends a worker
            log.exception("job %s has no paper", self._job.id)
            self._case.tell("no_paper")
            return
        self._case.tell("awaits_validator" if self._job.summary.awaits_decision else "done")

    def _vouch(self) -> None:
        """The station's signature over what was written, when it is time for one; a key that fails costs no paper."""
        try:
            sign_if_due(self._job.ledger, self._context.paper_issuer.signer)
        except CertsError as error:
            log.warning("no checkpoint: %s", error)
