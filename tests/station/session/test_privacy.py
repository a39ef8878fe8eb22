# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody's data: after a whole demo nothing the sellers own lies anywhere, in any spelling.

Everything that a demo left (tests/support/demo_run.py) is searched. The search is tried first on copies in which each
word was hidden: a search that cannot find proves nothing.
"""

import base64
import io
import plistlib
import shutil
import socket
import sqlite3
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from station.ledger.stages import Stage
from tests.support.demo_run import DemoRun
from tests.support.secret_search import Search, pdf_text, spellings, views
from tests.support.wire_bench import WireBench
from virtual_phones.bench.scenario import demo_scenario, load_scenario
from virtual_phones.iphone.phone import IPhone

pytestmark = [
    pytest.mark.wire,
    pytest.mark.repeats,
    pytest.mark.xdist_group("whole-bench"),
    pytest.mark.timeout(240),
]


def sellers_words(phones: Mapping[str, Any]) -> dict[str, str]:
    """All secrets of all phones; numbers as written and as bare digits."""
    words = {f"{name}: {kind}": word for name, phone in phones.items() for kind, word in phone.secrets().items()}
    numbers = {name: word for name, word in words.items() if "phone_number" in name}
    digits = {f"{name}, digits": "".join(filter(str.isdigit, word)) for name, word in numbers.items()}
    return {name: word for name, word in {**words, **digits}.items() if word}


def device_numbers(phones: Mapping[str, Any]) -> dict[str, str]:
    """Numbers that name a phone: the papers may hold their last four digits and commitments, no more."""
    numbers = {}
    for name, phone in phones.items():
        imeis = phone.identity.imeis if isinstance(phone, IPhone) else phone.lives.hardware.imeis
        numbers[f"{name}: serial"] = phone.serial
        numbers |= {f"{name}: imei {place}": imei for place, imei in enumerate(imeis)}
        if isinstance(phone, IPhone):
            numbers[f"{name}: udid"] = phone.udid
            numbers[f"{name}: bare udid"] = phone.udid.replace("-", "")
            numbers[f"{name}: ecid"] = str(phone.identity.ecid)
    return numbers


@pytest.fixture(scope="module")
def search(run: DemoRun) -> Search:
    return Search(sellers_words(run.phones))


# the search itself ------------------------------------------------------------------------------------


def test_there_is_something_to_look_for(search: Search) -> None:
    kinds = {name.split(": ")[1] for name in search.words}
    assert kinds >= {
        "device_name",
        "phone_number",
        "iccid",
        "imsi",
        "account",
        "second_account",
        "wifi",
        "wifi_name",
        "masked_account",
        "photo",
        "photo_text",
    }
    assert len(search.words) > 80


def test_the_search_finds_every_word_in_every_spelling_wherever_it_stands(search: Search) -> None:
    for name, word in search.words.items():
        alone = Search({name: word})
        for spelling, needle in spellings(word).items():
            for before in (b"", b"x", b"xy"):
                hits = alone.within(before + needle + b"tail")
                assert any(name in hit and f"({spelling})" in hit for hit in hits), f"{name} in {spelling}"


def test_the_search_finds_base64_and_hex_of_longer_texts_and_broken_lines(search: Search) -> None:
    for name, word in search.words.items():
        alone = Search({name: word})
        for lead in ("", "a", "ab"):
            whole = (lead + word + " and more").encode()
            broken = base64.encodebytes(b"-" * 45 + whole)
            for hidden in (base64.b64encode(whole), broken, whole.hex().encode(), "\n".join(whole.hex()).encode()):
                assert any(name in hit for hit in alone.within(b"{" + hidden + b"}")), name


def test_the_search_finds_each_word_planted_into_a_copy_of_the_ledger(
    run: DemoRun, search: Search, tmp_path: Path
) -> None:
    copy = tmp_path / "ledger.sqlite3"
    shutil.copy(run.station / "ledger.sqlite3", copy)
    with sqlite3.connect(copy) as raw:
        for number, word in enumerate(search.words.values(), start=100_000):
            hidden = "".join(f"\\u{ord(letter):04x}" for letter in word)
            payload = f'{{"v": "{hidden}"}}'
            raw.execute("INSERT INTO entry VALUES (?, '', 'J', 'evidence', ?, '', '')", [number, payload])
    raw.close()
    hits = [hit for hit in search.in_file(copy) if " rows: " in hit]
    assert [name for name in search.words if not any(name in hit for hit in hits)] == []


@pytest.mark.parametrize("way", ["drawn", "attached", "metadata"])
def test_the_search_finds_a_word_planted_into_a_copy_of_a_paper(
    run: DemoRun, search: Search, tmp_path: Path, way: str
) -> None:
    ascii_words = {name: word for name, word in search.words.items() if word.isascii()}
    words = ascii_words if way == "drawn" else search.words
    paper = pypdf.PdfReader(run.papers[0])
    writer = pypdf.PdfWriter(clone_from=paper)
    if way == "attached":
        writer.add_attachment("more.bin", "\n".join(words.values()).encode("utf-16-le"))
    elif way == "metadata":
        writer.add_metadata({"/Subject": " / ".join(words.values())})
    else:
        sheet = io.BytesIO()
        canvas = Canvas(sheet, pageCompression=1)
        for place, word in enumerate(words.values()):
            canvas.drawString(20, 10 + 7 * place, word)
        canvas.save()
        writer.append(io.BytesIO(sheet.getvalue()))
    copy = tmp_path / "copy.pdf"
    with copy.open("wb") as file:
        writer.write(file)
    hits = search.in_file(copy)
    for name in words:
        assert any(name in hit for hit in hits), f"{name} {way}"


# what the demo left -----------------------------------------------------------------------------------


def test_the_demo_ended_as_it_must_and_left_what_is_searched(run: DemoRun) -> None:
    assert run.exit_code == 0, run.err_said.decode("utf-8", "replace")[-3000:]
    assert len(run.papers) == len(load_scenario(demo_scenario()).phones)
    names = {path.name for path in run.files()}
    assert names >= {"ledger.sqlite3", "log.sqlite3", "station.log", "summary.json", "adbkey", "what-it-said"}
    assert len(run.journal) > 4096
    assert any(name.startswith("pairing/") for name in run.seen), "iPhones were paired while it ran"


def test_nothing_of_the_sellers_lies_in_any_file_the_demo_left(run: DemoRun, search: Search) -> None:
    found = [hit for path in run.files() for hit in search.in_file(path)]
    assert found == []


def test_no_paper_names_a_phone_in_full(run: DemoRun) -> None:
    numbers = Search(device_numbers(run.phones))
    assert [hit for paper in run.papers for hit in numbers.in_file(paper)] == []


def test_each_certificate_shows_the_last_four_digits_it_may_show(run: DemoRun) -> None:
    ends = {phone.serial[-4:] for name, phone in run.phones.items() if name.startswith("honest")}
    texts = [pdf_text(paper) for paper in run.papers if paper.name.endswith("-certificate.pdf")]
    assert len(texts) == len(ends) == 4
    for end in ends:
        assert any(end in text for text in texts), end


def test_the_transparency_log_names_no_phone(run: DemoRun) -> None:
    numbers = Search(device_numbers(run.phones))
    log = run.station / "log.sqlite3"
    assert numbers.in_file(log) == []
    assert log.stat().st_size > 4096
    ledger = [hit for hit in numbers.in_file(run.station / "ledger.sqlite3") if ": serial" in hit]
    assert ledger, "what the ledger holds in clear is found in it"


def test_device_numbers_would_be_found_in_a_paper(run: DemoRun, tmp_path: Path) -> None:
    numbers = device_numbers(run.phones)
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(run.papers[0]))
    writer.add_attachment("numbers.txt", "\n".join(numbers.values()).encode())
    with (tmp_path / "copy.pdf").open("wb") as file:
        writer.write(file)
    hits = Search(numbers).in_file(tmp_path / "copy.pdf")
    assert all(any(name in hit for hit in hits) for name in numbers)


def test_every_paper_was_looked_into_and_not_only_at(run: DemoRun) -> None:
    for paper in run.papers:
        seen = dict(views(paper))
        assert any(name.startswith("attachment") for name in seen)
        assert len(seen["inflated"]) > 10_000
        assert "proofwipe" in seen["text"].decode().lower() or "PW-" in seen["text"].decode()


def test_pair_records_are_gone_and_nobody_else_could_read_them_meanwhile(run: DemoRun) -> None:
    assert list((run.station / "pairing").iterdir()) == []
    assert not list((run.folder / "home").rglob("*.plist")), "the library's own store was used"
    assert list((run.folder / "tmp").iterdir()) == []


def test_the_station_keeps_its_folders_and_files_to_itself(run: DemoRun) -> None:
    assert {"." if name == "." else name for name in run.seen} >= {".", "adb", "pairing", "papers", "ledger.sqlite3"}
    open_ones = {
        name: [oct(mode) for mode in modes] for name, modes in run.seen.items() if any(mode & 0o077 for mode in modes)
    }
    assert open_ones == {}
    pairing = {name: modes for name, modes in run.seen.items() if name.startswith("pairing/")}
    assert {name: modes for name, modes in pairing.items() if modes != {0o600}} == {}


# usbmuxd's copy ---------------------------------------------------------------------------------------


def test_the_copy_usbmuxd_holds_of_a_pair_record_is_gone_after_the_job(tmp_path: Path) -> None:
    phone = {"name": "phone", "model": "iphone-13-ios-18"}
    with WireBench([phone], tmp_path) as bench:
        udid = str(bench.remote.truth()["phone"]["udid"])
        address = str(bench.remote.usbmux)
        saved = plistlib.dumps({"HostID": "another program's"})
        assert ask_usbmuxd(address, "SavePairRecord", udid, PairRecordData=saved).get("Number") == 0
        assert ask_usbmuxd(address, "ReadPairRecord", udid)["PairRecordData"] == saved
        (life,) = bench.run()
        assert life.job.stage is Stage.CERTIFIED
        assert "PairRecordData" not in ask_usbmuxd(address, "ReadPairRecord", udid)
        assert list((bench.home.pairing).iterdir()) == []


def ask_usbmuxd(address: str, message: str, udid: str, **more: object) -> dict[str, Any]:
    """One question in usbmuxd's own words, without any library."""
    host, port = address.rsplit(":", 1)
    body = plistlib.dumps({"MessageType": message, "PairRecordID": udid, **more})
    with socket.create_connection((host, int(port)), timeout=90) as sock:
        sock.sendall(struct.pack("<IIII", 16 + len(body), 1, 8, 1) + body)
        with sock.makefile("rb") as stream:
            length = struct.unpack("<IIII", stream.read(16))[0]
            answer: dict[str, Any] = plistlib.loads(stream.read(length - 16))
    return answer
