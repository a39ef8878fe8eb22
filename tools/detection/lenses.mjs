// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated camera before the bench card, before white, and covered: 240 x 240 pixels of its middle.

import { chance } from "./chance.mjs";

export const SIDE = 240;

/** Pictures of the card: a chessboard, blurred by `blur` pixels, lit by `light` (1 is good), with noise. */
export function ofCard(random, { blur = 0.5, light = 1, noise = 4, frames = 16 } = {}) {
  const cell = random.between(34, 46), turn = random.between(-0.05, 0.05), left = random.between(0, 40), top = random.between(0, 40);
  const cosine = Math.cos(turn), sine = Math.sin(turn), still = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const u = (column * cosine + row * sine + left) / cell, v = (row * cosine - column * sine + top) / cell;
      still[row * SIDE + column] = light * (128 + 90 * edge(u, cell, blur) * edge(v, cell, blur));
    }
  }
  return noisy(random, still, noise, frames);
}

/** A square wave of one cell, its edges smooth by a Gauss blur: -1..1. */
function edge(place, cell, blur) {
  const sign = Math.floor(place) % 2 ? -1 : 1, within = (place - Math.floor(place)) * cell;
  return sign * (smooth(within / blur) + smooth((cell - within) / blur) - 1);
}

function smooth(x) { // error function from -1 to 1, to a thousandth
  const t = 1 / (1 + 0.3275911 * Math.abs(x) / Math.SQRT2);
  const y = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x / 2);
  return x < 0 ? -y : y;
}

/** What a dead camera gives, whatever is before it: one grey, with noise. */
export function ofNothing(random, { grey = 4, noise = 3, frames = 16 } = {}) {
  return noisy(random, new Float32Array(SIDE * SIDE).fill(grey), noise, frames);
}

/**
 * Pictures in the dark: `hot` pixels shine, so do a `column` of one pixel's width and a square `cluster`, so many pixels wide;
 * and by so much, `wide` pixels far, what gets in beside the cap, at a corner.
 */
export function covered(random, { hot = 0, column = false, cluster = 0, leak = 0, wide = 40, noise = 3, frames = 16 } = {}) {
  const still = new Float32Array(SIDE * SIDE).map((_, at) => 6 + leak * Math.exp(-((at % SIDE) ** 2 + Math.floor(at / SIDE) ** 2) / wide ** 2));
  for (let left = hot; left > 0; left -= 1) still[Math.floor(random.next() * still.length)] = random.between(90, 255);
  const shines = (left, top, width, height) => {
    for (let at = 0; at < width * height; at += 1) still[(top + Math.floor(at / width)) * SIDE + left + at % width] = 220;
  };
  if (column) shines(Math.floor(random.next() * SIDE), 0, 1, SIDE);
  if (cluster) shines(Math.floor(random.next() * (SIDE - cluster)), Math.floor(random.next() * (SIDE - cluster)), cluster, cluster);
  return noisy(random, still, noise, frames);
}

/** Pictures of white: darker to the corners, with `dust` soft spots, and one of the radius `blob` in its middle third. */
export function ofWhite(random, { dust = 0, blob = 0, light = 1, noise = 4, frames = 16 } = {}) {
  const still = new Float32Array(SIDE * SIDE), spots = [];
  if (blob) spots.push({ x: random.between(80, 160), y: random.between(80, 160), r: blob, d: 0.3 });
  for (let left = dust; left > 0; left -= 1) spots.push({ x: random.between(20, 220), y: random.between(20, 220), r: random.between(5, 9), d: random.between(0.15, 0.4) });
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const far = ((row - 120) ** 2 + (column - 120) ** 2) / 120 ** 2;
      let value = 190 * light * (1 - 0.12 * far);
      for (const spot of spots) value *= 1 - spot.d * Math.exp(-1 * (((column - spot.x) ** 2 + (row - spot.y) ** 2) / spot.r ** 2) ** 2);
      still[row * SIDE + column] = value;
    }
  }
  return noisy(random, still, noise, frames);
}

/** Something white, pushed before a lens that was covered, in so many pictures: its edge goes over them. */
export function pushed(random, frames = 30) {
  const dark = covered(random, { frames }), white = ofWhite(random, { frames }), slope = random.between(-0.6, 0.6);
  const reach = SIDE * (1 + Math.abs(slope));
  return white.map(({ data }, number) => {
    const edge = reach * (number + 1) / frames - (slope < 0 ? SIDE * -slope : 0);
    const isBefore = (at) => at % SIDE + slope * Math.floor(at / SIDE) < edge;
    return { width: SIDE, height: SIDE, data: data.map((each, at) => isBefore(at) ? each : dark[number].data[at]) };
  });
}

const grain = Float32Array.from({ length: 1 << 20 }, ((random) => () => random.normal(1))(chance(5)));

/** The same picture several times, each with noise of its own: a stretch of a store of it. */
function noisy(random, still, noise, frames) {
  return Array.from({ length: frames }, () => {
    const begin = Math.floor(random.next() * grain.length), data = new Uint8ClampedArray(still.length);
    for (let at = 0; at < data.length; at += 1) data[at] = still[at] + noise * grain[(begin + at) & (grain.length - 1)];
    return { width: SIDE, height: SIDE, data };
  });
}
