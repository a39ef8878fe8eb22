# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running service is made of; what every route is given."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from certs.errors import WrongPassphraseError
from certs.keys.key_folder import open_signer
from phones.clock import utc_now
from station.documents.sentences import Reason
from station.documents.setup import StationChecked
from station.errors import AmbiguousPhoneError, DrainingError, PhoneNotFoundError, QuestionNotFoundError
from station.service.callers import RIGHTS, Caller, Right
from station.service.errors import EraseSwitchedOffError, PlanChangedError, UnlockRefusedError
from station.service.feed import Feed
from station.service.login_codes import LoginCodes
from station.service.once import Asked, Once, digest_of
from station.service.outbound.hooks import Webhooks
from station.service.pace import Pace
from station.service.pages.sessions import Sessions
from station.service.pauses import Pauses
from station.service.plans import Plans, Waiting
from station.service.tokens import caller_with
from station.service.told import EraseBegun, MaintenanceTold, ServiceTold
from station.service.tries import Tries, place_of
from station.session.beforehand import must_have_room
from station.session.continuous import ContinuousBench
from station.session.find_phone import FEWEST_DIGITS, present
from station.session.operations import OpenStation
from station.setup.acquisition import Acquisitions


@dataclass(kw_only=True)
class Running:
    """One service. `look`: the doctor, which stands above this room. `config`: the file its settings came from, None
    for the station's own. `pace`: how often one may ask; `tries`: how many wrong badges and tokens one may send. Thread
    safe.
    """

    at: OpenStation
    bench: ContinuousBench
    feed: Feed
    once: Once
    sessions: Sessions
    plans: Plans
    look: Callable[[], StationChecked]
    version: str
    codes: LoginCodes = field(default_factory=LoginCodes)
    config: Path | None = None
    pace: Pace = field(default_factory=Pace)
    tries: Tries = field(default_factory=Tries)
    acquisitions: Acquisitions = field(default_factory=Acquisitions)
    webhooks: Webhooks = field(default_factory=Webhooks.none)
    _ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.pauses = Pauses(self.at.home.path / "maintenance.json", self.at.session.locked)

    def with_secret(self, secret: str, scope: Mapping[str, Any]) -> Caller | None:
        """Whose badge or token that is, None for nobody's. `scope`: of the request that brought it.

        Raises: TooManyTriesError, ConfigError.
        """
        return self.tries.look(place_of(scope), secret, lambda: caller_with(self.at.home, secret, now=utc_now()))

    def drain(self, *, wanted: bool) -> None:
        """Begin nothing new, or begin again. A service that ends stays drained."""
        (self.pauses.draining.set if wanted else self.pauses.draining.clear)()

    def maintain(self, caller: Caller, reason: str | None, *, operator: str | None) -> None:
        """Begin nothing new, over a start too, or begin again (None). Raises: NotEntitledError, FileNotWrittenError."""
        by = caller.operator(self.at.home, operator)
        if reason is None:
            self.pauses.end_maintenance()
        else:
            self.pauses.maintain(reason, by=by.name, now=utc_now())

    def unlock(self, caller: Caller, passphrase: str) -> None:
        """What needs a signature may be begun again. Only for who sits at the machine as the station's own user.

        Raises: UnlockRefusedError; KeyFileError where the key cannot be read.
        """
        if not caller.at_machine:
            raise UnlockRefusedError
        try:
            open_signer(self.at.home.keys, passphrase, signing=self.at.settings.signing)
        except WrongPassphraseError:
            raise UnlockRefusedError from None
        self.pauses.locked.clear()

    def must_take_orders(self) -> None:
        """Raises: DrainingError, LockedError, MaintenanceError when nothing new is begun."""
        for each in self.pauses.reasons():
            raise each
        if self.ending:
            raise DrainingError

    def end(self) -> None:
        """The service ends: nothing is begun any more."""
        self._ending.set()

    @property
    def ending(self) -> bool:
        """Was `end` called?"""
        return self._ending.is_set()

    def state(self) -> ServiceTold:
        """How the service stands. Raises: LedgerError, and what opening papers raises."""
        session, erase = self.at.session, self.at.settings.service.erase
        reasons = [] if erase else [Reason.of_error(EraseSwitchedOffError())]
        stopped, maintenance = self.stopped(), self.pauses.maintenance
        state: Literal["running", "draining", "ending"] = "draining" if stopped else "running"
        if self.ending:
            state = "ending"
        reasons += stopped
        return ServiceTold(
            state=state,
            state_reasons=tuple(reasons),
            version=self.version,
            sequence=self.feed.last(),
            erase=erase,
            locked=self.pauses.locked.is_set(),
            maintenance=None if maintenance is None else MaintenanceTold(**asdict(maintenance)),
            specimen=session.papers.signer.station.specimen,
            jobs_at_work=len(session.jobs_at_work),
            jobs_erasing=len(session.jobs_running),
            questions_open=len(session.questions),
        )

    def stopped(self) -> tuple[Reason, ...]:
        """Why nothing new is begun; empty while it is."""
        return tuple(
            Reason.of_error(each) for each in self.pauses.reasons() or ((DrainingError(),) if self.ending else ())
        )

    def plan(self, caller: Caller, wanted: str, *, method: str) -> Waiting:
        """The first step of an erase; also where erasing is switched off, for it changes nothing.

        Raises: as `Plans.make`; a caller that may not read is told the ends of numbers only, as the bench tells them.
        """
        try:
            return self.plans.make(wanted, method=method, caller=caller.id)
        except (PhoneNotFoundError, AmbiguousPhoneError) as error:
            listed = {"plugged_in", "matching"} & error.facts.keys()
            if Right.READ in RIGHTS[caller.role] or not listed:
                raise
            raise type(error)(subject=error.subject, **dict.fromkeys(listed, self._ends_of_numbers())) from None

    def _ends_of_numbers(self) -> str:
        seen = present(self.at.bench)
        ends = ((self.at.settings.slot(each.port), each.usb_serial[-FEWEST_DIGITS:]) for each in seen)
        return ", ".join(f"{slot}=…{end or '?'}" for slot, end in ends) or "0"

    def confirm(
        self, caller: Caller, plan_id: str, *, plan_hash: str, number: str, operator: str | None, key: str
    ) -> EraseBegun:
        """The second step: begins the job, once for each Idempotency-Key.

        Raises: EraseSwitchedOffError, DrainingError, KeyReusedError, KeyInUseError, NotEntitledError,
        DiskNearlyFullError, WrongSignerError, LedgerError; what `Plans.confirm` raises.
        """
        if not self.at.settings.service.erase:
            raise EraseSwitchedOffError
        request = digest_of("confirm", plan_id, plan_hash, number, operator)
        asked = Asked(caller=caller.id, key=key, request=request)
        earlier = self.once.begin(asked)
        if earlier is not None:
            return EraseBegun(job=str(earlier["job"]), plan=str(earlier["plan"]))
        begun = False
        try:
            self.must_take_orders()
            by = caller.operator(self.at.home, operator)
            shown = self.plans.confirm(plan_id, plan_hash=plan_hash, number=number, caller=caller.id)
            must_have_room(self.at.home.path)
            self.at.session.must_sign_for(shown.candidate.sighting)
            settings = self.at.settings
            if not shown.candidate.overwrites_card:  # nor one that is put in from now on: nobody was shown that
                settings = settings.with_card(card=False)
            begun = True  # from here on a job may have been written, whatever is raised
            started = self.at.session.start(
                shown.candidate.sighting,
                by=by,
                bound=tuple(shown.candidate.numbers),
                acquisitions=self.acquisitions,
                method=shown.method,
                settings=settings,
            )
            if not started.jobs:  # somebody else's job is on that port since
                begun = False
                raise PlanChangedError(subject=plan_id)
        finally:
            if not begun:
                self.once.forget(asked)
        answer: Mapping[str, str] = {"job": started.jobs[0].id, "plan": plan_id}
        self.once.finish(asked, answer)
        return EraseBegun(**answer)

    def answer(self, caller: Caller, question_id: str, choice: str | None, *, operator: str | None) -> None:
        """Answer a question, or decline it for everybody (None).

        Raises: NotEntitledError, QuestionNotFoundError, QuestionClosedError, AnswerRefusedError.
        """
        by = caller.operator(self.at.home, operator)
        if not question_id:
            raise QuestionNotFoundError(subject=question_id)
        self.at.session.answer(question_id, choice, by=by.name)
