// SPDX-License-Identifier: GPL-3.0-or-later
// A loudspeaker, a microphone and the room between them.

import { SLOT_S, soundOf } from "../../grading/phone_checks/sound_rules.js";
import { chance } from "./chance.mjs";

export const RATE = 48000;

/** What the microphone hears. Levels are of full scale; `snr` in dB against the tones as they are heard. */
export function record(random, code, { speaker = "healthy", microphone = "healthy", noise = "white", snr = 20, level = 0.05 } = {}) {
  const played = soundOf(code, RATE), delay = Math.round(random.between(0.02, 0.16) * RATE);
  const heard = new Float32Array(played.length), gain = level / 0.27; // five tones of 0.17 have an effective value of 0.27
  if (speaker !== "silent") {
    for (let at = delay; at < heard.length; at += 1) {
      if (speaker === "loose" && Math.floor(at / (SLOT_S * RATE)) % 4 < 2) continue; // its contact opens and closes
      heard[at] = gain * (moved(played[at - delay], speaker, random) + 0.12 * (played[at - delay - 331] ?? 0));
    }
  }
  const quiet = level * 10 ** (-snr / 20);
  const around = noise === "none" ? null : pool(noise), one = start(random), two = start(random);
  for (let at = 0; around && at < heard.length; at += 1) {
    heard[at] += quiet * Math.SQRT1_2 * (around[(one + at) % around.length] + around[(two + at) % around.length]);
  }
  const own = microphone === "healthy" ? 0 : microphone === "silent" ? 2e-5 : 0.01;
  const hiss = own ? pool("white") : null;
  for (let at = 0; hiss && at < heard.length; at += 1) heard[at] = own * hiss[(one + at) % hiss.length];
  return heard;
}

/** The membrane: a torn one touches its frame when it swings far, and rattles. */
function moved(sample, speaker, random) {
  if (speaker === "buzzing") return Math.abs(sample) > 0.18 ? sample * 0.7 + random.normal(0.3) : sample;
  if (speaker === "clipping") return Math.max(-0.12, Math.min(0.12, sample)) * 1.6;
  return sample + 0.02 * sample * sample; // every loudspeaker has its per cent
}

const POOL_S = 60;
const pools = new Map();

/** A minute of noise, made once; a run hears two stretches of it at once. */
function pool(noise) {
  if (!pools.has(noise)) pools.set(noise, noises[noise](chance(noise.length), POOL_S * RATE));
  return pools.get(noise);
}

/** What is around for so long, of effective value 1: two stretches of it at once. */
export function surroundings(random, noise, seconds) {
  const around = pool(noise), one = start(random), two = start(random);
  return Float32Array.from({ length: seconds * RATE }, (_, at) => Math.SQRT1_2 * (around[(one + at) % around.length] + around[(two + at) % around.length]));
}

function start(random) {
  return Math.floor(random.next() * POOL_S * RATE);
}

const noises = {
  white: (random, length) => Float32Array.from({ length }, () => random.normal(1)),
  pink(random, length) {
    const rows = new Float32Array(12);
    return Float32Array.from({ length }, (_, at) => {
      rows[Math.min(11, Math.clz32(0) - Math.clz32(at & -at || 1 << 11))] = random.normal(1);
      return (rows.reduce((total, each) => total + each, 0) + random.normal(1)) / 3.6;
    });
  },
  babble(random, length) { // eight voices: harmonics of a gliding pitch under formants, in syllables
    const out = new Float32Array(length);
    for (let voice = 0; voice < 8; voice += 1) {
      let pitch = random.between(90, 260), phase = 0, left = 0, loud = 0, colour = 1, glide = 0;
      for (let at = 0; at < length; at += 1) {
        if (left === 0) {
          left = Math.round(random.between(0.08, 0.3) * RATE);
          loud = random.next() < 0.25 ? 0 : random.between(0.4, 1.2);
          colour = random.between(0.5, 1.6); glide = random.between(-40, 40) / RATE;
          pitch = Math.max(80, Math.min(300, pitch + random.between(-30, 30)));
        }
        left -= 1; pitch += glide; phase += pitch / RATE;
        if (phase >= 1) phase -= 1;
        out[at] += loud * (Math.exp(-phase * 6 * colour) * Math.sin(2 * Math.PI * phase * 5 * colour) + 0.06 * (random.next() - 0.5));
      }
    }
    const size = Math.sqrt(out.reduce((total, each) => total + each * each, 0) / length) || 1;
    return out.map((each) => each / size);
  },
};
