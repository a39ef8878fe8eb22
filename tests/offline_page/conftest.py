# SPDX-License-Identifier: GPL-3.0-or-later
"""The built page in a real Chromium and a real Firefox. `make test-page` builds it first."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from certs.formats import cms, pdf_signature
from tests.offline_page.driver import GOLDEN, Browser


@pytest.fixture(scope="session")
def firefox() -> Iterator[Browser]:
    started = Browser("firefox")
    yield started
    started.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    started = Browser()
    yield started
    started.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a buyer of a printed page has: the issuer's certificates, and the page as a picture."""
    found = tmp_path_factory.mktemp("printed")
    paper = GOLDEN / "valid.pdf"
    parts = cms.read(pdf_signature.read_file(paper.read_bytes()).container)
    for name, data in (("station", parts.station), ("organisation", parts.organisation)):
        text = base64.encodebytes(data).decode()
        (found / f"{name}.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
    subprocess.run(["pdftoppm", "-r", "200", "-png", str(paper), str(found / "page")], check=True, timeout=60)
    return found


@pytest.fixture(scope="session")
def picture(folder: Path) -> Path:
    """The printed page that has the code, as a camera sees it: a little turned, grey, and packed as JPEG."""
    import zxingcpp

    for path in sorted(folder.glob("page*.png")):
        page = Image.open(path).convert("L")
        if any(code.text.startswith("PW1:") for code in zxingcpp.read_barcodes(page)):
            out = folder / "photo.jpg"
            page.rotate(2, expand=True, fillcolor=150).point(lambda value: 40 + value * 3 // 4).save(out, quality=70)
            return out
    pytest.fail("no page of the paper has a code")
