# SPDX-License-Identifier: GPL-3.0-or-later
"""Rooms that two installed distributions share are found."""

from station.setup.installation import ROOMS, rooms_are_ours


def test_a_room_that_another_distribution_has_too_is_named() -> None:
    found = rooms_are_ours({"certs": ["proofwipe", "certs-of-others"], "wipe": ["Proofwipe"], "click": ["click"]})
    assert (found.state, found.detail) == ("broken", "certs: certs-of-others")


def test_rooms_of_our_own_alone_are_fine_also_where_nothing_is_recorded_for_them() -> None:
    assert rooms_are_ours(dict.fromkeys(ROOMS, ("proofwipe",))).state == "works"
    assert rooms_are_ours({}).state == "works"


def test_this_installation_is_its_own() -> None:
    assert rooms_are_ours().state == "works"
