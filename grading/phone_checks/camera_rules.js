// SPDX-License-Identifier: GPL-3.0-or-later
// What a camera's pictures show: grey pictures in ({width, height, data}, 0..255), numbers out. No picture goes out.

import { median } from "./sound_rules.js";

export const FRAMES = 16;
const DIM_MEAN = 60; // of 255; a card that is white and black in good light is about 128
const CONTRAST = 70; // between black and white of the card
const LOOK = 14; // pixels on both sides of an edge
const PLATEAU = 5; // so many of them, the outermost, tell black and white
const EDGES_NEEDED = 40;
const COVERED_MEAN = 24;
const HOT = 40;
const WHITE_FROM = 90, WHITE_TO = 250;
const DUST_SHARE = 0.94; // of the light around it
const UNEVEN = 0.1; // of the light, between its darkest and brightest tenth: a scene, and no white with spots on it
const CELL = 4;
const LIGHT = 24; // as much brighter at one look than at another as a covered lens may be at most
const SEEN = 16; // a darker picture is as good as none
export const SHARP_DPX = 20;

/** The mean of several pictures of one size, pixel by pixel. */
export function average(pictures) {
  const { width, height } = pictures[0], data = new Float32Array(width * height);
  for (const picture of pictures) for (let at = 0; at < data.length; at += 1) data[at] += picture.data[at];
  for (let at = 0; at < data.length; at += 1) data[at] /= pictures.length;
  return { width, height, data };
}

export function mean(picture) {
  return picture.data.reduce((total, each) => total + each, 0) / picture.data.length;
}

/** The bench card: width of its edges from 10 to 90 %, tenths of a pixel. `dim` when there is too little light. */
export function judgeCard(picture) {
  const { widths, faint } = edges(picture);
  if (mean(picture) < DIM_MEAN || (widths.length < EDGES_NEEDED && faint > EDGES_NEEDED)) return { sign: "dim", light: "dim" };
  if (widths.length < EDGES_NEEDED) return { sign: "too_little", light: "ok" };
  return { sign: "", light: "ok", edge_dpx: Math.round(median(widths) * 10) };
}

/** Widths of all upright and level edges with contrast enough, and how many had too little. */
function edges(picture) {
  const widths = [];
  let faint = 0;
  const { width, height, data } = picture;
  const look = (count, length, read) => {
    for (let line = 2; line < count - 2; line += 3) {
      for (let at = LOOK; at < length - LOOK; at += 1) {
        const step = Math.abs(read(line, at + 1) - read(line, at - 1));
        if (step < 4 || !isSteepest(line, at, step, read)) continue;
        const found = edgeWidth((offset) => read(line, at + offset));
        if (found === null) continue;
        if (found.contrast < CONTRAST) faint += found.contrast > 12 ? 1 : 0; else widths.push(found.width);
        at += LOOK / 2;
      }
    }
  };
  look(height, width, (row, column) => data[row * width + column]);
  look(width, height, (column, row) => data[row * width + column]);
  return { widths, faint };
}

function isSteepest(line, at, step, read) {
  for (let beside = -LOOK / 2; beside <= LOOK / 2; beside += 1) {
    if (Math.abs(read(line, at + beside + 1) - read(line, at + beside - 1)) > step) return false;
  }
  return true;
}

/** One profile across an edge: {width, contrast}; null where its sides are not even. */
function edgeWidth(read) {
  const left = [], right = [];
  for (let at = LOOK - PLATEAU; at < LOOK; at += 1) { left.push(read(-at)); right.push(read(at)); }
  const from = median(left), to = median(right), contrast = Math.abs(to - from);
  const uneven = Math.max(spread(left), spread(right));
  if (uneven > 0.35 * contrast) return null;
  const rising = (offset) => (read(offset) - from) / (to - from);
  const low = crossing(rising, 0.1), high = crossing(rising, 0.9);
  return low === null || high === null ? null : { width: Math.max(0.1, high - low), contrast };
}

/** Where the profile passes `level` for the last time before (or first after) its middle, to a part of a pixel. */
function crossing(rising, level) {
  const direction = level < 0.5 ? -1 : 1;
  for (let step = 0; step < LOOK - 1; step += 1) {
    const here = step * direction, next = here + direction;
    const a = rising(here), b = rising(next);
    if ((a - level) * (b - level) <= 0 && a !== b) return here + direction * (level - a) / (b - a);
  }
  return null;
}

function spread(numbers) {
  return Math.max(...numbers) - Math.min(...numbers);
}

/** The lens is covered: pixels that shine all the same. What shines over several of them is light that gets in. */
export function judgeCovered(picture) {
  const level = mean(picture);
  if (level > COVERED_MEAN || shrink(picture).data.some((each) => each > level + HOT)) return { sign: "too_little" };
  let hot = 0;
  for (const each of picture.data) if (each > level + HOT) hot += 1;
  return { sign: "", hot_pixels: Math.min(99999, hot) };
}

/** Something white and even before the lens: spots darker than what is around them. */
export function judgeWhite(picture) {
  const level = mean(picture);
  if (level < WHITE_FROM) return { sign: "dim" };
  if (level > WHITE_TO) return { sign: "too_little" };
  const cells = flattened(shrink(picture)), around = blurred(cells, 12);
  if (!isEven(cells.data)) return { sign: "too_little" };
  const dark = cells.data.map((each, at) => each < DUST_SHARE * around.data[at] ? 1 : 0);
  return { sign: "", dust: Math.min(9999, islands(dark, cells.width, cells.height)) };
}

/**
 * Of two looks in a row (the first may be missing) the one that counts; null: look again. Spots that stay are in the lens;
 * those of one look alone may be a hand or an edge on its way.
 */
export function steady(before, now) {
  const spots = ({ hot_pixels: hot, dust }) => hot ?? dust;
  if (now.sign) return null;
  if (spots(now) === 0) return now;
  if (!before || before.sign) return null;
  return spots(now) <= spots(before) ? now : before;
}

function isEven(levels) {
  const sorted = Float32Array.from(levels).sort(), at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return at(0.9) - at(0.1) <= UNEVEN * at(0.5);
}

function shrink(picture) {
  const width = Math.floor(picture.width / CELL), height = Math.floor(picture.height / CELL);
  const data = new Float32Array(width * height);
  for (let row = 0; row < height * CELL; row += 1) {
    for (let column = 0; column < width * CELL; column += 1) {
      data[Math.floor(row / CELL) * width + Math.floor(column / CELL)] += picture.data[row * picture.width + column] / CELL ** 2;
    }
  }
  return { width, height, data };
}

/** Without what a lens and a lamp do to a whole picture: divided by the surface of second degree that fits it best. */
function flattened({ width, height, data }) {
  const powers = (at) => {
    const x = (at % width) / width - 0.5, y = Math.floor(at / width) / height - 0.5;
    return [1, x, y, x * x, x * y, y * y];
  };
  const rows = Array.from({ length: 6 }, () => new Float64Array(7));
  data.forEach((value, at) => {
    const each = powers(at);
    for (let row = 0; row < 6; row += 1) {
      for (let column = 0; column < 6; column += 1) rows[row][column] += each[row] * each[column];
      rows[row][6] += each[row] * value;
    }
  });
  const factors = solved(rows);
  return { width, height, data: data.map((value, at) => value / Math.max(1, powers(at).reduce((total, each, place) => total + each * factors[place], 0))) };
}

/** Linear equations by elimination; the last of a row is its right side. */
function solved(rows) {
  for (let pivot = 0; pivot < rows.length; pivot += 1) {
    const best = rows.reduce((found, row, at) => at > pivot && Math.abs(row[pivot]) > Math.abs(rows[found][pivot]) ? at : found, pivot);
    [rows[pivot], rows[best]] = [rows[best], rows[pivot]];
    for (const row of rows) {
      if (row === rows[pivot]) continue;
      const factor = row[pivot] / rows[pivot][pivot];
      for (let at = pivot; at < row.length; at += 1) row[at] -= factor * rows[pivot][at];
    }
  }
  return rows.map((row, at) => row[rows.length] / row[at]);
}

/** Each cell the mean of the square around it. */
function blurred({ width, height, data }, radius) {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      sums[(row + 1) * (width + 1) + column + 1] = data[row * width + column] + sums[row * (width + 1) + column + 1]
        + sums[(row + 1) * (width + 1) + column] - sums[row * (width + 1) + column];
    }
  }
  const out = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const top = Math.max(0, row - radius), bottom = Math.min(height, row + radius + 1);
    for (let column = 0; column < width; column += 1) {
      const left = Math.max(0, column - radius), right = Math.min(width, column + radius + 1);
      const total = sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right]
        - sums[bottom * (width + 1) + left] + sums[top * (width + 1) + left];
      out[row * width + column] = total / ((bottom - top) * (right - left));
    }
  }
  return { width, height, data: out };
}

/** How many separate groups of two and more marked cells there are. */
function islands(marked, width, height) {
  const left = Uint8Array.from(marked);
  let count = 0;
  for (let start = 0; start < left.length; start += 1) {
    if (!left[start]) continue;
    let size = 0;
    const open = [start];
    left[start] = 0;
    while (open.length) {
      const at = open.pop();
      size += 1;
      const row = Math.floor(at / width), column = at % width;
      for (const [r, c] of [[row - 1, column], [row + 1, column], [row, column - 1], [row, column + 1]]) {
        if (r < 0 || c < 0 || r >= height || c >= width || !left[r * width + c]) continue;
        left[r * width + c] = 0;
        open.push(r * width + c);
      }
    }
    if (size >= 2) count += 1;
  }
  return count;
}

/** levels: means of all looks of one run. A dead camera gives the same picture, whatever is before it. */
export function seesLight(levels) {
  return Math.max(...levels) - Math.min(...levels) >= LIGHT;
}

/** Brightness before, with, and after the torch, means of pictures: rise in thousandths over the brighter of the two. */
export function judgeTorch(before, lit, after) {
  if (!(before >= 0) || !(lit >= 0) || !(after >= 0)) return { sign: "too_little", values: {} };
  const dark = Math.max(before, after);
  if (Math.max(dark, lit) < SEEN) return { sign: "dim", values: {} };
  return { sign: "", values: { torch_rise_permille: Math.min(999999, Math.max(0, Math.round((lit - dark) / Math.max(4, dark) * 1000))) } };
}
