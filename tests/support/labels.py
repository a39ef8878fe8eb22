# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels to draw, and what a scanner reads from them."""

from pathlib import Path

import pypdf
import pypdfium2
import zxingcpp
from PIL import Image

from certs.record.statement import qr_text
from station.ledger.summary import JobSummary
from station.printing.facts import LabelFacts, Standing

GOLDEN_PAPER = Path(__file__).parents[1] / "golden" / "valid.pdf"


def symbol() -> str:
    """What the QR symbol of the golden certificate holds."""
    return qr_text(pypdf.PdfReader(GOLDEN_PAPER).attachments["statement.cose"][0])


def good(**other: object) -> LabelFacts:
    """Of a certified phone."""
    said: dict[str, object] = {
        "standing": Standing.CERTIFIED,
        "job": "7F3K9Q2M",
        "model": "Galaxy S23 Ultra",
        "storage": "256 GB",
        "grade": "2",
        "battery": "91 %",
        "asset_tag": "A-20417",
        "digits": "…Q1MN …3809",
        "paper": "PW-5MPX-70R3-G7TV-0A1B",
        "symbol": symbol(),
        "scanned": ("A-20417", "F2LDEMO0Q1MN", "7F3K9Q2M"),
    }
    return LabelFacts(**(said | other))  # type: ignore[arg-type]  # a table of fields


def stop(**other: object) -> LabelFacts:
    """Of a phone that must not be sold."""
    said: dict[str, object] = {
        "standing": Standing.STOP,
        "job": "7F3K9Q2M",
        "model": "iPhone 12",
        "digits": "…Q1MN",
        "scanned": ("F2LDEMO0Q1MN", "7F3K9Q2M"),
        "reasons": ("The phone was not erased.",),
    }
    return LabelFacts(**(said | other))  # type: ignore[arg-type]  # as above


def pages(pdf: bytes, *, dots: float = 12) -> list[Image.Image]:
    """Every page as a printer of so many dots a millimetre would show it."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dots * 25.4 / 72).to_pil().convert("L") for page in document]


def scanned(picture: Image.Image) -> dict[str, str]:
    """What is read from the codes in a picture: kind → text."""
    wide = Image.new("L", (picture.width + 80, picture.height + 80), 255)  # whatever the label lies on
    wide.paste(picture, (40, 40))
    return {
        found.format.name: found.text
        for found in zxingcpp.read_barcodes(wide.resize((2 * wide.width, 2 * wide.height), Image.Resampling.NEAREST))
    }


def blackness(picture: Image.Image) -> float:
    """Which share of it is black."""
    histogram = picture.histogram()
    return sum(histogram[:128]) / sum(histogram)


def a_certified_job(number: int, **other: object) -> JobSummary:
    """As lists show it: of a phone that is real and may be sold."""
    said: dict[str, object] = {
        "id": f"JOB{number:05}",
        "number": number,
        "opened_at": f"2026-11-21T10:{number % 60:02}:00.000000Z",
        "port": "1-1",
        "slot": "A1",
        "platform": "android",
        "emulated": False,
        "performed_by": "W",
        "model": "Pixel 9",
        "serial": f"S{number:07}",
        "certificate": f"PW-0000-0000-0000-{number:04}",
        "grade": "2",
    }
    return JobSummary(**(said | other))  # type: ignore[arg-type]  # a table of fields


def shown(pdf: bytes) -> str:
    """All text of a file, as another program reads it."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)
