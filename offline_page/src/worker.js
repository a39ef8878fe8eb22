// SPDX-License-Identifier: GPL-3.0-or-later
// Python and our verifier, in a worker, out of one embedded archive. Nothing is ever fetched.

import { loadPyodide } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import * as crypto from "./crypto.js";
import { bytesFromBase64, unpacked } from "./packing.js";

const HOME = "embedded:/";
const ASKED = { wasm: HOME + "pyodide.asm.wasm", library: HOME + "python_stdlib.zip" };
const FOLDER = "/proofwipe";

let python = null;

function say(message) {
  self.postMessage(message);
}

async function boot(archive) {
  say({ kind: "step", step: "unpack" });
  const files = await unpacked(bytesFromBase64(archive));
  const embedded = new Map([
    [ASKED.wasm, [files.get("pyodide.asm.wasm"), "application/wasm"]],
    [ASKED.library, [files.get("python_stdlib.zip"), "application/zip"]],
  ]);
  // The only two things Pyodide asks for; the network is shut by the page's policy besides.
  self.fetch = async (address) => {
    const found = embedded.get(String(address));
    if (!found) throw new TypeError(`not embedded: ${address}`);
    return new Response(found[0], { headers: { "Content-Type": found[1] } });
  };
  say({ kind: "step", step: "start" });
  python = await loadPyodide({
    createPyodideModule,
    indexURL: HOME,
    packageBaseUrl: HOME,
    lockFileContents: new TextDecoder().decode(files.get("lock.json")),
    env: { HOME: "/home", PYTHONDONTWRITEBYTECODE: "1", PYTHONHASHSEED: "0" },
    stdin: () => null,
    stdout: (line) => console.log(line),
    stderr: (line) => console.warn(line),
  });
  for (const [name, content] of files) {
    if (!name.startsWith("python/")) continue;
    const path = FOLDER + name.slice("python".length);
    python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    python.FS.writeFile(path, content, { canOwn: true });
  }
  python.registerJsModule("proofwipe_js", { ...crypto });
  say({ kind: "step", step: "load" });
  python.runPython(`import sys; sys.path.insert(0, "${FOLDER}"); import proofwipe_page`);
  // What the checks import when they are reached: better now than when somebody waits for an answer.
  python.runPython("import certs.page.compare, certs.log.reading");
  python.runPython("from certs import editions; editions.law(editions.for_papers(specimen=True))");
  say({ kind: "ready" });
}

/** Calls a function of proofwipe_page with JSON text; answers with JSON text. */
function ask(name, question, files) {
  const module = python.pyimport("proofwipe_page");
  const given = files.map((bytes) => python.toPy(bytes));
  const list = python.toPy(given);
  try {
    return JSON.parse(module[name](JSON.stringify(question), list));
  } finally {
    list.destroy();
    given.forEach((item) => item.destroy?.());
    module.destroy();
  }
}

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "boot") await boot(data.archive);
    else say({ kind: "answer", number: data.number, answer: ask(data.name, data.question, data.files) });
  } catch (error) {
    say({ kind: "broken", number: data.number, detail: String(error?.message ?? error).slice(-600) });
  }
};
