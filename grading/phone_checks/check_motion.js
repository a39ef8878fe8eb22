// SPDX-License-Identifier: GPL-3.0-or-later
// Sensors of motion: six sides, a quarter turn, once around, and the motor that shakes.

import { judgeCompass, judgeFaces, judgeTurn, judgeVibration, PULSE_MS, pulsesOf } from "./motion_rules.js";
import { element } from "./stage.js";

const LONGEST_MS = 60000;
const SILENT_MS = 2000;
const MOST = 12000; // values kept at once

/** Values of the sensors while they come: {samples, turns}, after two seconds at most; a sign where there are none. */
async function listen(stage) {
  if (typeof DeviceMotionEvent === "undefined") return { sign: "unsupported" };
  if (typeof DeviceMotionEvent.requestPermission === "function") {
    const said = await stage.until(DeviceMotionEvent.requestPermission().catch(() => "denied"));
    if (said !== "granted") return { sign: "refused" };
  }
  const samples = [], turns = [];
  const take = ({ accelerationIncludingGravity: a, rotationRate: r, timeStamp: t }) => {
    if (a && a.x !== null && samples.length < MOST) samples.push({ x: a.x, y: a.y, z: a.z, t });
    if (r && r.alpha !== null && turns.length < MOST) turns.push({ x: r.beta, y: r.gamma, z: r.alpha, t });
  };
  addEventListener("devicemotion", take);
  stage.finally(() => removeEventListener("devicemotion", take));
  const until = performance.now() + SILENT_MS;
  while (!samples.length && performance.now() < until) await stage.sleep(100);
  return { samples, turns, sign: samples.length ? "" : "unsupported" };
}

export async function motion(stage) {
  stage.show("motion", "motion.faces");
  await stage.ask([["start", 1]]);
  const sensors = await listen(stage);
  if (sensors.sign) return { sign: sensors.sign };
  const faces = await sixFaces(stage, sensors);
  stage.keep(faces);
  stage.done = 700;
  const turn = await quarterTurn(stage, sensors, faces.faces);
  const signs = {};
  if (turn.sign) signs.motion_turn_degrees = signs.motion_turn_off_degrees = turn.sign;
  return { values: { ...faces.values, ...turn.values }, signs, sign: faces.sign };
}

async function sixFaces(stage, { samples, turns }) {
  const count = element("p", { class: "big" });
  stage.show("motion", "motion.faces", count);
  let ended = false;
  stage.ask([["that_is_all", 1]]).then(() => { ended = true; }).catch(() => {});
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const found = judgeFaces(samples, turns);
    count.textContent = stage.say("motion.counts", { seen: found.faces });
    stage.done = found.faces * 110;
    if (found.faces === 6 || ended || performance.now() > until) return found;
    await stage.sleep(300);
  }
}

async function quarterTurn(stage, { turns }, faces) {
  if (!turns.length) return { sign: "unsupported", values: {} };
  stage.show("turn", "motion.turn");
  await stage.ask([["start", 1]]);
  const begin = turns.length;
  await Promise.race([stage.ask([["done", 1]]), stage.sleep(LONGEST_MS)]);
  return judgeTurn(turns.slice(begin), { faces, turns: turns.slice(0, begin) });
}

export async function compass(stage) {
  stage.show("compass", "compass.turn");
  await stage.ask([["start", 1]]);
  const type = "ondeviceorientationabsolute" in window ? "deviceorientationabsolute" : "deviceorientation";
  if (typeof DeviceOrientationEvent === "undefined") return { sign: "unsupported" };
  if (typeof DeviceOrientationEvent.requestPermission === "function") {
    const said = await stage.until(DeviceOrientationEvent.requestPermission().catch(() => "denied"));
    if (said !== "granted") return { sign: "refused" };
  }
  const headings = [];
  const take = (event) => {
    const heading = event.webkitCompassHeading ?? (event.absolute && event.alpha !== null ? 360 - event.alpha : null);
    if (heading !== null && headings.length < MOST) headings.push(heading);
  };
  addEventListener(type, take);
  stage.finally(() => removeEventListener(type, take));
  const { turns = [] } = await listen(stage);
  const count = element("p", { class: "big" });
  stage.show("compass", "compass.turn", count);
  let ended = false;
  stage.ask([["that_is_all", 1]]).then(() => { ended = true; }).catch(() => {});
  const begun = performance.now();
  for (;;) {
    await stage.sleep(250);
    const found = judgeCompass(headings, turns);
    count.textContent = stage.say("compass.counts", { degrees: found.degrees });
    stage.done = found.degrees / 360 * 1000;
    const nothing = !headings.length && performance.now() - begun > SILENT_MS;
    if (found.degrees >= 340 || nothing || ended || performance.now() - begun > LONGEST_MS) return found;
  }
}

export async function vibration(stage) {
  stage.show("vibration", "vibration.lay");
  await stage.ask([["start", 1]]);
  if (!navigator.vibrate) return { sign: "unsupported" };
  const sensors = await listen(stage), order = pulsesOf(crypto.getRandomValues(new Uint8Array(16)));
  const bar = element("progress", { max: "1000", value: "0" });
  stage.show("vibration", "vibration.lay", bar);
  await stage.sleep(800);
  const pattern = patternOf(order), begin = performance.now();
  if (!navigator.vibrate(pattern)) return { sign: "refused" };
  stage.finally(() => navigator.vibrate(0));
  const length = order.length * PULSE_MS;
  while (performance.now() - begin < length + 100) {
    await stage.sleep(100);
    stage.done = bar.value = Math.min(900, Math.round((performance.now() - begin) / length * 900));
  }
  stage.show("vibration", "vibration.ask");
  const felt = await stage.ask([["yes", "yes"], ["no", "no"]]);
  const found = sensors.sign ? { sign: sensors.sign, values: {} }
    : judgeVibration(sensors.samples.map((each) => ({ ...each, t: each.t - begin })), order, felt);
  const signs = found.sign ? { vibration_rise_permille: found.sign } : {};
  return { values: { ...found.values, vibration_felt: felt }, signs };
}

/** As navigator.vibrate wants it: on, off, on, ...; a leading 0 where it begins with rest. */
function patternOf(order) {
  const pattern = [];
  order.forEach((on, at) => {
    if (at && on === order[at - 1]) pattern[pattern.length - 1] += PULSE_MS;
    else { if (!at && !on) pattern.push(0); pattern.push(PULSE_MS); }
  });
  return pattern;
}
