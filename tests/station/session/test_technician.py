# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripted person has eyes: what is asked about a phone's screen is answered from that phone, by no script."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from station.session.technician import SEEN
from tests.support import lives

STATED = ("statement.setup_screen", "statement.owner_account")


def stated(life: lives.Life) -> Mapping[str, str]:
    return {name: piece.values[name] for piece in life.job.evidence for name in STATED if name in piece.values}


def test_no_script_writes_down_what_is_only_seen() -> None:
    for key, answers in SEEN.items():
        with pytest.raises(ValueError, match=key):
            replace(lives.SCRIPT, answers={key: next(iter(answers.values()))})
    with pytest.raises(ValueError, match="screen"):
        replace(lives.SCRIPT, looks_at=["screen"])


@pytest.mark.parametrize(
    ("misbehaviour", "seen"),
    [
        ([], ("yes", "not_asked")),
        (["frp_armed"], ("yes", "asked")),
        (["keeps_settings", "frp_armed"], ("no", "not_looked")),
    ],
)
def test_what_the_phone_shows_is_what_is_stated(misbehaviour: list[str], seen: tuple[str, str]) -> None:
    phone: dict[str, Any] = {**lives.PIXEL_13, "misbehaviour": misbehaviour}
    life = lives.live(phone)
    assert tuple(stated(life).get(name) for name in STATED) in (seen, (None, None))
    assert life.certified is not bool(misbehaviour)
    if "keeps_settings" not in misbehaviour:
        assert stated(life)


def test_a_phone_that_is_locked_and_does_not_tell_is_never_certified_whatever_else_is_so() -> None:
    for variation in ("double_reboot", "slow_boot", "clock_1970", "chinese_locale", "unlocked_bootloader"):
        life = lives.live({**lives.PIXEL_13, "misbehaviour": ["frp_armed"], "variation": [variation]})
        assert not life.certified
        assert stated(life)["statement.owner_account"] == "asked"
