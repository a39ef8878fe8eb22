# SPDX-License-Identifier: GPL-3.0-or-later
"""Of a phone that was recorded nothing real is left in the repository. Looked at before any person looks.

Three ways, none of which guesses how a real number looks: each identifier has the shape that only fakes have; the
recorder, when the recording is played back to it, writes the very same files, so nothing is in them that it would
take out; and no text of them is of the shape of an identifier without being a fake.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from phones.allowed import ALLOWED, allowed
from phones.identifiers import PARTS
from phones.imei import luhn_holds
from phones.port import Presence
from phones.recordings.record import EXCHANGES, EXPECTED, PHONE, Asked, Looks, Recorder
from phones.recordings.redact import Fakes, values_of
from tests.support.foreign_numbers import FAKES, foreign_numbers_in, is_fake, meanings
from tests.support.replay import MODELS, record_again, recordings, wrap_ports

ANDROID, IPHONE = MODELS / "pixel-6-android-13-recorded", MODELS / "iphone-13-ios-18-inspected"
FILES = (EXCHANGES, EXPECTED, PHONE)
LONGEST_S = 1_000_000.0


class Identifier(NamedTuple):
    """A value that names the phone, and where it stands in the recording."""

    where: str
    kind: str
    text: str


def identifiers(folder: Path, place: Path) -> Iterator[Identifier]:
    """Everything in a recording that the product takes for an identifier, as its own readers read it."""
    recorder, _ = wrap_ports(folder, place)
    for number, event in enumerate(recorder.events):
        if isinstance(event, Looks):
            kind = "udid" if event.sighting.presence is Presence.APPLE else "serial"
            yield Identifier(f"{number} usb_serial", kind, event.sighting.usb_serial)
            yield Identifier(f"{number} transport", kind, event.sighting.transport)
    for name, text in every_value(folder, recorder):
        if kind := allowed(name).identifier:
            yield Identifier(name, kind, text)


def every_value(folder: Path, recorder: Recorder) -> Iterator[tuple[str, str]]:
    for event in recorder.events:
        if isinstance(event, Asked) and event.reply is not None and event.read is not None:
            yield from (values_of(event.reply, event.read) or {}).items()
    for name in (EXPECTED, PHONE):
        yield from tomllib.loads((folder / name).read_text("utf-8")).get("values", {}).items()


def no_fakes(folder: Path, place: Path) -> list[Identifier]:
    found = (said for said in identifiers(folder, place) if said.text not in ("", "malformed"))
    return [said for said in found if not is_fake(said.kind, said.text)]


def differences(old: Path, new: Path) -> list[str]:
    """Lines of a recording that are not in another, or not at their place; times of looks may differ."""
    found = [f"{path.name}: no file of a recording" for path in old.iterdir() if path.name not in FILES]
    for name in FILES:
        one, two = ((folder / name).read_text("utf-8", "surrogateescape").splitlines() for folder in (old, new))
        if name == EXCHANGES:
            one, two = [*map(timeless, one)], [*map(timeless, two)]
        here = [line for line in one if line not in two]
        found += [f"{name}: {line}" for line in here or (["another order"] if one != two else [])]
    return found


def timeless(line: str) -> str:
    event = json.loads(line)
    if json.dumps(event) != line:
        return line  # spelt in another way than the recorder's: there may be more in it than it means
    times = [event.pop(name, 0.0) for name in ("at", "from", "to")]
    return json.dumps(event) if all(type(time) is float and time < LONGEST_S for time in times) else line


def texts_of(folder: Path) -> Iterator[str]:
    """What stands in the files, and what the strings of JSON mean."""
    for path in sorted(folder.iterdir()):
        text = path.read_text("utf-8", "surrogateescape")
        yield text
        for line in text.splitlines() if path.name == EXCHANGES else ():
            reply = json.loads(line).get("reply", {})
            yield from (reply[name] for name in ("body", "error") if name in reply)


# the recordings as they are ------------------------------------------------------------------------------


def test_a_model_is_either_written_or_a_whole_recording() -> None:
    for folder in MODELS.iterdir():
        names = {path.name for path in folder.iterdir()}
        provenance = tomllib.loads((folder / PHONE).read_text("utf-8"))["provenance"]
        assert names == set(FILES) if folder in recordings() else provenance == "written", folder.name
        assert folder in recordings() or not folder.name.endswith(("-recorded", "-inspected"))


@pytest.mark.parametrize("folder", recordings(), ids=lambda folder: folder.name)
def test_every_identifier_in_a_recording_is_a_fake(folder: Path, tmp_path: Path) -> None:
    said = [each for each in identifiers(folder, tmp_path) if each.text]
    assert {"usb_serial", "serial"} <= {each.where.split()[-1].removeprefix("identity.") for each in said}
    (tmp_path / "again").mkdir()
    assert no_fakes(folder, tmp_path / "again") == []


@pytest.mark.parametrize("folder", recordings(), ids=lambda folder: folder.name)
def test_the_recording_of_a_recording_is_the_same_recording(folder: Path, tmp_path: Path) -> None:
    assert differences(folder, record_again(folder, tmp_path)) == []


@pytest.mark.parametrize("folder", recordings(), ids=lambda folder: folder.name)
def test_no_text_in_a_recording_could_be_somebodys_number(folder: Path, tmp_path: Path) -> None:
    """But for words of plain values, which say what the phone is and not which: some builds look like serials."""
    recorder, _ = wrap_ports(folder, tmp_path)
    plain = [text for name, text in every_value(folder, recorder) if not allowed(name).identifier]
    words = {word for text in plain for word in re.findall(r"[A-Z0-9]*[A-Z][A-Z0-9]*", text)}
    found = [each for text in texts_of(folder) for meaning in meanings(text) for each in foreign_numbers_in(meaning)]
    assert [each for each in found if each.text not in words] == []


# what is planted in a copy -------------------------------------------------------------------------------

PLANTED = (
    "R58N90ABCDE",
    "F2LXQ0ABHG7F",
    "A0000049123456",
    "a483e7001234",
    "a4:83:e7:00:12:34",
    "358240051111110",
    "zaphod_beeblebrox",
    "HeartOfGold-5G",
)


def copy(folder: Path, place: Path, change: Mapping[str, str]) -> Path:
    """A copy in which texts are put in others' place, in all three files."""
    new = shutil.copytree(folder, place / "copy")
    for path in new.iterdir():
        text = path.read_text("utf-8", "surrogateescape")
        for old, planted in change.items():
            text = text.replace(old, planted)
        path.write_text(text, "utf-8", "surrogateescape")
    return new


@pytest.mark.parametrize("real", PLANTED)
@pytest.mark.parametrize(("folder", "fake"), [(ANDROID, "FAKE000000001"), (IPHONE, "0000811000FA4E0000000001")])
def test_what_stands_for_a_serial_everywhere_and_is_no_fake_is_found(
    folder: Path, fake: str, real: str, tmp_path: Path
) -> None:
    found = no_fakes(copy(folder, tmp_path, {fake: real}), tmp_path)
    assert real in {said.text for said in found if said.where.endswith("usb_serial")}


@pytest.mark.parametrize(
    ("folder", "where", "fake", "real"),
    [
        (ANDROID, "identity.serial", "FAKE000000001", "R58N90ABCDE"),
        (ANDROID, "data.android_id", "fa4e000000000001", "a1b2c3d4e5f60718"),
        (IPHONE, "identity.serial", "FAKE00000001", "F2LXQ0ABHG7F"),
        (IPHONE, "identity.imei2", "004999010000023", "358240051111110"),
        (IPHONE, "identity.wifi_mac", "02:fa:4e:00:00:01", "a4:83:e7:00:12:34"),
        (IPHONE, "identity.ecid", "70454506084630529", "6755399441055744"),
        (IPHONE, "0 transport", "00008110-00FA4E0000000001", "00008110-001A2B3C4D5E6F70"),
    ],
)
def test_an_identifier_that_a_reader_takes_and_that_is_no_fake_is_found(
    folder: Path, where: str, fake: str, real: str, tmp_path: Path
) -> None:
    found = no_fakes(copy(folder, tmp_path, {fake: real}), tmp_path)
    assert (where, real) in {(said.where, said.text) for said in found}


class PlantedRecording(NamedTuple):
    """A recording with strangers in every place that no reader reads, and what its recording holds of them."""

    unread: str
    again: str
    found: str
    lines: tuple[int, int]


@cache
def planting(folder: Path, place: Path) -> PlantedRecording:
    """Made once for all that is planted: a recording is played back and masked again, which takes a while."""
    spread = "".join(f"\\n{real}" for real in PLANTED)
    in_table = "".join(f"<key>note</key><string>{real}</string>" for real in PLANTED)
    planted = copy(
        folder,
        place,
        {
            "  health: 2": f"  health: 2{spread}",
            '"error": ""': f'"error": "{spread}"',
            "<dict>": f"<dict>{in_table}",
            "x0000x-000000-000000-x-00000000": "-".join(PLANTED),
        },
    )
    for name, line in ((PHONE, '"{}" = 1\n'), (EXPECTED, "# {}\n")):
        with (planted / name).open("a", encoding="utf-8") as file:
            file.writelines(line.format(real) for real in PLANTED)
    again = record_again(planted, place)
    lines = [len((each / EXCHANGES).read_text("utf-8").splitlines()) for each in (folder, again)]
    return PlantedRecording(
        unread=(planted / EXCHANGES).read_text("utf-8"),
        found="\n".join(differences(planted, again)),
        again="".join((again / name).read_text("utf-8") for name in FILES),
        lines=(lines[0], lines[1]),
    )


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Path, Path]:
    return {folder: tmp_path_factory.mktemp(folder.name) for folder in (ANDROID, IPHONE)}


@pytest.mark.parametrize("real", PLANTED)
@pytest.mark.parametrize("folder", [ANDROID, IPHONE], ids=["android", "iphone"])
def test_what_stands_where_no_reader_reads_is_found(folder: Path, real: str, places: Mapping[Path, Path]) -> None:
    planted = planting(folder, places[folder])
    assert planted.unread.count(real) > 2
    assert planted.lines[0] == planted.lines[1], "the job went another way"
    assert real not in planted.again
    assert {line.partition(":")[0] for line in planted.found.splitlines() if real in line} == set(FILES)


def test_what_a_line_says_beyond_its_meaning_is_found() -> None:
    line = '{"open": "adb", "at": 1.5}'
    assert timeless(line) == timeless(line.replace("1.5", "2.25")) != line
    twice = '{"open": "R58N90ABCDE", "open": "adb", "at": 1.5}'
    for more in (twice, f"{line} ", line.replace("1.5", "358240051111110.0"), line.replace("1.5", '"R58N90ABCDE"')):
        assert timeless(more) == more


# the fakes themselves --------------------------------------------------------------------------------------

REAL = {
    "serial": ("R58N90ABCDE", "F2LXQ0ABHG7F", "3fa9c1b2"),
    "imei": ("358240051111110",),
    "ecid": ("6755399441055744",),
    "udid": (
        "00008110-001A2B3C4D5E6F70",
        "0123456789abcdef0123456789abcdef01234567",
        "a1b2c3d4e5f60718"[:8] + "a1b2c3d4e5f60718",
    ),
    "wifi_mac": ("a4:83:e7:00:12:34",),
    "android_id": ("a1b2c3d4e5f60718",),
    **{each.label: ("R58N90ABCDE",) for each in PARTS},
}


def test_there_is_a_shape_of_fakes_for_every_kind_of_identifier() -> None:
    assert {value.identifier for value in ALLOWED.values()} - {""} == set(FAKES) == set(REAL)


@pytest.mark.parametrize(("kind", "real"), [(kind, real) for kind, reals in REAL.items() for real in reals])
def test_what_the_recorder_puts_for_a_number_is_told_from_it_by_its_shape(kind: str, real: str) -> None:
    fakes = Fakes()
    for number in range(300):
        assert is_fake(kind, fakes.learn(kind, real[:-3] + f"{number:03}"))
    assert is_fake(kind, fakes.learn(kind, real))
    assert not is_fake(kind, real)


def test_a_fake_imei_of_a_recording_fails_its_check_digit_only_if_the_real_one_did() -> None:
    assert luhn_holds(Fakes().learn("imei", "358240051111110"))
    assert not luhn_holds(Fakes().learn("imei", "358240051111110"[:-1] + "1"))
