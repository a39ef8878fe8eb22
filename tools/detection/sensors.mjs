// SPDX-License-Identifier: GPL-3.0-or-later
// Sensors of motion of a simulated phone, 60 values a second unless said.

import { GRAVITY, PULSE_MS } from "../../grading/phone_checks/motion_rules.js";

const FACES = [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, -1, 0], [-1, 0, 0], [0, 0, -1]];

const TURN_S = 0.5; // from side to side

/**
 * A phone laid on its sides, 1 s each, and turned between: {samples, turns} of both sensors. `frozen`: the sensor says the
 * same for ever; `mute`: the gyroscope does.
 */
export function sixFaces(random, { frozen = false, mute = false, scale = 1, dead = "", rate = 60, faces = 6 } = {}) {
  const samples = [], turns = [];
  let clock = 0;
  const tell = ([x, y, z], shake, turn) => {
    const now = { x: x * scale + random.normal(shake), y: y * scale + random.normal(shake), z: z * scale + random.normal(shake) };
    if (dead) now[dead] = random.normal(0.01);
    samples.push(frozen && samples.length ? { ...samples[0], t: clock } : { ...now, t: clock });
    const [a, b, c] = turn.map((each) => mute ? 0 : each + random.normal(0.3));
    turns.push({ x: a, y: b, z: c, t: clock });
    clock += 1000 / rate;
  };
  const tilt = () => random.between(-0.12, 0.12);
  FACES.slice(0, faces).forEach((face, number) => {
    const raw = face.map((each) => each + tilt() * (each ? 0 : 1)), size = Math.hypot(...raw);
    const at = raw.map((each) => each / size * GRAVITY), next = FACES[number + 1];
    for (let step = 0; step < rate; step += 1) tell(at, 0.03, [0, 0, 0]);
    if (number + 1 === faces) return;
    const axis = [0, 1, 2].map((each) => face[each] || next[each] ? 0 : 90 / TURN_S); // about the third
    for (let step = 0; step < rate * TURN_S; step += 1) tell(at.map((each) => each + random.normal(4)), 1, axis);
  });
  return { samples, turns };
}

/** A quarter turn about the axis that stands on the screen. */
export function quarter(random, { frozen = false, scale = 1, rate = 60 } = {}) {
  const length = random.between(0.8, 2), wanted = 90 + random.normal(2.5), samples = [];
  for (let at = -0.3; at <= length + 0.3; at += 1 / rate) {
    const speed = at < 0 || at > length ? 0 : wanted / length * (1 - Math.cos(2 * Math.PI * at / length));
    const still = frozen ? 0 : random.normal(0.3);
    samples.push({ x: still + (frozen ? 0 : 0.05 * speed), y: still, z: frozen ? 0 : scale * speed + random.normal(0.4), t: at * 1000 });
  }
  return samples;
}

/** Headings while the phone is turned around once, 20 a second, and what the gyroscope says: {headings, turns}. */
export function around(random, { frozen = false, stuck = 1, mute = false, wild = false, wanted = 360 } = {}) {
  const way = wanted && wanted + random.normal(8), start = random.between(0, 360), last = 79;
  const at = (step) => wild ? random.between(0, 360) : frozen ? start : start + stuck * way * step / last + random.normal(2) + 720;
  const turns = Array.from({ length: last + 1 }, (_, step) => ({
    x: mute ? 0 : random.normal(0.3), y: mute ? 0 : random.normal(0.3), z: mute ? 0 : way / (last * 0.05) + random.normal(0.4), t: step * 50,
  }));
  return { headings: Array.from({ length: last + 1 }, (_, step) => at(step) % 360), turns };
}

/** The motor: `strength` m/s2, on in the slots of `order`; the hand shakes by `hand`. */
export function vibrating(random, order, { strength = 1.2, hand = 0.04, rate = 60, moving = 0 } = {}) {
  const samples = [], motor = random.between(130, 260), lag = random.between(20, 90);
  let drift = 0;
  for (let t = 0; t < order.length * PULSE_MS; t += 1000 / rate) {
    const on = order[Math.max(0, Math.floor((t - lag) / PULSE_MS))] && t > lag;
    const shake = on ? strength * Math.sin(2 * Math.PI * motor * (t + random.normal(0.4)) / 1000) : 0;
    drift = moving ? 0.9 * drift + random.normal(moving) * (random.next() < 0.1 ? 3 : 0.4) : 0;
    samples.push({ x: shake + random.normal(hand) + drift, y: 0.4 * shake + random.normal(hand), z: GRAVITY + random.normal(hand), t });
  }
  return samples;
}
