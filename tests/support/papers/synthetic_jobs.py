# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs without a phone: evidence written by hand through the product's own witness, for golden files and tests.

Every identifier is invented. The values are what an honest phone would have left; tests spoil one at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from certs.record.facts import JobFacts, Person, SalePolicy, Validation
from certs.record.issuer import Issuer
from phones.evidence import Evidence, Moment, Outcome
from phones.identity import PhoneIdentity
from phones.port import Platform
from phones.witness import Witness

ISSUER = Issuer(
    name="示例二手手机有限公司 Example Phones Ltd",
    address="示例路 1 号 1 Example Road",
    contact="certs@example.invalid",
)
SALT = bytes(range(16))
OPENED_AT = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
CREATED_AT = OPENED_AT - timedelta(days=30)
"""When the keys of the issuer were made."""
IMEI = "356938035643809"
SECOND_IMEI = "490154203237518"

_IPHONE = {
    "product.maker": "Apple",
    "product.model": "iPhone13,2",
    "product.marketing_name": "iPhone 12",
    "identity.serial": "F2LDEMO0Q1MN",
    "identity.imei1": IMEI,
    "identity.imei2": SECOND_IMEI,
    "identity.udid": "00008101-000a1b2c3d4e001e",
    "identity.ecid": "2842938490912798",
}
_IPHONE_BEFORE = {
    **_IPHONE,
    "system.version": "18.6",
    "system.build": "22G86",
    "system.clock_epoch": "1772442003",
    "apple.activation_state": "Activated",
    "apple.setup_done": "yes",
    "apple.apps": "41",
    "apple.obliteration_kind": "none",
    "apple.paired": "yes",
    "locks.activation_lock": "no",
    "locks.supervised": "no",
    "locks.lock_screen": "no",
    "imei.luhn": "valid",
    "tamper.signs": "",
    "battery.health_percent": "91",
    "battery.cycles": "212",
    "battery.level": "83",
    "storage.total_bytes": "127989493760",
    "apple.baseband": "BBInfoAvailable",
    "panics.count": "0",
    "media.sim": "absent",
    "cameras.count": "3",
}
_IPHONE_AFTER = {
    **_IPHONE,
    "system.version": "18.6",
    "system.build": "22G86",
    "system.clock_epoch": "1772442720",
    "apple.activation_state": "Unactivated",
    "apple.setup_done": "no",
    "apple.apps": "0",
    "apple.trust": "refused_host",
    "apple.obliteration_kind": "eacs_done",
    "apple.obliteration_epoch": "1772442310",
    "apple.obliteration_digest": "ab" * 32,
    "apple.oblit_begins": "no",
    "apple.oblit_begins_mark": "none",
    "apple.oblit_failure": "no",
    "apple.oblit_failure_mark": "none",
    "locks.activation_lock": "no",
    "canary.gone": "media",
    "canary.still_there": "",
    "canary.marker_works": "media",
}
_SEEN_BY_EYE = {
    "statement.screen": "ok",
    "statement.touch": "ok",
    "statement.buttons": "ok",
    "statement.sound": "ok",
    "statement.cameras": "ok",
    "statement.charging": "ok",
    "statement.battery_swollen": "no",
    "statement.cosmetic_front": "B",
    "statement.cosmetic_back": "A",
    "statement.cosmetic_frame": "B",
}


@dataclass(slots=True)
class StepClock:
    """Each look is 90 seconds later."""

    at: datetime = OPENED_AT
    step: timedelta = timedelta(seconds=90)
    waited: float = 0.0

    def now(self) -> datetime:
        """The next moment."""
        self.at += self.step
        return self.at

    def monotonic(self) -> float:
        """Seconds waited."""
        return self.waited

    def sleep(self, seconds: float) -> None:
        """Wait without waiting."""
        self.waited += seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One exchange to be witnessed, in clear."""

    moment: Moment
    link: str
    asked: str
    values: Mapping[str, str]
    outcome: Outcome = Outcome.ANSWERED


IPHONE_PIECES: tuple[Piece, ...] = (
    Piece(moment=Moment.BEFORE, link="usbmux", asked="apple.inspection", values=_IPHONE_BEFORE),
    Piece(moment=Moment.BEFORE, link="operator", asked="statement.eyes", values=_SEEN_BY_EYE),
    Piece(moment=Moment.BEFORE, link="usbmux", asked="canary.plant", values={"canary.planted": "media"}),
    Piece(moment=Moment.COMMAND, link="usbmux", asked="apple.erase", values={"command.returned": "link_dropped"}),
    Piece(
        moment=Moment.RETURN,
        link="usb",
        asked="port.return",
        values={"port.presence": "apple", "port.left": "yes", "port.came_back": "yes", "port.absent_s": "74"},
    ),
    Piece(moment=Moment.AFTER, link="usbmux", asked="apple.after", values=_IPHONE_AFTER),
)


@dataclass(slots=True)
class Journal:
    """Keeps evidence in memory."""

    pieces: list[Evidence] = field(default_factory=list)

    def __call__(self, evidence: Evidence) -> None:
        """Keep one piece."""
        self.pieces.append(evidence)


def witnessed(pieces: tuple[Piece, ...], salt: bytes = SALT) -> tuple[Evidence, ...]:
    """The pieces as a witness keeps them."""
    journal = Journal()
    witness = Witness(clock=StepClock(), journal=journal, salt=salt)
    for piece in pieces:
        witness.record(
            moment=piece.moment,
            port="3-1.4",
            link=piece.link,
            asked=piece.asked,
            outcome=piece.outcome,
            values=piece.values,
        )
    return tuple(journal.pieces)


def spoiled(values: Mapping[str, str], moment: Moment = Moment.AFTER) -> tuple[Piece, ...]:
    """The honest pieces with some values replaced wherever they stand at `moment`."""
    changed = []
    for piece in IPHONE_PIECES:
        wanted = values if piece.moment is moment else {}
        new = {name: wanted.get(name, text) for name, text in piece.values.items()}
        changed.append(replace(piece, values=new))
    return tuple(changed)


def iphone_job(
    *,
    emulated: bool = False,
    pieces: tuple[Piece, ...] = IPHONE_PIECES,
    validated: bool = True,
    stage: str = "VERIFIED",
    failure: str = "",
    problems: tuple[str, ...] = (),
    policy: SalePolicy | None = None,
) -> JobFacts:
    """An honest iPhone's job, certifiable unless an argument says otherwise."""
    inspector = Validation(
        decision="accepted",
        by=Person(name="王芳 Wang Fang", role="质检 quality"),
        at=OPENED_AT + timedelta(minutes=40),
    )
    return JobFacts(
        job_id="7F3K9Q2M",
        attempt=1,
        opened_at=OPENED_AT,
        finished_at=OPENED_AT + timedelta(minutes=30),
        port="3-1.4",
        slot="4",
        emulated=emulated,
        platform=Platform.APPLE,
        identity=PhoneIdentity.from_values(_IPHONE),
        salt=SALT,
        evidence=witnessed(pieces),
        method="apple_mcinstall",
        policy=policy or SalePolicy(),
        performed_by=Person(name="李明 Li Ming", role="技术员 technician"),
        validation=inspector if validated else None,
        stage=stage,
        failure=failure,
        problems=problems,
    )


ISSUED_AT = OPENED_AT + timedelta(hours=1)
CERTIFICATE_ID = "PW-5MPX-70R3-G7TV-0A1B"
