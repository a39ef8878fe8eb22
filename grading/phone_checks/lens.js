// SPDX-License-Identifier: GPL-3.0-or-later
// A camera as grey pictures of its middle, one to one; they live in memory for a moment and go nowhere.

import { element } from "./stage.js";

const SIDE = 320;

/** side: "front" or "back". Throws what the browser throws; NotFoundError for a camera of the other side. */
export async function openLens(stage, side) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotSupportedError");
  const facing = side === "front" ? "user" : "environment";
  const stream = await stage.until(navigator.mediaDevices.getUserMedia({
    video: { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false }));
  const [track] = stream.getVideoTracks();
  stage.finally(() => stream.getTracks().forEach((each) => each.stop()));
  const told = track.getSettings().facingMode;
  if (told && told !== facing) throw new DOMException("", "NotFoundError");
  const video = element("video", { muted: "", playsinline: "", autoplay: "" });
  video.muted = true;
  video.srcObject = stream;
  await Promise.race([video.play(), stage.sleep(5000)]);
  return { video, track, close: () => track.stop() };
}

/** So many pictures, each a new one of the camera. */
export async function pictures(stage, video, count) {
  const canvas = element("canvas", {}), pen = canvas.getContext("2d", { willReadFrequently: true }), taken = [];
  const side = Math.min(SIDE, video.videoWidth, video.videoHeight);
  if (!side) return taken;
  canvas.width = canvas.height = side;
  while (taken.length < count) {
    await stage.until(nextFrame(video));
    pen.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, side, side);
    const { data } = pen.getImageData(0, 0, side, side), grey = new Uint8ClampedArray(side * side);
    for (let at = 0; at < grey.length; at += 1) grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
    taken.push({ width: side, height: side, data: grey });
  }
  return taken;
}

function nextFrame(video) {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 300);
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(() => { clearTimeout(late); resolve(); });
  });
}
