# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found of a phone beside its erase: what is measured, what eyes see, and how its hardware vouches for itself.

None of it stops an erase or is waited for beyond a person's time.
"""

import logging

from grading.choice import PLAIN
from grading.questions import QUESTIONS
from phones.evidence import Moment
from phones.port import Platform
from phones.verdict import Verdict
from station.checking.act import Profile, Scene
from station.checking.eyes import settled
from station.checking.flow import Hanging
from station.questions import CONDITION
from station.setup.photo_desk import PhotosNotAwaitedError
from station.work.attesting import CHALLENGE, ask_for_chain, keep_grounds
from station.work.case import Case
from station.work.measuring import measure
from wipe.method import StepFailed

log = logging.getLogger("proofwipe.worker")


class Looking:
    """Of one job."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._job = case.job
        self._context = case.context
        self._phone = case.phone
        self._is_gone = False  # another hangs in its place

    def take_no_photos(self) -> None:
        """What an earlier job left on this port is over: nobody hands in photos of a phone that may hold data."""
        try:
            if self._context.photos is not None:
                self._context.photos.forget(self._phone.path)
        except (OSError, PhotosNotAwaitedError) as error:
            log.warning("photos: %s", error)

    def check(self, moment: Moment) -> bool:
        """Measure the phone as far as the settings ask; was anything to be measured? No answer here stops an erase: it
        is not tested. After the erase a phone that somebody puts in while photos of the erased one are taken takes
        nothing from it: only when that one may have been asked in its place, nobody knows which phone was looked at.

        Raises: StepFailed when another phone hangs there.
        """
        checks = self._context.settings.checking.checks
        if not checks:
            return False
        hanging = measure(
            self._job,
            Scene(
                phone=self._phone,
                platform=self._job.platform,
                known=self._case.known,
                clock=self._context.clock,
                operator=self._context.operator,
                draw=self._context.random_hex,
                person_s=self._context.settings.deadlines.person_s,
                tell=lambda name: self._case.tell("checking", check=name),
                moment=moment,
                photos=self._context.photos if moment is Moment.FINAL and self._is_erased() else None,
                is_over=lambda: bool(self._context.given_up_by()),
                page_host=self._context.page_host,
                evidence=self._job.evidence,
            ),
            Profile(checks),
            self._context.skips,
        )
        self._case.stop_if_given_up()
        if hanging is Hanging.PERHAPS_ASKED or (hanging is Hanging.ANOTHER and moment is Moment.BEFORE):
            raise StepFailed("another_phone")
        self._is_gone = hanging is Hanging.ANOTHER
        return True

    def _is_erased(self) -> bool:
        """By the evidence so far: no photo is taken of a phone that may hold data."""
        return Verdict(self._context.paper_issuer.judge(self._job).verdict) is Verdict.PASSED

    def ask_operator(self) -> None:
        """What only eyes and hands can tell of the phone's condition; the erase never waits for it.

        A person has `person_s` for all of it together; what is answered waits for nothing else. Of a phone in whose
        place another hangs nobody is asked: the answers could be about either.
        """
        if self._is_gone or any(piece.asked == "operator.condition" for piece in self._job.evidence):
            return
        knows_eyes = self._context.settings.scheme != PLAIN  # that scheme knows the sheet alone
        measured = settled(self._job.evidence) if knows_eyes else frozenset()
        asked = {key: choices for key, choices in CONDITION.items() if key not in measured}
        given = self._context.operator.ask_together(
            asked, port=self._phone.path, timeout_s=self._context.settings.deadlines.person_s
        )
        answers = {each.value_name: given[each.key] for each in QUESTIONS if each.key in given}
        if answers:
            self._phone.keep_statement("operator.condition", answers, Moment.FINAL)

    def attest(self) -> None:
        """Level A is beside the erase: whatever happens here, the erase is judged by what else is known."""
        context, desk = self._context, self._context.desk
        if desk is None or self._job.platform is not Platform.ANDROID:
            return
        drawn = any(piece.asked == CHALLENGE for piece in self._job.evidence)  # before the station was killed
        if context.settings.challenge or drawn:
            ask_for_chain(
                self._phone,
                desk,
                context.clock,
                job=self._job.id,
                evidence=self._job.evidence,
                draw=context.random_hex,
                within_s=context.settings.deadlines.person_s,
                waits=lambda: self._case.tell("attestation_wanted"),
                known=tuple(self._job.identity.numbers.values()) if self._job.identity is not None else (),
            )
        keep_grounds(self._phone, desk, self._job.evidence)
