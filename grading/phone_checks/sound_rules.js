// SPDX-License-Identifier: GPL-3.0-or-later
// Does the microphone hear the loudspeaker? Tones on and off in an order that no speech and no noise has by chance.

export const TONES = [600, 1100, 1900, 3300, 5300]; // no one a multiple of another but 3300: no string or voice has them all
export const SLOTS = 12; // with tones, and as many without
export const MOST_TRIES = 3;
export const SLOT_S = 0.35;
export const FRAME = 4096;
const FRAME_AT_S = 0.25; // in its slot: later than any loudspeaker lags
const BESIDE = [0.88, 0.92, 0.95, 1.05, 1.08, 1.12];
const PRESENT_DB = 12;
const TONES_NEEDED = 4;
const ERRORS = 1;
const LOUD = 0.004; // of full scale: in such a room a missing tone shows nothing
const NOISE_SHARE = 0.02; // of the tones: more, and nobody can tell what the loudspeaker adds
const HEARD_FROM_HZ = 300, HEARD_TO_HZ = 8000;

/** The order of slots, from random bytes: a list of true (tones) and false, as many of each. */
export function codeOf(bytes) {
  const order = [...Array(2 * SLOTS).keys()].map((at) => at < SLOTS);
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = ((bytes[(2 * at) % bytes.length] << 8) + bytes[(2 * at + 1) % bytes.length]) % (at + 1);
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}

/** samples: what was heard from the first slot on, -1..1; code: of codeOf. */
export function judgeSound(samples, rate, code) {
  const heard = code.map((on, slot) => {
    const begin = Math.round((slot * SLOT_S + FRAME_AT_S) * rate);
    return begin + FRAME <= samples.length ? { on, ...listen(samples.subarray(begin, begin + FRAME), rate) } : null;
  });
  if (heard.includes(null)) return { sign: "too_little", values: {}, clean: "too_little" };
  const on = heard.filter((each) => each.on), off = heard.filter((each) => !each.on);
  const right = on.filter((each) => each.present).length, wrong = off.filter((each) => each.present).length;
  const values = { sound_slots: on.length, sound_slots_right: right, sound_tone_db: Math.round(median(on.map((each) => each.db))) };
  if (wrong > ERRORS) return { sign: "noisy", values: {}, clean: "noisy" };
  const loud = median(off.map((each) => each.level)) > LOUD;
  if (right < SLOTS - ERRORS && loud) return { sign: "noisy", values: {}, clean: "noisy" };
  return { sign: "", values, ...distortion(on, off, right) };
}

/**
 * What counts of several tries, oldest first: the last one in which anything could be told. A phone that was heard in
 * part before is none that is heard: then the tries disagree. One that was not heard at all may have been turned down.
 */
export function judgeTries(tries) {
  const told = tries.filter((each) => !each.sign), last = told.at(-1) ?? tries.at(-1);
  const inPart = ({ values: { sound_slots_right: right } }) => right > ERRORS && right < SLOTS - ERRORS;
  const found = isHeard(last) && told.some(inPart)
    ? { sign: "sources_disagree", values: {}, clean: "sources_disagree" } : last;
  return { ...found, values: { ...found.values, sound_tries: tries.length } };
}

export function isHeard({ sign, values }) {
  return !sign && values.sound_slots_right >= SLOTS - ERRORS;
}

/** What the loudspeaker adds to its tones: {added} in thousandths, or {clean: why nobody can tell}. */
function distortion(on, off, right) {
  if (right < SLOTS - ERRORS) return { clean: "too_little" };
  const tones = median(on.map((each) => each.tones)), rest = median(off.map((each) => each.rest));
  if (rest > NOISE_SHARE * tones) return { clean: "noisy" };
  const added = Math.max(0, median(on.map((each) => each.rest)) - rest);
  return { clean: "", added: Math.min(99999, Math.round(Math.sqrt(added / tones) * 1000)) };
}

/** One frame: which of the tones stand out, how far, and what else there is. */
export function listen(frame, rate) {
  const power = spectrum(frame), bin = rate / FRAME;
  const over = TONES.map((tone) => {
    const beside = median(BESIDE.map((factor) => around(power, tone * factor / bin)));
    return 10 * Math.log10((around(power, tone / bin) + 1e-20) / (beside + 1e-20));
  });
  let tones = 0, rest = 0;
  for (let at = Math.ceil(HEARD_FROM_HZ / bin); at < HEARD_TO_HZ / bin && at < power.length; at += 1) {
    if (TONES.some((tone) => Math.abs(tone / bin - at) <= 4)) tones += power[at]; else rest += power[at];
  }
  const level = Math.sqrt(frame.reduce((total, each) => total + each * each, 0) / frame.length);
  return { present: over.filter((db) => db > PRESENT_DB).length >= TONES_NEEDED, db: median(over), tones, rest, level };
}

function around(power, place) {
  const at = Math.round(place);
  return power[at - 1] + power[at] + power[at + 1];
}

/** Power by bin of a frame under a Hann window. Frames are FRAME long, a power of two. */
function spectrum(frame) {
  const real = new Float64Array(FRAME), imaginary = new Float64Array(FRAME);
  for (let at = 0; at < FRAME; at += 1) real[at] = frame[at] * (0.5 - 0.5 * Math.cos(2 * Math.PI * at / FRAME));
  transform(real, imaginary);
  return Float64Array.from({ length: FRAME / 2 }, (_, at) => real[at] ** 2 + imaginary[at] ** 2);
}

/** Fourier transform in place: reversed bits first, then butterflies of growing length. */
function transform(real, imaginary) {
  const length = real.length;
  for (let at = 1, other = 0; at < length; at += 1) {
    let bit = length >> 1;
    for (; other & bit; bit >>= 1) other ^= bit;
    other ^= bit;
    if (at < other) [real[at], real[other]] = [real[other], real[at]]; // imaginary parts are all 0 yet
  }
  for (let size = 2; size <= length; size *= 2) {
    for (let k = 0; k < size / 2; k += 1) {
      const cosine = Math.cos(2 * Math.PI * k / size), sine = -Math.sin(2 * Math.PI * k / size);
      for (let one = k; one < length; one += size) {
        const two = one + size / 2;
        const r = real[two] * cosine - imaginary[two] * sine, i = real[two] * sine + imaginary[two] * cosine;
        real[two] = real[one] - r; imaginary[two] = imaginary[one] - i;
        real[one] += r; imaginary[one] += i;
      }
    }
  }
}

/** The sound to play, samples from the first slot on; slots begin and end softly. */
export function soundOf(code, rate) {
  const slot = Math.round(SLOT_S * rate), ramp = Math.round(0.008 * rate);
  const samples = new Float32Array(Math.round(code.length * SLOT_S * rate) + slot);
  const once = Float32Array.from({ length: slot }, (_, at) => {
    const soft = Math.min(1, at / ramp, (slot - at) / ramp);
    return 0.17 * soft * TONES.reduce((total, tone, place) => total + Math.sin(2 * Math.PI * tone * at / rate + place * 1.7), 0);
  });
  code.forEach((on, number) => { if (on) samples.set(once, Math.round(number * SLOT_S * rate)); });
  return samples;
}

export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
