# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody's data, measured: what a phone, its page, its owner's devices and a camera tell beside what was asked lies
nowhere afterwards, in any spelling: not in the station's folder, its temporary files, its log, on the paper, in what
the API tells, in events, in webhooks.
"""

import io
import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image, PngImagePlugin

from certs import editions
from grading.eyes import ASKED
from phones.port import Platform
from station.checking.act import PageHost
from station.checking.browser.plan import CHECKS, checks_of
from station.cli import main
from station.documents.entries import EntryTold
from station.documents.jobs import JobTold
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.papers.paper_issuer import PaperIssuer
from station.questions import PAGE_CODE
from station.session.events import Event, Instruction, QuestionAsked
from station.session.session import Session
from station.setup.outside import EVENTS
from station.setup.photo_desk import VIEWS, PhotoDesk
from station.setup.settings import Checking
from tests.station.checking.photos.test_photos import card_picture
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from tests.support.hooked import hooked
from tests.support.phone_page import PhonePage
from tests.support.receiver import receiver
from tests.support.secret_search import Search
from tests.support.watched_scene import PRESSES
from tests.support.wifi_host import trust_of, wifi_host
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario

pytestmark = pytest.mark.timeout(300)

FULL = replace(lives.SETTINGS, checking=Checking(checks="full"))
SCRIPT = replace(
    lives.SCRIPT,
    on_instruction={**lives.SCRIPT.on_instruction, **PRESSES},
    answers={**lives.SCRIPT.answers, **{each.key: each.choices[0] for each in ASKED if not each.needs}},
)
OF_THE_PAGE = {
    "frame": "canary-frame-9J4K-iVBORw0KGgo",
    "sound": "canary-sound-1S7D-UklGRgAAV0FWRQ",
    "place": "31.230416,121.473701",
    "ssid": "Canary Cafe Guest 5G",
    "tag": "canary-tag-https://shop.example/loyalty/00417",
    "contact": "Canary Aunt Meiling",
    "page": "canary-page-<h1>dear diary</h1>",
}
OF_A_CAMERA = {
    "artist": "Canary Photographer Zhou",
    "description": "canary caption on Grandmother's sofa",
    "camera": "Canary Optical 3000",
    "comment": "canary comment in the file",
    "behind": "canary-archive-behind-the-picture",
    "text": "canary text of a PNG",
    "place": "canary-gps-39.904211",
}


def photo_file(code: str, view: str) -> tuple[str, bytes]:
    """As a camera writes it, with everything that a camera and its owner put beside the pixels."""
    scene = Image.new("RGB", (1600, 1200), (120 + 10 * VIEWS.index(view), 110, 100))
    scene.paste(card_picture(code).resize((660, 470)), (60, 80))
    made = io.BytesIO()
    if view == "bottom":
        about = PngImagePlugin.PngInfo()
        about.add_text("Comment", OF_A_CAMERA["text"])
        scene.save(made, "PNG", pnginfo=about)
        return "bottom.png", made.getvalue() + OF_A_CAMERA["behind"].encode()
    exif = Image.Exif()
    exif[0x010E], exif[0x0110], exif[0x013B] = (OF_A_CAMERA[name] for name in ("description", "camera", "artist"))
    exif.get_ifd(0x8825)[0x001B] = OF_A_CAMERA["place"].encode()
    scene.save(made, "JPEG", quality=85, exif=exif, comment=OF_A_CAMERA["comment"].encode())
    return f"{view}.jpg", made.getvalue() + OF_A_CAMERA["behind"].encode()


@dataclass(kw_only=True)
class Measured:
    """Everything that a measured life left."""

    folder: Path
    phone: Any
    job: Job
    said: dict[str, bytes]
    refused: int


def misbehaved(page: PhonePage) -> int:
    """A page that sends whatever it finds on the phone, wherever there is room, and between that what is asked.

    How often it was refused.
    """
    refused = 0
    assert page.open() == 200
    nonce = page.found["nonce"]
    page.begin("touch")
    assert page.tell("touch", {"touch_coverage_permille": "1000", "touch_ghosts": "0"}) == 204
    page.begin("gnss")
    assert page.tell("gnss", {"gnss_fix_ms": "1200"}) == 204
    for word in OF_THE_PAGE.values():
        for check in page.found["checks"]:
            values = CHECKS[check]
            page.begin(check)
            sent = [page.tell(check, {next(iter(values)): word}), page.tell(check, {}, {next(iter(values)): word})]
            sent.append(page.tell(check, {word: "1"}))
            sent.append(page.ask("POST", "state", {"nonce": nonce, "check": check, "state": word})[0])
            refused += sum(each != 204 for each in sent)
            assert 204 not in sent[1:], "what is not even shaped as a value's name or sign"
        ascii_word = word.encode("ascii", "ignore").decode()
        assert page.ask("GET", "plan", headers={"User-Agent": ascii_word, "Referer": ascii_word})[0] == 200
        assert page.ask("POST", "result", raw=word.encode())[0] != 204
        assert page.ask("GET", f"page?{ascii_word.replace(' ', '+')}")[0] == 404
    assert page.end() == 204
    return refused


class Person:
    """Hands at the phone, its browser, and a camera."""

    def __init__(self, slot: Any, clock: VirtualClock, home: Path, host: PageHost) -> None:
        self.slot, self.home, self.host = slot, home, host
        self.hands = lives.scripted(SCRIPT, slot, clock)
        self.events: list[str] = []
        self.printed = b""
        self.refused = 0
        self.code = ""

    def notice(self, session: Session, event: Event) -> None:
        self.events.append(repr(event))
        if isinstance(event, Instruction) and event.key == "phone_page":
            self.browse(PhonePage(self.slot.phone.system.opened[-1]))
        if isinstance(event, Instruction) and event.key == "phone_page_wifi":
            self.browse(PhonePage(event.facts["address"], trust=trust_of(self.host)))
        if isinstance(event, QuestionAsked) and event.question.key == PAGE_CODE:
            assert event.question.facts["code"] == self.code
            session.answer(event.question.id, "yes", by="person")
            return
        if isinstance(event, QuestionAsked) and event.question.key == "photos_taken":
            self.photograph(event.question.facts["code"])
            session.answer(event.question.id, "taken", by="person")
            return
        self.hands.notice(session, event)

    def browse(self, page: PhonePage) -> None:
        self.refused += misbehaved(page)
        self.code = page.found["code"]

    def photograph(self, code: str) -> None:
        folder = self.home.parent / "camera"
        folder.mkdir()
        for view in VIEWS:
            name, data = photo_file(code, view)
            (folder / name).write_bytes(data)
        done = CliRunner().invoke(
            main.build(),
            ["--home", str(self.home), "photo", "-s", code, "--folder", str(folder)],
            standalone_mode=False,
        )
        assert done.return_value == 0, (done.output, done.exception)
        self.printed = done.output.encode()


def real_papers(home: Path, clock: VirtualClock) -> PaperIssuer:
    plain = lives.paper_issuer(home / "papers", clock)
    return PaperIssuer(
        issuer=plain.issuer,
        signer=plain.signer,
        scheme="basic-2",
        edition=editions.in_work(),
        folder=home / "papers",
        clock=clock,
        new_id=plain.new_id,
    )


@pytest.fixture(scope="module", params=[lives.PIXEL_13, lives.IPHONE], ids=["Android", "iPhone"])
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    folder = tmp_path_factory.mktemp("measured")
    home, temporary = folder / "station", folder / "tmp"
    for each in (home, temporary, home / "papers"):
        each.mkdir()
    kept, tempfile.tempdir = tempfile.tempdir, str(temporary)
    to_file = logging.FileHandler(home / "station.log", encoding="utf-8")
    own = logging.getLogger("proofwipe")  # the only one that a station writes to its log; here with every detail
    level = own.level
    own.addHandler(to_file)
    own.setLevel(logging.DEBUG)
    try:
        yield live(folder, home, request.param)
    finally:
        tempfile.tempdir = kept
        own.removeHandler(to_file)
        own.setLevel(level)
        to_file.close()


def live(folder: Path, home: Path, phone: Mapping[str, Any]) -> Measured:
    variation = ["paired_keyboard", "proximity_in_use"] if phone is lives.PIXEL_13 else []
    document = {"name": "life", "seed": 3, "phone": [{"name": "phone", "port": "1-1", **phone, "variation": variation}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    clock = VirtualClock()
    port = DirectPort(slot, clock, home / "pairing")
    ledger = Ledger(home / "ledger.sqlite3", clock=clock)
    secret = folder / "certificate"  # the operator's own, no part of the station
    secret.mkdir()
    host = wifi_host(secret)
    person = Person(slot, clock, home, host)
    with lives.session(
        ledger,
        port,
        clock,
        papers=real_papers(home, clock),
        settings=FULL,
        listener=person.notice,
        photos=PhotoDesk(folder=home / "photos"),
        page_host=host,
    ) as session:
        (job,) = session.start(port.look(), by=lives.TESTER).jobs
        session.wait()
        evidence = tuple(piece.to_json() for piece in job.evidence)
        told = JobTold.of(job.summary, home / "papers", evidence=evidence)
    said = {
        "events": "\n".join(person.events).encode(),
        "the API: the job": repr(told).encode(),
        "the API: the ledger's entries": "\n".join(repr(EntryTold.of(row)) for row in ledger.stored()).encode(),
        "what the command printed": person.printed,
    }
    with receiver() as shop:
        hooked(ledger, shop, events=tuple(EVENTS), numbers=True).run()
        said["webhooks"] = b"\n".join(each.raw for each in shop.received)
    ledger.close()
    return Measured(folder=folder, phone=slot.first, job=job, said=said, refused=person.refused)


def owners(measured: Measured) -> dict[str, str]:
    words = {name: word for name, word in measured.phone.secrets().items() if word}
    digits = {f"{name}, digits": "".join(filter(str.isdigit, word)) for name, word in words.items() if "number" in name}
    return {**words, **{name: word for name, word in digits.items() if word}}


def files(measured: Measured) -> list[Path]:
    places = (measured.folder / "station", measured.folder / "tmp")
    return [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]


def test_the_phone_was_measured_whole_and_was_erased(measured: Measured) -> None:
    assert measured.job.certificate is not None, measured.job.failure
    asked = {piece.asked for piece in measured.job.evidence}
    android = isinstance(measured.phone, AndroidPhone)
    watched = {"check.buttons", "check.digitiser", "check.proximity"} if android else {"check.silent_apple"}
    assert asked >= {"check.eyes", "check.photos", "check.browser"} | watched
    assert asked >= {"check.browser.touch", "check.browser.gnss"}, "the page was there: by cable, or over Wi-Fi"
    of_the_page = checks_of(Platform.ANDROID if android else Platform.APPLE)
    assert measured.refused >= len(OF_THE_PAGE) * len(of_the_page) * 3
    if android:
        assert asked >= {"check.silent_android"}
    names = {path.name for path in files(measured)}
    assert names >= {"ledger.sqlite3", "station.log", *(f"{view}.jpg" for view in VIEWS)}
    assert any(name.endswith(".pdf") for name in names)
    assert all(measured.said.values())


def test_there_was_something_to_keep_to_oneself(measured: Measured) -> None:
    assert owners(measured).keys() >= {"device_name", "phone_number", "iccid", "imsi"}
    (measured.folder / "probe.log").write_text("\n".join([*OF_THE_PAGE.values(), *OF_A_CAMERA.values()]))
    found = Search({**OF_A_CAMERA, **OF_THE_PAGE}).in_file(measured.folder / "probe.log")
    assert len(found) >= len({*OF_THE_PAGE.values(), *OF_A_CAMERA.values()})
    camera = b"".join(path.read_bytes() for path in (measured.folder / "camera").iterdir())
    assert {hit.split(" (")[0] for hit in Search(OF_A_CAMERA).within(camera)} == set(OF_A_CAMERA)


@pytest.mark.parametrize("whose", ["the owner's", "the page's", "the camera's"])
def test_nothing_of_it_lies_anywhere(measured: Measured, whose: str) -> None:
    words = {"the owner's": owners(measured), "the page's": OF_THE_PAGE, "the camera's": OF_A_CAMERA}[whose]
    assert words
    search = Search(words)
    assert [hit for path in files(measured) for hit in search.in_file(path)] == []
    assert [f"{where}: {hit}" for where, said in measured.said.items() for hit in search.within(said)] == []


def test_a_photo_holds_its_pixels_and_nothing_else(measured: Measured) -> None:
    for path in (measured.folder / "station" / "photos").rglob("*.jpg"):
        with Image.open(path) as kept:
            assert (dict(kept.getexif()), set(kept.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}) == (
                {},
                set(),
            )
        assert path.read_bytes().endswith(b"\xff\xd9"), "nothing behind the picture"
