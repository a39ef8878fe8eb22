// SPDX-License-Identifier: GPL-3.0-or-later
// What fingers on a screen show, without a screen: strokes in millimetres in, numbers out. Nothing is interpolated.
// A dead stripe as wide as the allowed gap leaves a longer gap than that, always; how narrow a stripe is still seen
// hangs on how many sweeps there were and how close their points lie.

export const BOX_MM = 5;
export const COLUMNS = 14;
export const ROWS = 14;
export const GHOST_MS = 5000;
const FALSE_ALARM = 0.00025; // on each axis: together half of the thousandth that a healthy phone may cost
const LEAST_GAP_MM = 2.5; // browsers keep back the first millimetres of a stroke, fingers stick: no narrower gap counts
const WIDEST_GAP_MM = 4; // where more would be allowed, a stripe of 4 mm could hide: the hand was too fast
const SHORTEST_MM = 8; // a shorter stroke has no direction
const STRAIGHT = 3;
const EDGE_MM = 1.5; // a finger need not begin closer to the edge
const ENOUGH = 0.7; // of the sweeps asked for
const MOST_FINGERS = 10;

/** strokes: [[{x, y, t}, ...], ...], millimetres and milliseconds; size: {width, height}, millimetres. */
export function judgeSweeps(strokes, size) {
  const coverage = covered(strokes, size).permille;
  const down = sweeps(strokes, "y", "x"), across = sweeps(strokes, "x", "y");
  const rate = rateOf(strokes);
  const values = { touch_coverage_permille: coverage, touch_rate_hz: rate };
  const enough = sum(down, "length") >= ENOUGH * COLUMNS * size.height
    && sum(across, "length") >= ENOUGH * ROWS * size.width;
  if (!enough || !rate) return { sign: "too_little", values: {} };
  const allowed = [allowedGap(down, size.height), allowedGap(across, size.width)].map((gap) => Math.max(LEAST_GAP_MM, gap));
  if (Math.max(...allowed) > WIDEST_GAP_MM) return { sign: "too_fast", values: {} };
  const gaps = [longestGap(down, size.height), longestGap(across, size.width)];
  values.touch_gap_y_um = Math.round(gaps[0] * 1000);
  values.touch_gap_x_um = Math.round(gaps[1] * 1000);
  values.touch_gap_allowed_um = Math.round(Math.max(...allowed) * 1000);
  values.touch_gap_y_permille = Math.ceil(gaps[0] / allowed[0] * 1000);
  values.touch_gap_x_permille = Math.ceil(gaps[1] / allowed[1] * 1000);
  return { sign: "", values };
}

/** The boxes that have a point in them: {permille, has(column, row), columns, rows}. */
export function covered(strokes, size) {
  const columns = Math.max(1, Math.floor(size.width / BOX_MM)), rows = Math.max(1, Math.floor(size.height / BOX_MM));
  const seen = new Set();
  for (const stroke of strokes) {
    for (const point of stroke) {
      const column = Math.min(columns - 1, Math.max(0, Math.floor(point.x / size.width * columns)));
      const row = Math.min(rows - 1, Math.max(0, Math.floor(point.y / size.height * rows)));
      seen.add(row * columns + column);
    }
  }
  const permille = Math.floor(seen.size / (columns * rows) * 1000);
  return { permille, columns, rows, has: (column, row) => seen.has(row * columns + column) };
}

/** Strokes that go along `main`, also pieces of one that broke off: {places, length, step}. */
export function sweeps(strokes, main, other) {
  const found = [];
  for (const stroke of strokes) {
    if (stroke.length < 3) continue;
    const places = stroke.map((point) => point[main]), beside = stroke.map((point) => point[other]);
    const length = Math.max(...places) - Math.min(...places);
    if (length < SHORTEST_MM || length < STRAIGHT * (Math.max(...beside) - Math.min(...beside))) continue;
    const steps = places.slice(1).map((place, at) => Math.abs(place - places[at])).filter((step) => step > 0.01);
    if (steps.length) found.push({ places, length, step: quantile(steps, 0.75) });
  }
  return found;
}

/**
 * The gap that chance alone leaves in so many sweeps of such steps in 1 of 4000 healthy phones. A sweep of step d has
 * no point within a gap g with probability 1 - g/d, whatever the others do.
 */
export function allowedGap(found, length) {
  let low = 0, high = Math.max(...found.map((each) => each.step), 0);
  for (let round = 0; round < 40; round += 1) {
    const gap = (low + high) / 2;
    if (expectedGaps(found, length, gap) > FALSE_ALARM) low = gap; else high = gap;
  }
  return high;
}

function expectedGaps(found, length, gap) {
  let density = 0, empty = 0; // points a millimetre; logarithm of the chance that nobody is in the gap
  for (const each of found) {
    const share = Math.min(1, each.length / length);
    density += share / each.step;
    if (gap >= each.step && share > 0.999) return 0;
    empty += share * Math.log(Math.max(1e-9, 1 - gap / each.step));
  }
  const first = found.reduce((total, each) => total + Math.log(Math.max(1e-9, 1 - gap / each.step)), 0) / found.length;
  return length * density * Math.exp(empty - first);
}

/** The longest stretch, millimetres, between two neighbours among all points of all sweeps, and the edges. */
export function longestGap(found, length) {
  const seen = found.flatMap((each) => each.places);
  const places = [...seen, Math.min(EDGE_MM, ...seen), Math.max(length - EDGE_MM, ...seen)].sort((one, other) => one - other);
  let longest = 0;
  for (let at = 1; at < places.length; at += 1) longest = Math.max(longest, places[at] - places[at - 1]);
  return longest;
}

/** Points a second while a finger moves; 0 when nobody can tell. */
export function rateOf(strokes) {
  const times = strokes.flatMap((stroke) => stroke.slice(1).map((point, at) => point.t - stroke[at].t));
  const between = times.filter((time) => time > 0.5);
  return between.length ? Math.min(9999, Math.round(1000 / quantile(between, 0.5))) : 0;
}

export function fingersOf(most) {
  return Math.min(most, MOST_FINGERS);
}

/** most: how many fingers the model tells apart; 0 where nobody knows. allDown: a person says that as many were there. */
export function judgeFingers(seen, most, allDown) {
  if (!(most > 0)) return { sign: "unsupported", values: { touch_fingers: seen } };
  const missing = Math.max(0, fingersOf(most) - seen);
  if (missing && !allDown) return { sign: "too_little", values: { touch_fingers: seen } };
  return { sign: "", values: { touch_fingers: seen, touch_fingers_missing: missing } };
}

function sum(rows, name) {
  return rows.reduce((total, row) => total + row[name], 0);
}

export function quantile(numbers, share) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
