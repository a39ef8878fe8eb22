# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts that are watched on an Android phone: both states, or the sign that they were not seen; never a pass."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.android.input_events import end_question
from phones.evidence import Evidence, Outcome
from phones.link import ShellLine
from phones.port import Platform
from station.checking.flow import done, skipped
from station.checking.watched.buttons import watch_buttons
from station.checking.watched.digitiser import watch_digitiser
from station.checking.watched.headset import watch_headset
from station.checking.watched.sensors import watch_fingerprint, watch_light, watch_proximity
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from tests.support.watched_scene import watch
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.port import VirtualPort

SIGN = "not_measured.watched."


def phone(*variation: str, of: dict[str, Any] | None = None) -> dict[str, Any]:
    return {**(of or lives.PIXEL_13), "variation": list(variation)}


def test_all_keys_pressed_and_released_are_all(tmp_path: Path) -> None:
    found = watch(watch_buttons, phone(), tmp_path)
    assert found.values() == {
        "watched.parts": "power,screen,volume_down,volume_up",
        "watched.held": "none",
        "watched.buttons": "all",
        "watched.buttons_seen": "power,volume_down,volume_up",
        "watched.button_bounces": "0",
    }
    assert found.kept("buttons").outcome is Outcome.ANSWERED
    assert found.told == ["press_buttons", "press_power", "press_volume_up", "press_volume_down"]
    assert found.seconds < 10


@pytest.mark.parametrize("key", ["power", "volume_up", "volume_down"])
def test_a_dead_key_is_not_seen_and_never_all(key: str, tmp_path: Path) -> None:
    values = watch(watch_buttons, phone(f"dead_{key}"), tmp_path, person_s=60).values()
    assert values[SIGN + "buttons"] == "not_seen"
    assert "watched.buttons" not in values
    assert key not in values["watched.buttons_seen"]


def test_a_key_that_goes_down_and_stays_down_has_shown_one_state(tmp_path: Path) -> None:
    values = watch(watch_buttons, phone("stuck_volume_up"), tmp_path, person_s=60).values()
    assert values[SIGN + "buttons"] == "one_state"


def test_a_key_that_is_down_before_anybody_presses_is_held(tmp_path: Path) -> None:
    assert watch(watch_buttons, phone("held_volume_down"), tmp_path).values()["watched.buttons"] == "held"


def test_a_worn_contact_bounces(tmp_path: Path) -> None:
    values = watch(watch_buttons, phone("bouncing_volume_up"), tmp_path).values()
    assert int(values["watched.button_bounces"]) > 0


def test_by_a_clock_that_jumps_nobody_can_say_that_a_contact_does_not_bounce(tmp_path: Path) -> None:
    values = watch(watch_buttons, phone("bouncing_volume_up", "jumping_clock"), tmp_path).values()
    assert values[SIGN + "button_bounces"] == "out_of_range"
    assert values["watched.buttons"] == "all"


@pytest.mark.parametrize(("act", "value"), [(watch_buttons, "button_bounces"), (watch_digitiser, "touch_ghosts")])
def test_of_a_stream_with_torn_lines_nothing_heard_says_nothing(act: Any, value: str, tmp_path: Path) -> None:
    values = watch(act, phone("torn_lines"), tmp_path, person_s=60, seed=3).values()
    assert values[SIGN + value] in ("cut", "not_seen")
    assert "watched." + value not in values


def test_of_a_stream_with_torn_lines_no_stretch_of_the_screen_is_wide_or_narrow(tmp_path: Path) -> None:
    for seed in range(5):
        values = watch(watch_digitiser, phone("torn_lines"), tmp_path / str(seed), person_s=60, seed=seed).values()
        assert {values[SIGN + f"touch_gap_{axis}_permille"] for axis in "xy"} <= {"cut", "not_seen"}


def test_two_keys_the_wrong_way_round_are_changed_over(tmp_path: Path) -> None:
    found = watch(watch_buttons, phone("changed_over"), tmp_path)
    assert found.values()["watched.buttons"] == "changed_over"
    assert "other_button" in found.told


def test_the_keys_of_the_owners_keyboard_are_not_the_phones(tmp_path: Path) -> None:
    values = watch(watch_buttons, phone("paired_keyboard", "dead_volume_up"), tmp_path, person_s=60).values()
    assert values[SIGN + "buttons"] == "not_seen"


@pytest.mark.parametrize("fault", ["garbage_input", "endless_input"])
def test_noise_and_floods_never_count_as_keys(fault: str, tmp_path: Path) -> None:
    found = watch(watch_buttons, phone(fault, "dead_power"), tmp_path)
    assert "watched.buttons" not in found.values()


@pytest.mark.parametrize("act", [watch_buttons, watch_digitiser, watch_headset])
@pytest.mark.parametrize("fault", ["", "endless_input", "garbage_input"])
def test_nothing_of_ours_is_left_running_on_the_phone(act: Any, fault: str, tmp_path: Path) -> None:
    with_socket = {**lives.PIXEL_13, "set": {"inputs": {"headset": True}}}
    found = watch(act, phone(*filter(None, [fault]), of=with_socket), tmp_path)
    there = found.slot.phone
    assert isinstance(there, AndroidPhone)
    assert there.system.running == set()
    skipped = watch(act, phone(of=with_socket), tmp_path / "skipped", is_over=lambda at: at.seconds > 1)
    assert isinstance(skipped.slot.phone, AndroidPhone)
    assert skipped.slot.phone.system.running == set()


def test_only_a_process_that_listens_is_ended(tmp_path: Path) -> None:
    there = watch(watch_buttons, phone(), tmp_path).slot.phone
    assert isinstance(there, AndroidPhone)
    listening, other = there.system.begin_listening(), there.system.begin_listening()
    there.lives.files.put(f"/proc/{other}/cmdline", b"logcat\0", mode=0o444)
    for process in (listening, other, 4_000_000):
        request = end_question(process, "check.buttons.ended", timeout_s=1.0).request
        assert isinstance(request, ShellLine)
        reply = there.run(f"shell,v2,raw:{request.line}", now_s=there.now_s)
        assert reply is not None
        assert (reply.exit_code, reply.stdout) == (0, b"")
    assert there.system.running == {other}


def test_whoever_skips_ends_the_act_at_once(tmp_path: Path) -> None:
    found = watch(
        watch_buttons, phone(), tmp_path, refuses=frozenset({"press_power"}), is_over=lambda at: at.seconds > 3
    )
    assert found.seconds < 5
    assert {found.values()[SIGN + name] for name in ("buttons", "button_bounces")} == {"skipped"}
    assert not {"watched.buttons", "watched.button_bounces", "watched.buttons_seen"} & set(found.values())


@pytest.mark.parametrize(
    ("act", "name", "variation"),
    [
        (watch_digitiser, "digitiser", ("ghost_touches",)),
        (watch_headset, "headset", ()),
        (watch_proximity, "proximity", ("proximity_in_use",)),
        (watch_light, "light", ()),
        (watch_fingerprint, "fingerprint", ("dead_reader",)),
    ],
)
def test_a_skipped_act_keeps_nothing_but_that_it_was_skipped(
    act: Any, name: str, variation: tuple[str, ...], tmp_path: Path
) -> None:
    with_socket = {**lives.PIXEL_13, "set": {"inputs": {"headset": True}}}
    found = watch(act, phone(*variation, of=with_socket), tmp_path, is_over=lambda _at: True)
    kept = found.kept(name)
    assert kept.outcome is Outcome.ANSWERED
    assert kept.values
    assert {(each.startswith(SIGN), text) for each, text in kept.values.items()} == {(True, "skipped")}
    assert found.seconds < 5


FAULTS_THEN_SKIP: list[tuple[Any, str, str, frozenset[str], float, CheckOutcome]] = [
    (watch_buttons, "held_volume_down", "buttons", frozenset({"press_power"}), 3, CheckOutcome.FAIL),
    (watch_buttons, "stuck_volume_up", "buttons", frozenset(), 6, CheckOutcome.INDETERMINATE),
    (watch_buttons, "bouncing_volume_up", "button_contacts", frozenset({"press_volume_down"}), 12, CheckOutcome.FAIL),
    (watch_digitiser, "ghost_touches", "digitiser_ghosts", frozenset({"draw_over_screen"}), 4, CheckOutcome.FAIL),
    (watch_digitiser, "ghost_touches", "digitiser_ghosts", frozenset({"draw_over_screen"}), 12, CheckOutcome.FAIL),
    (watch_proximity, "deaf_proximity", "proximity", frozenset(), 5, CheckOutcome.INDETERMINATE),
    (watch_light, "deaf_light", "light", frozenset(), 7, CheckOutcome.INDETERMINATE),
]


@pytest.mark.parametrize(("act", "fault", "check", "refuses", "seconds", "outcome"), FAULTS_THEN_SKIP)
def test_a_fault_that_was_heard_is_not_skipped_away_and_nobodys_word_repairs_it(
    act: Any,
    fault: str,
    check: str,
    refuses: frozenset[str],
    seconds: float,
    outcome: CheckOutcome,
    tmp_path: Path,
) -> None:
    found = watch(act, phone(fault), tmp_path / "1", refuses=refuses, is_over=lambda at: at.seconds > seconds)
    name = act.__name__.removeprefix("watch_")
    assert set(found.kept(name).values.values()) == {"skipped"}
    again = watch(act, phone(), tmp_path / "2", is_over=lambda _at: True)  # skipped once more, and nothing is heard
    for pieces in (found.evidence, found.evidence + again.evidence):
        assert (name in skipped(pieces), name in done(pieces)) == (True, False), "the next check asks again"
        assert outcome_of(check, pieces) is outcome
    kept = {*found.kept(f"{name}.fault").values}
    sensors = {SIGN + "proximity", SIGN + "light_ratio_tenths"}
    assert kept <= {"watched.buttons", SIGN + "buttons", "watched.button_bounces", "watched.touch_ghosts"} | sensors


def outcome_of(name: str, evidence: list[Evidence]) -> CheckOutcome:
    """Of that check, when a person answers that the part is in order."""
    (check,) = (each for each in load("basic-2").checks if each.name == name)
    said = {check.stated: check.stated_limit[0]} if check.stated else {}
    word = replace(evidence[-1], number=99, link="operator", asked="check.eyes", values=said)
    return run_check(check, [*evidence, word], Platform.ANDROID).outcome


def test_a_sound_phone_that_is_skipped_halfway_has_no_fault(tmp_path: Path) -> None:
    for act, refuses, name in (
        (watch_buttons, "press_volume_up", "buttons"),
        (watch_digitiser, "draw_over_screen", "digitiser"),
        (watch_proximity, "cover_top", "proximity"),
        (watch_light, "light_and_cover", "light"),
        (watch_fingerprint, "touch_reader", "fingerprint"),
    ):
        there = phone("proximity_in_use")
        found = watch(act, there, tmp_path / name, refuses=frozenset({refuses}), is_over=lambda at: at.seconds > 8)
        assert [each.asked for each in found.evidence if each.asked.endswith(".fault")] == []
        assert set(found.kept(name).values.values()) == {"skipped"}


def test_whoever_skips_an_act_that_is_whole_has_not_skipped_it(tmp_path: Path) -> None:
    looked_at = list[float]()

    def not_yet(at: VirtualClock) -> bool:
        looked_at.append(at.seconds)
        return False

    whole = watch(watch_buttons, phone(), tmp_path / "1", is_over=not_yet)
    found = watch(watch_buttons, phone(), tmp_path / "2", is_over=lambda at: at.seconds > looked_at[-1])
    assert found.values() == whole.values()


@pytest.mark.parametrize(
    ("act", "name"), [(watch_buttons, "buttons"), (watch_proximity, "proximity"), (watch_fingerprint, "fingerprint")]
)
def test_a_phone_that_leaves_and_comes_back_has_answered_nothing(act: Any, name: str, tmp_path: Path) -> None:
    there = list[VirtualPort]()

    def pulled(at: VirtualClock) -> bool:
        if there:
            there.pop().unplug(at.seconds, seconds=0.3)
        return False

    found = watch(
        act, phone("proximity_in_use"), tmp_path, before=lambda slot, _port, _clock: there.append(slot), is_over=pulled
    )
    assert not there
    assert not [each for each in found.evidence if each.asked == f"check.{name}" and each.outcome is Outcome.ANSWERED]


def test_a_screen_drawn_over_is_covered_without_gaps_and_ghosts(tmp_path: Path) -> None:
    values = watch(watch_digitiser, phone(), tmp_path, person_s=60).values()
    assert int(values["watched.touch_coverage_permille"]) >= 980
    assert int(values["watched.touch_gap_y_permille"]) <= 24
    assert int(values["watched.touch_gap_x_permille"]) <= 60
    assert values["watched.touch_ghosts"] == "0"


def test_a_dead_stripe_is_a_gap(tmp_path: Path) -> None:
    across = watch(watch_digitiser, phone("dead_stripe_across"), tmp_path, person_s=60).values()
    assert int(across["watched.touch_gap_y_permille"]) > 24
    along = watch(watch_digitiser, phone("dead_stripe_along"), tmp_path, person_s=60).values()
    assert int(along["watched.touch_gap_x_permille"]) > 60


def test_fingers_that_are_not_there_are_ghosts(tmp_path: Path) -> None:
    assert int(watch(watch_digitiser, phone("ghost_touches"), tmp_path).values()["watched.touch_ghosts"]) > 0


def test_a_screen_that_feels_nothing_was_not_measured(tmp_path: Path) -> None:
    values = watch(watch_digitiser, phone("dead_screen"), tmp_path).values()
    assert {values[SIGN + f"touch_{name}"] for name in ("coverage_permille", "gap_x_permille", "gap_y_permille")} == {
        "not_seen"
    }
    assert values[SIGN + "touch_ghosts"] == "not_seen"
    assert "watched.touch_ghosts" not in values


def test_nobody_who_draws_has_shown_that_there_are_no_ghosts(tmp_path: Path) -> None:
    values = watch(watch_digitiser, phone(), tmp_path, refuses=frozenset({"draw_over_screen"})).values()
    assert values[SIGN + "touch_ghosts"] == "not_seen", "a screen that sleeps tells of nothing"
    assert "watched.touch_ghosts" not in values
    haunted = watch(watch_digitiser, phone("ghost_touches"), tmp_path, refuses=frozenset({"draw_over_screen"}))
    assert int(haunted.values()["watched.touch_ghosts"]) > 0, "what was heard counts all the same"


def test_proximity_tells_near_and_far_when_something_uses_it(tmp_path: Path) -> None:
    assert watch(watch_proximity, phone("proximity_in_use"), tmp_path).values() == {"watched.proximity": "near_and_far"}
    assert watch(watch_proximity, phone(), tmp_path).values() == {SIGN + "proximity": "not_seen"}


def test_a_frozen_sensor_has_shown_one_state(tmp_path: Path) -> None:
    frozen = watch(watch_proximity, phone("proximity_in_use", "frozen_proximity"), tmp_path)
    assert frozen.values() == {SIGN + "proximity": "one_state"}
    assert watch(watch_light, phone("frozen_light"), tmp_path).values() == {SIGN + "light_ratio_tenths": "one_state"}


def test_light_follows_lamp_and_hand(tmp_path: Path) -> None:
    assert int(watch(watch_light, phone(), tmp_path).values()["watched.light_ratio_tenths"]) >= 30


def test_the_finger_reader_judges_a_finger(tmp_path: Path) -> None:
    assert watch(watch_fingerprint, phone(), tmp_path).values() == {"watched.fingerprint": "answers"}
    dead = watch(watch_fingerprint, phone("dead_reader"), tmp_path)
    assert dead.values() == {SIGN + "fingerprint": "not_seen"}


def test_a_headset_is_seen_going_in_and_out(tmp_path: Path) -> None:
    with_socket = {**lives.PIXEL_13, "set": {"inputs": {"headset": True}}}
    assert watch(watch_headset, with_socket, tmp_path).values()["watched.headset"] == "in_and_out"
    half = watch(watch_headset, with_socket, tmp_path, refuses=frozenset({"pull_out"}))
    assert half.values()[SIGN + "headset"] == "one_state"
    dead = watch(watch_headset, phone("dead_socket", of=with_socket), tmp_path)
    assert dead.values()[SIGN + "headset"] == "not_seen"
    assert watch(watch_headset, phone(), tmp_path).values()["watched.headset"] == "no_socket"


@pytest.mark.parametrize(
    "act", [watch_buttons, watch_digitiser, watch_headset, watch_proximity, watch_light, watch_fingerprint]
)
def test_a_phone_that_says_nothing_leaves_nothing_that_passes(act: Any, tmp_path: Path) -> None:
    silent = {**lives.PIXEL_13, "misbehaviour": ["half_answers"], "variation": ["endless_input"]}
    found = watch(act, silent, tmp_path)
    passing = {"watched.buttons", "watched.headset", "watched.proximity", "watched.fingerprint",
               "watched.touch_coverage_permille", "watched.light_ratio_tenths"}  # fmt: skip
    assert not passing & set(found.values())
