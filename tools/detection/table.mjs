// SPDX-License-Identifier: GPL-3.0-or-later
// Faults that are seeded, and healthy phones in every surrounding: each row is run so often, and counted.
//
//     node tools/detection/table.mjs FAULTS HEALTHY SEED [CHECK]   numbers of runs; one JSON document to the output
//
// A run ends as "pass", "fail" or "inconclusive" under the limits that come in by the input (JSON, value -> rule), as
// the grading scheme has them.

import { readFileSync } from "node:fs";

import { average, FRAMES, judgeCard, judgeCovered, judgeTorch, judgeWhite, mean, seesLight, steady } from "../../grading/phone_checks/camera_rules.js";
import { judgeCompass, judgeFaces, judgeTurn, judgeVibration, pulsesOf } from "../../grading/phone_checks/motion_rules.js";
import { codeOf, isHeard, judgeSound, judgeTries, MOST_TRIES } from "../../grading/phone_checks/sound_rules.js";
import { judgeFingers, judgeSweeps } from "../../grading/phone_checks/touch_rules.js";
import { chance } from "./chance.mjs";
import { ghosts, SIZE, sweepAll } from "./hands.mjs";
import { covered, ofCard, ofNothing, ofWhite, pushed } from "./lenses.mjs";
import { record } from "./rooms.mjs";
import { around, quarter, sixFaces, vibrating } from "./sensors.mjs";

const [faultRuns, healthyRuns, seed] = process.argv.slice(2, 5).map(Number), only = process.argv[5] ?? "";
const limits = JSON.parse(readFileSync(0, "utf8"));

/** What the scheme would say of these values: every one must be there and pass. */
function outcome(sign, values, names) {
  const said = names.filter((name) => values[name] !== undefined);
  const failed = said.some((name) => !passes(limits[`browser.${name}`], String(values[name])));
  if (failed) return "fail";
  return sign || said.length < names.length ? "inconclusive" : "pass";
}

function passes({ operator, limit }, text) {
  if (operator === "equals") return limit.includes(text);
  return operator === "at_least" ? Number(text) >= Number(limit[0]) : Number(text) <= Number(limit[0]);
}

const touch = (facts) => (random) => {
  const given = typeof facts === "function" ? facts(random) : facts;
  const { sign, values } = judgeSweeps(sweepAll(random, given), SIZE);
  return outcome(sign, values, ["touch_coverage_permille", "touch_gap_y_permille", "touch_gap_x_permille"]);
};
const stripe = (width, more = {}) => touch((random) => {
  const from = random.between(2, SIZE.height - width - 2);
  return { ...more, dead: (x, y) => y >= from && y <= from + width };
});
const column = (width, more = {}) => touch((random) => {
  const from = random.between(2, SIZE.width - width - 2);
  return { ...more, dead: (x) => x >= from && x <= from + width };
});
const rim = (width, more = {}) => touch({ ...more, dead: (x, y) => y <= width });
const nobody = (aSecond) => (random) => outcome("", { touch_ghosts: ghosts(random, aSecond) }, ["touch_ghosts"]);
const fingers = (seen, most, allDown) => () => {
  const { sign, values } = judgeFingers(seen, most, allDown);
  return outcome(sign, values, ["touch_fingers_missing"]);
};
/** `facts` of each try, as long as nothing is heard and a person listens again. */
const sound = (...facts) => (random) => {
  const tries = [];
  while (tries.length < facts.length && (!tries.length || !isHeard(tries.at(-1)))) {
    const code = codeOf(random.bytes(64));
    tries.push(judgeSound(record(random, code, facts[tries.length]), 48000, code));
  }
  const { sign, values } = judgeTries(tries);
  return outcome(sign, values, ["sound_slots_right"]);
};
const clean = (facts) => (random) => {
  const code = codeOf(random.bytes(64)), found = judgeSound(record(random, code, facts), 48000, code);
  const values = found.clean ? {} : { sound_distortion_permille: found.added };
  return outcome(found.clean, values, ["sound_distortion_permille"]);
};
/** The sharpest of so many looks. */
const card = (facts, looks = 1) => (random) => {
  const found = Array.from({ length: looks }, () => judgeCard(average(ofCard(random, facts))));
  const sharp = found.filter((each) => !each.sign).map((each) => each.edge_dpx);
  const values = sharp.length ? { camera_back_edge_dpx: Math.min(...sharp) } : {};
  return outcome(sharp.length ? "" : found[0].sign, values, ["camera_back_edge_dpx"]);
};
const LOOK_EVERY = 25; // pictures: those of a look, and its pause
/** What counts of looks at these pictures, one after the other; the sign of the last one if none does. */
const settled = (shown, judge) => {
  const looks = [];
  for (let at = 0; at + FRAMES <= shown.length; at += LOOK_EVERY) {
    looks.push(judge(average(shown.slice(at, at + FRAMES))));
    const sure = steady(looks);
    if (sure) return sure;
  }
  return { sign: looks.at(-1).sign || "too_little" };
};
const TWO_LOOKS = LOOK_EVERY + FRAMES;
/** What is measured under the cap and before white counts of a camera whose card was another picture. */
const dark = (facts, draw = covered) => (random) => {
  const shown = (facts.dead ? ofNothing : draw)(random, { ...facts, frames: TWO_LOOKS }), found = settled(shown, judgeCovered);
  const sign = found.sign || unseen(random, facts, average(shown));
  return outcome(sign, sign ? {} : { camera_back_hot_pixels: found.hot_pixels }, ["camera_back_hot_pixels"]);
};
const white = (facts, draw = ofWhite) => (random) => {
  const shown = (facts.dead ? ofNothing : draw)(random, { ...facts, frames: TWO_LOOKS }), found = settled(shown, judgeWhite);
  const sign = found.sign || unseen(random, facts, average(shown));
  return outcome(sign, sign ? {} : { camera_back_dust: found.dust }, ["camera_back_dust"]);
};
const blob = (random, facts) => ofWhite(random, { ...facts, blob: random.between(40, 50) });
/** White that is pushed in, now or at any moment of the second before. */
const early = (random, facts) => [...pushed(random).slice(Math.floor(random.between(0, 30))), ...ofWhite(random, { frames: 2 * facts.frames })];
const unseen = (random, facts, shown) => {
  const before = average(facts.dead ? ofNothing(random, facts) : ofCard(random, {}));
  return seesLight([mean(before), mean(shown)]) ? "" : "frozen";
};
/** rise: of the picture while the torch is on; drift: of every picture, for the camera settles. */
const torch = (rise, { grey = 0, drift = 0 } = {}) => (random) => {
  const before = grey || random.between(20, 120), settled = before * (1 + drift);
  const { sign, values } = judgeTorch(before, settled * (1 + rise) + random.normal(0.3), settled + random.normal(0.3));
  return outcome(sign, values, ["torch_rise_permille"]);
};
const faces = (facts) => (random) => {
  const { samples, turns } = sixFaces(random, facts), { sign, values } = judgeFaces(samples, turns);
  return outcome(sign, values, ["motion_faces", "motion_worst_permille"]);
};
const turn = (facts) => (random) => {
  const shown = sixFaces(random, { mute: facts.frozen, rate: facts.rate }), { sign, values } = judgeTurn(quarter(random, facts),
    { faces: judgeFaces(shown.samples, shown.turns).faces, turns: shown.turns });
  return outcome(sign, values, ["motion_turn_off_degrees"]);
};
const compass = (facts) => (random) => {
  const { headings, turns } = around(random, facts), { sign, values } = judgeCompass(headings, turns);
  return outcome(sign, values, ["compass_turn_degrees"]);
};
const vibration = (facts, felt) => (random) => {
  const order = pulsesOf(random.bytes(16)), { sign, values } = judgeVibration(vibrating(random, order, facts), order, felt);
  return outcome(sign, values, ["vibration_rise_permille"]);
};

/** [check, what is the matter, run, does the check claim to see it?] */
const FAULTS = [
  ["touch", "dead stripe 2 mm, 60 Hz", stripe(2), false],
  ["touch", "dead stripe 3 mm, 60 Hz", stripe(3), false],
  ["touch", "dead stripe 4 mm, 60 Hz", stripe(4), true],
  ["touch", "dead stripe 5 mm, 60 Hz", stripe(5), true],
  ["touch", "dead stripe 2 mm, 120 Hz", stripe(2, { rate: 120 }), false],
  ["touch", "dead stripe 3 mm, 120 Hz", stripe(3, { rate: 120 }), true],
  ["touch", "dead stripe 4 mm, 120 Hz", stripe(4, { rate: 120 }), true],
  ["touch", "dead stripe 4 mm, slow hand, 150 mm/s", stripe(4, { speed: 150 }), true],
  ["touch", "dead stripe 4 mm, fast hand, 600 mm/s", stripe(4, { speed: 600 }), true],
  ["touch", "dead stripe 5 mm, fast hand, 600 mm/s", stripe(5, { speed: 600 }), true],
  ["touch", "dead column 4 mm, 60 Hz", column(4), true],
  ["touch", "dead column 5 mm, 120 Hz", column(5, { rate: 120 }), true],
  ["touch", "dead column 5 mm, fast hand, 600 mm/s", column(5, { speed: 600 }), true],
  ["touch", "dead rim 6 mm, 60 Hz", rim(6), true],
  ["touch, left alone", "ghost touches, one in 2 s", nobody(0.5), false],
  ["touch, left alone", "ghost touches, 3 a second", nobody(3), true],
  ["touch, fingers", "5 of 10 fingers", fingers(5, 10, true), true],
  ["touch, fingers", "9 of 10 fingers", fingers(9, 10, true), true],
  ["sound", "silent microphone, quiet", sound({ microphone: "silent", noise: "none" }), true],
  ["sound", "silent microphone that hisses", sound({ microphone: "hiss" }), true],
  ["sound", "silent loudspeaker, quiet", sound({ speaker: "silent", snr: 60 }), true],
  ["sound", "silent loudspeaker, white noise", sound({ speaker: "silent", snr: 0 }), true],
  ["sound", "silent loudspeaker, pink noise", sound({ speaker: "silent", noise: "pink", snr: 0 }), true],
  ["sound", "silent loudspeaker, babble", sound({ speaker: "silent", noise: "babble", snr: 0 }), true],
  ["sound", "silent loudspeaker, babble, again and again", sound(...Array(MOST_TRIES).fill({ speaker: "silent", noise: "babble", snr: 0 })), true],
  ["sound", "loose loudspeaker: every other slot, then whole", sound({ speaker: "loose", snr: 40 }, { snr: 40 }), true],
  ["sound, clean", "buzzing loudspeaker", clean({ speaker: "buzzing", snr: 35 }), true],
  ["sound, clean", "buzzing loudspeaker, pink noise", clean({ speaker: "buzzing", noise: "pink", snr: 15 }), true],
  ["sound, clean", "clipping loudspeaker", clean({ speaker: "clipping", snr: 35 }), true],
  ["camera, card", "blurred lens, 1 px", card({ blur: 1 }), true],
  ["camera, card", "blurred lens, 1 px, the sharpest of 28 looks", card({ blur: 1 }, 28), true],
  ["camera, card", "blurred lens, 2 px", card({ blur: 2 }), true],
  ["camera, card", "blurred lens, 3 px, much noise", card({ blur: 3, noise: 8 }), true],
  ["camera, card", "blurred lens, 2 px, dim light", card({ blur: 2, light: 0.3 }), true],
  ["camera, card", "dead camera: black", card({ light: 0 }), true],
  ["camera, covered", "dead camera: black", dark({ dead: true }), true],
  ["camera, white", "dead camera: black", white({ dead: true }), true],
  ["camera, white", "dead camera: one grey", white({ dead: true, grey: 150 }), true],
  ["camera, covered", "8 hot pixels", dark({ hot: 8 }), true],
  ["camera, covered", "60 hot pixels", dark({ hot: 60 }), true],
  ["camera, white", "one spot of dust", white({ dust: 1 }), true],
  ["camera, white", "five spots of dust", white({ dust: 5 }), true],
  ["camera, white", "one spot of dust, dim light", white({ dust: 1, light: 0.35 }), true],
  ["torch", "dead torch", torch(0), true],
  ["torch", "dead torch, the camera settles", torch(0, { drift: 0.4 }), true],
  ["torch", "dead camera: black", torch(0, { grey: 5 }), true],
  ["motion, six sides", "frozen sensor", faces({ frozen: true }), true],
  ["motion, six sides", "both sensors frozen", faces({ frozen: true, mute: true }), true],
  ["motion, six sides", "one axis dead", faces({ dead: "y" }), true],
  ["motion, six sides", "one axis dead, 120 Hz", faces({ dead: "x", rate: 120 }), true],
  ["motion, six sides", "10 % too much", faces({ scale: 1.1 }), true],
  ["motion, turn", "frozen gyroscope", turn({ frozen: true }), true],
  ["motion, turn", "gyroscope 30 % too low", turn({ scale: 0.7 }), true],
  ["compass", "frozen compass", compass({ frozen: true }), true],
  ["compass", "frozen compass, frozen gyroscope", compass({ frozen: true, mute: true }), true],
  ["compass", "compass swings", compass({ wild: true }), true],
  ["compass", "compass turns half as far", compass({ stuck: 0.5 }), true],
  ["vibration", "dead motor", vibration({ strength: 0 }, "no"), true],
  ["vibration", "dead motor, felt all the same", vibration({ strength: 0 }, "yes"), true],
  ["vibration", "weak motor", vibration({ strength: 0.1 }, "no"), true],
  ["vibration", "weak motor, felt", vibration({ strength: 0.1 }, "yes"), true],
  ["vibration", "dead motor, in a moving hand", vibration({ strength: 0, moving: 0.2 }, "no"), true],
  ["vibration", "dead motor, in a moving hand, 120 Hz", vibration({ strength: 0, moving: 0.2, rate: 120 }, "no"), true],
  // The place of a row seeds it: what comes anew comes last, and the others stay as they were.
  ["camera, covered", "800 hot pixels", dark({ hot: 800 }), true],
  ["camera, covered", "2000 hot pixels", dark({ hot: 2000 }), true],
  ["camera, covered", "one hot column", dark({ column: true }), true],
  ["camera, covered", "a hot cluster, 4 x 4 pixels", dark({ cluster: 4 }), true],
  ["camera, covered", "60 hot pixels, light beside the cap", dark({ hot: 60, leak: 120 }), true],
  ["camera, white", "40 spots of dust", white({ dust: 40 }), true],
  ["camera, white", "60 spots of dust", white({ dust: 60 }), true],
  ["camera, white", "100 spots of dust", white({ dust: 100 }), true],
  ["camera, white", "one blob, 80 to 100 px wide", white({}, blob), true],
];

const HEALTHY = [
  ["touch", "60 Hz", touch({})],
  ["touch", "120 Hz", touch({ rate: 120 })],
  ["touch", "slow hand, 150 mm/s", touch({ speed: 150 })],
  ["touch", "fast hand, 450 mm/s, 120 Hz", touch({ speed: 450, rate: 120 })],
  ["touch", "fast hand, 600 mm/s", touch({ speed: 600 })],
  ["touch, left alone", "nobody there", nobody(0)],
  ["touch, fingers", "ten of ten", fingers(10, 10, false)],
  ["touch, fingers", "one hand only: not done", fingers(5, 10, false)],
  ["sound", "quiet", sound({ snr: 40 })],
  ["sound", "white noise as loud as the tones", sound({ snr: 0 })],
  ["sound", "white noise, 15 dB louder", sound({ snr: -15 })],
  ["sound", "pink noise, 10 dB louder", sound({ noise: "pink", snr: -10 })],
  ["sound", "pink noise, 20 dB louder", sound({ noise: "pink", snr: -20 })],
  ["sound", "babble as loud as the tones", sound({ noise: "babble", snr: 0 })],
  ["sound", "babble, 15 dB louder", sound({ noise: "babble", snr: -15 })],
  ["sound", "turned down at first, in a quiet room", sound({ snr: 40, speaker: "silent" }, { snr: 40 })],
  ["sound, clean", "quiet", clean({ snr: 40 })],
  ["sound, clean", "pink noise", clean({ noise: "pink", snr: 10 })],
  ["sound, clean", "babble", clean({ noise: "babble", snr: 10 })],
  ["camera, card", "good light", card({})],
  ["camera, card", "much noise", card({ noise: 8 })],
  ["camera, card", "dim light", card({ light: 0.3 })],
  ["camera, covered", "dark", dark({})],
  ["camera, covered", "dark, 2 hot pixels, much noise", dark({ hot: 2, noise: 8 })],
  ["camera, white", "good light", white({})],
  ["camera, white", "much noise", white({ noise: 8 })],
  ["torch", "lights", torch(0.6)],
  ["torch", "lights, the camera settles", torch(0.6, { drift: 0.2 })],
  ["motion, six sides", "60 Hz", faces({})],
  ["motion, six sides", "120 Hz", faces({ rate: 120 })],
  ["motion, six sides", "five sides only: not done", faces({ faces: 5 })],
  ["motion, six sides", "one side only: not done", faces({ faces: 1 })],
  ["motion, turn", "60 Hz", turn({})],
  ["motion, turn", "120 Hz", turn({ rate: 120 })],
  ["motion, turn", "not turned: not done", turn({ scale: 0 })],
  ["compass", "turned once", compass({})],
  ["compass", "turned half around: not done", compass({ wanted: 180 })],
  ["compass", "not turned: not done", compass({ wanted: 0 })],
  ["vibration", "60 Hz", vibration({}, "yes")],
  ["vibration", "120 Hz", vibration({ rate: 120 }, "yes")],
  ["vibration", "in a moving hand", vibration({ moving: 0.2 }, "yes")],
  ["camera, covered", "light beside the cap: not done", dark({ leak: 120 })],
  ["camera, covered", "the card left there: not done", dark({}, ofCard)],
  ["camera, white", "the card left there: not done", white({}, ofCard)],
  ["camera, white", "pushed in while it is looked at", white({}, early)],
];

function count(run, runs, number) {
  const random = chance(seed * 7919 + number * 104729), counts = { pass: 0, fail: 0, inconclusive: 0 };
  for (let at = 0; at < runs; at += 1) counts[run(random)] += 1;
  return counts;
}

const rows = (table, runs, first) => table.map((row, number) => [...row, first + number]).filter(([check]) => check.startsWith(only))
  .map((row) => ({ check: row[0], what: row[1], claimed: row.length < 5 || row[3], runs, ...count(row[2], runs, row.at(-1)) }));
process.stdout.write(`${JSON.stringify({ faults: rows(FAULTS, faultRuns, 0), healthy: rows(HEALTHY, healthyRuns, 1000) })}\n`);
