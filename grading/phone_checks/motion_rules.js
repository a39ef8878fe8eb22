// SPDX-License-Identifier: GPL-3.0-or-later
// What the sensors of motion say while the phone is turned, vibrates or lies still: samples in, numbers out.

import { median } from "./sound_rules.js";

export const GRAVITY = 9.81;
export const PULSES = 8; // with vibration, and as many without
export const PULSE_MS = 500;
const STILL_MS = 500;
const STILL = 0.35; // m/s2, greatest spread of a phone that lies
const ALONG = 0.9; // of gravity on one axis
const SLOT_FROM = 0.3; // of a pulse: motors take time to start and to stop
const FLOOR = 0.004; // m/s2, what no sensor resolves
const CALM = 0.12; // m/s2: in a hand that moves more, a motor that is not felt may be drowned
const RISE = 3;

/** samples: [{x, y, z, t}], m/s2 with gravity, milliseconds. */
export function judgeFaces(samples) {
  const faces = new Map();
  for (let begin = 0, end = 0; begin < samples.length; begin += 1) {
    while (end < samples.length && samples[end].t - samples[begin].t < STILL_MS) end += 1;
    if (end >= samples.length) break;
    const window = samples.slice(begin, end);
    if (window.length < 5 || !isStill(window)) continue;
    const at = { x: middle(window, "x"), y: middle(window, "y"), z: middle(window, "z") };
    const size = Math.hypot(at.x, at.y, at.z);
    for (const axis of ["x", "y", "z"]) {
      if (Math.abs(at[axis]) < ALONG * size) continue;
      const face = axis + Math.sign(at[axis]), off = Math.abs(size - GRAVITY) / GRAVITY * 1000;
      faces.set(face, [...(faces.get(face) ?? []), off]);
    }
    begin = end - 1;
  }
  if (!samples.length) return { sign: "unsupported", values: {}, faces: 0 };
  const worst = Math.max(0, ...[...faces.values()].map((offs) => median(offs)));
  const values = { motion_faces: faces.size };
  if (faces.size) values.motion_worst_permille = Math.min(99999, Math.round(worst));
  return { sign: "", values, faces: faces.size, seen: [...faces.keys()] };
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

/** samples: [{x, y, z, t}], degrees a second. The axis that turned most, and how far that is from a quarter. */
export function judgeTurn(samples) {
  if (samples.length < 10) return { sign: "unsupported", values: {} };
  const turned = ["x", "y", "z"].map((axis) => Math.abs(samples.slice(1).reduce(
    (total, each, at) => total + (each[axis] + samples[at][axis]) / 2 * (each.t - samples[at].t) / 1000, 0)));
  const degrees = Math.min(9999, Math.round(Math.max(...turned)));
  return { sign: "", values: { motion_turn_degrees: degrees, motion_turn_off_degrees: Math.abs(degrees - 90) } };
}

/** headings: degrees 0..360 while the phone is turned once around; only how far it turned is told. */
export function judgeCompass(headings) {
  if (headings.length < 5) return { sign: "unsupported", values: {} };
  let turned = 0, farthest = 0;
  for (let at = 1; at < headings.length; at += 1) {
    turned += ((headings[at] - headings[at - 1] + 540) % 360) - 180;
    farthest = Math.max(farthest, Math.abs(turned));
  }
  return { sign: "", values: { compass_turn_degrees: Math.min(9999, Math.round(farthest)) } };
}

/** Order of pulses, true where it vibrates: as many of each, drawn by random bytes, no more than two alike in a row. */
export function pulsesOf(bytes) {
  const order = [];
  for (let pair = 0; pair < PULSES; pair += 1) order.push(...(bytes[pair % bytes.length] & 1 ? [true, false] : [false, true]));
  return order;
}

/** samples: [{x, y, z, t}], t in milliseconds from the first pulse. */
export function judgeVibration(samples, order) {
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
  return { sign: "", values: { vibration_rise_permille: Math.min(999999, Math.floor(rise * 1000)) } };
}

function shaking(window) {
  return Math.sqrt(["x", "y", "z"].reduce((total, axis) => {
    const at = middle(window, axis);
    return total + window.reduce((sum, each) => sum + (each[axis] - at) ** 2, 0) / window.length;
  }, 0));
}
