// SPDX-License-Identifier: GPL-3.0-or-later
// The answer as a person reads it: word, sentence, phone, what to keep in mind, what the record says, every check.

import { h } from "./elements.js";
import { text, TEXTS } from "./texts.js";

const LOOKS = {
  VALID: ["good", "✓"], "NOT VALID": ["bad", "✕"], "CANNOT TELL": ["open", "?"], SPECIMEN: ["other", "S"],
  REPORT: ["other", "R"], "CODE GENUINE": ["good", "✓"],
};
const MARKS = { passed: "✓", failed: "✕", indeterminate: "?", unmade: "–" };

/** The element for an answer of proofwipe_page.py. `title`: what was checked. */
export function answerView(answer, language, title) {
  const say = (key, facts) => text(language, key, facts);
  const paperOnly = answer.kind === "statement";
  return h("div", { class: "answer" },
    banner(answer, say, sentence(answer, language, say), title, nextStep(answer, language)),
    deviceLine(answer, say),
    !paperOnly && warnings(answer, language, say),
    paperOnly ? codeSummary(answer, say) : summary(answer, language, say),
    !paperOnly && checks(answer, language, say),
    h("section", { class: "limits" },
      h("h3", {}, say("limits.title")),
      paperOnly && h("p", {}, say("paper_only.limits")),
      h("p", {}, say("limits.text")),
      !paperOnly && h("p", {}, say("limits.offline")),
    ),
  );
}

/** One line for a screen reader: the word and what it means. */
export function spokenAnswer(answer, language) {
  const say = (key, facts) => text(language, key, facts);
  return `${say(`word.${answer.answer}`)}. ${sentence(answer, language, say)}`;
}

function banner(answer, say, means, title, next) {
  const [look, mark] = LOOKS[answer.answer] ?? ["open", "?"];
  return h("div", { class: `banner ${look}` },
    h("span", { class: "mark", "aria-hidden": "true" }, mark),
    h("div", {},
      h("p", { class: "subject" }, title),
      h("p", { class: "word", id: "word", "data-answer": answer.answer, "data-code": answer.code },
        say(`word.${answer.answer}`), answer.code && h("span", { class: "code" }, answer.code)),
      h("p", { class: "means", id: "sentence" }, means),
      next && h("p", { class: "next", id: "next" }, next),
    ),
  );
}

function sentence(answer, language, say) {
  if (answer.kind === "statement") return say(`paper_only.${answer.code || answer.answer}`);
  return ownOr(`sentence.${answer.code}`, answer.sentence[language].join(" "), language);
}

function deviceLine(answer, say) {
  const known = answer.kind === "statement"
    ? { true: "same", false: "other" }[String(answer.same_phone)] ?? "not"
    : deviceOfPaper(answer);
  return h("p", { class: `device ${known}`, id: "device", "data-device": known }, say(`device.${known}`));
}

function deviceOfPaper(answer) {
  const check = answer.checks.find((each) => each.name === "device");
  if (!check) return "unreached";
  if (!answer.asked) return "not";
  return { passed: "same", failed: "other" }[check.verdict] ?? "not";
}

function nextStep(answer, language) {
  if (answer.kind === "statement" || !answer.code) return "";
  return ownOr(`next.${answer.code}`, answer.next[language][0], language);
}

/** The page's own sentence, where it has one; else the verifier's. */
function ownOr(key, theirs, language) {
  return TEXTS[key] ? text(language, key) : theirs;
}

function warnings(answer, language, say) {
  return answer.warnings.length > 0 && h("section", { class: "warnings", id: "warnings" },
    h("h3", {}, say("warnings.title")),
    h("ul", {}, answer.warnings.map((code, place) => h("li", { "data-code": code },
      answer.warning_sentences[language][place],
      h("small", {}, ownOr(`next.${code}`, answer.warning_next[language][place], language))))));
}

function rows(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function summary(answer, language, say) {
  const what = answer.summary;
  if (!what) return h("section", { id: "summary" }, h("h3", {}, say("summary.title")), h("p", {}, say("summary.hidden")));
  return h("section", { id: "summary" }, h("h3", {}, say("summary.title")), rows([
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
    [say("summary.usability"), what.usability],
    [say("summary.validated"), what.validated_by],
    [say("summary.attempt"), what.attempt ? String(what.attempt) : ""],
    [say("summary.log"), [what.log_origin, what.log_index].filter((each) => each !== null && each !== "").join(" · ")],
    ...Object.entries(what.opened ?? {}),
    [say("summary.reasons"), answer.reasons[language].join(" ")],
  ]));
}

function codeSummary(answer, say) {
  if (!answer.id || answer.answer === "NOT VALID") return null;
  return h("section", { id: "summary" }, h("h3", {}, say("summary.code")), rows([
    [say("summary.id"), answer.id],
    [say("summary.kind"), say(answer.report ? "summary.report" : "summary.certificate")],
    [say("summary.phone"), answer.model],
    [say("summary.issued"), when(answer.issued_at)],
    [say("summary.issuer"), answer.issuer],
    [say("summary.station"), answer.signer ? answer.signer.name : ""],
    [say("summary.method"), say(`method.${answer.method}`)],
    [say("summary.usability"), answer.usability],
  ]), answer.report && h("p", { class: "note" }, say("paper_only.report")));
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
  return h("section", { id: "checks" },
    h("h3", {}, say("checks.title")),
    h("ol", { class: "checks" }, answer.checks.map((check) =>
      h("li", { class: stateOf(check), "data-check": check.name, "data-verdict": check.verdict,
        "data-code": check.code },
        h("span", { class: "mark", "aria-hidden": "true" }, MARKS[stateOf(check)]),
        h("span", { class: "what" },
          TEXTS[`check.${check.name}`] ? say(`check.${check.name}`) : check.name,
          note(check, language) && h("small", {}, note(check, language))),
        h("span", { class: "state" }, say(`state.${stateOf(check)}`))))),
    rest > 0 && h("p", { class: "note" }, say("checks.rest", { count: rest })),
  );
}

function when(moment) {
  return moment.replace("T", " ").slice(0, 16);
}
