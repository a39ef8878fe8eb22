// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in the browser, before the page: stands for the sensors, the motor, the loudspeaker and the microphone of a phone.

/**
 * The sensors of a phone: `rested(row)` says it again and again, `played(rows, begin)` says rows {t, a, r, heading} at their
 * milliseconds from `begin` (performance.now), and rests at the last of them.
 */
export function sensorsInPage() {
  let resting = 0;
  const tell = ({ a, r, heading }, at) => {
    const stamp = (event) => Object.defineProperty(event, "timeStamp", { value: at });
    dispatchEvent(stamp(new DeviceMotionEvent("devicemotion", {
      accelerationIncludingGravity: { x: a[0], y: a[1], z: a[2] }, rotationRate: { beta: r[0], gamma: r[1], alpha: r[2] }, interval: 16,
    })));
    if (heading === undefined) return;
    dispatchEvent(stamp(new DeviceOrientationEvent("deviceorientationabsolute", { alpha: 360 - heading, beta: 0, gamma: 0, absolute: true })));
  };
  window.rested = (row) => {
    clearInterval(resting);
    resting = setInterval(() => tell({ ...row, r: [0, 0, 0] }, performance.now()), 16);
  };
  window.played = (rows, begin = performance.now()) => new Promise((resolve) => {
    clearInterval(resting);
    let at = 0;
    const timer = setInterval(() => {
      for (; at < rows.length && begin + rows[at].t <= performance.now(); at += 1) tell(rows[at], begin + rows[at].t);
      if (at < rows.length) return;
      clearInterval(timer);
      window.rested(rows.at(-1));
      resolve();
    }, 8);
  });
  navigator.vibrate = (pattern) => {
    if (!Array.isArray(pattern)) return true;
    clearInterval(resting);
    Object.assign(window, { vibrated: pattern, vibratedAt: performance.now() });
    return true;
  };
  DeviceMotionEvent.requestPermission = async () => "granted";
  DeviceOrientationEvent.requestPermission = async () => "granted";
}

/** The microphone hears what is played, through `speaker` ("healthy", "silent", "buzzing", "clipping"), a hand later. */
export function roomInPage(speaker) {
  let context, room;
  const Context = window.AudioContext;
  window.AudioContext = class extends Context { constructor(...facts) { super(...facts); context = this; } };
  navigator.mediaDevices.getUserMedia = async () => {
    const heard = context.createMediaStreamDestination();
    room = new GainNode(context, { gain: speaker === "silent" ? 0 : 0.2 });
    const delay = new DelayNode(context, { delayTime: 0.08 });
    const bent = new WaveShaperNode(context, { curve: Float32Array.from({ length: 4001 }, (_, at) => {
      const x = at / 2000 - 1;
      if (speaker === "clipping") return Math.max(-0.12, Math.min(0.12, x)) * 1.6;
      if (speaker === "buzzing") return Math.abs(x) > 0.18 ? 0.7 * x + 0.3 * Math.sin(at * 12.9898) : x;
      return x;
    }) });
    bent.connect(delay).connect(room).connect(heard);
    window.bent = bent;
    const [track] = heard.stream.getAudioTracks();
    track.getSettings = () => ({ echoCancellation: false, noiseSuppression: false, autoGainControl: false });
    return heard.stream;
  };
  const connect = AudioBufferSourceNode.prototype.connect;
  AudioBufferSourceNode.prototype.connect = function toRoom(where, ...more) {
    if (where === context.destination) connect.call(this, window.bent);
    return connect.call(this, where, ...more);
  };
}
