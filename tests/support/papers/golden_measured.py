# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden papers of measured phones: whole jobs of virtual ones, and what an insider would make of them.

Both are told as real phones'. What the page in the phone's own browser claimed is written by hand: no browser runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from certs.record.facts import JobFacts
from grading import schemes
from grading.eyes import ASKED
from grading.schemes import BROWSER
from phones.evidence import Moment, digest_of
from phones.signs import NOT_MEASURED
from station.papers.paper_issuer import facts_of
from station.setup.settings import Checking
from tests.grading.samples import evidence_of
from tests.support import lives
from tests.support.papers.forge import changed, forge
from tests.support.papers.golden_case import Case, bad, good
from tests.support.papers.paper_world import PaperWorld
from tools.make_grades import good_text

FIRST_EDITION = "2027.02"
"""Earlier ones know nothing of measuring."""
SETTINGS = replace(lives.SETTINGS, checking=Checking(checks="full"))
SCRIPT = replace(
    lives.SCRIPT, answers={**lives.SCRIPT.answers, **{each.key: each.choices[0] for each in ASKED if not each.needs}}
)
UNHEARD = "browser.sound_slots_right"
Document = dict[str, Any]


def cases(scene: PaperWorld) -> tuple[dict[str, Case], dict[str, bytes]]:
    """Papers by name."""
    if scene.edition < FIRST_EDITION:
        return {}, {}
    facts = measured_job(scene, lives.PIXEL_13)
    honest = scene.certificate(facts, issued_at=facts.finished_at + timedelta(minutes=5), scheme="")
    iphone = measured_job(scene, lives.IPHONE)
    other = scene.certificate(iphone, issued_at=iphone.finished_at + timedelta(minutes=5), scheme="")

    def insider(change: Callable[[Document], None], code: str) -> Case:
        return bad(forge(changed(honest, change), scene.signer, store=scene.authority.security_store()), code)

    return {
        "valid-measured": good(scene.paper(honest), "W_NOT_LOGGED"),
        "valid-measured-iphone": good(scene.paper(other), "W_NOT_LOGGED"),
        "measured-value-changed": insider(_value_changed, "E_RULES"),
        "measured-grade-raised": insider(_grade_raised, "E_RULES"),
        "measured-untested-passed": insider(_untested_passed, "E_RULES"),
        "measured-claim-under-cable": insider(_claim_under_cable, "E_RECORD"),
        "measured-claim-of-battery": insider(_claim_of_battery, "E_RECORD"),
    }, {}


def measured_job(scene: PaperWorld, phone: Mapping[str, Any]) -> JobFacts:
    """A phone's whole life with every act of the full profile, and a page that claims all is well but the sound, which
    it could not hear.
    """
    job = lives.live(phone, settings=SETTINGS, script=SCRIPT).job
    facts = facts_of(job, scene.edition)
    claimed = [check for check in schemes.load("basic-2").checks if check.value.startswith(BROWSER)]
    mine = {check.value: good_text(check) for check in claimed if job.platform.value in check.platforms}
    del mine[UNHEARD]
    last = facts.evidence[-1]
    said = evidence_of(mine | {NOT_MEASURED + UNHEARD: "noisy"}, number=last.number + 1, link="browser")
    told = replace(said, at=last.at, port=last.port, asked="check.browser", moment=Moment.BEFORE)
    before = tuple(piece for piece in facts.evidence if piece.link != "browser")
    return replace(facts, emulated=False, evidence=(*before, told))


def _piece(document: Document, name: str) -> Document:
    """The last piece with that value."""
    found: Document = [piece for piece in document["evidence"] if name in piece["values"]][-1]
    return found


def _sealed(piece: Document, **values: str) -> None:
    """As who holds the station's key can: the digest fits again."""
    piece["values"] |= values
    piece["digest"] = digest_of(piece["values"])


def _value_changed(document: Document) -> None:
    _sealed(_piece(document, "sensors.gravity_off_permille"), **{"sensors.gravity_off_permille": "1"})


def _grade_raised(document: Document) -> None:
    document["grade"] |= {"usability": "1", "functional": "F6", "capped_by": []}


def _untested_passed(document: Document) -> None:
    check = next(each for each in document["grade"]["checks"] if each["outcome"] == "indeterminate")
    check["outcome"] = "pass"


def _claim_under_cable(document: Document) -> None:
    _piece(document, "browser.touch_ghosts")["link"] = "adb"


def _claim_of_battery(document: Document) -> None:
    _sealed(_piece(document, "browser.touch_ghosts"), **{"battery.health_percent": "100"})
