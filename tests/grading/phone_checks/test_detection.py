# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the page on simulated phones: a fault that a check claims to see never passes, a healthy phone never
fails. All runs stand in docs/detection.md; here is a sample of them, in node.
"""

import pytest

from tests.support.page_rules import said_by
from tools.make_detection import simulate

pytestmark = pytest.mark.page  # node comes with what the page needs
SEED = 1


def test_no_fault_that_a_check_claims_to_see_passes_and_no_healthy_phone_fails() -> None:
    faults, healthy = simulate(3, 6, SEED + 1)
    assert [(row.check, row.what) for row in faults if row.claimed and row.passed] == []
    assert [(row.check, row.what) for row in healthy if row.failed] == []
    assert {row.check for row in faults} == {row.check for row in healthy}


def test_each_check_finds_its_faults_and_passes_healthy_phones_somewhere() -> None:
    faults, healthy = simulate(2, 2, SEED + 2)
    assert {row.check for row in faults} == {row.check for row in faults if row.failed}
    assert {row.check for row in healthy} == {row.check for row in healthy if row.passed}


def test_what_nobody_did_is_too_little_and_never_a_pass() -> None:
    said = said_by(
        """
        const size = { width: 70, height: 150 };
        const code = sound.codeOf(Uint8Array.from({ length: 64 }, (_, at) => at * 37));
        const black = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64) };
        const grey = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64).fill(128) };
        return [
          touch.judgeSweeps([], size).sign, touch.judgeSweeps([[{ x: 1, y: 1, t: 0 }]], size).sign,
          touch.judgeFingers(5, 0, false).sign, sound.judgeSound(new Float32Array(0), 48000, code).sign,
          camera.judgeCard(black).sign, camera.judgeCard(grey).sign, camera.judgeCovered(grey).sign,
          camera.judgeWhite(black).sign, camera.judgeTorch(NaN, 3, 3).sign, motion.judgeFaces([]).sign,
          motion.judgeTurn([]).sign, motion.judgeCompass([]).sign, motion.judgeVibration([], [true, false], "no").sign,
        ];"""
    )
    assert said == [
        *("too_little", "too_little", "unsupported", "too_little"),
        *("dim", "too_little", "too_little", "dim", "too_little"),
        *("unsupported", "unsupported", "unsupported", "unsupported"),
    ]


def test_a_code_has_as_many_slots_with_tones_as_without_and_is_another_each_time() -> None:
    said = said_by(
        """
        return [...Array(50).keys()].map((seed) =>
          sound.codeOf(Uint8Array.from({ length: 64 }, (_, at) => (at * 73 + seed * 41 + (at * seed) % 251) % 256)));"""
    )
    assert isinstance(said, list)
    assert {(len(code), sum(code)) for code in said} == {(24, 12)}
    assert len({tuple(code) for code in said}) > 45


def test_a_point_that_no_finger_made_covers_no_box() -> None:
    said = said_by(
        """
        const stroke = [{ x: 2, y: 1, t: 0 }, { x: 2, y: 149, t: 20 }];
        return touch.covered([stroke], { width: 70, height: 150 }).permille;"""
    )
    assert said == 2 * 1000 // 420
