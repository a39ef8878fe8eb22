# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones are measured without a job for another command, on a bench that a service holds: operations of `check`.

Each is measured in a thread of its own. Whoever had it begun asks again and again how far it is, and says with it what
their person skips; one who asks no more is taken to be gone, and nothing further is measured for them.
"""

import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from phones.errors import ProofwipeError
from phones.evidence import Moment
from phones.port import Sighting
from station.checking.act import Profile
from station.checking.flow import Skips
from station.checking.table import ACTS, acts_of
from station.errors import (
    BeingMeasuredError,
    FileNotWrittenError,
    JobNotFoundError,
    NamelessPhoneError,
    ParameterError,
    QuestionClosedError,
    SubscriptionDroppedError,
)
from station.session.events import Instruction, Question
from station.session.find_phone import find
from station.session.measured import Measured, Said
from station.session.operations import OpenStation
from station.text.language import os_reason
from station.work.worker import Progress

GONE_S = 30.0
"""Who has not asked for so long is gone."""
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """`id`: what it is asked for by."""

    id: str
    sighting: Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class HowFar:
    """`said`: all since the last that the caller has. `questions`: that wait for an answer. `file`: where the evidence
    is, once it is over.
    """

    said: tuple[Said, ...]
    questions: tuple[Question, ...]
    file: str


def meant_to_measure(at: OpenStation, *, wanted: str) -> Sighting:
    """The one phone meant by a serial, UDID, IMEI, slot or port, or the only one there is; where something is at work,
    it is not asked. Raises: PhoneNotFoundError, AmbiguousPhoneError, BenchError.
    """
    return find(at.bench, wanted or None, at.settings, left_alone={job.port for job in at.jobs_at_work})


def begin_to_measure(
    at: OpenStation, *, phone: Sighting, profile: str, only: tuple[str, ...] = (), anew: bool = False
) -> Begun:
    """Measure it: see `Session.check`. `profile`: one of `Profile`; `only`: names of acts, whatever the profile.

    Raises: StationBusyError, DrainingError, ParameterError; BeingMeasuredError, which names one, where as many as can
    be are measured already; what else stands in the way is told by `how_far`.
    """
    at.may_begin()
    known = {act.name for act in ACTS}
    if profile not in {each.value for each in Profile} or not known.issuperset(only):
        raise ParameterError(subject="check", expected=", ".join(sorted(known)), got=", ".join((profile, *only))[:80])
    made, id_ = Measured(port=phone.port), secrets.token_hex(16)
    with at.measured.lock:
        _drop_abandoned(at.measured.by_id)
        if len(at.measured.by_id) >= MOST_AT_ONCE:  # nothing more may be kept until the oldest is through
            raise BeingMeasuredError(subject=at.settings.slot(next(iter(at.measured.by_id.values())).port))
        at.measured.by_id[id_] = made
    arguments = (at, made, phone, Profile(profile), frozenset(only), anew)
    threading.Thread(target=_measure, args=arguments, name="measuring", daemon=True).start()
    return Begun(id=id_, sighting=phone)


def how_far(at: OpenStation, *, id: str, after: int, skipped: int = 0, rest: bool = False) -> HowFar:  # noqa: A002 - as in `Begun.id`
    """What was said since the caller had `after` of it; over, where it names a file. `skipped`, `rest`: what the person
    has skipped by now, and whether all the rest is.

    Raises: JobNotFoundError for what was not begun here, or is told already; what `Session.check` raised.
    """
    made = _named(at, id)
    over = made.over.is_set()  # asked first: what was said before that is read then
    with made.lock:
        made.asked_at, made.skipped = time.monotonic(), max(made.skipped, skipped)
        _hear(made)
    if rest:
        made.rest.set()
    waiting = tuple(each for each in at.session.questions if not each.job and each.port == made.port)
    if over:
        with at.measured.lock:
            at.measured.by_id.pop(id, None)
        if made.error is not None:
            raise made.error
    return HowFar(said=tuple(made.said[after:]), questions=waiting, file=made.file if over else "")


def answer_of_measured(at: OpenStation, *, id: str, question: str, choice: str | None = None) -> None:  # noqa: A002 - see above
    """Answer a question about a phone that is measured, or decline it (None).

    Raises: JobNotFoundError, QuestionNotFoundError, QuestionClosedError, AnswerRefusedError.
    """
    asked = at.session.question(question)
    if asked.job or asked.port != _named(at, id).port:
        raise QuestionClosedError(subject=question)
    at.session.answer(question, choice, by="")


def end_all(at: OpenStation, *, seconds: float) -> None:
    """The service ends: nothing further is measured; what is under way is waited for that long."""
    with at.measured.lock:
        under_way = tuple(at.measured.by_id.values())
    for each in under_way:
        each.rest.set()
    until = time.monotonic() + seconds
    for each in under_way:
        each.over.wait(max(0.0, until - time.monotonic()))


def _drop_abandoned(by_id: dict[str, Measured]) -> None:
    """Nobody comes any more for what was found for a command that was killed: the file has it."""
    for id_, each in tuple(by_id.items()):
        if each.over.is_set() and time.monotonic() - each.asked_at > GONE_S:
            del by_id[id_]


def _named(at: OpenStation, id_: str) -> Measured:
    with at.measured.lock:
        made = at.measured.by_id.get(id_)
    if made is None:
        raise JobNotFoundError(subject=id_)
    return made


def _hear(made: Measured) -> None:
    """All that was published so far."""
    with suppress(SubscriptionDroppedError):
        while made.heard is not None and (numbered := made.heard.next(0.0)) is not None:
            match numbered.event:
                case Progress(check=check) if check:
                    made.said.append(Said(check=check))
                case Instruction(key=key, facts=facts):
                    made.said.append(Said(instruction=key, facts=facts))
                case _:
                    pass


def _measure(
    at: OpenStation,
    made: Measured,
    phone: Sighting,
    profile: Profile,
    only: frozenset[str],
    anew: bool,  # noqa: FBT001 - a thread's arguments
) -> None:
    def rest_skipped() -> bool:
        return made.rest.is_set() or time.monotonic() - made.asked_at > GONE_S

    made.heard = at.session.events(Progress, Instruction, of_this_thread=True)
    try:
        file = at.session.check(
            phone,
            lambda platform: acts_of(profile, platform, Moment.BEFORE, only=only),
            folder=at.home.checks,
            skips=Skips(skipped=lambda: made.skipped, rest_skipped=rest_skipped),
            anew=anew,
        )
        made.file = str(file.path)
    except ProofwipeError as error:
        made.error = error
    except ValueError:
        made.error = NamelessPhoneError(subject=phone.port)
    except OSError as error:
        made.error = FileNotWrittenError(subject=str(at.home.checks), cause=os_reason(error))
    finally:
        made.heard.end()
        made.over.set()
