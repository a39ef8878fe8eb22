# SPDX-License-Identifier: GPL-3.0-or-later
"""No exchange without evidence, no identifier in it, and evidence is kept before anyone reads it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import ALLOWED, MALFORMED
from phones.android.readers import serial as read_serial
from phones.cleaning import clean_serial, spelled_serial
from phones.commitment import commit
from phones.errors import (
    AdbServerError,
    PhoneError,
    PhoneLostError,
    PhoneRefusedError,
    PhoneSilentError,
    ReplyMalformedError,
)
from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.link import Effect, Link, Question, Reply, Request, ShellLine
from phones.long_act import Act
from phones.port import Presence, Sighting
from phones.witness import Answer, Witness, WitnessedPort, values_of

SALT = bytes(range(16))
IMEI = "353918057901122"


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


class OnePhone:
    """A port and its link, below our code."""

    path = "1-1"
    emulated = True
    name = "adb"

    def __init__(self, answer: Reply | Exception) -> None:
        self.answer = answer
        self.opened = 0
        self.closed = 0

    def look(self) -> Sighting:
        return Sighting(
            port=self.path,
            presence=Presence.ADB_DEVICE,
            usb_serial="R58N12",
            vendor_id=0x18D1,
            product_id=0x4EE7,
            interfaces=("ff/42/01",),
        )

    def open(self) -> Link:
        self.opened += 1
        return self

    def forget(self, udid: str) -> None:
        raise AssertionError("nothing was paired here")

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.closed += 1


def question(read: Callable[[Reply], Mapping[str, str]]) -> Question:
    return Question(name="test.question", effect=Effect.READS, request=ShellLine(line="true"), read=read, timeout_s=1)


def ask(answer: Reply | Exception, values: Mapping[str, str] | None = None) -> tuple[list[Evidence], Answer]:
    journal: list[Evidence] = []
    phone = WitnessedPort(OnePhone(answer), Witness(clock=FixedClock(), journal=journal.append, salt=SALT))
    return journal, phone.ask(question(lambda _: values or {}), Moment.BEFORE)


def test_identifiers_are_committed_in_evidence_and_in_clear_only_for_the_step() -> None:
    journal: list[Evidence] = []
    phone = WitnessedPort(OnePhone(Reply()), Witness(clock=FixedClock(), journal=journal.append, salt=SALT))
    answer = phone.ask(question(lambda _: {"identity.imei1": IMEI, "identity.serial": "R58N12"}), Moment.BEFORE)
    assert answer.values["identity.imei1"] == IMEI
    assert journal[0].values == {
        "identity.imei1": commit("imei", IMEI, SALT),
        "identity.serial": commit("serial", "R58N12", SALT),
    }
    kept = json.dumps(journal[0].to_json())
    assert IMEI not in kept
    assert "R58N12" not in kept


def test_the_same_serial_read_over_usb_and_adb_commits_alike() -> None:
    journal: list[Evidence] = []
    phone = WitnessedPort(OnePhone(Reply()), Witness(clock=FixedClock(), journal=journal.append, salt=SALT))
    phone.record_sighting("look", phone.peek(), Moment.BEFORE)
    phone.ask(question(lambda _: {"identity.serial": "R58N12"}), Moment.BEFORE)
    assert journal[0].values["port.usb_serial"] == journal[1].values["identity.serial"]


@pytest.mark.parametrize("serial", ["ABC,123", "序列12345678", "SN\u200b1234567", "AB\\12345", "A/B 12.3"])
def test_a_serial_in_any_alphabet_read_over_usb_and_adb_commits_alike(serial: str) -> None:
    journal: list[Evidence] = []
    phone = WitnessedPort(OnePhone(Reply()), Witness(clock=FixedClock(), journal=journal.append, salt=SALT))
    for _ in range(2):
        sighting = replace(phone.peek(), usb_serial=clean_serial(serial))
        phone.record_sighting("look", sighting, Moment.BEFORE)
    phone.ask(question(lambda _: read_serial(serial)), Moment.BEFORE)
    told = [
        piece.values[name] for piece, name in zip(journal, ("port.usb_serial",) * 2 + ("identity.serial",), strict=True)
    ]
    assert told == [commit("serial", spelled_serial(serial), SALT)] * 3


@pytest.mark.parametrize(
    ("error", "outcome", "values"),
    [
        (PhoneLostError(), Outcome.LOST, {}),
        (PhoneSilentError(), Outcome.SILENT, {}),
        (PhoneRefusedError(reason_code="closed"), Outcome.REFUSED, {"command.refusal": "closed"}),
        (ReplyMalformedError(), Outcome.MALFORMED, {}),
        (PhoneError(), Outcome.MALFORMED, {}),
    ],
)
def test_every_failure_of_a_phone_is_evidence_and_none_is_an_answer(
    error: PhoneError, outcome: Outcome, values: dict[str, str]
) -> None:
    journal, answer = ask(error)
    assert [piece.outcome for piece in journal] == [outcome]
    assert journal[0].values == values
    assert not answer.answered


def test_a_reader_that_cannot_read_leaves_malformed_evidence() -> None:
    def read(_: Reply) -> Mapping[str, str]:
        raise ReplyMalformedError(step="read", expected="json", got="noise")

    journal: list[Evidence] = []
    phone = WitnessedPort(
        OnePhone(Reply(body=b"noise")), Witness(clock=FixedClock(), journal=journal.append, salt=SALT)
    )
    assert phone.ask(question(read), Moment.BEFORE).outcome is Outcome.MALFORMED
    assert journal[0].values == {}


def test_a_broken_bench_is_not_the_phones_fault() -> None:
    with pytest.raises(AdbServerError):
        ask(AdbServerError())


def test_a_value_not_on_the_list_is_a_mistake_of_ours_and_never_kept() -> None:
    with pytest.raises(KeyError):
        ask(Reply(), {"device.name": "Anna's phone"})


def test_a_value_of_another_shape_is_kept_as_malformed_and_not_as_it_came() -> None:
    journal, answer = ask(Reply(), {"product.model": "Pixel\x1b[2J", "identity.imei1": "not an imei"})
    assert journal[0].values == {"product.model": MALFORMED, "identity.imei1": MALFORMED}
    assert answer.values == {"product.model": MALFORMED, "identity.imei1": MALFORMED}


def test_evidence_that_cannot_be_kept_is_an_answer_nobody_gets() -> None:
    def full(_: Evidence) -> None:
        raise OSError("disk full")

    phone = WitnessedPort(OnePhone(Reply()), Witness(clock=FixedClock(), journal=full, salt=SALT))
    with pytest.raises(OSError, match="full"):
        phone.ask(question(lambda _: {}), Moment.BEFORE)


def test_after_a_failure_the_next_question_opens_the_port_anew() -> None:
    port = OnePhone(PhoneLostError())
    phone = WitnessedPort(port, Witness(clock=FixedClock(), journal=lambda _: None, salt=SALT))
    phone.ask(question(lambda _: {}), Moment.BEFORE)
    port.answer = Reply()
    phone.ask(question(lambda _: {}), Moment.BEFORE)
    phone.ask(question(lambda _: {}), Moment.BEFORE)
    assert (port.opened, port.closed) == (2, 1)


def test_evidence_is_numbered_without_gaps() -> None:
    journal: list[Evidence] = []
    witness = Witness(clock=FixedClock(), journal=journal.append, salt=SALT, next_number=5)
    phone = WitnessedPort(OnePhone(Reply()), witness)
    phone.record_host_fact("host.step", {"host.step": "begun"}, Moment.BEFORE)
    phone.keep_statement("operator", {"statement.screen": "good"}, Moment.AFTER)
    phone.record_sighting("port", phone.peek(), Moment.RETURN, {"port.absent_s": "31"})
    assert [piece.number for piece in journal] == [5, 6, 7]
    assert [piece.link for piece in journal] == ["host", "operator", "usb"]
    assert journal[2].values["port.vendor_product"] == "18d1:4ee7"


class ManyAnswers(OnePhone):
    """Answers one after the other."""

    def __init__(self, *answers: Reply | Exception) -> None:
        super().__init__(Reply())
        self.answers = list(answers)

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        self.answer = self.answers.pop(0)
        return super().exchange(request, timeout_s=timeout_s)


def _exit_code(reply: Reply) -> Mapping[str, str]:
    return {"command.exit_code": str(reply.status)}


def in_series(*answers: Reply | Exception) -> list[Evidence]:
    """Acts of a series that end so, and then a fact that is kept."""
    journal: list[Evidence] = []
    phone = WitnessedPort(ManyAnswers(*answers), Witness(clock=FixedClock(), journal=journal.append, salt=SALT))
    act = Act(question=question(_exit_code), silence_s=1)
    for _ in answers:
        phone.carry_out_in_series(act, Moment.BETWEEN, clock=FixedClock())
    phone.record_host_fact("host.step", {"host.step": "done"}, Moment.BETWEEN)
    assert {piece.moment for piece in journal} == {Moment.BETWEEN}
    return journal


def counted(journal: list[Evidence]) -> list[tuple[str, str]]:
    return [(piece.asked, piece.values.get("host.acts", piece.outcome)) for piece in journal]


def test_acts_of_a_series_that_went_well_are_one_sum_before_whatever_is_kept_next() -> None:
    journal = in_series(*[Reply(status=0)] * 7)
    assert counted(journal) == [("host.act_begun", "answered"), ("host.acts", "7"), ("host.step", "answered")]
    assert dict(journal[1].values) == {"host.step": "test.question", "host.acts": "7"}
    assert [piece.number for piece in journal] == [1, 2, 3]


def test_a_sum_never_grows_so_far_that_a_crash_would_leave_more_than_fifty_uncounted() -> None:
    journal = in_series(*[Reply(status=0)] * 120)
    sums = [piece.values["host.acts"] for piece in journal if piece.asked == "host.acts"]
    assert sums == ["50", "50", "20"]
    assert sum(piece.asked == "host.act_begun" for piece in journal) == 3


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        (PhoneLostError(), Outcome.LOST),
        (PhoneRefusedError(reason_code="closed"), Outcome.REFUSED),
        (PhoneSilentError(), Outcome.SILENT),
        (ReplyMalformedError(), Outcome.MALFORMED),
        (Reply(status=1), Outcome.ANSWERED),
    ],
    ids=["lost", "refused", "silent", "malformed", "exit code"],
)
def test_an_act_of_a_series_that_did_not_go_well_is_a_piece_of_its_own(wrong: Any, outcome: Outcome) -> None:
    journal = in_series(Reply(status=0), Reply(status=0), wrong, Reply(status=0))
    assert counted(journal) == [
        ("host.act_begun", "answered"),
        ("host.acts", "2"),
        ("test.question", outcome.value),
        ("host.act_begun", "answered"),
        ("host.acts", "1"),
        ("host.step", "answered"),
    ]


def test_a_question_of_a_series_that_tells_anything_is_kept_whole() -> None:
    journal: list[Evidence] = []
    phone = WitnessedPort(OnePhone(Reply()), Witness(clock=FixedClock(), journal=journal.append, salt=SALT))
    told = iter([{}, {}, {"battery.level": "80"}])
    for _ in range(3):
        assert phone.ask_in_series(question(lambda _: next(told)), Moment.BETWEEN) is Outcome.ANSWERED
    assert counted(journal) == [("host.acts", "2"), ("test.question", "answered")]
    assert dict(journal[1].values) == {"battery.level": "80"}


def test_a_sum_that_cannot_be_kept_stops_whatever_would_be_kept_after_it() -> None:
    def full(_: Evidence) -> None:
        raise OSError("disk full")

    phone = WitnessedPort(OnePhone(Reply()), Witness(clock=FixedClock(), journal=full, salt=SALT))
    phone.ask_in_series(question(lambda _: {}), Moment.BETWEEN)
    with pytest.raises(OSError, match="full"):
        phone.ask(question(lambda _: {}), Moment.BETWEEN)


def test_values_of_takes_only_what_was_answered_at_that_moment() -> None:
    journal: list[Evidence] = []
    witness = Witness(clock=FixedClock(), journal=journal.append, salt=SALT)
    for moment, outcome, text in (
        (Moment.BEFORE, Outcome.ANSWERED, "1"),
        (Moment.AFTER, Outcome.REFUSED, "2"),
        (Moment.AFTER, Outcome.ANSWERED, "3"),
    ):
        witness.record(moment=moment, port="1-1", link="adb", asked="x", outcome=outcome, values={"boot.count": text})
    assert values_of(journal, Moment.AFTER, "boot.count") == ("3",)


TEXTS = st.dictionaries(st.sampled_from(sorted(ALLOWED)), st.text(max_size=30))


@given(TEXTS)
def test_evidence_survives_its_own_json_and_the_digest_holds(values: dict[str, str]) -> None:
    journal, _ = ask(Reply(), values)
    copy = Evidence.from_json(json.loads(json.dumps(journal[0].to_json())))
    assert copy == journal[0]
    assert copy.digest == digest_of(copy.values)


@given(TEXTS)
def test_no_identifier_of_any_name_is_kept_in_clear(values: dict[str, str]) -> None:
    journal, _ = ask(Reply(), values)
    for name, text in journal[0].values.items():
        if ALLOWED[name].identifier:
            assert text == MALFORMED or text.startswith("#")
