# SPDX-License-Identifier: GPL-3.0-or-later
"""One job in hand: its phone, what its work is given, and what every part of that work asks of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from phones.clock import Clock
from phones.long_act import ActProgress
from phones.operator import SheetOperator
from phones.port import Port, Sighting
from phones.problem import Problem
from phones.witness import Witness, WitnessedPort
from station.checking.act import PageHost
from station.checking.flow import Skips
from station.checking.table import patience_s
from station.ledger.job import Job
from station.ledger.stages import Stage
from station.papers.paper_issuer import PaperIssuer
from station.setup.photo_desk import PhotoDesk
from station.setup.settings import Settings
from station.work.attesting import Desk
from station.work.known_numbers import KnownNumbers
from station.work.progress import Progress
from wipe.method import EraseMethod, StepFailed
from wipe.methods.card import as_begun
from wipe.methods.table import METHODS
from wipe.overwrite.plan import OverwritePlan

log = logging.getLogger("proofwipe.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """What a worker is given: everything that waits, draws, asks, or writes."""

    clock: Clock
    operator: SheetOperator
    settings: Settings
    paper_issuer: PaperIssuer
    random_hex: Callable[[], str]  # 32 fresh random hex digits
    on_progress: Callable[[Progress], None]
    serial_is_shared: Callable[[str], bool] = lambda _serial: False  # is that serial seen on two ports?
    wanted_method: str = ""
    overwrite: OverwritePlan = field(default_factory=OverwritePlan)  # its sizes; passes and pattern are the settings'
    again: bool = False  # may a phone that has a good result be erased once more without a question?
    photos: PhotoDesk | None = None  # where photos are handed in once the erase is over
    desk: Desk | None = None  # for attestations; without one nothing is said of any
    held: Callable[[], bool] = lambda: False  # is no erase to be begun just now?
    page_host: PageHost | None = None  # where phones come to that no cable leads to a page
    given_up_by: Callable[[], str] = lambda: ""  # the person who gave the phone up, "" while nobody has
    skips: Skips = field(default_factory=Skips)  # acts of checking that a person does not want


class Case:
    """What the parts of a worker share.

    `known`: what the phone told when it was identified, in clear. `problems`: those of which the job is blocked.
    `here_at`: when something last hung on the port, of the clock that does not jump.
    """

    def __init__(self, job: Job, port: Port, context: WorkerContext) -> None:
        self.job = job
        self.context = context
        self.known_numbers = KnownNumbers(job.ledger, job.id)
        witness = Witness(
            clock=context.clock,
            journal=job.keep,
            salt=job.salt,
            next_number=job.next_evidence_number,
            known_as_shared=self.known_numbers.shared_among,
        )
        self.port = port
        self.phone = WitnessedPort(port, witness)
        self.problems: tuple[Problem, ...] = ()
        self.doing = ""
        self.known: Mapping[str, str] = {}
        self.here_at = context.clock.monotonic()

    def tell(self, key: str, act: ActProgress | None = None, *, check: str = "") -> None:
        """Show how far the job is: `progress.<key>` of words.toml, the act or the check that is under way."""
        self.doing = key
        progress = Progress(
            job=self.job.id,
            port=self.phone.path,
            stage=self.job.stage,
            key=key,
            model=self.job.identity.display_name if self.job.identity is not None else "",
            problems=self.problems if self.job.stage is Stage.BLOCKED else (),
            act=act,
            check=check,
            check_s=patience_s(check, self.context.settings.deadlines.person_s) if check else None,
        )
        try:
            self.context.on_progress(progress)
        except OSError:  # a screen or pipe that is gone does not decide about a phone
            log.warning("job %s: progress cannot be shown", self.job.id)

    def stop_if_given_up(self) -> None:
        """Only while nothing was begun on the phone. Raises: StepFailed."""
        if self.context.given_up_by() and not self.job.steps_begun:
            raise StepFailed("abandoned")

    def must_be_the_phone(self, sighting: Sighting) -> None:
        """Raises: StepFailed when something else hangs on the port than what the job was opened for."""
        meant = self.job.opened.usb_serial
        if meant and sighting.usb_serial and sighting.usb_serial != meant:
            raise StepFailed("another_phone")
        if sighting.platform not in (None, self.job.platform):
            raise StepFailed("another_phone")

    def has_acted(self) -> bool:
        """Was anything begun that changes the phone for good?"""
        acts = {step.name for step in self.method().steps if step.acts} if self.job.method else set()
        return bool(acts & set(self.job.steps_begun))

    def method(self) -> EraseMethod:
        """The job's method, with the memory card's steps if it began with those."""
        return as_begun(METHODS[self.job.method], self.job.steps_begun)

    def waited_while_held(self) -> bool:
        """Wait before the erase as long as none is to be begun. False: there was nothing to wait for."""
        context = self.context
        if not context.held():
            return False
        self.tell("held")
        self.phone.close_link()
        while context.held() and not context.given_up_by():
            context.clock.sleep(context.settings.deadlines.poll_s)
        self.here_at = context.clock.monotonic()
        return True
