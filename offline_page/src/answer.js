// SPDX-License-Identifier: GPL-3.0-or-later
// The answer as a person reads it: one of three, why, the phone, one thing to do; everything else in closed folds.
// What it is and its words come from certs/verify/plain_answer.py, as those of the command do.

import { h } from "./elements.js";
import { hasRoot, phoneForm, rootWordsOf, sourceQuestion, trustPicker } from "./steps.js";
import { text, TEXTS } from "./texts.js";

const MARKS = { passed: "✓", failed: "✕", indeterminate: "?", unmade: "–" };
const NOT_YET = ["no_root", "cannot_tell", "wrapped", "not_checked"]; // WHY_YET of plain_answer.py
const OTHER_PAPERS = { report: "R", specimen: "S", no_paper: "–" };

/** What the one thing to do needs on the page: "phone", "source", "root" or "" for nothing. */
export function wantedFor(answer, state) {
  if (!answer) return "";
  const { answer: plain, why } = answer.plain;
  if (["genuine", "code_genuine"].includes(plain) || why === "other_phone") return "phone";
  if (why !== "no_root") return "";
  return hasRoot(state) && answer.source !== "trusted" ? "source" : "root";
}

/** The element for an answer of proofwipe_page.py. `title`: what was checked. */
export function answerView(answer, title, ui) {
  const { say, fold, state: { language } } = ui;
  const paperOnly = answer.kind === "statement";
  return h("div", { class: "answer" },
    banner(answer, title, ui),
    answer.plain.why !== "no_paper" && fold("summary", say(paperOnly ? "summary.code" : "summary.title"),
      paperOnly ? codeSummary(answer, say) : summary(answer, language, say)),
    !paperOnly && answer.warnings.length > 0 &&
      fold("warnings", `${say("warnings.title")} (${answer.warnings.length})`, warnings(answer, language)),
    !paperOnly && fold("checks", say("checks.title"), checks(answer, language, say)),
    fold("limits", say("limits.title"),
      paperOnly && h("p", {}, say("paper_only.limits")),
      h("p", {}, say("limits.text")),
      !paperOnly && h("p", {}, say("limits.offline"))),
  );
}

/** One line for a screen reader: the answer and what it means. */
export function spokenAnswer(answer, language) {
  const say = (key, facts) => text(language, key, facts);
  return [answer.plain.headline[language], sentence(answer, language), nextStep(answer, say, language)].join(". ");
}

function look({ plain: { answer, why } }) {
  if (answer.endsWith("this_phone")) return ["good", "✓"];
  if (answer !== "do_not_rely") return ["half", "✓"];
  if (OTHER_PAPERS[why]) return ["other", OTHER_PAPERS[why]];
  return NOT_YET.includes(why) ? ["open", "?"] : ["bad", "✕"];
}

function banner(answer, title, ui) {
  const { say, state: { language } } = ui;
  const [colour, mark] = look(answer);
  const wanted = wantedFor(answer, ui.state);
  const { plain } = answer;
  return h("div", { class: `banner ${colour}` },
    h("div", { class: "head" },
      h("span", { class: "mark", "aria-hidden": "true" }, mark),
      h("div", {},
        h("p", { class: "subject" }, title),
        h("h2", { class: "word", id: "word", tabindex: "-1", "data-answer": answer.answer, "data-code": answer.code,
          "data-plain": plain.answer, "data-why": plain.why }, plain.headline[language]))),
    h("p", { class: "means", id: "sentence" }, whole(sentence(answer, language))),
    plain.phone && !plain.why.startsWith("other_phone") && h("p", { class: "phone", id: "which-phone" }, say("phone.which", { phone: whole(plain.phone[language]) })),
    plain.dangers[language].map((danger) => h("p", { class: "danger" }, danger)),
    h("p", { class: "next", id: "next" }, h("span", { "aria-hidden": "true" }, "→ "), nextStep(answer, say, language)),
    h("p", { class: "unseen", id: "device", "data-device": deviceOf(answer) }),
    wanted && h("div", { class: "wanted", id: "wanted" },
      wanted === "phone" && phoneForm(ui),
      wanted === "source" && sourceQuestion(ui, { warned: true }),
      wanted === "source" && answer.source !== "unasked" && rootWordsOf(ui),
      wanted === "root" && trustPicker(ui, true)),
    plain.not_looked_up[language] && h("p", { class: "gaps", id: "gaps" }, plain.not_looked_up[language]),
  );
}

/** Last digits stay on the line of the ellipsis before them. */
function whole(said) {
  return said.replaceAll("…", "…\u2060");
}

function sentence(answer, language) {
  if (answer.plain.why === "no_root" && answer.source !== "trusted" && answer.source !== "") {
    return text(language, `sentence.source.${answer.source}`);
  }
  return ownOr(`sentence.${answer.code}`, answer.plain.sentence[language], language);
}

function nextStep(answer, say, language) {
  if (answer.plain.why === "no_root" && answer.source !== "trusted" && answer.source !== "") {
    return say(answer.source === "unasked" ? "next.source.unasked" : "source.instead");
  }
  return answer.kind === "paper" ? ownOr(`next.${answer.code}`, answer.plain.next[language], language) : answer.plain.next[language];
}

/** Same, other, not compared, or not reached: for those who test the page. */
function deviceOf(answer) {
  if (answer.kind === "statement") return { true: "same", false: "other" }[String(answer.same_phone)] ?? "not";
  const check = answer.checks.find((each) => each.name === "device");
  if (!check) return "unreached";
  if (!answer.asked) return "not";
  return { passed: "same", failed: "other" }[check.verdict] ?? "not";
}

/** The page's own sentence, where it has one; else the verifier's. */
function ownOr(key, theirs, language) {
  return TEXTS[key] ? text(language, key) : theirs;
}

function warnings(answer, language) {
  return h("ul", {}, answer.warnings.map((code, place) => h("li", { "data-code": code },
    answer.warning_sentences[language][place],
    h("small", {}, ownOr(`next.${code}`, answer.warning_next[language][place], language)))));
}

function rows(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function summary(answer, language, say) {
  const what = answer.summary;
  if (!what) return h("p", {}, say("summary.hidden"));
  return rows([
    [say("summary.id"), what.id],
    [say("summary.kind"), say(what.outcome === "certificate" ? "summary.certificate" : "summary.report")],
    [say("summary.phone"), [what.maker, what.marketing_name || what.model].join(" ").trim()],
    [say("summary.imei"), [what.imei1_last4, what.imei2_last4].filter(Boolean).join(" · ")],
    [say("summary.serial"), what.serial_last4],
    [say("summary.issued"), when(what.issued_at)],
    [say("summary.seen"), what.seen_at ? when(what.seen_at) : ""],
    [say("summary.issuer"), `${what.issuer} ${say(`issuer.${what.issuer_is}`)}`],
    [say("summary.station"), what.station],
    [say("summary.method"), say(`method.${what.nist_method}`)],
    [say("summary.level"), say(`level.${what.level}`)],
    [say("summary.attestation"), what.attestation === "valid" ? say("attestation.valid") : ""],
    [say("summary.usability"), what.usability],
    [say("summary.validated"), what.validated_by],
    [say("summary.attempt"), what.attempt ? String(what.attempt) : ""],
    [say("summary.log"), [what.log_origin, what.log_index].filter((each) => each !== null && each !== "").join(" · ")],
    ...Object.entries(what.opened ?? {}),
    [say("summary.reasons"), answer.reasons[language].join(" ")],
  ]);
}

function codeSummary(answer, say) {
  if (!answer.id || answer.answer === "NOT VALID") return h("p", {}, say("summary.hidden"));
  return rows([
    [say("summary.id"), answer.id],
    [say("summary.kind"), say(answer.report ? "summary.report" : "summary.certificate")],
    [say("summary.phone"), answer.model],
    [say("summary.issued"), when(answer.issued_at)],
    [say("summary.issuer"), answer.issuer],
    [say("summary.station"), answer.signer ? answer.signer.name : ""],
    [say("summary.method"), say(`method.${answer.method}`)],
    [say("summary.usability"), answer.usability],
  ]);
}

/** Open with a code is a doubt that decides; without one the check had nothing to look at. */
function stateOf({ verdict, code }) {
  return verdict === "indeterminate" && !code ? "unmade" : verdict;
}

/** Code and the verifier's note, which is for technicians and in English only. */
function note({ code, detail }, language) {
  return [code, language === "en" && detail].filter(Boolean).join(" · ");
}

function checks(answer, language, say) {
  const rest = answer.total - answer.checks.length;
  return [
    h("p", { class: "note" }, say("checks.verifier", { word: answer.answer, code: answer.code })),
    h("ol", { class: "checks" }, answer.checks.map((check) =>
      h("li", { class: stateOf(check), "data-check": check.name, "data-verdict": check.verdict,
        "data-code": check.code },
        h("span", { class: "mark", "aria-hidden": "true" }, MARKS[stateOf(check)]),
        h("span", { class: "what" },
          TEXTS[`check.${check.name}`] ? say(`check.${check.name}`) : check.name,
          note(check, language) && h("small", {}, note(check, language))),
        h("span", { class: "state" }, say(`state.${stateOf(check)}`))))),
    rest > 0 && h("p", { class: "note" }, say("checks.rest", { count: rest })),
  ];
}

function when(moment) {
  return moment.replace("T", " ").slice(0, 16);
}
