# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done to the parts of a virtual iPhone is data: each word changes that part's numbers and no others."""

import pytest

from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.registry import PART_KEYS, battery_of, entry_of
from virtual_phones.phone import load_model, section

MODEL = "iphone-17-pro-ios-26"


def numbers(parts: dict[str, str]) -> dict[str, object]:
    """Key → what stands there, of every key that tells a part's number."""
    phone = IPhone({**load_model(MODEL), "parts": parts})
    found = {"battery": battery_of(phone).get("Serial")}
    for name in section(phone.model, "registry"):
        found |= {key: value for key, value in entry_of(phone, name, "").items() if key in sum(PART_KEYS.values(), ())}
    return found


@pytest.mark.parametrize("done", ["another", "blank", "silent"])
@pytest.mark.parametrize("part", sorted(PART_KEYS))
def test_a_word_changes_its_part_and_no_other(part: str, done: str) -> None:
    before, after = numbers({}), numbers({part: done})
    changed = {key for key in before if before[key] != after.get(key)}
    assert changed == set(PART_KEYS[part]) & before.keys()
    assert changed
    told = [after.get(key) for key in changed]
    if done == "blank":
        assert all(
            set(each.strip(b"\0") if isinstance(each, bytes) else str(each).encode()) == {ord("0")} for each in told
        )
    assert (set(told) == {None}) == (done == "silent")


@pytest.mark.parametrize("parts", [{"screen": "another"}, {"panel": "gone"}])
def test_what_nobody_knows_is_refused(parts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="parts"):
        numbers(parts)
