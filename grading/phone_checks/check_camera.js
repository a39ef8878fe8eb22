// SPDX-License-Identifier: GPL-3.0-or-later
// A camera before the bench card, covered, and before white.

import { average, FRAMES, judgeCard, judgeCovered, judgeWhite, mean, seesLight, SHARP_DPX, steady } from "./camera_rules.js";
import { openLens, pictures } from "./lens.js";
import { element, signOf } from "./stage.js";

const CARD_MS = 15000;
const OTHER_MS = 12000;
const PAUSE_MS = 300;

export async function camera(stage, side) {
  const name = (what) => `camera_${side}_${what}`;
  stage.show("card", "camera.card");
  await stage.ask([["start", 1]]);
  let lens;
  try {
    lens = await openLens(stage, side);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { sign: signOf(error) };
  }
  const levels = []; // how bright each look was
  const card = await beforeCard(stage, lens.video, levels);
  const values = { [name("light")]: card.light }, signs = {};
  if (card.sign) signs[name("edge_dpx")] = card.sign; else values[name("edge_dpx")] = Math.min(9999, card.edge_dpx);
  if (card.focus) values[name("focus")] = card.focus; else signs[name("focus")] = card.sign || "too_little";
  stage.keep({ values, signs });
  stage.done = 500;
  const dark = await attempts(stage, lens.video, "cover", "camera.cover", judgeCovered, levels);
  stage.done = 800;
  const white = await attempts(stage, lens.video, "white", "camera.white", judgeWhite, levels);
  const frozen = levels.length && seesLight(levels) ? "" : "frozen";
  if (dark.sign || frozen) signs[name("hot_pixels")] = dark.sign || frozen; else values[name("hot_pixels")] = dark.hot_pixels;
  if (white.sign || frozen) signs[name("dust")] = white.sign || frozen; else values[name("dust")] = white.dust;
  return { values, signs };
}

/** The sharpest of several looks: a lens takes time to focus. Ends early once it is sharp. */
async function beforeCard(stage, video, levels) {
  const hint = element("p", { class: "big" });
  stage.show("", "camera.card", video, hint);
  const until = performance.now() + CARD_MS, reader = codeReader();
  let best = null, code = false, last = { sign: "too_little", light: "ok" };
  while (performance.now() < until && !(best && best.edge_dpx <= SHARP_DPX && (code || !reader))) {
    const taken = await pictures(stage, video, FRAMES);
    if (taken.length < FRAMES) return { sign: "too_little", light: "dim" };
    code ||= await readCode(stage, reader, video);
    last = judgeCard(looked(taken, levels));
    hint.textContent = last.sign === "dim" ? stage.say("camera.dim") : "";
    if (!last.sign && (!best || last.edge_dpx < best.edge_dpx)) best = last;
    if (best && best.edge_dpx <= SHARP_DPX && performance.now() > until - CARD_MS / 2) break; // sharp without a code
  }
  if (!best) return { ...last, focus: code ? "yes" : "" };
  return { ...best, focus: code || best.edge_dpx <= SHARP_DPX ? "yes" : "no" };
}

function looked(taken, levels) {
  const picture = average(taken);
  levels.push(mean(picture));
  return picture;
}

function codeReader() {
  try {
    return typeof BarcodeDetector === "undefined" ? null : new BarcodeDetector({ formats: ["qr_code"] });
  } catch {
    return null; // the class is there, its service is not
  }
}

async function readCode(stage, reader, video) {
  if (!reader) return false;
  try {
    return (await Promise.race([reader.detect(video), stage.sleep(1500).then(() => [])])).length > 0;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** Until the picture is such as was asked for, and what it shows stays. */
async function attempts(stage, video, picture, key, judge, levels) {
  const hint = element("p", { class: "big" });
  stage.show(picture, key, video, hint);
  const now = stage.ask([["camera.now", 1]]);
  await Promise.race([now, stage.sleep(OTHER_MS)]);
  const until = performance.now() + OTHER_MS;
  const looks = [];
  let found = { sign: "too_little" };
  while (performance.now() < until) {
    const taken = await pictures(stage, video, FRAMES);
    if (taken.length < FRAMES) return { sign: "too_little" };
    found = judge(looked(taken, levels));
    looks.push(found);
    const sure = steady(looks);
    if (sure) return sure;
    hint.textContent = found.sign === "dim" ? stage.say("camera.dim") : found.sign ? stage.say("sign.too_little") : "";
    await stage.sleep(PAUSE_MS);
  }
  return found.sign ? found : { sign: "too_little" }; // spots of one look alone
}
