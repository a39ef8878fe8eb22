# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone is measured without a job: nothing is erased, no paper follows, and what was measured can be gone on with."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grading.checks import run_check
from grading.report import CheckResult
from grading.schemes import Scheme
from phones.bench.inspection import inspect
from phones.clock import Clock
from phones.evidence import Moment
from phones.operator import SheetOperator
from phones.port import Platform, Port, Sighting
from phones.witness import Witness, WitnessedPort
from station.checking.act import CheckAct, PageHost, Scene
from station.checking.browser.earlier import without_lifted
from station.checking.check_file import CheckFile, open_for
from station.checking.flow import Hanging, Skips, run_acts, whole
from station.errors import SwappedPhoneError


def check_alone(
    port: Port,
    sighting: Sighting,
    acts: Callable[[Platform], Sequence[CheckAct]],
    *,
    folder: Path,
    clock: Clock,
    operator: SheetOperator,
    draw: Callable[[], str],
    person_s: float,
    tell: Callable[[str], None],
    page_host: PageHost | None = None,
    skips: Skips,
    anew: bool = False,
) -> CheckFile:
    """Inspect the phone, and do every act that its file of this shift has not, or not whole. `anew`: all of them.

    What lets us into an iPhone is given up at the end. A file in which values of another phone may stand is set aside.

    Raises: SwappedPhoneError, BenchError; OSError when nothing can be kept; ValueError for a phone that tells no number
    of its own.
    """
    platform = sighting.platform or Platform.ANDROID
    known: Mapping[str, str] = {}
    try:
        known = _known(port, sighting, clock, draw)
        file = open_for(folder, known, platform, now=clock.now(), salt=bytes.fromhex(draw()), anew=anew)
        witness = Witness(clock=clock, journal=file.keep, salt=file.salt, next_number=len(file.evidence) + 1)
        phone = WitnessedPort(port, witness)
        try:
            inspect(phone, sighting, moment=Moment.BEFORE, draw=draw)
            scene = Scene(
                phone=phone,
                platform=platform,
                known=known,
                clock=clock,
                operator=operator,
                draw=draw,
                person_s=person_s,
                tell=tell,
                page_host=page_host,
                evidence=file.evidence,
            )
            wanted = acts(platform)
            but = whole(wanted, file.evidence)
            if run_acts(wanted, scene, but=but, skips=skips, meant=sighting.usb_serial) is not Hanging.SAME:
                file.give_up()
                raise SwappedPhoneError(subject=sighting.port)
        finally:
            phone.close_link()
    finally:
        port.forget(known.get("identity.udid", ""))
    return file


def results(file: CheckFile, scheme: Scheme) -> tuple[CheckResult, ...]:
    """Every check of the scheme that concerns such a phone, held against what the file has."""
    checks = (check for check in scheme.checks if file.platform.value in check.platforms)
    evidence = without_lifted(file.evidence)
    return tuple(run_check(check, evidence, file.platform) for check in checks)


def _known(port: Port, sighting: Sighting, clock: Clock, draw: Callable[[], str]) -> Mapping[str, str]:
    """Who it is, asked once without keeping anything: only then is known into which file evidence goes."""
    nowhere = WitnessedPort(port, Witness(clock=clock, journal=lambda _piece: None, salt=bytes.fromhex(draw())))
    try:
        return inspect(nowhere, sighting, moment=Moment.BEFORE, draw=draw)
    finally:
        nowhere.close_link()
