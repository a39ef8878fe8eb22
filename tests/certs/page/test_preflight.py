# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PDF/A checker we did not write says of a paper (research/certificate.md 2.3, 12).

PDFBox preflight knows PDF/A-1b only. A paper that is PDF/A-3b in all else differs from that in exactly three rules:
embedded files in the name tree (1.4.7) and in file specifications (1.2.9), and the part number (7.11.2).
"""

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from certs.record.reading import read_document
from phones.port import Platform
from tests.certs.page.test_measured_pages import measured
from tests.certs.record.sample_documents import (
    CONTENTS_BYTES,
    QR_TEXT,
    SAMPLES,
    STATEMENT,
    android_certificate,
    record_bytes,
)
from tests.support.papers.drawn import draw_paper

JARS = Path("/usr/share/java")
NEEDED = (
    "pdfbox2",
    "preflight",
    "fontbox2",
    "xmpbox",
    "commons-logging",
    "commons-io",
    "jaxb-api",
    "javax.activation",
    "bcprov",
    "bcpkix",
)
INSTALL = (
    "apt install default-jre-headless libpdfbox2-java libjaxb-api-java libactivation-java libbcprov-java "
    "libbcpkix-java libcommons-io-java libcommons-logging-java"
)
PAPERS: dict[str, Callable[[], dict[str, Any]]] = {
    **SAMPLES,
    "measured": partial(measured, android_certificate, Platform.ANDROID),
}
ONLY_OF_PART_ONE = {"1.4.7", "1.2.9", "7.11.2"}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAPERS)
def test_preflight_finds_only_what_part_three_allows_and_part_one_does_not(name: str, tmp_path: Path) -> None:
    missing = [jar for jar in NEEDED if not (JARS / f"{jar}.jar").exists()]
    assert not missing, f"missing {missing}: {INSTALL}"
    document = PAPERS[name]()
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(
        draw_paper(
            read_document(document),
            record_bytes=record_bytes(document),
            statement=STATEMENT,
            qr_text=QR_TEXT,
            contents_bytes=CONTENTS_BYTES,
        )
    )
    path = ":".join(str(JARS / f"{jar}.jar") for jar in NEEDED)
    done = subprocess.run(
        ["java", "-cp", path, "org.apache.pdfbox.preflight.Validator_A1b", str(paper)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = {line.split(" : ")[0] for line in (done.stdout + done.stderr).splitlines() if line[:1].isdigit()}
    assert found == ONLY_OF_PART_ONE, done.stdout + done.stderr
