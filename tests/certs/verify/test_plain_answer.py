# SPDX-License-Identifier: GPL-3.0-or-later
"""What a buyer is told: one of three answers, the phone, one thing to do."""

import gzip
import json
import re
import subprocess
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certs.verify.other_files import is_foreign_pdf
from certs.verify.plain_answer import (
    DANGERS,
    GAPS,
    WHY_YET,
    Plain,
    PlainAnswer,
    Why,
    not_checked,
    plain_of,
    plain_of_code,
)
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from phones.words import keys, say

GOLDEN = Path(__file__).parents[2] / "golden"
EXPECTED: dict[str, Any] = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
OTHER_IMEI = "356938035643817"


def told(name: str, *, data: bytes | None = None, trusted: bool = True, **changed: Any) -> Plain:
    """The plain answer to a golden case, or to its file after a change."""
    case = {**EXPECTED["cases"][name], **changed}
    given = case.get("trust", EXPECTED["default_trust"]) if trusted else []
    trust = Trust.from_files(GOLDEN / each for each in given)
    at = datetime.fromisoformat(case.get("at", EXPECTED["default_at"]))
    status = trust.status((GOLDEN / case["status"]).read_bytes()) if "status" in case and trusted else None
    paper = (GOLDEN / case["file"]).read_bytes() if data is None else data
    return plain_of(verify(paper, trust, at=at, imei=case.get("imei"), status=status))


def in_both(plain: Plain) -> None:
    for said in (plain.headline, plain.sentence, plain.next_step):
        assert "{" not in said("en") + said("zh")
        assert said("en")
        assert re.search(r"[\u4e00-\u9fff]", said("zh"))


def test_genuine_is_said_with_the_phone_and_asks_for_the_comparison_until_it_was_made() -> None:
    plain = told("valid", imei=None)
    assert plain.headline() == "Genuine: now compare the phone"
    assert "*#06#" in plain.next_step()
    assert plain.phone is not None
    plain = told("valid", imei="356938035643809")
    assert plain.headline() == "Genuine, and this is the phone"
    assert (plain.answer, plain.why, plain.code) == (PlainAnswer.THIS_PHONE, None, "")


@pytest.mark.parametrize("name", sorted(EXPECTED["cases"]))
def test_only_a_valid_certificate_is_called_genuine_and_every_answer_is_said_in_both_languages(name: str) -> None:
    case = EXPECTED["cases"][name]
    plain = told(name)
    assert plain.answer.is_good == (case["answer"] == "VALID")
    assert plain.headline().startswith("Do not rely on it") != plain.answer.is_good
    assert (plain.why is None) == plain.answer.is_good
    in_both(plain)
    alone = told(name, trusted=False)
    assert not alone.answer.is_good
    in_both(alone)


def test_each_reason_has_its_own_words() -> None:
    said = {
        "another-phone": Why.OTHER_PHONE,
        "byte-flipped": Why.CHANGED,
        "cut-in-half": Why.CHANGED,
        "claim-raised": Why.NOT_GENUINE,
        "page-edited": Why.NOT_GENUINE,
        "report": Why.REPORT,
        "specimen": Why.SPECIMEN,
        "empty": Why.NO_PAPER,
        "not-a-paper": Why.NO_PAPER,
        "unknown-issuer": Why.NO_ROOT,
        "edition-unknown": Why.CANNOT_TELL,
    }
    assert {name: told(name).why for name in said} == said
    assert told("valid-standing", status="withdrawn.log", trust=["root.pem", "log.policy", "tsa.pem"]).why is (
        Why.WITHDRAWN
    )
    assert told("valid", data=gzip.compress(b"a paper")).why is Why.WRAPPED
    assert told("valid", trusted=False).why is Why.NO_ROOT
    headlines = {say(f"plain.{why}") for why in Why}
    assert len(headlines) == len(Why)
    for why in Why:
        assert say(f"plain.{why}").startswith("Do not rely on it yet:" if why in WHY_YET else "Do not rely on it:")
        assert say(f"plain.{why}", "zh").startswith("请暂勿采信：" if why in WHY_YET else "请勿采信：")


def test_no_sentence_of_the_plain_answers_is_left_over() -> None:
    said = {key.removeprefix("plain.") for key in keys("plain.")}
    assert said == {*(why.value for why in Why), *(a.value for a in PlainAnswer if a is not PlainAnswer.DO_NOT_RELY)}
    assert {key.removeprefix("plain_gap.") for key in keys("plain_gap.")} == set(GAPS)


def test_another_phone_names_the_last_four_and_allows_for_a_mistyped_digit() -> None:
    plain = told("another-phone")
    assert plain.phone is not None
    assert "…3809" in plain.sentence()
    assert "mistyped" in plain.sentence()
    assert "…3809" in plain.sentence("zh")
    assert "again" in plain.next_step()


def test_a_report_compared_with_a_wrong_number_is_called_no_certificate() -> None:
    plain = told("report", imei=OTHER_IMEI)
    assert plain.why is Why.OTHER_PHONE_REPORT
    assert "not a certificate" in plain.headline()
    assert "on this report" in plain.sentence()
    assert told("specimen", imei=OTHER_IMEI).why is Why.SPECIMEN


def test_a_report_whose_issuer_is_not_known_is_not_called_genuine() -> None:
    plain = told("report", trusted=False)
    assert plain.why is Why.REPORT
    assert "genuine" not in plain.sentence()
    assert "not confirmed" in plain.sentence()


def test_a_warning_a_buyer_can_do_nothing_about_is_folded_and_a_gap_is_named_quietly() -> None:
    plain = told("valid", imei=None)
    assert plain.dangers == ()
    assert plain.folded > 0
    logged = (
        told("valid-logged", status=None) if "status" in EXPECTED["cases"]["valid-logged"] else told("valid-logged")
    )
    assert logged.gaps == ("W_NO_STATUS",)
    assert logged.not_looked_up() == "Not looked up: whether the issuer has withdrawn it since."
    assert logged.not_looked_up("zh") == "未查询：签发方此后是否已撤回。"
    assert plain.not_looked_up() == ("" if not plain.gaps else plain.not_looked_up())


def test_a_later_failed_job_stays_in_sight() -> None:
    assert "W_LATER_JOB" in DANGERS


def invoice(*, packed: bool = False, says: bytes = b"Invoice 4711") -> bytes:
    text = zlib.compress(says) if packed else says
    kind = b"/Filter /FlateDecode " if packed else b""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n2 0 obj\n<< "
        + kind
        + b"/Length %d >>\nstream\n" % len(text)
        + text
        + b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    )


def test_a_pdf_of_somebody_else_is_called_no_proofwipe_paper_and_accuses_nobody() -> None:
    for data in (invoice(), invoice(packed=True), invoice()[:90], b"\r\n" + invoice()[5:]):
        plain = told("valid", data=data)
        assert plain.why is Why.NO_PAPER
        assert "nothing that a proofwipe paper carries" in plain.sentence()
        assert "as it was issued" in plain.next_step()
        in_both(plain)


def test_another_companys_signed_pdf_is_none_of_ours_either() -> None:
    """Its one signature stands where ours would: only what is in it differs."""
    paper = (GOLDEN / "valid.pdf").read_bytes()
    contents = re.search(rb"/ByteRange \[[^]]*\]", paper)
    assert contents is not None
    signed = (
        b"%PDF-1.7\n1 0 obj\n<< /ByteRange [0 0000000099 0000000300 0000000040] /Contents <"
        + b"30" * 60
        + b"> >>\nendobj\ntrailer << >>\nstartxref\n9\n%%EOF\n"
    )
    found = verify(signed, Trust())
    assert (found.answer, found.checks[-1].name) == (Answer.NOT_VALID, "coverage")
    assert plain_of(found).why is Why.NO_PAPER


@pytest.mark.parametrize("name", sorted(EXPECTED["cases"]))
def test_no_golden_paper_however_manipulated_is_called_a_strangers(name: str) -> None:
    case = EXPECTED["cases"][name]
    foreign = plain_of(verify((GOLDEN / case["file"]).read_bytes(), Trust())).why is Why.NO_PAPER
    assert foreign == (name in {"not-a-paper", "empty"})


@pytest.mark.parametrize(
    "says",
    [
        b"(erase-record.json) 16 0 R",
        b"<</Producer(proofwipe)>>",
        "PW-5MPX-70R3-G7TV-0A1B".encode("utf-16-be"),
        b"<" + "PW-5MPX-70R3-G7TV-0A1B".encode("utf-16-be").hex().encode() + b">",
        b"<" + "proofwipe".encode("utf-16-be").hex().upper().encode() + b">",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_paper_saved_again_by_another_program_is_known_by_what_is_left_of_it(says: bytes, packed: bool) -> None:
    plain = told("valid", data=invoice(packed=packed, says=b"x" * 500 + says))
    assert plain.why is Why.CHANGED
    assert "saved again" in plain.sentence()


@pytest.mark.tools
def test_a_paper_that_other_programs_saved_again_is_known_and_a_picture_of_it_is_none(tmp_path: Path) -> None:
    paper = str(GOLDEN / "valid.pdf")
    for number, command in enumerate((["pdftocairo", "-pdf", paper], ["pdfunite", paper, paper])):
        out = tmp_path / f"{number}.pdf"
        subprocess.run([*command, str(out)], check=True, timeout=60)
        assert told("valid", data=out.read_bytes()).why is Why.CHANGED
    subprocess.run(
        ["pdftoppm", "-r", "40", "-png", "-singlefile", paper, str(tmp_path / "page")], check=True, timeout=60
    )
    Image.open(tmp_path / "page.png").convert("RGB").save(tmp_path / "scan.pdf")
    assert told("valid", data=(tmp_path / "scan.pdf").read_bytes()).why is Why.NO_PAPER


@pytest.mark.parametrize("times", [1, 400, 5000])
def test_what_a_pdf_packs_is_searched_within_bounds(times: int) -> None:
    bomb = b"stream\n" + zlib.compress(bytes(1 << 20))
    hidden = b"stream\n" + zlib.compress(b"erase-record.json")
    assert is_foreign_pdf(b"%PDF-1.7\n" + bomb * times)
    assert not is_foreign_pdf(b"%PDF-1.7\n" + hidden + bomb * times)


@given(data=st.binary(max_size=600))
def test_whatever_the_bytes_are_the_search_ends(data: bytes) -> None:
    assert is_foreign_pdf(b"%PDF-1.7\nstream\n" + data) in (True, False)


def test_a_code_alone_is_at_best_genuine_and_still_asks_for_the_paper() -> None:
    for same, best in ((None, PlainAnswer.CODE_GENUINE), (True, PlainAnswer.CODE_THIS_PHONE)):
        plain = plain_of_code("CODE GENUINE", "", same_phone=same)
        assert plain.answer is best
        assert "printed page" in plain.next_step()
        in_both(plain)


@pytest.mark.parametrize(
    ("answer", "code", "report", "why"),
    [
        ("NOT VALID", "E_QR", False, Why.CHANGED),
        ("NOT VALID", "E_EXPIRED", False, Why.NOT_GENUINE),
        ("NOT VALID", "E_FUTURE", False, Why.CLOCK),
        ("NOT VALID", "E_REVOKED", False, Why.REVOKED),
        ("NOT VALID", "E_DEVICE", False, Why.OTHER_PHONE),
        ("NOT VALID", "E_DEVICE", True, Why.OTHER_PHONE_REPORT),
        ("CANNOT TELL", "P_NO_STATION", False, Why.NO_ROOT),
        ("CANNOT TELL", "E_UNTRUSTED", False, Why.NO_ROOT),
        ("CANNOT TELL", "E_UNTRUSTED", True, Why.REPORT),
        ("CODE GENUINE", "", True, Why.REPORT),
        ("SPECIMEN", "", False, Why.SPECIMEN),
    ],
)
def test_no_other_answer_of_a_code_is_good(answer: str, code: str, report: bool, why: Why) -> None:
    plain = plain_of_code(answer, code, same_phone=None, is_report=report)
    assert (plain.answer, plain.why) == (PlainAnswer.DO_NOT_RELY, why)
    in_both(plain)


def test_what_could_not_be_read_says_nothing_about_a_certificate() -> None:
    plain = not_checked()
    assert plain.why is Why.NOT_CHECKED
    in_both(plain)


def test_as_data_the_words_are_fixed_and_the_phone_is_named() -> None:
    said = told("another-phone").to_json("zh")
    assert (said["answer"], said["why"]) == ("do_not_rely", "other_phone")
    assert said["headline"] == "请勿采信：所写的是另一部手机"
    assert isinstance(said["phone"], dict)
    assert said["phone"]["imei1_last4"] == "3809"
    assert told("byte-flipped").to_json()["phone"] is None
