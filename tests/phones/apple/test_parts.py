# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be asked of an iPhone, and the shape in which its answers travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.apple import inspection as apple_inspection
from phones.apple import parts as apple_parts
from phones.apple.parts import PartAnswer, decode, encode, may_be_asked, value_part
from phones.errors import ReplyMalformedError
from phones.link import AppleBatch, ApplePart, Effect, Question

MARK, NEW_MARK = "ab" * 16, "cd" * 16
SELLERS = [
    "DeviceName",
    "PhoneNumber",
    "InternationalMobileSubscriberIdentity",
    "IntegratedCircuitCardIdentity",
    "TimeZone",
    "NonVolatileRAM",
    "",
    None,
]


def batches() -> list[Question]:
    return [
        apple_inspection.inspection_question(timeout_s=1),
        apple_inspection.after_question(timeout_s=1),
        apple_inspection.plant_question(MARK, timeout_s=1),
        apple_inspection.canary_question(MARK, NEW_MARK, timeout_s=1),
    ]


@pytest.mark.parametrize("key", SELLERS)
def test_what_points_to_the_seller_cannot_be_asked(key: str | None) -> None:
    arguments = {} if key is None else {"key": key, "domain": ""}
    assert not may_be_asked(ApplePart(name="x", kind=apple_parts.APPLE_VALUE, arguments=arguments))


@pytest.mark.parametrize("path", ["/DCIM/100APPLE/IMG_0001.JPG", "/proofwipe-../../x", "/proofwipe-a/b", "", "/"])
def test_no_file_but_our_own_mark_can_be_read_written_or_removed(path: str) -> None:
    for kind in (apple_parts.APPLE_FILE_READ, apple_parts.APPLE_FILE_WRITE, apple_parts.APPLE_FILE_REMOVE):
        assert not may_be_asked(ApplePart(name="x", kind=kind, arguments={"path": path}))


@pytest.mark.parametrize("question", batches(), ids=lambda question: question.name)
def test_every_part_of_our_own_questions_is_on_the_list(question: Question) -> None:
    assert isinstance(question.request, AppleBatch)
    names = [part.name for part in question.request.parts]
    assert len(names) == len(set(names))
    assert all(may_be_asked(part) for part in question.request.parts)


def test_a_whole_domain_cannot_be_asked() -> None:
    for domain in apple_parts.ASKABLE:
        assert not may_be_asked(ApplePart(name="x", kind=apple_parts.APPLE_VALUE, arguments={"domain": domain}))
    assert not may_be_asked(value_part("IsAssociated", "com.apple.fmip"))
    assert not may_be_asked(ApplePart(name="x", kind="anything"))


def test_only_the_first_batch_of_a_job_may_pair() -> None:
    def pairs(question: Question) -> bool:
        assert isinstance(question.request, AppleBatch)
        return any(part.kind == apple_parts.APPLE_PAIR for part in question.request.parts)

    assert [pairs(question) for question in batches()] == [True, False, False, False]


def test_an_inspection_reads_and_a_mark_writes() -> None:
    assert [question.effect for question in batches()] == [
        Effect.READS,
        Effect.READS,
        Effect.WRITES,
        Effect.WRITES,
    ]


def test_an_answer_survives_its_journey() -> None:
    answers = {
        "a": PartAnswer(status="ok", value={"n": 7, "raw": b"\x00\xff"}),
        "b": PartAnswer(status="refused", code="locked"),
        "c": PartAnswer(status="absent"),
    }
    assert decode(encode(answers)) == answers


@given(st.binary(max_size=400))
def test_bytes_that_are_no_answer_are_malformed_and_nothing_else(body: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        decode(body)


XML = '<?xml version="1.0"?><plist version="1.0">{}</plist>'
BROKEN = [
    "<dict><key>a</key><dict/></dict>",
    "<array/>",
    "<dict><key>a</key></dict>",
    "<string>x</string>",
    "<dict><key>a</key><integer>x</integer></dict>",
    "<dict><key>a</key><date>x</date></dict>",
    "<dict><key>a</key><dict><key>status</key><string>fine</string></dict></dict>",
    "<dict><string>a</string></dict>",
    "<dict><key>a</key><integer>" + "9" * 5000 + "</integer></dict>",
    "</dict>",
    "<key>a</key>",
    "",
]


@pytest.mark.parametrize("inner", BROKEN)
def test_property_lists_of_another_shape_are_malformed(inner: str) -> None:
    with pytest.raises(ReplyMalformedError):
        decode(XML.format(inner).encode())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner),
    )
)
def test_values_that_cannot_travel_are_malformed(value: object) -> None:
    try:
        body = encode({"a": PartAnswer(status="ok", value=value)})
    except ReplyMalformedError:
        return
    assert decode(body)["a"].status == "ok"
