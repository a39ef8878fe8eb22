// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in the browser, before the page: stands for the sensors, the motor, the loudspeaker, the microphone, the cameras and
// the torch of a phone.

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

/**
 * The microphone hears what is played, through `speaker` ("healthy", "buzzing", "clipping"), a hand later, `gain` times as
 * loud (`window.room` turns it), and what is around: `noise`, base64 of 16-bit samples at `rate`, again and again, `level`
 * times full scale.
 */
export function roomInPage({ speaker, gain, noise, rate, level }) {
  let context;
  const Context = window.AudioContext;
  window.AudioContext = class extends Context { constructor(...facts) { super(...facts); context = this; } };
  const surround = (heard) => {
    const samples = new Int16Array(Uint8Array.from(atob(noise), (each) => each.charCodeAt(0)).buffer);
    const buffer = context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(Float32Array.from(samples, (each) => each / 32768), 0);
    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
    source.connect(new GainNode(context, { gain: level })).connect(heard);
    source.start();
  };
  navigator.mediaDevices.getUserMedia = async () => {
    const heard = context.createMediaStreamDestination(), room = new GainNode(context, { gain });
    window.room = room;
    if (noise) surround(heard);
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

/**
 * The cameras of a phone, at most those of `facing` ("user", "environment"); one that does not open answers as Chromium
 * does. `window.shown(pictures, side, once)`: what is before them from now on, base64 of grey squares, in the middle of their
 * picture and again beside it; the first `once` of them a single time. torch: null for none, else how it brightens the picture: `rise` of its light, which the
 * camera takes back by and by if it `adapts`; `drift` of every picture from then on, for the camera settles.
 */
export function camerasInPage({ facing = ["user", "environment"], opens = true, torch = null }) {
  const WIDTH = 320, HEIGHT = 240, FRAME_MS = 33, LAG_MS = 150, SETTLE_MS = 300, ADAPT_MS = 1200;
  let scene = [], side = 0, passing = 0, frame = 0, litAt = Infinity, darkAt = Infinity;
  window.shown = (pictures, edge, once) => {
    [side, passing, frame] = [edge, once, 0];
    scene = pictures.map((each) => Uint8Array.from(atob(each), (letter) => letter.charCodeAt(0)));
  };
  const since = (moment) => Math.max(0, performance.now() - moment - LAG_MS);
  const light = () => {
    if (!torch) return 1;
    const settled = 1 + torch.drift * Math.min(1, since(litAt) / SETTLE_MS);
    const shines = since(litAt) > 0 && since(darkAt) === 0;
    return shines ? settled * (1 + torch.rise * (torch.adapts ? Math.exp(-since(litAt) / ADAPT_MS) : 1)) : settled;
  };
  const draw = (pen, picture) => {
    const image = new ImageData(side, side), words = new Uint32Array(image.data.buffer), factor = light();
    for (let at = 0; at < words.length; at += 1) words[at] = 0xff000000 | Math.min(255, Math.round(picture[at] * factor)) * 0x10101;
    const left = (WIDTH - side) / 2;
    for (const place of [left - side, left, left + side]) pen.putImageData(image, place, (HEIGHT - side) / 2);
  };
  navigator.mediaDevices.getUserMedia = async ({ video }) => {
    if (!opens) throw new DOMException("", "NotReadableError");
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT }), pen = canvas.getContext("2d", { alpha: false });
    const stream = canvas.captureStream(), [track] = stream.getVideoTracks(), asked = video.facingMode.ideal;
    const given = facing.includes(asked) ? asked : facing[0];
    track.getSettings = () => ({ facingMode: given, width: WIDTH, height: HEIGHT });
    track.getCapabilities = () => ({ facingMode: [given], ...torch ? { torch: true } : {} });
    track.applyConstraints = async ({ advanced: [{ torch: wanted }] }) => {
      if (wanted) litAt = performance.now(); else darkAt = performance.now();
    };
    const timer = setInterval(() => {
      if (track.readyState === "ended") { clearInterval(timer); return; }
      if (scene.length) draw(pen, scene[frame < scene.length ? frame : passing + (frame - passing) % (scene.length - passing)]);
      frame += 1;
    }, FRAME_MS);
    return stream;
  };
}
