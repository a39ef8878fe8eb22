# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of an attestation: a chain that names no phone, a state otherwise; and it is judged from that alone."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.attestation.evidence import PIECE, STATE, in_pieces, judge_evidence, kept_chain, values_of
from phones.attestation.judgement import Code
from phones.attestation.roots import read_root_set, shipped
from phones.evidence import Evidence, Moment, Outcome, digest_of
from tests.support.attestation import AT, AUTHORITY, HONEST, NONCE, root_document, roots, set_document, statuses
from tests.wipe.drive import Bench
from virtual_phones.android.attestation import Authority, Statement, joined, pem

SERIAL, IMEI, OTHER_IMEI = "FAKESERIAL01", "004999000000001", "004999000000002"
CHAIN = joined(AUTHORITY.chain(HONEST))


def section(statement: Statement = HONEST) -> dict[str, object]:
    return {"certificates": base64.encodebytes(joined(AUTHORITY.chain(statement))).decode()}


def piece(number: int, values: Mapping[str, str], moment: Moment = Moment.AFTER) -> Evidence:
    kept = {"command.nonce": NONCE, **values}
    return Evidence(
        number=number,
        at=AT,
        moment=moment,
        port="1-1",
        link="trade_in",
        asked="trade_in.getstatus",
        outcome=Outcome.ANSWERED,
        values=kept,
        digest=digest_of(kept),
    )


def judged(*pieces: Evidence) -> Code:
    return judge_evidence(pieces, roots=roots(), statuses=statuses()).code


def test_a_chain_that_names_no_phone_is_kept_whole_and_judged_from_what_was_kept() -> None:
    values = values_of(section(), nonce=NONCE, keep=True)
    assert values[STATE] == "kept"
    assert kept_chain(values) == CHAIN
    assert judged(piece(1, values)) is Code.VALID


def test_pem_is_kept_as_the_same_bytes() -> None:
    text = base64.b64encode(pem(AUTHORITY.chain(HONEST))).decode()
    assert kept_chain(values_of({"certificates": text}, nonce=NONCE, keep=True)) == CHAIN


@pytest.mark.parametrize(("serial", "imei"), [(SERIAL, ""), ("", IMEI), (SERIAL, IMEI)])
def test_a_chain_that_names_the_phone_is_never_kept(serial: str, imei: str) -> None:
    statement = replace(HONEST, serial=serial, imei=imei)
    values = values_of(section(statement), nonce=NONCE, serial=SERIAL, imeis=(IMEI,), keep=True)
    assert values == {STATE: "named_the_phone", "command.nonce_echoed": "yes"}
    assert judged(piece(1, values)) is Code.NAMES_A_PHONE


@pytest.mark.parametrize("told", [{"serial": SERIAL}, {"known": (SERIAL.lower(),)}])
def test_a_number_of_the_phone_in_the_name_of_a_certificate_is_not_kept(told: dict[str, Any]) -> None:
    maker = Authority(f"of {SERIAL}")
    certificates = base64.b64encode(joined(maker.chain(HONEST))).decode()
    values = values_of({"certificates": certificates}, nonce=NONCE, keep=True, **told)
    assert values == {STATE: "named_the_phone", "command.nonce_echoed": "yes"}
    assert values_of({"certificates": certificates}, nonce=NONCE, keep=True, known=("FAKE", ""))[STATE] == "kept"


def test_an_imei_without_its_check_digit_in_a_certificate_is_not_kept() -> None:
    maker = Authority(IMEI[:14])
    certificates = base64.b64encode(joined(maker.chain(HONEST))).decode()
    assert values_of({"certificates": certificates}, nonce=NONCE, imeis=(IMEI,), keep=True)[STATE] == "named_the_phone"


def test_a_chain_of_another_phone_says_so_and_is_not_kept() -> None:
    for statement in (replace(HONEST, serial="FAKESERIAL02"), replace(HONEST, imei=OTHER_IMEI)):
        values = values_of(section(statement), nonce=NONCE, serial=SERIAL, imeis=(IMEI,), keep=True)
        assert values[STATE] == "other_phone"
        assert not any(name.startswith(PIECE) for name in values)


def test_a_number_hidden_below_a_second_statement_is_not_kept() -> None:
    named = replace(HONEST, serial=SERIAL)
    chain = joined(AUTHORITY.extended(named, HONEST))
    values = values_of({"certificates": base64.b64encode(chain).decode()}, nonce=NONCE, keep=True)
    assert values[STATE] == "named_no_phone"
    assert not any(name.startswith(PIECE) for name in values)


def test_everything_kept_is_on_the_allow_list() -> None:
    values = values_of(section(), nonce=NONCE, keep=True)
    assert {name: allowed(name).admit(text) for name, text in values.items()} == values


def test_a_challenge_known_before_the_erase_proves_nothing_about_after_it() -> None:
    values = values_of(section(), nonce=NONCE, keep=True)
    before = piece(1, {}, Moment.BEFORE)
    assert judged(before, piece(2, values)) is Code.WRONG_NONCE
    assert judged(replace(before, values={"command.nonce": "another1"}), piece(2, values)) is Code.VALID


@pytest.mark.parametrize("named", [{"serial": SERIAL}, {"imei": IMEI}, {"serial": "FAKESERIAL02"}])
def test_a_chain_that_names_a_phone_is_never_valid_however_it_came_into_evidence(named: dict[str, Any]) -> None:
    """No witness keeps one: whoever put it there may have taken it from another phone, and nobody could tell."""
    chain = joined(AUTHORITY.chain(replace(HONEST, **named)))
    values = {STATE: "kept", "command.nonce_echoed": "yes", **in_pieces(PIECE, chain)}
    assert judged(piece(1, values)) is Code.NAMES_A_PHONE


def test_a_chain_or_a_challenge_older_than_the_last_command_proves_nothing_about_after_it() -> None:
    values = values_of(section(), nonce=NONCE, keep=True)
    command = replace(piece(2, {}, Moment.COMMAND), values={})
    assert judged(piece(1, values), command) is Code.WRONG_NONCE
    assert judged(piece(1, {}, Moment.FINAL), command, piece(3, values, Moment.FINAL)) is Code.WRONG_NONCE
    assert judged(command, piece(3, {}, Moment.FINAL), piece(4, values, Moment.FINAL)) is Code.VALID


def test_a_phone_that_tells_one_of_its_two_imeis_is_not_another_phone() -> None:
    both = replace(HONEST, imei=IMEI, second_imei=OTHER_IMEI)
    for imeis in ((IMEI,), (OTHER_IMEI,), (IMEI, OTHER_IMEI)):
        assert values_of(section(both), nonce=NONCE, imeis=imeis, keep=True)[STATE] == "named_the_phone"
    one = replace(HONEST, imei=IMEI)
    assert values_of(section(one), nonce=NONCE, imeis=(IMEI, OTHER_IMEI), keep=True)[STATE] == "named_the_phone"
    third = "004999000000003"
    assert values_of(section(both), nonce=NONCE, imeis=(IMEI, third), keep=True)[STATE] == "other_phone"


def test_only_the_last_answer_after_the_return_counts() -> None:
    values = values_of(section(), nonce=NONCE, keep=True)
    assert judged(piece(1, values, Moment.BEFORE)) is Code.NO_CHAIN
    assert judged(piece(1, values), piece(2, {STATE: "refused"}, Moment.FINAL)) is Code.NO_CHAIN
    assert judged(replace(piece(1, values), outcome=Outcome.MALFORMED)) is Code.NO_CHAIN
    assert judged() is Code.NO_CHAIN


def test_a_piece_that_is_gone_or_changed_is_noticed() -> None:
    values = values_of(section(), nonce=NONCE, keep=True)
    names = [name for name in values if name.startswith(PIECE)]
    assert len(names) > 1
    for name in names:
        rest = {key: text for key, text in values.items() if key != name}
        assert judged(piece(1, rest)) in (Code.MALFORMED, Code.SIGNATURE_WRONG)
    assert judged(piece(1, {**values, names[0]: "malformed"})) is Code.MALFORMED


@given(st.dictionaries(st.sampled_from(["certificates", "error"]), st.one_of(st.text(), st.integers(), st.none())))
def test_whatever_the_section_a_state_is_kept_and_nothing_leaves(told: dict[str, object]) -> None:
    assert values_of(told, nonce=NONCE, keep=True)[STATE] in ("not_given", "refused", "malformed")


def test_after_a_whole_trade_in_erase_the_chain_of_the_last_foyer_is_kept_and_valid_under_the_virtual_root() -> None:
    bench = Bench("android_trade_in").run()
    virtual = read_root_set(set_document(root_document(spki_sha256=Authority("virtual phones").root_digest)))
    listed = statuses(as_of=bench.evidence[-1].at - timedelta(hours=1))
    found = judge_evidence(bench.evidence, roots=virtual, statuses=listed)
    assert found.code is Code.VALID
    assert judge_evidence(bench.evidence, roots=shipped(), statuses=listed).code is Code.FOREIGN_ROOT
    asked = [each for each in bench.evidence if each.asked == "trade_in.getstatus"]
    kept = [each.moment for each in asked if kept_chain(each.values) is not None]
    assert kept == [Moment.AFTER, Moment.FINAL]
    nonces = [each.values["command.nonce"] for each in asked if each.moment in kept]
    assert len(set(nonces)) == len(nonces)
    assert not set(nonces) & {each.values["command.nonce"] for each in asked if each.moment is Moment.BEFORE}


def test_the_attestation_of_an_unlocked_phone_says_unlocked() -> None:
    phone = {"model": "pixel-9-android-16", "condition": "reset", "variation": ["unlocked_bootloader"]}
    bench = Bench("android_trade_in", phone).run()
    virtual = read_root_set(set_document(root_document(spki_sha256=Authority("virtual phones").root_digest)))
    assert judge_evidence(bench.evidence, roots=virtual, statuses=None).code is Code.UNLOCKED_BOOT
