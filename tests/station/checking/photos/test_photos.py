# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos are taken in only while a job waits after its erase, and only with that job's card on them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from PIL import Image

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence, Moment
from phones.port import Platform
from phones.witness import Witness, WitnessedPort
from station.checking.act import Scene
from station.checking.photos import card
from station.checking.photos.act import PHOTOS, take_photos
from station.checking.photos.card import Seen, code_of, seen_on, symbol_text
from station.checking.photos.picture import PictureError
from station.checking.photos.webcam import frame
from station.cli import main
from station.printing.bench_card import HIGH_MM, RULER_MM, WIDE_MM, card_pdf, in_letters
from station.setup.photo_desk import VIEWS, PhotoDesk, PhotosNotAwaitedError, PhotoTakenTwiceError
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
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
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


def test_six_photos_with_the_card_are_taken_in_readable_by_their_owner_only(
    tmp_path: Path, home: Path, desk: PhotoDesk
) -> None:
    desk.ask("1-1", CODE)
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    code, said = called(home, "photo", "-s", "1-1", "--folder", str(folder))
    assert code == 0, said
    assert set(desk.taken(CODE)) == set(VIEWS)
    assert {each.seen for each in desk.taken(CODE).values()} == {"ok"}
    assert {path.stat().st_mode & 0o777 for path in (home / "photos").rglob("*") if path.is_file()} == {0o600}


def test_the_card_of_another_job_is_refused_and_so_is_none(tmp_path: Path, home: Path, desk: PhotoDesk) -> None:
    desk.ask("1-1", CODE)
    folder = folder_of(tmp_path / "shots", OTHER, "back")
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (4, "PhotoRefusedError")
    Image.new("RGB", (900, 900)).save(folder / "back.jpg")
    assert called(home, "photo", "-s", CODE, "--folder", str(folder)) == (4, "PhotoRefusedError")
    assert desk.taken(CODE) == {}


def test_one_photo_serves_neither_two_views_nor_two_jobs(tmp_path: Path, home: Path, desk: PhotoDesk) -> None:
    desk.ask("1-1", CODE)
    folder = folder_of(tmp_path / "shots", CODE, "back")
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder))[0] == 6
    (folder / "left.jpg").write_bytes((folder / "back.jpg").read_bytes())
    (folder / "back.jpg").unlink()
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (4, "PhotoTakenTwiceError")
    desk.forget("1-1")
    desk.ask("1-1", OTHER)
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder)) == (4, "PhotoRefusedError")
    kept = (home / "photos" / CODE / "back.jpg").read_bytes()
    with pytest.raises(PhotoTakenTwiceError):
        desk.hand_in(OTHER, "back", kept, "ok")


def test_without_a_decoder_photos_are_kept_and_bound_to_nothing(
    tmp_path: Path, home: Path, desk: PhotoDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zxingcpp", None)
    desk.ask("1-1", CODE)
    folder = folder_of(tmp_path / "shots", CODE, *VIEWS)
    assert called(home, "photo", "-s", "1-1", "--folder", str(folder))[0] == 6
    assert {each.seen for each in desk.taken(CODE).values()} == {"unread"}


def test_a_camera_on_the_bench_gives_one_view(
    tmp_path: Path, home: Path, desk: PhotoDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask("1-1", CODE)
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


def test_a_photo_that_was_changed_since_counts_as_none(desk: PhotoDesk) -> None:
    desk.ask("1-1", CODE)
    desk.hand_in(CODE, "back", b"one", "ok")
    (desk.folder / CODE / "back.jpg").write_bytes(b"another")
    assert desk.taken(CODE) == {}


@pytest.mark.parametrize("port", ["../1-1", "", "a/b", "x" * 80])
def test_a_port_is_no_path(desk: PhotoDesk, port: str) -> None:
    with pytest.raises(PhotosNotAwaitedError):
        desk.ask(port, CODE)


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


def photographed(folder: Path, desk: PhotoDesk | None, person: Photographer, drawn: str = "c" * 32) -> list[Evidence]:
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
        )
    )
    return kept


def outcome(kept: list[Evidence]) -> CheckOutcome:
    (check,) = (each for each in load("basic-2").checks if each.name == "photos")
    return run_check(check, kept, Platform.ANDROID).outcome


def test_only_six_bound_photos_pass(tmp_path: Path, desk: PhotoDesk) -> None:
    (piece,) = whole = photographed(tmp_path, desk, Photographer(desk, dict.fromkeys(VIEWS, "ok")))
    assert set(piece.values) == set(PHOTOS.gives)
    assert "malformed" not in piece.values.values()
    assert piece.values["photo.card"] == code_of("c" * 32)
    assert outcome(whole) is CheckOutcome.PASS
    five = Photographer(desk, dict.fromkeys(VIEWS[:5], "ok"))
    assert outcome(photographed(tmp_path, desk, five, "d" * 32)) is CheckOutcome.FAIL
    unread = Photographer(desk, {**dict.fromkeys(VIEWS, "ok"), "back": "unread"})
    assert outcome(photographed(tmp_path, desk, unread, "e" * 32)) is CheckOutcome.INDETERMINATE
    assert photographed(tmp_path, desk, Photographer(desk, {}), "f" * 32) == []
    assert photographed(tmp_path, None, Photographer(desk, {})) == []
    assert desk.waiting() == {}


def test_the_act_comes_after_the_erase_and_no_code_is_that_of_two_jobs(tmp_path: Path, desk: PhotoDesk) -> None:
    assert PHOTOS.moment is Moment.FINAL
    desk.ask("1-1", CODE)  # a station that was killed left it behind
    person = Photographer(desk, {"back": "ok"})
    photographed(tmp_path, desk, person)
    assert person.codes == [code_of("c" * 32)]
    assert card.CODE.fullmatch(person.codes[0])


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("no folder")
    desk = PhotoDesk(folder=tmp_path / "photos")
    assert photographed(tmp_path, desk, Photographer(desk, {})) == []
