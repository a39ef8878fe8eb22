# SPDX-License-Identifier: GPL-3.0-or-later
"""A printed page alone: its code from a picture and from the camera, and what may be said of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.offline_page.driver import GOLDEN, Browser
from tests.support.papers.synthetic_jobs import IMEI

pytestmark = pytest.mark.page
OTHER_IMEI = "356938035643817"


def give(browser: Browser, path: Path) -> dict[str, object]:
    browser.script("document.documentElement.dataset.judgedMs = ''")
    browser.do("files", selector="#code-file", paths=[str(path)])
    return browser.answer()


def test_the_code_of_a_printed_page_is_judged_by_what_the_reader_holds(
    browser: Browser, folder: Path, picture: Path
) -> None:
    root, station, organisation = GOLDEN / "root.pem", folder / "station.pem", folder / "organisation.pem"
    for trusted, answer, code in (
        ([], "CANNOT TELL", "P_NO_STATION"),
        ([root], "CANNOT TELL", "P_NO_STATION"),
        ([station], "CANNOT TELL", "E_UNTRUSTED"),
        ([station, organisation], "CANNOT TELL", "E_UNTRUSTED"),
        ([station, root], "CANNOT TELL", "E_UNTRUSTED"),
        ([station, organisation, root], "CODE GENUINE", ""),
    ):
        browser.open() if not trusted else browser.again()
        browser.phone()
        if trusted:
            browser.trust(*trusted)
        found = give(browser, picture)
        assert (found["answer"], found["code"], found["device"]) == (answer, code, "not"), [p.name for p in trusted]
    assert "withdrawn" in browser.text("#limits")
    for number, answer, device in ((IMEI, "CODE GENUINE", "same"), (OTHER_IMEI, "NOT VALID", "other")):
        browser.phone(number)
        found = give(browser, picture)
        assert (found["answer"], found["device"]) == (answer, device)


def test_a_picture_without_a_code_and_a_foreign_code_are_said_so(browser: Browser, tmp_path: Path) -> None:
    import zxingcpp

    browser.open()
    browser.phone()
    blank = tmp_path / "blank.png"
    Image.new("L", (300, 300), 255).save(blank)
    browser.do("files", selector="#code-file", paths=[str(blank)])
    browser.do("wait", selector="#paper-note:not(:empty)")
    assert "No QR code" in browser.text("#paper-note")
    foreign = tmp_path / "foreign.png"
    code = zxingcpp.create_barcode("https://example.org/", zxingcpp.BarcodeFormat.QRCode)
    Image.fromarray(code.to_image(scale=6)).save(foreign)
    browser.do("files", selector="#code-file", paths=[str(foreign)])
    browser.do("wait", selector="#paper-note:not(:empty)")
    browser.script("new Promise((go) => setTimeout(go, 1500))")
    assert "none of a proofwipe paper" in browser.text("#paper-note")
    assert not browser.text("#word")


@pytest.fixture
def filming(folder: Path, picture: Path) -> Iterator[Browser]:
    """A browser whose camera looks at the printed code."""
    import zxingcpp

    page = Image.open(picture)
    code = next(each for each in zxingcpp.read_barcodes(page) if each.text.startswith("PW1:"))
    at, size = code.position, 420
    left = (at.top_left.x + at.bottom_right.x) // 2 - size // 2
    top = (at.top_left.y + at.bottom_right.y) // 2 - size // 2
    frame = page.crop((left, top, left + size, top + size)).convert("RGB").resize((960, 960))
    shot = folder / "frame.jpg"
    frame.save(shot, quality=85)
    film = folder / "film.mjpeg"
    film.write_bytes(shot.read_bytes() * 30)
    started = Browser(camera=film)
    yield started
    started.close()


def test_the_camera_reads_the_code_too(filming: Browser, folder: Path) -> None:
    filming.open()
    filming.phone(IMEI)
    filming.trust(folder / "station.pem", folder / "organisation.pem", GOLDEN / "root.pem")
    filming.script("document.documentElement.dataset.judgedMs = ''")
    filming.do("click", selector="#camera")
    found = filming.answer()
    assert (found["answer"], found["device"]) == ("CODE GENUINE", "same")
    assert filming.script("document.querySelector('video').srcObject === null"), "the camera is off again"
