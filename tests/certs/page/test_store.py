# SPDX-License-Identifier: GPL-3.0-or-later
"""The security store goes into the one revision and comes out of it, and nothing else passes for one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from certs.formats.dss import SecurityStore
from certs.page import pdf_profile
from certs.page.compare import same_drawing
from certs.page.errors import PdfProfileError
from certs.page.pdf_syntax import Name, Reference, Stream
from certs.record.reading import read_document
from tests.certs.record.sample_documents import CONTENTS_BYTES, QR_TEXT, STATEMENT, android_certificate, record_bytes
from tests.support.papers.drawn import draw_paper

STORE = SecurityStore(
    certificates=(b"first certificate" * 9, b"%%EOF startxref /ByteRange"), revocation_lists=(b"a list",)
)


def drawn(store: SecurityStore | None, **more: bytes) -> bytes:
    document = android_certificate()
    return draw_paper(
        read_document(document),
        record_bytes=record_bytes(document),
        statement=STATEMENT,
        qr_text=QR_TEXT,
        contents_bytes=CONTENTS_BYTES,
        store=store,
        **more,
    )


@pytest.mark.parametrize("store", [STORE, SecurityStore(), None])
def test_what_is_stored_comes_out_again(store: SecurityStore | None) -> None:
    assert pdf_profile.read(drawn(store)).store() == store


def test_words_of_the_files_frame_inside_a_certificate_do_not_reach_the_file() -> None:
    pdf = drawn(STORE)
    assert [pdf.count(token) for token in (b"%%EOF", b"startxref", b"/ByteRange")] == [1, 1, 1]


def test_proof_and_openings_are_attached_in_their_order_beside_the_store() -> None:
    paper = pdf_profile.read(drawn(STORE, proof=b"c2sp.org/tlog-proof@v1\n", openings=b"{}"))
    assert list(paper.embedded()) == ["erase-record.json", "statement.cose", "erase.tlog-proof", "openings.json"]
    assert paper.embedded()["erase.tlog-proof"] == b"c2sp.org/tlog-proof@v1\n"
    assert paper.store() == STORE


def test_another_store_is_another_drawing() -> None:
    other = SecurityStore(certificates=STORE.certificates, revocation_lists=(b"A list",))
    assert same_drawing(drawn(STORE), drawn(STORE))
    assert not same_drawing(drawn(STORE), drawn(other))
    assert not same_drawing(drawn(STORE), drawn(None))


def _add_ocsp(store: dict[str, Any]) -> None:
    store["OCSPs"] = []


def _twice(store: dict[str, Any]) -> None:
    store["Certs"] = store["Certs"] * 2


def _not_a_stream(store: dict[str, Any]) -> None:
    store["CRLs"] = [Reference(2)]


def _outside(store: dict[str, Any]) -> None:
    store["CRLs"] = [Reference(400)]


def _no_list(store: dict[str, Any]) -> None:
    store["CRLs"] = Reference(3)


def _an_attached_file(store: dict[str, Any]) -> None:
    store["CRLs"] = [Reference(3)]


def _too_many(store: dict[str, Any]) -> None:
    store["Certs"] = [Reference(number) for number in range(1, 40)]


def _another_type(store: dict[str, Any]) -> None:
    store["Type"] = Name("Sig")


@pytest.mark.parametrize(
    "change",
    [_add_ocsp, _twice, _not_a_stream, _outside, _no_list, _an_attached_file, _too_many, _another_type],
)
def test_a_store_of_another_shape_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    paper = pdf_profile.read(drawn(STORE))
    catalog: Any = paper.objects[0]
    store = dict(catalog["DSS"])
    change(store)
    spoiled = replace(paper, objects=({**catalog, "DSS": store}, *paper.objects[1:]))
    with pytest.raises(PdfProfileError):
        pdf_profile.read(pdf_profile.write(spoiled)).store()


def test_a_store_whose_streams_are_packed_wrongly_is_refused() -> None:
    paper = pdf_profile.read(drawn(STORE))
    raw = Stream({"Filter": Name("FlateDecode")}, b"not packed")
    spoiled = replace(paper, objects=(*paper.objects[:-1], raw))
    with pytest.raises(PdfProfileError):
        pdf_profile.read(pdf_profile.write(spoiled)).store()
