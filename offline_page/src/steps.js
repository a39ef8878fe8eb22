// SPDX-License-Identifier: GPL-3.0-or-later
// The three questions as a person sees them: phone, paper, issuer. `ui`: {state, say, on}, `on` what people do.

import { h, picker } from "./elements.js";

/** From whom files of an issuer may come. Only the first two make a root worth anything; proofwipe_page.py decides. */
export const SOURCES = ["site", "issuer", "seller", "unknown"];

function step(number, id, title, ...content) {
  return h("section", { class: "step", id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, h("span", { class: "number", "aria-hidden": "true" }, String(number)), title),
    ...content);
}

export function phoneStep(ui, formElsewhere) {
  const { state, say, on } = ui;
  const settled = state.phone === "given" || state.phone === "skipped";
  const told = state.phone === "given" ? say("phone.given", { number: state.imei }) : say("phone.skipped");
  return step(1, "phone", say("phone.title"),
    !settled && h("p", {}, say("phone.why")),
    settled && h("p", { class: `settled ${state.phone}` }, told, " ",
      !formElsewhere && h("button", { class: "plain", id: "phone-change", onclick: on.phoneChanged }, say("phone.change"))),
    !settled && !formElsewhere && phoneForm(ui, { skippable: true }),
  );
}

/** Where the number is typed; there is one on the page, in its step or in the answer that asks for it. */
export function phoneForm({ state, say, on }, { skippable = false } = {}) {
  return h("form", { onsubmit: (event) => { event.preventDefault(); on.phoneTyped(); } },
    h("label", { for: "imei" }, say("phone.label")),
    h("div", { class: "line" },
      h("input", {
        id: "imei", autocomplete: "off", spellcheck: "false", maxlength: "256", value: state.imei,
        "aria-invalid": state.wrong, "aria-describedby": "imei-wrong",
      }),
      h("button", { class: "strong", id: "phone-go", type: "submit" }, say("phone.go"))),
    h("p", { class: "wrong", id: "imei-wrong", role: "alert" }, state.wrong ? say("phone.wrong") : ""),
    skippable && h("button", { class: "plain", id: "phone-skip", type: "button", onclick: on.phoneSkipped }, say("phone.skip")));
}

/** Why what was given last is no paper and no code. */
export function paperNote(state, say) {
  return h("p", { class: "wrong", role: "alert", id: "paper-note" }, state.note && say(state.note));
}

export function paperStep({ state, say, on, video }, noteElsewhere) {
  const scanning = state.camera !== null;
  video.hidden = typeof state.camera !== "function";
  const subject = state.subject && (
    state.subject.kind === "paper" ? say("paper.pdf", { name: state.subject.name }) : say("paper.code"));
  return step(2, "paper", say("paper.title"),
    h("div", { class: "drop" },
      h("p", { class: "hint" }, subject || say("paper.drop")),
      picker("paper-file", say("paper.choose"), "application/pdf,.pdf", on.files, { strong: !state.subject })),
    h("div", { class: "line" },
      h("span", {}, say("paper.only")),
      picker("code-file", say("paper.photo"), "image/*", on.files),
      scanning
        ? h("button", { id: "camera-stop", onclick: on.cameraStopped }, say("paper.stop"))
        : h("button", { id: "camera", onclick: on.cameraStarted }, say("paper.camera"))),
    scanning && h("p", {}, say("paper.aim")),
    video,
    !noteElsewhere && paperNote(state, say),
    state.subject && state.phone === "open" &&
      h("p", { class: "wrong", id: "paper-locked" }, say("paper.locked")),
  );
}

export function trustStep(ui, { pickerElsewhere, sourceElsewhere }) {
  const { state, say, on } = ui;
  return step(3, "trust", say("trust.title"),
    state.trust.length === 0 && h("p", {}, say("trust.why")),
    state.trust.length === 0
      ? h("p", { class: "none" }, say("trust.none"))
      : h("ul", { class: "trusted" }, state.trust.map((file) => trustedFile(file, ui))),
    !sourceElsewhere && hasRoot(state) && sourceQuestion(ui),
    h("div", { class: "line" },
      !pickerElsewhere && trustPicker(ui),
      h("label", { class: "check" },
        h("input", { type: "checkbox", id: "remember", checked: state.remember,
                     onchange: (event) => on.rememberChanged(event.target.checked) }),
        say("trust.remember"))),
    state.trouble && h("p", { class: "wrong", role: "alert", id: "trouble" }, say("trust.trouble", { why: state.trouble })),
    ui.fold("more-trust", say("trust.more_title"), h("p", { class: "note" }, say("trust.more"))),
  );
}

/** Where files of an issuer are chosen; one on the page, as above. */
export function trustPicker({ say, on }, strong = false) {
  return picker("trust-file", say("trust.add"), "", on.files, { strong });
}

/** Is a root among the files that were given? */
export function hasRoot(state) {
  return state.trust.some((file) => file.holds?.some(({ kind }) => kind === "root"));
}

/** From whom the root came, which no program can tell; and what a root of the seller is worth, unless `warned`. */
export function sourceQuestion({ state, say, on }, { warned = false } = {}) {
  return h("fieldset", { class: "source", id: "source" },
    h("legend", {}, say("source.title")),
    SOURCES.map((name) => h("label", { class: "check" },
      h("input", { type: "radio", name: "source", id: `source-${name}`, value: name, checked: state.source === name,
                   onchange: () => on.sourceChosen(name) }),
      h("span", {}, say(`source.${name}`)))),
    !warned && (state.source === "seller" || state.source === "unknown") &&
      h("p", { class: "warned", id: "source-warning" }, say(`source.${state.source}.means`), " ", say("source.instead")));
}

function trustedFile(file, { state, say, on, fold }) {
  return h("li", {},
    h("div", { class: "line" },
      h("strong", {}, file.name),
      h("button", { class: "plain", onclick: () => on.trustRemoved(file), "aria-label": say("trust.remove", { name: file.name }) }, "✕")),
    file.error && h("p", { class: "wrong" }, say("trust.bad", { name: file.name, why: file.error })),
    (file.holds ?? []).map((each) => h("div", { class: "certificate", "data-kind": each.kind },
      h("span", {}, [
        say(`trust.${each.kind}`), each.organisation, each.name, each.until && say("trust.until", { until: each.until }),
      ].filter(Boolean).join(" · ")),
      each.kind === "root" && rootWords(each, state.language, say, fold))),
  );
}

/** The words of every root that was given, where the thing to do is to compare them. */
export function rootWordsOf({ state, say, fold }) {
  const roots = state.trust.flatMap((file) => (file.holds ?? []).filter(({ kind }) => kind === "root"));
  return roots.map((each) => h("div", { class: "certificate" }, rootWords(each, state.language, say, fold)));
}

/** The root in twelve words, to compare with what the issuer publishes; the rest of it in a fold. */
function rootWords({ words, fingerprint }, language, say, fold) {
  const other = language === "zh" ? "en" : "zh";
  return [
    h("small", {}, say("trust.compare")),
    wordList(words[language], language, "words"),
    fold(`fingerprint-${fingerprint.slice(0, 8)}`, say("trust.fingerprint"),
      wordList(words[other], other, "words other"),
      h("code", {}, fingerprint.toUpperCase().match(/.{4}/g).join(" "))),
  ];
}

function wordList(words, language, look) {
  return h("ol", { class: look, lang: language === "zh" ? "zh-CN" : "en" }, words.map((word) => h("li", {}, word)));
}
