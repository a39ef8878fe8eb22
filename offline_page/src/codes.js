// SPDX-License-Identifier: GPL-3.0-or-later
// QR codes out of pictures and out of the camera.

import jsQR from "jsqr";

const SIDES = [2600, 1700, 1100];
const CAMERA_PAUSE_MS = 80;
const CAMERA_LOOKS = [[[0, 0, 1], 1280], [[0.2, 0.2, 0.6], 1100], [[0, 0, 1], 800], [[0.3, 0.3, 0.4], 800]];

function readFrom(source, width, height, [left, top, part], side) {
  const scale = Math.min(2, side / (Math.max(width, height) * part));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * part * scale));
  canvas.height = Math.max(1, Math.round(height * part * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(
    source, left * width, top * height, width * part, height * part, 0, 0, canvas.width, canvas.height,
  );
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, canvas.width, canvas.height, { inversionAttempts: "dontInvert" })?.data ?? "";
}

/** The text of the first code found in an image file, "" without one. Rejects if it is no image. */
export async function codeOfPicture(file) {
  const picture = await createImageBitmap(file);
  const { width, height } = picture;
  const tries = SIDES.map((side) => [[0, 0, 1], side]);
  // A whole page photographed from afar: look closer, part by part, the parts overlapping.
  for (const top of [0, 0.2, 0.4]) for (const left of [0, 0.2, 0.4]) tries.push([[left, top, 0.6], 1700]);
  try {
    for (const [part, side] of tries) {
      const found = readFrom(picture, width, height, part, side);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve));
    }
  } finally {
    picture.close();
  }
  return "";
}

/** Shows the camera in `video` and calls `found` with each text seen; returns a function that ends it. */
export async function watchCamera(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false,
  });
  video.srcObject = stream;
  await video.play();
  let going = true;
  const stop = () => {
    going = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  let looks = 0;
  const look = () => {
    if (!going) return;
    if (video.videoWidth) {
      const [part, side] = CAMERA_LOOKS[looks % CAMERA_LOOKS.length];
      looks += 1;
      const seen = readFrom(video, video.videoWidth, video.videoHeight, part, side);
      if (seen) found(seen);
    }
    setTimeout(look, CAMERA_PAUSE_MS);
  };
  look();
  return stop;
}
