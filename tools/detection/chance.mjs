// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that a seed brings again (mulberry32), and what is drawn from them.

export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low, high) => low + (high - low) * next();
  const normal = (sigma) => sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const bytes = (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256));
  return { next, between, normal, bytes };
}
