// SPDX-License-Identifier: GPL-3.0-or-later
// Loudspeaker to microphone. The sound stays in memory until it is judged.

import { codeOf, isHeard, judgeSound, judgeTries, MOST_TRIES, SLOT_S, soundOf } from "./sound_rules.js";
import { element, signOf } from "./stage.js";

const WISHES = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const LEAD_S = 0.4;

export async function sound(stage) {
  stage.show("sound", "sound.listen");
  await stage.ask([["start", 1]]);
  try {
    return await listen(stage);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { sign: signOf(error) };
  }
}

async function listen(stage) {
  if (!navigator.mediaDevices?.getUserMedia || typeof AudioWorkletNode === "undefined") return { sign: "unsupported" };
  const context = new AudioContext();
  stage.finally(() => context.close());
  const stream = await stage.until(navigator.mediaDevices.getUserMedia({ audio: WISHES, video: false }));
  const [track] = stream.getAudioTracks();
  stage.finally(() => track.stop());
  const told = track.getSettings();
  // Safari tells nothing of the last two: without echo cancellation it has no other processing either.
  const processed = told.echoCancellation !== false || told.noiseSuppression === true || told.autoGainControl === true;
  if (processed) return { values: { sound_processing: "on" }, sign: "processed" };
  await context.resume();
  await stage.until(context.audioWorklet.addModule("recorder.js"));
  return untilHeard(stage, context, stream);
}

/** A loudspeaker that is turned down is none that is broken: a person turns it up, or says that it is. */
async function untilHeard(stage, context, stream) {
  const tries = [];
  for (;;) {
    const code = codeOf(crypto.getRandomValues(new Uint8Array(64)));
    const found = judgeSound(await playAndHear(stage, context, stream, code), context.sampleRate, code);
    tries.push(found);
    const told = toldOf(judgeTries(tries));
    if (isHeard(found) || tries.length === MOST_TRIES) return told;
    stage.keep(told);
    stage.show("sound", found.sign ? `sign.${found.sign}` : "sound.nothing");
    if (await stage.ask([["sound.again", false], ["that_is_all", true]])) return told;
  }
}

function toldOf({ sign, values, clean, added }) {
  const signs = clean ? { sound_distortion_permille: clean } : {};
  if (!clean) values.sound_distortion_permille = added;
  return { sign, signs, values: { sound_processing: "off", ...values } };
}

async function playAndHear(stage, context, stream, code) {
  const rate = context.sampleRate, played = soundOf(code, rate), buffer = context.createBuffer(1, played.length, rate);
  buffer.copyToChannel(played, 0);
  const source = new AudioBufferSourceNode(context, { buffer }), recorder = new AudioWorkletNode(context, "recorder");
  const heard = new Float32Array(Math.ceil((code.length + 1) * SLOT_S * rate)), begin = context.currentTime + LEAD_S;
  let reached = 0;
  recorder.port.onmessage = ({ data }) => {
    const at = data.from - Math.round(begin * rate);
    for (let place = 0; place < data.samples.length; place += 1) {
      if (at + place >= 0 && at + place < heard.length) { heard[at + place] = data.samples[place]; reached = at + place + 1; }
    }
  };
  context.createMediaStreamSource(stream).connect(recorder);
  recorder.connect(new GainNode(context, { gain: 0 })).connect(context.destination);
  source.connect(context.destination);
  source.start(begin);
  const bar = element("progress", { max: "1000", value: "0" });
  stage.show("sound", "sound.playing", bar);
  const until = performance.now() + (LEAD_S + (code.length + 1) * SLOT_S + 2) * 1000;
  while (reached < heard.length && performance.now() < until) {
    await stage.sleep(200);
    stage.done = bar.value = Math.round(reached / heard.length * 1000);
  }
  return heard.subarray(0, reached);
}
