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
export const HOT_MOST = 5; // as the scheme allows
const NEAR = 4; // pixels around one: light is as bright there, what is hot stands out from most of them
const SURFACE = 0.01, SCENE = 0.1; // of the picture: a sharp surface larger than any cluster; light that leaves nothing to judge
const SOFT = 0.2; // of HOT: so bright is what surrounds light, and not what surrounds hot pixels
const WHITE_FROM = 90, WHITE_TO = 250;
const DUST_SHARE = 0.94; // of the light around it
const AROUND = 12; // cells
const UNEVEN = 0.1; // of the light beside all spots, between its darkest and brightest tenth: a scene, and no white
const SPOTTED = 0.4; // of the picture: with more of it dark, there is no telling which of the two is the white
const FROM_OUTSIDE = 0.015; // of all light, taken by one thing that comes in from the rim: a hand, an edge, a card
const FITS = 4; // white is found without its spots, and spots against that white
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

/**
 * The lens is covered: pixels that shine all the same. A leak of light is a surface with a soft rim, or one that comes in from
 * the picture's own; what stands out is hot, beside a leak too, where `spots` can only be too many: the leak hides some.
 */
export function judgeCovered(picture) {
  const { width, height, data } = picture, level = ranked(Float32Array.from(data).sort(), 0.5);
  if (level > COVERED_MEAN) return { sign: "too_little" };
  const bright = Uint8Array.from(data, (each) => each > level + HOT ? 1 : 0), spots = new Uint8Array(data.length);
  const glows = (at) => !standsOut(picture, at);
  let glowing = 0, isLit = false, hot = 0;
  for (const island of islands(bright, width, height, true)) {
    const surface = island.filter(glows).length;
    glowing += surface;
    const isLight = () => surface > SURFACE * data.length || island.some((at) => isAtRim(picture, at))
      || rimOf(picture, island, bright) > level + SOFT * HOT;
    if (2 * surface > island.length && isLight()) isLit = true; else island.forEach((at) => { spots[at] = 1; hot += 1; });
  }
  if (glowing > SCENE * data.length || mean({ data: data.filter((_, at) => !spots[at]) }) > COVERED_MEAN) return { sign: "too_little" };
  return { sign: isLit ? "too_little" : "", hot_pixels: Math.min(99999, hot), spots };
}

/** Is this pixel brighter by HOT than most around it? */
function standsOut({ width, height, data }, at) {
  const row = Math.floor(at / width), column = at % width, below = data[at] - HOT;
  let all = 0, dark = 0;
  for (let r = Math.max(0, row - NEAR); r <= Math.min(height - 1, row + NEAR); r += 1) {
    for (let c = Math.max(0, column - NEAR); c <= Math.min(width - 1, column + NEAR); c += 1) {
      all += 1;
      if (data[r * width + c] < below) dark += 1;
    }
  }
  return dark > all / 2;
}

function isAtRim({ width, height }, at) {
  return at % width === 0 || at % width === width - 1 || at < width || at >= (height - 1) * width;
}

/** The median of what lies two pixels beside these and is not bright itself. */
function rimOf({ width, height, data }, island, bright) {
  const rim = [];
  for (const at of island) {
    const row = Math.floor(at / width), column = at % width;
    for (const [r, c] of [[row - 2, column], [row + 2, column], [row, column - 2], [row, column + 2]]) {
      if (r >= 0 && c >= 0 && r < height && c < width && !bright[r * width + c]) rim.push(data[r * width + c]);
    }
  }
  return rim.length ? median(rim) : 0;
}

/**
 * Something white before the lens: spots darker than what is around them. White that is uneven beside its spots, or darkened
 * from the rim, is something else.
 */
export function judgeWhite(picture) {
  const level = mean(picture);
  if (level < WHITE_FROM) return { sign: "dim" };
  if (level > WHITE_TO) return { sign: "too_little" };
  const { width, height, data } = shrink(picture), all = data.length;
  let dark = new Uint8Array(all), flat, share;
  for (let fit = 0; fit < FITS; fit += 1) {
    flat = flattened({ width, height, data }, dark);
    const around = blurred({ width, height, data: flat }, dark, AROUND);
    share = flat.map((each, at) => each / around[at]);
    dark = Uint8Array.from(share, (each) => each < DUST_SHARE ? 1 : 0);
    if (dark.reduce((total, each) => total + each, 0) > SPOTTED * all) return { sign: "too_little" };
  }
  if (!isEven(flat.filter((_, at) => !dark[at]))) return { sign: "too_little" };
  const found = islands(dark, width, height).filter((island) => island.length >= 2);
  const taken = (island) => island.reduce((total, at) => total + 1 - share[at], 0) / all;
  if (found.some((island) => taken(island) > FROM_OUTSIDE && island.some((at) => isAtRim({ width, height }, at)))) return { sign: "too_little" };
  const spots = new Uint8Array(all);
  for (const island of found) for (const at of island) spots[at] = 1;
  return { sign: "", dust: Math.min(9999, found.length), spots };
}

/**
 * Of all looks so far the one that counts; null: look again. Spots that stay where they are from one look to the next are in
 * the lens, and the look that shows more of them counts; those of one look alone may be a hand or an edge on its way, and are
 * gone when two looks in a row are clean.
 */
export function steady(looks) {
  const count = ({ hot_pixels: hot, dust }) => hot ?? dust ?? 0;
  const [before, now] = [looks.at(-2), looks.at(-1)];
  if (!now) return null;
  if (before && count(before) && count(now) && isSame(before.spots, now.spots)) {
    const more = count(now) > count(before) ? now : before, isWhole = !before.sign && !now.sign;
    return isWhole || count(more) > HOT_MOST ? { ...more, sign: "" } : null;
  }
  if (now.sign || count(now)) return null;
  const isClean = before && !before.sign && !count(before);
  return isClean || !looks.some(count) ? now : null;
}

/** Has at least half of the smaller of two sets of marked places its place in the other one too? */
function isSame(one, other) {
  let both = 0, ones = 0, others = 0;
  for (let at = 0; at < one.length; at += 1) {
    ones += one[at];
    others += other[at];
    both += one[at] & other[at];
  }
  return 2 * both >= Math.min(ones, others);
}

function isEven(levels) {
  const sorted = levels.slice().sort();
  return ranked(sorted, 0.9) - ranked(sorted, 0.1) <= UNEVEN * ranked(sorted, 0.5);
}

/** The value below which this share of sorted ones lies. */
function ranked(sorted, share) {
  return sorted[Math.floor(share * (sorted.length - 1))];
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

/** Without what a lens and a lamp do to a whole picture: divided by the surface of second degree that fits best what is not `left`. */
function flattened({ width, height, data }, left) {
  const powers = (at) => {
    const x = (at % width) / width - 0.5, y = Math.floor(at / width) / height - 0.5;
    return [1, x, y, x * x, x * y, y * y];
  };
  const rows = Array.from({ length: 6 }, () => new Float64Array(7));
  data.forEach((value, at) => {
    if (left[at]) return;
    const each = powers(at);
    for (let row = 0; row < 6; row += 1) {
      for (let column = 0; column < 6; column += 1) rows[row][column] += each[row] * each[column];
      rows[row][6] += each[row] * value;
    }
  });
  const factors = solved(rows);
  return data.map((value, at) => value / Math.max(1, powers(at).reduce((total, each, place) => total + each * factors[place], 0)));
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

/** Each cell the mean of the square around it, without those that are `left` out; 1 where nothing is. */
function blurred({ width, height, data }, left, radius) {
  const totals = summed(width, height, (at) => left[at] ? 0 : data[at]), counts = summed(width, height, (at) => left[at] ? 0 : 1);
  return data.map((_, at) => {
    const row = Math.floor(at / width), column = at % width;
    const [top, bottom] = [Math.max(0, row - radius), Math.min(height, row + radius + 1)];
    const [first, last] = [Math.max(0, column - radius), Math.min(width, column + radius + 1)];
    const within = (sums) => sums[bottom * (width + 1) + last] - sums[top * (width + 1) + last]
      - sums[bottom * (width + 1) + first] + sums[top * (width + 1) + first];
    return within(counts) ? within(totals) / within(counts) : 1;
  });
}

/** Sums of all that is above and left of each place, so that any square is four of them. */
function summed(width, height, read) {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      sums[(row + 1) * (width + 1) + column + 1] = read(row * width + column) + sums[row * (width + 1) + column + 1]
        + sums[(row + 1) * (width + 1) + column] - sums[row * (width + 1) + column];
    }
  }
  return sums;
}

/** The separate groups of marked places, each a list of them; with corners, places that touch there are one group. */
function islands(marked, width, height, withCorners = false) {
  const left = Uint8Array.from(marked), found = [];
  for (let start = 0; start < left.length; start += 1) {
    if (!left[start]) continue;
    const island = [start];
    left[start] = 0;
    for (const at of island) { // it grows
      const row = Math.floor(at / width), column = at % width;
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r += 1) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c += 1) {
          if (!left[r * width + c] || (!withCorners && r !== row && c !== column)) continue;
          left[r * width + c] = 0;
          island.push(r * width + c);
        }
      }
    }
    found.push(island);
  }
  return found;
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
