// SPDX-License-Identifier: GPL-3.0-or-later
// The screen: the page draws, a person looks and counts.

import { element } from "./stage.js";

const COLOURS = ["#f00", "#0f0", "#00f", "#fff", "#000"];
const STEPS = 16;
const SHORTEST_MS = 350; // a tap that comes sooner was the one before

export async function screen(stage) {
  stage.show("screen", "screen.colours");
  await stage.ask([["start", 1]]);
  const layer = await stage.full();
  for (const [at, colour] of COLOURS.entries()) {
    layer.style.background = colour;
    stage.done = at * 100;
    await stage.sleep(SHORTEST_MS);
    await stage.tap(layer);
  }
  const values = {};
  values.screen_colours = await question(stage, layer, "screen.colours_ask", [["screen.ok", "ok"], ["screen.tint", "tint"], ["screen.missing", "missing"]]);
  values.screen_pixels_missing = await question(stage, layer, "screen.pixels", [...[0, 1, 2, 3, 4, 5, 6, 7].map((count) => [count, count]), ["more", 9]], "many");
  stage.keep({ values });
  stage.done = 700;
  await pattern(stage, layer, "screen.ramp", ramp);
  values.screen_brightness_steps = await question(stage, layer, "screen.ramp_ask", [[16, 16], [15, 15], [14, 14], [13, 13], [12, 12], ["fewer", 8]], "many");
  stage.done = 850;
  await pattern(stage, layer, "screen.burn", (canvas) => { canvas.style.background = "#808080"; });
  values.screen_burn_in = await question(stage, layer, "screen.burn_ask", [["no", "no"], ["yes", "yes"]]);
  return { values };
}

async function pattern(stage, layer, key, draw) {
  stage.close_layer(layer);
  stage.show("screen", key);
  await stage.ask([["start", 1]]);
  const canvas = element("canvas", {});
  layer.replaceChildren(canvas);
  document.body.append(layer);
  stage.layers.push(layer);
  draw(canvas);
  await stage.sleep(SHORTEST_MS);
  await stage.tap(layer);
}

function question(stage, layer, key, choices, kind = "") {
  stage.close_layer(layer);
  stage.show("", key);
  return stage.ask(choices, stage.body, kind);
}

/** Sixteen steps from black to white, one over the other. */
function ramp(canvas) {
  const pen = canvas.getContext("2d");
  canvas.width = 16;
  canvas.height = STEPS;
  canvas.style.imageRendering = "pixelated";
  for (let step = 0; step < STEPS; step += 1) {
    const grey = Math.round(step * 255 / (STEPS - 1));
    pen.fillStyle = `rgb(${grey} ${grey} ${grey})`;
    pen.fillRect(0, step, 16, 1);
  }
}
