// SPDX-License-Identifier: GPL-3.0-or-later
// Drives Chromium as the browser of a virtual phone: one JSON command a line on stdin, one JSON answer a line on stdout.

import { createInterface } from "node:readline";
import { chromium } from "../../offline_page/node_modules/playwright-core/index.mjs";

const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
];
if (process.getuid?.() === 0) FLAGS.push("--no-sandbox"); // Chromium refuses its sandbox to root

let browser = null, context = null, page = null, devtools = null, told = [], asked = [];

/** In the page: what its policy forbade is told as an error. */
function tellForbidden() {
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error(`forbidden: ${violatedDirective} ${blockedURI}`));
}

const DO = {
  /** `loopback`: where the phone's own localhost is. `camera`, `sound`: files that stand for what it sees and hears. */
  async start({ executable, loopback, camera, sound }) {
    const more = [`--host-resolver-rules=MAP localhost ${loopback}`];
    if (camera) more.push(`--use-file-for-fake-video-capture=${camera}`);
    if (sound) more.push(`--use-file-for-fake-audio-capture=${sound}`);
    browser = await chromium.launch({ executablePath: executable, args: [...FLAGS, ...more] });
  },
  /** A phone's screen of that size, held upright. */
  async open({ address, width = 412, height = 915, locale = "en-US", permissions = ["camera", "microphone"] }) {
    await context?.close();
    context = await browser.newContext({
      locale, viewport: { width, height }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, permissions,
    });
    await context.addInitScript(tellForbidden);
    page = await context.newPage();
    told = [];
    asked = [];
    page.on("console", (message) => told.push(`${message.type()}: ${message.text()}`.slice(0, 500)));
    page.on("pageerror", (error) => told.push(`error: ${error}`));
    page.on("request", (request) => asked.push(request.url().slice(0, 200)));
    devtools = await context.newCDPSession(page);
    const answer = await page.goto(address);
    return answer.status();
  },
  /** `points`: [x, y] of each finger that is down. */
  async touch({ type, points }) {
    await devtools.send("Input.dispatchTouchEvent", {
      type, touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  },
  /** Touches one after the other, as fast as the browser takes them: rows of [type, points, milliseconds to wait]. */
  async touches({ rows }) {
    for (const [type, points, ms] of rows) {
      await DO.touch({ type, points });
      if (ms) await new Promise((done) => setTimeout(done, ms));
    }
  },
  async tilt({ alpha, beta, gamma }) {
    await devtools.send("DeviceOrientation.setDeviceOrientationOverride", { alpha, beta, gamma });
  },
  async tap({ selector }) { await page.tap(selector); },
  async wait({ selector, seconds = 30, state = "visible" }) {
    await page.waitForSelector(selector, { timeout: seconds * 1000, state });
  },
  async evaluate({ script }) { return await page.evaluate(script); },
  async text({ selector }) { return (await page.textContent(selector)) ?? ""; },
  async console() { return told; },
  async requests() { return asked; },
  async picture({ path }) { await page.screenshot({ path }); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...facts } = JSON.parse(line);
  let answer;
  try {
    answer = { found: (await DO[act](facts)) ?? null };
  } catch (error) {
    answer = { error: String(error?.message ?? error).slice(0, 2000), console: told };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser?.close();
