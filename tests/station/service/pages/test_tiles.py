# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone on the bench is shown as: nothing looks good that is not known to be good."""

import pytest

from station.service.pages.tiles import Tile, tile_of
from station.session.board import Cable, Row, Say, Urgency


def done(word: str) -> Tile:
    """A phone that is done, with that word for how it ended."""
    return tile_of(
        Row(
            port="1-1",
            slot="A1",
            model="a phone",
            digits="12345",
            job="TESTJOB1",
            doing=Say(key=f"bench.doing_{word}"),
            urgency=Urgency.FINISHED,
            cable=Cable.UNPLUG,
        )
    )


@pytest.mark.parametrize("word", ["failed", "no_paper", "rejected", "report"])
def test_what_ended_without_a_certificate_differs_from_a_good_one_in_colour_word_and_sign(word: str) -> None:
    good, other = done("certified"), done(word)
    assert (good.tone, good.sign) == ("unplug", "⏏")
    assert other.tone != good.tone
    assert other.sign != good.sign
    assert other.order != good.order
    assert other.picture != good.picture
    assert "UNPLUG" in other.order, "what to do about the cable is said all the same"


def test_a_phone_of_which_nobody_knows_how_it_ended_is_shown_as_failed() -> None:
    assert done("gone").tone == "failed"
