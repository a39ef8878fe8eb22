// SPDX-License-Identifier: GPL-3.0-or-later
// Builds verify.html: node build.mjs WHEELS OUT. WHEELS: folder with the files of wheels.txt, nothing else.
// The same inputs give the same bytes: files are taken in order of name, packed without dates by pinned programs.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { gzipSync, unzipSync } from "fflate";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const PYODIDE = join(HERE, "node_modules", "pyodide");
const ROOMS = ["phones", "wipe", "grading", "certs"];
const STATION = ["station/__init__.py", "station/words.toml", "station/words.json"]; // the sentences; nothing of a station runs here
const EXCHANGED = { "certs/crypto.py": "python/certs_crypto.py" };
const OURS = ["proofwipe_page.py"];
const NOT_NEEDED = /(^|\/)(tests?|__pycache__)\/|\.pyi$|\.dist-info\/(?!METADATA)/

// Chromium runs no module worker out of a file:// page. Pyodide refuses a classic worker, which it knows by
// importScripts; it needs nothing else of a module worker, because all of it is bundled here.
const CLASSIC = "self.importScripts=undefined;";

const [wheels, out] = process.argv.slice(2);
if (!wheels || !out) throw new Error("usage: node build.mjs WHEELS OUT");

const encoder = new TextEncoder();
const sorted = (map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** Every file of a folder below ROOT, by its path from there. */
function below(folder, found) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== "__pycache__") below(path, found);
    else if (entry.isFile()) found.set(path, readFileSync(join(ROOT, path)));
  }
  return found;
}

function ourPython() {
  const files = new Map();
  for (const room of ROOMS) below(room, files);
  for (const path of STATION) files.set(path, readFileSync(join(ROOT, path)));
  for (const [path, other] of Object.entries(EXCHANGED)) files.set(path, readFileSync(join(HERE, other)));
  for (const path of OURS) files.set(path, readFileSync(join(HERE, "python", path)));
  return files;
}

function libraries() {
  const files = new Map();
  for (const name of readdirSync(wheels).filter((file) => file.endsWith(".whl"))) {
    for (const [path, content] of Object.entries(unzipSync(readFileSync(join(wheels, name))))) {
      if (!path.endsWith("/") && !NOT_NEEDED.test(path)) files.set(path, content);
    }
  }
  return files;
}

/** What packing.js unpacks: base64(gzip(length of index, index, contents)). */
function packed(files) {
  const index = encoder.encode(JSON.stringify(files.map(([name, content]) => [name, content.length])));
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, index.length);
  return compressed(Buffer.concat([head, index, ...files.map(([, content]) => content)]));
}

function compressed(bytes) {
  return Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 })).toString("base64");
}

function bundled(entry) {
  return buildSync({
    absWorkingDir: HERE, entryPoints: [`src/${entry}`], bundle: true, write: false, format: "iife", minify: true,
    target: "chrome113", charset: "utf8", legalComments: "none", external: ["node:*", "ws"],
    define: { "import.meta.url": '"embedded:/pyodide.asm.mjs"' },
  }).outputFiles[0].text;
}

const lock = JSON.parse(readFileSync(join(PYODIDE, "pyodide-lock.json"), "utf8"));
const python = sorted(new Map([...libraries(), ...ourPython()])).map(([path, content]) => [`python/${path}`, content]);
const archive = packed([
  ["pyodide.asm.wasm", readFileSync(join(PYODIDE, "pyodide.asm.wasm"))],
  ["python_stdlib.zip", readFileSync(join(PYODIDE, "python_stdlib.zip"))],
  ["lock.json", encoder.encode(JSON.stringify({ info: lock.info, packages: {} }))],
  ...python,
]);
const worker = compressed(encoder.encode(CLASSIC + bundled("worker.js")));
const script = bundled("main.js").replaceAll("</script", "<\\/script");
const style = readFileSync(join(HERE, "src", "page.css"), "utf8");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'", "base-uri 'none'", "form-action 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval' blob:`, "worker-src blob:",
  `style-src ${hash(style)}`, "img-src blob: data:", "media-src blob: mediastream:",
].join("; ");
const parts = { POLICY: policy, STYLE: style, SCRIPT: script, WORKER: worker, ARCHIVE: archive };
const page = readFileSync(join(HERE, "src", "page.html"), "utf8")
  .replace(/\{\{([A-Z]+)\}\}/g, (_, name) => parts[name]);
mkdirSync(dirname(resolve(out)), { recursive: true });
writeFileSync(out, page);
console.log(`${out}: ${(page.length / 1e6).toFixed(1)} MB, ${python.length} Python files`);
