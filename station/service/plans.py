# SPDX-License-Identifier: GPL-3.0-or-later
"""An erase in two steps: a plan that shows what would be done to which phone, and its confirmation.

The hash of a plan binds the phone's numbers, its port, the method with its steps, what becomes of its memory card and
what stands in the way. To confirm, the phone is asked again: anything else than what was shown begins nothing. A plan
counts once, for a short time, for the caller it was made for, and dies with the process: after a start nothing old can
be confirmed.
"""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from phones.clock import utc_now
from phones.identity import PhoneIdentity, plain
from phones.problem import Problem
from station.documents.phones import ErasePlanned
from station.errors import NotConfirmedError, ParameterError
from station.ledger.earlier import methods_refused
from station.service.errors import PlanChangedError, PlanEmptyError, PlanExpiredError, PlanNotFoundError
from station.session.bench_operations import inspect
from station.session.confirmation import Candidate, confirmation_digits
from station.session.find_phone import present
from station.session.operations import OpenStation
from station.text.language import text
from station.work import blocking
from wipe.methods.table import METHODS
from wipe.plan import plan

VALID_S = 120.0
MOST = 500
"""Plans that wait at one time; the oldest goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a plan shows. `hash`: binds all of it."""

    candidate: Candidate
    document: ErasePlanned
    method: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A plan that may be confirmed. `expires_at`: for people; what counts is the process's own clock."""

    id: str
    caller: str
    shown: Shown
    expires_at: datetime
    until: float


class Plans:
    """The plans of a running service. Thread safe."""

    def __init__(self, at: OpenStation, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._at = at
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: dict[str, Waiting] = {}

    def make(self, wanted: str, *, method: str, caller: str) -> Waiting:
        """Ask the phone and plan; nothing is written to it.

        Raises: PhoneNotFoundError, AmbiguousPhoneError, PhoneBusyError, ParameterError, BenchError, LedgerError.
        """
        if method and method not in METHODS:
            raise ParameterError(subject="method", expected=", ".join(METHODS), got=method[:40])
        made = Waiting(
            id=secrets.token_hex(16),
            caller=caller,
            shown=show(self._at, wanted, method=method),
            expires_at=utc_now() + timedelta(seconds=VALID_S),
            until=self._monotonic() + VALID_S,
        )
        with self._lock:
            self._waiting[made.id] = made
            while len(self._waiting) > MOST:
                del self._waiting[next(iter(self._waiting))]
        return made

    def confirm(self, plan_id: str, *, plan_hash: str, number: str, caller: str) -> Shown:
        """The plan, if it may be carried out now. It is used up by the first try that names its hash, whatever comes
        of it, but for a mistyped number.

        Raises: PlanNotFoundError, PlanExpiredError, PlanChangedError, PlanEmptyError, NotConfirmedError; what `make`
        raises.
        """
        with self._lock:
            waiting = self._waiting.get(plan_id)
            if waiting is None or waiting.caller != caller:
                raise PlanNotFoundError(subject=plan_id)
            if self._monotonic() >= waiting.until:
                del self._waiting[plan_id]
                raise PlanExpiredError(subject=plan_id)
            shown = waiting.shown
            if not secrets.compare_digest(plan_hash.encode(), shown.hash.encode()):
                raise PlanChangedError(subject=plan_id)
            if shown.document.method is None:
                raise PlanEmptyError(subject=plan_id)
            if not (shown.candidate.is_named(number) or shown.candidate.ends_in(number)):
                raise NotConfirmedError(
                    subject=shown.candidate.sighting.port,
                    needed=text("word.last_digits", digits=shown.candidate.digits),
                    got=plain(number)[:40],
                )
            del self._waiting[plan_id]
        now = show(self._at, shown.candidate.sighting.port, method=shown.method)
        if now.hash != shown.hash:
            raise PlanChangedError(subject=plan_id)
        return now


def show(at: OpenStation, wanted: str, *, method: str) -> Shown:
    """What an erase of that phone would be now. Raises: as `Plans.make`."""
    found = inspect(at, wanted=wanted)
    sighting, values, settings = found.sighting, found.values, at.settings
    identity = PhoneIdentity.from_values(values)
    problem = blocking.problem_of_presence(sighting) or blocking.problem_of_answers(values)
    planned = None
    if problem is None:
        refused = methods_refused(at.session.jobs.ledger, identity)
        planned = plan(
            values,
            sighting,
            settings.limits,
            wanted=method or None,
            failed=refused,
            passes=settings.passes,
            card=settings.overwrite.card,
            challenge=settings.challenge,
        )
    numbers = identity.called_by(sighting.usb_serial)
    others = [plain(each.usb_serial) for each in present(at.bench) if each.port != sighting.port and each.usb_serial]
    unmet = () if planned is None else tuple(each.problem for each in planned.conditions if each.problem is not None)
    problems: tuple[Problem, ...] = unmet if problem is None else (problem,)
    candidate = Candidate(
        sighting=sighting,
        identity=identity,
        numbers=numbers,
        digits=confirmation_digits(numbers, others),
        problems=problems,
        level="" if planned is None else planned.predicted.get("level", ""),
        card="" if planned is None else planned.choice.card,
    )
    document = ErasePlanned.of(planned, values, sighting, settings.slot(sighting.port), problem=problem)
    shown = Shown(candidate=candidate, document=document, method=method, hash="")
    return replace(shown, hash=_hash(shown, at))


def _hash(shown: Shown, at: OpenStation) -> str:
    document = shown.document
    bound = {
        "port": shown.candidate.sighting.port,
        "numbers": sorted(shown.candidate.numbers),
        "model": document.model,
        "wanted": shown.method,
        "method": document.method,
        "card": document.card,
        "steps": [[each.step, each.acts] for each in document.steps],
        "predicted": dict(document.predicted),
        "in_the_way": sorted(each.code.value for each in shown.candidate.problems),
        "passes": at.settings.passes,
        "policy": at.settings.policy.name,
    }
    text_ = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text_.encode()).hexdigest()
