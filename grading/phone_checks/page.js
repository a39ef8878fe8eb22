// SPDX-License-Identifier: GPL-3.0-or-later
// The menu, and one check after another: each is begun, measured, and told to the bench, whatever comes of it.

import * as bench from "./bench.js";
import { camera } from "./check_camera.js";
import { charging, gnss, nfc, wifi } from "./check_radio.js";
import { compass, motion, vibration } from "./check_motion.js";
import { screen } from "./check_screen.js";
import { sound } from "./check_sound.js";
import { torch } from "./check_torch.js";
import { touch } from "./check_touch.js";
import { element, SkippedError, Stage } from "./stage.js";

const CHECKS = {
  touch, screen, camera_front: (stage) => camera(stage, "front"), camera_back: (stage) => camera(stage, "back"),
  torch, sound, motion, compass, vibration, nfc, gnss, wifi, charging,
};
const BEAT_MS = 1500;
const MOST_BEGUN = 3; // the bench refuses a fourth time too
const root = document.getElementById("page");
const found = {}; // check -> {begun, number, sign, skipped}
let plan, texts, names;

function say(key, facts = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

function menu() {
  const tiles = plan.checks.filter((name) => CHECKS[name]).map((name) => {
    const past = found[name];
    const told = past?.number ? past.sign ? say(`sign.${past.sign}`) : say("measured") : past?.skipped ? say("skipped") : "";
    const tile = element("button", { class: `tile ${!past?.number ? "" : past.sign ? "unmeasured" : "measured"}`, "data-check": name },
      element("img", { src: `pictures/${name}.svg`, alt: "" }), element("span", { text: say(`check.${name}`) }), element("small", { text: told }));
    tile.disabled = (past?.begun ?? 0) >= MOST_BEGUN;
    tile.addEventListener("click", () => guarded(async () => { await run(name); menu(); }));
    return tile;
  });
  const left = plan.checks.filter((name) => CHECKS[name] && isLeft(found[name]));
  const go = element("button", { class: "main", id: "all", text: say(left.length ? "all" : "finish") });
  go.addEventListener("click", () => guarded(left.length ? () => all(left) : finish));
  const end = element("button", { class: "quiet", id: "finish", text: say("finish") });
  end.addEventListener("click", () => guarded(finish));
  root.replaceChildren(
    element("div", { class: "code" }, element("span", { text: say("code") }), element("b", { id: "code", text: plan.code })),
    element("h1", { text: say("title") }), go, element("div", { class: "tiles" }, ...tiles), ...(left.length ? [element("p", {}), end] : []));
}

/** Nobody has told anything of it nor passed over it, and it may still be begun: a page that was loaded anew in the middle of it. */
function isLeft(past) {
  return !past || !(past.number || past.skipped || past.begun >= MOST_BEGUN);
}

async function all(left) {
  for (const name of left) await run(name);
  menu();
}

async function finish() {
  await bench.done(plan.nonce);
  clearInterval(beating);
  root.replaceChildren(element("p", { class: "big", id: "finished", text: say("finished") }));
}

/** One check. What it could not measure has a sign; what a person skipped before anything was measured has nothing. */
async function run(name) {
  const stage = new Stage(root, say, plan, name), past = found[name] ?? { begun: 0, number: 0, sign: "" };
  await bench.state(plan.nonce, name, "begun");
  found[name] = { ...past, begun: past.begun + 1, skipped: false };
  const beat = setInterval(() => bench.state(plan.nonce, name, "moving", stage.done).catch(() => {}), BEAT_MS);
  current = name;
  try {
    const told = await CHECKS[name](stage).catch((error) => {
      if (!(error instanceof SkippedError)) throw error;
      return stage.kept;
    });
    if (!told) {
      await bench.state(plan.nonce, name, "skipped", stage.done);
      found[name].skipped = true;
      return;
    }
    const { values, signs } = complete(name, told), number = past.number + 1;
    await bench.result(plan.nonce, name, number, values, signs);
    found[name] = { begun: past.begun + 1, number, sign: Object.values(signs)[0] ?? "" };
  } finally {
    current = "";
    clearInterval(beat);
    stage.close();
  }
}

/** Every value of the check, or its sign; a check that tells neither of one has not done it. */
function complete(name, { values = {}, signs = {}, sign = "" }) {
  const left = names[name].length ? names[name] : Object.keys(values);
  const missing = left.filter((each) => values[each] === undefined && !signs[each]);
  return {
    values: Object.fromEntries(left.filter((each) => values[each] !== undefined && !signs[each]).map((each) => [each, values[each]])),
    signs: { ...signs, ...Object.fromEntries(missing.map((each) => [each, sign || "too_little"])) },
  };
}

async function guarded(act) {
  try {
    await act();
  } catch (error) {
    const key = error instanceof bench.GoneError ? "gone" : "lost";
    root.replaceChildren(element("p", { class: "warn", id: key, text: say(key) }));
    if (key === "lost") {
      const again = element("button", { class: "main", text: say("go_on") });
      again.addEventListener("click", () => guarded(async () => { await goOn(); menu(); }));
      root.append(again);
    }
  }
}

/** The bench knows best what it has heard: a result may have come although its answer was lost. */
async function goOn() {
  Object.assign(found, await bench.past());
}

let current = "", beating = 0;

async function begin() {
  plan = await bench.plan();
  const language = plan.language === "zh" ? "zh" : "en";
  texts = (await bench.words())[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  const values = await (await fetch("values.json", { credentials: "same-origin" })).json();
  names = Object.fromEntries(Object.entries(values).map(([name, each]) => [name, Object.keys(each)]));
  beating = setInterval(() => { if (!current) bench.plan().catch(() => {}); }, 4 * BEAT_MS); // the bench sees that we are there
  navigator.wakeLock?.request("screen").catch(() => {});
  await goOn();
  menu();
}

begin().catch((error) => {
  texts ??= { lost: "✕ bench / 工位", gone: "✕ 410" };
  guarded(() => { throw error; });
});
