// SPDX-License-Identifier: GPL-3.0-or-later
// The page: three questions (phone, paper, issuer) and one answer. All state is in `state`; `draw` shows it.

import { answerView, spokenAnswer } from "./answer.js";
import { codeOfPicture, watchCamera } from "./codes.js";
import { h, picker } from "./elements.js";
import { isANumberOfAPhone } from "./numbers.js";
import { text } from "./texts.js";
import { forgetAll, kept, keep } from "./keeping.js";
import { Verifier } from "./verifier.js";

const LARGEST_FILE = 32 * 1024 * 1024;

const state = {
  language: /^zh/i.test(navigator.language) ? "zh" : "en",
  boot: "unpack", broken: "",
  imei: "", phone: "open",          // open | wrong | given | skipped
  subject: null,                    // {kind: "paper", name, bytes} | {kind: "code", text}
  note: "",                         // why what was given is no subject
  trust: [], remember: false,       // [{name, bytes, holds, error}]
  trouble: "",                      // why these files cannot be used together
  answer: null, busy: false, failed: false,
  camera: null,                     // null | "asking" | function that ends it
};

const say = (key, facts) => text(state.language, key, facts);
const page = document.getElementById("page");
const spoken = h("p", { class: "unseen", role: "status", "aria-live": "polite", id: "spoken" });
const video = h("video", { muted: true, playsinline: true, class: "camera", hidden: true });
const verifier = new Verifier(heardOfVerifier);

let asked = 0; // the newest question; answers to older ones are dropped

function heardOfVerifier({ step, ready, broken }) {
  if (step) state.boot = step;
  if (ready) state.boot = "ready";
  if (broken !== undefined) Object.assign(state, { boot: "broken", broken });
  document.documentElement.dataset.boot = state.boot;
  draw();
  if (ready) whenReady();
}

async function whenReady() {
  await lookAtTrust();
  judge();
}

/** Something an answer rests on changes: the old answer, and one still under way, count no more. */
function changed(facts) {
  asked += 1;
  Object.assign(state, { answer: null, busy: false, failed: false, ...facts });
}

// What people do

function phoneTyped() {
  const imei = document.getElementById("imei").value.trim();
  changed({ imei, phone: isANumberOfAPhone(imei) ? "given" : "wrong" });
  draw();
  if (state.phone === "given") document.getElementById(state.subject ? "again" : "paper-file")?.focus();
  judge();
}

function phoneSkipped() {
  changed({ phone: "skipped", imei: "" });
  draw();
  judge();
}

function phoneChanged() {
  changed({ phone: "open" });
  draw();
  document.getElementById("imei").focus();
}

/** Takes whatever was dropped or chosen: a PDF, a picture of a code, a certificate of an issuer. */
async function filesGiven(files) {
  state.note = "";
  for (const file of files) {
    if (file.size > LARGEST_FILE) { state.note = "paper.toolarge"; continue; }
    try {
      if (file.type.startsWith("image/")) await pictureGiven(file);
      else await bytesGiven(file.name, new Uint8Array(await file.arrayBuffer()));
    } catch {
      state.note = "paper.unreadable";
    }
  }
  draw();
  judge();
}

async function pictureGiven(file) {
  const found = await codeOfPicture(file);
  if (!found) state.note = "paper.nocode";
  else codeGiven(found);
}

function codeGiven(found) {
  if (!/^P[WR]1:/.test(found)) { state.note = "paper.othercode"; return; }
  changed({ subject: { kind: "code", text: found }, note: "" });
}

async function bytesGiven(name, bytes) {
  if (isOfAnIssuer(bytes)) await trustGiven(name, bytes);
  else changed({ subject: { kind: "paper", name, bytes } });
}

/** Certificates and lists (PEM, or a list in DER), log policies, status files; everything else claims to be a paper. */
function isOfAnIssuer(bytes) {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  return start.includes("-----BEGIN ") || (bytes[0] === 0x30 && bytes[1] > 0x80) || start.startsWith("proofwipe/log-snapshot/")
    || /^([ \t]*(#[^\n]*)?\n)*[ \t]*(log|witness|group|quorum)[ \t]/.test(start);
}

async function trustGiven(name, bytes) {
  const others = state.trust.filter((file) => file.name !== name);
  changed({ trust: [...others, { name, bytes, holds: null, error: "" }] });
  await lookAtTrust();
}

async function lookAtTrust() {
  state.trouble = "";
  if (state.boot !== "ready" || !state.trust.length) return;
  const files = [...state.trust];
  try {
    const found = await verifier.ask("look_at_trust", { names: files.map(({ name }) => name) }, files.map(({ bytes }) => bytes));
    files.forEach((file, place) => Object.assign(file, found[place]));
  } catch (error) {
    files.forEach((file) => { file.error ||= error.message.slice(-80); });
  }
  rememberTrust();
  draw();
}

function rememberTrust() {
  if (state.remember) keep(state.trust.filter((file) => !file.error && file.holds?.every(({ kind }) => kind !== "status")));
}

function trustRemoved(file) {
  changed({ trust: state.trust.filter((each) => each !== file) });
  rememberTrust();
  draw();
  lookAtTrust().then(judge);
}

function rememberChanged(wanted) {
  state.remember = wanted;
  if (wanted) rememberTrust();
  else forgetAll();
}

async function cameraStarted() {
  state.camera = "asking";
  state.note = "";
  draw();
  try {
    const stop = await watchCamera(video, (found) => {
      codeGiven(found);
      if (!state.subject || state.note) { draw(); return; }
      cameraStopped();
      judge();
    });
    state.camera = stop;
  } catch {
    Object.assign(state, { camera: null, note: "paper.nocamera" });
  }
  draw();
}

function cameraStopped() {
  if (typeof state.camera === "function") state.camera();
  state.camera = null;
  draw();
}

function startAgain() {
  changed({ subject: null, note: "", phone: "open", imei: "" });
  draw();
  document.getElementById("imei").focus();
}

// The question to the verifier

async function judge() {
  const answered = state.phone === "given" || state.phone === "skipped";
  if (state.boot !== "ready" || !state.subject || !answered) return;
  changed({ busy: true });
  const mine = asked;
  draw();
  const trusted = state.trust.filter((file) => !file.error);
  const names = trusted.map(({ name }) => name), files = trusted.map(({ bytes }) => bytes);
  const imei = state.phone === "given" ? state.imei : "";
  const began = performance.now();
  let answer = null;
  try {
    answer = state.subject.kind === "paper"
      ? await verifier.ask("judge_paper", { imei, names }, [state.subject.bytes, ...files])
      : await verifier.ask("judge_statement", { imei, text: state.subject.text }, files);
  } catch (error) {
    console.error(error);
  }
  if (mine !== asked) return;
  if (answer?.kind === "trouble") {
    Object.assign(state, { busy: false, trouble: answer.trouble });
    draw();
    return;
  }
  Object.assign(state, { busy: false, answer, failed: answer === null });
  document.documentElement.dataset.judgedMs = String(Math.round(performance.now() - began));
  draw();
  spoken.textContent = answer ? spokenAnswer(answer, state.language) : say("answer.failed");
  document.getElementById("answer").scrollIntoView({
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", block: "start",
  });
}

// What is seen

function draw() {
  const focused = document.activeElement?.id;
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  document.title = `${say("title")} · proofwipe`;
  page.replaceChildren(header(), phoneStep(), paperStep(), trustStep(), answerPart(), footer());
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function header() {
  const broken = state.boot === "broken";
  return h("header", {},
    h("div", { class: "bar" },
      h("span", { class: "brand" }, "proofwipe"),
      h("button", { class: "plain", id: "language", onclick: languageChanged }, say("other_language"))),
    h("h1", {}, say("title")),
    h("p", { class: "subtitle" }, say("subtitle")),
    h("div", { class: `boot ${state.boot}`, id: "boot" },
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("span", {}, say(`boot.${state.boot}`)),
      broken && h("p", {}, say("boot.next")),
      broken && h("details", {}, h("summary", {}, say("boot.detail")), h("pre", { lang: "en" }, state.broken))),
  );
}

function languageChanged() {
  const typed = document.getElementById("imei")?.value;
  state.language = state.language === "zh" ? "en" : "zh";
  if (typed !== undefined) state.imei = typed;
  draw();
}

function step(number, id, title, ...content) {
  return h("section", { class: "step", id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, h("span", { class: "number", "aria-hidden": "true" }, String(number)), title),
    ...content);
}

function phoneStep() {
  const settled = state.phone === "given" || state.phone === "skipped";
  const told = state.phone === "given" ? say("phone.given", { number: state.imei }) : say("phone.skipped");
  return step(1, "phone", say("phone.title"),
    h("p", {}, say("phone.why")),
    settled
      ? h("p", { class: `settled ${state.phone}` }, told, " ",
          h("button", { class: "plain", id: "phone-change", onclick: phoneChanged }, say("phone.change")))
      : h("form", { onsubmit: (event) => { event.preventDefault(); phoneTyped(); } },
          h("label", { for: "imei" }, say("phone.label")),
          h("div", { class: "line" },
            h("input", {
              id: "imei", autocomplete: "off", spellcheck: "false", maxlength: "256", value: state.imei,
              "aria-invalid": state.phone === "wrong", "aria-describedby": "imei-wrong",
            }),
            h("button", { class: "strong", id: "phone-go", type: "submit" }, say("phone.go"))),
          h("p", { class: "wrong", id: "imei-wrong", role: "alert" }, state.phone === "wrong" ? say("phone.wrong") : ""),
          h("button", { class: "plain", id: "phone-skip", type: "button", onclick: phoneSkipped }, say("phone.skip"))),
  );
}

function paperStep() {
  const scanning = state.camera !== null;
  video.hidden = typeof state.camera !== "function";
  const subject = state.subject && (
    state.subject.kind === "paper" ? say("paper.pdf", { name: state.subject.name }) : say("paper.code"));
  return step(2, "paper", say("paper.title"),
    h("div", { class: "drop" },
      h("p", { class: "hint" }, subject || say("paper.drop")),
      picker("paper-file", say("paper.choose"), "application/pdf,.pdf", filesGiven, { strong: !state.subject })),
    h("div", { class: "line" },
      h("span", {}, say("paper.only")),
      picker("code-file", say("paper.photo"), "image/*", filesGiven),
      scanning
        ? h("button", { id: "camera-stop", onclick: cameraStopped }, say("paper.stop"))
        : h("button", { id: "camera", onclick: cameraStarted }, say("paper.camera"))),
    scanning && h("p", {}, say("paper.aim")),
    video,
    h("p", { class: "wrong", role: "alert", id: "paper-note" }, state.note && say(state.note)),
    state.subject && (state.phone === "open" || state.phone === "wrong") &&
      h("p", { class: "wrong", id: "paper-locked" }, say("paper.locked")),
  );
}

function trustStep() {
  return step(3, "trust", say("trust.title"),
    h("p", {}, say("trust.why")),
    h("p", { class: "note" }, say("trust.more")),
    state.trust.length === 0
      ? h("p", { class: "none" }, say("trust.none"))
      : h("ul", { class: "trusted" }, state.trust.map(trustedFile)),
    h("div", { class: "line" },
      picker("trust-file", say("trust.add"), "", filesGiven),
      h("label", { class: "check" },
        h("input", { type: "checkbox", id: "remember", checked: state.remember,
                     onchange: (event) => rememberChanged(event.target.checked) }),
        say("trust.remember"))),
    state.trouble && h("p", { class: "wrong", role: "alert", id: "trouble" }, say("trust.trouble", { why: state.trouble })),
  );
}

function trustedFile(file) {
  return h("li", {},
    h("div", { class: "line" },
      h("strong", {}, file.name),
      h("button", { class: "plain", onclick: () => trustRemoved(file), "aria-label": say("trust.remove", { name: file.name }) }, "✕")),
    file.error && h("p", { class: "wrong" }, say("trust.bad", { name: file.name, why: file.error })),
    (file.holds ?? []).map((each) => h("div", { class: "certificate", "data-kind": each.kind },
      h("span", {}, [
        say(`trust.${each.kind}`), each.organisation, each.name, each.until && say("trust.until", { until: each.until }),
      ].filter(Boolean).join(" · ")),
      each.kind === "root" && h("small", {}, say("trust.compare")),
      each.kind === "root" && h("code", {}, grouped(each.fingerprint)))),
  );
}

function grouped(fingerprint) {
  return fingerprint.toUpperCase().match(/.{4}/g).join(" ");
}

function answerPart() {
  const title = state.subject?.kind === "paper" ? state.subject.name : say("paper.code");
  const waiting = state.subject && state.boot !== "ready" && state.boot !== "broken";
  return h("section", { class: "step result", id: "answer", "aria-label": say("answer.title"), "aria-busy": state.busy },
    waiting && h("p", { class: "busy" }, say("answer.waiting")),
    state.busy && h("p", { class: "busy" }, h("span", { class: "dot", "aria-hidden": "true" }), say("answer.busy")),
    state.failed && h("div", { class: "banner open" },
      h("span", { class: "mark", "aria-hidden": "true" }, "?"),
      h("div", {}, h("p", { class: "word", id: "word", "data-answer": "CANNOT TELL", "data-code": "" }, say("word.CANNOT TELL")),
        h("p", { class: "means", id: "sentence" }, say("answer.failed")))),
    state.answer && answerView(state.answer, state.language, title),
    (state.answer || state.failed) &&
      h("button", { id: "again", onclick: startAgain }, say("answer.again")),
  );
}

function footer() {
  return h("footer", {}, h("p", {}, say("footer.same")));
}

function taken(event) {
  event.preventDefault();
  document.body.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop") filesGiven([...event.dataTransfer.files]);
}

for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, taken);
const remembered = kept();
if (remembered) Object.assign(state, { trust: remembered, remember: true });
document.body.append(spoken);
draw();
verifier.boot();
