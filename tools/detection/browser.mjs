// SPDX-License-Identifier: GPL-3.0-or-later
// Faults in a real browser: drives Debian's Chromium through the page, with hands and parts that are seeded.
//
//     node tools/detection/browser.mjs CHROMIUM    one JSON command a line: {job, fault, seed, address}; one answer a line
//
// The first line that it says is the table of faults: {check, page (its check of the page), what, claimed, names}. What the page tells goes to the
// bench that serves `address`, and to nobody else.

import { createInterface } from "node:readline";

import { chromium } from "../../offline_page/node_modules/playwright-core/index.mjs";
import { chance } from "./chance.mjs";
import { EYES } from "./eyes.mjs";
import { camerasInPage, roomInPage, sensorsInPage } from "./in_page.mjs";
import { RATE, surroundings } from "./rooms.mjs";
import { around, quarter, sixFaces, vibrating } from "./sensors.mjs";

const WIDTH = 412, HEIGHT = 915, MM = 25.4 / 160;
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"];
if (process.getuid?.() === 0) FLAGS.push("--no-sandbox"); // Chromium refuses its sandbox to root
const PATIENCE_MS = 120000;
const START = "[data-answer='1']";

/** One person at one phone. */
class Hand {
  constructor(page, devtools, random) { Object.assign(this, { page, devtools, random }); }
  tap(selector) { return this.page.tap(selector, { timeout: PATIENCE_MS }); }
  see(selector) { return this.page.waitForSelector(selector, { timeout: PATIENCE_MS }); }
  touch(type, points) { return this.devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) }); }
  /** Whatever the page finds by itself it has found within seconds; else a person says that this is all. */
  async endUnless(selector) {
    const found = this.see(selector).then(() => true), late = new Promise((done) => { setTimeout(done, 4000, false); });
    if (!await Promise.race([found, late])) await this.page.tap(START, { timeout: 4000 }).catch(() => {}); // or it has just gone on
    await found;
  }
  rest(row) { return this.page.evaluate((given) => window.rested(given), row); }
  /** pictures: of lenses.mjs; before the camera from now on, the first `once` of them a single time. */
  shows(pictures, side, once = 0) {
    const given = pictures.map(({ data }) => Buffer.from(data).toString("base64"));
    return this.page.evaluate((facts) => window.shown(...facts), [given, side, once]);
  }
  play(rows) { return this.page.evaluate((given) => window.played(given, window.vibratedAt), rows); }
}

/** 14 columns and 14 rows; `dead` in millimetres, (x, y) => true where no finger is felt. */
async function sweep(hand, dead = () => false) {
  for (const isColumn of [true, false]) {
    for (let line = 0; line < 14; line += 1) {
      const along = isColumn ? HEIGHT : WIDTH, beside = (line + 0.5) * (isColumn ? WIDTH : HEIGHT) / 14;
      let isDown = false;
      for (let place = hand.random.between(0.5, 8); place < along; place += 2.6 / MM) {
        const wander = beside + hand.random.between(-1, 1), point = isColumn ? [wander, place] : [place, wander];
        const isFelt = !dead(point[0] * MM, point[1] * MM);
        if (isFelt) await hand.touch(isDown ? "touchMove" : "touchStart", [point]); else if (isDown) await hand.touch("touchEnd", []);
        isDown = isFelt;
      }
      if (isDown) await hand.touch("touchEnd", []);
    }
  }
}

/** No more than a tap is felt before the screen is left alone. */
async function leave(hand) {
  await hand.touch("touchStart", [[200, 400]]);
  await hand.touch("touchEnd", []);
  await hand.tap("[data-answer=true]");
}

async function fingers(hand, count, allDown) {
  await hand.see(".full img[src*=fingers]");
  const points = Array.from({ length: count }, (_, at) => [40 + 33 * at, 300 + 20 * (at % 3)]);
  for (let down = 1; down <= count; down += 1) await hand.touch("touchStart", points.slice(0, down));
  await hand.touch("touchEnd", []);
  const more = await Promise.race([hand.see("[data-check=touch]").then(() => false), hand.see(".dialog [data-answer]").then(() => true)]);
  if (more) await hand.tap(`.dialog [data-answer=${allDown}]`);
}

const touch = (where) => async (hand) => {
  await hand.tap(START);
  await hand.see(".full canvas");
  await sweep(hand, where?.(hand.random));
  if (where) await hand.tap("[data-answer=true]");
  await fingers(hand, 10, true);
};
const ghosts = (aSecond) => async (hand) => {
  await hand.tap(START);
  await hand.see(".full canvas");
  await leave(hand);
  await hand.see(".full img[src*=hands_off]");
  const end = Date.now() + 7000;
  while (aSecond && Date.now() < end) {
    await new Promise((done) => { setTimeout(done, -Math.log(1 - hand.random.next()) / aSecond * 1000); });
    const point = [[hand.random.between(20, 390), hand.random.between(20, 890)]];
    if (await hand.page.isVisible(".full img[src*=hands_off]")) { await hand.touch("touchStart", point); await hand.touch("touchEnd", []); }
  }
  await fingers(hand, 10, true);
};
const few = (count, allDown) => async (hand) => {
  await hand.tap(START);
  await hand.see(".full canvas");
  await leave(hand);
  await fingers(hand, count, allDown);
};

const rowsOf = ({ samples, turns }) => samples.map(({ x, y, z, t }, at) => ({ t, a: [x, y, z], r: [turns[at].x, turns[at].y, turns[at].z] }));

const motion = (facts, turning) => async (hand) => {
  const rows = rowsOf(sixFaces(hand.random, facts));
  await hand.rest(rows[0]);
  await hand.tap(START);
  await hand.see(".big");
  await hand.play(rows);
  await hand.endUnless("img[src*='turn.svg']");
  await hand.tap(START);
  await hand.see(".choices");
  await hand.play(quarter(hand.random, turning).map(({ x, y, z, t }) => ({ t: t + 300, a: [0, 0, 9.81], r: [x, y, z] })));
  await hand.tap(START);
};
const compass = (facts) => async (hand) => {
  const { headings, turns } = around(hand.random, facts);
  const rows = turns.map(({ x, y, z, t }, at) => ({ t, a: [0, 0, 9.81], r: [x, y, z], heading: headings[at] }));
  await hand.rest(rows[0]);
  await hand.tap(START);
  await hand.see(".big");
  await hand.play(rows);
  await hand.endUnless("[data-check=compass]");
};
const vibration = (facts, felt) => async (hand) => {
  await hand.rest({ a: [0, 0, 9.81], r: [0, 0, 0] });
  await hand.tap(START);
  const pattern = await (await hand.page.waitForFunction(() => window.vibrated, null, { timeout: PATIENCE_MS })).jsonValue();
  const order = pattern.flatMap((length, at) => Array(length / 500).fill(at % 2 === 0));
  while (order.length < 16) order.push(false); // a last rest is no part of a pattern
  await hand.play(vibrating(hand.random, order, facts).map(({ x, y, z, t }) => ({ t, a: [x, y, z], r: [0, 0, 0] })));
  await hand.tap(`[data-answer=${felt}]`);
};
const sound = (louder = 0) => async (hand) => {
  await hand.tap(START);
  const heard = (answer) => Promise.race([hand.see("[data-check=sound]").then(() => true), hand.see(`[data-answer=${answer}]`).then(() => false)]);
  if (louder && !await heard(false)) {
    await hand.page.evaluate((gain) => { window.room.gain.value = gain; }, louder);
    await hand.tap("[data-answer=false]");
    await hand.see("progress"); // the buttons of the first try are gone
  }
  if (!await heard(true)) await hand.tap("[data-answer=true]");
};

const HEARD_GAIN = 0.2, HEARD_LEVEL = 0.27 * HEARD_GAIN; // five tones of 0.17 have an effective value of 0.27
const NOISE_S = 12, STORED = 1 / 8; // of full scale, for noise has its peaks
/** around: [kind of noise, dB of the tones above it]; own: of the microphone, which hears nothing else then. */
const room = ({ speaker = "healthy", around = null, own = 0 } = {}) => ({ page: "sound", room: (random) => {
  const [kind, snr] = own ? ["white"] : around ?? [""], level = own || (around ? HEARD_LEVEL * 10 ** (-snr / 20) : 0);
  const samples = kind ? Int16Array.from(surroundings(random, kind, NOISE_S), (each) => 32767 * Math.max(-1, Math.min(1, each * STORED))) : null;
  const noise = samples ? Buffer.from(samples.buffer).toString("base64") : "";
  return { speaker, gain: speaker === "silent" || own ? 0 : HEARD_GAIN, noise, rate: RATE, level: level / STORED };
} });

const stripe = (width) => (random) => { const from = random.between(4, 138 - width); return (x, y) => y >= from && y <= from + width; };
const column = (width) => (random) => { const from = random.between(4, 60 - width); return (x) => x >= from && x <= from + width; };
const SWEPT = ["touch_coverage_permille", "touch_gap_y_permille", "touch_gap_x_permille"];
const SHOWN = ["motion_faces", "motion_worst_permille"], TURNED = ["motion_turn_off_degrees"];
const HEARD = ["sound_slots_right"], CLEAN = ["sound_distortion_permille"];

/** [check, what, claimed (null: nothing is wrong with the phone), names of the values that judge, what the hand does, parts of the phone] */
const TABLE = [
  ["touch", "dead stripe 5 mm", true, SWEPT, touch(stripe(5))],
  ["touch", "dead column 5 mm", true, SWEPT, touch(column(5))],
  ["touch", "ghost touches, 3 a second", true, ["touch_ghosts"], ghosts(3)],
  ["touch", "5 of 10 fingers", true, ["touch_fingers_missing"], few(5, true)],
  ["motion", "frozen sensor", true, SHOWN, motion({ frozen: true }, {})],
  ["motion", "both sensors frozen", true, SHOWN, motion({ frozen: true, mute: true }, { frozen: true })],
  ["motion", "one axis dead", true, SHOWN, motion({ dead: "y" }, {})],
  ["motion", "10 % too much", true, SHOWN, motion({ scale: 1.1 }, {})],
  ["motion", "frozen gyroscope", true, TURNED, motion({ mute: true }, { frozen: true })],
  ["motion", "gyroscope 30 % too low", true, TURNED, motion({}, { scale: 0.7 })],
  ["compass", "frozen compass", true, ["compass_turn_degrees"], compass({ frozen: true })],
  ["compass", "compass turns half as far", true, ["compass_turn_degrees"], compass({ stuck: 0.5 })],
  ["vibration", "dead motor", true, ["vibration_rise_permille"], vibration({ strength: 0 }, "no")],
  ["vibration", "weak motor", true, ["vibration_rise_permille"], vibration({ strength: 0.1 }, "no")],
  ["sound", "silent loudspeaker", true, HEARD, sound(), room({ speaker: "silent" })],
  ["sound", "silent loudspeaker, white noise", true, HEARD, sound(), room({ speaker: "silent", around: ["white", 0] })],
  ["sound", "silent loudspeaker, pink noise", true, HEARD, sound(), room({ speaker: "silent", around: ["pink", 0] })],
  ["sound", "silent loudspeaker, babble", true, HEARD, sound(), room({ speaker: "silent", around: ["babble", 0] })],
  ["sound", "silent microphone, quiet", true, HEARD, sound(), room({ own: 2e-5 })],
  ["sound", "silent microphone that hisses", true, HEARD, sound(), room({ own: 0.01 })],
  ["sound", "buzzing loudspeaker", true, CLEAN, sound(), room({ speaker: "buzzing" })],
  ["sound", "buzzing loudspeaker, pink noise", true, CLEAN, sound(), room({ speaker: "buzzing", around: ["pink", 15] })],
  ["sound", "clipping loudspeaker", true, CLEAN, sound(), room({ speaker: "clipping" })],
  ["touch", "healthy", null, SWEPT, touch()],
  ["touch", "left alone", null, ["touch_ghosts"], ghosts(0)],
  ["touch", "one hand only: not done", null, ["touch_fingers_missing"], few(5, false)],
  ["motion", "healthy", null, [...SHOWN, ...TURNED], motion({}, {})],
  ["motion", "five sides only: not done", null, SHOWN, motion({ faces: 5 }, {})],
  ["motion", "not turned: not done", null, TURNED, motion({}, { scale: 0 })],
  ["compass", "healthy", null, ["compass_turn_degrees"], compass({})],
  ["compass", "not turned: not done", null, ["compass_turn_degrees"], compass({ wanted: 0 })],
  ["vibration", "healthy, 60 Hz", null, ["vibration_rise_permille"], vibration({}, "yes")],
  ["sound", "healthy", null, [...HEARD, ...CLEAN], sound(), room()],
  ["sound", "turned down at first", null, [...HEARD, ...CLEAN], sound(HEARD_GAIN), room({ speaker: "silent" })],
  ["sound", "white noise as loud as the tones", null, HEARD, sound(), room({ around: ["white", 0] })],
  ["sound", "white noise, 15 dB louder", null, HEARD, sound(), room({ around: ["white", -15] })],
  ["sound", "pink noise, 10 dB louder", null, HEARD, sound(), room({ around: ["pink", -10] })],
  ["sound", "pink noise, 20 dB louder", null, HEARD, sound(), room({ around: ["pink", -20] })],
  ["sound", "babble as loud as the tones", null, HEARD, sound(), room({ around: ["babble", 0] })],
  ["sound", "babble, 15 dB louder", null, HEARD, sound(), room({ around: ["babble", -15] })],
  ["sound", "clean, in babble", null, CLEAN, sound(), room({ around: ["babble", 10] })],
  ...EYES,
];

async function run(browser, { fault, seed, address }) {
  const [name, , , , act, { page: check = name, room: sounds, cameras } = {}] = TABLE[fault], random = chance(seed * 7919 + fault * 104729 + 1);
  const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, hasTouch: true, isMobile: true, permissions: ["camera", "microphone"] });
  try {
    await context.addInitScript(sensorsInPage);
    if (sounds) await context.addInitScript(roomInPage, sounds(random));
    if (cameras) await context.addInitScript(camerasInPage, cameras);
    const page = await context.newPage(), hand = new Hand(page, await context.newCDPSession(page), random);
    await page.goto(address, { timeout: PATIENCE_MS });
    await hand.tap(`[data-check=${check}]`);
    await act(hand);
    await hand.see(`[data-check=${check}].measured, [data-check=${check}].unmeasured`);
  } finally {
    await context.close();
  }
}

const say = (document) => process.stdout.write(`${JSON.stringify(document)}\n`);
const browser = await chromium.launch({ executablePath: process.argv[2], args: FLAGS });
say(TABLE.map(([check, what, claimed, names, , parts]) => ({ check, page: parts?.page ?? check, what, claimed, names })));
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line); // several at once: each is mostly waiting
  run(browser, asked).then(() => say({ job: asked.job, error: "" }), (error) => say({ job: asked.job, error: String(error).slice(0, 400) }));
}
await browser.close();
