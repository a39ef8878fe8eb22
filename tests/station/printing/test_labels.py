# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels: every code on them is read again, a bad one is never taken for a good one, and no phone writes commands."""

import string
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.printing import bars
from station.printing.facts import LabelFacts, Standing
from station.printing.label_pdf import labels_pdf
from station.printing.letters import drawable, width
from station.printing.sizes import RESOLUTIONS, SIZES
from station.printing.sketch import FINEST_MODULE, POINT, Block, Symbol, Written, sketch
from station.printing.zpl import escaped, labels_zpl
from station.text import language
from tests.support.labels import blackness, good, pages, scanned, stop, symbol
from tests.support.zpl_reader import labels

GOLDEN = Path(__file__).parents[2] / "golden_labels"
EXPECTED = {"QRCode": symbol(), "Code128": "A-20417"}
BAD = stop(scanned=("R58N12345",))
SPECIMEN = good(standing=Standing.SPECIMEN)
COMMANDS = {"^CI", "^PW", "^LL", "^LH", "^FO", "^GB", "^GF", "^A0", "^FH", "^FD", "^FS", "^PQ"}


@pytest.mark.parametrize("name", SIZES)
def test_a_scanner_reads_paper_and_asset_tag_from_every_size(name: str) -> None:
    (page,) = pages(labels_pdf([good()], SIZES[name]))
    assert scanned(page) == EXPECTED


@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("name", SIZES)
def test_a_scanner_reads_the_same_from_what_a_label_printer_is_sent(name: str, resolution: int) -> None:
    for facts in (good(), SPECIMEN):
        (label,) = labels(labels_zpl([facts], SIZES[name], resolution))
        assert scanned(label.picture) == EXPECTED


@pytest.mark.parametrize("name", SIZES)
def test_no_module_is_finer_than_a_cheap_printer_draws(name: str) -> None:
    for facts in (good(), SPECIMEN):
        modules = [piece.module for piece in sketch(facts, SIZES[name]) if isinstance(piece, Symbol)]
        assert len(modules) == 1
        assert modules[0] >= FINEST_MODULE - 0.001


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("words", ["en", "zh"])
def test_a_label_of_a_phone_not_to_be_sold_looks_otherwise_from_afar_and_has_no_paper_on_it(
    name: str, words: str
) -> None:
    with language.speaking(words):
        fine, bad = pages(labels_pdf([good(), BAD], SIZES[name]))
        said = pypdf.PdfReader(BytesIO(labels_pdf([BAD], SIZES[name]))).pages[0].extract_text()
    assert "禁止销售" in said
    assert "DO NOT SELL" in said
    assert "Grade" not in said
    assert "等级" not in said
    assert scanned(bad) == {"Code128": "R58N12345"}
    upper = bad.crop((0, 0, bad.width, bad.height * 2 // 5))
    assert blackness(upper) > 0.6
    assert blackness(upper) > 2.5 * blackness(fine.crop((0, 0, fine.width, fine.height * 2 // 5)))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("name", SIZES)
def test_a_label_printer_which_only_blackens_dots_shows_the_words_in_the_black_band(name: str, resolution: int) -> None:
    for facts in (BAD, SPECIMEN):
        (page,) = pages(labels_pdf([facts], SIZES[name]), dots=RESOLUTIONS[resolution])
        (label,) = labels(labels_zpl([facts], SIZES[name], resolution))
        band = next(piece for piece in sketch(facts, SIZES[name]) if isinstance(piece, Block))
        where = (0, 0, int(band.wide * RESOLUTIONS[resolution]), int(band.high * RESOLUTIONS[resolution]))
        of_pdf, of_zpl = (1 - blackness(picture.crop(where)) for picture in (page, label.picture))
        assert of_zpl > 0.8 * of_pdf > 0.06, "as much white as on paper"


def test_only_a_certified_phone_has_a_label_without_black_bands() -> None:
    for standing in Standing:
        made = good(standing=standing, reasons=("x",))
        bands = [piece for piece in sketch(made, SIZES["62x29"]) if isinstance(piece, Block)]
        assert bool(bands) is (standing is not Standing.CERTIFIED)


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(SIZES)),
    model=st.text(max_size=60),
    tag=st.text(alphabet=string.printable, max_size=60),
    reason=st.text(max_size=200),
)
def test_whatever_is_said_stays_on_the_label_and_is_no_command(name: str, model: str, tag: str, reason: str) -> None:
    size = SIZES[name]
    facts = {"model": drawable(model), "asset_tag": drawable(tag), "scanned": ("7F3K9Q2M",)}
    both = (good(**facts), stop(**facts, reasons=(drawable(reason),)))
    for made in both:
        for piece in sketch(made, size):
            if isinstance(piece, Written):
                assert piece.left >= 0
                assert piece.left + width(piece.text, piece.size) * POINT <= size.wide
                assert piece.top + piece.size * POINT <= size.high
    for label in labels(labels_zpl(both, size, 203)):
        assert label.commands <= COMMANDS


@given(text=st.text(max_size=40))
def test_what_is_escaped_is_ascii_without_a_command_and_says_the_same(text: str) -> None:
    made = escaped(text)
    assert made.isascii()
    assert not set(made) & set("^~\\\n\r")
    parts = made.split("_")
    back = parts[0].encode() + b"".join(bytes.fromhex(part[:2]) + part[2:].encode() for part in parts[1:])
    assert back == text.encode("utf-8", "replace")


@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet=[chr(code) for code in range(32, 127)], min_size=8, max_size=24))
def test_bars_of_any_printable_text_are_read_again(text: str) -> None:
    from PIL import Image

    row = bars.modules(text)
    picture = Image.frombytes("L", (len(row), 1), bytes(0 if dark else 255 for dark in row))
    picture = picture.resize((3 * len(row), 60), Image.Resampling.NEAREST)
    assert scanned(picture) == {"Code128": text}


def test_an_asset_tag_that_has_no_room_gives_way_to_a_number_that_has() -> None:
    made = good(scanned=("T" * 60, "F2LDEMO0Q1MN"))
    (page,) = pages(labels_pdf([made], SIZES["50x30"]))
    assert scanned(page)["Code128"] == "F2LDEMO0Q1MN"


@pytest.mark.parametrize(
    ("name", "resolution", "words"), [("62x29", 203, "en"), ("62x29", 203, "zh"), ("100x50", 300, "en")]
)
def test_labels_are_those_of_the_golden_files(name: str, resolution: int, words: str) -> None:
    """After a change that is meant: `python -m tools.make_labels`."""
    from tools.make_labels import golden_name, made

    assert made(name, resolution, words) == (GOLDEN / golden_name(name, resolution, words)).read_bytes()


def test_two_labels_are_two_pages() -> None:
    assert len(pages(labels_pdf([good(), stop()], SIZES["62x29"]), dots=2)) == 2
    assert isinstance(good(), LabelFacts)
