// SPDX-License-Identifier: GPL-3.0-or-later
// The torch, seen by the back camera.

import { average, judgeTorch, mean } from "./camera_rules.js";
import { openLens, pictures } from "./lens.js";
import { signOf } from "./stage.js";

const BEFORE = 8;
const MOST = 24; // the camera turns its own light down soon: the brightest moment counts; and it lags

export async function torch(stage) {
  stage.show("torch", "torch.hold");
  await stage.ask([["start", 1]]);
  try {
    const lens = await openLens(stage, "back");
    if (!lens.track.getCapabilities?.().torch) return { sign: "unsupported" };
    stage.show("", "torch.hold", lens.video);
    const before = await pictures(stage, lens.video, BEFORE);
    await stage.until(lens.track.applyConstraints({ advanced: [{ torch: true }] }));
    const lit = await pictures(stage, lens.video, MOST);
    await lens.track.applyConstraints({ advanced: [{ torch: false }] });
    const after = (await pictures(stage, lens.video, MOST)).slice(-BEFORE);
    if (!before.length || !lit.length || !after.length) return { sign: "too_little" };
    return judgeTorch(mean(average(before)), Math.max(...lit.map(mean)), mean(average(after)));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { sign: signOf(error) };
  }
}
