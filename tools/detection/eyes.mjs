// SPDX-License-Identifier: GPL-3.0-or-later
// A person who holds a phone's cameras before the bench card, a cap and white, in a real browser; and what may be wrong.

import { covered, ofCard, ofNothing, ofWhite, pushed, SIDE } from "./lenses.mjs";

const START = "[data-answer='1']";
const FOCUS_MS = 2500;
const EARLY_MS = 600;
const PUSHED = 30; // pictures, a second

/**
 * A camera's check, up to its step `last`; the rest is passed over. card, dark, white: what is the matter with lens and light
 * at each step (lenses.mjs); null: nothing new is held before the lens. dead: what the camera gives, whatever is before it.
 * early: the white is pushed before the lens only after it was said to be there.
 */
const camera = ({ card = {}, dark = {}, white = {}, dead = null, focuses = false, early = false }, last = "white") => async (hand) => {
  const before = (draw, facts) => hand.shows(dead ? ofNothing(hand.random, dead) : draw(hand.random, facts), SIDE);
  const next = async (draw, facts) => {
    if (!facts) return;
    await before(draw, facts);
    await hand.tap(START);
  };
  await before(card ? ofCard : ofWhite, focuses ? { blur: 3 } : card ?? {});
  await hand.tap(START);
  if (focuses) {
    await new Promise((done) => { setTimeout(done, FOCUS_MS); });
    await before(ofCard, card);
  }
  await hand.see("img[src*='cover.svg']");
  if (last === "card") { await hand.tap("#skip"); return; }
  await next(covered, dark);
  await hand.see("img[src*='white.svg']");
  if (early) {
    await hand.tap(START);
    await new Promise((done) => { setTimeout(done, hand.random.between(0, EARLY_MS)); });
    await hand.shows([...pushed(hand.random, PUSHED), ...ofWhite(hand.random)], SIDE, PUSHED);
    return;
  }
  await next(ofWhite, white);
};
const closed = () => (hand) => hand.tap(START);
const wall = (grey) => async (hand) => {
  await hand.shows(ofNothing(hand.random, { grey: grey ?? hand.random.between(20, 120) }), SIDE);
  await hand.tap(START);
};

const EDGE = ["camera_back_edge_dpx"], FOCUS = ["camera_back_focus"], HOT = ["camera_back_hot_pixels"], DUST = ["camera_back_dust"];
const FRONT = ["camera_front_edge_dpx", "camera_front_focus", "camera_front_hot_pixels", "camera_front_dust"];
const RISE = ["torch_rise_permille"];
const back = { page: "camera_back", cameras: {} }, front = { page: "camera_front", cameras: {} };
const lights = (rise, more = {}) => ({ page: "torch", cameras: { torch: { rise, drift: 0, adapts: false, ...more } } });

/** As the table of browser.mjs: [check, what, claimed, values, what the hand does, parts of the phone]. */
export const EYES = [
  ["camera, card", "blurred lens, 1 px", true, EDGE, camera({ card: { blur: 1 } }, "card"), back],
  ["camera, card", "blurred lens, 2 px", true, EDGE, camera({ card: { blur: 2 } }, "card"), back],
  ["camera, card", "blurred lens, 3 px, much noise", true, EDGE, camera({ card: { blur: 3, noise: 8 } }, "card"), back],
  ["camera, card", "blurred lens, 2 px, dim light", true, EDGE, camera({ card: { blur: 2, light: 0.3 } }, "card"), back],
  ["camera, card", "dead camera: black", true, EDGE, camera({ dead: {} }, "card"), back],
  ["camera, card", "dead camera: does not open", true, EDGE, closed(), { ...back, cameras: { opens: false } }],
  ["camera, card", "never in focus, 3 px", true, FOCUS, camera({ card: { blur: 3 } }, "card"), back],
  ["camera, card", "front: blurred lens, 2 px", true, FRONT.slice(0, 1), camera({ card: { blur: 2 } }, "card"), front],
  ["camera, card", "front: missing, the back one answers", true, FRONT, closed(), { ...front, cameras: { facing: ["environment"] } }],
  ["camera, covered", "dead camera: black", true, HOT, camera({ dead: {} }), back],
  ["camera, covered", "8 hot pixels", true, HOT, camera({ dark: { hot: 8 } }), back],
  ["camera, covered", "60 hot pixels", true, HOT, camera({ dark: { hot: 60 } }), back],
  ["camera, covered", "800 hot pixels", true, HOT, camera({ dark: { hot: 800 } }), back],
  ["camera, covered", "one hot column", true, HOT, camera({ dark: { column: true } }), back],
  ["camera, covered", "a hot cluster, 4 x 4 pixels", true, HOT, camera({ dark: { cluster: 4 } }), back],
  ["camera, covered", "front: 8 hot pixels", true, FRONT.slice(2, 3), camera({ dark: { hot: 8 } }), front],
  ["camera, white", "dead camera: black", true, DUST, camera({ dead: {} }), back],
  ["camera, white", "dead camera: one grey", true, DUST, camera({ dead: { grey: 150 } }), back],
  ["camera, white", "one spot of dust", true, DUST, camera({ white: { dust: 1 } }), back],
  ["camera, white", "five spots of dust", true, DUST, camera({ white: { dust: 5 } }), back],
  ["camera, white", "40 spots of dust", true, DUST, camera({ white: { dust: 40 } }), back],
  ["camera, white", "60 spots of dust", true, DUST, camera({ white: { dust: 60 } }), back],
  ["camera, white", "100 spots of dust", true, DUST, camera({ white: { dust: 100 } }), back],
  ["camera, white", "one blob, 90 px wide", true, DUST, camera({ white: { blob: 45 } }), back],
  ["camera, white", "one spot of dust, dim light", true, DUST, camera({ white: { dust: 1, light: 0.35 } }), back],
  ["camera, white", "front: one spot of dust", true, FRONT.slice(3), camera({ white: { dust: 1 } }), front],
  ["torch", "dead torch", true, RISE, wall(), lights(0)],
  ["torch", "dead torch, the camera settles", true, RISE, wall(), lights(0, { drift: 0.4 })],
  ["torch", "dead camera: black", true, RISE, wall(5), lights(0)],
  ["torch", "the camera names no torch", true, RISE, wall(), { page: "torch", cameras: {} }],
  ["camera, card", "good light", null, [...EDGE, ...FOCUS], camera({}, "card"), back],
  ["camera, card", "much noise", null, [...EDGE, ...FOCUS], camera({ card: { noise: 8 } }, "card"), back],
  ["camera, card", "in focus after 2.5 s", null, [...EDGE, ...FOCUS], camera({ focuses: true }, "card"), back],
  ["camera, card", "dim light", null, EDGE, camera({ card: { light: 0.3 } }, "card"), back],
  ["camera, card", "no card: not done", null, EDGE, camera({ card: null }, "card"), back],
  ["camera, covered", "dark", null, HOT, camera({}), back],
  ["camera, covered", "dark, 2 hot pixels, much noise", null, HOT, camera({ dark: { hot: 2, noise: 8 } }), back],
  ["camera, covered", "nothing before the lens: not done", null, HOT, camera({ dark: null }), back],
  ["camera, covered", "light beside the cap: not done", null, HOT, camera({ dark: { leak: 120 } }), back],
  ["camera, white", "good light", null, DUST, camera({}), back],
  ["camera, white", "much noise", null, DUST, camera({ white: { noise: 8 } }), back],
  ["camera, white", "pushed in while it is looked at", null, DUST, camera({ early: true }), back],
  ["camera, white", "the card left there: not done", null, DUST, camera({ dark: null, white: null }), back],
  ["camera", "front: all of it, good light", null, FRONT, camera({}), front],
  ["torch", "lights", null, RISE, wall(), lights(0.6)],
  ["torch", "lights, the camera settles", null, RISE, wall(), lights(0.6, { drift: 0.2 })],
  ["torch", "lights, the camera takes it back", null, RISE, wall(), lights(0.6, { adapts: true })],
];
