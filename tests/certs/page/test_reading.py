# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper can be read aloud: headings, paragraphs, both languages, in the order a person reads it."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certs.page import pdf_profile
from certs.page.languages import runs
from certs.page.pdf_profile import PaperFile
from certs.page.pdf_syntax import Name, Reference, Stream
from certs.record.reading import read_document
from tests.certs.record.sample_documents import (
    CONTENTS_BYTES,
    QR_TEXT,
    SAMPLES,
    STATEMENT,
    android_certificate,
    record_bytes,
)
from tests.support.papers.drawn import draw_paper

_MARK = re.compile(rb"/(\w+)<</MCID (\d+)>>BDC|/Artifact BMC|/Span/E BDC|EMC|BI |\)Tj")


def paper_of(name: str) -> PaperFile:
    document = SAMPLES[name]()
    return pdf_profile.read(
        draw_paper(
            read_document(document),
            record_bytes=record_bytes(document),
            statement=STATEMENT,
            qr_text=QR_TEXT,
            contents_bytes=CONTENTS_BYTES,
        )
    )


def number_of(value: Any) -> int:
    return int(value.raw)


def pages_of(paper: PaperFile) -> list[dict[str, Any]]:
    return [item for item in paper.objects if isinstance(item, dict) and item.get("Type") == Name("Page")]


def elements_of(paper: PaperFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """All elements below the root, in reading order, with their object number."""

    def below(reference: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        element: Any = paper.at(reference)
        yield reference.number, element
        held = element["K"] if isinstance(element["K"], list) else [element["K"]]
        for one in held:
            if isinstance(one, Reference):
                yield from below(one)

    catalog: Any = paper.objects[0]
    root: Any = paper.at(catalog["StructTreeRoot"])
    yield from below(root["K"])


def drawing_of(paper: PaperFile, page: dict[str, Any]) -> bytes:
    content = paper.at(page["Contents"])
    assert isinstance(content, Stream)
    return content.decoded()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_piece_of_the_drawing_is_in_the_reading_order_once_or_decoration(name: str) -> None:
    paper = paper_of(name)
    said = [
        (element["Pg"].number, number_of(piece), element["S"].raw, number)
        for number, element in elements_of(paper)
        for piece in (element["K"] if isinstance(element["K"], list) else [element["K"]])
        if not isinstance(piece, Reference)
    ]
    assert len({(page, piece) for page, piece, _, _ in said}) == len(said)
    catalog: Any = paper.objects[0]
    root: Any = paper.at(catalog["StructTreeRoot"])
    parents = dict(zip(map(number_of, root["ParentTree"]["Nums"][::2]), root["ParentTree"]["Nums"][1::2], strict=True))
    for page in pages_of(paper):
        at = paper.objects.index(page) + 1
        here = {piece: (kind, number) for on, piece, kind, number in said if on == at}
        drawn = {}
        depth: list[str] = []
        for found in _MARK.finditer(drawing_of(paper, page)):
            token = found.group()
            if token == b"EMC":
                depth.pop()
            elif token.endswith((b"BDC", b"BMC")):
                assert not depth or token == b"/Span/E BDC", "only languages stand inside a piece"
                depth.append(token.decode())
                if found[2]:
                    drawn[int(found[2])] = found[1].decode()
            else:
                assert depth, "everything shown is marked"
        assert not depth
        assert drawn == {piece: kind for piece, (kind, _) in here.items()}
        listed = parents[number_of(page["StructParents"])]
        assert {index: reference.number for index, reference in enumerate(listed)} == {
            piece: number for piece, (_, number) in here.items()
        }


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_begins_with_its_title_and_has_headings_and_one_figure_with_words(name: str) -> None:
    elements = [element for _, element in elements_of(paper_of(name))]
    kinds = [element["S"].raw for element in elements]
    assert kinds[0] == "Document"
    assert kinds.index("H1") < kinds.index("H2")
    assert kinds.count("H1") == 2
    assert kinds.count("H2") >= 6
    assert set(kinds) == {"Document", "H1", "H2", "P", "Figure"}
    (figure,) = (element for element in elements if element["S"].raw == "Figure")
    assert "QR code" in bytes.fromhex(figure["Alt"].digits.decode()).decode("utf-16")
    assert len(figure["A"]["BBox"]) == 4


def test_the_catalog_says_that_it_is_tagged_and_in_which_language() -> None:
    catalog: Any = paper_of("certificate-android").objects[0]
    assert catalog["MarkInfo"] == {"Marked": catalog["MarkInfo"]["Marked"]}
    assert catalog["MarkInfo"]["Marked"].raw == b"true"
    assert catalog["Lang"] == b"zh-CN"


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("数据清除证书", (("zh", "数据清除证书"),)),
        ("Data Erasure", (("en", "Data Erasure"),)),
        ("型号 Model", (("zh", "型号 "), ("en", "Model"))),
        ("等级 E2：手机", (("zh", "等级 E2：手机"),)),
        ("2026-11-21", (("zh", "2026-11-21"),)),
        ("IMEI 1 末四位 last four", (("zh", "IMEI 1 末四位 "), ("en", "last four"))),
        ("已接受 accepted · 质量 quality", (("zh", "已接受 accepted · 质量 "), ("en", "quality"))),
        ("型号\u3000Model", (("zh", "型号\u3000"), ("en", "Model"))),
        ("A1\u3000Model", (("zh", "A1\u3000Model"),)),
    ],
)
def test_each_language_is_spoken_as_itself(line: str, pieces: tuple[tuple[str, str], ...]) -> None:
    assert runs(line) == pieces
    assert "".join(text for _, text in pieces) == line


@pytest.mark.tools
def test_another_program_reads_the_text_in_the_order_of_the_page(tmp_path: Path) -> None:
    document = android_certificate()
    file = tmp_path / "paper.pdf"
    file.write_bytes(
        draw_paper(
            read_document(document),
            record_bytes=record_bytes(document),
            statement=STATEMENT,
            qr_text=QR_TEXT,
            contents_bytes=CONTENTS_BYTES,
        )
    )
    done = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, text=True, check=True, timeout=60)
    said = re.sub(r"\s+", " ", done.stdout)
    wanted = [
        "数据清除证书",
        "Data Erasure Certificate",
        "Google Pixel 9",
        "此手机上的用户数据已清除",
        "What was erased",
        "How it was proven",
        "Locks and residues",
        "Usability grade",
        "Repairs, parts and warranty",
        "李敏",
        "What this paper cannot say",
        "How to check this paper",
        "verify.html",
        "详情",
        "Times and versions",
        "Findings the verdict rests on",
    ]
    places = [said.find(text) for text in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)
    structure = subprocess.run(
        ["pdfinfo", "-struct-text", str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "Syntax Error" not in structure.stderr
    assert "H1" in structure.stdout
    assert "此手机上的用户数据已清除" in structure.stdout
