# SPDX-License-Identifier: GPL-3.0-or-later
"""The trade-in status is read strictly: one JSON object, no second meaning, only allow-listed values."""

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import ALLOWED, MALFORMED, allowed
from phones.android.trade_in import (
    MAXIMUM_JSON_BYTES,
    evaluate_question,
    getstatus_question,
    part_status,
    read_json,
    read_status,
)
from phones.errors import ReplyMalformedError
from phones.link import Effect, Reply, TradeInLine
from tests.support.attestation import AUTHORITY, HONEST
from virtual_phones.android.attestation import joined

NONCE = "aB_-90000000"
IMEI = "353918057901122"
FULL = {
    "battery": {
        "cycle_count": 16,
        "health": 100,
        "state": 2,
        "manufacturing_date": 1653004800,
        "first_usage_date": 0,
        "serial": "CELL-SERIAL",
        "part_status": "original",
    },
    "storage": {"useful_lifetime_remaining": 99, "capacity_bytes": "128000000000"},
    "screen": {"screens": [{"part_status": "original"}, {"part_status": "Replaced"}]},
    "sensors": {"moisture_intrusion": False},
    "launch_level": 33,
    "locks": {"factory_reset_protection": False},
    "product": {
        "brand": "google",
        "device": "panther",
        "manufacturer": "Google",
        "model": "Pixel 7",
        "name": "panther",
    },
    "imeis": [IMEI, "310260123456789"],
    "serial": "21081FDF6003XX",
    "attestation": {"certificates": base64.encodebytes(joined(AUTHORITY.chain(HONEST))).decode()},
}


def read(body: bytes, *, status: int = 0) -> dict[str, str]:
    return dict(getstatus_question(NONCE, timeout_s=1).read(Reply(status=status, body=body)))


def test_a_full_status_gives_identity_condition_and_our_own_challenge() -> None:
    assert read(json.dumps(FULL).encode()) == {
        "command.exit_code": "0",
        "command.nonce": NONCE,
        "command.nonce_echoed": "yes",
        "attestation.state": "named_no_phone",
        "locks.frp": "clear",
        "identity.serial": "21081FDF6003XX",
        "identity.imei1": IMEI,
        "imei.luhn": "valid",
        "product.maker": "Google",
        "product.brand": "google",
        "product.model": "Pixel 7",
        "product.device": "panther",
        "system.first_api_level": "33",
        "battery.cycles": "16",
        "battery.health_percent": "100",
        "battery.health_code": "2",
        "battery.source": "trade_in",
        "battery.manufactured_epoch": "1653004800",
        "battery.part_status": "original",
        "parts.battery": "CELL-SERIAL",
        "parts.blank": "",
        "storage.total_bytes": "128000000000",
        "storage.life_percent": "99",
        "liquid.detected": "no",
        "display.part_status": "replaced",
    }


def test_the_serial_of_the_battery_is_kept_as_a_commitment_only_and_the_number_of_a_sim_is_not_taken() -> None:
    values = read(json.dumps(FULL).encode())
    assert [name for name, text in values.items() if "CELL-SERIAL" in text] == ["parts.battery"]
    assert ALLOWED["parts.battery"].identifier == "part_battery"
    assert "310260123456789" not in json.dumps(values)


def test_with_protection_armed_only_the_lock_is_said() -> None:
    assert read(b'{"locks":{"factory_reset_protection":true}}') == {
        "command.exit_code": "0",
        "command.nonce": NONCE,
        "attestation.state": "not_given",
        "locks.frp": "armed",
    }


@pytest.mark.parametrize("prefix", [b"", b"WARNING: linker: x\n", b"wait...\r\n\r\n"])
def test_noise_before_the_json_makes_no_difference(prefix: bytes) -> None:
    assert read(prefix + b'{"locks":{"factory_reset_protection":false}}\r\n')["locks.frp"] == "clear"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"{",
        b"{]",
        b'{"a":1}{"b":2}',
        b'{"a":1} tail',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"locks":{"factory_reset_protection":true},"locks":{"factory_reset_protection":false}}',
        b'{"locks":{"factory_reset_protection":true,"factory_reset_protection":false}}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"a":' * 13 + b"1" + b"}" * 13,
        b'{"a":"' + b"x" * MAXIMUM_JSON_BYTES + b'"}',
        b'{"a":"\xff"}',
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_anything_but_one_plain_object_is_malformed(body: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        read(body)


def test_values_of_another_type_are_left_out() -> None:
    document = {
        "battery": {"cycle_count": True, "health": 101, "state": "2", "part_status": 3},
        "storage": {"capacity_bytes": 128, "useful_lifetime_remaining": -1},
        "sensors": [],
        "locks": {"factory_reset_protection": "no"},
        "imeis": "353918057901125",
        "serial": 5,
        "screen": {"screens": ["x"]},
    }
    assert read_status(document) == {}


def test_an_attestation_without_our_challenge_is_told_apart_from_none() -> None:
    old = joined(AUTHORITY.chain(replace(HONEST, challenge=b"an older one")))
    document = {"attestation": {"certificates": base64.b64encode(old).decode()}}
    assert read_status(document, nonce=NONCE) == {"command.nonce_echoed": "no", "attestation.state": "wrong_nonce"}
    assert read_status({"attestation": {"error": "no network"}}, nonce=NONCE) == {"attestation.state": "refused"}
    assert read_status({}, nonce=NONCE) == {"attestation.state": "not_given"}
    assert read_status({"attestation": {"certificates": "bm90"}}, nonce=NONCE) == {"attestation.state": "malformed"}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("original", "original"),
        ("Genuine part", "original"),
        ("non-original", "replaced"),
        ("Not original", "replaced"),
        ("REPLACED", "replaced"),
        ("unsupported", "unsupported"),
        ("Original?! maybe not", "replaced"),
        ("原装", "unknown"),
        ("", ""),
        (None, ""),
        (1, ""),
    ],
)
def test_a_strange_word_never_makes_a_part_original(said: object, status: str) -> None:
    assert part_status(said) == status


@pytest.mark.parametrize("nonce", ["", "short", "a b c d e", "a+b/c=defg", "x" * 65])
def test_a_challenge_the_foyer_would_close_on_is_a_mistake_of_ours(nonce: str) -> None:
    with pytest.raises(ValueError, match="challenge"):
        getstatus_question(nonce, timeout_s=1)


def test_evaluation_is_marked_as_erasing_and_status_as_reading() -> None:
    assert evaluate_question(timeout_s=1).effect is Effect.ERASES
    assert evaluate_question(timeout_s=1).read(Reply(status=255)) == {"command.exit_code": "255"}
    question = getstatus_question(NONCE, timeout_s=1)
    assert question.effect is Effect.READS
    assert question.request == TradeInLine(command=f"wait-until-ready getstatus --challenge {NONCE}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*FULL, "health", "part_status", "screens", "certificates"]) | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from([*FULL]), JSON))
def test_any_document_gives_allow_listed_names_or_is_malformed(document: dict[str, object]) -> None:
    try:
        values = read(json.dumps(document).encode())
    except ReplyMalformedError:
        return
    for name in values:
        assert allowed(name).name == name


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_malformed(data: bytes) -> None:
    try:
        assert isinstance(read_json(b"{" + data), dict)
    except ReplyMalformedError:
        return


def test_a_status_value_fits_its_documented_shape() -> None:
    for name, text in read(json.dumps(FULL).encode()).items():
        assert allowed(name).admit(text) != MALFORMED


@pytest.mark.parametrize(
    ("battery", "values"),
    [
        ({"cycle_count": 0}, {"not_measured.battery.cycles": "left_at_zero"}),
        ({"health": 0}, {"not_measured.battery.health_percent": "left_at_zero"}),
        ({"state": 1}, {"not_measured.battery.health_code": "unknown_word"}),
        ({"state": 3}, {"battery.health_code": "3"}),
        ({"state": 42}, {"not_measured.battery.health_code": "code_not_known"}),
        ({"cycle_count": 3}, {"battery.cycles": "3", "battery.source": "trade_in"}),
    ],
)
def test_what_the_foyer_did_not_measure_is_no_value(battery: dict[str, int], values: dict[str, str]) -> None:
    assert read_status({"battery": battery}) == values
