# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person did not do is no fault of the phone, a part that shows nothing passes nothing, and repeating helps
nobody.
"""

import pytest

from grading.schemes import load
from phones.allowed import ALLOWED
from tests.support.page_rules import said_by

pytestmark = pytest.mark.page  # node comes with what the page needs


def limit(value: str) -> int:
    (check,) = [each for each in load("basic-2").checks if each.value == f"browser.{value}"]
    return int(check.limit[0])


def test_limits_that_the_page_itself_needs_are_those_of_the_scheme() -> None:
    assert said_by("return [motion.AROUND, motion.OFF, camera.SHARP_DPX, camera.HOT_MOST];") == [
        limit("compass_turn_degrees"),
        limit("motion_worst_permille"),
        limit("camera_back_edge_dpx"),
        limit("camera_back_hot_pixels"),
    ]


def test_sides_that_were_not_shown_are_neither_a_fault_nor_a_pass() -> None:
    said = said_by(
        """
        return [1, 5, 6].map((faces) => {
          const { samples, turns } = sensors.sixFaces(random, { faces }), found = motion.judgeFaces(samples, turns);
          return [found.sign, Object.keys(found.values)];
        });"""
    )
    assert said == [["too_little", []], ["too_little", []], ["", ["motion_faces", "motion_worst_permille"]]]


def test_a_wrong_gravity_is_a_fault_on_the_one_side_that_was_shown() -> None:
    said = said_by(
        """
        const { samples, turns } = sensors.sixFaces(random, { faces: 1, scale: 1.1 });
        const found = motion.judgeFaces(samples, turns);
        return [found.sign, found.values.motion_faces ?? null, found.values.motion_worst_permille > motion.OFF];"""
    )
    assert said == ["too_little", None, True]


def test_a_frozen_sensor_is_a_fault_only_where_another_saw_the_phone_turn() -> None:
    said = said_by(
        """
        return [{ frozen: true }, { frozen: true, mute: true }, { frozen: true, faces: 2 }].map((facts) => {
          const { samples, turns } = sensors.sixFaces(random, facts);
          return motion.judgeFaces(samples, turns).values;
        });"""
    )
    assert said == [{"motion_faces": 1}, {}, {}], "a phone turned about one axis may lie on a table all the while"


def test_a_quarter_turn_that_nobody_made_is_no_fault_of_the_gyroscope() -> None:
    said = said_by(
        """
        const lying = sensors.quarter(random, { scale: 0 });
        const silent = sensors.quarter(random, { frozen: true });
        const shown = sensors.sixFaces(random, { mute: true }), live = sensors.sixFaces(random, {});
        return [
          motion.judgeTurn(lying, { faces: 6, turns: live.turns }), motion.judgeTurn(lying),
          motion.judgeTurn(silent, { faces: 2, turns: shown.turns }),
          motion.judgeTurn(silent, { faces: 6, turns: shown.turns }),
          motion.judgeTurn(sensors.quarter(random, { scale: 2 })),
        ].map(({ sign, values }) => [sign, values.motion_turn_off_degrees ?? null]);"""
    )
    assert said == [["too_little", None]] * 3 + [["", 90], ["too_little", None]]


def test_a_compass_is_at_fault_only_if_the_gyroscope_went_around() -> None:
    said = said_by(
        """
        return [
          {}, { wanted: 0 }, { wanted: 180 }, { frozen: true }, { frozen: true, mute: true }, { mute: true },
          { wild: true },
        ].map((facts) => {
          const { headings, turns } = sensors.around(random, facts), found = motion.judgeCompass(headings, turns);
          return found.sign || found.values.compass_turn_degrees >= motion.AROUND;
        });"""
    )
    assert said == [True, "too_little", "too_little", False, "too_little", "sources_disagree", "noisy"]


def test_a_motor_that_a_person_feels_is_no_dead_one() -> None:
    said = said_by(
        """
        const order = motion.pulsesOf(random.bytes(16)), samples = sensors.vibrating(random, order, { strength: 0 });
        return ["no", "yes"].map((felt) => motion.judgeVibration(samples, order, felt))
          .map(({ sign, values }) => sign || values.vibration_rise_permille < 3000);"""
    )
    assert said == [True, "sources_disagree"]


def test_fingers_that_were_not_put_down_are_not_missing() -> None:
    said = said_by(
        """return [false, true].map((all) => touch.judgeFingers(5, 10, all))
          .map(({ sign, values }) => sign || values.touch_fingers_missing);"""
    )
    assert said == ["too_little", 5]


def test_a_camera_whose_pictures_are_all_alike_has_not_seen_light() -> None:
    said = said_by(
        """
        const level = (pictures) => camera.mean(camera.average(pictures));
        const black = () => level(lenses.ofNothing(random));
        const grey = () => level(lenses.ofNothing(random, { grey: 150 }));
        const card = level(lenses.ofCard(random)), dim = level(lenses.ofCard(random, { light: 0.3 }));
        const dark = level(lenses.covered(random, {})), white = level(lenses.ofWhite(random));
        return [[black(), black(), black()], [grey(), grey()], [card], [card, dark, white], [dim, dark]]
          .map(camera.seesLight);"""
    )
    assert said == [False, False, False, True, True]


def test_what_is_not_white_and_even_shows_no_dust() -> None:
    said = said_by(
        """
        const before = [lenses.ofCard(random), lenses.ofCard(random, { blur: 10 }), lenses.ofWhite(random)];
        const shown = before.map(camera.average), still = lenses.ofWhite(random).slice(0, 14);
        const moved = camera.average([...lenses.ofCard(random).slice(0, 2), ...still]); // the card, taken away
        const dusty = camera.average(lenses.ofWhite(random, { dust: 9 }));
        const halves = [0, 1, 2, 3].map((side) => { // a white sheet that lies on half of the card
          const card = camera.average(lenses.ofCard(random)), white = camera.average(lenses.ofWhite(random));
          const middle = lenses.SIDE / 2;
          const isCard = (x, y) => (side < 2 ? x : y) < middle === (side % 2 === 0);
          const data = white.data.map((each, at) =>
            isCard(at % lenses.SIDE, Math.floor(at / lenses.SIDE)) ? card.data[at] : each);
          return { ...white, data };
        });
        return [...shown, moved, ...halves, dusty].map(camera.judgeWhite).map(({ sign, dust }) => sign || dust > 0);"""
    )
    assert said == ["too_little", "too_little", False, *["too_little"] * 5, True]


def test_light_beside_the_cap_is_no_hot_pixel() -> None:
    said = said_by(
        """
        const leaks = [[60, 60], [120, 40], [240, 40], [240, 20], [120, 15], [120, 90], [45, 15]];
        const facts = [...leaks.map(([leak, wide]) => ({ leak, wide })), { leak: 120, hot: 2 }, { hot: 8 }, {}];
        return facts.map((each) => camera.judgeCovered(camera.average(lenses.covered(random, each))))
          .map(({ sign, hot_pixels: hot }) => sign || hot);"""
    )
    assert said == [*["too_little"] * 8, 8, 0]


def test_what_a_camera_sees_that_is_not_covered_is_neither_hot_nor_dark() -> None:
    said = said_by(
        """
        const cards = [1, 0.5, 0.3, 0.22].map((light) => camera.average(lenses.ofCard(random, { light })));
        const cap = camera.average(lenses.covered(random)), card = camera.average(lenses.ofCard(random));
        const beside = [8, 12, 24, 80, 160].map((wide) => // so much of the card is seen beside the cap
          ({ ...cap, data: cap.data.map((each, at) => at % lenses.SIDE < wide ? card.data[at] : each) }));
        const looks = [...cards, ...beside].map((each) => [each, each].map(camera.judgeCovered));
        return looks.map((each) => camera.steady(each)?.hot_pixels ?? null);"""
    )
    assert said == [None] * 9


def test_more_faults_under_the_cap_are_no_milder_than_few() -> None:
    said = said_by(
        """
        const facts = [8, 60, 800, 2000, 8000].map((hot) => ({ hot }));
        facts.push({ column: true }, { cluster: 4 }, { cluster: 9 }, { cluster: 20 }, { leak: 120, hot: 800 });
        return facts.map((each) => {
          const shown = lenses.covered(random, { ...each, frames: 32 });
          const looks = [0, 16].map((from) => camera.judgeCovered(camera.average(shown.slice(from, from + 16))));
          return camera.steady(looks)?.hot_pixels ?? "unknown";
        });"""
    )
    assert isinstance(said, list)
    assert "unknown" not in said
    least = [8, 60, 780, 1900, 7000, 240, 16, 81, 400, 700]  # of a thousand, some fall on one another
    assert [(found, few) for found, few in zip(said, least, strict=True) if found < few] == []


def test_much_dust_is_no_milder_than_little() -> None:
    said = said_by(
        """
        const facts = [1, 5, 20, 40, 60, 100].map((dust) => ({ dust }));
        facts.push({ blob: 20 }, { blob: 30 }, { blob: 40 }, { blob: 50 }, { blob: 50, dust: 20 });
        return facts.map((each) => [...Array(6)].map(() => {
          const shown = lenses.ofWhite(random, { ...each, frames: 32 });
          const looks = [0, 16].map((from) => camera.judgeWhite(camera.average(shown.slice(from, from + 16))));
          return camera.steady(looks)?.dust > 0;
        }));"""
    )
    assert said == [[True] * 6] * 11


def test_white_that_is_still_on_its_way_is_no_dust() -> None:
    said = said_by(
        """
        return [...Array(31).keys()].map((from) => {
          const scene = [...lenses.pushed(random, 30), ...lenses.ofWhite(random, { frames: 120 })], looks = [];
          for (let at = from; !camera.steady(looks) && at + 16 < scene.length; at += 25) {
            looks.push(camera.judgeWhite(camera.average(scene.slice(at, at + 16))));
          }
          return [camera.steady(looks)?.dust, looks[0].dust > 0];
        });"""
    )
    assert isinstance(said, list)
    assert [found for found, _ in said] == [0] * 31
    assert any(early for _, early in said)


_LOOKS = """
    const look = (count, marked, sign = "") => ({ sign, hot_pixels: count, spots: Uint8Array.from(marked) });
    const nine = look(9, [1, 1, 1, 0, 0]), five = look(5, [0, 1, 1, 0, 0]), other = look(9, [0, 0, 0, 1, 1]);
    const none = look(0, [0, 0, 0, 0, 0]), dim = { sign: "dim" };
    const partly = look(9, [1, 1, 1, 0, 0], "too_little"), few = look(5, [0, 1, 1, 0, 0], "too_little");
"""


def test_spots_that_two_looks_show_count_and_the_larger_of_them() -> None:
    said = said_by(
        f"""{_LOOKS}
        return [[], [nine], [dim, nine], [nine, dim], [nine, other], [nine, five], [five, nine], [five, none, five],
          [nine, other, nine, nine]].map((looks) => camera.steady(looks)?.hot_pixels ?? null);"""
    )
    assert said == [None, None, None, None, None, 9, 9, None, 9]


def test_spots_once_seen_are_gone_only_when_two_looks_in_a_row_are_clean() -> None:
    said = said_by(
        f"""{_LOOKS}
        return [[none], [dim, none], [nine, none], [nine, dim, none], [nine, none, dim, none], [nine, none, none]]
          .map((looks) => camera.steady(looks)?.hot_pixels ?? null);"""
    )
    assert said == [0, 0, None, None, None, 0]


def test_beside_a_leak_spots_can_only_be_too_many_never_few_enough() -> None:
    said = said_by(
        f"""{_LOOKS}
        return [[few, few], [partly], [partly, partly], [few, none], [partly, nine]]
          .map((looks) => camera.steady(looks)).map((found) => found && [found.sign, found.hot_pixels]);"""
    )
    assert said == [None, None, ["", 9], None, ["", 9]]


def test_a_torch_is_not_dead_because_its_camera_is_nor_lit_because_its_camera_settles() -> None:
    said = said_by(
        """return [[4, 4, 4], [40, 40, 40], [40, 64, 40], [40, 64, 64], [64, 64, 40]].map((levels) => {
          const { sign, values } = camera.judgeTorch(...levels);
          return sign || values.torch_rise_permille;
        });"""
    )
    assert said == ["dim", 0, 600, 0, 0]


def test_the_last_try_that_tells_anything_counts_and_none_takes_back_what_was_heard_in_part() -> None:
    said = said_by(
        """
        const of = (right) => typeof right === "string" ? { sign: right, values: {}, clean: right }
          : { sign: "", values: { sound_slots_right: right }, clean: "too_little" };
        return [[12], [0, 12], [5, 12], [5, 0, 12], ["noisy", 12], [5, "noisy"], ["noisy", "noisy"], [0, 0, 0]]
          .map((tries) => sound.judgeTries(tries.map(of)))
          .map(({ sign, values }) => [sign || values.sound_slots_right, values.sound_tries]);"""
    )
    assert said == [
        [12, 1],
        [12, 2],
        ["sources_disagree", 2],
        ["sources_disagree", 3],
        [12, 2],
        [5, 2],
        ["noisy", 2],
        [0, 3],
    ]


def test_a_tag_is_read_or_nobody_knows() -> None:
    assert ALLOWED["browser.nfc_tag"].pattern == "read"
