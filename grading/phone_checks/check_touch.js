// SPDX-License-Identifier: GPL-3.0-or-later
// Touch: every raw point of every finger, as the browser got it.

import { element } from "./stage.js";
import { COLUMNS, covered, fingersOf, GHOST_MS, judgeFingers, judgeSweeps, ROWS, sweeps } from "./touch_rules.js";

const MM = 25.4 / 160; // a CSS pixel is nominally 1/160 inch on phones
const IDLE_MS = 5000;
const MOST_TRIES = 3;
const FINGERS_MS = 8000;

export async function touch(stage) {
  stage.show("touch", "touch.sweep");
  await stage.ask([["start", 1]]);
  const layer = await stage.full();
  const swept = await sweepAll(stage, layer);
  const values = { touch_tries: swept.tries, ...swept.values }, signs = {};
  if (swept.sign) for (const name of ["coverage_permille", "gap_y_um", "gap_x_um", "gap_allowed_um", "gap_y_permille", "gap_x_permille", "rate_hz"]) signs[`touch_${name}`] = swept.sign;
  stage.keep({ values, signs });
  Object.assign(values, (await leftAlone(stage, layer)).values);
  const fingers = await countFingers(stage, layer);
  Object.assign(values, fingers.values);
  if (fingers.sign) signs.touch_fingers_missing = fingers.sign;
  if (fingers.nobody) signs.touch_fingers = signs.touch_fingers_missing = "too_little";
  return { values, signs };
}

/** Only a hand that was too fast to tell anything goes again; the last time counts. */
async function sweepAll(stage, layer) {
  for (let tries = 1; ; tries += 1) {
    const swept = { ...await sweepOnce(stage, layer), tries };
    if (swept.sign !== "too_fast" || tries === MOST_TRIES) return swept;
    layer.replaceChildren(element("p", { class: "over", text: stage.say("touch.fast") }));
    await stage.sleep(2500);
  }
}

/** Until all is covered, or a person says that no more can be. */
function sweepOnce(stage, layer) {
  const canvas = element("canvas", {}), text = element("p", { class: "over" });
  layer.replaceChildren(canvas, text);
  const size = { width: layer.clientWidth * MM, height: layer.clientHeight * MM };
  const strokes = [], open = new Map();
  let last = performance.now(), dialog = null;
  const add = (event) => {
    const stroke = open.get(event.pointerId);
    const raw = event.getCoalescedEvents?.() ?? [];
    for (const each of raw.length ? raw : [event]) stroke?.push({ x: each.clientX * MM, y: each.clientY * MM, t: each.timeStamp });
    last = performance.now();
  };
  return stage.until(new Promise((resolve) => {
    const finish = () => {
      clearInterval(looking);
      dialog?.remove();
      resolve(judgeSweeps(strokes, size));
    };
    const look = () => {
      const down = full(sweeps(strokes, "y", "x"), size.height), across = full(sweeps(strokes, "x", "y"), size.width);
      text.textContent = stage.say("touch.counts", { down: Math.min(COLUMNS, down), across: Math.min(ROWS, across) });
      const found = paint(canvas, strokes, size);
      stage.done = found.permille * 0.8;
      if (found.permille >= 980 && down >= COLUMNS && across >= ROWS && !open.size) finish();
      else if (performance.now() - last > IDLE_MS && !dialog) askWhetherAll();
    };
    const askWhetherAll = () => {
      dialog = element("div", { class: "dialog" }, element("p", { text: stage.say("touch.idle") }));
      layer.append(dialog);
      stage.ask([["go_on", false], ["that_is_all", true]], dialog).then((all) => {
        dialog.remove();
        dialog = null;
        last = performance.now();
        if (all) finish();
      }).catch(() => {});
    };
    const looking = setInterval(look, 250);
    stage.finally(() => clearInterval(looking));
    canvas.addEventListener("pointerdown", (event) => { const stroke = []; open.set(event.pointerId, stroke); strokes.push(stroke); add(event); });
    canvas.addEventListener("pointermove", (event) => { if (open.has(event.pointerId)) add(event); });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => open.delete(event.pointerId));
    look();
  }));
}

function full(found, length) {
  return Math.floor(found.reduce((total, each) => total + each.length, 0) / (length * 0.92));
}

/** Boxes: red where nothing was felt, green where something was. */
function paint(canvas, strokes, size) {
  const found = covered(strokes, size), pen = canvas.getContext("2d");
  canvas.width = canvas.clientWidth;
  canvas.height = canvas.clientHeight;
  const width = canvas.width / found.columns, height = canvas.height / found.rows;
  for (let row = 0; row < found.rows; row += 1) {
    for (let column = 0; column < found.columns; column += 1) {
      pen.fillStyle = found.has(column, row) ? "#9fd8b0" : "#f3b0a8";
      pen.fillRect(column * width + 0.5, row * height + 0.5, width - 1, height - 1);
    }
  }
  return found;
}

async function leftAlone(stage, layer) {
  const text = element("p", { class: "over", text: stage.say("touch.ghost") });
  layer.replaceChildren(element("img", { class: "picture", src: "pictures/hands_off.svg", alt: "" }), text);
  await stage.sleep(2500);
  let seen = 0;
  const count = () => { seen += 1; };
  layer.addEventListener("pointerdown", count);
  await stage.sleep(GHOST_MS);
  layer.removeEventListener("pointerdown", count);
  stage.done = 900;
  return { values: { touch_ghosts: Math.min(9999, seen) } };
}

async function countFingers(stage, layer) {
  const most = stage.facts.touch_fingers || navigator.maxTouchPoints || 0, goal = fingersOf(most);
  const text = element("p", { class: "over", text: stage.say("touch.fingers") });
  layer.replaceChildren(element("img", { class: "picture", src: "pictures/fingers.svg", alt: "" }), text);
  const down = new Set();
  let seen = 0;
  await stage.until(new Promise((resolve) => {
    const end = setTimeout(resolve, FINGERS_MS);
    stage.finally(() => clearTimeout(end));
    layer.addEventListener("pointerdown", (event) => {
      down.add(event.pointerId);
      seen = Math.max(seen, down.size);
      text.textContent = stage.say("touch.seen", { seen, most: goal });
      if (goal && seen >= goal) { clearTimeout(end); resolve(); }
    });
    for (const end of ["pointerup", "pointercancel"]) layer.addEventListener(end, (event) => down.delete(event.pointerId));
  }));
  const allDown = seen > 0 && seen < goal && await asked(stage, layer, goal);
  return { ...judgeFingers(Math.min(99, seen), most, allDown), nobody: seen === 0 };
}

/** Fewer than the model tells apart: were there as many, or has somebody but one hand free? */
function asked(stage, layer, most) {
  const dialog = element("div", { class: "dialog" }, element("p", { text: stage.say("touch.fingers_ask", { most }) }));
  layer.append(dialog);
  return stage.ask([["yes", true], ["no", false]], dialog);
}
