// SPDX-License-Identifier: GPL-3.0-or-later
// What the sensors of motion say while the phone is turned, vibrates or lies still: samples in, numbers out.

import { median } from "./sound_rules.js";

export const GRAVITY = 9.81;
export const PULSES = 8; // with vibration, and as many without
export const PULSE_MS = 500;
export const AROUND = 300; // degrees: the compass went once around, as the scheme has it
export const OFF = 50; // thousandths of gravity, as the scheme has it
const STILL_MS = 500;
const STILL = 0.35; // m/s2, greatest spread of a phone that lies
const ALONG = 0.9; // of gravity on one axis
const NOWHERE = GRAVITY / 2; // m/s2: whatever lies still weighs more
const SLOT_FROM = 0.3; // of a pulse: motors take time to start and to stop
const FLOOR = 0.004; // m/s2, what no sensor resolves
const CALM = 0.12; // m/s2: in a hand that moves more, a motor that is not felt may be drowned
const RISE = 3;
const LEAST_FROZEN = 60; // values
const TURNING = 20; // degrees a second; a gyroscope's own drift is far below
const TURNED = 60; // degrees
const CREEPING = 2; // degrees a second: three sides are not shown within a minute at that speed
const HALF = 45; // degrees: nearer to none, or to two, than to one quarter turn
const WILD = 45; // degrees from one heading to the next: swings, and no turn
const TURNED_AROUND = 330; // degrees, by the gyroscope

/**
 * samples: [{x, y, z, t}], m/s2 with gravity, milliseconds; turns: the same of the gyroscope, degrees a second.
 * Sides that were not shown are no fault and no pass: their number is told when it is six, or when the sensor said one
 * thing all the while and the gyroscope saw the phone turned over; gravity when all six were shown, or when it is wrong.
 */
export function judgeFaces(samples, turns = []) {
  const faces = new Map(), still = new Map();
  for (let begin = 0, end = 0; begin < samples.length; begin += 1) {
    while (end < samples.length && samples[end].t - samples[begin].t < STILL_MS) end += 1;
    if (end >= samples.length) break;
    const window = samples.slice(begin, end);
    if (window.length < 5 || !isStill(window)) continue;
    const at = { x: middle(window, "x"), y: middle(window, "y"), z: middle(window, "z") };
    const size = Math.hypot(at.x, at.y, at.z), off = Math.abs(size - GRAVITY) / GRAVITY * 1000;
    const axis = ["x", "y", "z"].find((each) => Math.abs(at[each]) >= ALONG * size);
    const side = size < NOWHERE ? "nowhere" : axis && axis + Math.sign(at[axis]);
    if (side) still.set(side, [...(still.get(side) ?? []), off]);
    if (side && side !== "nowhere") faces.set(side, true);
    begin = end - 1;
  }
  if (!samples.length) return { sign: "unsupported", values: {}, faces: 0 };
  const values = {}, isWhole = faces.size === 6, worst = Math.round(Math.max(0, ...[...still.values()].map(median)));
  if (isWhole || isFrozen(samples, turns)) values.motion_faces = faces.size;
  if (isWhole || worst > OFF) values.motion_worst_permille = Math.min(99999, worst);
  return { sign: isWhole ? "" : "too_little", values, faces: faces.size };
}

/** The same to the last digit all the while, and yet turned about two axes: no phone that lies or spins on a table. */
function isFrozen(samples, turns) {
  const [first] = samples;
  if (samples.length < LEAST_FROZEN || samples.some((each) => each.x !== first.x || each.y !== first.y || each.z !== first.z)) return false;
  const fast = turns.map((each) => speed(each) < TURNING ? { x: 0, y: 0, z: 0, t: each.t } : each);
  return turned(fast).filter((degrees) => degrees >= TURNED).length >= 2;
}

function isStill(window) {
  return ["x", "y", "z"].every((axis) => {
    const all = window.map((each) => each[axis]);
    return Math.max(...all) - Math.min(...all) < STILL;
  });
}

function middle(window, axis) {
  return window.reduce((total, each) => total + each[axis], 0) / window.length;
}

function speed({ x, y, z }) {
  return Math.hypot(x, y, z);
}

/** Degrees about each axis, there and back cancelling out. */
function turned(turns) {
  return ["x", "y", "z"].map((axis) => Math.abs(steps(turns).reduce(
    (total, { from, to, seconds }) => total + (from[axis] + to[axis]) / 2 * seconds, 0)));
}

function steps(turns) {
  return turns.slice(1).map((to, at) => ({ from: turns[at], to, seconds: (to.t - turns[at].t) / 1000 }));
}

/**
 * turns: [{x, y, z, t}], degrees a second. The axis that turned most, and how far that is from a quarter; far less and
 * far more was no quarter turn. `shown`: how many sides the other sensor saw before, and what this one said meanwhile:
 * if nothing, it is frozen, and its quarter turn is what it says.
 */
export function judgeTurn(turns, shown = { faces: 0, turns: [] }) {
  if (turns.length < 10) return { sign: "unsupported", values: {} };
  const degrees = Math.min(9999, Math.round(Math.max(...turned(turns)))), off = Math.abs(degrees - 90);
  const crept = steps(shown.turns).every(({ to }) => speed(to) < CREEPING);
  const isFrozen = shown.faces >= 3 && shown.turns.length >= LEAST_FROZEN && crept;
  if (off > HALF && !isFrozen) return { sign: "too_little", values: {} };
  return { sign: "", values: { motion_turn_degrees: degrees, motion_turn_off_degrees: off } };
}

/**
 * headings: degrees 0..360 while the phone is turned once around; only how far it turned is told. `turns`: what the
 * gyroscope said meanwhile. A compass that did not go around is at fault only if that one did.
 */
export function judgeCompass(headings, turns = []) {
  if (headings.length < 5) return { sign: "unsupported", values: {}, degrees: 0 };
  let way = 0, farthest = 0;
  const swings = [];
  for (let at = 1; at < headings.length; at += 1) {
    const step = ((headings[at] - headings[at - 1] + 540) % 360) - 180;
    way += step;
    swings.push(Math.abs(step));
    farthest = Math.max(farthest, Math.abs(way));
  }
  const degrees = Math.min(9999, Math.round(farthest)), by = Math.hypot(...turned(turns));
  const contradicted = turns.length >= 10 && by < AROUND / 2;
  let sign = "";
  if (median(swings) > WILD) sign = "noisy";
  else if (degrees >= AROUND) sign = contradicted ? "sources_disagree" : "";
  else if (by < TURNED_AROUND) sign = "too_little";
  return { sign, values: sign ? {} : { compass_turn_degrees: degrees }, degrees };
}

/** Order of pulses, true where it vibrates: as many of each, drawn by random bytes, no more than two alike in a row. */
export function pulsesOf(bytes) {
  const order = [];
  for (let pair = 0; pair < PULSES; pair += 1) order.push(...(bytes[pair % bytes.length] & 1 ? [true, false] : [false, true]));
  return order;
}

/**
 * samples: [{x, y, z, t}], t in milliseconds from the first pulse; felt: "yes" or "no". A motor may turn so often that a
 * slow sensor finds it at the same place each time: what a person feels and the sensor does not is nobody's fault.
 */
export function judgeVibration(samples, order, felt) {
  if (samples.length < 4 * order.length) return { sign: "unsupported", values: {} };
  const shaken = order.map((on, slot) => {
    const within = samples.filter((each) => each.t >= (slot + SLOT_FROM) * PULSE_MS && each.t < (slot + 1) * PULSE_MS);
    return { on, level: within.length < 3 ? null : shaking(within) };
  });
  if (shaken.some((each) => each.level === null)) return { sign: "too_little", values: {} };
  const on = shaken.filter((each) => each.on).map((each) => each.level);
  const off = shaken.filter((each) => !each.on).map((each) => each.level);
  const rest = Math.max(FLOOR, median(off)), limit = RISE * rest;
  const restless = off.filter((level) => level >= limit).length, quiet = on.filter((level) => level < limit).length;
  const drowned = median(off) > CALM && quiet > 1;
  if (drowned || restless > 1) return { sign: "noisy", values: {} };
  let rise = median(on) / rest;
  if (quiet > 1) rise = Math.min(rise, [...on].sort((one, other) => one - other)[1] / rest); // not with every pulse
  if (rise < RISE && felt === "yes") return { sign: "sources_disagree", values: {} };
  return { sign: "", values: { vibration_rise_permille: Math.min(999999, Math.floor(rise * 1000)) } };
}

function shaking(window) {
  return Math.sqrt(["x", "y", "z"].reduce((total, axis) => {
    const at = middle(window, axis);
    return total + window.reduce((sum, each) => sum + (each[axis] - at) ** 2, 0) / window.length;
  }, 0));
}
