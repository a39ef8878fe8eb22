// SPDX-License-Identifier: GPL-3.0-or-later
// The page: three questions (phone, paper, issuer) and one answer. All state is in `state`; `draw` shows it.

import { answerView, spokenAnswer, wantedFor } from "./answer.js";
import { codeOfPicture, watchCamera } from "./codes.js";
import { h } from "./elements.js";
import { isANumberOfAPhone } from "./numbers.js";
import { text } from "./texts.js";
import { forgetAll, kept, keep } from "./keeping.js";
import { paperNote, paperStep, phoneStep, trustStep } from "./steps.js";
import { Verifier } from "./verifier.js";

const LARGEST_FILE = 32 * 1024 * 1024;

const state = {
  language: /^zh/i.test(navigator.language) ? "zh" : "en",
  boot: "unpack", broken: "",
  imei: "", phone: "open",          // open | given | skipped
  wrong: false,                     // what was typed last is no number of a phone
  subject: null,                    // {kind: "paper", name, bytes} | {kind: "code", text}
  note: "",                         // why what was given is no subject
  trust: [], remember: false,       // [{name, bytes, holds, error}]
  source: "",                       // from whom they came: one of SOURCES in steps.js
  trouble: "",                      // why these files cannot be used together
  answer: null, busy: false, failed: false,
  camera: null,                     // null | "asking" | function that ends it
  open: new Set(),                  // folds that somebody opened
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
  if (!isANumberOfAPhone(imei)) {
    Object.assign(state, { imei, wrong: true }); // no answer changes by a slip of the finger
    draw();
    return;
  }
  changed({ imei, phone: "given", wrong: false });
  draw();
  if (!state.subject) document.getElementById("paper-file")?.focus();
  judge();
}

function phoneSkipped() {
  changed({ phone: "skipped", imei: "", wrong: false });
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
  // Another file may have come from somebody else: it is asked again.
  changed({ trust: [...others, { name, bytes, holds: null, error: "" }], source: "" });
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
  if (!state.remember) return;
  keep(state.trust.filter((file) => !file.error && file.holds?.every(({ kind }) => kind !== "status")), state.source);
}

function trustRemoved(file) {
  const trust = state.trust.filter((each) => each !== file);
  changed({ trust, source: trust.length ? state.source : "" });
  rememberTrust();
  draw();
  lookAtTrust().then(judge);
}

function sourceChosen(source) {
  changed({ source });
  rememberTrust();
  draw();
  judge();
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
  const field = document.getElementById("imei");
  if (field) field.value = "";
  changed({ subject: null, note: "", phone: "open", imei: "", wrong: false, open: new Set() });
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
      ? await verifier.ask("judge_paper", { imei, names, source: state.source }, [state.subject.bytes, ...files])
      : await verifier.ask("judge_statement", { imei, text: state.subject.text, source: state.source }, files);
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
  document.getElementById("word")?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

// What is seen

function draw() {
  const focused = document.activeElement?.id;
  const typed = document.getElementById("imei")?.value;
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  document.title = `${say("title")} · proofwipe`;
  const answered = Boolean(state.answer || state.failed || state.busy);
  const wanted = wantedFor(state.answer, state);
  const steps = [
    phoneStep(ui, wanted === "phone"), paperStep(ui, answered),
    trustStep(ui, { pickerElsewhere: wanted === "root", sourceElsewhere: wanted === "source" }),
  ];
  page.replaceChildren(...(answered
    ? [header(answered), answerPart(), fold("given", say("given.title"), steps), footer()]
    : [header(answered), ...steps, answerPart(), footer()]));
  const field = document.getElementById("imei");
  if (field && typed !== undefined) field.value = typed; // typed and not handed in yet
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** What is closed until somebody opens it, and stays open when the page is drawn again. */
function fold(id, title, ...content) {
  const element = h("details", { id, class: "fold", open: state.open.has(id) }, h("summary", {}, title), ...content);
  element.addEventListener("toggle", () => state.open[element.open ? "add" : "delete"](id));
  return element;
}

function header(answered) {
  const broken = state.boot === "broken";
  return h("header", {},
    h("div", { class: "bar" },
      h("span", { class: "brand" }, "proofwipe"),
      h("button", { class: "plain", id: "language", onclick: languageChanged }, say("other_language"))),
    h("h1", { class: answered ? "unseen" : "" }, say("title")),
    !answered && h("p", { class: "subtitle" }, say("subtitle")),
    !(answered && state.boot === "ready") && h("div", { class: `boot ${state.boot}`, id: "boot" },
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("span", {}, say(`boot.${state.boot}`)),
      broken && h("p", {}, say("boot.next")),
      broken && h("details", {}, h("summary", {}, say("boot.detail")), h("pre", { lang: "en" }, state.broken))),
  );
}

function languageChanged() {
  state.language = state.language === "zh" ? "en" : "zh";
  draw();
}

function answerPart() {
  const title = state.subject?.kind === "paper" ? state.subject.name : say("paper.code");
  const waiting = state.subject && state.boot !== "ready" && state.boot !== "broken";
  return h("section", { class: "step result", id: "answer", "aria-label": say("answer.title"), "aria-busy": state.busy },
    waiting && h("p", { class: "busy" }, say("answer.waiting")),
    state.busy && h("p", { class: "busy" }, h("span", { class: "dot", "aria-hidden": "true" }), say("answer.busy")),
    state.failed && h("div", { class: "banner open" },
      h("h2", { class: "word", id: "word", "data-answer": "CANNOT TELL", "data-code": "", "data-plain": "do_not_rely",
        "data-why": "not_checked" }, say("answer.failed_title")),
      h("p", { class: "means", id: "sentence" }, say("answer.failed"))),
    (state.answer || state.failed || state.busy) && paperNote(state, say),
    state.answer && answerView(state.answer, title, ui),
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

const on = {
  phoneTyped, phoneSkipped, phoneChanged, files: filesGiven, cameraStarted, cameraStopped, trustRemoved, rememberChanged,
  sourceChosen,
};
const ui = { state, say, on, video, fold };
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, taken);
const remembered = kept();
if (remembered) Object.assign(state, { ...remembered, remember: true });
document.body.append(spoken);
draw();
verifier.boot();
