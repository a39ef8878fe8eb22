// SPDX-License-Identifier: GPL-3.0-or-later
// Drives Firefox for tests/offline_page as browser.mjs drives Chromium: the same commands, over WebDriver BiDi, which
// Debian's Firefox speaks by itself. Playwright wants a Firefox of its own, or a command this one does not know.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import WebSocket from "../../offline_page/node_modules/ws/wrapper.mjs";

const START_MS = 60_000, COMMAND_MS = 180_000, POLL_MS = 100;
const PREFERENCES = {
  "browser.shell.checkDefaultBrowser": false, "browser.aboutwelcome.enabled": false, "app.update.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false, "toolkit.telemetry.enabled": false,
  "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false,
  "extensions.update.enabled": false, "app.normandy.enabled": false, "browser.safebrowsing.update.enabled": false,
  "services.settings.server": "data:,none", "ui.prefersReducedMotion": 1, "remote.prefs.recommended": true,
};

let firefox = null, profile = "", socket = null, number = 0, context = "", user = "", seen = [], told = [];
const waiting = new Map();

function send(method, params = {}) {
  number += 1;
  const id = number;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { waiting.delete(id); reject(new Error(`no answer to ${method}`)); }, COMMAND_MS);
    waiting.set(id, { resolve, reject, timer });
    socket.send(JSON.stringify({ id, method, params }));
  });
}

function heard(message) {
  const data = JSON.parse(message);
  if (data.type === "event") {
    const { params } = data;
    if (data.method === "network.beforeRequestSent") seen.push(params.request.url.slice(0, 200));
    else if (data.method === "log.entryAdded") told.push(`${params.level}: ${params.text}`.slice(0, 500));
    return;
  }
  const { resolve, reject, timer } = waiting.get(data.id) ?? {};
  if (!resolve) return;
  waiting.delete(data.id);
  clearTimeout(timer);
  if (data.type === "success") resolve(data.result);
  else reject(new Error(`${data.error}: ${data.message}`));
}

/** The value of an expression in the page, promises awaited. */
async function evaluate(expression) {
  const answer = await send("script.evaluate", {
    expression: `(async () => JSON.stringify([await (${expression})]))()`,
    target: { context }, awaitPromise: true, userActivation: true,
  });
  if (answer.type !== "success") throw new Error(answer.exceptionDetails.text);
  return JSON.parse(answer.result.value)[0];
}

async function element(selector) {
  const { nodes } = await send("browsingContext.locateNodes", { context, locator: { type: "css", value: selector } });
  if (!nodes.length) throw new Error(`not there: ${selector}`);
  return { sharedId: nodes[0].sharedId };
}

const DO = {
  async start({ executable }) {
    profile = mkdtempSync(join(tmpdir(), "proofwipe-firefox-"));
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    writeFileSync(join(profile, "user.js"), `${lines.join("\n")}\n`);
    const line = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"];
    firefox = spawn(executable, line, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } });
    const address = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Firefox does not say where it listens")), START_MS);
      const lines = createInterface({ input: firefox.stderr });
      lines.on("line", (line) => {
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
        if (found) { clearTimeout(timer); resolve(`${found[1]}/session`); }
      });
      firefox.on("exit", () => { clearTimeout(timer); reject(new Error("Firefox ended")); });
    });
    socket = new WebSocket(address, { maxPayload: 64 * 1024 * 1024 });
    await new Promise((resolve, reject) => { socket.on("open", resolve); socket.on("error", reject); });
    socket.on("message", heard);
    await send("session.new", { capabilities: {} });
    await send("session.subscribe", { events: ["network.beforeRequestSent", "log.entryAdded"] });
  },
  async open({ address, locale = "en-US", width = 1000, height = 900, offline = true }) {
    if (user) await send("browser.removeUserContext", { userContext: user });
    user = (await send("browser.createUserContext")).userContext;
    context = (await send("browsingContext.create", { type: "tab", userContext: user })).context;
    await send("emulation.setLocaleOverride", { locale, userContexts: [user] });
    if (offline) {
      await send("emulation.setNetworkConditions", { networkConditions: { type: "offline" }, userContexts: [user] });
    }
    await send("browsingContext.setViewport", { context, viewport: { width, height } });
    seen = [];
    told = [];
    await send("browsingContext.navigate", { context, url: address, wait: "complete" });
  },
  async fill({ selector, text }) {
    await evaluate(`(() => { const input = document.querySelector(${JSON.stringify(selector)});
      input.focus(); input.value = ${JSON.stringify(text)};
      input.dispatchEvent(new Event("input", { bubbles: true })); })()`);
  },
  async click({ selector }) {
    await evaluate(`(async () => {
      let before = "";
      for (let looks = 0; looks < 100; looks += 1) {
        const found = document.querySelector(${JSON.stringify(selector)});
        found?.scrollIntoView({ block: "center", behavior: "instant" });
        await new Promise((resolve) => setTimeout(resolve, 50));
        const { x, y } = found?.getBoundingClientRect() ?? {};
        if (found?.isConnected && before === x + " " + y) return; // it stands still
        before = x + " " + y;
      }
    })()`);
    const pointer = [
      { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element: await element(selector) } },
      { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 },
    ];
    await send("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions: pointer }] });
  },
  async files({ selector, paths }) {
    await send("input.setFiles", { context, element: await element(selector), files: paths });
  },
  async wait({ selector, seconds = 120, state = "visible" }) {
    const until = Date.now() + seconds * 1000;
    const asked = `(() => { const found = document.querySelector(${JSON.stringify(selector)});
      return Boolean(found && (${state === "attached"} || found.getClientRects().length)); })()`;
    while (!(await evaluate(asked))) {
      if (Date.now() > until) throw new Error(`not there after ${seconds} s: ${selector}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  },
  async evaluate({ script }) { return await evaluate(script); },
  async requests() { return seen; },
  async console() { return told; },
  async picture({ path, whole = true }) {
    const { data } = await send("browsingContext.captureScreenshot", { context, origin: whole ? "document" : "viewport" });
    writeFileSync(path, Buffer.from(data, "base64"));
  },
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
socket?.terminate();
if (firefox) {
  const ended = new Promise((resolve) => firefox.once("exit", resolve));
  if (firefox.exitCode === null) {
    firefox.kill("SIGTERM");
    const timer = setTimeout(() => firefox.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
  rmSync(profile, { recursive: true, force: true });
}
