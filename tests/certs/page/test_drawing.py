# SPDX-License-Identifier: GPL-3.0-or-later
"""What a paper says, that it says it in both languages, and that it is always the same bytes."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from certs.formats.dss import SecurityStore
from certs.page import fonts, layout, parts, pdf_profile, qr
from certs.page.errors import GlyphMissingError, PaperTooLongError, UnknownCodeError
from certs.page.labels import label, phrase_if_any
from certs.page.sheet import Box, Sheet
from certs.record.reading import read_document
from certs.record.schema import TITLES
from tests.certs.record.sample_documents import (
    CONTENTS_BYTES,
    QR_TEXT,
    SAMPLES,
    STATEMENT,
    android_certificate,
    apple_certificate,
    blocked_report,
    failed_report,
    record_bytes,
)
from tests.support.papers.drawn import draw_paper

ROOT = Path(__file__).resolve().parents[3]
LIMITS = (
    "It describes the phone that answered under these identifiers at this time. It cannot exclude earlier copies, "
    "removed cards, cloud data, lying firmware, later use, or a dishonest issuer."
)


def drawn(document: dict[str, Any], **changed: Any) -> bytes:
    given = {
        "record_bytes": record_bytes(document),
        "statement": STATEMENT,
        "qr_text": QR_TEXT,
        "contents_bytes": CONTENTS_BYTES,
        **changed,
    }
    return draw_paper(read_document(document), **given)


def words_of(pdf: bytes) -> str:
    """The text of all pages as another program reads it, without white space."""
    with pypdfium2.PdfDocument(pdf) as paper:
        texts = [page.get_textpage().get_text_bounded() for page in paper]
    return squeezed("".join(texts))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\ufffe]+", "", text)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_documents_are_records_as_the_issuer_writes_them(name: str) -> None:
    read_document(SAMPLES[name]())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_is_two_pages_of_a4_and_small(name: str) -> None:
    pdf = drawn(SAMPLES[name]())
    with pypdfium2.PdfDocument(pdf) as paper:
        sizes = [page.get_size() for page in paper]
    assert [(round(wide), round(high)) for wide, high in sizes] == [(595, 842)] * 2
    assert len(pdf) < 66_000


def noise(count: int, seed: int) -> bytes:
    """Bytes that do not pack, as signatures and digests do not."""
    return b"".join(hashlib.sha256(b"%d %d" % (seed, at)).digest() for at in range(count // 32 + 1))[:count]


def test_a_whole_certificate_with_proof_and_store_stays_within_its_budget() -> None:
    document = android_certificate()
    piece = document["evidence"][0]
    document["evidence"] = [
        {**piece, "number": at, "digest": noise(32, at).hex(), "values": {**piece["values"], "uptime": str(at)}}
        for at in range(1, 51)
    ]
    document["validation"].update(
        certificate=base64.b64encode(noise(600, 1)).decode(), signature=base64.b64encode(noise(71, 2)).decode()
    )
    document["log"] = {
        "origin": "log.qinghe.example/2026",
        "device_tag": "ab" * 16,
        "start": 41,
        "attempt": 2,
        "anchor": [
            "log.qinghe.example/2026",
            "40",
            base64.b64encode(noise(32, 3)).decode(),
            "— log.qinghe.example/2026 " + base64.b64encode(noise(68, 4)).decode(),
        ],
    }
    document["sealed"] = {name: noise(32, at).hex() for at, name in enumerate(("imei1", "imei2", "serial"))}
    read_document(document)
    pdf = drawn(
        document,
        contents_bytes=1900,
        proof=base64.b64encode(noise(1125, 5)),
        store=SecurityStore(
            certificates=tuple(noise(700, at) for at in (6, 7, 8)),
            revocation_lists=tuple(noise(350, at) for at in (9, 10)),
        ),
    )
    assert len(pdf) <= 75_000
    said = words_of(pdf)
    for text in (
        "Processed by this issuer 2×, this time included",
        "log.qinghe.example/2026 #41",
        "signed with their own key",
        "Sealed, opened in the archive copy only",
        "serial number",
    ):
        assert squeezed(text) in said, text


def test_a_decision_entered_at_the_station_says_so_and_a_job_without_log_too() -> None:
    said = words_of(drawn(android_certificate()))
    assert squeezed("entered at the station") in said
    assert squeezed("Processed by this issuer 1×, this time included. Not entered in a transparency log.") in said


def test_values_of_sealed_fields_are_never_drawn() -> None:
    document = android_certificate()
    document["sealed"] = {"acquisition.seller": "5e" * 32}
    said = words_of(drawn(document, openings=b'{"openings":[{"name":"acquisition.seller","value":"Zhang San"}]}'))
    assert squeezed("acquisition.seller") in said
    assert "ZhangSan" not in said


def test_repairs_parts_and_warranty_are_named_on_page_one_also_when_nothing_was_said() -> None:
    document = android_certificate()
    document["disclosures"] = {}
    with pypdfium2.PdfDocument(drawn(document)) as paper:
        said = squeezed(paper[0].get_textpage().get_text_bounded())
    for text in ("维修", "Replaced parts", "Warranty"):
        assert squeezed(text) in said
    assert said.count(squeezed("not stated")) == 3


def test_no_finding_of_an_ordinary_certificate_is_cut() -> None:
    said = words_of(drawn(android_certificate()))
    for finding in android_certificate()["erase"]["findings"]:
        for text in label(f"rule.{finding['rule']}"):
            assert squeezed(text) in said, text


def test_a_certificate_says_what_was_erased_how_and_how_far_it_is_proven() -> None:
    said = words_of(drawn(android_certificate()))
    for text in (
        "数据清除证书",
        "Data Erasure Certificate",
        "PW-4Q7K-2M9X-TB3C-H8ZD",
        "Google Pixel 9",
        "7K2Q",
        "4417",
        "4425",
        "128 GB",
        "The user data on this phone was erased, and the program verified the erase.",
        "此手机上的用户数据已清除",
        "E2",
        "NIST SP 800-88r2",
        "Clear",
        "GB 46864-2025",
        "Supporting only",
        "R2v3, Appendix B",
        "Automated",
        "提前参照",
        "early adoption",
        "旧货",
        "李敏",
        "王建国",
        "青禾二手手机（深圳）有限公司",
        "cert@qinghe.example",
        "log: none",
        "2026-11-21 14:32:10 UTC",
        "NFC",
        "90 天免费保修",
        "87%",
        LIMITS,
        label("limits.sentence").zh,
        "*#06#",
        "proofwipe verify PW-4Q7K-2M9X-TB3C-H8ZD-certificate.pdf",
    ):
        assert squeezed(text) in said, text


def test_a_report_cannot_be_taken_for_a_certificate() -> None:
    for document in (failed_report(), blocked_report()):
        said = words_of(drawn(document))
        assert squeezed("处理报告 — 不是证书") in said
        assert squeezed("Processing report — NOT a certificate") in said
        assert squeezed(LIMITS) in said
        for text in ("数据清除证书", "Data Erasure Certificate", "the program verified the erase", "旧货", "NIST SP"):
            assert squeezed(text) not in said


def test_a_blocked_report_says_the_cause_first_and_leaves_advice_for_technicians_to_the_screen() -> None:
    said = words_of(drawn(blocked_report()))
    assert 0 < said.find(squeezed("Activation Lock")) < said.find(squeezed("iPhone 12"))
    for code in blocked_report()["job"]["problems"]:
        advice = phrase_if_any("next", code)
        assert advice is not None
        assert squeezed(advice.en) not in said


def front_of(document: dict[str, Any]) -> str:
    with pypdfium2.PdfDocument(drawn(document)) as paper:
        return squeezed(paper[0].get_textpage().get_text_bounded())


@pytest.mark.parametrize("make", [android_certificate, apple_certificate])
def test_what_is_claimed_locks_grade_and_repairs_stand_on_page_one(make: Callable[[], dict[str, Any]]) -> None:
    said = front_of(make())
    for text in ("Three separate claims", "Locks and residues", "Usability grade", "Repairs, parts and warranty"):
        assert squeezed(text) in said, text


def test_how_strong_the_evidence_is_is_said_in_words_and_nothing_looks_like_a_second_grade() -> None:
    said = front_of(android_certificate())
    assert squeezed("The phone no longer has the data that was on it; a fresh, empty store is in its place.") in said
    assert squeezed("Strength of the evidence: E2 (E0 weakest, E3 strongest)") in said
    assert said.count("E2") == 2  # once in each language


def test_purge_counts_the_conditions_it_rests_on() -> None:
    document = apple_certificate()
    states = ["met", "met", "met", "unknown", "unknown", "met"]
    claims = document["erase"]["claims"]
    claims["nist_method"] = "purge"
    some = next(iter(claims["conditions"].values()))
    claims["conditions"] = {f"C{at}": {**some, "state": state} for at, state in enumerate(states, start=1)}
    said = front_of(document)
    assert squeezed("of 6, 4 met, 2 not known") in said
    assert squeezed("共 6 项，4 项满足，2 项未知") in said


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (127_989_493_760, "128 GB (127.9 GB)"),
        (115_343_360_000, "128 GB (115.3 GB)"),
        (128_000_000_000, "128 GB"),
        (63_900_000_000, "64 GB (63.9 GB)"),
        (1_000_000_000_000, "1 TB"),
        (999_000_000_000, "1 TB (999 GB)"),
        (80_000_000_000, "80 GB"),
        (3_000_000_000_000, "3000 GB"),
    ],
)
def test_storage_is_told_as_sold_and_as_measured(count: int, words: str) -> None:
    assert parts.storage(count) == words


def test_the_makers_own_code_is_not_read_as_a_model() -> None:
    document = apple_certificate()
    said = front_of(document)
    assert squeezed("iPhone 12") in said
    assert squeezed("Maker's code") in said
    assert squeezed("Apple iPhone13,2") not in said


def test_who_checks_is_led_to_the_issuer_and_never_to_the_seller() -> None:
    said = front_of(android_certificate())
    assert squeezed("Get verify.html and the trust files from the issuer (cert@qinghe.example") in said
    assert squeezed("Paper alone") not in said
    assert "Adobe" not in said


@pytest.mark.parametrize("title", sorted({*TITLES} - {"certificate"}))
@pytest.mark.parametrize("verdict", ["passed", "failed", "indeterminate"])
@pytest.mark.parametrize("decision", ["accepted", "rejected", "awaiting", "not_required"])
def test_every_way_a_job_ends_has_words_for_its_report(title: str, verdict: str, decision: str) -> None:
    document = android_certificate()
    document["schema"] = "proofwipe/report/1"
    document["outcome"] = {"title": title, "reasons": ["awaiting_validation", "policy_not_met"]}
    document["erase"]["verdict"] = verdict
    document["validation"]["decision"] = decision
    said = words_of(drawn(document))
    assert squeezed(label(f"outcome.{title}").en) in said
    assert "Donotsell" in said


def test_only_papers_of_virtual_phones_say_specimen() -> None:
    assert "SPECIMEN" in words_of(drawn(apple_certificate()))
    assert "样本" in words_of(drawn(failed_report()))
    assert "SPECIMEN" not in words_of(drawn(android_certificate()))
    assert "样本" not in words_of(drawn(android_certificate()))


def test_a_phone_nobody_validated_says_so() -> None:
    assert squeezed("Not validated by a person") in words_of(drawn(apple_certificate()))


def test_a_stated_final_reset_is_named_beside_the_proven_one() -> None:
    document = android_certificate()
    document["erase"].update(method="android_harness", final_reset="stated")
    assert squeezed("the technician's statement (level E0)") in words_of(drawn(document))


@pytest.mark.parametrize("text", [QR_TEXT, QR_TEXT[:150], "PW1:" + "A" * 400])
def test_the_qr_code_reads_back_from_the_rendered_page(text: str) -> None:
    pdf = drawn(apple_certificate(), qr_text=text)
    with pypdfium2.PdfDocument(pdf) as paper:
        picture = paper[0].render(scale=200 / 72).to_pil()
    found = zxingcpp.read_barcodes(picture)
    assert [code.text for code in found] == [text]


def test_a_statement_too_large_to_print_is_refused() -> None:
    with pytest.raises(PaperTooLongError):
        drawn(android_certificate(), qr_text="PW1:" + "A" * 900)


@pytest.mark.parametrize("name", SAMPLES)
def test_record_and_statement_are_attached_byte_for_byte(name: str) -> None:
    document = SAMPLES[name]()
    pdf = drawn(document)
    attached = pdf_profile.read(pdf).embedded()
    assert attached == {"erase-record.json": record_bytes(document), "statement.cose": STATEMENT}
    assert STATEMENT in pdf
    with pypdfium2.PdfDocument(pdf) as paper:
        assert bytes(paper.get_attachment(0).get_data()) == record_bytes(document)


def test_a_phone_that_calls_itself_end_of_file_cannot_break_the_file() -> None:
    document = android_certificate()
    document["device"]["model"] = "%%EOF startxref /ByteRange endobj"
    document["issuer"]["name"] = "startxref %%EOF /ByteRange (Ltd) <&>"
    pdf = drawn(document)
    for token in (b"%%EOF", b"startxref", b"/ByteRange", b"%PDF-"):
        assert pdf.count(token) == 1
    assert pdf_profile.read(pdf).embedded()["erase-record.json"] == record_bytes(document)
    with pypdfium2.PdfDocument(pdf) as paper:
        assert paper.get_metadata_value("Author") == document["issuer"]["name"]


def test_the_signature_has_one_place_of_one_size() -> None:
    pdf = drawn(android_certificate())
    found = re.findall(rb"/ByteRange \[0 0000000000 0000000000 0000000000\] /Contents <([^>]*)>", pdf)
    assert found == [b"0" * (2 * CONTENTS_BYTES)]
    assert pdf.startswith(b"%PDF-1.7\n")
    assert pdf.endswith(b"%%EOF\n")


def test_one_record_gives_one_file_in_every_process() -> None:
    script = (
        "import sys, hashlib\nsys.path.insert(0, '.')\n"
        "from tests.certs.record.sample_documents import *\nfrom tests.support.papers.drawn import draw_paper\n"
        "from certs.record.reading import read_document\n"
        "order = sys.argv[1:]\n"
        "for name in order:\n"
        "    document = SAMPLES[name]()\n"
        "    pdf = draw_paper(read_document(document), record_bytes=record_bytes(document),"
        " statement=STATEMENT, qr_text=QR_TEXT, contents_bytes=CONTENTS_BYTES)\n"
        "    print(name, hashlib.sha256(pdf).hexdigest())\n"
    )
    here = {name: hashlib.sha256(drawn(make())).hexdigest() for name, make in SAMPLES.items()}
    for seed, epoch, order in (("1", "86400", list(SAMPLES)), ("2", "", list(reversed(SAMPLES)))):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": epoch, "TZ": "Asia/Shanghai"}
        environment = {name: text for name, text in environment.items() if text}
        done = subprocess.run(
            [sys.executable, "-c", script, *order],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert dict(line.split() for line in done.stdout.splitlines()) == here


def test_a_name_the_font_cannot_draw_is_refused_by_its_character() -> None:
    document = android_certificate()
    document["performed_by"]["name"] = "王䶮"
    with pytest.raises(GlyphMissingError) as caught:
        drawn(document)
    assert caught.value.character == "䶮"
    assert "䶮 (U+4DAE)" in str(caught.value)
    assert fonts.missing("王䶮 😀 ok") == "䶮😀"


def test_a_phones_own_name_is_spelled_out_and_never_keeps_its_paper_back() -> None:
    document = android_certificate()
    document["device"].update(marketing_name="", model="Pixel 䶮")
    assert squeezed("Google Pixel [U+4DAE]") in words_of(drawn(document))


def test_a_code_without_words_is_never_printed() -> None:
    document = failed_report()
    document["erase"]["reasons"] = ["code_nobody_knows"]
    with pytest.raises(UnknownCodeError) as caught:
        drawn(document)
    assert caught.value.name == "code_nobody_knows"


def test_what_the_page_leaves_out_is_counted_there() -> None:
    document = android_certificate()
    document["disclosures"] = {f"note_{index}": "text" for index in range(9)}
    assert squeezed("and 3 more in the record") in words_of(drawn(document))


def test_gb_46864_is_early_adoption_only_before_it_is_in_force() -> None:
    document = android_certificate()
    document["issued_at"] = "2027-01-01T00:00:00Z"
    assert squeezed("early adoption") not in words_of(drawn(document))


def test_the_title_in_the_files_metadata_is_the_title_on_the_page() -> None:
    document = failed_report()
    with pypdfium2.PdfDocument(drawn(document)) as paper:
        assert paper.get_metadata_value("Title") == layout.title(read_document(document))


def test_function_and_appearance_are_told_in_words_and_no_letters_on_page_one() -> None:
    said = front_of(android_certificate())
    for code in ("F3", "F5", "F6", "Blight", "B轻微"):
        assert code not in said
    assert squeezed("all that was tested passes") in said
    assert squeezed("light marks") in said


def test_a_reports_page_one_says_few_reasons_large() -> None:
    boxes: list[Box] = []
    layout.draw(
        Sheet(boxes), read_document(blocked_report()), symbol=qr.modules("PW1:" + "A" * 300), record_digest="ab" * 32
    )
    (reason,) = [box for box in boxes if box.text.startswith("Find My is on")]
    assert reason.bottom - reason.top >= 9.5


@pytest.mark.parametrize("make", [android_certificate, blocked_report])
def test_a_phones_camera_opens_the_issuers_own_site_by_a_second_symbol(make: Callable[[], dict[str, Any]]) -> None:
    document = make()
    document["issuer"]["contact"] = "https://qinghe.example/check · +86 755 5550 0123"
    with pypdfium2.PdfDocument(drawn(document)) as paper:
        read = {code.text for code in zxingcpp.read_barcodes(paper[0].render(scale=3).to_pil())}
    assert "HTTPS://QINGHE.EXAMPLE" in read
    assert len(read) == 2


@pytest.mark.parametrize(
    ("contact", "site"),
    [
        ("https://a.example", "HTTPS://A.EXAMPLE"),
        ("mail, https://shop.a.example/x?y", "HTTPS://SHOP.A.EXAMPLE"),
        ("http://a.example", ""),
        ("https://" + "a" * 60 + ".example", ""),
        ("https://xn--\u4e2d.example", ""),
        ("cert@a.example", ""),
        ("", ""),
    ],
)
def test_only_a_whole_site_of_the_issuer_gets_a_symbol(contact: str, site: str) -> None:
    assert layout.site_of(contact) == site
