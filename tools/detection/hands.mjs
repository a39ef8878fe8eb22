// SPDX-License-Identifier: GPL-3.0-or-later
// A hand on the screen of a simulated phone, 70 x 150 mm: every sweep has its own speed, start, and wander.

import { COLUMNS, covered, GHOST_MS, ROWS } from "../../grading/phone_checks/touch_rules.js";

export const SIZE = { width: 70, height: 150 };

/**
 * Strokes of a whole check. `dead`: (x, y) => true where the digitiser is deaf; a stroke breaks off there and begins
 * anew behind it. `speed` mm/s and `rate` Hz of the hand and the digitiser.
 */
export function sweepAll(random, { speed = 300, rate = 60, dead = () => false } = {}) {
  const strokes = [];
  let clock = 0;
  const sweep = (along, length, beside) => {
    const own = speed * random.between(0.75, 1.25) / 1000, swing = random.between(0, 0.15), phase = random.between(0, 6.3);
    const from = random.between(0, 1.5), to = length - random.between(0, 1.5), lean = random.between(-1, 1);
    const step = 1000 / rate;
    let place = from + random.between(0, own * step), stroke = [];
    while (place < to) {
      const wander = beside + lean * (place / length - 0.5) + random.normal(0.15), jitter = place + random.normal(0.05);
      const point = along === "y" ? { x: wander, y: jitter, t: clock } : { x: jitter, y: wander, t: clock };
      if (dead(point.x, point.y)) {
        if (stroke.length) strokes.push(stroke);
        stroke = [];
      } else stroke.push(point);
      place += own * step * (1 + swing * Math.sin(place / 25 + phase));
      clock += step;
    }
    if (stroke.length) strokes.push(stroke);
    clock += 150;
  };
  for (let column = 0; column < COLUMNS; column += 1) sweep("y", SIZE.height, (column + 0.5) * SIZE.width / COLUMNS);
  for (let row = 0; row < ROWS; row += 1) sweep("x", SIZE.width, (row + 0.5) * SIZE.height / ROWS);
  return fill(random, strokes, dead, rate);
}

/** The page shows every box that was not touched; a hand taps each of them, a deaf one twice. */
function fill(random, strokes, dead, rate) {
  const found = covered(strokes, SIZE), taps = [];
  for (let row = 0; row < found.rows; row += 1) {
    for (let column = 0; column < found.columns; column += 1) {
      for (let tap = 0; tap < 2 && !found.has(column, row); tap += 1) {
        const x = (column + 0.5) * SIZE.width / found.columns + random.normal(0.8);
        const y = (row + 0.5) * SIZE.height / found.rows + random.normal(0.8);
        if (!dead(x, y)) taps.push([0, 1, 2].map((at) => ({ x, y, t: at * 1000 / rate })));
      }
    }
  }
  return [...strokes, ...taps];
}

/** Touches by nobody while the phone is left alone, with so many a second. */
export function ghosts(random, aSecond) {
  let count = 0;
  if (!aSecond) return 0;
  for (let at = -Math.log(1 - random.next()) / aSecond; at < GHOST_MS / 1000; at -= Math.log(1 - random.next()) / aSecond) count += 1;
  return count;
}
