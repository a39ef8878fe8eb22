# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos are taken in only while a job waits after its erase, and only with that job's card on them."""

import hashlib
import io
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from PIL import Image

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.port import Platform
from phones.witness import Witness, WitnessedPort
from station.checking.act import Scene
from station.checking.photos import card
from station.checking.photos.act import GIVEN_OUT, PHOTOS, take_photos
from station.checking.photos.card import Seen, code_of, seen_on, symbol_text
from station.checking.photos.picture import PictureError
from station.checking.photos.webcam import frame
from station.cli import main
from station.printing.bench_card import HIGH_MM, RULER_MM, WIDE_MM, card_pdf, in_letters
from station.setup.photo_desk import VIEWS, HandedIn, PhotoDesk, PhotosNotAwaitedError, PhotoTakenTwiceError
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario

CODE, OTHER = "ABCDEFABCDEF", "FEDCBAFEDCBA"


def card_picture(code: str) -> Image.Image:
    page = pypdfium2.PdfDocument(card_pdf(symbol_text(code), code))[0]
    drawn: Image.Image = page.render(scale=3).to_pil().convert("RGB")
    return drawn


def photo(code: str, view: str, *, kind: str = "JPEG") -> bytes:
    """A bench with a phone and, turned a little and small, the card."""
    scene = Image.new("RGB", (1600, 1200), (120 + 10 * VIEWS.index(view), 110, 100))
    turned = card_picture(code).resize((660, 470)).rotate(7, expand=True, fillcolor=(250, 250, 250))
    scene.paste(turned, (60, 80))
    scene.paste((20, 20, 24), (1000, 200, 1400, 1000))
    made = io.BytesIO()
    scene.save(made, kind, quality=80)
    return made.getvalue()


def folder_of(place: Path, code: str, *views: str) -> Path:
    place.mkdir()
    for view in views:
        (place / f"{view}.jpg").write_bytes(photo(code, view))
    return place


def called(home: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main.build(), ["--home", str(home), *arguments], standalone_mode=False)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return getattr(done.exception, "exit_code", 99), type(done.exception).__name__
    return done.return_value, done.output


@pytest.fixture
def desk(tmp_path: Path) -> PhotoDesk:
    return PhotoDesk(folder=tmp_path / "home" / "photos")


@pytest.fixture
def awaited(desk: PhotoDesk) -> Iterator[ExitStack]:
    """A job that waits for photos on 1-1, until the stack is closed."""
    with ExitStack() as waiting:
        waiting.enter_context(desk.awaiting("1-1", CODE))
        yield waiting


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir(exist_ok=True)
    return tmp_path / "home"


def test_the_card_is_read_back_from_a_photo() -> None:
    with Image.open(io.BytesIO(photo(CODE, "back"))) as taken:
        assert seen_on(taken, CODE) is Seen.OK
        assert seen_on(taken, OTHER) is Seen.OTHER
    assert seen_on(Image.new("RGB", (800, 800)), CODE) is Seen.NONE
    both = Image.new("RGB", (1400, 1000), (255, 255, 255))
    both.paste(card_picture(CODE).resize((660, 470)), (0, 0))
    both.paste(card_picture(OTHER).resize((660, 470)), (700, 500))
    assert seen_on(both, CODE) is Seen.OTHER, "two cards tell nothing of one phone"


def test_the_ruler_of_the_card_is_true() -> None:
    page = pypdfium2.PdfDocument(card_pdf(symbol_text(CODE), CODE))[0]
    assert [round(each / 72 * 25.4) for each in page.get_size()] == [WIDE_MM, HIGH_MM]
    image = page.render(scale=20 / (72 / 25.4)).to_pil().convert("L")  # 20 dots a millimetre
    row = [image.getpixel((x, image.height - round(8.5 * 20))) for x in range(image.width)]
    dark = [x for x, value in enumerate(row) if value < 128]
    assert abs((dark[-1] - dark[0]) / 20 - RULER_MM) < 0.5


def test_a_terminal_shows_the_same_symbol() -> None:
    lines = in_letters(symbol_text(CODE)).split("\n")
    light = {"\u2588": (255, 255), "\u2580": (255, 0), "\u2584": (0, 255), " ": (0, 0)}
    image = Image.new("L", (len(lines[0]), 2 * len(lines)))
    for down, line in enumerate(lines):
        for across, glyph in enumerate(line):
            for half in (0, 1):
                image.putpixel((across, 2 * down + half), light[glyph][half])
    assert seen_on(image.resize((image.width * 6, image.height * 6), Image.Resampling.NEAREST), CODE) is Seen.OK


def test_before_the_erase_nothing_is_taken_in(tmp_path: Path, home: Path, desk: PhotoDesk) -> None:
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (3, "PhotosNotAwaitedError")
    with pytest.raises(PhotosNotAwaitedError):
        desk.hand_in(CODE, "front_lit", b"x", "ok")
    assert not list(home.rglob("*.jpg"))


@pytest.mark.usefixtures("awaited")
def test_six_photos_with_the_card_are_taken_in_readable_by_their_owner_only(
    tmp_path: Path, home: Path, desk: PhotoDesk
) -> None:
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    code, said = called(home, "photo", "-s", "1-1", "--folder", str(folder))
    assert code == 0, said
    assert set(desk.taken(CODE)) == set(VIEWS)
    assert {each.seen for each in desk.taken(CODE).values()} == {"ok"}
    assert {path.stat().st_mode & 0o777 for path in (home / "photos").rglob("*") if path.is_file()} == {0o600}


@pytest.mark.usefixtures("awaited")
def test_the_card_of_another_job_is_refused_and_so_is_none(tmp_path: Path, home: Path, desk: PhotoDesk) -> None:
    folder = folder_of(tmp_path / "shots", OTHER, "back")
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (4, "PhotoRefusedError")
    Image.new("RGB", (900, 900)).save(folder / "back.jpg")
    assert called(home, "photo", "-s", CODE, "--folder", str(folder)) == (4, "PhotoRefusedError")
    assert desk.taken(CODE) == {}


def test_one_photo_serves_neither_two_views_nor_two_jobs(
    tmp_path: Path, home: Path, desk: PhotoDesk, awaited: ExitStack
) -> None:
    folder = folder_of(tmp_path / "shots", CODE, "back")
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder))[0] == 6
    (folder / "left.jpg").write_bytes((folder / "back.jpg").read_bytes())
    (folder / "back.jpg").unlink()
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (4, "PhotoTakenTwiceError")
    awaited.close()
    awaited.enter_context(desk.awaiting("1-1", OTHER))
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (4, "PhotoRefusedError")
    kept = (home / "photos" / CODE / "back.jpg").read_bytes()
    with pytest.raises(PhotoTakenTwiceError):
        desk.hand_in(OTHER, "back", kept, "ok")


@pytest.mark.usefixtures("awaited")
def test_without_a_decoder_photos_are_kept_and_bound_to_nothing(
    tmp_path: Path, home: Path, desk: PhotoDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zxingcpp", None)
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder))[0] == 6
    assert {each.seen for each in desk.taken(CODE).values()} == {"unread"}


@pytest.mark.usefixtures("awaited")
def test_a_camera_on_the_bench_gives_one_view(
    tmp_path: Path, home: Path, desk: PhotoDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "frame.png").write_bytes(photo(CODE, "back", kind="PNG"))
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec /bin/cat "{tmp_path}/frame.png"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    asked = ("photo", "-s", "1-1", "--camera", "/dev/video0", "--view", "back")
    assert called(home, *asked)[0] == 6
    assert set(desk.taken(CODE)) == {"back"}
    for told in ("exit 1", "exit 0"):  # a camera that is busy; one that gives nothing
        program.write_text(f"#!/bin/sh\n{told}\n")
        assert called(home, *asked) == (4, "PhotoRefusedError")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert called(home, *asked) == (4, "PhotoRefusedError")
    assert called(home, "photo", "-s", "1-1", "--camera", "/dev/video0") == (2, "UsageError")


@pytest.mark.parametrize("device", ["/etc/passwd", "concat:/a|/b", "/dev/video0;x", "http://example.com/"])
def test_a_camera_is_a_camera(device: str) -> None:
    with pytest.raises(PictureError, match="no_frame"):
        frame(device)


@pytest.mark.usefixtures("awaited")
def test_a_photo_that_was_changed_since_counts_as_none(desk: PhotoDesk) -> None:
    desk.hand_in(CODE, "back", b"one", "ok")
    (desk.folder / CODE / "back.jpg").write_bytes(b"another")
    assert desk.taken(CODE) == {}


@pytest.mark.parametrize("port", ["../1-1", "", "a/b", "x" * 80])
def test_a_port_is_no_path(desk: PhotoDesk, port: str) -> None:
    with pytest.raises(PhotosNotAwaitedError), desk.awaiting(port, CODE):
        pass


@dataclass(slots=True)
class Photographer:
    """Hands these photos in when asked."""

    desk: PhotoDesk
    photos: Mapping[str, str]  # view → what was seen
    codes: list[str] = field(default_factory=list)

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        raise AssertionError(key)

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        self.codes.append(facts["code"])
        for view, seen in self.photos.items():
            self.desk.hand_in(facts["code"], view, f"{view} {facts['code']}".encode(), seen)
        return "taken" if self.photos else None

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        raise AssertionError(questions)


def left_behind(desk: PhotoDesk) -> None:
    """What a station that was killed leaves of a job that waited."""
    with desk.awaiting("1-1", CODE):
        left = (desk.folder / "1-1.wanted").read_bytes()
    (desk.folder / "1-1.wanted").write_bytes(left)


def photographed(
    folder: Path,
    desk: PhotoDesk | None,
    person: Photographer,
    drawn: str = "c" * 32,
    evidence: Sequence[Evidence] = (),
) -> list[Evidence]:
    document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **lives.PIXEL_13}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    clock, kept = VirtualClock(), list[Evidence]()
    take_photos(
        Scene(
            phone=WitnessedPort(
                DirectPort(slot, clock, folder), Witness(clock=clock, journal=kept.append, salt=lives.SALT)
            ),
            platform=Platform.ANDROID,
            known={},
            clock=clock,
            operator=person,
            draw=lambda: drawn,
            person_s=60.0,
            tell=lambda _name: None,
            moment=Moment.FINAL,
            photos=desk,
            evidence=evidence,
        )
    )
    return kept


def outcome(kept: list[Evidence]) -> CheckOutcome:
    (check,) = (each for each in load("basic-2").checks if each.name == "photos")
    return run_check(check, kept, Platform.ANDROID).outcome


def test_only_six_bound_photos_pass(tmp_path: Path, desk: PhotoDesk) -> None:
    given_out, piece = whole = photographed(tmp_path, desk, Photographer(desk, dict.fromkeys(VIEWS, "ok")))
    assert given_out.values == {"photo.card": code_of("c" * 32)}
    assert set(piece.values) == set(PHOTOS.gives)
    assert "malformed" not in piece.values.values()
    assert piece.values["photo.card"] == code_of("c" * 32)
    assert outcome(whole) is CheckOutcome.PASS
    five = Photographer(desk, dict.fromkeys(VIEWS[:5], "ok"))
    assert outcome(photographed(tmp_path, desk, five, "d" * 32)) is CheckOutcome.FAIL
    unread = Photographer(desk, {**dict.fromkeys(VIEWS, "ok"), "back": "unread"})
    assert outcome(photographed(tmp_path, desk, unread, "e" * 32)) is CheckOutcome.INDETERMINATE
    (only,) = photographed(tmp_path, desk, Photographer(desk, {}), "f" * 32)
    assert only.asked == GIVEN_OUT
    assert photographed(tmp_path, None, Photographer(desk, {})) == []
    assert desk.waiting() == {}


def test_the_act_comes_after_the_erase_and_no_code_is_that_of_two_jobs(tmp_path: Path, desk: PhotoDesk) -> None:
    assert PHOTOS.moment is Moment.FINAL
    left_behind(desk)
    person = Photographer(desk, {"back": "ok"})
    photographed(tmp_path, desk, person)
    assert person.codes == [code_of("c" * 32)]
    assert card.CODE.fullmatch(person.codes[0])


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("no folder")
    desk = PhotoDesk(folder=tmp_path / "photos")
    assert [piece.asked for piece in photographed(tmp_path, desk, Photographer(desk, {}))] == [GIVEN_OUT]


# -- again, instead, and after a crash --------------------------------------------------------------------


@pytest.mark.usefixtures("awaited")
def test_the_same_photo_handed_in_again_changes_nothing_and_is_no_error(
    tmp_path: Path, home: Path, desk: PhotoDesk
) -> None:
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder))[0] == 0
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in desk.folder.rglob("*") if path.is_file()}
    code, said = called(home, "photo", "-s", "1-1", "--folder", str(folder))
    assert code == 0, said
    assert said.count("taken in already") == len(VIEWS)
    assert before == {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in desk.folder.rglob("*") if path.is_file()
    }


@pytest.mark.usefixtures("awaited")
def test_a_better_photo_of_a_view_takes_the_place_of_the_other_and_says_so(
    tmp_path: Path, home: Path, desk: PhotoDesk
) -> None:
    folder = folder_of(tmp_path / "shots", CODE, "back")
    called(home, "photo", "-s", "1-1", "--folder", str(folder))
    first = desk.taken(CODE)["back"]
    (folder / "back.jpg").write_bytes(photo(CODE, "left"))
    code, said = called(home, "photo", "-s", "1-1", "--folder", str(folder))
    assert (code, "in place of the one handed in before" in said) == (6, True)
    second = desk.taken(CODE)["back"]
    assert second.sha256 != first.sha256
    assert list((desk.folder / CODE).glob("back.*")) != []
    assert desk.hand_in(CODE, "back", (desk.folder / CODE / "back.jpg").read_bytes(), "ok") is HandedIn.SAME


def test_what_a_killed_station_left_asks_for_no_photo(tmp_path: Path, home: Path, desk: PhotoDesk) -> None:
    left_behind(desk)
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    assert desk.waiting() == {}
    for slot in ("1-1", CODE):
        assert called(home, "photo", "-s", slot, "--folder", str(folder)) == (3, "PhotosNotAwaitedError")
        assert called(home, "card", "-s", slot) == (3, "PhotosNotAwaitedError")
    assert not list(desk.folder.rglob("*.jpg"))


WAITS = """
import sys, time
from pathlib import Path
from station.setup.photo_desk import PhotoDesk
with PhotoDesk(folder=Path(sys.argv[1])).awaiting("1-1", sys.argv[2]):
    print("waits", flush=True)
    time.sleep(600)
"""


def test_a_program_that_is_killed_waits_no_longer(desk: PhotoDesk) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS, str(desk.folder), CODE], stdout=subprocess.PIPE) as waits:
        assert waits.stdout is not None
        assert waits.stdout.readline() == b"waits\n"
        assert desk.waiting() == {"1-1": CODE}
        waits.kill()
    assert (desk.folder / "1-1.wanted").exists()
    assert desk.waiting() == {}


def test_a_job_that_is_taken_up_again_keeps_its_code_and_its_photos(tmp_path: Path, desk: PhotoDesk) -> None:
    class Killed(Photographer):
        def ask(
            self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
        ) -> str | None:
            self.codes.append(facts["code"])
            self.desk.hand_in(self.codes[0], "back", b"back", "ok")
            raise KeyboardInterrupt

    first = Killed(desk, {})
    with pytest.raises(KeyboardInterrupt):
        photographed(tmp_path, desk, first, "c" * 32)
    # the ledger has what was kept before anybody was told the code
    again = Photographer(desk, dict.fromkeys(VIEWS[:2], "ok"))
    given_out = Evidence(
        number=1,
        at=VirtualClock().now(),
        moment=Moment.FINAL,
        port="1-1",
        link="host",
        asked=GIVEN_OUT,
        outcome=Outcome.ANSWERED,
        values={"photo.card": first.codes[0]},
        digest=digest_of({"photo.card": first.codes[0]}),
    )
    (piece,) = photographed(tmp_path, desk, again, "d" * 32, [given_out])
    assert again.codes == first.codes
    assert piece.values["photo.card"] == first.codes[0]
    assert piece.values["photo.bound"] == "3"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


STOPS = ("write", "fsync", "rename", "replace", "ftruncate", "pwrite", "link", "unlink")


@pytest.mark.parametrize("replacing", [False, True], ids=["the first of its view", "in place of another"])
def test_a_photo_can_be_handed_in_again_whenever_the_program_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replacing: bool
) -> None:
    """Every call that changes the disk may be the last one."""
    for last in range(1, 60):
        desk = PhotoDesk(folder=tmp_path / f"{replacing}{last}" / "photos")
        with desk.awaiting("1-1", CODE):
            if replacing:
                desk.hand_in(CODE, "back", b"the one before", "ok")
            calls = itertools.count(1)
            with monkeypatch.context() as dying:
                for name in STOPS:
                    real = getattr(os, name)

                    def call(
                        *given: object,
                        real: Callable[..., object] = real,
                        calls: Iterator[int] = calls,
                        last: int = last,
                        **more: object,
                    ) -> object:
                        if next(calls) >= last:
                            raise KeyboardInterrupt
                        return real(*given, **more)

                    dying.setattr(os, name, call)
                try:
                    desk.hand_in(CODE, "back", b"one", "ok")
                    ended = True
                except KeyboardInterrupt:
                    ended = False
            left = desk.taken(CODE).get("back")
            assert left is None or left.sha256 in {
                hashlib.sha256(each).hexdigest() for each in (b"one", b"the one before")
            }
            assert desk.hand_in(CODE, "back", b"one", "ok") in HandedIn
            assert desk.taken(CODE)["back"].sha256 == sha256(b"one")
            with pytest.raises(PhotoTakenTwiceError):
                desk.hand_in(CODE, "left", b"one", "ok")
        if ended:
            break
    assert ended
    assert last > 5, "nothing was ever interrupted"


@pytest.mark.usefixtures("awaited")
def test_a_torn_note_hides_no_other(desk: PhotoDesk) -> None:
    desk.hand_in(CODE, "back", b"one", "ok")
    notes = desk.folder / "taken.sha256"
    notes.write_bytes(notes.read_bytes() + b"half a l")  # a crash in the middle of a line
    desk.hand_in(CODE, "left", b"two", "ok")
    assert [line.split()[1:] for line in notes.read_text().splitlines()] == [[CODE, "back"], [CODE, "left"]]
    with pytest.raises(PhotoTakenTwiceError):
        desk.hand_in(CODE, "right", b"two", "ok")


@pytest.mark.usefixtures("awaited")
def test_a_list_of_an_older_version_still_refuses_what_it_holds(desk: PhotoDesk) -> None:
    desk.folder.joinpath("taken.sha256").write_text(hashlib.sha256(b"one").hexdigest() + "\n")
    with pytest.raises(PhotoTakenTwiceError):
        desk.hand_in(CODE, "back", b"one", "ok")
