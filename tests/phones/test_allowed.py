# SPDX-License-Identifier: GPL-3.0-or-later
"""The allow-list names what may be kept, and nothing that points to the seller."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import ALLOWED, MALFORMED, allowed
from phones.identifiers import PART_MEANINGS

FORBIDDEN = (
    "device_name",
    "phone_number",
    "msisdn",
    "iccid",
    "imsi",
    "ssid",
    "apple_id",
    "email",
    "owner_name",
    "user_name",
    "account_name",
)


def test_nothing_that_points_to_the_seller_has_a_name() -> None:
    assert [name for name in ALLOWED for word in FORBIDDEN if word in name] == []


def test_every_pattern_is_bounded_and_compiles() -> None:
    for rule in ALLOWED.values():
        pattern = re.compile(rule.pattern)
        assert pattern.fullmatch("x" * 5000 + "1" * 5000) is None, rule.name
        assert pattern.fullmatch("1" * 5000) is None, rule.name
        assert not re.search(r"(?<!\\)[*+](?![^\[]*\])", re.sub(r"\[[^\]]*\]", "", rule.pattern)), rule.name


def test_no_pattern_admits_a_line_break_or_an_escape() -> None:
    for rule in ALLOWED.values():
        for hostile in ("\n", "a\n", "1\n", "yes\n", "\x1b[2J", "a\u202eb"):
            assert rule.admit(hostile) == MALFORMED, rule.name


def test_no_pattern_takes_an_address_or_a_quoted_name() -> None:
    free_text = {
        "product.maker",
        "product.brand",
        "product.model",
        "product.marketing_name",
        "product.number",
        "system.build",
    }
    for rule in ALLOWED.values():
        if rule.name not in free_text:
            assert rule.admit("anna@example.com") == MALFORMED, rule.name


@pytest.mark.parametrize("name", ["device.name", "identity.iccid", "", "part", "statement"])
def test_a_name_that_is_not_on_the_list_raises(name: str) -> None:
    with pytest.raises(KeyError):
        allowed(name)


def test_parts_and_statements_are_allowed_by_prefix_with_shapes_of_their_own() -> None:
    assert allowed("part.battery").admit("ok") == "ok"
    assert allowed("part.battery").admit("anything") == MALFORMED
    assert allowed("statement.screen").admit("no scratches at all") == MALFORMED


@given(st.sampled_from(sorted(ALLOWED)), st.text(max_size=200))
def test_admitted_text_is_the_text_or_malformed(name: str, text: str) -> None:
    assert allowed(name).admit(text) in (text, MALFORMED)


def test_the_identifiers_are_exactly_those_of_the_phone() -> None:
    assert {rule.identifier for rule in ALLOWED.values()} - {""} == {
        "serial",
        "imei",
        "udid",
        "ecid",
        "wifi_mac",
        "android_id",
        *(f"part_{part}" for part in PART_MEANINGS),
    }
