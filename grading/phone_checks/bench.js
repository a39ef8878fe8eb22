// SPDX-License-Identifier: GPL-3.0-or-later
// What the page and the bench say to each other. Only numbers and words leave the page.

const WAIT_MS = 8000;

/** The bench has another page open, or none for us. */
export class GoneError extends Error {}

async function ask(path, body) {
  const facts = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const said = await fetch(path, { ...facts, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(WAIT_MS) });
  if (said.status === 410 || said.status === 403) throw new GoneError(String(said.status));
  if (!said.ok) throw new Error(`${path} ${said.status}`);
  return said;
}

export async function plan() {
  return (await ask("plan")).json();
}

/** Where this visit is, for a page that was loaded anew: check -> {begun, number, sign, skipped}. */
export async function past() {
  return (await ask("past")).json();
}

export async function words() {
  return (await ask("words.json")).json();
}

export function state(nonce, check, word, done = 0) {
  return ask("state", { nonce, check, state: word, done_permille: Math.max(0, Math.min(1000, Math.round(done))) });
}

/** values: name -> number or word; signs: name -> why it was not measured. */
export function result(nonce, check, number, values, signs) {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  return ask("result", { nonce, check, number, values: texts, not_measured: signs });
}

export function done(nonce) {
  return ask("done", { nonce });
}
