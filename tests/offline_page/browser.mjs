// SPDX-License-Identifier: GPL-3.0-or-later
// Drives Chromium for tests/offline_page and the dashboard's pages: one JSON command a line on stdin, one JSON answer a line on stdout.

import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { chromium } from "../../offline_page/node_modules/playwright-core/index.mjs";

const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
];
if (process.getuid?.() === 0) FLAGS.push("--no-sandbox"); // Chromium refuses its sandbox to root

let browser = null, context = null, page = null, seen = [], told = [], saved = [];

/** In the page: what it starts as a worker believes that it is `now`. The page itself stays as it was built. */
function setClock(now) {
  const make = URL.createObjectURL.bind(URL);
  const clock = `{ const real = Date.now.bind(Date), shift = ${now} - real(); Date.now = () => real() + shift; }\n`;
  URL.createObjectURL = (blob) =>
    make(blob.type === "text/javascript" ? new Blob([clock, blob], { type: blob.type }) : blob);
}

/** In the page: what its policy forbade is told as an error. */
function tellForbidden() {
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
    console.error(`forbidden: ${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));
}

const DO = {
  async start({ executable, camera }) {
    const more = camera ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${camera}`] : [];
    browser = await chromium.launch({ executablePath: executable, args: [...FLAGS, ...more] });
  },
  async open({ address, locale = "en-US", width = 1000, height = 900, offline = true, at = "" }) {
    await context?.close();
    context = await browser.newContext({ locale, viewport: { width, height }, offline, reducedMotion: "reduce" });
    if (at) await context.addInitScript(setClock, Date.parse(at));
    await context.addInitScript(tellForbidden);
    page = await context.newPage();
    seen = [];
    told = [];
    saved = [];
    page.on("download", (download) => saved.push(download));
    page.on("request", (request) => seen.push(request.url().slice(0, 200)));
    page.on("worker", (worker) => seen.push(`worker ${worker.url()}`));
    page.on("console", (message) => told.push(`${message.type()}: ${message.text()}`.slice(0, 500)));
    page.on("pageerror", (error) => told.push(`error: ${error}`));
    await page.goto(address);
  },
  async reload() { await page.reload(); },
  async fill({ selector, text }) { await page.fill(selector, text); },
  async click({ selector }) { await page.click(selector); },
  async press({ key }) { await page.keyboard.press(key); },
  async type({ text, delay }) { await page.keyboard.type(text, { delay }); },
  async pause({ ms }) { await page.waitForTimeout(ms); },
  async go({ address }) { await page.goto(address); },
  async resize({ width, height }) { await page.setViewportSize({ width, height }); },
  async cookie({ name, value, address }) { await context.addCookies([{ name, value, url: address }]); },
  async files({ selector, paths }) { await page.setInputFiles(selector, paths); },
  async drop({ name, type, data }) {
    await page.evaluate(({ name, type, data }) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, { name, type, data });
  },
  async wait({ selector, seconds = 120, state = "visible" }) {
    await page.waitForSelector(selector, { timeout: seconds * 1000, state });
    await page.waitForLoadState("load", { timeout: seconds * 1000 }); // before, keys do nothing yet
  },
  async evaluate({ script }) { return await page.evaluate(script); },
  async install({ path }) { await page.evaluate(await readFile(path, "utf8")); }, // not as an element: a CSP allows it
  async saved({ folder }) {
    return await Promise.all(saved.map(async (each, place) => {
      const path = `${folder}/${place}-${each.suggestedFilename().replace(/[^\w.-]/g, "_")}`;
      await each.saveAs(path);
      return path;
    }));
  },
  async requests() { return seen; },
  async console() { return told; },
  async picture({ path, whole = true }) { await page.screenshot({ path, fullPage: whole }); },
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
